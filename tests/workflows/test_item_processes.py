"""The small records on paper: returns, points, actions of a plan, the Commissioner's reports and the replies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import workflows
from tests.workflows.paper import opened
from workflows.definition import Opens

# --- a return ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        (("record_draft", "receive_return", "query_return", "answer_query", "sign_off_return"), "signed_off"),
        (("sign_off_return",), "signed_off"),
        (("record_not_known",), "not_known_to_us"),
        (("record_draft", "record_not_provided"), "not_provided"),
        (("record_on_behalf", "receive_return", "sign_off_return"), "signed_off"),
        (("withdraw_request",), "withdrawn"),
    ],
)
def test_the_ways_of_a_return(steps: tuple[str, ...], end: str) -> None:
    paper = opened("agency-return", kind="imr")
    for step in steps:
        values: dict[str, Any] = {"answered_by": "nhs-icb"} if step == "record_on_behalf" else {}
        paper.take(step, **values)
    assert paper.stage == end and paper.process.stage(end).final


def test_a_return_may_be_asked_for_again() -> None:
    assert opened("agency-return").take("record_not_provided").take("reopen_return").stage == "requested"


def test_a_draft_does_not_stop_the_clock_and_the_return_does() -> None:
    for key in ("imr_return", "information_return"):
        clock = workflows.get("agency-return").clock(key)
        assert "record_draft" not in clock.stops_on
        assert set(clock.stops_on) == {"receive_return", "receive_summary", "sign_off_return", "record_not_known"}


# --- a point of a letter ----------------------------------------------------------------------------------


def test_a_point_is_answered_then_cleared() -> None:
    paper = opened("qa-point").take("answer_point", answer="not_accepted").take("clear_point")
    assert paper.stage == "cleared"
    assert paper.take("reopen_point").stage == "open"


# --- the Commissioner -------------------------------------------------------------------------------------


def test_a_body_is_named_only_for_recommendations_on_the_record() -> None:
    paper = opened("section8-report")
    assert any("Add the recommendations" in reason for reason in paper.reasons("name_body"))
    paper.take("add_recommendation", number="1").take("add_recommendation", number="2")
    assert [b.field for b in paper.look("add_recommendation", {"number": "2"}).blocked] == ["number"]
    refused = paper.look("name_body", {"recommendations_addressed": ["1", "3"]}).blocked
    assert "recommendation 3" in refused[0].reason and "1, 2" in refused[0].reason
    paper.take("name_body", recommendations_addressed=["1", "2"])


def test_a_report_waits_for_every_reply() -> None:
    paper = opened("section8-report").take("add_recommendation", number="1")
    assert paper.reasons("record_all_replied") != []
    paper.take("name_body", recommendations_addressed=["1"]).has("S8R-1-C01", "commissioner-reply", stage="published")
    assert any("C01" in reason for reason in paper.reasons("record_all_replied"))
    paper.has("S8R-1-C01", "commissioner-reply", stage="copied", final=True).take("record_all_replied")


def test_a_reply_answers_every_recommendation_before_it_is_published() -> None:
    paper = opened("commissioner-reply", recommendations=["1", "2"])
    assert paper.reasons("record_publication_of_reply") == [
        "There is no answer yet to recommendations 1, 2. Answer each one before the reply is agreed or published."
    ]
    paper.take("answer_recommendation", recommendation="1")
    assert "recommendation 2" in paper.reasons("agree_reply")[0]
    assert "Give one of: 1, 2" in paper.reasons("answer_recommendation", {"recommendation": "9"})[0]
    paper.take("answer_recommendation", recommendation="2", response="no_action").take("agree_reply")
    paper.take("record_publication_of_reply").take("record_copies_sent", secretary_of_state_copy_on=date(2026, 1, 9))
    assert paper.stage == "copied"


def test_a_reply_is_not_older_than_its_report() -> None:
    paper = opened("commissioner-reply", recommendations=["1"]).take("answer_recommendation", recommendation="1")
    early = {"published_on": date(2025, 12, 31)}
    assert [b.field for b in paper.look("record_publication_of_reply", early).blocked] == ["published_on"]


def test_only_a_specified_public_authority_copies_the_secretary_of_state() -> None:
    for kind, fields in (("specified_public_authority", ["secretary_of_state_copy_on"]), ("government_department", [])):
        paper = opened("commissioner-reply", recommendations=["1"], body_kind=kind)
        paper.take("answer_recommendation", recommendation="1").take("record_publication_of_reply")
        assert [b.field for b in paper.look("record_copies_sent", {}).blocked] == fields


# --- what opens what --------------------------------------------------------------------------------------


def test_what_each_record_opens() -> None:
    opens = {
        (process.key, action.key): effect.process
        for process in workflows.all_processes()
        if process.key != "dardr-s8a"
        for action in process.actions
        for effect in action.effects
        if isinstance(effect, Opens)
    }
    assert opens == {
        ("dardr-s9", "add_recommendation"): "recommendation",
        ("dardr-s9", "request_information"): "agency-return",
        ("dardr-s9", "request_returns"): "agency-return",
        ("dardr-s9", "open_second_review"): "dardr-s9",
        ("dardr-s9", "send_for_comments"): "comment-round",
        ("family-branch", "record_question"): "family-question",
        ("comment-round", "ask_more_readers"): "reader-request",
        ("update-round", "open_updates"): "update-request",
        ("update-round", "ask_more_agencies"): "update-request",
        ("dardr-s9", "record_letter_amend"): "qa-point",
        ("dardr-s9", "record_letter_resubmit"): "qa-point",
        ("dardr-s9", "add_qa_point"): "qa-point",
        ("dardr-s9", "add_action"): "action",
        ("action", "ask_to_share"): "action-share",
        ("dardr-s9", "prepare_publication_plan"): "publication-notice",
        ("dardr-s9", "add_publication_notice"): "publication-notice",
        ("dardr-s9", "add_family_notice"): "family-notice",
        ("dardr-s9", "add_task"): "task",
        ("dardr-s9", "file_document"): "document",
        ("dardr-s9", "add_panel_member"): "panel-seat",
        ("dardr-s9", "plan_meeting"): "meeting",
        ("meeting", "add_minute_action"): "task",
        ("dardr-s9", "record_parallel_process"): "proceeding",
        ("dardr-s9", "record_held_back"): "held-back",
        ("dardr-s9", "record_disclosure"): "disclosure",
        ("dardr-s9", "invite_chair"): "chair-invitation",
        ("chair-invitation", "complete_appointment"): "task",
        ("chair-invitation", "end_appointment"): "task",
        ("section8-report", "name_body"): "commissioner-reply",
        ("section15-request", "ask_further_body"): "section15-answer",
    }


def test_a_list_of_records_is_headed_by_what_several_are_called() -> None:
    belonging = [process for process in workflows.all_processes() if process.child_suffix]
    assert {process.key for process in belonging if not process.plural} == {"held-back", "disclosure"}, "not counted"
