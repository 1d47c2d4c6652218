"""Brief me: one review on one page, and a line for each of the caseload, for somebody who takes over or must answer.

Only what is recorded, in the words of the record; nothing that anybody wrote freely, and no identities.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.lookups.deadlines import running_state, stands_of
from dardr.lookups.family import BRANCH, last_contact
from dardr.lookups.publication import in_a_line
from dardr.lookups.waiting import HOLD_WORDS, Standing, Waits
from dardr.storage.bodies import Csp
from dardr.storage.reviews import Deadline, Record, RecordCsp
from workflows.answers import stored_date
from workflows.clocks import MISSED
from workflows.definition import Clock, Party

FAMILY_ACTIONS = (
    "tell_family",
    "record_family_contact",
    "give_draft_to_family",
    "record_family_response",
    "tell_family_publication",
)
"""The actions by which contact with a family is recorded; an attempt without an answer is none."""
ATTEMPT = "attempt"
NOT_FAMILY = "person_responsible"
MOST_DATES = 4


@dataclass(frozen=True, slots=True)
class Dated:
    """A running date of a review or of what serves it. ``stands`` is what ``how_it_stands`` reads."""

    label: str
    ref: str
    due: date | None
    stands: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Brief:
    """One review: where, why, next, risk, family. Days are London dates."""

    ref: str
    title: str
    process: str
    phase: str
    stage: str
    means: str
    since: date
    opened_on: date
    csps: tuple[str, ...]
    case_manager: str
    waiting: str
    next_words: str
    next_who: str
    in_the_way: tuple[str, ...]
    holds: tuple[str, ...]
    delays: tuple[str, ...]
    dates: tuple[Dated, ...]
    risks: tuple[Dated, ...]
    other_risks: tuple[str, ...]
    outstanding: str
    family_last: tuple[str, date] | None
    family_next: tuple[str, date | None] | None
    publication: str
    final: bool


def briefs(session: Session, actor: Actor, today: date, refs: Iterable[str] | None = None) -> list[Brief]:
    """The reviews this actor may see, or those of these references: not ended ones unless asked for by reference.

    ``today`` is a London date. The number of queries does not depend on how many there are.
    """
    query = sa.select(Record.id).where(visible(actor), Record.process_key.in_(workflows.REVIEW_KEYS))
    query = query.where(Record.ref.in_(list(refs))) if refs is not None else query.where(Record.final.is_(False))
    waits = Waits(session, actor, session.scalars(query), today)
    csps: dict[int, list[str]] = {}
    for record_id, name in session.execute(
        sa.select(RecordCsp.record_id, Csp.name)
        .join(Csp, Csp.id == RecordCsp.csp_id)
        .where(RecordCsp.record_id.in_(list(waits.of)))
        .order_by(Csp.name)
    ):
        csps.setdefault(record_id, []).append(name)
    found = [_brief(waits, standing, csps.get(one, []), today) for one, standing in waits.of.items()]
    return sorted(found, key=lambda brief: brief.ref)


def _brief(waits: Waits, standing: Standing, csps: list[str], today: date) -> Brief:
    record, process, stage = standing.record, standing.process, standing.stage
    dates = [_dated(one, row, today) for one in (standing, *standing.open_items) for row in one.deadlines]
    own = [d for d in dates if d.ref == record.ref]
    missed = [d for d in dates if d.stands["state"] in {str(state) for state in MISSED}]
    nearest = sorted((d for d in dates if d.due is not None and d not in missed), key=lambda d: d.due or date.max)
    carried = waits.owners(record, Party.CASE_MANAGER) if record.case_manager_id is not None else ()
    blocked = [step for step in standing.steps if step.reasons]
    return Brief(
        ref=record.ref,
        title=record.title,
        process=record.process_key,
        phase=process.phase_of(record.stage).label,
        stage=stage.label,
        means=stage.means,
        since=standing.since,
        opened_on=record.opened_on,
        csps=tuple(csps),
        case_manager=", ".join(carried),
        waiting=waits.line(record.id),
        next_words="" if stage.final else standing.next_words,
        next_who="" if stage.final else waits.who(standing, waits.mover(standing)),
        in_the_way=() if standing.next_step else tuple(reason for step in blocked[:1] for reason in step.reasons),
        holds=tuple(_hold_words(hold.kind) for hold in standing.holds),
        delays=_delays(standing),
        dates=tuple([*(d for d in own if d.due is None), *nearest][:MOST_DATES]),
        risks=tuple(missed),
        other_risks=_other_risks(standing, carried, today),
        outstanding=_outstanding(standing),
        family_last=_family_last(standing),
        family_next=_family_next(standing, today),
        publication=in_a_line(record.facts),
        final=stage.final,
    )


def _dated(standing: Standing, row: Deadline, today: date) -> Dated:
    clock: Clock = standing.process.clock(row.clock)
    holds = {hold.kind for hold in standing.holds}
    state = running_state(clock, row, holds, today)
    whose = f" ({', '.join(standing.bodies)})" if standing.bodies else ""
    return Dated(
        f"{clock.label}{whose}",
        standing.record.ref,
        None if clock.owner is Party.FAMILY else row.due_on,
        stands_of(clock, row, state),
    )


def _hold_words(kind: str) -> str:
    return HOLD_WORDS.get(kind, kind.replace("_", " "))


def _delays(standing: Standing) -> tuple[str, ...]:
    """Why dates are past, as chosen from the list; never the free words."""
    field = next(f for f in standing.process.action("record_delay_reason").fields if f.name == "delay_cause")
    words = {choice.value: choice.label for choice in field.choices}
    causes = [str(entry.get("delay_cause")) for entry in standing.record.facts.get("delays") or []]
    return tuple(dict.fromkeys(words.get(cause, cause) for cause in causes))


def _other_risks(standing: Standing, carried: tuple[str, ...], today: date) -> tuple[str, ...]:
    if standing.stage.final:
        return ()
    found = [] if carried else ["Nobody carries this review."]
    for hold in standing.holds:
        if hold.review_by is not None and hold.review_by < today:
            found.append(f"The hold for {_hold_words(hold.kind)} has not been looked at again as planned.")
    return tuple(found)


def _outstanding(standing: Standing) -> str:
    """``4 of 6 agency returns are in``; of actions likewise. Empty where there are none."""
    said = []
    for key, noun, done_words in (("agency-return", "agency returns", "in"), ("action", "actions", "ended")):
        items = [item for item in standing.items if item.process.key == key]
        if items:
            said.append(f"{sum(item.stage.final for item in items)} of {len(items)} {noun} {done_words}")
    return "; ".join(said)


# --- the family -------------------------------------------------------------------------------------------


def _family_last(standing: Standing) -> tuple[str, date] | None:
    """The last contact with family or friends that is on record, and what it was."""
    found: list[tuple[date, str]] = []
    past = done(standing.record.facts)
    for key in FAMILY_ACTIONS:
        if key in past and key != "record_family_contact":
            found.append((past[key].occurred_on, FAMILY_WORDS[key]))
    kinds = {
        choice.value: choice.label
        for f in standing.process.action("record_family_contact").fields
        if f.name == "contact_kind"
        for choice in f.choices
    }
    for entry in standing.record.facts.get("family_contacts") or []:
        day = stored_date(entry.get("on"))
        kind = str(entry.get("contact_kind") or "")
        if day is not None and kind != ATTEMPT and entry.get("with_whom") != NOT_FAMILY:
            found.append((day, kinds.get(kind, "Contact")))
    found += [(day, words) for words, day in filter(None, (last_contact(one.record) for one in _branches(standing)))]
    if not found:
        return None
    day, words = max(found)
    return words, day


def _branches(standing: Standing) -> list[Standing]:
    """The branches of the family that whoever asks may see."""
    return [item for item in standing.items if item.process.key == BRANCH]


FAMILY_WORDS = {
    "tell_family": "They were told the decision",
    "give_draft_to_family": "They were given a version to read",
    "record_family_response": "They answered on a version",
    "tell_family_publication": "They were told of the publication",
}


def _family_next(standing: Standing, today: date) -> tuple[str, date | None] | None:
    """The next contact that is planned or owed; with the family itself, there is no day."""
    for row in standing.deadlines:
        clock = standing.process.clock(row.clock)
        if clock.owner is Party.FAMILY:
            return "A version is with them to read", None
        if clock.owed_to is Party.FAMILY:
            return clock.label, row.due_on
    updates = [
        (row.due_on or date.max, one.process.clock(row.clock).label)
        for one in _branches(standing)
        for row in one.deadlines
        if one.process.clock(row.clock).owed_to is Party.FAMILY
    ]
    if updates:
        due, label = min(updates)
        return label, None if due == date.max else due
    deferred = standing.record.facts.get("family_not_told") or []
    day = stored_date(deferred[-1].get("look_again_on")) if deferred else None
    return ("Look again whether they can be told", day) if day is not None and day >= today else None
