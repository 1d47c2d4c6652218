"""Every way of counting, from the command line: start, pauses, extension, roll, and where counting ends."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Dardr


def _compute(dardr: Dardr, start: str, n: int, unit: str, counting: str, *more: str) -> tuple[str, ...]:
    return (
        "clock", "compute", "--from", start, "--length", str(n), "--unit", unit, "--counting", counting, *more,
    )  # fmt: skip


CASES = [
    # 56 days: day 1 is the day of publication; nothing moves a statutory date off a Sunday or a bank holiday.
    ("2025-07-01", 56, "days", "beginning-with", (), "2025-08-25"),
    ("2026-02-02", 56, "days", "beginning-with", (), "2026-03-29"),
    ("2026-07-01", 1, "days", "beginning-with", (), "2026-07-01"),
    ("2026-07-01", 1, "days", "after", (), "2026-07-02"),
    # Working days: round a weekend, Easter, the royal wedding of 2011.
    ("2026-07-03", 1, "working-days", "after", (), "2026-07-06"),
    ("2026-07-03", 1, "working-days", "beginning-with", (), "2026-07-03"),
    ("2026-07-04", 1, "working-days", "beginning-with", (), "2026-07-06"),
    ("2026-04-02", 1, "working-days", "after", (), "2026-04-07"),
    ("2011-04-28", 1, "working-days", "after", (), "2011-05-03"),
    # Months keep the day, clamped, and are counted from the start.
    ("2026-06-30", 1, "months", "after", (), "2026-07-30"),
    ("2026-01-31", 1, "months", "after", (), "2026-02-28"),
    ("2028-01-31", 1, "months", "after", (), "2028-02-29"),
    ("2026-01-31", 1, "months", "after", ("--extend", "1"), "2026-03-31"),
    ("2026-07-01", 1, "months", "beginning-with", (), "2026-07-31"),
    ("2026-01-28", 1, "months", "beginning-with", (), "2026-02-27"),
    ("2026-01-29", 1, "months", "beginning-with", (), "2026-02-28"),
    ("2026-03-31", 1, "months", "beginning-with", (), "2026-04-30"),
    # A pause takes out the days from FROM up to the day the clock restarts.
    ("2026-03-02", 10, "days", "after", ("--pause", "2026-03-12..2026-03-14"), "2026-03-14"),
    ("2026-03-02", 10, "days", "after", ("--pause", "2026-03-13..2026-03-20"), "2026-03-12"),
    ("2026-03-02", 10, "days", "after", ("--pause", "2026-02-01..2026-03-03"), "2026-03-12"),
    ("2026-03-02", 10, "days", "beginning-with", ("--pause", "2026-03-02..2026-03-03"), "2026-03-12"),
    ("2026-03-02", 5, "working-days", "after", ("--pause", "2026-03-07..2026-03-09"), "2026-03-09"),
    ("2026-03-02", 5, "working-days", "after", ("--pause", "2026-03-05..2026-03-09"), "2026-03-11"),
    # In months one day later for each paused day, those met on the way included; a pause before the start is none.
    ("2026-03-02", 6, "months", "after", ("--pause", "2026-04-01..2026-05-01"), "2026-10-02"),
    (
        "2026-03-02", 6, "months", "after",
        ("--pause", "2026-08-31..2026-09-01", "--pause", "2026-09-03..2026-09-04"), "2026-09-04",
    ),
    ("2026-03-02", 6, "months", "after", ("--pause", "2026-01-01..2026-03-02"), "2026-09-02"),
    # Roll comes last.
    ("2026-02-02", 56, "days", "beginning-with", ("--roll", "next"), "2026-03-30"),
    ("2026-02-02", 56, "days", "beginning-with", ("--roll", "previous"), "2026-03-27"),
    ("2025-07-01", 56, "days", "beginning-with", ("--roll", "next"), "2025-08-26"),
    ("2026-03-02", 10, "days", "after", ("--extend", "2", "--roll", "next"), "2026-03-16"),
]  # fmt: skip


def test_each_way_of_counting(on_sqlite: Dardr) -> None:
    found = [(*case[:5], on_sqlite.ok(*_compute(on_sqlite, *case[:4], *case[4]))["due"]) for case in CASES]
    assert found == CASES


@pytest.mark.parametrize(
    ("start", "n", "unit", "more", "words"),
    [
        ("2026-02-31", 1, "days", (), "31 February 2026 does not exist"),
        ("2026-13-01", 1, "days", (), "were day and month swapped?"),
        ("2026-01-00", 1, "days", (), "there is no day 0"),
        ("not_known", 1, "days", (), "not a date that can be read"),
        ("2026", 1, "months", (), "not a date that can be read"),
        ("2011-03-31", 1, "working-days", (), "Working days can be counted from 1 April 2011"),
        ("2026-07-01", 0, "days", (), "at least 1"),
        ("2026-07-01", -3, "days", (), "at least 1"),
        ("2026-07-01", 5, "days", ("--extend", "0"), "at least 1"),
        ("2026-07-01", 5, "days", ("--extend", "-1"), "at least 1"),
        ("2026-07-01", 10**9, "months", (), "past the year 9999"),
        ("2026-07-01", 5, "days", ("--pause", "2026-07-05"), "FROM..UNTIL"),
        ("2026-07-01", 5, "days", ("--pause", "2026-07-05..2026-07-05"), "must be a later day"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_a_sentence(
    on_sqlite: Dardr, start: str, n: int, unit: str, more: tuple[str, ...], words: str
) -> None:
    (reason,) = on_sqlite.refused(*_compute(on_sqlite, start, n, unit, "after", *more))
    assert words in reason


def test_a_date_past_the_published_holidays_is_provisional_only_if_it_uses_them(on_sqlite: Dardr) -> None:
    def provisional(start: str, unit: str, *more: str) -> bool:
        return on_sqlite.ok(*_compute(on_sqlite, start, 10, unit, "after", *more))["receipt"]["provisional"]

    assert not provisional("2026-07-01", "working-days")
    assert provisional("2035-12-20", "working-days")
    assert provisional("2035-12-20", "days", "--roll", "next")
    assert not provisional("2035-12-20", "days")


def test_every_clock_has_the_length_it_says(on_sqlite: Dardr) -> None:
    """From 1 July 2026; without a length there is no date, and no number is made up for what is not in force."""
    expected = {
        ("dardr-s9", "D01"): "2026-07-08", ("dardr-s9", "D02"): "2026-08-01", ("dardr-s9", "D03"): "2026-07-08",
        ("dardr-s9", "D04"): None, ("dardr-s9", "D05"): "2027-01-01", ("dardr-s9", "D06"): "2026-07-08",
        ("dardr-s9", "D12"): "2026-07-15", ("dardr-s9", "D13"): None, ("dardr-s9", "D14"): "2026-07-29",
        ("dardr-s9", "D15"): None, ("dardr-s9", "D16"): "2026-07-03", ("agency-return", "D10"): "2026-08-26",
        ("agency-return", "D11"): "2026-07-15", ("commissioner-reply", "D08"): "2026-08-25",
        ("action", "D17"): "2026-10-01", ("dardr-s8a", "D02"): None, ("dardr-s8a", "D05"): None,
        ("dardr-s8a", "D07"): None,
    }  # fmt: skip
    found = {key: on_sqlite.ok("clock", "due", *key, "--from", "2026-07-01") for key in expected}
    assert {key: one["due"] for key, one in found.items()} == expected
    assert {key for key, one in found.items() if one["date"]["kind"] == "statute"} == {("commissioner-reply", "D08")}
