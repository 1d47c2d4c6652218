"""Which records a message speaks of: its own, and those of the reminders it carries."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder


def carried_records(session: Session, outbox_ids: Iterable[int]) -> dict[int, set[int]]:
    """By message, the records of the reminders it carries, by id; none for a message that carries no reminder."""
    found: dict[int, set[int]] = {one: set() for one in outbox_ids}
    if found:
        pairs = sa.select(Reminder.outbox_id, Reminder.record_id).where(Reminder.outbox_id.in_(found))
        for outbox_id, record_id in session.execute(pairs):
            found[outbox_id or 0].add(record_id)
    return found


def records_of_messages(session: Session, rows: Iterable[OutboxMessage]) -> dict[int, set[int]]:
    """By message, the records it speaks of, by id."""
    rows = list(rows)
    gathered = carried_records(session, (row.id for row in rows if row.record_id is None))
    return {row.id: gathered[row.id] if row.record_id is None else {row.record_id} for row in rows}
