"""Giving a partnership, a CSP or a body another name from a day on. The name before stays with its time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import a_name, refuse_same_name, require_administrator, require_keeper
from dardr.errors import Invalid, Reason
from dardr.storage.bodies import Body, Csp, FormerName, Partnership
from dardr.systime import london_date
from workflows.calendar import in_words

KINDS: dict[type[Body] | type[Csp] | type[Partnership], str] = {Body: "body", Csp: "csp", Partnership: "partnership"}


def rename(
    session: Session, actor: Actor, now: datetime, row: Body | Csp | Partnership, name: str, from_on: date | None
) -> str:
    """Give ``row`` another name from the London day ``from_on``; with None the old one was a slip and is not kept.

    Returns the name as stored. Raises Forbidden, Invalid (a day to come, or before the present name began).
    """
    kind = KINDS[type(row)]
    if kind == "body":
        require_keeper(actor)
    else:
        require_administrator(actor)
    name = a_name(name)
    if name == row.name:
        raise Invalid([Reason(f"It is called {name} already. Give the new name.", "name")])
    if isinstance(row, Partnership):
        _refuse_other_partnership(session, name, row.id)
    else:
        refuse_same_name(session, type(row), name, row.partnership_id, but=row.id)
    before = row.name
    if from_on is not None:
        _refuse_day(session, kind, row, from_on, london_date(now))
        session.add(FormerName(kind=kind, of_id=row.id, name=before, until_on=from_on - timedelta(days=1)))
    row.name = name
    note_change(
        session,
        now,
        actor,
        "renamed" if from_on else "name_corrected",
        name,
        {"kind": kind, "before": before, "from": from_on.isoformat() if from_on else None},
    )
    session.flush()
    return name


def _refuse_other_partnership(session: Session, name: str, but: int) -> None:
    found = session.scalar(
        sa.select(Partnership.id).where(sa.func.lower(Partnership.name) == name.lower(), Partnership.id != but)
    )
    if found is not None:
        raise Invalid([Reason(f"Another partnership here is called {name}. Give another name.", "name")])


def _refuse_day(session: Session, kind: str, row: Body | Csp | Partnership, from_on: date, today: date) -> None:
    if from_on > today:
        said = f"{in_words(from_on)} is still to come. Enter the new name on that day or after."
        raise Invalid([Reason(said, "from_on")])
    began = None if isinstance(row, Partnership) else row.from_on
    last = session.scalar(
        sa.select(sa.func.max(FormerName.until_on)).where(FormerName.kind == kind, FormerName.of_id == row.id)
    )
    earliest = max((day for day in (began, last + timedelta(days=1) if last else None) if day), default=None)
    if earliest is not None and from_on <= earliest:
        said = f"The present name began on {in_words(earliest)}. Give a later day."
        raise Invalid([Reason(said, "from_on")])
    if not isinstance(row, Partnership) and row.until_on is not None and from_on > row.until_on:
        said = f"It ended on {in_words(row.until_on)}. Give an earlier day."
        raise Invalid([Reason(said, "from_on")])
