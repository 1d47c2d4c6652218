"""Working days of England and Wales, against two independent libraries and against dates people remember."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from hypothesis import given
from hypothesis import strategies as st

import workflows
from workflows.calendar import (
    BeyondCalendar,
    Calendar,
    Calendars,
    CannotCount,
    MissingHolidays,
    Skipped,
    UnknownCalendar,
    calendars,
    load_shipped,
    read_rows,
    usual_holidays,
)

SHIPPED = load_shipped()
COVERED = st.dates(date(2011, 4, 1), date(2028, 12, 31))


def test_shipped_list_equals_the_published_one():
    published = {
        row["date"]: row["title"] + (" (substitute day)" if row["notes"] == "Substitute day" else "")
        for row in BankHolidays(use_cached_holidays=True).get_holidays(division="england-and-wales")
    }
    ours = {day: title for day, title in SHIPPED.holidays.items() if day.year >= 2012}
    assert ours == published
    assert SHIPPED.horizon == date(max(published).year, 12, 31)


def test_working_days_agree_with_the_second_library_from_2011_on():
    other = holidays.country_holidays("GB", subdiv="ENG", years=range(2011, 2029))
    expected = {day for day in other if day >= date(2011, 4, 1) and day.weekday() < 5}
    assert set(SHIPPED.holidays) == expected


def test_2011_has_the_royal_wedding():
    assert SHIPPED.why_not_working(date(2011, 4, 29)) == "Royal wedding bank holiday"
    assert len([day for day in SHIPPED.holidays if day.year == 2011]) == 8


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2022, 6, 2), "Spring bank holiday"),
        (date(2022, 6, 3), "Platinum Jubilee bank holiday"),
        (date(2022, 9, 19), "Bank Holiday for the State Funeral of Queen Elizabeth II"),
        (date(2023, 5, 8), "Bank holiday for the coronation of King Charles III"),
        (date(2020, 5, 8), "Early May bank holiday (VE day)"),
        (date(2020, 5, 4), None),
        (date(2022, 5, 30), None),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 26), "Saturday"),
        (date(2026, 12, 28), "Boxing Day (substitute day)"),
        (date(2026, 12, 29), None),
        (date(2027, 12, 27), "Christmas Day (substitute day)"),
        (date(2027, 12, 28), "Boxing Day (substitute day)"),
        (date(2028, 2, 29), None),
        (date(2024, 12, 31), None),
        (date(2026, 3, 29), "Sunday"),  # the clocks go forward
        (date(2026, 10, 25), "Sunday"),  # the clocks go back
        (date(2025, 8, 25), "Summer bank holiday"),
        (date(2026, 8, 3), None),  # a bank holiday in Scotland alone
        (date(2026, 3, 17), None),  # a bank holiday in Northern Ireland alone
    ],
)
def test_days_people_remember(day: date, why: str | None):
    assert SHIPPED.why_not_working(day) == why
    assert SHIPPED.is_working_day(day) is (why is None)


def test_before_april_2011_is_refused():
    assert SHIPPED.is_working_day(date(2011, 4, 1))
    with pytest.raises(BeyondCalendar, match="can be counted from 1 April 2011; 31 March 2011 is before that"):
        SHIPPED.is_working_day(date(2011, 3, 31))
    with pytest.raises(BeyondCalendar):
        SHIPPED.skipped(date(2011, 3, 31), date(2011, 4, 30))
    with pytest.raises(BeyondCalendar):
        SHIPPED.with_added({date(2011, 1, 3): "New Year"})


def test_past_the_published_years_the_usual_days_count_and_are_provisional():
    assert not SHIPPED.is_provisional(date(2028, 12, 31))
    assert SHIPPED.is_provisional(date(2029, 1, 1))
    assert SHIPPED.why_not_working(date(2029, 1, 1)) == "New Year’s Day"
    assert SHIPPED.is_working_day(date(2029, 1, 2))
    assert SHIPPED.why_not_working(date(2029, 3, 30)) == "Good Friday"


@pytest.mark.parametrize("year", [*range(2013, 2020), 2021, *range(2024, 2029)])
def test_usual_days_are_the_published_ones_of_every_ordinary_year(year: int):
    assert usual_holidays(year) == {day: title for day, title in SHIPPED.holidays.items() if day.year == year}


@pytest.mark.parametrize("year", range(2029, 2061))
def test_usual_days_agree_with_the_second_library_in_years_to_come(year: int):
    other = {day for day in holidays.country_holidays("GB", subdiv="ENG", years=year) if day.weekday() < 5}
    assert set(usual_holidays(year)) == other


def test_a_year_without_holidays_is_an_error_and_never_an_empty_set():
    rows = {day: title for day, title in SHIPPED.holidays.items() if day.year != 2026}
    gap = Calendar("gap", rows, SHIPPED.first_day, SHIPPED.horizon)
    assert gap.is_working_day(date(2025, 6, 2))
    for ask in (
        lambda: gap.is_working_day(date(2026, 6, 1)),
        lambda: gap.working_days(date(2025, 12, 1), date(2027, 1, 31)),
        lambda: gap.skipped(date(2025, 12, 1), date(2026, 1, 1)),
        lambda: gap.next_working_day(date(2026, 6, 1)),
    ):
        with pytest.raises(MissingHolidays, match="bank holidays of 2026 are missing"):
            ask()


def test_a_year_with_too_few_holidays_is_missing_too():
    rows = {day: title for day, title in SHIPPED.holidays.items() if day != date(2026, 8, 31)}
    short = Calendar("short", rows, SHIPPED.first_day, SHIPPED.horizon, at_least_per_year=8)
    with pytest.raises(MissingHolidays):
        short.is_working_day(date(2026, 6, 1))


def test_added_holidays_are_merged_and_change_the_snapshot():
    extra = {date(2026, 6, 15): "A one-off bank holiday", date(2026, 12, 25): "something else"}
    more = SHIPPED.with_added(extra)
    assert more.why_not_working(date(2026, 6, 15)) == "A one-off bank holiday"
    assert more.why_not_working(date(2026, 12, 25)) == "Christmas Day"
    assert SHIPPED.is_working_day(date(2026, 6, 15))
    assert set(more.holidays) == {*SHIPPED.holidays, date(2026, 6, 15)}
    assert more.snapshot != SHIPPED.snapshot
    assert more.horizon == SHIPPED.horizon
    assert more.with_added(extra) == more


def test_one_early_announcement_does_not_pass_for_a_published_year():
    more = SHIPPED.with_added({date(2029, 7, 3): "An early announcement"})
    assert more.is_provisional(date(2029, 1, 2))
    assert more.why_not_working(date(2029, 7, 3)) == "An early announcement"
    assert more.why_not_working(date(2029, 12, 25)) == "Christmas Day"
    assert more.working_days(date(2029, 7, 2), date(2029, 7, 6)) == 4
    twice = SHIPPED.with_added({date(2029, 12, 25): "Christmas Day"})
    assert twice.working_days(date(2029, 12, 24), date(2029, 12, 28)) == 3
    with pytest.raises(MissingHolidays):
        SHIPPED.with_added({date(2029, 7, 3): "One"}, horizon=date(2029, 12, 31)).is_working_day(date(2029, 7, 4))


def test_a_newly_published_year_moves_the_horizon():
    more = SHIPPED.with_added(usual_holidays(2029), horizon=date(2029, 12, 31))
    assert not more.is_provisional(date(2029, 6, 1))
    assert more.is_provisional(date(2030, 1, 1))
    with pytest.raises(CannotCount, match="already runs to 31 December 2028"):
        SHIPPED.with_added({}, horizon=date(2027, 12, 31))


def test_closures_are_days_off_of_their_own():
    office = SHIPPED.with_closures({date(2026, 12, 29): "Office closed"}, name="county-office")
    assert office.why_not_working(date(2026, 12, 29)) == "Office closed"
    assert date(2026, 12, 29) not in office.holidays
    assert (office.name, office.snapshot == SHIPPED.snapshot) == ("county-office", False)


def test_calendars_by_name():
    assert calendars.get("england-and-wales") is SHIPPED
    with pytest.raises(UnknownCalendar, match="no calendar called 'scotland'. The calendars are: england-and-wales"):
        calendars.get("scotland")
    with pytest.raises(UnknownCalendar):
        load_shipped("scotland")
    own = Calendars()
    own.register("county-office", lambda: SHIPPED.with_closures({date(2026, 12, 29): "Closed"}, name="county-office"))
    assert own.names() == ["county-office"]
    assert not own.get("county-office").is_working_day(date(2026, 12, 29))
    with pytest.raises(CannotCount, match="already a calendar"):
        own.register("county-office", load_shipped)


@pytest.mark.parametrize(
    "text", ["date,title,note\n2026-02-31,X,\n", "day,title\n2026-02-01,X\n", "date\n2026-01-01\n"]
)
def test_a_bad_row_is_named(text: str):
    with pytest.raises(CannotCount, match="Row 1 of the bank holidays cannot be read"):
        read_rows(text)


def test_skipped_names_every_day():
    assert SHIPPED.skipped(date(2026, 12, 24), date(2026, 12, 29)) == [
        Skipped(date(2026, 12, 25), "Christmas Day"),
        Skipped(date(2026, 12, 26), "Saturday"),
        Skipped(date(2026, 12, 27), "Sunday"),
        Skipped(date(2026, 12, 28), "Boxing Day (substitute day)"),
    ]
    assert SHIPPED.skipped(date(2026, 12, 29), date(2026, 12, 24)) == []


@given(COVERED, st.integers(0, 3000))
def test_arithmetic_equals_walking_day_by_day(first: date, length: int):
    last = first + timedelta(days=length)  # often past the published years
    walked = [first + timedelta(days=n) for n in range(length + 1)]
    working = [day for day in walked if SHIPPED.is_working_day(day)]
    assert SHIPPED.working_days(first, last) == len(working)
    assert len(SHIPPED.skipped(first, last)) == len(walked) - len(working)
    if working:
        assert SHIPPED.nth_working_ordinal(first.toordinal() - 1, len(working)) == working[-1].toordinal()
        assert SHIPPED.next_working_day(first) == working[0]
        assert SHIPPED.previous_working_day(last) == working[-1]


@pytest.mark.parametrize("name", ["calendar", "counting", "lengths", "partial", "receipt", "receipt_words"])
def test_the_arithmetic_reads_no_clock_and_imports_no_holiday_library(name: str):
    tree = ast.parse(Path(workflows.__path__[0], f"{name}.py").read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")])
    }
    assert not imported & {"holidays", "govuk_bank_holidays", "time", "socket", "urllib", "requests", "dardr"}
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"now", "utcnow"}
    assert "date.today" not in ast.unparse(tree)
