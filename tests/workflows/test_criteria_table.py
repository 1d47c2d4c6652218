"""Every set of answers belongs to a row of the table, and the row says what the advice says."""

from __future__ import annotations

from itertools import product

import pytest

from workflows.criteria import assess_record
from workflows.criteria_table import ROWS, STILL_MISSING, assessed

ANSWERS = {
    "in_area": ("yes", "no", "not_known"),
    "age": (None, 12, 34),
    "cause": ("violence_or_abuse", "neglect_only", "unclear", "no"),
    "manner": ("homicide", "suicide", "neglect", "unexplained"),
    "relationship": ("spouse", "other_relative", "household_member", "none", "not_known"),
    "evidence_of_abuse": ("yes", "no", "not_known"),
    "perpetrator_age": (None, 14, 40),
    "perpetrator_died": ("yes", "no"),
    "other_statutory_review": ("none", "child_review"),
}


@pytest.mark.parametrize("regime", ["s9", "s8a"])
def test_the_row_says_what_the_advice_says(regime: str) -> None:
    """``joint`` is the last row's; rows of one law that another law answers differently are told apart."""
    rows = {row.number: row for row in ROWS}
    reached: set[int] = set()
    for values in product(*ANSWERS.values()):
        facts = dict(zip(ANSWERS, values, strict=True))
        found, number = assessed(regime, facts)
        assert found == assess_record(regime, facts)
        reached.add(number)
        if number == STILL_MISSING:
            assert found.advice in ("gather_more", "uncertain"), facts
        elif found.advice == "gather_more":
            assert number == 7, facts
        elif found.advice == "uncertain":
            assert regime == "s8a" and number == 8, facts
        else:
            assert rows[number].advice(regime) == found.advice, (facts, number, found.advice)
    assert reached == {STILL_MISSING, *(row.number for row in ROWS)}


def test_every_row_is_said_in_words_under_both_laws() -> None:
    assert [row.number for row in ROWS] == list(range(1, 13))
    assert all(row.words("s9") and row.words("s8a") for row in ROWS)
