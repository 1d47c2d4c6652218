"""Counting: every convention at its edges, and the properties that any correct count has."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from workflows.calendar import Calendar, load_shipped
from workflows.counting import (
    BeyondCalendar,
    CannotCount,
    Counting,
    MissingHolidays,
    Pause,
    Roll,
    Unit,
    count,
    every_skipped_day,
)

CALENDAR = load_shipped()
D = date.fromisoformat


def due(
    start: str,
    n: int,
    unit: str,
    counting: str,
    roll: str = "none",
    pauses: tuple[str, ...] = (),
    extend: int = 0,
    calendar: Calendar = CALENDAR,
) -> str | None:
    answer = count(
        D(start),
        n,
        Unit(unit),
        Counting(counting),
        Roll(roll),
        calendar,
        [Pause.parse(p, "trial") for p in pauses],
        extend,
    )
    assert answer.receipt.as_dict()["due"] == (answer.due.isoformat() if answer.due else None)
    return answer.due.isoformat() if answer.due else None


@pytest.mark.parametrize(
    ("start", "n", "unit", "counting", "expected"),
    [
        # 56 days beginning with the day of publication, Domestic Abuse Act 2021 s.16(6): never moved
        ("2025-07-01", 56, "days", "beginning-with", "2025-08-25"),  # a bank-holiday Monday
        ("2025-08-05", 56, "days", "beginning-with", "2025-09-29"),
        ("2026-02-02", 56, "days", "beginning-with", "2026-03-29"),  # a Sunday, and the clocks go forward
        ("2026-08-31", 56, "days", "beginning-with", "2026-10-25"),  # the clocks go back
        ("2026-01-01", 1, "days", "beginning-with", "2026-01-01"),
        ("2026-01-01", 1, "days", "after", "2026-01-02"),
        ("2026-12-31", 1, "days", "after", "2027-01-01"),
        ("2024-02-29", 366, "days", "after", "2025-03-01"),
        ("2010-01-01", 56, "days", "beginning-with", "2010-02-25"),  # days need no calendar
        # working days
        ("2026-03-27", 1, "working-days", "after", "2026-03-30"),
        ("2026-04-02", 1, "working-days", "after", "2026-04-07"),  # over Easter
        ("2026-04-03", 1, "working-days", "beginning-with", "2026-04-07"),
        ("2026-04-02", 1, "working-days", "beginning-with", "2026-04-02"),
        ("2025-08-25", 1, "working-days", "beginning-with", "2025-08-26"),
        ("2025-08-25", 1, "working-days", "after", "2025-08-26"),
        ("2025-08-23", 2, "working-days", "beginning-with", "2025-08-27"),
        ("2022-06-01", 2, "working-days", "after", "2022-06-07"),  # Jubilee: 2 and 3 June
        ("2022-09-16", 1, "working-days", "after", "2022-09-20"),  # State Funeral
        ("2023-05-05", 1, "working-days", "after", "2023-05-09"),  # Coronation
        ("2026-12-24", 1, "working-days", "after", "2026-12-29"),
        ("2026-12-24", 5, "working-days", "after", "2027-01-05"),
        ("2027-12-24", 1, "working-days", "after", "2027-12-29"),
        ("2027-12-31", 1, "working-days", "after", "2028-01-04"),
        ("2028-02-28", 1, "working-days", "after", "2028-02-29"),
        ("2011-04-28", 1, "working-days", "after", "2011-05-03"),  # royal wedding, weekend, early May
        ("2026-10-05", 40, "working-days", "after", "2026-11-30"),
        # months
        ("2026-09-12", 6, "months", "after", "2027-03-12"),
        ("2026-01-31", 1, "months", "after", "2026-02-28"),
        ("2028-01-31", 1, "months", "after", "2028-02-29"),
        ("2025-08-31", 6, "months", "after", "2026-02-28"),
        ("2024-02-29", 12, "months", "after", "2025-02-28"),
        ("2024-02-29", 48, "months", "after", "2028-02-29"),
        ("2026-12-31", 2, "months", "after", "2027-02-28"),
        ("2026-02-28", 1, "months", "after", "2026-03-28"),
        ("2025-07-01", 1, "months", "beginning-with", "2025-07-31"),
        ("2026-01-31", 1, "months", "beginning-with", "2026-02-28"),
        ("2026-01-29", 1, "months", "beginning-with", "2026-02-28"),
        ("2028-01-29", 1, "months", "beginning-with", "2028-02-28"),
        ("2028-01-30", 1, "months", "beginning-with", "2028-02-29"),
        ("2026-12-31", 2, "months", "beginning-with", "2027-02-28"),
        ("2026-01-01", 12, "months", "beginning-with", "2026-12-31"),
        ("2010-01-31", 1, "months", "after", "2010-02-28"),
    ],
)
def test_conventions(start: str, n: int, unit: str, counting: str, expected: str):
    assert due(start, n, unit, counting) == expected


@pytest.mark.parametrize(
    ("start", "n", "unit", "counting", "pauses", "expected"),
    [
        ("2026-06-01", 10, "days", "after", ("2026-06-05..2026-06-08",), "2026-06-14"),
        ("2026-06-01", 10, "days", "after", ("2026-06-01..2026-06-02",), "2026-06-11"),  # the start is not counted
        ("2026-06-01", 10, "days", "beginning-with", ("2026-06-01..2026-06-02",), "2026-06-11"),
        ("2026-06-01", 10, "days", "after", ("2026-06-05..2026-06-08", "2026-06-06..2026-06-09"), "2026-06-15"),
        ("2026-06-01", 10, "days", "after", ("2026-06-05..2026-06-08", "2026-06-05..2026-06-08"), "2026-06-14"),
        ("2026-06-01", 10, "days", "after", ("2026-05-01..2026-06-01",), "2026-06-11"),
        ("2026-06-01", 10, "days", "after", ("2026-05-01..2026-06-03",), "2026-06-12"),
        ("2026-06-01", 10, "days", "after", ("2026-06-12..2026-07-01",), "2026-06-11"),
        ("2026-06-01", 10, "days", "after", ("2026-06-11..2026-06-12",), "2026-06-12"),  # on the very date
        ("2026-06-01", 10, "days", "after", ("2026-06-10..2026-06-11", "2026-06-12..2026-06-15"), "2026-06-15"),
        # a paused weekend takes no working day out
        ("2026-06-01", 5, "working-days", "after", ("2026-06-06..2026-06-08",), "2026-06-08"),
        ("2026-06-01", 5, "working-days", "after", ("2026-06-05..2026-06-09",), "2026-06-10"),
        ("2026-06-01", 1, "working-days", "after", ("2026-06-02..2026-06-03",), "2026-06-03"),
        # months: one day later for each paused day from the start to the date, those met on the way included
        ("2026-06-01", 1, "months", "after", ("2026-06-10..2026-06-20",), "2026-07-11"),
        ("2026-06-01", 1, "months", "after", ("2026-06-10..2026-06-20", "2026-07-05..2026-07-08"), "2026-07-14"),
        ("2026-06-01", 1, "months", "after", ("2026-06-10..2026-06-11", "2026-07-02..2026-07-05"), "2026-07-05"),
        ("2026-06-01", 1, "months", "after", ("2026-07-01..2026-07-04",), "2026-07-04"),
        ("2026-06-01", 1, "months", "after", ("2026-07-02..2026-07-04",), "2026-07-01"),
        ("2026-06-01", 1, "months", "after", ("2026-06-01..2026-06-02",), "2026-07-02"),
        ("2026-06-01", 1, "months", "after", ("2026-05-01..2026-06-01",), "2026-07-01"),
        ("2026-06-01", 1, "months", "after", ("2026-06-10..2026-06-20", "2026-06-15..2026-06-22"), "2026-07-13"),
        ("2026-01-31", 1, "months", "after", ("2026-02-10..2026-02-12",), "2026-03-02"),
        ("2026-06-01", 1, "months", "beginning-with", ("2026-06-10..2026-06-20",), "2026-07-10"),
    ],
)
def test_pauses(start: str, n: int, unit: str, counting: str, pauses: tuple[str, ...], expected: str):
    assert due(start, n, unit, counting, pauses=pauses) == expected
    assert due(start, n, unit, counting, pauses=pauses[::-1]) == expected


@pytest.mark.parametrize(
    ("start", "n", "unit", "counting", "roll", "pauses", "expected"),
    [
        ("2025-07-01", 56, "days", "beginning-with", "next", (), "2025-08-26"),
        ("2025-07-01", 56, "days", "beginning-with", "previous", (), "2025-08-22"),
        ("2025-08-05", 56, "days", "beginning-with", "next", (), "2025-09-29"),
        ("2026-11-25", 1, "months", "after", "next", (), "2026-12-29"),
        ("2026-11-25", 1, "months", "after", "previous", (), "2026-12-24"),
        ("2026-12-24", 1, "working-days", "after", "next", (), "2026-12-29"),
        # the pause first, then the roll; the day rolled to may lie in another pause
        ("2026-06-01", 10, "days", "after", "next", ("2026-06-05..2026-06-07",), "2026-06-15"),
        ("2026-06-01", 10, "days", "after", "next", ("2026-06-05..2026-06-07", "2026-06-14..2026-06-20"), "2026-06-15"),
    ],
)
def test_roll_comes_last(
    start: str, n: int, unit: str, counting: str, roll: str, pauses: tuple[str, ...], expected: str
):
    assert due(start, n, unit, counting, roll, pauses) == expected


def test_an_extension_is_counted_from_the_start_and_never_chained():
    assert due("2026-01-31", 1, "months", "after", extend=1) == "2026-03-31"  # chained it would be 28 March
    assert due("2026-04-01", 5, "working-days", "after", extend=5) == due("2026-04-01", 10, "working-days", "after")
    receipt = count(D("2026-01-31"), 1, Unit.MONTHS, Counting.AFTER, Roll.NONE, CALENDAR, extend=1).receipt.as_dict()
    assert (receipt["length"], receipt["extension"]) == (1, 1)
    assert receipt["sentences"][0] == (
        "1 month and an extension of 1 month, counted together from the start, are 2 months."
    )


# --- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "5"])
def test_a_length_below_one_is_refused(n: int):
    with pytest.raises(CannotCount, match="must be a whole number of at least 1"):
        count(D("2026-01-01"), n, Unit.DAYS, Counting.AFTER, Roll.NONE, CALENDAR)


def test_refusals_are_sentences():
    with pytest.raises(CannotCount, match="The extension is -1"):
        due("2026-01-01", 5, "days", "after", extend=-1)
    with pytest.raises(CannotCount, match="The restart must be a later day"):
        Pause(D("2026-01-02"), D("2026-01-02"))
    with pytest.raises(CannotCount, match=r"give a pause as two dates, FROM\.\.UNTIL"):
        Pause.parse("2026-01-02")
    with pytest.raises(ValueError, match="30 February 2026 does not exist"):
        Pause.parse("2026-02-30..2026-03-04")
    with pytest.raises(CannotCount, match="without a time of day"):
        count(datetime(2026, 1, 1), 5, Unit.DAYS, Counting.AFTER, Roll.NONE, CALENDAR)
    with pytest.raises(CannotCount, match="The unit is days, working-days or months"):
        count(D("2026-01-01"), 5, "weeks", Counting.AFTER, Roll.NONE, CALENDAR)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("unit", list(Unit))
def test_past_the_year_9999_is_refused(unit: Unit):
    for n in (3_000_000, 10**12):
        with pytest.raises(BeyondCalendar, match="past the year 9999"):
            count(D("2026-01-01"), n, unit, Counting.AFTER, Roll.NONE, CALENDAR)


def test_working_days_before_april_2011_are_refused():
    for start in ("2011-03-31", "2010-06-01"):
        with pytest.raises(BeyondCalendar, match="Working days can be counted from 1 April 2011"):
            due(start, 5, "working-days", "after")
    assert due("2011-04-01", 5, "working-days", "beginning-with") == "2011-04-07"
    with pytest.raises(BeyondCalendar):
        due("2011-01-01", 5, "days", "after", roll="next")


def test_a_year_whose_holidays_are_missing_is_refused():
    rows = {day: title for day, title in CALENDAR.holidays.items() if day.year != 2027}
    gap = Calendar("gap", rows, CALENDAR.first_day, CALENDAR.horizon)
    with pytest.raises(MissingHolidays):
        due("2026-12-30", 10, "working-days", "after", calendar=gap)
    assert due("2026-12-01", 5, "working-days", "after", calendar=gap) == "2026-12-08"
    assert due("2026-12-30", 10, "days", "after", calendar=gap) == "2027-01-09"


# --- pauses still open ---------------------------------------------------------------------------------------


def test_an_open_pause_leaves_no_date_but_says_what_a_restart_today_would_give():
    pauses = [Pause(D("2026-06-04"), None, "trial", "criminal trial")]
    args = (D("2026-06-01"), 5, Unit.WORKING_DAYS, Counting.AFTER, Roll.NONE, CALENDAR, pauses)
    held = count(*args, today=D("2026-06-10"))
    receipt = held.receipt.as_dict()
    assert held.due is None
    assert (receipt["due"], receipt["held"], receipt["counted_before_hold"]) == (None, True, 2)
    assert (receipt["if_restarted_on"], receipt["if_restarted_today"]) == ("2026-06-10", "2026-06-12")
    assert receipt["sentences"][-1] == "If it restarted on 10 June 2026, the date would be 12 June 2026."
    closed = count(*args[:-1], [Pause(D("2026-06-04"), D("2026-06-10"))])
    assert closed.due == D("2026-06-12")
    assert count(*args).receipt.as_dict()["if_restarted_today"] is None
    assert count(*args, today=D("2026-06-03")).receipt.if_restarted_today == D("2026-06-08")
    assert list(every_skipped_day(receipt, CALENDAR)) == []
    json.dumps(receipt)


def test_an_open_pause_after_the_date_changes_nothing():
    assert due("2026-06-01", 5, "days", "after", pauses=("2026-06-07..",)) == "2026-06-06"
    assert due("2026-06-01", 5, "days", "after", pauses=("2026-06-06..",)) is None


# --- receipts ------------------------------------------------------------------------------------------------


def test_receipt_of_the_56_days():
    receipt = count(D("2025-07-01"), 56, Unit.DAYS, Counting.BEGINNING_WITH, Roll.NONE, CALENDAR).receipt.as_dict()
    assert receipt["sentences"] == [
        "1 July 2025 is day 1; 25 August 2025 is day 56.",
        "25 August 2025 is the Summer bank holiday; the date does not move.",
    ]
    assert receipt["not_moved"] == [{"date": "2025-08-25", "why": "Summer bank holiday"}]
    assert (receipt["rule"], receipt["from"], receipt["day_1"]) == ("count@1", "2025-07-01", "2025-07-01")
    assert (receipt["provisional"], receipt["skipped"], receipt["calendar"]["used"]) == (False, [], False)


def test_receipt_of_working_days_names_every_skipped_day():
    receipt = count(D("2026-12-23"), 5, Unit.WORKING_DAYS, Counting.AFTER, Roll.NONE, CALENDAR).receipt.as_dict()
    assert receipt["due"] == "2027-01-04"
    assert [(row["date"], row["why"]) for row in receipt["skipped"]] == [
        ("2026-12-25", "Christmas Day"),
        ("2026-12-26", "Saturday"),
        ("2026-12-27", "Sunday"),
        ("2026-12-28", "Boxing Day (substitute day)"),
        ("2027-01-01", "New Year’s Day"),
        ("2027-01-02", "Saturday"),
        ("2027-01-03", "Sunday"),
    ]
    assert receipt["calendar"] == {
        "name": "england-and-wales",
        "snapshot": CALENDAR.snapshot,
        "horizon": "2028-12-31",
        "used": True,
    }
    assert receipt["sentences"][:2] == [
        "The count begins after 23 December 2026.",
        "24 December 2026 is working day 1; 4 January 2027 is working day 5.",
    ]


def test_receipt_of_a_rolled_date_and_its_pauses():
    pauses = [Pause(D("2026-11-30"), D("2026-12-01"), "trial"), Pause(D("2026-11-30"), D("2026-12-01"), "inquest")]
    receipt = count(D("2026-11-24"), 1, Unit.MONTHS, Counting.AFTER, Roll.NEXT, CALENDAR, pauses).receipt.as_dict()
    assert (receipt["rolled_from"], receipt["rolled_to"]) == ("2026-12-25", "2026-12-29")
    assert receipt["rolled_because"] == "Christmas Day"
    assert len(receipt["rolled_over"]) == 4
    assert [(row["reason"], row["days_taken_out"]) for row in receipt["pauses"]] == [("trial", 1), ("inquest", 0)]
    assert receipt["skipped"] == [{"date": "2026-11-30", "why": "paused: trial"}]
    assert receipt["sentences"][-1] == (
        "25 December 2026 is Christmas Day; the date moves to the next working day, 29 December 2026."
    )


@pytest.mark.parametrize(
    ("start", "n", "unit", "roll", "provisional"),
    [
        ("2028-12-27", 2, "working-days", "none", False),  # 29 December 2028
        ("2028-12-29", 1, "working-days", "none", True),  # 2 January 2029
        ("2028-12-29", 10, "days", "none", False),  # bank holidays have no part in it
        ("2028-12-29", 10, "days", "next", True),
        ("2028-12-31", 1, "days", "previous", True),  # 1 January 2029, moved back to 29 December 2028
        ("2028-12-29", 1, "months", "none", False),
        ("2026-12-29", 1, "months", "next", False),
    ],
)
def test_past_the_published_holidays_is_provisional(start: str, n: int, unit: str, roll: str, provisional: bool):
    receipt = count(D(start), n, Unit(unit), Counting.AFTER, Roll(roll), CALENDAR).receipt.as_dict()
    assert receipt["provisional"] is provisional
    said = any("provisional" in sentence for sentence in receipt["sentences"])
    assert said is provisional


def test_a_long_count_keeps_its_receipt_short_and_every_day_can_still_be_printed():
    receipt = count(D("2021-01-04"), 1000, Unit.WORKING_DAYS, Counting.AFTER, Roll.NONE, CALENDAR).receipt.as_dict()
    assert receipt["skipped_complete"] is False
    assert all(row["why"] not in ("Saturday", "Sunday") for row in receipt["skipped"])
    every = list(every_skipped_day(receipt, CALENDAR))
    assert len(every) == receipt["skipped_total"]
    assert sum(day.date.weekday() >= 5 for day in every) == receipt["skipped_weekend_days"]
    assert [day.as_dict() for day in every if day.date.weekday() < 5] == receipt["skipped"]
    assert len(json.dumps(receipt)) < 12_000
    years = count(D("2021-01-04"), 90_000, Unit.WORKING_DAYS, Counting.AFTER, Roll.NONE, CALENDAR).receipt.as_dict()
    assert len(json.dumps(years)) < 60_000


def test_printing_every_day_notices_that_the_holidays_have_changed():
    receipt = count(D("2026-06-01"), 20, Unit.WORKING_DAYS, Counting.AFTER, Roll.NONE, CALENDAR).receipt.as_dict()
    assert len(list(every_skipped_day(receipt, CALENDAR))) == receipt["skipped_total"] == 8
    with pytest.raises(CannotCount, match="have changed since"):
        every_skipped_day(receipt, CALENDAR.with_added({D("2026-06-15"): "A one-off bank holiday"}))


def test_a_late_holiday_moves_working_day_dates_only():
    late = CALENDAR.with_added({D("2026-06-15"): "A one-off bank holiday"})
    assert due("2026-06-01", 20, "working-days", "after", calendar=late) == "2026-06-30"
    assert due("2026-06-01", 20, "working-days", "after") == "2026-06-29"
    assert due("2026-06-01", 20, "days", "after", calendar=late) == due("2026-06-01", 20, "days", "after")
    assert due("2026-06-01", 1, "months", "after", calendar=late) == due("2026-06-01", 1, "months", "after")


def test_sentences_of_months():
    def said(start: str, n: int, counting: Counting) -> str:
        return count(D(start), n, Unit.MONTHS, counting, Roll.NONE, CALENDAR).receipt.as_dict()["sentences"][0]

    assert said("2026-09-12", 6, Counting.AFTER) == (
        "6 months after 12 September 2026 is the corresponding date, 12 March 2027."
    )
    assert said("2026-01-31", 1, Counting.AFTER) == (
        "1 month after 31 January 2026: February 2026 has no day 31,"
        " so the count ends on its last day, 28 February 2026."
    )
    assert said("2025-07-01", 1, Counting.BEGINNING_WITH) == (
        "1 month beginning with 1 July 2025 ends on 31 July 2025, the day before the corresponding date, 1 August 2025."
    )
