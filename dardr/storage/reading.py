"""Who may not see a record although a role would show it, who opened one for a reason, and who read what."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class ConflictOfInterest(Base):
    """A person linked to somebody in a review: while it stands they see nothing of the review or its items."""

    __tablename__ = "conflict_of_interest"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]


class OpenedCase(Base):
    """An administrator opened a review for a reason that is kept; it stays open to them until ``until_at``."""

    __tablename__ = "opened_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.Text)
    opened_at: Mapped[datetime]
    until_at: Mapped[datetime]


class ReadEvent(Base):
    """Somebody read something that is logged: identities, a stored file, a case opened for a reason."""

    __tablename__ = "read_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    user_name: Mapped[str] = mapped_column(sa.String(200))
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"), index=True)
    what: Mapped[str] = mapped_column(sa.String(40))
    detail: Mapped[str] = mapped_column(sa.String(200), default="")
