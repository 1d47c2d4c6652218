"""A branch of a family on paper: wishes, days to be careful about, what may be prepared, the rhythm of updates."""

from __future__ import annotations

from typing import Any

import pytest

import workflows
from tests.workflows.paper import Paper, opened
from workflows.check_consequences import effect_problems
from workflows.clocks import length_in_force
from workflows.definition import Days, Role
from workflows.engine import permitted_actions
from workflows.processes.family_branch_1.agreements import agreements
from workflows.processes.family_branch_1.reading import readings_open
from workflows.processes.who import FAMILY_NOTES

PROCESS = workflows.get("family-branch")


def taking_part() -> Paper:
    return opened("family-branch").take("confirm_recipient").take("record_taking_part")


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        (("record_taking_part",), "taking_part"),
        (("record_informed_only", "record_taking_part"), "taking_part"),
        (("record_not_taking_part",), "not_taking_part"),
        (("record_taking_part", "record_withdrawal"), "withdrawn"),
        (("record_taking_part", "record_withdrawal", "come_back"), "to_be_asked"),
        (("record_informed_only", "end_contact"), "contact_ended"),
    ],
)
def test_what_they_wish_may_change_at_any_time(steps: tuple[str, ...], end: str) -> None:
    paper = opened("family-branch")
    for step in steps:
        paper.take(step)
    assert paper.stage == end


def test_all_of_it_is_for_few() -> None:
    assert PROCESS.seen_by == FAMILY_NOTES
    assert all(action.roles <= FAMILY_NOTES for action in (PROCESS.opening, *PROCESS.actions))


def test_nobody_may_write_a_new_phase() -> None:
    assert PROCESS.on_new_phase is not None and not PROCESS.on_new_phase.roles
    assert all(
        "new_phase" not in {action.key for action in permitted_actions(PROCESS, stage.key, list(Role))}
        for stage in PROCESS.stages
    )


def test_withdrawal_leaves_nothing_that_prepares_or_gives() -> None:
    paper = taking_part().take("record_withdrawal")
    possible = {a.key for a in permitted_actions(PROCESS, paper.stage, list(Role))}
    assert not possible & {"give_update", "prepare_letter", "give_draft", "agree_rhythm", "confirm_recipient"}
    assert {"come_back", "end_reading"} <= possible


@pytest.mark.parametrize("end", ["end_reading", "end_reading_after_attempts"])
def test_no_reading_ends_that_did_not_begin(end: str) -> None:
    assert taking_part().reasons(end) == ["No version is with them to read. Record first that one was given to them."]


CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("change_contact", {"contact_phone": "01632 960 112"}),
    ("record_advocate", {"advocate": "declined"}),
    ("refuse_recipient", {}),
)


@pytest.mark.parametrize(("again", "answers"), CHANGES)
def test_a_confirmation_does_not_outlast_a_change_of_contact(again: str, answers: dict[str, Any]) -> None:
    paper = taking_part()
    assert paper.reasons("prepare_letter") == []
    paper.take(again, **answers)
    assert paper.reasons("prepare_letter") and paper.reasons("give_update")
    assert paper.take("confirm_recipient").reasons("prepare_letter") == []


def test_what_does_not_change_the_recipient_leaves_the_confirmation() -> None:
    paper = taking_part().take("record_safe_contact", safe_how="By e-mail").take("record_needs")
    assert paper.reasons("prepare_letter") == []


def test_to_be_left_alone_is_asked_once_and_ended_once() -> None:
    paper = taking_part()
    assert paper.reasons("end_no_contact")
    assert paper.reasons("give_update_all_the_same") and paper.reasons("look_at_no_contact")
    paper.take("record_no_contact")
    assert paper.reasons("record_no_contact") and paper.reasons("give_update")
    assert any("say why" in reason for reason in paper.reasons("prepare_letter", {}))
    assert paper.reasons("prepare_letter", {"despite_wish_because": "They asked for this letter"}) == []
    assert paper.reasons("give_update_all_the_same", {}) == []
    paper.take("end_no_contact")
    assert paper.reasons("end_no_contact") and not paper.reasons("give_update")


def test_a_day_that_cannot_be_read_is_refused_with_an_example() -> None:
    refused = opened("family-branch").reasons("record_dates_to_avoid", {"dates_to_avoid": ["spring: hard"]})
    assert any("14 February" in reason for reason in refused)


def test_the_length_is_what_was_agreed_else_the_setting_else_six_weeks() -> None:
    clock = PROCESS.clock("L10")
    assert length_in_force(clock, {}, None) == Days(42)
    assert length_in_force(clock, {"family_update": {"n": 28, "unit": "days"}}, None) == Days(28)
    assert length_in_force(clock, {"family_update": {"n": 28, "unit": "days"}}, 3) == Days(21)


def test_readings_are_open_until_ended_and_may_be_given_again() -> None:
    facts = {
        "drafts_given": [{"version": "1", "seq": 4}, {"version": "2", "seq": 6}, {"version": "1", "seq": 9}],
        "readings_ended": [{"version": "1", "seq": 7}],
    }
    assert readings_open(facts) == ["2", "1"]
    assert readings_open({}) == []


def test_what_they_agree_to_is_kept_by_subject_and_may_be_taken_back_after_they_withdrew() -> None:
    paper = taking_part().take("record_agreement", agreement_about="words")
    paper.take("record_agreement", agreement_about="reached")
    assert paper.reasons("record_agreement", {"agreement_answer": "partly"}) == [
        "Say to which part they agree, and to which they do not."
    ]
    assert paper.reasons("record_agreement", {"agreement_about": "other"}) == ["Say what it is that they were asked."]
    paper.take("record_withdrawal").take("record_agreement", agreement_about="words", agreement_answer="taken_back")
    latest = [(one["agreement_about"], one["agreement_answer"]) for one in agreements(paper.facts)]
    assert latest == [("reached", "agreed"), ("words", "taken_back")]


def test_what_it_does_on_the_review_is_there_to_be_done() -> None:
    assert list(effect_problems(PROCESS, workflows.get)) == []
