"""Days to be careful about: a birthday, the day of a death, a festival, a hearing. Written, read, laid on a calendar.

A day without a year comes back every year; the 29th of February is the 28th in the years that have none. All pure:
London dates in, London dates out. Nothing here decides anything: whoever writes or fixes a date is told, and chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = "January February March April May June July August September October November December".split()
MOST_DAYS = 40
"""The longest stretch that can be named at once, in days: a month of fasting, and what follows it."""
ONE = timedelta(days=1)

_LINE = re.compile(r"\s*(\d{1,2})\s+([A-Za-z]+)\b(?:\s+(\d{4})\b)?\s*[:,-]?\s*(.*)")


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day and a month, and the year where it is that one day only."""

    day: int
    month: int
    year: int | None = None

    @property
    def words(self) -> str:
        """``14 February``, ``14 February 2027``."""
        return f"{self.day} {MONTHS[self.month - 1]}{f' {self.year}' if self.year else ''}"

    def in_year(self, year: int) -> date:
        """The day in a year; 28 February for the 29th in a year that has none."""
        if (self.day, self.month) == (29, 2) and not _leap(year):
            return date(year, 2, 28)
        return date(year, self.month, self.day)

    @classmethod
    def of(cls, on: date, *, every_year: bool = False) -> DayOfYear:
        """That one day, or the same day of every year."""
        return cls(on.day, on.month, None if every_year else on.year)


@dataclass(frozen=True, slots=True)
class CarefulDay:
    """One day to be careful about, or several in a row, and what it is; ``what`` is empty for who may not know."""

    first: DayOfYear
    last: DayOfYear
    what: str = ""

    @property
    def words(self) -> str:
        """The days alone: ``14 February``, ``10 to 12 March 2027``."""
        if self.first == self.last:
            return self.first.words
        if (self.first.month, self.first.year) == (self.last.month, self.last.year):
            return f"{self.first.day} to {self.last.words}"
        return f"{self.first.words} to {self.last.words}"

    def days(self, first: date, last: date) -> Iterator[date]:
        """Every day of it from ``first`` to ``last``, both included (London dates)."""
        years = range(first.year - 1, last.year + 1) if self.first.year is None else (self.first.year,)
        for year in years:
            begins = self.first.in_year(year)
            ends = self.last.in_year(self.last.year or year)
            if ends < begins:  # over the turn of the year
                ends = self.last.in_year(year + 1)
            day = max(begins, first)
            while day <= min(ends, last):
                yield day
                day += ONE


def one_day(line: str) -> tuple[DayOfYear, str] | None:
    """The day at the beginning of a line and the words after it: ``14 February: birthday``; None where there is none.

    A year may follow the month; then it is that day alone.
    """
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    number, name, year, words = int(found[1]), found[2].casefold(), found[3], found[4].strip()
    month = next((n for n, known in enumerate(MONTHS, 1) if len(name) >= 3 and known.casefold().startswith(name)), 0)
    try:
        date(int(year) if year else 2024, month, number)  # a leap year, so that 29 February is a day
    except ValueError:
        return None
    return DayOfYear(number, month, int(year) if year else None), words


def laid_out(named: Iterable[CarefulDay], first: date, last: date) -> dict[date, list[str]]:
    """The careful days from ``first`` to ``last`` in their order, each with what it is, every thing said once."""
    found: dict[date, list[str]] = {}
    for one in named:
        for day in one.days(first, last):
            said = found.setdefault(day, [])
            if one.what and one.what not in said:
                said.append(one.what)
    return dict(sorted(found.items()))


def week_of(day: date) -> tuple[date, date]:
    """The Monday and the Sunday of the week a day lies in."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
