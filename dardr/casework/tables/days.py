"""Dates as teams type them into a tracker: what can be read is read, day before month; the rest is kept as given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from workflows.partial import NotADate, PartialDate

EXCEL_BEGINS = date(1899, 12, 30)
SERIALS = range(20000, 80000)
"""Numbers of days that stand for a day between 1954 and 2119: what a date is under an Excel cell."""
YEARS = range(1950, 2100)

WORDS: dict[str, str] = {
    **dict.fromkeys(("tbc", "tba", "to be confirmed", "to be agreed", "awaited", "awaiting", "pending"), "not_known"),
    **dict.fromkeys(("unknown", "not known", "?", "??", "not yet known"), "not_known"),
    **dict.fromkeys(("-", "--", "\u2013", "none", "not yet", "no date"), "not_asked"),
    **dict.fromkeys(("n/a", "na", "not applicable", "does not apply"), "not_applicable"),
}
"""Words that stand for no date, and which kind of not knowing each is."""

_ORDINAL = r"([0-9]{1,2})(?:st|nd|rd|th)?"
_SHORT_NAMED = re.compile(rf"{_ORDINAL}[-/. ]+(?:of )?([A-Za-z]+)\.?,?[-/. ']+([0-9]{{2}})")
_SHORT_FIGURES = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{2})")
_FIGURES = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{2}|[0-9]{4})")
_MONTH_SHORT = re.compile(r"([A-Za-z]{3,9})\.?[-/ ']+([0-9]{2})")
_ABOUT = re.compile(r"(?:c\.?|ca\.?|circa|about|approx\.?|approximately|around|w/c|week of)\s+(.+)", re.IGNORECASE)
_PART_OF = re.compile(
    r"(?:early|mid|middle of|late|start of|end of|spring|summer|autumn|winter)[- ]+(.+)", re.IGNORECASE
)
_QUARTER = re.compile(r"Q([1-4])[ /-]*([0-9]{4})", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? +(.+)", re.IGNORECASE)
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(?::00)?")


@dataclass(frozen=True, slots=True)
class Day:
    """What a cell says of a day. ``value`` is ISO text (a whole date, a month, a year, a range) or a way of not
    knowing; None where it cannot be read, and ``problem`` says why. ``note`` says how it was read, where that is not
    plain."""

    value: str | None = None
    note: str = ""
    problem: str = ""

    @property
    def whole(self) -> str | None:
        """The whole date in ISO form; None where it is only a part of one, or none."""
        return self.value if self.value and re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.value) else None

    @property
    def partial(self) -> str | None:
        """The date or part of a date; None for not knowing and for what cannot be read."""
        return self.value if self.value and self.value[0].isdigit() else None


def read_day(given: Any) -> Day:
    """What a cell of a tracker says of a day. Never raises."""
    if given in (None, ""):
        return Day()
    if isinstance(given, datetime):
        given = given.date()
    if isinstance(given, date):
        return _plain(given.isoformat())
    if isinstance(given, bool):
        return Day(problem="Yes or no is not a date.")
    if isinstance(given, int | float):
        return _number(given)
    return _text(" ".join(str(given).split()))


def _number(given: float) -> Day:
    if given != given or given in (float("inf"), float("-inf")):
        return Day(problem="That is not a date.")
    whole = int(given)
    if whole == given and whole in YEARS:
        return Day(str(whole))
    if whole in SERIALS:
        day = EXCEL_BEGINS + timedelta(days=whole)
        return Day(day.isoformat(), note=f"The number {whole} is read as {_said(day.isoformat())}.")
    return Day(problem=f"The number {given:g} is not a date.")


def _text(text: str) -> Day:
    known = WORDS.get(text.casefold().rstrip("."))
    if known:
        return Day(known)
    if text.isdigit() and int(text) in SERIALS:
        return _number(int(text))
    if match := _MIDNIGHT.fullmatch(text):
        text = match[1]
    found = _plain(text)
    if found.value:
        return found
    if match := _QUARTER.fullmatch(text):
        first = (int(match[1]) - 1) * 3 + 1
        return Day(
            f"{match[2]}-{first:02d}..{match[2]}-{first + 2:02d}", note=f"“{text}” is read as those three months."
        )
    if match := _WEEKDAY.fullmatch(text):
        inner = _plain(match[1])
        if inner.value:
            return inner
    for pattern in (_ABOUT, _PART_OF):
        if match := pattern.fullmatch(text):
            inner = _plain(match[1])
            if inner.value:
                return _roughly(text, inner.value)
    return found


def _roughly(text: str, value: str) -> Day:
    """A day given as about: no more than its month is taken."""
    taken = value[:7] if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else value
    return Day(taken, note=f"“{text}” is read as {_said(taken)}.")


def _plain(text: str) -> Day:
    full = text
    note = ""
    if match := _SHORT_NAMED.fullmatch(text):
        full = f"{match[1]} {match[2]} {_century(match[3])}"
    elif match := _SHORT_FIGURES.fullmatch(text):
        full = f"{match[1]}/{match[2]}/{_century(match[3])}"
    elif match := _MONTH_SHORT.fullmatch(text):
        full = f"{match[1]} {_century(match[2])}"
    try:
        found = PartialDate.parse(full)
    except NotADate as error:
        return Day(problem=str(error) if any(c.isdigit() for c in text) else f"“{text[:40]}” is not a date.")
    value = _iso(found)
    figures = _FIGURES.fullmatch(text)
    if full != text:
        note = f"“{text}” is read as {_said(value)}."
    elif figures and int(figures[1]) <= 12 and int(figures[2]) <= 12 and figures[1] != figures[2]:
        note = f"“{text}” is read day first: {_said(value)}."
    if figures and not note.endswith(f"day first: {_said(value)}.") and int(figures[2]) <= 12 and full != text:
        note = f"“{text}” is read day first: {_said(value)}."
    return Day(value, note=note)


def _century(two: str) -> str:
    """A year of two figures: of this century, unless that were long after now."""
    return f"20{two}" if int(two) < 60 else f"19{two}"


def _iso(found: PartialDate) -> str:
    """The shortest ISO form that says what is known: a day, a month, a year or a range."""
    if found.is_full:
        return found.first.isoformat()
    if ".." in found.text:
        begin, _, end = found.text.partition("..")
        return f"{_iso(PartialDate.parse(begin.strip()))}..{_iso(PartialDate.parse(end.strip()))}"
    if (found.first.month, found.last.month) == (1, 12):
        return str(found.first.year)
    return f"{found.first.year}-{found.first.month:02d}"


def _said(value: str) -> str:
    return str(PartialDate.parse(value))
