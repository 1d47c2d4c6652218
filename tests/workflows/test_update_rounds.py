"""When a round of updates opens and closes, worked out with a calendar by hand."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.calendar import load_shipped
from workflows.update_rounds import RoundDays, round_days

CALENDAR = load_shipped()


@pytest.mark.parametrize(
    ("meeting", "opens", "closes"),
    [
        # Thursday 28 January 2027: four weeks before is 31 December, a Thursday and a working day.
        (date(2027, 1, 28), date(2026, 12, 31), date(2027, 1, 14)),
        # Thursday 14 January 2027: 17 December; back ten working days over New Year's Day:
        # 13 12 11 8 7 6 5 4 January, 31 and 30 December.
        (date(2027, 1, 14), date(2026, 12, 17), date(2026, 12, 30)),
        # Monday 24 May 2027: four weeks before is 26 April; no holiday in the ten working days before.
        (date(2027, 5, 24), date(2027, 4, 26), date(2027, 5, 10)),
        # Friday 23 April 2027: four weeks before is Good Friday, 26 March; the working day before it is the Thursday.
        (date(2027, 4, 23), date(2027, 3, 25), date(2027, 4, 9)),
    ],
)
def test_days_are_counted_back_from_the_meeting(meeting: date, opens: date, closes: date) -> None:
    assert round_days(meeting, {}, CALENDAR) == RoundDays(opens, closes)


def test_a_partnership_sets_its_own_numbers_and_closures() -> None:
    settings = {"update_round_opens_weeks": 6, "update_round_closes_working_days": 2}
    assert round_days(date(2027, 1, 28), settings, CALENDAR) == RoundDays(date(2026, 12, 17), date(2027, 1, 26))
    closed = CALENDAR.with_closures({date(2027, 1, 26): "Office closed"})
    assert round_days(date(2027, 1, 28), settings, closed).closes_on == date(2027, 1, 25)


@pytest.mark.parametrize("wrong", [0, -3, "four", None, 2.5])
def test_a_setting_that_is_no_number_is_not_counted_with(wrong: object) -> None:
    assert round_days(date(2027, 1, 28), {"update_round_opens_weeks": wrong}, CALENDAR).opens_on == date(2026, 12, 31)
