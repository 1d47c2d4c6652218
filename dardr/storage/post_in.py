"""Post that comes in: what was returned undelivered, what was answered, and which addresses do not work."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base

BOUNCE, DELAYED, AUTOMATIC, REPLY = "bounce", "delayed", "automatic", "reply"
ACCEPTED, DECLINED, TENTATIVE, OTHER_TIME = "accepted", "declined", "tentative", "other_time"
TO_INVITATIONS = (ACCEPTED, DECLINED, TENTATIVE, OTHER_TIME)
"""What a calendar program answers to one of our invitations, for its reader."""


class FailingAddress(Base):
    """An address that does not work: nothing more is sent to it until a person says that it works again."""

    __tablename__ = "failing_address"
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(254), index=True)
    since: Mapped[datetime]
    why: Mapped[str] = mapped_column(sa.Text)
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox_message.id"))
    cleared_at: Mapped[datetime | None]
    cleared_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    __table_args__ = (
        sa.Index(
            "ix_failing_address_now",
            "address",
            unique=True,
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
    )


class IncomingMail(Base):
    """One message read from the team's mailbox, sealed whole with a key of its own: it may hold names.

    ``digest`` is the SHA-256 of its bytes, so that it is taken in once. ``kind`` is bounce, delayed, automatic, reply,
    or what a calendar answers to an invitation (``TO_INVITATIONS``). ``outbox_id`` is the message it answers,
    ``record_id`` the record it is shown on; both None until somebody
    says where it belongs. ``dealt_at`` is when a person had read it.
    """

    __tablename__ = "incoming_mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    received_at: Mapped[datetime]
    taken_in_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(sa.String(20))
    sender: Mapped[str] = mapped_column(sa.String(254), default="")
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox_message.id"), index=True)
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"), index=True)
    wrapped_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    dealt_at: Mapped[datetime | None]
    dealt_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    __table_args__ = (
        sa.Index(
            "ix_incoming_mail_waiting",
            "received_at",
            sqlite_where=sa.text("dealt_at IS NULL"),
            postgresql_where=sa.text("dealt_at IS NULL"),
        ),
    )


class MailboxPlace(Base):
    """How far a mailbox was read: the last UID of an IMAP folder under its UIDVALIDITY."""

    __tablename__ = "mailbox_place"
    mailbox: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    validity: Mapped[str] = mapped_column(sa.String(40), default="")
    last_uid: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime]
    said: Mapped[str] = mapped_column(sa.Text, default="")
