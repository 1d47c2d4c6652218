"""E-mails about a calendar that changed: which dates moved with it, to whoever owes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, Self

from notifications.message import Message, sample_frame

CalendarChange = Literal["bank_holiday", "office_closed", "office_open"]
"""What changed: days became bank holidays; the partnership's office is closed on days, or open again on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDay:
    """A London date that counts in another way from now on, and what the day is called."""

    day: date
    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDate:
    """One date that moved: of which record, what is due, and both dates."""

    ref: str
    record: str
    link: str
    about: str
    before: date
    after: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayMovedDates(Message):
    """To whoever owes them: the dates that a change of the calendar moved, all in one message.

    ``ref`` and ``link`` are the record's where only one is concerned, else those of the reader's own work.
    """

    template: ClassVar[str] = "holiday_moved_dates"

    today: date
    change: CalendarChange
    days: tuple[ChangedDay, ...]
    moved: tuple[MovedDate, ...]

    @classmethod
    def sample(cls) -> Self:
        moved = (
            MovedDate(
                ref="DARDR-2026-009-R03",
                record="Return",
                link="https://reviews.example.org/records/DARDR-2026-009-R03",
                about="your organisation's return",
                before=date(2026, 12, 3),
                after=date(2026, 12, 4),
            ),
            MovedDate(
                ref="DARDR-2026-014-R01",
                record="Return",
                link="https://reviews.example.org/records/DARDR-2026-014-R01",
                about="your organisation's information return",
                before=date(2026, 12, 1),
                after=date(2026, 12, 2),
            ),
        )
        days = (ChangedDay(day=date(2026, 11, 30), called="Bank holiday for an occasion"),)
        link = "https://reviews.example.org/"
        return cls(
            **sample_frame(ref="Dates", record="Calendar", link=link),
            today=date(2026, 11, 20),
            change="bank_holiday",
            days=days,
            moved=moved,
        )
