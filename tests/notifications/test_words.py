from __future__ import annotations

from datetime import date

import pytest

from notifications.words import DUE_PHRASES, days_between, due_phrase, long_date, partial_date, plain_date


def test_dates_in_words() -> None:
    assert long_date(date(2024, 2, 29)) == "Thursday 29 February 2024"
    assert plain_date(date(2026, 12, 3)) == "3 December 2026"


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ("2026-03-14", "14 March 2026"),
        ("2026-03", "March 2026"),
        ("2026", "2026"),
        ("2026-03/2026-05", "March 2026 to May 2026"),
        ("2026-02-31", "2026-02-31"),
        ("2026-13", "2026-13"),
        ("early 2026", "early 2026"),
    ],
)
def test_a_partial_date_is_never_made_more_exact(held: str, shown: str) -> None:
    assert partial_date(held) == shown


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 day"), (6, "6 days"), (13, "13 days"), (14, "2 weeks"), (27, "3 weeks")]
)
def test_how_long(days: int, words: str) -> None:
    assert days_between(date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + days)) == words


def test_what_is_due() -> None:
    assert due_phrase("overview_report", "Complete the overview report") == "the overview report"
    assert due_phrase("new_clock", "The new thing") == "the new thing"
    assert due_phrase("new_clock", "IMR return") == "IMR return"
    assert len(DUE_PHRASES) >= 19
