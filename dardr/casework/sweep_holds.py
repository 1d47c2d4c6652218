"""Holds that are to be looked at again: on their day, and a week on from it, until they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.noting import Values, note, reminder_values
from dardr.casework.recipients import Recipients
from dardr.storage.reviews import Hold, Record
from dardr.systime import london_date
from workflows.clocks import Telling
from workflows.definition import Party
from workflows.post_days import PostDays


def look_at_holds(session: Session, now: datetime, post: PostDays, ids: Sequence[int]) -> tuple[int, int]:
    """Note who is to look at these holds again; how many were read, and how many reminders are new."""
    today = london_date(now)
    rows = session.execute(
        sa.select(Hold, Record)
        .join(Record, Record.id == Hold.record_id)
        .where(Hold.id.in_(ids), Hold.next_look_on.is_not(None))
        .order_by(Hold.id)
        .with_for_update(skip_locked=True, key_share=True, of=[Hold, Record])
    ).all()
    people = Recipients(session)
    people.prepare(record for _, record in rows)
    written: list[Values] = []
    for hold, record in rows:
        if not post.has(today):
            hold.next_look_on = max(post.next(today), hold.next_look_on or today)
            continue
        until = post.reach(today)
        day = hold_day(hold, until)
        hold.next_look_on = next_hold_look(hold, until)
        if day is None:
            continue
        written += [
            reminder_values(
                now, Telling.LOOK_AGAIN, f"hold:{hold.id}:{day}", Party.CASE_MANAGER, address,
                record_id=record.id, hold_id=hold.id, due_on=hold.review_by, rung=f"hold:{hold.id}",
            )
            for address in people.addresses(record, Party.CASE_MANAGER) or [""]
        ]  # fmt: skip
    new = note(session, written)
    session.flush()
    return len(rows), len(new)


def _open(hold: Hold) -> bool:
    return hold.ended_by_event is None and hold.undone_by_event is None and hold.review_by is not None


def hold_day(hold: Hold, today: date) -> date | None:
    """The latest day, its review-by date or a week on from it, on which somebody is asked to look at a hold again."""
    if not _open(hold) or hold.review_by is None or hold.review_by > today:
        return None
    return hold.review_by + timedelta(days=(today - hold.review_by).days // 7 * 7)


def next_hold_look(hold: Hold, after: date) -> date | None:
    """The next such day after ``after``; None for a hold that has ended."""
    if not _open(hold) or hold.review_by is None:
        return None
    if hold.review_by > after:
        return hold.review_by
    return hold.review_by + timedelta(days=((after - hold.review_by).days // 7 + 1) * 7)
