"""Gaps in contact: long times in which no line of a chronology lies, for each agency and over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dardr.casework.chronology.comparing import NARROW, Entry

SETTING = "chronology_gap_days"
USUAL = 90
"""Days without a line from which a gap is shown, where the partnership sets no other number (local choice)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without contact. ``source`` is the return it is about (None: all of them); ``vague`` lines may lie in it.

    ``after_on`` and ``before_on`` are the days of the lines around it, London dates; ``days`` lie between them.
    """

    source: int | None
    after_on: date
    before_on: date
    days: int
    vague: int


def gaps(entries: Sequence[Entry], longer_than: int) -> list[Gap]:
    """The gaps over all, then those of each return, each in its order of time. ``longer_than`` is in calendar days."""
    found = _gaps_of(None, entries, longer_than)
    for source in dict.fromkeys(one.source for one in entries):
        found += _gaps_of(source, [one for one in entries if one.source == source], longer_than)
    return found


def _gaps_of(source: int | None, entries: Iterable[Entry], longer_than: int) -> list[Gap]:
    known: list[tuple[date, date]] = []
    vague: list[Entry] = []
    for one in entries:
        if one.first is not None and one.last is not None and one.last - one.first <= NARROW:
            known.append((one.first, one.last))
        else:
            vague.append(one)
    known.sort()
    found: list[Gap] = []
    until: date | None = None
    for first, last in known:
        if until is not None and (first - until).days - 1 > longer_than:
            inside = sum(_may_lie(one, until, first) for one in vague)
            found.append(Gap(source, until, first, (first - until).days - 1, inside))
        until = last if until is None else max(until, last)
    return found


def _may_lie(one: Entry, after: date, before: date) -> bool:
    """Whether a line with a vague time may lie between two days; one without any may lie anywhere."""
    first, last = one.first or date.min, one.last or date.max
    return first < before and last > after and after + timedelta(days=1) < before


def gap_days(settings: dict[str, object]) -> int:
    """The number of days the partnership set, or the usual one."""
    given = settings.get(SETTING)
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else USUAL
