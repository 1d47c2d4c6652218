"""Recording that a regime of law is in force. Until then nothing can be opened under it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage.installation import RegimeUnlock
from dardr.storage.people import User
from workflows.answers import read
from workflows.calendar import in_words
from workflows.definition import Field, FieldType, Process, Role

QUESTIONS = (
    Field("instrument", "Commencement instrument", help="Its title and number, as made."),
    Field("commences", "Day it comes into force", FieldType.DATE, future=True),
    Field("guidance", "Address of the statutory guidance", FieldType.URL),
    Field("transitional", "Transitional rule", help="Which deaths or reviews stay under the earlier law."),
)


def locked_regimes() -> dict[str, list[Process]]:
    """The regimes that need a record of commencement, and the processes each one locks."""
    found: dict[str, list[Process]] = {}
    for process in workflows.all_processes():
        if process.needs_unlock:
            found.setdefault(process.needs_unlock, []).append(process)
    return found


def unlocked(session: Session) -> set[str]:
    """The regimes recorded as in force here."""
    return set(session.scalars(sa.select(RegimeUnlock.regime)))


def regimes(session: Session) -> list[dict[str, Any]]:
    """Every regime: in force by itself, locked, or unlocked by whom on what grounds."""
    rows = {
        row.regime: (row, name)
        for row, name in session.execute(
            sa.select(RegimeUnlock, User.name).join(User, User.id == RegimeUnlock.recorded_by)
        )
    }
    found: list[dict[str, Any]] = []
    locked = locked_regimes()
    for name in sorted({p.regime for p in workflows.all_processes() if p.regime}, reverse=True):
        processes = [p.id for p in workflows.all_processes() if p.regime == name]
        record = rows.get(name)
        found.append(
            {
                "regime": name,
                "processes": processes,
                "needs_unlock": name in locked,
                "unlocked": name not in locked or record is not None,
                "unlock": _unlock(*record) if record else None,
            }
        )
    return found


def _unlock(row: RegimeUnlock, by: str) -> dict[str, Any]:
    return {
        "instrument": row.instrument,
        "commences_on": row.commences_on.isoformat(),
        "guidance_url": row.guidance_url,
        "transitional_rule": row.transitional_rule,
        "recorded_by": by,
        "recorded_at": row.recorded_at.isoformat(),
    }


def unlock_regime(
    session: Session, actor: Actor, now: datetime, regime: str, answers: dict[str, str]
) -> dict[str, Any]:
    """Record that ``regime`` is in force: instrument, commences (London date), guidance (address), transitional.

    Said once; a second time is refused. Raises Forbidden (only an administrator), NotFound, Conflict, Invalid.
    """
    if Role.ADMINISTRATOR not in actor.everywhere:
        raise Forbidden("Only an administrator records that a regime is in force.")
    if regime not in locked_regimes():
        names = ", ".join(locked_regimes()) or "none"
        raise NotFound(f"There is no locked regime called {regime}. Regimes that can be unlocked: {names}.")
    row = session.scalar(sa.select(RegimeUnlock).where(RegimeUnlock.regime == regime))
    if row is not None:
        raise Conflict(
            f"{regime} was recorded as in force already, from {in_words(row.commences_on)} ({row.instrument})."
        )
    typed, problems = read(QUESTIONS, answers, {})
    if problems:
        raise Invalid([Reason(p.reason, p.field) for p in problems])
    commences: date = typed["commences"]
    row = RegimeUnlock(
        regime=regime,
        instrument=typed["instrument"],
        commences_on=commences,
        guidance_url=typed["guidance"],
        transitional_rule=typed["transitional"],
        recorded_by=actor.id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    return {"regime": regime, **_unlock(row, actor.name)}
