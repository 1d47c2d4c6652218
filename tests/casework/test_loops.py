"""The ways back and aside: each loop of a review is walked through the database, on both kinds of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from dardr.casework.audit import verify
from dardr.errors import DardrError
from dardr.storage.engine import Database
from tests import builders
from tests.builders import (
    GATE,
    LETTER,
    PACK,
    SECOND_PERSON,
    TOLD,
    WHO_IS_TOLD,
    Case,
    Step,
    a_review,
    decision,
    route,
)

PUBLISH: dict[str, Any] = {"published_at": "https://reviews.example/1", "redacted": "no"}


def proved(database: Database) -> None:
    from dardr.casework.integrity import deadlines_match, facts_match

    with database.read() as session:
        assert verify(session)["ok"]
        checks = (*facts_match(session, date(2026, 3, 2)), *deadlines_match(session, date(2026, 3, 2)))
        assert [found.sentence for found in checks] == []


def version(name: str) -> tuple[Step, ...]:
    return tuple(
        Step(step.action, step.by, {**step.values, "version": name} if "version" in step.values else step.values)
        for step in builders.READING
    )


def signed(name: str) -> Step:
    return Step("sign_off", "deciding_chair", {**builders.SIGN_OFF.values, "version": name})


def test_sent_back_to_drafting_and_signed_another_time(database: Database) -> None:
    case = a_review(database, "csp_sign_off")
    case.act("return_to_drafting", {"return_reason": "The summary"}, by="deciding_chair")
    assert case.stage == "drafting"
    case.act("send_to_partnership")
    with pytest.raises(DardrError, match="has not signed off"):
        case.act("submit_to_home_office")
    case.do((builders.SIGN_OFF,))
    case.act("put_into_pack", PACK)
    assert case.act("submit_to_home_office").stage == "submitted"
    proved(database)


def test_a_version_the_family_has_not_read(database: Database) -> None:
    case = a_review(database, "csp_sign_off")
    case.act("record_version", {"version": "2", "what_for": "sign_off"})
    with pytest.raises(DardrError) as refused:
        case.do((signed("2"),))
    said = str(refused.value)
    assert "The family has not read version 2" in said and "The panel has not approved version 2" in said
    with pytest.raises(DardrError, match="Version 1 is already on the record"):
        case.act("record_version", {"version": "1", "what_for": "sign_off"})
    reason = {**signed("2").values, "later_changes_reason": "A date was corrected; nothing else changed."}
    case.act("sign_off", reason, by="deciding_chair")
    assert case.deadline("overview_report").stopped_on == case.today


def test_attempts_to_reach_the_family_stand_for_a_reading(database: Database) -> None:
    case = a_review(database, "drafting")
    steps = [step for step in builders.READING if step.action not in ("record_family_response",)]
    case.do(steps)
    case.act("send_to_partnership")
    with pytest.raises(DardrError, match="The family has not read the report"):
        case.do((builders.SIGN_OFF,))
    case.act("record_family_attempts", {"version": "1", "attempts": "2 July, letter\n9 July, call"})
    case.do((builders.SIGN_OFF,))
    assert case.record().facts["family_attempts"][0]["attempts"] == ["2 July, letter", "9 July, call"]


def test_resubmission_goes_the_whole_way_again(database: Database) -> None:
    case = a_review(database, "home_office_qa")
    done = case.act("record_letter_resubmit", {**LETTER, "letter_dated": case.today.isoformat(), "points": ["Rewrite"]})
    assert done.stage == "drafting"
    (point,) = done.created
    case.today += timedelta(days=30)
    with pytest.raises(DardrError, match="Record the changed version"):
        case.act("send_to_partnership")
    case.do(version("2"))
    case.act("send_to_partnership")
    with pytest.raises(DardrError, match="Version 1 is older than the Home Office's letter"):
        case.do((signed("1"),))
    case.do((signed("2"),))
    case.act("answer_point", {"answer": "accepted", "answer_how": "Rewritten"}, ref=point)
    case.act("clear_point", ref=point)
    case.act("put_into_pack", {**PACK, "pack_version": "2"})
    case.act("submit_to_home_office")
    case.act("record_acknowledgement")
    case.act("record_letter_publish", {**LETTER, "letter_dated": case.today.isoformat()})
    assert case.stage == "pre_publication"
    waits = case.deadlines("home_office_wait")
    assert len(waits) == 2 and not any(row.running for row in waits)
    proved(database)


def test_a_cleared_report_that_changes_is_checked_again(database: Database) -> None:
    case = a_review(database, "pre_publication")
    case.do(GATE)
    case.act("return_to_amending", {"return_to_amending_reason": "A name was found"})
    assert case.deadline("publish_after_clearance").withdrawn_by_event is not None
    assert case.deadline("amend_after_qa").running
    case.act("clear_after_amendment", {"cleared_by": "confirmed"})
    with pytest.raises(DardrError) as refused:
        case.act("publish", PUBLISH)
    assert len(refused.value.reasons) == 8, "every check of the gate is made again"
    case.do((*GATE, *WHO_IS_TOLD))
    assert case.act("publish", PUBLISH).stage == "published"
    proved(database)


def test_a_redacted_publication_says_why(database: Database) -> None:
    case = a_review(database, "pre_publication")
    case.do((*GATE, *WHO_IS_TOLD))
    redacted = {**PUBLISH, "redacted": "yes"}
    with pytest.raises(DardrError) as refused:
        case.act("publish", redacted)
    assert [reason.field for reason in refused.value.reasons] == ["redaction_reason"]
    case.act("publish", {**redacted, "redaction_reason": "The children could be recognised; the chair agreed"})
    assert case.record().facts["redacted"] == "yes"


def test_a_review_that_is_not_published_is_still_monitored(database: Database) -> None:
    case = a_review(database, "not_published")
    assert case.act("start_action_monitoring").stage == "action_monitoring"
    case.act("record_report_completed", {"completed_version": "final"})
    case.act("record_copy_to_commissioner", {"commissioner_copy": "Sent", "commissioner_copy_version": "anonymised"})
    done = case.act("conclude", {"concluding_minute": "Minute 9"}, by="deciding_chair")
    assert done.stage == "concluded"
    assert any("no action on the plan" in warning for warning in done.warnings)


def test_a_direction_of_the_secretary_of_state(database: Database) -> None:
    case = a_review(database, "no_review_scrutiny")
    case.do((SECOND_PERSON, TOLD))
    case.today += timedelta(days=40)
    comply_by = case.today + timedelta(days=90)
    done = case.act(
        "record_direction",
        {"direction_reference": "Direction 1", "directed_body": "Northmere Council",
         "comply_by": comply_by.isoformat()},
    )  # fmt: skip
    assert done.stage == "commissioning"
    row = case.deadline("comply_with_direction")
    assert row.due_on == comply_by
    assert case.state("comply_with_direction", on=comply_by + timedelta(days=1)) == "late", "the Act sets no period"
    assert case.deadline("overview_report").start_on == case.today
    case.act("record_direction_complied", {"direction_complied": "A review is under way"})
    assert case.state("comply_with_direction") == "met"
    other = a_review(database, "no_review_scrutiny")
    other.act("record_direction", {"direction_reference": "Direction 2", "directed_body": "Northmere Council"})
    assert not other.deadlines("comply_with_direction"), "a direction without a date has no date of ours"
    proved(database)


def test_opened_again_after_it_was_concluded(database: Database) -> None:
    case = a_review(database, "concluded")
    case.today += timedelta(days=400)
    case.act("reopen", {"new_information": "The inquest concluded", "reopened_by": "The chair"}, by="deciding_chair")
    record = case.record()
    assert (record.stage, record.final) == ("screening", False)
    for _, days, steps in route("decided_review")[1:]:
        case.today += timedelta(days=days)
        case.do(steps)
    assert case.stage == "decided_review"
    with pytest.raises(DardrError, match="has not been told"):
        case.act("start_commissioning")
    case.do((SECOND_PERSON, TOLD))
    case.act("start_commissioning")
    assert len(case.deadlines("overview_report")) == 2
    proved(database)


def test_what_was_closed_without_a_review_can_be_opened_again(database: Database) -> None:
    case = a_review(database, "no_review_concluded")
    case.act("reopen", {"new_information": "A witness came forward", "reopened_by": "The chair"}, by="deciding_chair")
    case.act("ready_for_decision")
    assert case.do((decision(),)).stage == "decided_review"


def test_transferred_out_ends_its_clocks(database: Database) -> None:
    case = a_review(database, "transferred_out")
    assert case.record().final
    assert not [row.clock for row in case.deadlines() if row.running]
    assert case.state("decide_review") == "withdrawn"
    assert case.act("add_note", {"note": "They wrote back"}).stage == "transferred_out"


def an_action(case: Case) -> str:
    (ref,) = case.act(
        "add_action",
        {"action_text": "Train staff", "lead_body": "northmere-council", "plan_source": "early_learning",
         "scope": "local"},
    ).created  # fmt: skip
    return ref


def test_an_action_goes_on_through_obstacles_transfers_and_returns(database: Database) -> None:
    case = a_review(database, "evidence")
    ref = an_action(case)
    agreed = {"target_date": "2026-12-01", "outcome_measure": "Audit", "agreed_by": "Director"}
    case.act("agree", agreed, ref=ref, by="agency_lead")
    obstacle = {"obstacle": "No trainer", "who_could_help": "The training hub"}
    case.act("report_obstacle", obstacle, ref=ref, by="agency_contact")
    case.act("resume_work", ref=ref, by="agency_contact")
    case.act("transfer", {"lead_body": "mereshire-nhs", "transfer_reason": "Theirs"}, ref=ref)
    assert {case.state(clock, ref=ref) for clock in ("action_due", "action_update")} == {"withdrawn"}
    case.act("accept_transfer", {**agreed, "target_date": "2027-01-15"}, ref=ref)
    assert case.deadline("action_due", ref=ref).due_on == date(2027, 1, 15)
    case.act("claim_complete", {"evidence": "Seen"}, ref=ref, by="other_agency_contact")
    case.act("return_to_owner", {"more_wanted": "Figures", "target_date": "2027-03-01"}, ref=ref)
    assert case.record(ref).stage == "in_progress"
    assert case.deadline("action_due", ref=ref).due_on == date(2027, 3, 1)
    case.act("claim_complete", {"evidence": "Figures"}, ref=ref, by="other_agency_contact")
    case.act("verify", ref=ref, by="steering_member")
    case.act("reopen_action", {"reopened_reason": "It lapsed", "target_date": "2027-06-01"}, ref=ref,
             by="deciding_chair")  # fmt: skip
    assert case.deadline("action_due", ref=ref).running
    case.act("record_not_accepted", {"not_accepted_reason": "Why", "not_accepted_minute": "Minute 3"}, ref=ref,
             by="deciding_chair")  # fmt: skip
    assert case.state("action_due", ref=ref) == "withdrawn" and case.record(ref).final
    proved(database)


def test_a_return_asked_for_again(database: Database) -> None:
    case = a_review(database, "evidence")
    (ref,) = case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]}).created
    case.act("record_not_provided", {"not_provided_reason": "The records were destroyed"}, ref=ref)
    assert case.state("imr_return", ref=ref) == "withdrawn"
    case.today += timedelta(days=10)
    case.act(
        "reopen_return",
        {"reopened_reason": "They were found", "requested_on": case.today.isoformat(),
         "due_on": (case.today + timedelta(days=21)).isoformat()},
        ref=ref,
    )  # fmt: skip
    row = case.deadline("imr_return", ref=ref)
    assert row.running and row.due_on == case.today + timedelta(days=21)
    case.act("withdraw_request", {"withdrawn_reason": "Not needed"}, ref=ref)
    case.today += timedelta(days=5)
    case.act("reopen_return", {"reopened_reason": "Needed", "requested_on": case.today.isoformat()}, ref=ref)
    assert case.deadline("imr_return", ref=ref).n == 40, "no date given this time, so it is counted"
    proved(database)
