"""Days on which nothing is counted, which list was in force when, and who may read dates with a link."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class LocalClosure(Base):
    """A day on which the partnership's office is closed. Counts for its own local targets only, never for the law's."""

    __tablename__ = "local_closure"
    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), index=True)
    day: Mapped[date]
    title: Mapped[str] = mapped_column(sa.String(100))
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    added_at: Mapped[datetime]
    removed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    removed_at: Mapped[datetime | None]


class CalendarSnapshot(Base):
    """A list of bank holidays as it stood after a change: its hash is what receipts name."""

    __tablename__ = "calendar_snapshot"
    id: Mapped[int] = mapped_column(primary_key=True)
    division: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[datetime]
    snapshot: Mapped[str] = mapped_column(sa.String(64))
    days: Mapped[int]
    until_on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.Text)
    by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))


class CalendarLink(Base):
    """A secret address at which a calendar program reads dates; only its hash is kept. Revoked, never deleted.

    ``whose`` is person, agency or team; the column of that name says which.
    """

    __tablename__ = "calendar_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    whose: Mapped[str] = mapped_column(sa.String(20))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    body_id: Mapped[int | None] = mapped_column(sa.ForeignKey("body.id"), index=True)
    partnership_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partnership.id"))
    label: Mapped[str] = mapped_column(sa.String(100), default="")
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    last_read_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
