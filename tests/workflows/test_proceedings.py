"""A proceeding beside a review on paper: its hearings, the history of their dates, one follow-up for all moves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import workflows
from tests.workflows.paper import Paper, a_review, opened
from workflows.check import check
from workflows.processes.held_back_1 import held_back_without_sentence
from workflows.processes.proceeding_1.hearings import hearings, in_time_order, moves_since_follow_up

TRIAL: dict[str, Any] = {"hearing_kind": "trial", "hearing_from": date(2026, 9, 7), "hearing_to": date(2026, 9, 25)}
MOVED: dict[str, Any] = {"hearing": "1", "hearing_from": date(2026, 11, 2), "hearing_to": date(2026, 11, 20)}
DONE: dict[str, Any] = {"panel_looked_at": "done", "family_looked_at": "done", "holds_looked_at": "done"}


def with_a_trial() -> Paper:
    return opened("proceeding").take("add_hearing", **TRIAL, hearing_standing="tentative")


@pytest.mark.parametrize("key", ["proceeding", "held-back", "disclosure"])
def test_the_processes_are_well_formed(key: str) -> None:
    assert check(workflows.get(key)) == []


def test_a_date_that_moves_waits_for_panel_family_and_holds() -> None:
    paper = with_a_trial()
    assert paper.stage == "under_way"
    paper.take("move_hearing", **MOVED)
    assert paper.stage == "date_moved"
    refused = paper.look("record_follow_up", {**DONE, "family_looked_at": "not_needed"}).blocked
    assert [b.field for b in refused] == ["family_looked_at_because"]
    paper.take(
        "record_follow_up", **{**DONE, "family_looked_at": "not_needed"}, family_looked_at_because="Told by the police."
    )
    assert paper.stage == "under_way"


def test_a_hearing_moved_twice_keeps_both_moves_and_asks_once() -> None:
    paper = with_a_trial()
    paper.take("move_hearing", **MOVED, moved_because="The court has no room.")
    paper.take("move_hearing", hearing="1", hearing_from=date(2027, 1, 11), moved_because="An expert is awaited.")
    (trial,) = hearings(paper.facts)
    assert [listed.words for listed in trial.dates] == [
        "7 to 25 September 2026",
        "2 to 20 November 2026",
        "11 January 2027",
    ]
    assert [listed.why for listed in trial.dates] == ["", "The court has no room.", "An expert is awaited."]
    assert (trial.moves, moves_since_follow_up(paper.facts)) == (2, 2)
    paper.take("record_follow_up", **DONE)
    assert (paper.stage, moves_since_follow_up(paper.facts)) == ("under_way", 0)


def test_a_hearing_may_lose_its_date_and_get_another() -> None:
    paper = with_a_trial().take("move_hearing", hearing="1", moved_because="Taken out of the list.")
    (trial,) = hearings(paper.facts)
    assert (trial.now.words, trial.standing_words) == ("no date yet", "No date yet")
    assert paper.reasons("fix_hearing") == ["No hearing to come has a tentative date."]
    paper.take("move_hearing", **MOVED).take("fix_hearing", hearing="1")
    (trial,) = hearings(paper.facts)
    assert (trial.now.words, trial.standing_words) == ("2 to 20 November 2026", "Fixed")
    paper.take("add_hearing", **{**TRIAL, "hearing_kind": "sentence"}, hearing_standing="tentative")
    assert paper.reasons("fix_hearing", {"hearing": "1"}) == ["Its date is fixed already."]


@pytest.mark.parametrize("action", ["add_hearing", "move_hearing"])
def test_a_last_day_before_the_first_is_refused(action: str) -> None:
    given = {**(MOVED if action == "move_hearing" else TRIAL), "hearing_to": date(2026, 1, 2)}
    assert [b.field for b in with_a_trial().look(action, given).blocked] == ["hearing_to"]


def test_what_cannot_be_moved() -> None:
    assert opened("proceeding").reasons("move_hearing") == ["No hearing is to come. Add a hearing first."]
    paper = with_a_trial()
    same = {"hearing": "1", "hearing_from": TRIAL["hearing_from"], "hearing_to": TRIAL["hearing_to"]}
    assert "These are the dates it has already" in paper.reasons("move_hearing", same)[0]
    only_last = {"hearing": "1", "hearing_to": date(2026, 11, 2)}
    assert "Give the first day too" in paper.reasons("move_hearing", only_last)[0]
    paper.take("add_hearing", **{**TRIAL, "hearing_kind": "plea"})
    paper.take("record_hearing_outcome", hearing="1").take("strike_out_hearing", hearing="2")
    paper.take("add_hearing", **TRIAL)
    assert "The outcome of trial window 1 is recorded" in paper.reasons("move_hearing", MOVED)[0]
    assert "was struck out" in paper.reasons("move_hearing", {**MOVED, "hearing": "2"})[0]
    assert paper.look("move_hearing", {**MOVED, "hearing": "3"}).possible


def test_an_outcome_before_the_date_is_looked_at() -> None:
    paper = with_a_trial()
    assert "later than the day given" in paper.look("record_hearing_outcome", {"hearing": "1"}).warnings[0]
    paper.day = date(2026, 9, 25)
    assert paper.look("record_hearing_outcome", {"hearing": "1"}).warnings == ()


def test_hearings_are_read_in_the_order_of_their_days() -> None:
    paper = with_a_trial().take("add_hearing", hearing_kind="plea", hearing_from=date(2026, 5, 4))
    paper.take("add_hearing", hearing_kind="sentence", hearing_from=date(2026, 4, 1))
    paper.take("strike_out_hearing", hearing="3")
    assert [h.number for h in in_time_order(hearings(paper.facts))] == ["2", "1", "3"]


def test_it_ends_once_the_moved_date_is_looked_at_and_may_be_taken_up_again() -> None:
    paper = with_a_trial().take("move_hearing", **MOVED)
    assert paper.reasons("end_proceeding") != []
    paper.take("record_follow_up", **DONE).take("end_proceeding")
    assert paper.stage == "ended"
    assert (
        paper.take("reopen_proceeding").take("add_hearing", **{**TRIAL, "hearing_kind": "appeal"}).stage == "under_way"
    )


# --- held back, disclosed ---------------------------------------------------------------------------------


def test_another_ground_is_said_in_words() -> None:
    review = a_review("evidence")
    assert [b.field for b in review.look("record_held_back", {"ground": "other"}).blocked] == ["ground_more"]
    assert review.look("record_held_back", {"ground": "consent_refused"}).possible


def test_what_stays_back_has_its_sentence() -> None:
    paper = opened("held-back")
    assert [f.name for f in paper.process.action("keep_held_back").fields if f.required] == [
        "stays_back_because",
        "report_sentence",
    ]
    assert paper.take("keep_held_back").stage == "stays_back"
    assert paper.take("reopen_held_back").take("release_information").stage == "released"


@pytest.mark.parametrize(("at", "action"), [("evidence", "start_drafting"), ("drafting", "send_to_partnership")])
def test_who_goes_on_without_the_sentence_is_told(at: str, action: str) -> None:
    review = a_review(at)
    if action == "send_to_partnership":
        for step in ("record_version", "give_draft_to_family", "record_family_response", "record_panel_approval"):
            review.take(step, version="1")
    review.has("TEST-1-H01", "held-back", stage="held_back")
    look = review.look(action, {})
    assert look.possible and any("TEST-1-H01" in warning for warning in look.warnings)
    assert held_back_without_sentence in review.process.action(action).warnings
    review.has("TEST-1-H01", "held-back", stage="held_back", report_sentence="One record could not be used.")
    assert not any("TEST-1-H01" in warning for warning in review.look(action, {}).warnings)


def test_the_way_of_a_line_of_the_disclosure_register() -> None:
    paper = opened("disclosure").take("record_shown").take("record_returned")
    assert paper.stage == "shown"
    assert paper.take("reopen_disclosure").take("record_not_shown").stage == "not_shown"
    required = {f.name for f in workflows.get("dardr-s9").action("record_disclosure").fields if f.required}
    assert {"material", "material_version", "material_dated"} <= required
