"""Dates as people give them: whole dates, and dates of which only the month, the year or a range is known.

A partial date is kept as it was given and is never made exact. Every refusal is a sentence that says what
to do.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from workflows.calendar import in_words

EARLIEST_YEAR = 1800
"""An earlier year is taken to be a slip of the keyboard (0206, 1066) and refused."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_HOW = "Give the date as day month year, for example 7 November 2026 or 2026-11-07."
_HOW_PARTIAL = "Give a date (7 November 2026), a month (2026-11), a year (2026) or a range (2026-11..2027-01)."

_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_DAY_NAME = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[- ](?:of )?([A-Za-z]+)\.?,?[- ]([0-9]{4})")
_NAME_DAY = re.compile(r"([A-Za-z]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/. ](?:[0-9]{1,2}|[A-Za-z]+)[-/. ][0-9]{2}")
_WITH_TIME = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[T ][0-9]{1,2}:.*")
_YEAR = re.compile(r"[0-9]{4}")
_MONTH_OF_YEAR = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
_MONTH_THEN_YEAR = re.compile(r"([0-9]{1,2})[-/]([0-9]{4})")
_NAMED_MONTH = re.compile(r"([A-Za-z]+)\.?,? ([0-9]{4})")


class NotADate(ValueError):
    """Text that is not a date, or a date that does not exist. Its text is a plain sentence for the person."""


def parse_date(text: str) -> date:
    """A whole date from ISO (``2013-11-07``) or UK text (``7/11/2013``, ``7 November 2013``; the day comes
    first).

    Raises ``NotADate`` for text that is no date, a date that does not exist, and a day and month changed
    about.
    """
    given = _tidy(text)
    if not given:
        raise NotADate(f"The date is empty. {_HOW}")
    if match := _YEAR_FIRST.fullmatch(given):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(given):
        day, month, year = (int(part) for part in match.groups())
    elif match := _DAY_NAME.fullmatch(given):
        day, month, year = int(match[1]), _month_number(match[2], given, _HOW), int(match[3])
    elif match := _NAME_DAY.fullmatch(given):
        day, month, year = int(match[2]), _month_number(match[1], given, _HOW), int(match[3])
    elif _SHORT_YEAR.fullmatch(given):
        raise NotADate(f"{_quote(given)} has a year of two figures. Give all four, for example 7 November 2026.")
    elif _WITH_TIME.fullmatch(given):
        raise NotADate(f"{_quote(given)} has a time of day. Give the date alone, for example 2026-11-07.")
    else:
        raise NotADate(f"{_quote(given)} is not a date that can be read. {_HOW}")
    return _make(year, month, day, given)


@dataclass(frozen=True)
class PartialDate:
    """A date of which at least the year is known, or a range of such dates. ``text`` is what was given.

    ``first`` and ``last`` are the earliest and the latest day (London dates) it can mean.
    """

    text: str
    first: date
    last: date
    display: str
    """Plain English: ``7 November 2013``, ``April 2023``, ``2023``, ``between December 2014 and February
    2015``.
    """

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read ``2013-11-07``, ``2023-04``, ``2023``, ``2014-12..2015-02``, or the same in UK words.

        Raises ``NotADate`` for text that cannot be read, a date that does not exist, and a range that runs
        backwards.
        """
        given = _tidy(text)
        if not given:
            raise NotADate(f"The date is empty. {_HOW_PARTIAL}")
        if ".." not in given:
            return _single(given)
        begin, _, end = given.partition("..")
        if not begin.strip() or not end.strip() or ".." in end:
            raise NotADate(
                f"{_quote(given)} is not a whole range. Give both ends, for example 2014-12..2015-02, or"
                " one date alone."
            )
        low, high = _single(begin.strip()), _single(end.strip())
        if high.last < low.first or high.first < low.first:
            raise NotADate(
                f"The range {_quote(given)} ends ({high.display}) before it begins ({low.display})."
                " Give the earlier date first."
            )
        return cls(given, low.first, high.last, f"between {low.display} and {high.display}")

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """The partial date that is one whole date."""
        return cls(day.isoformat(), day, day, in_words(day))

    @property
    def is_full(self) -> bool:
        """Whether it is one whole date. Only a whole date may start a clock."""
        return self.first == self.last

    def surely_before(self, other: PartialDate) -> bool:
        """Whether every day it can mean is before every day the other can mean."""
        return self.last < other.first

    def __str__(self) -> str:
        return self.display


def _single(given: str) -> PartialDate:
    if _YEAR.fullmatch(given):
        year = _check_year(int(given), given)
        return PartialDate(given, date(year, 1, 1), date(year, 12, 31), given)
    if match := _MONTH_OF_YEAR.fullmatch(given):
        year, month = int(match[1]), int(match[2])
    elif match := _MONTH_THEN_YEAR.fullmatch(given):
        month, year = int(match[1]), int(match[2])
    elif match := _NAMED_MONTH.fullmatch(given):
        month, year = _month_number(match[1], given, _HOW_PARTIAL), int(match[2])
    else:
        if not re.search("[0-9]", given):
            raise NotADate(f"{_quote(given)} is not a date that can be read. {_HOW_PARTIAL}")
        day = parse_date(given)
        return PartialDate(given, day, day, in_words(day))
    _check_year(year, given)
    if not 1 <= month <= 12:
        raise NotADate(f"{_quote(given)}: there is no month {month}. Give a month from 1 to 12, for example 2026-11.")
    last = date(year, month, monthrange(year, month)[1])
    return PartialDate(given, date(year, month, 1), last, f"{_MONTHS[month - 1]} {year}")


def _make(year: int, month: int, day: int, given: str) -> date:
    _check_year(year, given)
    if month > 12 and 1 <= day <= 12:
        raise NotADate(f"{_quote(given)}: the month is {month}: were day and month swapped? {_HOW}")
    if not 1 <= month <= 12:
        raise NotADate(f"{_quote(given)}: there is no month {month}. {_HOW}")
    if day == 0:
        raise NotADate(f"{_quote(given)}: there is no day 0. {_HOW}")
    if day > monthrange(year, month)[1]:
        raise NotADate(f"{day} {_MONTHS[month - 1]} {year} does not exist. {_HOW}")
    return date(year, month, day)


def _check_year(year: int, given: str) -> int:
    if year < EARLIEST_YEAR:
        raise NotADate(f"{_quote(given)}: the year {year:04d} is too long ago to be right. Check the year.")
    return year


def _month_number(word: str, given: str, how: str) -> int:
    wanted = word.lower()
    if len(wanted) >= 3:
        for number, name in enumerate(_MONTHS, start=1):
            if name.lower().startswith(wanted) or (wanted == "sept" and number == 9):
                return number
    raise NotADate(f"{_quote(given)}: {word} is not the name of a month. {how}")


def _tidy(text: str) -> str:
    if not isinstance(text, str):
        raise NotADate(f"A date must be text. {_HOW}")
    return " ".join(text.replace("\u2013", "-").replace("\u2011", "-").split())


def _quote(given: str) -> str:
    return given if len(given) <= 40 else given[:37] + "..."
