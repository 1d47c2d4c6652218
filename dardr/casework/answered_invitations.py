"""Whose answer to which of our invitations a calendar program has sent: found by what identifies the meeting.

Calendar programs rarely say which e-mail they answer. What identifies an entry holds a mark that nobody can guess who
was not invited. An answer is shown on its meeting as what it says; who was there is recorded by people.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.calendar_entries import uid
from dardr.casework.panel import MEETING
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Record
from notifications.invitation_answers import InvitationAnswer

_OURS = re.compile(rf"{MEETING}-(\d{{1,9}})@")


def meeting_of(session: Session, answer: InvitationAnswer) -> Record | None:
    """The meeting it speaks of; None where it is none of ours."""
    found = _OURS.match(answer.uid)
    if found is None or uid(session, MEETING, int(found[1])) != answer.uid:
        return None
    record = session.get(Record, int(found[1]))
    return record if record is not None and record.process_key == MEETING else None


def invitation_of(session: Session, meeting: Record, answer: InvitationAnswer) -> OutboxMessage | None:
    """The invitation answered: of those sent to this person, the one of that state of the meeting, else the last.

    None for somebody we have not invited, as where an invitation was passed on.
    """
    sent = session.scalars(
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.record_id == meeting.id,
            OutboxMessage.calendar.is_not(None),
            OutboxMessage.message_id.is_not(None),
            sa.func.lower(OutboxMessage.recipient) == answer.attendee,
        )
        .order_by(OutboxMessage.id.desc())
    ).all()
    of_that = (row for row in sent if f"\r\nSEQUENCE:{answer.sequence}\r\n" in (row.calendar or ""))
    return next(of_that, next(iter(sent), None))
