"""Noting reminders: one row for each date, step and person, once, whoever notes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dardr.casework.outbox import short_key
from dardr.storage.engine import is_sqlite
from dardr.storage.reminders import Reminder
from dardr.systime import london_date
from workflows.clocks import Telling
from workflows.definition import Party

Values = dict[str, Any]


def reminder_values(
    now: datetime,
    kind: Telling,
    about: str,
    party: Party | str,
    address: str,
    *,
    record_id: int,
    rung: str,
    due_on: date | None,
    deadline_id: int | None = None,
    hold_id: int | None = None,
    alone: bool = False,
) -> Values:
    """The values of one row of ``reminder`` for the day of ``now``; ``about`` and the reader make its key."""
    return {
        "key": short_key(f"{about}:{address.lower() or party}"),
        "record_id": record_id,
        "deadline_id": deadline_id,
        "hold_id": hold_id,
        "kind": str(kind),
        "rung": rung,
        "due_on": due_on,
        "party": str(party),
        "address": address,
        "for_day": london_date(now),
        "alone": alone,
        "created_at": now,
    }


def note(session: Session, rows: Sequence[Values]) -> list[Values]:
    """Write reminders, leaving out those whose key is there already; those that are new."""
    if not rows:
        return []
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    table: Any = Reminder.__table__
    statement = insert(table).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.key)
    new = set(session.connection().execute(statement, list(rows)).scalars())
    return [row for row in rows if row["key"] in new]
