"""Local community safety partnerships: added, what they cover, ended. Their names change in ``names``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

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
    require_administrator,
)
from dardr.errors import Invalid, Reason
from dardr.storage.bodies import Csp

MOST_AREAS = 300


def add_csp(
    session: Session, actor: Actor, now: datetime, name: str, areas: Sequence[str] = (), from_on: date | None = None
) -> Csp:
    """Add a local partnership with the areas it covers, one or two districts. Raises Forbidden, Invalid, Conflict."""
    require_administrator(actor)
    partnership, name = home(session), a_name(name)
    refuse_same_name(session, Csp, name, partnership.id)
    row = Csp(
        partnership_id=partnership.id,
        key=key_from(session, Csp, name),
        name=name,
        areas=_areas(areas),
        from_on=from_on,
    )
    session.add(row)
    session.flush()
    note_change(session, now, actor, "csp_added", name, {"key": row.key, "areas": row.areas})
    return row


def change_csp(
    session: Session, actor: Actor, now: datetime, key: str, areas: Sequence[str], from_on: date | None
) -> Csp:
    """Change the areas a local partnership covers, and since when it exists. Raises Forbidden, Invalid, NotFound."""
    require_administrator(actor)
    row = of_key(session, Csp, key, lock=True)
    in_order(from_on, row.until_on, "from_on")
    before = {"areas": row.areas, "from": row.from_on.isoformat() if row.from_on else None}
    row.areas, row.from_on = _areas(areas), from_on
    after = {"areas": row.areas, "from": from_on.isoformat() if from_on else None}
    note_change(session, now, actor, "csp_changed", row.name, {"before": before, "after": after})
    session.flush()
    return row


def end_csp(session: Session, actor: Actor, now: datetime, key: str, last_day: date | None) -> Csp:
    """End a local partnership with its last day (a London date), or with None take its ending back.

    Its reviews stay with it; new ones are not offered it after that day. Raises Forbidden, Invalid, NotFound.
    """
    require_administrator(actor)
    row = of_key(session, Csp, key, lock=True)
    in_order(row.from_on, last_day, "last_day")
    row.until_on = last_day
    note_change(
        session,
        now,
        actor,
        "csp_ended" if last_day else "csp_ending_taken_back",
        row.name,
        {"last_day": last_day.isoformat() if last_day else None},
    )
    session.flush()
    return row


def _areas(given: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for one in (" ".join(str(line).split()) for line in given):
        if one:
            found.setdefault(one.casefold(), one)
    if len(found) > MOST_AREAS or any(len(one) > 100 for one in found.values()):
        raise Invalid([Reason(f"Areas: at most {MOST_AREAS} lines of up to 100 characters.", "areas")])
    return list(found.values())
