"""Working days: which days count, which do not, and the name of every day that does not.

Bank holidays are data (``workflows/data``), never computed where they have been published. The days are
London dates. Past the last published year a calendar still answers, from weekends and the usual bank holidays, and
whoever uses the answer must say that it is provisional.
"""

from __future__ import annotations

import csv
import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

from dateutil.easter import easter

ENGLAND_AND_WALES = "england-and-wales"
FIRST_DAY = date(2011, 4, 1)
"""Working days are right from here: these reviews began in April 2011."""

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_LAST_ORDINAL = date.max.toordinal()


class CannotCount(ValueError):
    """A date that cannot be worked out. Its text is a plain sentence for the person who asked."""


class BeyondCalendar(CannotCount):
    """A working day was asked for before the calendar begins, or after the year 9999."""


class MissingHolidays(CannotCount):
    """A year inside the calendar has no bank holidays, or too few. Never read as a year without any."""


class UnknownCalendar(CannotCount):
    """No calendar has that name."""


class Skipped(NamedTuple):
    """A day that was not counted, and why: ``Saturday``, the name of the holiday, or ``paused: ...``."""

    date: date
    why: str

    def as_dict(self) -> dict[str, str]:
        return {"date": self.date.isoformat(), "why": self.why}


def in_words(day: date) -> str:
    """``25 August 2025``."""
    return f"{day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"


def usual_holidays(year: int) -> dict[date, str]:
    """The eight usual bank holidays of a year in England and Wales, for years not yet published.

    New Year's Day, Good Friday, Easter Monday, the first Monday in May, the last Mondays of May and August,
    Christmas Day and Boxing Day, with a day in lieu for one that falls on a weekend: the pattern of every
    published year since 2012, as the tests compare. Moved and one-off holidays cannot be known.
    """
    found: dict[date, str] = {}

    def fixed(day: date, title: str) -> None:
        actual = day
        while day.weekday() >= 5 or day in found:
            day += timedelta(days=1)
        found[day] = title if day == actual else f"{title} (substitute day)"

    def monday(month: int, last: bool) -> date:
        first = date(year, month, 1)
        day = first + timedelta(days=-first.weekday() % 7)
        while last and (day + timedelta(days=7)).month == month:
            day += timedelta(days=7)
        return day

    fixed(date(year, 1, 1), "New Year’s Day")
    sunday = easter(year)
    found[sunday - timedelta(days=2)] = "Good Friday"
    found[sunday + timedelta(days=1)] = "Easter Monday"
    found[monday(5, last=False)] = "Early May bank holiday"
    found[monday(5, last=True)] = "Spring bank holiday"
    found[monday(8, last=True)] = "Summer bank holiday"
    # When Christmas Day is a Sunday, Boxing Day keeps its Monday and Christmas Day is given on the Tuesday.
    if date(year, 12, 25).weekday() == 6:
        fixed(date(year, 12, 26), "Boxing Day")
        fixed(date(year, 12, 25), "Christmas Day")
    else:
        fixed(date(year, 12, 25), "Christmas Day")
        fixed(date(year, 12, 26), "Boxing Day")
    return dict(sorted(found.items()))


@cache
def _usual_by_ordinal(year: int) -> Mapping[int, str]:
    return MappingProxyType({day.toordinal(): title for day, title in usual_holidays(year).items()})


def _weekdays_until(ordinal: int) -> int:
    """How many Mondays to Fridays there are from day 1 of the calendar (a Monday) to this day, both
    included.
    """
    weeks, rest = divmod(ordinal, 7)
    return 5 * weeks + min(rest, 5)


def _nth_weekday(n: int) -> int:
    weeks, rest = divmod(n - 1, 5)
    return 7 * weeks + rest + 1


@dataclass(frozen=True, eq=False)
class Calendar:
    """A named calendar of working days.

    ``holidays`` are bank holidays by date; ``closures`` are further days on which an office is closed, for
    local targets only. ``first_day`` is the first day covered; ``horizon`` the last day whose holidays are
    published. A covered year with fewer than ``at_least_per_year`` holidays is a ``MissingHolidays`` error
    when it is used.
    """

    name: str
    holidays: Mapping[date, str]
    first_day: date
    horizon: date
    closures: Mapping[date, str] = field(default_factory=dict)
    at_least_per_year: int = 1
    snapshot: str = field(init=False)
    """sha256 over the sorted rows: two receipts with the same value were worked out from the same list."""
    _titles: Mapping[int, str] = field(init=False, repr=False)
    _closed: tuple[int, ...] = field(init=False, repr=False)
    _missing: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.horizon < self.first_day:
            raise CannotCount(f"The calendar {self.name} ends before it begins. Check its first and last day.")
        rows = [(day, title, "holiday") for day, title in self.holidays.items()]
        rows += [(day, title, "closure") for day, title in self.closures.items()]
        rows.sort()
        for day, title, _ in rows:
            if day < self.first_day:
                raise BeyondCalendar(
                    f"{in_words(day)} ({title}) is before the calendar {self.name} begins,"
                    f" on {in_words(self.first_day)}. Leave it out."
                )
        text = "\n".join(f"{day.isoformat()}\t{title}\t{kind}" for day, title, kind in rows)
        titles = {day.toordinal(): title for day, title in (*self.closures.items(), *self.holidays.items())}
        per_year: dict[int, int] = {}
        for day in self.holidays:
            per_year[day.year] = per_year.get(day.year, 0) + 1
        missing = []
        for year in range(self.first_day.year, self.horizon.year + 1):
            whole = date(year, 1, 1) >= self.first_day and date(year, 12, 31) <= self.horizon
            if per_year.get(year, 0) < (self.at_least_per_year if whole else 1):
                missing.append(year)
        derived = {
            "holidays": MappingProxyType(dict(sorted(self.holidays.items()))),
            "closures": MappingProxyType(dict(sorted(self.closures.items()))),
            "snapshot": hashlib.sha256(text.encode()).hexdigest(),
            "_titles": titles,
            "_closed": tuple(sorted(o for o in titles if (o - 1) % 7 < 5)),
            "_missing": tuple(missing),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def _key(self) -> tuple[object, ...]:
        return (self.name, self.first_day, self.horizon, self.at_least_per_year, self.snapshot)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    # --- other editions of the same calendar ------------------------------------------------------------

    def with_added(self, more: Mapping[date, str], *, horizon: date | None = None) -> Calendar:
        """The same calendar with more bank holidays: merged, never replaced; a day already listed keeps its
        name.

        Pass ``horizon`` (31 December of the new last year) when ``more`` is a newly published year; without
        it the horizon stays, so that one early announcement does not pass for a whole published year.
        """
        if horizon is not None and horizon < self.horizon:
            raise CannotCount(
                f"The calendar {self.name} already runs to {in_words(self.horizon)}. Give a later last day, or none."
            )
        return replace(self, holidays={**more, **self.holidays}, horizon=horizon or self.horizon)

    def with_closures(self, more: Mapping[date, str], *, name: str | None = None) -> Calendar:
        """The same calendar with days on which an office is closed, for local targets (never for a
        statutory date).
        """
        return replace(self, closures={**more, **self.closures}, name=name or self.name)

    # --- one day ------------------------------------------------------------

    def why_not_working(self, day: date) -> str | None:
        """``Saturday``, ``Sunday`` or the name of the holiday; None on a working day.

        Raises ``BeyondCalendar`` before the first day covered, ``MissingHolidays`` in a year without its
        holidays.
        """
        ordinal = day.toordinal()
        self._require(ordinal, ordinal)
        return self._why(ordinal)

    def is_working_day(self, day: date) -> bool:
        """Whether the day counts as a working day. Raises as ``why_not_working`` does."""
        return self.why_not_working(day) is None

    def is_provisional(self, day: date) -> bool:
        """Whether the day is past the published holidays."""
        return day > self.horizon

    def note_for(self, day: date) -> str | None:
        """What a calendar-day or month date falls on, for a remark. Never raises: before the list, weekends
        only.
        """
        return self._why(day.toordinal())

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        self._require(day.toordinal(), day.toordinal())
        return date.fromordinal(self.nth_working_ordinal(day.toordinal() - 1, 1))

    def previous_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the last one before it."""
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    # --- a span of days ------------------------------------------------------------

    def skipped(self, first: date, last: date) -> list[Skipped]:
        """Each day from ``first`` to ``last``, both included, that is not a working day, with its name."""
        if last < first:
            return []
        self._require(first.toordinal(), last.toordinal())
        return list(self._skipped(first.toordinal(), last.toordinal()))

    def working_days(self, first: date, last: date) -> int:
        """How many working days there are from ``first`` to ``last``, both included."""
        return self.count_working(first.toordinal(), last.toordinal()) if last >= first else 0

    def holidays_between(self, first: date, last: date) -> Iterator[Skipped]:
        """Holidays and closures on Mondays to Fridays from ``first`` to ``last``, both included, in order."""
        low, high = first.toordinal(), last.toordinal()
        found = set(self._closed[bisect_left(self._closed, low) : bisect_right(self._closed, high)])
        for year in range(max(first.year, self.horizon.year + 1), last.year + 1):
            found.update(o for o in _usual_by_ordinal(year) if low <= o <= high)
        for ordinal in sorted(found):
            yield Skipped(date.fromordinal(ordinal), self._why(ordinal) or "")

    def count_working(self, low: int, high: int) -> int:
        """Working days from proleptic ordinal ``low`` to ``high``, both included; arithmetic, not a walk."""
        if high < low:
            return 0
        self._require(low, high)
        return _weekdays_until(high) - _weekdays_until(low - 1) - self._closed_between(low, high)

    def nth_working_ordinal(self, after: int, n: int) -> int:
        """The n-th working day after the day ``after``, as ordinals. Raises ``BeyondCalendar`` past the
        year 9999.
        """
        base = _weekdays_until(after) + n
        found = _nth_weekday(base)
        while True:
            if found > _LAST_ORDINAL:
                raise BeyondCalendar("That runs past the year 9999. Give a shorter length.")
            closed = self._closed_between(after + 1, found)
            moved = _nth_weekday(base + closed)
            if moved == found:
                self._require(after + 1, found)
                return found
            found = moved

    def _why(self, ordinal: int) -> str | None:
        weekday = (ordinal - 1) % 7
        if weekday >= 5:
            return _DAY_NAMES[weekday]
        title = self._titles.get(ordinal)
        if title is None and ordinal > self.horizon.toordinal():
            title = _usual_by_ordinal(date.fromordinal(ordinal).year).get(ordinal)
        return title

    def _skipped(self, low: int, high: int) -> Iterator[Skipped]:
        for ordinal in range(low, high + 1):
            why = self._why(ordinal)
            if why is not None:
                yield Skipped(date.fromordinal(ordinal), why)

    def _closed_between(self, low: int, high: int) -> int:
        """Holidays and closures on Mondays to Fridays from ``low`` to ``high``, both included."""
        count = bisect_right(self._closed, high) - bisect_left(self._closed, low)
        horizon = self.horizon.toordinal()
        if high > horizon:
            start = max(low, horizon + 1)
            for year in range(date.fromordinal(start).year, date.fromordinal(high).year + 1):
                count += sum(1 for o in _usual_by_ordinal(year) if start <= o <= high and o not in self._titles)
        return count

    def _require(self, low: int, high: int) -> None:
        if low < self.first_day.toordinal():
            raise BeyondCalendar(
                f"Working days can be counted from {in_words(self.first_day)};"
                f" {in_words(date.fromordinal(low))}"
                " is before that. Give a later date, or count in days or months."
            )
        for year in self._missing:
            if low <= date(year, 12, 31).toordinal() and high >= date(year, 1, 1).toordinal():
                raise MissingHolidays(
                    f"The bank holidays of {year} are missing from the calendar {self.name}, so working"
                    " days in that"
                    " year cannot be counted. Load the list published at https://www.gov.uk/bank-holidays."
                )


# --- named calendars ------------------------------------------------------------


def read_rows(text: str) -> dict[date, str]:
    """Bank holidays from CSV text with the columns date, title, note; lines that start with # are remarks.

    Raises ``CannotCount`` naming the row that cannot be read.
    """
    found: dict[date, str] = {}
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for number, row in enumerate(csv.DictReader(lines), start=1):
        try:
            day, title = date.fromisoformat(row["date"]), row["title"].strip()
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CannotCount(
                f"Row {number} of the bank holidays cannot be read. Give a date as YYYY-MM-DD, a title and a note."
            ) from None
        if (row.get("note") or "").strip().lower() == "substitute day":
            title += " (substitute day)"
        found[day] = title
    return found


@cache
def load_shipped(name: str = ENGLAND_AND_WALES) -> Calendar:
    """The calendar shipped with this package. The file's heading says where each row comes from.

    Raises ``UnknownCalendar`` if none of that name is shipped, ``MissingHolidays`` if the file has no rows.
    """
    if name != ENGLAND_AND_WALES:
        raise UnknownCalendar(f"No calendar called {name!r} is shipped. There is {ENGLAND_AND_WALES!r}.")
    file = resources.files("workflows") / "data" / f"bank_holidays_{name.replace('-', '_')}.csv"
    rows = read_rows(file.read_text(encoding="utf-8"))
    if not rows:
        raise MissingHolidays(f"The list of bank holidays of the calendar {name} is empty. Install the program again.")
    return Calendar(name, rows, FIRST_DAY, date(max(rows).year, 12, 31), at_least_per_year=8)


class Calendars:
    """Calendars by name, so that a jurisdiction or a kind of case can name its own."""

    def __init__(self) -> None:
        self._loaders: dict[str, Callable[[], Calendar]] = {}

    def register(self, name: str, load: Callable[[], Calendar]) -> None:
        """Add a calendar under a name; ``load`` is called when it is first asked for. A name is given once."""
        if name in self._loaders:
            raise CannotCount(f"There is already a calendar called {name!r}. Choose another name.")
        self._loaders[name] = load

    def names(self) -> list[str]:
        """The names that ``get`` knows, sorted."""
        return sorted(self._loaders)

    def get(self, name: str) -> Calendar:
        """The calendar of that name. Raises ``UnknownCalendar`` with the names there are."""
        if name not in self._loaders:
            known = ", ".join(self.names())
            raise UnknownCalendar(f"There is no calendar called {name!r}. The calendars are: {known}.")
        return self._loaders[name]()


calendars = Calendars()
calendars.register(ENGLAND_AND_WALES, load_shipped)
