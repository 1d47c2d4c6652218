"""Bodies (agencies): added, described, ended, merged into another, split. History keeps them as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import (
    a_name,
    home,
    in_order,
    key_from,
    of_key,
    refuse_same_name,
    require_keeper,
)
from dardr.errors import Invalid, Reason
from dardr.storage.bodies import Body
from workflows import specified
from workflows.authority import Authority
from workflows.calendar import in_words
from workflows.processes.authorities import statute

SECTION_9 = statute(
    "Domestic Violence, Crime and Victims Act 2004 s.9(4)",
    note="The bodies that can be directed to establish a review or to take part in one, and that have regard to the"
    " guidance. NHS foundation trusts, fire and rescue, and police and crime commissioners are not on this list.",
)
SECTION_15 = statute(
    "Domestic Abuse Act 2021 s.15(3)",
    note="Specified public authorities: they co-operate with the Domestic Abuse Commissioner, and reply to her"
    " recommendations (s.16). Probation, fire and rescue, and voluntary bodies are not on this list.",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of body, and whether the list of the 2004 Act names it. That of the 2021 Act: ``workflows.specified``."""

    label: str
    section9: bool = False


KINDS: dict[str, Kind] = {
    "police": Kind("Police force", True),
    "policing_body": Kind("Police and crime commissioner, or other local policing body"),
    "local_authority": Kind("Local authority", True),
    "integrated_care_board": Kind("Integrated care board", True),
    "nhs_trust": Kind("NHS trust", True),
    "nhs_foundation_trust": Kind("NHS foundation trust"),
    "nhs_england": Kind("NHS England", True),
    "primary_care": Kind("GP practice or other primary care"),
    "clinical_commissioning_group": Kind("Clinical commissioning group (ended 2022)"),
    "primary_care_trust": Kind("Primary care trust (ended 2013)"),
    "probation": Kind("Provider of probation services", True),
    "fire_and_rescue": Kind("Fire and rescue"),
    "prosecution": Kind("Crown Prosecution Service"),
    specified.KIND_OF_DEPARTMENT: Kind("Government department"),
    "community_safety_partnership": Kind("Community safety partnership"),
    "safeguarding_children_partnership": Kind("Safeguarding children partnership"),
    "safeguarding_adults_board": Kind("Safeguarding adults board"),
    "voluntary": Kind("Voluntary or specialist service"),
    "housing": Kind("Housing provider"),
    "education": Kind("School, college or university"),
    "other": Kind("Other"),
}
"""By the key that is stored. The list of the 2004 Act as it stands today, for England."""


def lists_differ(kind: str, *, section9: bool, specified_as: str) -> list[str]:
    """Sentences where what was chosen is not what the Acts' lists say of that kind of body. They never refuse."""
    known = KINDS.get(kind)
    if known is None or kind == "other":
        return []
    said = []
    usual, chosen = specified.class_of_kind(kind), specified.classes().get(specified_as)
    if section9 != known.section9:
        said.append(_differs(known, section9, SECTION_9))
    if bool(specified_as) != (usual is not None):
        said.append(f"{_differs(known, bool(specified_as), SECTION_15)} {specified.why_not(kind)}".strip())
    elif usual and chosen and usual is not chosen:
        said.append(f"A body of this kind ({known.label}) is usually “{usual.words}”, not “{chosen.words}”. Check it.")
    return said


def _differs(known: Kind, ticked: bool, source: Authority) -> str:
    if ticked:
        return f"{source.source} does not name this kind of body ({known.label}). Check that it applies here."
    return f"{source.source} names this kind of body ({known.label}). Check that it does not apply here."


def add_body(
    session: Session,
    actor: Actor,
    now: datetime,
    name: str,
    kind: str,
    *,
    section9: bool,
    specified_as: str = "",
    from_on: date | None = None,
) -> Body:
    """Add a body. ``specified_as`` is its class among the specified public authorities, empty where it is none.

    Raises Forbidden, Invalid (a name that is there already, no such class), Conflict.
    """
    require_keeper(actor)
    partnership, name = home(session), a_name(name)
    refuse_same_name(session, Body, name, partnership.id)
    row = Body(
        partnership_id=partnership.id,
        key=key_from(session, Body, name),
        name=name,
        kind=_kind(kind),
        section9=section9,
        section15=bool(_class(specified_as)),
        specified_as=specified_as,
        from_on=from_on,
    )
    session.add(row)
    session.flush()
    note_change(session, now, actor, "body_added", name, {"key": row.key, **_described(row)})
    return row


def change_body(
    session: Session,
    actor: Actor,
    now: datetime,
    key: str,
    kind: str,
    *,
    section9: bool,
    specified_as: str,
    from_on: date | None,
) -> Body:
    """Change what kind of body it is, the two lists, and since when it exists. Raises Forbidden, Invalid, NotFound."""
    require_keeper(actor)
    row = of_key(session, Body, key, lock=True)
    in_order(from_on, row.until_on, "from_on")
    before = _described(row)
    row.kind = row.kind if kind == row.kind else _kind(kind)
    row.section9, row.from_on = section9, from_on
    row.specified_as, row.section15 = specified_as, bool(_class(specified_as))
    note_change(session, now, actor, "body_changed", row.name, {"before": before, "after": _described(row)})
    session.flush()
    return row


def end_body(
    session: Session,
    actor: Actor,
    now: datetime,
    key: str,
    last_day: date,
    *,
    successor: str | None = None,
    reason: str = "",
) -> Body:
    """End a body with its last London day; ``successor`` is the key of the body that takes its place, if one does.

    E-mail about what is still open goes to the successor from then on; each open item is handed over by people.
    Raises Forbidden, Invalid (its own successor, a circle, a successor that ended before), NotFound.
    """
    require_keeper(actor)
    row = of_key(session, Body, key, lock=True)
    in_order(row.from_on, last_day, "last_day")
    after = _successor(session, row, successor, last_day) if successor else None
    row.until_on, row.successor_id = last_day, after.id if after else None
    note_change(
        session,
        now,
        actor,
        "body_ended",
        row.name,
        {"last_day": last_day.isoformat(), "successor": after.name if after else None, "reason": reason[:1000]},
    )
    session.flush()
    return row


def _successor(session: Session, row: Body, key: str, last_day: date) -> Body:
    found = of_key(session, Body, key)
    if found.id == row.id:
        raise Invalid([Reason("A body cannot take its own place. Choose another.", "successor")])
    if found.until_on is not None and found.until_on <= last_day:
        said = f"{found.name} ended on {in_words(found.until_on)}. Choose the body that came after it."
        raise Invalid([Reason(said, "successor")])
    seen, following = {row.id}, found
    while following.successor_id is not None:
        if following.id in seen or following.successor_id == row.id:
            said = f"{row.name} takes the place of {found.name} already, so that would go round in a circle."
            raise Invalid([Reason(said, "successor")])
        seen.add(following.id)
        after = session.get(Body, following.successor_id)
        if after is None:
            break
        following = after
    return found


def take_ending_back(session: Session, actor: Actor, now: datetime, key: str) -> Body:
    """The ending of a body was recorded by mistake: it goes on. Raises Forbidden, NotFound."""
    require_keeper(actor)
    row = of_key(session, Body, key, lock=True)
    before = row.until_on.isoformat() if row.until_on else None
    row.until_on = row.successor_id = None
    note_change(session, now, actor, "body_ending_taken_back", row.name, {"last_day": before})
    session.flush()
    return row


def split_body(session: Session, actor: Actor, now: datetime, key: str, last_day: date, names: Sequence[str]) -> Body:
    """End a body and add those it became, of the same kind, from the day after; the first is its successor.

    Raises Forbidden, NotFound, Invalid for fewer than two names, a name that is there, or days out of order.
    """
    require_keeper(actor)
    row = of_key(session, Body, key, lock=True)
    in_order(row.from_on, last_day, "last_day")
    if len({name.strip().casefold() for name in names if name.strip()}) < 2:
        raise Invalid([Reason("Give the names of at least two bodies, one a line.", "names")])
    added = [
        add_body(
            session,
            actor,
            now,
            name,
            row.kind or "other",
            section9=row.section9,
            specified_as=row.specified_as,
            from_on=last_day + timedelta(days=1),
        )
        for name in names
        if name.strip()
    ]
    became = ", ".join(one.name for one in added)
    return end_body(session, actor, now, key, last_day, successor=added[0].key, reason=f"Split into {became}.")


def _class(given: str) -> str:
    """The key of a class of specified public authorities, or nothing. Raises Invalid for one that the list has not."""
    if given and given not in specified.classes():
        raise Invalid([Reason("Choose one of the classes of the list, or that it is on none.", "specified_as")])
    return given


def _kind(given: str) -> str:
    return given if given in KINDS else "other"


def _described(row: Body) -> dict[str, object]:
    return {
        "kind": row.kind,
        "section9": row.section9,
        "specified_as": row.specified_as,
        "from": row.from_on.isoformat() if row.from_on else None,
    }
