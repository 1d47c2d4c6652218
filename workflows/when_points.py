"""One point of a time in words: a day, a month, a year, a decade. The day comes first, and nothing is guessed."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

EARLIEST_YEAR = 1905
"""Nobody in a review was seen by a service before; and an empty cell of a spreadsheet reads as a day of 1900."""
LATEST_YEAR = 2199

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_MONTHS = {name[:3]: number for number, name in enumerate(_MONTHS, 1)} | {"sept": 9}
_FIXED = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "xmas day": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
}
"""Days that are called by a name and fall on the same day every year."""

_WEEKDAY = re.compile(
    r"\b(mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b[.,]?\s*"
)
_MONTH = r"([a-z]{3,9})\.?"
_YEAR = r"('?[0-9]{2}|[0-9]{4})"
_DAY = r"([0-9]{1,2})(?:st|nd|rd|th)?"
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_FIGURES = re.compile(rf"([0-9]{{1,2}})[-/. ]+([0-9]{{1,2}})[-/. ]+{_YEAR}")
_DAY_NAMED = re.compile(rf"{_DAY}[-/. ]*(?:of )?{_MONTH},?[-/. ]*{_YEAR}")
_NAMED_DAY = re.compile(rf"{_MONTH} {_DAY},? {_YEAR}")
_MONTH_NAMED = re.compile(rf"{_MONTH},?[-/. ]*(?:of )?{_YEAR}")
_MONTH_FIGURES = re.compile(r"([0-9]{1,2})[-/.]([0-9]{4})")
_YEAR_MONTH = re.compile(r"([0-9]{4})[-/.]([0-9]{2})")
_WHOLE_YEAR = re.compile(r"[0-9]{4}")
_DECADE = re.compile(r"([0-9]{3})0'?s")
_DAY_AND_MONTH = re.compile(rf"{_DAY}[-/. ]*(?:of )?{_MONTH}")
_FIGURES_DAY_AND_MONTH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_DAY_ALONE = re.compile(_DAY)
_MONTH_ALONE = re.compile(_MONTH)


@dataclass(frozen=True, slots=True)
class Point:
    """A stretch of days that words name: from ``first`` to ``last``. ``kind``: day, month, year, decade or unsure.

    ``note`` says how it was read where that is not plain.
    """

    first: date
    last: date
    kind: str
    note: str = ""


def point(text: str, latest: date, like: Point | None = None) -> Point | None:
    """The day, month, year or decade that ``text`` names, whole; None where it names none.

    ``text`` is in small letters. ``latest`` is the London day by which it was written: a year of two figures is never
    after it. ``like`` is the other end of a range, from which a month and year that are left out are taken.
    """
    text = text.strip(" .,;")
    text, weekday = _without_weekday(text)
    found = _day(text, latest) or _month(text, latest) or _year(text)
    if found is None and like is not None:
        found = _short(text, like)
    if found is None or weekday is None or found.kind != "day":
        return found if weekday is None else None
    if _WEEKDAYS[found.first.weekday()] != weekday:
        said = f"That day was a {_WEEKDAYS[found.first.weekday()].capitalize()}, not a {weekday.capitalize()}."
        return Point(found.first, found.last, "day", f"{found.note} {said}".strip())
    return found


def _without_weekday(text: str) -> tuple[str, str | None]:
    match = _WEEKDAY.search(text)
    if match is None:
        return text, None
    full = next(day for day in _WEEKDAYS if day.startswith(match[1][:3]))
    return (text[: match.start()] + text[match.end() :]).strip(" .,;"), full


def _day(text: str, latest: date) -> Point | None:
    for name, (month, day) in _FIXED.items():
        if (rest := re.fullmatch(rf"{re.escape(name)},? {_YEAR}", text)) is not None:
            year, note = _full_year(rest[1], latest)
            return _make(year, month, day, note)
    if (match := _ISO.fullmatch(text)) is not None:
        return _make(int(match[1]), int(match[2]), int(match[3]))
    if (match := _FIGURES.fullmatch(text)) is not None:
        year, note = _full_year(match[3], latest)
        return _make(year, int(match[2]), int(match[1]), note)
    if (match := _DAY_NAMED.fullmatch(text)) is not None and (month := _month_number(match[2])):
        year, note = _full_year(match[3], latest)
        return _make(year, month, int(match[1]), note)
    if (match := _NAMED_DAY.fullmatch(text)) is not None and (month := _month_number(match[1])):
        year, note = _full_year(match[3], latest)
        return _make(year, month, int(match[2]), note)
    return None


def _month(text: str, latest: date) -> Point | None:
    if (match := _MONTH_NAMED.fullmatch(text)) is not None and (month := _month_number(match[1])):
        if len(match[2]) == 2:  # "May 20": the twentieth, or the year
            return None
        year, note = _full_year(match[2], latest)
        return _whole_month(year, month, note)
    if (match := _MONTH_FIGURES.fullmatch(text)) is not None:
        return _whole_month(int(match[2]), int(match[1]))
    if (match := _YEAR_MONTH.fullmatch(text)) is not None:
        year, month = int(match[1]), int(match[2])
        if month == (year + 1) % 100:
            either = month <= 12
            return _years(year, year + 1, "unsure", "This may be a month, or two years." if either else "")
        return _whole_month(year, month)
    return None


def _year(text: str) -> Point | None:
    if _WHOLE_YEAR.fullmatch(text):
        return _years(int(text), int(text), "year")
    if (match := _DECADE.fullmatch(text)) is not None:
        return _years(int(match[1]) * 10, int(match[1]) * 10 + 9, "decade")
    return None


def _short(text: str, like: Point) -> Point | None:
    """A point that leaves out what the other end of its range says: ``3``, ``3 May``, ``May``, ``22``."""
    if (match := _DAY_AND_MONTH.fullmatch(text)) is not None and (month := _month_number(match[2])):
        return _make(like.first.year, month, int(match[1]))
    if (match := _FIGURES_DAY_AND_MONTH.fullmatch(text)) is not None and like.kind == "day":
        return _make(like.first.year, int(match[2]), int(match[1]))
    if (match := _MONTH_ALONE.fullmatch(text)) is not None and (month := _month_number(match[1])):
        return _whole_month(like.first.year, month)
    if (match := _DAY_ALONE.fullmatch(text)) is not None:
        if like.kind == "day":
            return _make(like.first.year, like.first.month, int(match[1]))
        if like.kind == "year" and re.fullmatch(r"[0-9]{2}", text):
            year = like.first.year // 100 * 100 + int(text)
            return _years(year, year, "year")
    return None


def _month_number(word: str) -> int:
    """The month that a word names, whole or by its first three letters; 0 for none."""
    if word in _MONTHS:
        return _MONTHS.index(word) + 1
    return _SHORT_MONTHS.get(word, 0)


def _full_year(given: str, latest: date) -> tuple[int, str]:
    """A year of two figures is of this century unless that were after ``latest``; said, because it was not written."""
    figures = given.lstrip("'")
    if len(figures) == 4:
        return int(figures), ""
    year = latest.year // 100 * 100 + int(figures)
    year = year if year <= latest.year else year - 100
    return year, f"The year is read as {year}."


def _make(year: int, month: int, day: int, note: str = "") -> Point | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR or not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    one = date(year, month, day)
    return Point(one, one, "day", note)


def _whole_month(year: int, month: int, note: str = "") -> Point | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR or not 1 <= month <= 12:
        return None
    return Point(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month", note)


def _years(first: int, last: int, kind: str, note: str = "") -> Point | None:
    if not EARLIEST_YEAR <= first <= last <= LATEST_YEAR:
        return None
    return Point(date(first, 1, 1), date(last, 12, 31), kind, note)
