"""The days of a round of updates: when it opens and closes, counted back from the Steering Group's meeting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workflows.calendar import Calendar

OPENS_WEEKS, CLOSES_WORKING_DAYS = "update_round_opens_weeks", "update_round_closes_working_days"
"""The partnership's settings: whole weeks, and working days, before the meeting."""

USUAL = {OPENS_WEEKS: 4, CLOSES_WORKING_DAYS: 10}
"""Local choice; no law or guidance has a number."""


@dataclass(frozen=True, slots=True)
class RoundDays:
    """London days. ``closes_on`` is the last day on which updates are asked for; it is a working day."""

    opens_on: date
    closes_on: date


def round_days(meeting_on: date, settings: Mapping[str, Any], calendar: Calendar) -> RoundDays:
    """Weeks back from the meeting, to the working day on or before it; working days back, the meeting not counted."""
    weeks, days = (_number(settings, name) for name in (OPENS_WEEKS, CLOSES_WORKING_DAYS))
    closes = meeting_on
    for _ in range(days):
        closes = calendar.previous_working_day(closes - timedelta(days=1))
    return RoundDays(calendar.previous_working_day(meeting_on - timedelta(weeks=weeks)), closes)


def _number(settings: Mapping[str, Any], name: str) -> int:
    given = settings.get(name)
    return given if isinstance(given, int) and given > 0 else USUAL[name]
