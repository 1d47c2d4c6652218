"""A recommendation on paper: drafted, made, answered by bodies, sent to a department, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

import workflows
from tests.workflows.paper import Paper, opened
from workflows.definition import Role
from workflows.engine import advance, permitted_actions
from workflows.numbered import in_order
from workflows.processes.dardr_s9_1.action_monitoring import recommendations_settled
from workflows.processes.recommendation_1.answering import latest

PROCESS = workflows.get("recommendation")


def made(**answers: object) -> Paper:
    return opened("recommendation", addressees=["kent-police"], **answers).take("make_recommendation")


def national() -> Paper:
    return made(scope="national", department="Department of Health, the team for general practice")


def test_it_is_drafted_then_made_and_its_wording_may_change() -> None:
    paper = opened("recommendation", recommendation_text="First words", number="5.1")
    assert paper.stage == "draft"
    paper.take("change_recommendation", recommendation_text="Second words").take("make_recommendation")
    assert paper.stage == "made" and paper.facts["recommendation_text"] == "Second words"


def test_a_body_answers_and_the_reason_is_asked_where_it_is_not_accepted_in_full() -> None:
    paper = made()
    refused = paper.look("respond", {"responding_body": "kent-police", "response": "partly"}).blocked
    assert [b.field for b in refused] == ["response_reason"]
    paper.take("respond", responding_body="kent-police", response="accepted")
    assert paper.stage == "made"


def test_a_second_answer_of_one_body_counts_and_both_are_kept() -> None:
    paper = made().take("respond", responding_body="kent-police", response="accepted")
    said = {"response": "not_accepted", "response_reason": "No funding"}
    again: dict[str, Any] = {"responding_body": "kent-police", **said}
    assert "answered before" in " ".join(paper.look("respond", again).warnings)
    paper.take("respond", **again)
    assert [entry["response"] for entry in paper.facts["responses"]] == ["accepted", "not_accepted"]
    assert latest(paper.facts["responses"])["kent-police"]["response"] == "not_accepted"


def test_nobody_answers_for_nobody() -> None:
    paper = opened("recommendation").take("make_recommendation")
    assert any("name who should answer" in reason for reason in paper.reasons("respond"))


def test_a_national_one_is_sent_acknowledged_asked_about_and_answered() -> None:
    paper = national()
    assert all(a.key != "record_acknowledged" for a in permitted_actions(PROCESS, paper.stage, list(Role)))
    paper.take("send_to_department").take("record_acknowledged").take("ask_department")
    assert paper.take("record_department_reply").stage == "replied"
    assert PROCESS.stage("replied").final


def test_an_acknowledgement_before_it_was_sent_is_no_move() -> None:
    with pytest.raises(ValueError, match="record_acknowledged"):
        advance(PROCESS, PROCESS.action("record_acknowledged"), "made")


def test_only_a_national_one_with_a_department_is_sent() -> None:
    assert any("Only a national" in reason for reason in made().reasons("send_to_department"))
    bare = made(scope="national")
    assert [b.field for b in bare.look("send_to_department", {}).blocked] == ["department"]
    assert bare.look("send_to_department", {"department": "Home Office"}).blocked == ()


def test_the_partnership_waits_no_longer_by_minute_and_only_for_what_was_sent() -> None:
    paper = national()
    assert any("not been sent" in reason for reason in paper.reasons("wait_no_more"))
    assert paper.take("send_to_department").take("wait_no_more").stage == "waited_no_more"
    required = {f.name for f in PROCESS.action("wait_no_more").fields if f.required}
    assert required == {"wait_no_more_reason", "wait_no_more_minute"}


def test_the_date_on_which_a_department_is_asked_again_is_no_duty_of_the_department() -> None:
    clock = PROCESS.clock("L17")
    assert str(clock.date.kind) == "local" and str(clock.owner) == "case_manager"
    assert [(step.after_days, str(step.to)) for step in clock.escalations] == [(28, "team_manager")]


def test_nobody_types_that_every_action_has_ended() -> None:
    for action in PROCESS.follows:
        assert not action.roles
    assert all(a.to != "actions_ended" for a in PROCESS.actions)
    assert any(a.key == "actions_end" for a in PROCESS.by_itself)


def test_numbers_sort_as_people_read_them() -> None:
    mixed = ["10", "5.2", "2", "1", "5.1", "", "5.10"]
    assert sorted(mixed, key=in_order) == ["1", "2", "5.1", "5.2", "5.10", "10", ""]


def test_a_review_is_not_concluded_while_a_recommendation_is_open_and_each_is_named_with_why() -> None:
    paper = opened("dardr-s9")
    paper.has("R-REC01", "recommendation", stage="made", scope="local")
    paper.has("R-REC02", "recommendation", stage="made", scope="local")
    paper.has("R-REC03", "recommendation", stage="sent", scope="national")
    paper.has("R-A01", "action", stage="agreed", recommendations=["R-REC02"])
    refused = recommendations_settled(paper._facts(None, 1, frozenset()))
    assert refused is not None
    assert "R-REC01 (no action answers yet)" in refused.reason
    assert "R-REC02 (has actions that have not ended)" in refused.reason
    assert "R-REC03 (is with a department" in refused.reason
    for ref in ("R-REC01", "R-REC02"):
        paper.has(ref, "recommendation", stage="actions_ended", final=True)
    paper.has("R-REC03", "recommendation", stage="replied", final=True)
    assert recommendations_settled(paper._facts(None, 1, frozenset())) is None
