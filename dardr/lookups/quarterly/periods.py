"""Quarters and years as the partnership counts them, and how they are written.

Quarters are calendar quarters and are printed as dates; years run from 1 April to 31 March and are written
2026/27. All days are London dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dardr.errors import Invalid, Reason
from dardr.systime import LONDON
from workflows.calendar import in_words

_QUARTER = re.compile(r"(\d{4})[- ]?[Qq]([1-4])")
_HOW = "Give a calendar quarter such as 2026Q3 (1 July to 30 September 2026)."


@dataclass(frozen=True, slots=True)
class Period:
    """A span of London days, both ends included."""

    from_: date
    to: date

    def __post_init__(self) -> None:
        if self.to < self.from_:
            raise Invalid(
                [
                    Reason(
                        f"The period ends ({in_words(self.to)}) before it begins ({in_words(self.from_)})."
                        " Give the earlier date first.",
                        "to",
                    )
                ]
            )

    @property
    def label(self) -> str:
        """``1 July to 30 September 2026``; the year is said twice only where it differs."""
        begin = in_words(self.from_)
        if self.from_.year == self.to.year:
            begin = begin.rsplit(" ", 1)[0]
        return f"{begin} to {in_words(self.to)}"

    def has(self, day: date | None) -> bool:
        """True for a day inside the period."""
        return day is not None and self.from_ <= day <= self.to

    def as_dict(self) -> dict[str, str]:
        """JSON-ready form."""
        return {"from": self.from_.isoformat(), "to": self.to.isoformat(), "label": self.label}


def quarter(text: str) -> Period:
    """The calendar quarter named ``2026Q3``. Raises Invalid with a sentence."""
    found = _QUARTER.fullmatch(text.strip())
    if not found or not 1900 < int(found[1]) < 9999:
        raise Invalid([Reason(f"“{text}” is not a quarter. {_HOW}", "quarter")])
    year, first = int(found[1]), 3 * int(found[2]) - 2
    return Period(date(year, first, 1), date(year, first + 2, monthrange(year, first + 2)[1]))


def quarter_of(day: date) -> Period:
    """The calendar quarter a day lies in."""
    return quarter(f"{day.year}Q{(day.month + 2) // 3}")


def year_of(day: date) -> Period:
    """The year from 1 April to 31 March in which a day lies."""
    begins = day.year if day.month >= 4 else day.year - 1
    return Period(date(begins, 4, 1), date(begins + 1, 3, 31))


def year_label(day: date) -> str:
    """That year as it is written: ``2026/27``."""
    begins = year_of(day).from_.year
    return f"{begins}/{(begins + 1) % 100:02d}"


def end_of_day(day: date) -> datetime:
    """The first instant after a London day, aware UTC: what was recorded before it was recorded by that day."""
    return datetime.combine(day + timedelta(days=1), time.min, LONDON).astimezone(UTC)
