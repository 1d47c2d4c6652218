"""Actions of a plan and their parts, on paper: the words asked, the ways they go, what a report of completion needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import workflows
from tests.workflows.paper import SECOND, Paper, opened
from workflows.answers import read
from workflows.definition import DateGiven, LocalSetting, Months
from workflows.processes.action_1.milestones import milestones

CLAIM: dict[str, Any] = {
    "evidence": "The new form is used in every ward.",
    "evidence_grade": "document",
    "evidence_reference": "Policy 14, version 3",
    "impact": "Staff ask about abuse at every visit.",
}


def claimed() -> Paper:
    """An action reported complete with a document, by the first person."""
    return opened("action").take("agree").take("start_work").take("record_update").take("claim_complete", **CLAIM)


def test_an_action_is_verified_by_somebody_else_from_elsewhere() -> None:
    paper = claimed()
    assert any("reported it complete" in reason for reason in paper.reasons("verify"))
    own = paper.look("verify", by=SECOND, bodies=frozenset({7})).blocked
    assert [b for b in own if "from a body that did the work" in b.reason]
    assert paper.look("verify", by=SECOND, bodies=frozenset({8})).blocked == ()
    assert paper.take("verify", by=SECOND).stage == "complete_verified"


def test_an_action_needs_a_date_a_measure_and_somebody_senior() -> None:
    process = workflows.get("action")
    required = {f.name for f in process.action("agree").fields if f.required}
    assert {"target_date", "outcome_measure", "agreed_by"} <= required
    assert {f.name for f in process.action("verify").fields if f.required} == {"verified_note"}


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        (("record_not_accepted",), "not_accepted"),
        (("agree", "supersede"), "superseded"),
        (("agree", "transfer", "accept_transfer"), "agreed"),
        (("agree", "start_work", "report_obstacle", "resume_work"), "in_progress"),
        (("bring_in_progress", "agree_date"), "in_progress"),
    ],
)
def test_the_other_ways_of_an_action(steps: tuple[str, ...], end: str) -> None:
    paper = opened("action")
    for step in steps:
        paper.take(step)
    assert paper.stage == end


def test_what_counts_as_the_end_of_an_action() -> None:
    final = {stage.key for stage in workflows.get("action").stages if stage.final}
    assert final == {"complete_verified", "in_place", "not_accepted", "superseded"}


# --- reported complete ------------------------------------------------------------------------------------


def problems(paper: Paper, **answers: object) -> dict[str | None, str]:
    """What stands in the way of a report of completion with these answers, by the question to blame."""
    return {b.field: b.reason for b in paper.look("claim_complete", {"impact": "Some.", **answers}).blocked}


def test_a_report_of_completion_without_evidence_is_refused_with_what_to_add() -> None:
    paper = opened("action").take("agree")
    assert set(problems(paper)) == {"evidence"}
    assert set(problems(paper, evidence="It is done.")) == {"evidence_grade"}
    assert set(problems(paper, evidence="It is done.", evidence_grade="said")) == {"said_only_reason"}
    assert set(problems(paper, evidence="A policy.", evidence_grade="document")) == {"evidence_reference"}
    assert problems(paper, **CLAIM) == {}
    assert problems(paper, evidence="Done.", evidence_grade="said", said_only_reason="The unit was closed.") == {}


def test_evidence_listed_before_is_enough_and_evidence_of_an_earlier_time_is_not() -> None:
    paper = opened("action").take("agree").take("add_evidence", evidence_grade="audit", evidence_reference="Audit 4")
    assert problems(paper) == {}
    paper.take("claim_complete").take("verify", by=SECOND).take("reopen_action")
    assert set(problems(paper)) == {"evidence"}


def test_the_lead_reports_the_whole_once_every_part_is_done() -> None:
    paper = opened("action").take("agree").has("TEST-1-P1", "action-share", stage="in_progress", body="other")
    assert "TEST-1-P1 has not reported its part as done" in paper.reasons("claim_complete")[0]
    paper.has("TEST-1-P1", "action-share", stage="done", final=True)
    assert paper.look("claim_complete", CLAIM).blocked == ()


def test_more_is_asked_for_and_the_body_goes_on_with_a_new_date() -> None:
    paper = claimed().take("return_to_owner", by=SECOND, target_date=date(2026, 9, 1))
    assert (paper.stage, paper.facts["target_date"]) == ("in_progress", "2026-09-01")
    assert paper.take("claim_complete", **CLAIM).stage == "complete_claimed"


def test_practice_that_goes_on_ends_in_place_and_is_looked_at_again() -> None:
    paper = opened("action").take("agree").take("claim_complete", **CLAIM, continuing=True)
    assert "books a day to look at it again" in paper.look("verify", {}, by=SECOND).warnings[0]
    today = paper.look("verify_in_place", {"recheck_on": paper.day}, by=SECOND)
    assert [b.field for b in today.blocked] == ["recheck_on"]
    paper.take("verify_in_place", by=SECOND)
    assert paper.stage == "in_place"
    assert paper.take("recheck_in_place").stage == "in_place"
    assert paper.take("reopen_action").stage == "in_progress"


# --- afterwards -------------------------------------------------------------------------------------------


def test_an_effect_is_looked_for_only_on_an_action_that_is_done() -> None:
    paper = claimed().take("verify", by=SECOND)
    look = paper.look("record_effect", {"effect": "none"})
    assert look.blocked == () and "No effect was seen" in look.warnings[0]
    assert paper.reasons("answer_no_effect")
    paper.take("record_effect", effect="none")
    assert paper.reasons("answer_no_effect") == []
    paper.take("reopen_action")
    assert "is not a step of the stage “In progress”" in paper.reasons("record_effect")[0]


def test_the_clocks_that_look_at_the_effect_end_when_the_action_is_taken_up_again() -> None:
    action = workflows.get("action")
    assert action.clock("L18").length == LocalSetting("effect_check_first", Months(6))
    assert action.clock("L19").length == LocalSetting("effect_check_second", Months(12))
    assert action.clock("look_in_place").length == DateGiven("recheck_on")
    for key in ("L18", "L19", "L18C"):
        assert "reopen_action" in (*action.clock(key).withdrawn_on, *action.clock(key).stops_on)
    assert action.clock("L18").stops_when != action.clock("L19").stops_when


# --- dates and steps --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["ongoing", "Ongoing.", "tbc", "ASAP", "as soon as possible", "end of the year"])
def test_words_are_no_date_and_the_advice_says_what_to_do(words: str) -> None:
    agree = workflows.get("action").action("agree")
    _, found = read(agree.fields, {"target_date": words, "outcome_measure": "x", "agreed_by": "x"}, {})
    (said,) = [b.reason for b in found if b.field == "target_date"]
    assert f"“{words}” is not a day" in said and "in place" in said


def test_the_words_a_plan_came_with_are_kept_and_no_date_is_agreed() -> None:
    paper = opened("action", target_as_given="ongoing").take("bring_in_progress")
    assert paper.facts["target_as_given"] == "ongoing" and "target_date" not in paper.facts
    assert paper.reasons("agree_date") == []
    assert "agreed already" in paper.take("agree_date").reasons("agree_date")[0]


def test_a_date_that_moves_the_third_time_is_remarked_on() -> None:
    paper = opened("action").take("agree")
    for _ in range(2):
        assert paper.look("agree_new_date", {"clock": "action_due"}).warnings == ()
        paper.take("agree_new_date", clock="action_due")
    assert "moved 3 times" in paper.look("agree_new_date", {"clock": "action_due"}).warnings[0]
    assert paper.look("agree_new_date", {"clock": "action_update"}).warnings == ()


def test_another_day_is_suggested_with_its_reason() -> None:
    paper = opened("action").take("agree")
    asked = paper.look("record_update", {"suggested_date": date(2026, 9, 1)}).blocked
    assert [b.field for b in asked] == ["suggested_reason"]


def test_steps_have_days_and_are_ticked_off() -> None:
    paper = opened("action")
    refused = paper.look("agree", {"milestones": ["First session held, 3 March 2026", "Second session"]}).blocked
    assert [b.field for b in refused] == ["milestones"] and "Second session" in refused[0].reason
    paper.take("agree", milestones=["First session, in person, held, 3 March 2026"]).take("add_milestone")
    first, second = milestones(paper.facts)
    assert (first.text, first.due) == ("First session, in person, held", date(2026, 3, 3))
    paper.take("record_milestone", milestone=second.number)
    assert [one.done_on is None for one in milestones(paper.facts)] == [True, False]
    assert paper.take("record_milestone", milestone="a1").reasons("record_milestone") == [
        "No step is open. Add one first."
    ]


# --- parts of other bodies --------------------------------------------------------------------------------


def test_a_part_is_asked_of_others_than_the_lead_and_once() -> None:
    paper = opened("action", lead_body="lead").take("agree")
    assert "leads the action" in paper.look("ask_to_share", {"bodies": ["lead"]}).blocked[0].reason
    paper.has("TEST-1-P1", "action-share", stage="asked", body="other")
    assert "TEST-1-P1" in paper.look("ask_to_share", {"bodies": ["other"]}).blocked[0].reason


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        (("take_part_on", "record_update", "report_obstacle", "resume_work"), "in_progress"),
        (("decline_part", "reopen_part"), "in_progress"),
        (("take_part_out",), "taken_out"),
    ],
)
def test_the_ways_of_a_part(steps: tuple[str, ...], end: str) -> None:
    paper = opened("action-share")
    for step in steps:
        paper.take(step)
    assert paper.stage == end


def test_a_part_is_reported_done_with_evidence_like_the_whole() -> None:
    paper = opened("action-share").take("take_part_on")
    assert [b.field for b in paper.look("claim_complete", {}).blocked] == ["evidence"]
    assert paper.take("claim_complete", **CLAIM).stage == "done"
