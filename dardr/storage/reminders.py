"""Who is to be reminded of what: written by a sweep, gathered into one e-mail a day for each person."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class Reminder(Base):
    """One thing to tell one person about one date, once: ``key`` makes a second one impossible.

    ``kind`` says what is told (``workflows.clocks.Telling``); ``rung`` is the step of the ladder; ``due_on`` the date
    it speaks of. ``for_day`` is the London day whose post should carry it. ``alone`` is what cannot wait for the
    day's gathered e-mail. ``outbox_id`` is the message that carried it; ``dropped_at`` with ``dropped_because`` that
    none needed to. The words are made when the message is written, from what is true then.
    """

    __tablename__ = "reminder"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(300), unique=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), index=True)
    deadline_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deadline.id"), index=True)
    hold_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hold.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(30))
    rung: Mapped[str] = mapped_column(sa.String(30))
    due_on: Mapped[date | None]
    party: Mapped[str] = mapped_column(sa.String(40))
    address: Mapped[str] = mapped_column(sa.String(254))
    for_day: Mapped[date]
    alone: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox_message.id"), index=True)
    dropped_at: Mapped[datetime | None]
    dropped_because: Mapped[str] = mapped_column(sa.Text, default="")
    __table_args__ = (
        sa.Index(
            "ix_reminder_waiting",
            "for_day",
            "address",
            sqlite_where=sa.text("outbox_id IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("outbox_id IS NULL AND dropped_at IS NULL"),
        ),
    )
