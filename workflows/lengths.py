"""The words of a length: its unit, how it is counted, how it rolls, and the pauses that interrupt it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows.calendar import BeyondCalendar, CannotCount, in_words
from workflows.partial import parse_date

OPEN = date.max.toordinal() + 2
"""The end, as an ordinal, of a pause that is still open: past every day there is."""


class Unit(StrEnum):
    """What a length is counted in."""

    DAYS = "days"
    WORKING_DAYS = "working-days"
    MONTHS = "months"


class Counting(StrEnum):
    """Whether the start is day 1, or the day after it."""

    BEGINNING_WITH = "beginning-with"
    AFTER = "after"


class Roll(StrEnum):
    """What happens to a date that is not a working day."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True)
class Pause:
    """Days on which a clock does not run: from ``from_`` up to, not including, ``until``, the day it
    restarts.

    ``until`` None means that it has not restarted yet. Raises ``CannotCount`` if it ends before it begins.
    """

    from_: date
    until: date | None = None
    reason: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.from_:
            raise CannotCount(
                f"The pause begins on {in_words(self.from_)} and the clock restarts on"
                f" {in_words(self.until)}."
                " The restart must be a later day."
            )

    @classmethod
    def parse(cls, text: str, reason: str = "", label: str = "") -> Pause:
        """``2026-03-02..2026-04-07``, or ``2026-03-02..`` for one that is still open.

        Raises ``CannotCount`` or ``NotADate``, both ``ValueError``, with a sentence.
        """
        begin, dots, end = text.partition("..")
        if not dots:
            raise CannotCount(f"{text}: give a pause as two dates, FROM..UNTIL, for example 2026-03-02..2026-04-07.")
        return cls(parse_date(begin), parse_date(end) if end.strip() else None, reason, label)

    @property
    def why(self) -> str:
        return self.label or self.reason or "no reason given"


def add_months(start: date, months: int) -> date:
    """The same day of the month so many months on, or the month's last day where there is none.

    Raises ``CannotCount`` past the year 9999.
    """
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    if year > date.max.year:
        raise BeyondCalendar("That runs past the year 9999. Give a shorter length.")
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def first_ordinal(start: date, unit: Unit, counting: Counting) -> int:
    """The first day a pause can take out: day 1 or before, but in months the start itself, which moves the
    date.
    """
    if unit is Unit.MONTHS or counting is Counting.BEGINNING_WITH:
        return start.toordinal()
    return start.toordinal() + 1


def bounds(pause: Pause) -> tuple[int, int]:
    return pause.from_.toordinal(), pause.until.toordinal() if pause.until else OPEN


@dataclass(frozen=True, slots=True)
class Span:
    """A fixed length: N days, working days or months."""

    n: int
    unit: Unit


def Days(n: int) -> Span:  # noqa: N802 - reads as a noun in process files
    """N calendar days."""
    return Span(n, Unit.DAYS)


def WorkingDays(n: int) -> Span:  # noqa: N802
    """N working days."""
    return Span(n, Unit.WORKING_DAYS)


def Months(n: int) -> Span:  # noqa: N802
    """N calendar months."""
    return Span(n, Unit.MONTHS)


@dataclass(frozen=True, slots=True)
class LocalSetting:
    """A length the partnership sets for itself; ``default`` None means no date unless it does."""

    key: str
    default: Span | None


@dataclass(frozen=True, slots=True)
class DateGiven:
    """No count: the due date is the one recorded in this field."""

    field: str


@dataclass(frozen=True, slots=True)
class AgeOnly:
    """No due date at all: only how long it has been is shown."""


Length = Span | LocalSetting | DateGiven | AgeOnly
