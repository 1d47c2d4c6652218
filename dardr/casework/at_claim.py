"""A last look at messages before they leave: is everything they say still so, and is their reader still there?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from dardr.casework import gathered
from dardr.casework.leavers import leavers
from dardr.casework.outbox import AT_ANY_HOUR
from dardr.casework.overtaken import LEFT, Spoken, messages_over, over, spoken_of
from dardr.casework.round_of_post import rewrite
from dardr.storage.outbox import IN_FLIGHT, OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.systime import london_date
from notifications.messages import HolidayMovedDates

AS_WRITTEN = frozenset({HolidayMovedDates.template})
"""Messages that say what happened: their words stay while a part of them is still so."""

log = structlog.get_logger(__name__)


def overtaken(session: Session, rows: Sequence[OutboxMessage], now: datetime) -> dict[int, str]:
    """Of messages that are about to leave, those with nothing to say any more, by id, with the reason.

    One that still has something to say says only that: its words are made anew where part of it is over. One that a
    mail server may have taken already keeps its words, so that a second copy is the same.
    """
    carried: dict[int, list[Reminder]] = {}
    found = session.scalars(
        sa.select(Reminder).where(Reminder.outbox_id.in_([row.id for row in rows])).order_by(Reminder.id)
    )
    for one in found:
        carried.setdefault(one.outbox_id or 0, []).append(one)
    every = [one for reminders in carried.values() for one in reminders]
    spoken = spoken_of(session, every)
    ended = over(session, every, spoken)
    done = messages_over(session, [row for row in rows if row.id not in carried])
    gone = leavers(session, (row.recipient for row in rows if row.message not in AT_ANY_HOUR))
    for row in rows:
        reminders = carried.get(row.id, [])
        if row.recipient.lower() in gone and row.message not in AT_ANY_HOUR:
            done[row.id] = LEFT
        elif reminders and all(one.id in ended for one in reminders):
            done[row.id] = ended[reminders[0].id]
        elif row.status != IN_FLIGHT and any(one.id in ended for one in reminders) and row.message not in AS_WRITTEN:
            _without(session, row, reminders, ended, spoken, now)
    return done


def _without(
    session: Session,
    row: OutboxMessage,
    reminders: Sequence[Reminder],
    ended: dict[int, str],
    spoken: Spoken,
    now: datetime,
) -> None:
    still = gathered.subjects(session, [one for one in reminders if one.id not in ended], spoken)
    try:
        rewrite(session, row, still, london_date(now))
    except Exception as error:
        log.error("outbox.not_rewritten", outbox_id=row.id, error=type(error).__name__)
        return  # what it says was true this morning, and its lines lead to what is true now
    for one in reminders:
        if one.id in ended:
            one.outbox_id, one.dropped_at, one.dropped_because = None, now, ended[one.id]
