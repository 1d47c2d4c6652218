"""What the nightly checks say of reminders: each that should have left by now was put into a message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.findings import Finding
from dardr.casework.post_choices import EVERYBODY, choices_for, leaves_on
from dardr.casework.post_days import of_the_partnership
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Record
from workflows.calendar import in_words


def reminders_said(session: Session, today: date) -> Iterator[Finding]:
    """No reminder waits past the day its reader's e-mail should have carried it: its words cannot be made."""
    rows = session.execute(
        sa.select(Reminder, Record.ref)
        .join(Record, Record.id == Reminder.record_id)
        .where(Reminder.outbox_id.is_(None), Reminder.dropped_at.is_(None), Reminder.for_day < today)
        .order_by(Reminder.id)
        .limit(1000)
    ).all()
    post = of_the_partnership(session)
    choices = choices_for(session, {one.address for one, _ in rows if one.address})
    told: set[tuple[str, date | None]] = set()
    for one, ref in rows:
        own = choices.get(one.address, EVERYBODY)
        # What was noted after that day's e-mail had left is for the next one.
        leaves = leaves_on(post.next(one.for_day), post, own, one.due_on, statute=one.alone)
        if leaves < today and (ref, one.due_on) not in told:
            told.add((ref, one.due_on))
            yield Finding(
                one.record_id,
                "reminder_not_said",
                f"A reminder about {ref} of {in_words(one.for_day)} could not be written. Ask for help.",
            )
