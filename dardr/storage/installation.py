"""Facts about this installation: whether it is a rehearsal, which regimes are unlocked, its calendar, its heartbeat."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dardr.storage.base import Base


class Installation(Base):
    """The one row that describes this database. ``rehearsal`` is set once, on an empty database, for good."""

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    rehearsal: Mapped[bool] = mapped_column(default=False)
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class RegimeUnlock(Base):
    """An administrator's record that a regime is in force: instrument, date, guidance, transitional rule."""

    __tablename__ = "regime_unlock"
    id: Mapped[int] = mapped_column(primary_key=True)
    regime: Mapped[str] = mapped_column(sa.String(20), unique=True)
    instrument: Mapped[str] = mapped_column(sa.Text)
    commences_on: Mapped[date]
    guidance_url: Mapped[str] = mapped_column(sa.Text)
    transitional_rule: Mapped[str] = mapped_column(sa.Text)
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]


class BankHoliday(Base):
    """A holiday added to the shipped calendar of a division. Added, never replaced."""

    __tablename__ = "bank_holiday"
    division: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(100))
    added_at: Mapped[datetime]


class Heartbeat(Base):
    """When each tick of a worker last ended, and what it did."""

    __tablename__ = "heartbeat"
    tick: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    at: Mapped[datetime]
    took_ms: Mapped[int]
    said: Mapped[str] = mapped_column(sa.Text, default="")


class IntegrityFinding(Base):
    """What last night's checks found: a deadline that does not match its replay, a hold past its date, and so on."""

    __tablename__ = "integrity_finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    found_at: Mapped[datetime]
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("record.id"))
    kind: Mapped[str] = mapped_column(sa.String(60))
    sentence: Mapped[str] = mapped_column(sa.Text)
