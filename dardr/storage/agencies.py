"""What people of an agency arrange among themselves: who sees to one thing, and whom to write to there."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class PassedOn(Base):
    """One thing asked of a body, passed to a colleague there.

    ``state`` is asked (the body's lead is still to agree), given, taken_back or refused.
    """

    __tablename__ = "passed_on"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    body_id: Mapped[int] = mapped_column(sa.ForeignKey("body.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(20), default="given")
    passed_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    passed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]


class ContactChange(Base):
    """A change of whom to write to that a body proposes, until the team confirms it.

    ``contact_id`` is the contact it would change, None for a further one; ``email`` empty: that one is taken away.
    ``state`` is waiting, done or refused.
    """

    __tablename__ = "contact_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(sa.ForeignKey("body.id"), index=True)
    contact_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    state: Mapped[str] = mapped_column(sa.String(20), default="waiting", index=True)
    proposed_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
