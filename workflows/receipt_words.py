"""The sentences of a receipt: how a date was worked out, for a person to read and print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workflows.calendar import Skipped, in_words
from workflows.lengths import add_months

if TYPE_CHECKING:
    from workflows.receipt import Receipt

_UNITS = {
    "days": ("day", "days"),
    "working-days": ("working day", "working days"),
    "months": ("month", "months"),
}


def length_in_words(n: int, unit: str) -> str:
    """``1 month``, ``40 working days``. ``unit`` is the value of a ``Unit``."""
    one, many = _UNITS[unit]
    return f"{n} {one if n == 1 else many}"


def sentences(
    receipt: Receipt, skipped: Sequence[Skipped], skipped_total: int, weekend_days: int, falls_on: str | None
) -> list[str]:
    """Plain sentences in the order a person would check the sum."""
    said = _count(receipt)
    if receipt.extension:
        said.insert(
            0,
            f"{length_in_words(receipt.length, receipt.unit)} and an extension of"
            f" {length_in_words(receipt.extension, receipt.unit)}, counted together from the start, are"
            f" {length_in_words(receipt.total, receipt.unit)}.",
        )
    said += _pauses(receipt)
    if receipt.unit == "working-days" and skipped_total:
        said += _skipped(skipped, weekend_days)
    said += _hold(receipt)
    if receipt.due and receipt.unrolled and receipt.due != receipt.unrolled:
        which = "next" if receipt.roll == "next" else "last"
        why = receipt.calendar.note_for(receipt.unrolled) or "not a working day"
        before = " before it" if which == "last" else ""
        said.append(
            f"{in_words(receipt.unrolled)} is {_the(why)}; the date moves to the {which} working day{before},"
            f" {in_words(receipt.due)}."
        )
    elif receipt.due and falls_on:
        said.append(f"{in_words(receipt.due)} is {_the(falls_on)}; the date does not move.")
    if receipt.provisional:
        said.append(
            f"Bank holidays are published up to {in_words(receipt.calendar.horizon)}. After that only"
            " weekends and the"
            " usual bank holidays are allowed for, so the date is provisional and may change."
        )
    return said


def _count(receipt: Receipt) -> list[str]:
    if receipt.unit == "months":
        return _months(receipt)
    if receipt.day_1 is None:
        return []
    kind = _UNITS[receipt.unit][0]
    said = []
    if receipt.counting == "after":
        said.append(f"The count begins after {in_words(receipt.start)}.")
    elif receipt.day_1 != receipt.start:
        said.append(f"The count begins on the first {kind} from {in_words(receipt.start)} on.")
    begin = f"{in_words(receipt.day_1)} is {kind} 1"
    if receipt.unrolled is None:
        said.append(f"{begin}.")
    elif receipt.total == 1:
        said.append(f"{begin}, the only one.")
    else:
        said.append(f"{begin}; {in_words(receipt.unrolled)} is {kind} {receipt.total}.")
    return said


def _months(receipt: Receipt) -> list[str]:
    end = add_months(receipt.start, receipt.total)
    length = length_in_words(receipt.total, receipt.unit)
    if receipt.counting == "after":
        if end.day == receipt.start.day:
            return [f"{length} after {in_words(receipt.start)} is the corresponding date, {in_words(end)}."]
        lead = f"{length} after {in_words(receipt.start)}"
    else:
        lead = f"{length} beginning with {in_words(receipt.start)}"
        if end.day == receipt.start.day:
            day_before = in_words(end.fromordinal(end.toordinal() - 1))
            verb = "ends" if receipt.total == 1 else "end"
            corresponding = f"the day before the corresponding date, {in_words(end)}"
            return [f"{lead} {verb} on {day_before}, {corresponding}."]
    month = in_words(end).split(" ", 1)[1]
    return [f"{lead}: {month} has no day {receipt.start.day}, so the count ends on its last day, {in_words(end)}."]


def _pauses(receipt: Receipt) -> list[str]:
    said = []
    for taken in receipt.pauses:
        pause = taken.pause
        if pause is receipt.held_by:
            continue
        until = f"until {in_words(pause.until)}, the day it restarted" if pause.until else "with no end date yet"
        what = f"The clock was paused from {in_words(pause.from_)} {until} ({pause.why})"
        if not taken.days:
            said.append(f"{what}; that does not change this date.")
        elif receipt.unit == "months":
            said.append(f"{what}; the date is {length_in_words(taken.days, 'days')} later.")
        else:
            verb = "is" if taken.days == 1 else "are"
            said.append(f"{what}; {length_in_words(taken.days, receipt.unit)} {verb} not counted.")
    if receipt.unit == "months" and receipt.unrolled and any(taken.days for taken in receipt.pauses):
        said.append(f"With the paused days taken out, the count ends on {in_words(receipt.unrolled)}.")
    return said


def _skipped(skipped: Sequence[Skipped], weekend_days: int) -> list[str]:
    parts = [length_in_words(weekend_days, "days").replace("day", "weekend day")] if weekend_days else []
    named = [day for day in skipped if day.date.weekday() < 5 and not day.why.startswith("paused: ")]
    parts += [f"{_the(day.why)} ({in_words(day.date)})" for day in named]
    if not parts:
        return []
    text = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return [f"Not counted, because they are not working days: {text}."]


def _hold(receipt: Receipt) -> list[str]:
    pause = receipt.held_by
    if pause is None:
        return []
    said = [
        f"The clock has been paused since {in_words(pause.from_)} ({pause.why}) and has not restarted,"
        " so there is no date yet."
    ]
    if receipt.unit != "months" and receipt.counted_before_hold is not None:
        of = length_in_words(receipt.total, receipt.unit)
        said.append(f"{receipt.counted_before_hold} of {of} had been counted by then.")
    if receipt.today and receipt.if_restarted_today:
        said.append(
            f"If it restarted on {in_words(receipt.today)}, the date would be {in_words(receipt.if_restarted_today)}."
        )
    return said


def _the(why: str) -> str:
    """``a Saturday``, ``the Summer bank holiday``, ``Christmas Day``."""
    if why in ("Saturday", "Sunday"):
        return f"a {why}"
    lower = why.lower()
    return f"the {why}" if "bank holiday" in lower or "jubilee" in lower else why
