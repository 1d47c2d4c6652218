"""A reminder that a person sends: to whoever owes a running clock, now, once a day at most."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework import deadlines, outbox, reminders
from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients
from dardr.errors import Conflict
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import AuditEvent, Deadline, Record
from dardr.systime import london_date
from workflows.definition import PARTY_LABELS, Clock, Process

BY_HAND = "by-hand"


def remindable(session: Session, record: Record, process: Process) -> list[tuple[str, Deadline, Clock]]:
    """The running clocks of a record whose owner is written to and whose date is known, each with a name of its own."""
    found = []
    for row in deadlines.running(session, [record.id]):
        clock = process.clock(row.clock)
        if row.due_on is not None and not row.held and clock.owner not in NEVER_WRITTEN_TO:
            found.append((f"{row.clock}-{row.id}", row, clock))
    return found


def remind(
    session: Session, now: datetime, today: date, record: Record, process: Process, event: AuditEvent, name: str
) -> int:
    """Write the reminder of one clock to everybody who owes it; how many were written.

    Raises Conflict where the clock does not run any more, nobody can be written to, or they were written to today.
    """
    chosen = next((one for one in remindable(session, record, process) if one[0] == name), None)
    if chosen is None:
        raise Conflict("That date is not running any more, or nobody is written to about it. Look at the record again.")
    _, row, clock = chosen
    addresses = Recipients(session).addresses(record, clock.owner)
    who = PARTY_LABELS[clock.owner]
    if not addresses:
        raise Conflict(f"{who}: nobody can be written to. Enter a contact, or tell them another way and note it.")
    if _written_today(session, row.id, today):
        raise Conflict(f"{who}: they were written to about this today already. Another reminder can leave tomorrow.")
    message = reminders.reminder_message(
        session, record, process, clock, row, deadlines.state(row, clock, today), today, first=False
    )
    return outbox.write_rows(
        session,
        [
            outbox.row(
                now,
                message,
                to=address,
                party=clock.owner,
                dedupe=f"by-hand:{row.id}:{row.due_on}:{today}:{address}",
                record_id=record.id,
                event_id=event.id,
                deadline_id=row.id,
                due_on=row.due_on,
                rung=BY_HAND,
            )
            for address in addresses
        ],
    )


def _written_today(session: Session, deadline_id: int, today: date) -> bool:
    """Whether anybody was written to about a deadline on this London day, by hand or by the ordinary round."""
    last = session.scalar(
        sa.select(sa.func.max(OutboxMessage.created_at)).where(
            OutboxMessage.deadline_id == deadline_id, OutboxMessage.recipient != ""
        )
    )
    gathered = session.scalar(
        sa.select(sa.func.max(OutboxMessage.created_at))
        .join(Reminder, Reminder.outbox_id == OutboxMessage.id)
        .where(Reminder.deadline_id == deadline_id, Reminder.address != "")
    )
    return any(at is not None and london_date(at) >= today for at in (last, gathered))
