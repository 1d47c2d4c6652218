"""The colour of an action: each line of the rule, its edges, and the reason in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workflows
from workflows.rag import Colour, Rule, Standing, rag

TODAY = date(2026, 11, 20)


def days(n: int) -> date:
    return TODAY + timedelta(days=n)


CASES = [
    (Standing("in_progress", days(200), days(-5)), Colour.GREEN, "on course, due on 8 June 2027"),
    (Standing("in_progress", days(12), days(-92)), Colour.GREEN, "on course, due on 2 December 2026"),
    (Standing("in_progress", days(12), days(-93)), Colour.AMBER, "due in 12 days and no update for 3 months"),
    (Standing("agreed", days(28), days(-2)), Colour.AMBER, "due in 28 days and work has not started"),
    (Standing("agreed", days(29), days(-2)), Colour.GREEN, "on course, due on 19 December 2026"),
    (Standing("in_progress", days(0), days(-2)), Colour.GREEN, "on course, due on 20 November 2026"),
    (Standing("in_progress", days(-1), days(-2)), Colour.RED, "the date agreed passed 1 day ago"),
    (Standing("blocked", days(100), days(-2)), Colour.AMBER, "due in 100 days and something is in the way"),
    (Standing("blocked", days(28), days(-2)), Colour.RED, "due in 28 days and something is in the way"),
    (Standing("in_progress", days(90), days(-2), moves=3), Colour.AMBER, "due in 90 days and date moved three times"),
    (Standing("in_progress", days(90), days(-2), moves=2), Colour.GREEN, "on course, due on 18 February 2027"),
    (Standing("in_progress", None, days(-400), date_as_given="ongoing"), Colour.GREY,
     "no date agreed (it came with “ongoing”)"),
    (Standing("draft", days(9)), Colour.GREY, "proposed, no date agreed yet"),
    (Standing("complete_claimed"), Colour.GREEN, "reported complete, waiting to be verified"),
    (Standing("complete_verified"), Colour.BLUE, "complete, verified"),
    (Standing("in_place", look_again_on=days(0)), Colour.BLUE, "in place, to be looked at again on 20 November 2026"),
    (Standing("in_place", look_again_on=days(-1)), Colour.AMBER,
     "in place, to be looked at again since 19 November 2026"),
    (Standing("superseded", days(-9)), Colour.GREY, "another action has taken its place"),
]  # fmt: skip


@pytest.mark.parametrize(("standing", "colour", "reason"), CASES)
def test_the_rule(standing: Standing, colour: Colour, reason: str) -> None:
    assert (rag(standing, TODAY).colour, rag(standing, TODAY).reason) == (colour, reason)


def test_the_thresholds_are_the_partnerships_and_the_rule_says_them() -> None:
    rule = Rule.of({"rag_soon_days": 10, "rag_quiet_days": 30, "other": 1})
    standing = Standing("in_progress", days(12), days(-31))
    assert rag(standing, TODAY, rule).label == "Amber: due in 12 days and no update for 31 days"
    assert "10 days" in rule.in_words()[0][1] and "30 days" in rule.in_words()[1][1]
    assert Rule.of({"rag_soon_days": "many", "rag_quiet_days": True}) == Rule()


@given(
    st.sampled_from([stage.key for stage in workflows.get("action").stages]),
    st.none() | st.integers(-900, 900),
    st.none() | st.integers(-900, 0),
    st.integers(0, 6),
)
def test_every_standing_has_a_colour_and_only_an_agreed_date_makes_it_red(
    stage: str, due: int | None, heard: int | None, moves: int
) -> None:
    found = rag(
        Standing(stage, None if due is None else days(due), None if heard is None else days(heard), moves), TODAY
    )
    assert found.reason
    if found.colour is Colour.RED:
        assert due is not None and stage in ("agreed", "in_progress", "blocked")
