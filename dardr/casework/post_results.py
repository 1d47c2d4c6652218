"""What became of messages after they were accepted, asked of a transport that knows: delivered, or come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from dardr.casework.failing import returned
from dardr.storage.engine import Database
from dardr.storage.outbox import DELIVERED, FAILED, SENT, OutboxAttempt, OutboxMessage

ASKED_FOR = timedelta(hours=72)
"""A transport that has not delivered a message by then does not go on trying."""

STATUS = {"permanent-failure": "5.1.1", "temporary-failure": "5.4.7"}
"""RFC 3463: no such address; it could not be delivered in the time there was."""

WORDS = {
    "permanent-failure": "GOV.UK Notify: there is no such address.",
    "temporary-failure": "GOV.UK Notify: the address took no message for three days.",
}
NOT_SENT = "GOV.UK Notify took the message and could not send it, by a fault of its own. Ask for another try."

log = structlog.get_logger(__name__)


class KnowsResults(Protocol):
    """A transport that can say what became of a message."""

    def results(self, refs: Iterable[str]) -> dict[str, str]:
        """By the number the transport gave: its word for how the message stands. Raises ConnectionError."""
        ...


@dataclass(slots=True)
class Results:
    """What one look found: messages delivered, come back, and not sent after all."""

    delivered: int = 0
    returned: int = 0
    not_sent: int = 0


def fetch_results(database: Database, transport: KnowsResults, now: datetime) -> Results:
    """Ask about the messages of the last three days of which nothing is known yet, and keep what is said.

    ``now`` is an aware UTC instant. Each result is kept in a transaction of its own; one that cannot be kept is asked
    for again. Raises ConnectionError where the transport does not answer.
    """
    with database.read() as session:
        open_ones: dict[str, int] = {
            ref: number
            for number, ref in session.execute(
                sa.select(OutboxMessage.id, OutboxMessage.transport_ref).where(
                    OutboxMessage.transport_ref.is_not(None),
                    OutboxMessage.status == SENT,
                    OutboxMessage.delivery == "",
                    OutboxMessage.settled_at > now - ASKED_FOR,
                )
            )
            if ref
        }
    found = Results()
    if not open_ones:
        return found
    for ref, status in transport.results(open_ones).items():
        try:
            with database.write() as session:
                _keep(session, now, open_ones[ref], status, found)
        except Exception as error:
            log.error("post.result_not_kept", outbox_id=open_ones[ref], error=type(error).__name__)
    return found


def _keep(session: Session, now: datetime, outbox_id: int, status: str, found: Results) -> None:
    if status in STATUS:
        found.returned += returned(session, now, outbox_id, WORDS[status], status=STATUS[status])
        return
    row = session.scalar(sa.select(OutboxMessage).where(OutboxMessage.id == outbox_id).with_for_update())
    if row is None or row.status != SENT or row.delivery:
        return
    if status == "delivered":
        row.delivery, row.delivery_at = DELIVERED, now
        session.add(OutboxAttempt(outbox_id=row.id, at=now, result=DELIVERED, answer="GOV.UK Notify delivered it."))
        found.delivered += 1
    elif status == "technical-failure":
        row.status, row.settled_at, row.last_error = FAILED, now, NOT_SENT
        session.add(OutboxAttempt(outbox_id=row.id, at=now, result="not_sent", answer=NOT_SENT))
        found.not_sent += 1
