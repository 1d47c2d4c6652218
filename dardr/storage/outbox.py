"""E-mail waiting to be sent, sent, or refused. The row is written with the event that caused it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base

QUEUED, IN_FLIGHT, WAITING, SENT, FAILED, WITHDRAWN, OVERTAKEN, NO_ADDRESS = (
    "queued",
    "in_flight",
    "waiting",
    "sent",
    "failed",
    "withdrawn",
    "overtaken",
    "no_address",
)
DELIVERED, DELAYED, BOUNCED = "delivered", "delayed", "bounced"
"""What became known of a message after a server had taken it."""


class OutboxMessage(Base):
    """One message to one address, as rendered when it was written. ``dedupe_key`` makes a second one impossible.

    ``calendar`` is an invitation (iCalendar) that goes with it. ``transport_ref`` is the number that a transport other
    than SMTP gave it. ``delivery`` is what became known after it was sent: delivered, delayed, bounced, or nothing yet.
    """

    __tablename__ = "outbox_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(sa.String(300), unique=True)
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
    deadline_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deadline.id"), index=True)
    due_on: Mapped[date | None]
    rung: Mapped[str] = mapped_column(sa.String(30), default="")
    message: Mapped[str] = mapped_column(sa.String(60))
    party: Mapped[str] = mapped_column(sa.String(40), default="")
    recipient: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.String(20), default=QUEUED)
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(sa.String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    message_id: Mapped[str | None] = mapped_column(sa.String(200), index=True)
    calendar: Mapped[str | None] = mapped_column(sa.Text)
    transport_ref: Mapped[str | None] = mapped_column(sa.String(100), index=True)
    delivery: Mapped[str] = mapped_column(sa.String(20), default="")
    delivery_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    __table_args__ = (
        sa.Index(
            "ix_outbox_message_claim",
            "not_before",
            sqlite_where=sa.text("status IN ('queued', 'waiting', 'in_flight')"),
            postgresql_where=sa.text("status IN ('queued', 'waiting', 'in_flight')"),
        ),
        sa.Index(
            "ix_outbox_message_undelivered",
            "record_id",
            "status",
            sqlite_where=sa.text("status IN ('failed', 'no_address')"),
            postgresql_where=sa.text("status IN ('failed', 'no_address')"),
        ),
    )


UNDELIVERED = OutboxMessage.status.in_(
    sa.bindparam("undelivered", (FAILED, NO_ADDRESS), expanding=True, literal_execute=True)
)
"""The condition on messages that did not reach anybody; said with its values, so that its small index is used."""


class OutboxAttempt(Base):
    """One try at sending, and what the server answered."""

    __tablename__ = "outbox_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(sa.ForeignKey("outbox_message.id"), index=True)
    at: Mapped[datetime]
    result: Mapped[str] = mapped_column(sa.String(20))
    answer: Mapped[str] = mapped_column(sa.Text, default="")
