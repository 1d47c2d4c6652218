"""What somebody typed and has not sent yet: a notification saved half-way, a form kept when a session ended."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class Draft(Base):
    """Answers not sent yet, sealed with a key wrapped by the master key, since they may hold names.

    Belongs to a person, or (a notifier without an account) to an e-mail address and the link sent there, of which
    only the hash is kept. ``submitted_ref`` says what it became; a submitted draft keeps no answers.
    """

    __tablename__ = "draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[str] = mapped_column(sa.String(40))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    path: Mapped[str] = mapped_column(sa.Text, default="")
    wrapped_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    submitted_ref: Mapped[str | None] = mapped_column(sa.String(40))
