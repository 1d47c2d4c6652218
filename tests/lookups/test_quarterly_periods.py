from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dardr.errors import Invalid
from dardr.lookups.quarterly.periods import Period, end_of_day, quarter, quarter_of, year_label, year_of


def test_quarters_are_calendar_quarters_printed_as_dates() -> None:
    assert quarter("2026Q3").label == "1 July to 30 September 2026"
    assert quarter("2028Q1") == Period(date(2028, 1, 1), date(2028, 3, 31))
    assert quarter("2026q4").to == date(2026, 12, 31)
    assert Period(date(2026, 12, 1), date(2027, 1, 31)).label == "1 December 2026 to 31 January 2027"


@pytest.mark.parametrize("text", ["2026Q5", "2026Q0", "Q3", "2026", "third quarter", ""])
def test_what_is_not_a_quarter_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        quarter(text)
    assert "2026Q3" in refused.value.reasons[0].reason


def test_a_period_that_runs_backwards_is_refused() -> None:
    with pytest.raises(Invalid, match="Give the earlier date first"):
        Period(date(2026, 9, 30), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("day", "label"),
    [(date(2026, 4, 1), "2026/27"), (date(2027, 3, 31), "2026/27"), (date(2000, 3, 31), "1999/00")],
)
def test_years_run_from_april_to_march(day: date, label: str) -> None:
    assert year_label(day) == label
    assert year_of(day).has(day)


def test_the_quarter_of_a_day() -> None:
    assert quarter_of(date(2026, 11, 22)).label == "1 October to 31 December 2026"


def test_a_day_ends_at_midnight_in_london() -> None:
    assert end_of_day(date(2026, 7, 1)) == datetime(2026, 7, 1, 23, tzinfo=UTC)
    assert end_of_day(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert end_of_day(date(2026, 10, 25)) == datetime(2026, 10, 26, tzinfo=UTC)
