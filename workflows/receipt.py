"""The receipt of a date: everything that went into it, so that a person can check the sum and print it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workflows.calendar import Calendar, CannotCount, Skipped
from workflows.lengths import Counting, Pause, Roll, Unit, bounds, first_ordinal
from workflows.receipt_words import sentences

RULE = "count@1"
LISTED_AT_MOST = 60
"""A receipt names every skipped day up to this many; past it, holidays by name and weekends by number."""
HOLIDAYS_AT_MOST = 200


@dataclass(frozen=True)
class PauseTaken:
    """A pause, and how many days of the count (working days in a count of working days) it took out."""

    pause: Pause
    days: int


@dataclass(frozen=True)
class Receipt:
    """How a date was worked out. ``as_dict()`` is what is stored and printed."""

    start: date
    length: int
    unit: Unit
    counting: Counting
    roll: Roll
    calendar: Calendar
    extension: int
    pauses: tuple[PauseTaken, ...]
    day_1: date | None
    unrolled: date | None
    """The last day of the count, before rolling."""
    due: date | None
    provisional: bool
    held_by: Pause | None
    """The open pause that keeps the clock from reaching its date."""
    counted_before_hold: int | None
    today: date | None
    if_restarted_today: date | None

    @property
    def total(self) -> int:
        return self.length + self.extension

    @property
    def uses_calendar(self) -> bool:
        """Whether bank holidays have a part in the date."""
        return self.unit is Unit.WORKING_DAYS or self.roll is not Roll.NONE

    def skipped_total(self) -> int:
        """How many days, from where the count begins to its last day, were not counted."""
        if self.unrolled is None:
            return 0
        if self.unit is not Unit.WORKING_DAYS:
            return sum(taken.days for taken in self.pauses)
        return self.unrolled.toordinal() - first_ordinal(self.start, self.unit, self.counting) + 1 - self.total

    def skipped(self) -> list[Skipped]:
        """Every skipped day by name if there are at most ``LISTED_AT_MOST``, else the holidays by name."""
        if self.unrolled is None:
            return []
        first = date.fromordinal(first_ordinal(self.start, self.unit, self.counting))
        if self.skipped_total() <= LISTED_AT_MOST:
            pauses = [taken.pause for taken in self.pauses]
            return list(_walk(first, self.unrolled, self.unit, self.calendar, pauses))
        if self.unit is not Unit.WORKING_DAYS:
            return []
        found: list[Skipped] = []
        for holiday in self.calendar.holidays_between(first, self.unrolled):
            if len(found) == HOLIDAYS_AT_MOST:
                break
            found.append(holiday)
        return found

    def rolled_over(self) -> list[Skipped]:
        """The days that the date was moved off, by name."""
        if self.unrolled is None or self.due is None or self.unrolled == self.due:
            return []
        if self.roll is Roll.NEXT:
            return self.calendar.skipped(self.unrolled, self.due - timedelta(days=1))
        return self.calendar.skipped(self.due + timedelta(days=1), self.unrolled)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready. Dates are ISO text, lengths are in ``unit``; ``sentences`` say it all in plain
        English.
        """
        skipped, rolled = self.skipped(), self.rolled_over()
        total = self.skipped_total()
        complete = total <= LISTED_AT_MOST
        weekends = self._weekend_days()
        moved = bool(rolled)
        fact = self.calendar.note_for(self.due) if self.due and not moved else None
        return {
            "rule": RULE,
            "due": _iso(self.due),
            "from": self.start.isoformat(),
            "length": self.length,
            "unit": self.unit.value,
            "counting": self.counting.value,
            "roll": self.roll.value,
            "day_1": _iso(self.day_1),
            "extension": self.extension,
            "calendar": {
                "name": self.calendar.name,
                "snapshot": self.calendar.snapshot,
                "horizon": self.calendar.horizon.isoformat(),
                "used": self.uses_calendar,
            },
            "provisional": self.provisional,
            "skipped": [day.as_dict() for day in skipped],
            "skipped_total": total,
            "skipped_weekend_days": weekends,
            "skipped_complete": complete,
            "not_moved": [{"date": _iso(self.due), "why": fact}] if fact else [],
            "pauses": [
                {
                    "from": taken.pause.from_.isoformat(),
                    "until": _iso(taken.pause.until),
                    "reason": taken.pause.reason,
                    "label": taken.pause.label,
                    "days_taken_out": taken.days,
                }
                for taken in self.pauses
            ],
            "rolled_from": _iso(self.unrolled) if moved else None,
            "rolled_to": _iso(self.due) if moved else None,
            "rolled_because": self.calendar.note_for(self.unrolled) if moved and self.unrolled else None,
            "rolled_over": [day.as_dict() for day in rolled],
            "held": self.held_by is not None,
            "counted_before_hold": self.counted_before_hold,
            "if_restarted_on": _iso(self.today) if self.held_by else None,
            "if_restarted_today": _iso(self.if_restarted_today),
            "sentences": sentences(self, skipped, total, weekends, fact),
        }

    def _weekend_days(self) -> int:
        """Saturdays and Sundays among the days of a count of working days."""
        if self.unit is not Unit.WORKING_DAYS or self.unrolled is None:
            return 0
        low, high = first_ordinal(self.start, self.unit, self.counting), self.unrolled.toordinal()
        # Sundays are the ordinals that 7 divides, Saturdays those one below.
        return sum((high + offset) // 7 - (low - 1 + offset) // 7 for offset in (0, 1))


def every_skipped_day(receipt: Mapping[str, Any], calendar: Calendar) -> Iterator[Skipped]:
    """Every day that a stored receipt (``as_dict()``) skipped, by name, however many there are.

    ``calendar`` is the one the receipt names. Raises ``CannotCount`` if it no longer gives the receipt's
    own number of skipped days, because its holidays have changed since.
    """
    end = receipt["rolled_from"] or receipt["due"]
    if end is None:
        return iter(())
    unit = Unit(receipt["unit"])
    first = first_ordinal(date.fromisoformat(receipt["from"]), unit, Counting(receipt["counting"]))
    pauses = [
        Pause(
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["until"]) if row["until"] else None,
            row["reason"],
            row["label"],
        )
        for row in receipt["pauses"]
    ]
    found = list(_walk(date.fromordinal(first), date.fromisoformat(end), unit, calendar, pauses))
    if len(found) != receipt["skipped_total"]:
        raise CannotCount(
            f"The bank holidays of the calendar {calendar.name} have changed since this date was worked out."
            " Work the date out again."
        )
    return iter(found)


def _walk(first: date, last: date, unit: Unit, calendar: Calendar, pauses: Sequence[Pause]) -> Iterator[Skipped]:
    """Every day from ``first`` to ``last`` that was not counted: weekends and holidays by name before
    pauses.
    """
    found: dict[int, Skipped] = {}
    if unit is Unit.WORKING_DAYS:
        found = {day.date.toordinal(): day for day in calendar.skipped(first, last)}
    for pause in sorted(pauses, key=bounds):
        low, high = bounds(pause)
        for ordinal in range(max(low, first.toordinal()), min(high, last.toordinal() + 1)):
            if ordinal not in found:
                found[ordinal] = Skipped(date.fromordinal(ordinal), f"paused: {pause.why}")
    return (found[ordinal] for ordinal in sorted(found))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
