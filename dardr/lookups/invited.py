"""Who was invited to a meeting, and what they answered. Who was there is another matter, and recorded by people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from dardr.actors import Actor
from dardr.casework.panel import Seat
from dardr.casework.recipients import Recipients
from dardr.lookups.post_in import WITHOUT_CONTENT, readable_among
from dardr.lookups.timeline import message_dict
from dardr.storage.outbox import OVERTAKEN, WITHDRAWN, OutboxMessage
from dardr.storage.post_in import TO_INVITATIONS, IncomingMail
from dardr.storage.reviews import Record
from notifications.messages_of_meetings import MeetingInvitation
from workflows.definition import PARTY_LABELS, Party


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was invited: their seat where they have one, and what they answered.

    ``mail`` is the last e-mail about it as lists show it. ``says`` is one of ``storage.post_in.TO_INVITATIONS``, or
    nothing. ``before_move``: they answered when another day, time or place was planned. ``answer`` is the number of
    their answer, where this person may read it.
    """

    who: str
    address: str
    mail: dict[str, Any]
    says: str = ""
    at: datetime | None = None
    before_move: bool = False
    answer: int | None = None


def invited(session: Session, actor: Actor, meeting: Record, seats: Iterable[Seat]) -> list[Invited]:
    """Everybody who was invited, in the order of the invitations; the caller has asked who carries the meeting."""
    last: dict[str, OutboxMessage] = {}
    sent: dict[int, str] = {}
    rows = session.scalars(
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.record_id == meeting.id,
            OutboxMessage.message == MeetingInvitation.template,
            OutboxMessage.status.not_in((OVERTAKEN, WITHDRAWN)),
        )
        .options(defer(OutboxMessage.text), defer(OutboxMessage.html), defer(OutboxMessage.calendar))
        .order_by(OutboxMessage.id)
    )
    for row in rows:
        last[row.recipient.lower()] = row
        sent[row.id] = row.recipient.lower()
    answers = session.scalars(
        sa.select(IncomingMail)
        .where(IncomingMail.outbox_id.in_(sent), IncomingMail.kind.in_(TO_INVITATIONS))
        .options(*WITHOUT_CONTENT)
        .order_by(IncomingMail.received_at, IncomingMail.id)
    ).all()
    latest = {sent[one.outbox_id or 0]: one for one in answers}
    readable = readable_among(session, actor, list(latest.values()))
    chairs = Recipients(session).addresses(meeting, Party.INDEPENDENT_CHAIR)
    who = dict.fromkeys((address.lower() for address in chairs), PARTY_LABELS[Party.INDEPENDENT_CHAIR])
    who |= {address.lower(): seat.label for seat in seats for address in seat.addresses()}
    found = []
    for address, row in last.items():
        one = Invited(who.get(address, row.recipient), row.recipient, message_dict(meeting.ref, row, row.recipient))
        if (came := latest.get(address)) is not None:
            answer = came.id if came.id in readable else None
            one = replace(one, says=came.kind, at=came.received_at, before_move=came.outbox_id != row.id, answer=answer)
        found.append(one)
    return found
