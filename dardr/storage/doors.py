"""Links that open one door for one person, and what somebody wrote that a colleague is still to sign off."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class DoorLink(Base):
    """A link sent to one person for one purpose; only its hash is kept. Used once, revoked, never deleted.

    ``purpose`` says what the session it opens may reach; ``record_id`` and ``body_id`` narrow it. Where
    ``needs_code``, a code sent in a message of its own is asked for; of it too only a hash is kept. ``session_id`` is
    the session it opened, ``with_code`` whether the code was given for it.
    """

    __tablename__ = "door_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    purpose: Mapped[str] = mapped_column(sa.String(30))
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"), index=True)
    body_id: Mapped[int | None] = mapped_column(sa.ForeignKey("body.id"))
    needs_code: Mapped[bool] = mapped_column(default=False)
    code_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    code_sent_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox_message.id"))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    revoked_because: Mapped[str] = mapped_column(sa.String(40), default="")
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("web_session.id"), index=True)
    with_code: Mapped[bool] = mapped_column(default=False)


WAITING, SIGNED_OFF, SENT_BACK, WITHDRAWN = "waiting", "signed_off", "sent_back", "withdrawn"
"""How what waits for a lead stands."""


class ForSignOff(Base):
    """What somebody of a body wrote, kept until the body's lead signs it off; then the action is taken with it.

    ``sealed`` holds the answers, sealed like a draft; ``state`` is waiting, signed_off, sent_back or withdrawn;
    ``revision`` is the record's at the time of writing, so that a change in between is noticed.
    """

    __tablename__ = "for_sign_off"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    body_id: Mapped[int] = mapped_column(sa.ForeignKey("body.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(60))
    wrapped_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    revision: Mapped[int]
    occurred_on: Mapped[date]
    written_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    written_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(20), default="waiting", index=True)
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    said: Mapped[str] = mapped_column(sa.Text, default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("audit_event.id"))
