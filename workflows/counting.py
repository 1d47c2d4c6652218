"""Counting from a date: calendar days, working days and months, with pauses, extensions and a receipt.

The rules (``count@1``):

- *after*: day 1 is the next day (for working days the next working day). *beginning with*: the start is day
  1 (for working days the start or the next working day). Interpretation of "beginning with the day on
  which", as in Domestic Abuse Act 2021 s.16(6): the day itself is counted.
- Months keep the day of the month, or the month's last day where there is none (the corresponding-date
  rule of Dodds v Walker [1981]; not compared with the text), always from the start. *beginning with* ends
  the day before the corresponding date.
- An extension is added to the length and counted from the start.
- A pause takes out the days from its first up to, not including, the day the clock restarts; a day in two
  pauses is taken out once. In months the date is one day later for each paused day from the start to the
  date.
- Rolling off a day that is not a working day comes last.

Dates are London dates. Nothing here knows what day it is: *today* is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from workflows.calendar import BeyondCalendar, Calendar, CannotCount, MissingHolidays, in_words
from workflows.lengths import OPEN, Counting, Pause, Roll, Unit, add_months, bounds, first_ordinal
from workflows.receipt import RULE, PauseTaken, Receipt, every_skipped_day

__all__ = [
    "RULE",
    "BeyondCalendar",
    "CannotCount",
    "Counted",
    "Counting",
    "MissingHolidays",
    "Pause",
    "PauseTaken",
    "Receipt",
    "Roll",
    "Unit",
    "add_months",
    "count",
    "every_skipped_day",
]


@dataclass(frozen=True)
class Counted:
    """A worked-out date (None while a pause is open) and its receipt."""

    due: date | None
    receipt: Receipt


def count(
    start: date,
    n: int,
    unit: Unit,
    counting: Counting,
    roll: Roll,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    extend: int = 0,
    *,
    today: date | None = None,
) -> Counted:
    """The last day of ``n`` (plus ``extend``) of a unit from ``start``, a London date.

    While an open pause keeps the clock from its date, ``due`` is None; ``today`` then only serves to say
    what the date would be if the clock restarted on that day. Raises ``CannotCount``: a length below 1, a
    day before the calendar (``BeyondCalendar``), a year without its holidays (``MissingHolidays``), a date
    past the year 9999.
    """
    unit, counting, roll = _known(start, n, unit, counting, roll, extend)
    if unit is Unit.WORKING_DAYS and start < calendar.first_day:
        raise BeyondCalendar(
            f"Working days can be counted from {in_words(calendar.first_day)}; {in_words(start)} is"
            " before that."
            " Give a later date, or count in days or months."
        )
    days = calendar if unit is Unit.WORKING_DAYS else None
    first = first_ordinal(start, unit, counting)
    need = n + extend
    if unit is Unit.MONTHS:
        need = _end_of_months(start, need, counting).toordinal() - first + 1
    spans = _merged(pauses, first)
    last, before_hold = _run(first, need, spans, days)
    unrolled = due = _date(last) if last is not None else None
    if due is not None and roll is not Roll.NONE:
        due = calendar.next_working_day(due) if roll is Roll.NEXT else calendar.previous_working_day(due)
    first_counted = first + 1 if unit is Unit.MONTHS and counting is Counting.AFTER else first
    day_1, _ = _run(first_counted, 1, spans, days)
    held = min((p for p in pauses if p.until is None), key=lambda p: p.from_) if due is None else None
    uses_calendar = unit is Unit.WORKING_DAYS or roll is not Roll.NONE
    receipt = Receipt(
        start=start,
        length=n,
        unit=unit,
        counting=counting,
        roll=roll,
        calendar=calendar,
        extension=extend,
        pauses=_taken(pauses, first, last, days) if pauses else (),
        day_1=None if day_1 is None else _date(day_1),
        unrolled=unrolled,
        due=due,
        provisional=bool(uses_calendar and due and unrolled and max(due, unrolled) > calendar.horizon),
        held_by=held,
        counted_before_hold=before_hold if held else None,
        today=today,
        if_restarted_today=None,
    )
    if held and today is not None:
        closed = [p if p.until else replace(p, until=today) for p in pauses if p.until or p.from_ < today]
        again = count(start, n, unit, counting, roll, calendar, closed, extend)
        receipt = replace(receipt, if_restarted_today=again.due)
    return Counted(due, receipt)


def _end_of_months(start: date, months: int, counting: Counting) -> date:
    end = add_months(start, months)
    if counting is Counting.BEGINNING_WITH and end.day == start.day:
        return end - timedelta(days=1)
    return end


def _known(
    start: object, n: object, unit: str, counting: str, roll: str, extend: object
) -> tuple[Unit, Counting, Roll]:
    if not isinstance(start, date) or isinstance(start, datetime):
        raise CannotCount("A clock counts from a whole date, without a time of day. Give one.")
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise CannotCount(f"The length is {n}; it must be a whole number of at least 1.")
    if not isinstance(extend, int) or isinstance(extend, bool) or extend < 0:
        raise CannotCount(f"The extension is {extend}; it must be a whole number of at least 1, or 0 for none.")
    try:
        return Unit(unit), Counting(counting), Roll(roll)
    except ValueError:
        raise CannotCount(
            "The unit is days, working-days or months; the counting is beginning-with or after;"
            " the roll is none, next or previous."
        ) from None


def _merged(pauses: Sequence[Pause], first: int) -> list[tuple[int, int]]:
    """Disjoint [from, until) spans in order, from ``first`` on."""
    spans: list[tuple[int, int]] = []
    for low, high in sorted(bounds(pause) for pause in pauses):
        low = max(low, first)
        if high <= low:
            continue
        if spans and low <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], high))
        else:
            spans.append((low, high))
    return spans


def _run(
    first: int, need: int, spans: Sequence[tuple[int, int]], working: Calendar | None
) -> tuple[int | None, int | None]:
    """The ordinal of day ``need`` counted from ``first`` over the days outside ``spans``.

    (None, days counted) where an open span is met first.
    """
    position, left = first, need
    for low, high in spans:
        if low > position:
            free = working.count_working(position, low - 1) if working else low - position
            if left <= free:
                break
            left -= free
        if high == OPEN:
            return None, need - left
        position = max(position, high)
    return (working.nth_working_ordinal(position - 1, left) if working else position + left - 1), None


def _taken(pauses: Sequence[Pause], first: int, last: int | None, working: Calendar | None) -> tuple[PauseTaken, ...]:
    """Each pause in order of its first day, with the days it took out; a day in two belongs to the first."""
    result, covered = [], first
    for pause in sorted(pauses, key=bounds):
        low, high = bounds(pause)
        low, high = max(low, covered), min(high, OPEN if last is None else last + 1)
        days = 0
        if high > low and high != OPEN:
            days = working.count_working(low, high - 1) if working else high - low
        covered = max(covered, high)
        result.append(PauseTaken(pause, days))
    return tuple(result)


def _date(ordinal: int) -> date:
    if ordinal > date.max.toordinal():
        raise BeyondCalendar("That runs past the year 9999. Give a shorter length.")
    return date.fromordinal(ordinal)
