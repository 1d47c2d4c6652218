"""What waits for the lead of an agency to sign off: they are reminded in the e-mail of the day while it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.noting import Values, note, reminder_values
from dardr.casework.recipients import Recipients
from dardr.storage.doors import WAITING, ForSignOff
from dardr.storage.people import User
from dardr.storage.reminders import Reminder
from dardr.systime import LONDON, london_date
from workflows.clocks import Telling
from workflows.definition import Party
from workflows.post_days import SIGN_OFF_AFTER, PostDays, sign_off_step

RUNG = "sign-off:"


def waiting_long(session: Session, today: date) -> list[int]:
    """The numbers of what was written so long before ``today`` (a London date) that a lead might be reminded of it."""
    before = datetime.combine(today - timedelta(days=SIGN_OFF_AFTER - 1), datetime.min.time(), LONDON)
    query = sa.select(ForSignOff.id).where(ForSignOff.state == WAITING, ForSignOff.written_at < before)
    return list(session.scalars(query.order_by(ForSignOff.id)))


def look_at_sign_offs(session: Session, now: datetime, post: PostDays, ids: Sequence[int]) -> tuple[int, int]:
    """Note which leads are to be reminded of what waits for them; how many were read, how many reminders are new."""
    today = london_date(now)
    rows = session.scalars(
        sa.select(ForSignOff)
        .where(ForSignOff.id.in_(ids), ForSignOff.state == WAITING)
        .order_by(ForSignOff.id)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    people = Recipients(session)
    written: list[Values] = []
    for row in rows:
        step = sign_off_step(london_date(row.written_at), today, post)
        if step is None:
            continue
        written += [
            reminder_values(
                now, Telling.SIGN_OFF, f"{RUNG}{row.id}:{step}", Party.AGENCY_LEAD, address,
                record_id=row.record_id, due_on=None, rung=f"{RUNG}{row.id}",
            )
            for address in leads_asked(session, people, row) or [""]
        ]  # fmt: skip
    return len(rows), len(note(session, written))


def leads_asked(session: Session, people: Recipients, row: ForSignOff) -> list[str]:
    """The addresses of the leads who may sign something off: not that of whoever wrote it."""
    writer = session.get_one(User, row.written_by).email.strip().lower()
    return [one for one in people.at_body(row.body_id, Party.AGENCY_LEAD) if one.strip().lower() != writer]


def sign_off_days(
    session: Session, row: ForSignOff, first: date, last: date, post: PostDays
) -> Iterator[tuple[date, int]]:
    """The London days from ``first`` to ``last`` on which a lead would be reminded of this, and the step of each."""
    written = london_date(row.written_at)
    told = session.scalars(sa.select(Reminder.for_day).where(Reminder.rung == f"{RUNG}{row.id}"))
    said = {sign_off_step(written, day, post) for day in told}
    day = first
    while day <= last:
        step = sign_off_step(written, day, post)
        if step is not None and step not in said:
            said.add(step)
            yield day, step
        day = post.next(day)


def waiting_for_lead(session: Session, reminders: Iterable[Reminder]) -> dict[int, ForSignOff]:
    """By number of the reminder, what still waits among that which these speak of."""
    asked = {one.id: int(one.rung.removeprefix(RUNG)) for one in reminders if one.kind == Telling.SIGN_OFF}
    if not asked:
        return {}
    query = sa.select(ForSignOff).where(ForSignOff.id.in_(set(asked.values())), ForSignOff.state == WAITING)
    rows = {row.id: row for row in session.scalars(query)}
    return {one: rows[number] for one, number in asked.items() if number in rows}
