"""A review on paper: its ordinary path, every loop, and the conditions that hold it until they are met."""

from __future__ import annotations

from datetime import date

import pytest

import workflows
from tests.workflows.paper import PACK, SECOND, V1, Paper, a_review, opened
from workflows.definition import OpenHold
from workflows.partial import PartialDate

REVIEWS = ("dardr-s9", "dardr-s8a")


@pytest.mark.parametrize("key", REVIEWS)
def test_a_review_goes_from_notification_to_its_end(key: str) -> None:
    paper = a_review("concluded", key) if key == "dardr-s9" else a_review("action_monitoring", key)
    if key == "dardr-s8a":
        paper.take("record_report_completed").take(
            "record_copy_to_commissioner", secretary_of_state_copy="By secure e-mail"
        ).take("conclude")
    assert paper.stage == "concluded"


def test_the_stages_are_those_people_know() -> None:
    phases = {phase: [s.key for s in workflows.get("dardr-s9").stages if s.phase == phase] for phase in PHASES}
    assert phases == PHASES


PHASES = {
    "notification": ["notified", "screening", "joined"],
    "decision": ["decision_pending", "decided_review", "no_review_scrutiny", "no_review_concluded", "transferred_out"],
    "panel": ["commissioning", "terms_of_reference", "evidence"],
    "drafting": ["drafting", "csp_sign_off"],
    "home_office_qa": ["submitted", "home_office_qa", "amending"],
    "publication": ["pre_publication", "published", "not_published"],
    "action_monitoring": ["action_monitoring", "concluded"],
}


# --- the decision -----------------------------------------------------------------------------------------


def test_the_decision_waits_for_the_criteria_and_for_returns_or_a_reason() -> None:
    paper = opened().take("accept_notification")
    assert any("criteria" in reason for reason in paper.reasons("ready_for_decision"))
    paper.take("record_criteria")
    paper.has("R01", "agency-return", kind="information_return")
    assert paper.reasons("ready_for_decision") == []
    refused = paper.look("ready_for_decision", {}).blocked
    assert [b.field for b in refused] == ["returns_missing_reason"] and "R01" in refused[0].reason
    paper.take("ready_for_decision", returns_missing_reason="The month is nearly over")
    assert paper.stage == "decision_pending"


def test_the_notice_leaves_only_after_a_second_person_has_looked() -> None:
    paper = a_review("decided_review")
    assert any("second person" in reason for reason in paper.reasons("tell_home_office"))
    assert any("colleague" in reason for reason in paper.reasons("second_person_check"))
    assert paper.reasons("second_person_check", by=SECOND) == []
    paper.take("second_person_check", by=SECOND)
    assert any("Home Office" in reason for reason in paper.reasons("start_commissioning"))
    paper.take("tell_home_office").take("start_commissioning")
    assert paper.stage == "commissioning"


def test_no_review_goes_to_the_home_office_and_ends() -> None:
    paper = a_review("decision_pending").take("decide_no_review")
    paper.take("second_person_check", by=SECOND).take("tell_home_office").take("record_scrutiny_no_further")
    assert paper.stage == "no_review_concluded"


def test_a_decision_looked_at_again_is_checked_and_told_again() -> None:
    paper = a_review("decision_pending").take("decide_no_review").take("second_person_check", by=SECOND)
    paper.take("tell_home_office").take("record_reconsider")
    assert paper.stage == "decision_pending"
    paper.take("decide_review")
    assert paper.reasons("start_commissioning") != [], "the first notice was about another decision"
    assert paper.reasons("tell_home_office") != [], "the first check was of another decision"
    paper.take("second_person_check", by=SECOND).take("tell_home_office").take("start_commissioning")


def test_who_decides_the_second_time_may_have_checked_the_first() -> None:
    paper = a_review("decision_pending").take("decide_no_review").take("second_person_check", by=SECOND)
    paper.take("tell_home_office").take("record_reconsider").take("decide_review", by=SECOND)
    assert paper.reasons("second_person_check", by=SECOND) != []
    assert paper.reasons("second_person_check") == []


def test_the_secretary_of_state_may_direct_a_review() -> None:
    paper = a_review("decision_pending").take("decide_no_review").take("record_direction")
    assert paper.stage == "commissioning"


@pytest.mark.parametrize("stage", ["notified", "screening", "decision_pending"])
def test_a_death_may_be_transferred_until_it_is_decided(stage: str) -> None:
    assert a_review(stage).take("transfer_out").stage == "transferred_out"


def test_another_review_instead_goes_to_the_home_office_and_a_joint_one_does_not() -> None:
    assert a_review("decision_pending").take("decide_other_review").stage == "no_review_scrutiny"
    assert a_review("decision_pending").take("decide_joint_review").stage == "decided_review"


def test_a_decision_before_the_death_is_refused() -> None:
    paper = a_review("decision_pending")
    paper.facts["death_date"] = "2026-02"
    assert any("before the death" in reason for reason in paper.reasons("decide_review", {}))
    paper.facts["death_date"] = "2026-01"
    assert paper.reasons("decide_review", {}) == []


def test_a_notification_before_the_death_is_refused() -> None:
    paper = Paper(workflows.get("dardr-s9"), day=date(2026, 1, 10))
    early = {"notified_on": date(2026, 1, 5), "csp_aware_on": date(2026, 1, 5)}
    blocked = paper.look("notify", {**early, "death_date": PartialDate.parse("2026-01-06")}).blocked
    assert {b.field for b in blocked} == {None, "csp_aware_on"}
    assert paper.reasons("notify", {**early, "death_date": PartialDate.parse("2026-01")}) == []


def test_the_decision_is_warned_of_advice_that_differs_and_never_refused() -> None:
    paper = a_review("decision_pending")
    assert paper.look("decide_review", {}).warnings == ()
    assert "advises otherwise" in paper.look("decide_no_review", {}).warnings[0]
    paper.facts["relationship"] = "none"
    assert "advises otherwise" in paper.look("decide_review", {}).warnings[0]
    assert paper.look("decide_review", {}).possible


def test_a_decision_is_deferred_once_at_a_time() -> None:
    paper = a_review("decision_pending")
    assert paper.reasons("defer_decision") == []
    assert paper.reasons("end_deferral") != []
    paper.holds = (OpenHold(1, "deferral", date(2026, 1, 9), None, (), ()),)
    assert paper.reasons("defer_decision") != []
    assert paper.reasons("end_deferral") == []


# --- the panel and the report -----------------------------------------------------------------------------


def test_drafting_waits_for_terms_and_returns() -> None:
    paper = a_review("terms_of_reference")
    assert paper.reasons("start_evidence") == ["The terms of reference are not approved. Record their approval first."]
    paper = (
        a_review("evidence")
        .has("R02", "agency-return", kind="imr")
        .has("R01", "agency-return", kind="information_return")
    )
    said = paper.reasons("start_drafting", {})
    assert len(said) == 1 and "R02" in said[0] and "R01" not in said[0]
    paper.take("start_drafting", returns_set_aside_reason="The body is being wound up")


def test_a_meeting_on_a_saturday_is_kept_with_a_warning() -> None:
    paper = a_review("evidence")
    paper.day = date(2026, 3, 7)
    assert "Saturday" in paper.look("record_meeting", {}).warnings[0]
    paper.day = date(2026, 3, 9)
    assert paper.look("record_meeting", {}).warnings == ()


def test_family_and_panel_come_in_either_order() -> None:
    paper = a_review("drafting").take("record_version", **V1).take("record_panel_approval", **V1)
    paper.take("record_family_response", **V1).take("send_to_partnership")
    paper.take("record_steering_group_assurance")
    assert paper.reasons("sign_off", V1) == []


def test_sign_off_needs_both_on_the_version_signed() -> None:
    paper = a_review("csp_sign_off").take("record_steering_group_assurance")
    paper.take("record_version", version="2")
    refused = paper.look("sign_off", {"version": "2"}).blocked
    assert len(refused) == 2 and {b.field for b in refused} == {"later_changes_reason"}
    assert paper.reasons("sign_off", {"version": "2", "later_changes_reason": "A misspelt street"}) == []
    assert paper.reasons("sign_off", V1) == []


def test_attempts_to_reach_the_family_stand_for_their_reading() -> None:
    paper = a_review("drafting").take("record_version", **V1).take("record_panel_approval", **V1)
    paper.take("send_to_partnership").take("record_steering_group_assurance")
    assert any("family" in reason for reason in paper.reasons("sign_off"))
    paper.take("record_family_attempts", **V1)
    assert paper.reasons("sign_off", V1) == []


def test_a_version_the_panel_did_not_approve_is_not_signed() -> None:
    paper = a_review("csp_sign_off").take("record_steering_group_assurance")
    paper.take("record_panel_approval", version="1", panel_outcome="not_approved")
    assert any("panel" in reason for reason in paper.reasons("sign_off", V1))


def test_the_steering_group_is_asked_unless_the_partnership_says_otherwise() -> None:
    paper = a_review("csp_sign_off")
    assert any("Steering Group" in reason for reason in paper.reasons("sign_off"))
    paper.settings = {"action_plan_assured": False}
    assert paper.reasons("sign_off", V1) == []


def test_sign_off_waits_for_the_check_that_nobody_can_be_recognised() -> None:
    paper = a_review("csp_sign_off").take("record_steering_group_assurance")
    blocked = paper.look("sign_off", {**V1, "anonymisation_certificate": "not_checked"}).blocked
    assert [b.field for b in blocked] == ["anonymisation_certificate"]


def test_a_version_name_is_used_once() -> None:
    paper = a_review("drafting").take("record_version", **V1)
    assert [b.field for b in paper.look("record_version", V1).blocked] == ["version"]


def test_the_pack_waits_for_every_part() -> None:
    paper = a_review("csp_sign_off").take("record_steering_group_assurance").take("sign_off", **V1)
    assert len(paper.reasons("submit_to_home_office")) == 6
    given = {name: where for name, where in PACK.items() if name not in ("pack_action_plan", "pack_data_return")}
    paper.take("put_into_pack", **given)
    assert [r.split(":")[0] for r in paper.reasons("submit_to_home_office")] == ["Action plan", "Data return"]
    paper.take("put_into_pack", pack_action_plan="Plan 1", pack_data_return="Return 1", pack_version="0")
    assert "the pack holds version 0" in paper.reasons("submit_to_home_office")[0].lower()
    paper.take("put_into_pack", pack_version="1").take("submit_to_home_office")


def test_the_report_may_go_back_to_be_changed_and_is_signed_again() -> None:
    paper = a_review("csp_sign_off").take("record_steering_group_assurance").take("sign_off", **V1)
    paper.take("return_to_drafting").take("send_to_partnership")
    assert any("sign" in reason for reason in paper.reasons("submit_to_home_office"))


# --- quality assurance ------------------------------------------------------------------------------------


def test_amendments_wait_for_every_point() -> None:
    paper = a_review("home_office_qa").take("record_letter_amend")
    assert paper.stage == "amending"
    paper.has("Q01", "qa-point", stage="cleared", final=True).has("Q02", "qa-point")
    assert any("Q02" in r and "Q01" not in r for r in paper.reasons("clear_after_amendment"))
    paper.has("Q02", "qa-point", stage="cleared", final=True).take("clear_after_amendment")
    assert paper.stage == "pre_publication"


def test_a_resubmission_needs_a_new_version_and_a_new_sign_off() -> None:
    paper = a_review("home_office_qa").take("record_letter_resubmit")
    assert paper.stage == "drafting"
    assert any("changed version" in reason for reason in paper.reasons("send_to_partnership"))
    paper.take("record_version", version="2").take("record_family_response", version="2")
    paper.take("record_panel_approval", version="2").take("send_to_partnership")
    assert any("Steering Group" in reason for reason in paper.reasons("sign_off"))
    paper.take("record_steering_group_assurance")
    assert any("older than" in reason for reason in paper.reasons("sign_off", V1))
    paper.take("sign_off", version="2")
    assert len(paper.reasons("submit_to_home_office")) == 6, "the pack of the first submission does not count"
    paper.take("put_into_pack", **{**PACK, "pack_version": "2"}).take("submit_to_home_office")
    paper.take("record_acknowledgement")
    assert paper.stage == "home_office_qa"


# --- publication ------------------------------------------------------------------------------------------

GATE = {
    "check_anonymisation": "has not been checked so that nobody",
    "second_check_anonymisation": "A second person",
    "tell_family_publication": "family has not been told",
    "attach_home_office_letter": "Home Office's letter is not with",
    "fix_action_plan": "action plan",
    "record_communications_plan": "communications plan",
    "prepare_publication_plan": "plan of who is told",
    "check_pre_election": "Pre-election periods",
}


def test_the_publication_gate_names_everything_that_is_missing_at_once() -> None:
    said = a_review("pre_publication").reasons("publish")
    assert len(said) == len(GATE)
    for words in GATE.values():
        assert any(words in reason for reason in said), words


@pytest.mark.parametrize("left_out", GATE)
def test_each_part_of_the_gate_holds_by_itself(left_out: str) -> None:
    paper = a_review("pre_publication")
    for key in GATE:
        if key != left_out and not (left_out == "check_anonymisation" and key.startswith("second")):
            paper.take(key, by=SECOND if key.startswith("second") else 1)
    assert any(GATE[left_out] in reason for reason in paper.reasons("publish"))


def _ready() -> Paper:
    paper = a_review("pre_publication")
    for key in GATE:
        paper.take(key, by=SECOND if key.startswith("second") else 1)
    return paper


def test_attempts_to_tell_the_family_are_enough() -> None:
    paper = a_review("pre_publication")
    for key in GATE:
        key = "record_family_publication_attempts" if key == "tell_family_publication" else key
        paper.take(key, by=SECOND if key.startswith("second") else 1)
    assert paper.reasons("publish") == []


def test_an_open_point_or_a_hold_keeps_the_report_back() -> None:
    paper = _ready()
    assert paper.reasons("publish") == []
    paper.has("Q01", "qa-point")
    assert any("Q01" in reason for reason in paper.reasons("publish"))
    paper.has("Q01", "qa-point", final=True)
    paper.holds = (OpenHold(1, "trial", date(2026, 2, 1), None, ("publication",), ()),)
    assert any("hold" in reason for reason in paper.reasons("publish"))
    paper.holds = (OpenHold(1, "trial", date(2026, 2, 1), None, ("family_interviews",), ()),)
    assert paper.reasons("publish") == []


def test_the_second_check_is_by_somebody_else_and_of_the_last_check() -> None:
    paper = a_review("pre_publication")
    assert any("first check" in reason for reason in paper.reasons("second_check_anonymisation", by=SECOND))
    paper.take("check_anonymisation")
    assert any("colleague" in reason for reason in paper.reasons("second_check_anonymisation"))
    paper = _ready().take("check_anonymisation")
    assert any("second person" in reason for reason in paper.reasons("publish"))


def test_checks_are_made_again_after_the_report_is_changed() -> None:
    paper = _ready().take("return_to_amending").take("clear_after_amendment")
    assert len(paper.reasons("publish")) == len(GATE) - 1  # the plan of who is told stands
    assert not any("plan of who is told" in reason for reason in paper.reasons("publish"))


def test_what_is_withheld_is_explained() -> None:
    paper = _ready()
    assert [b.field for b in paper.look("publish", {"redacted": "yes"}).blocked] == ["redaction_reason"]
    assert paper.reasons("publish", {"redacted": "yes", "redaction_reason": "A child's school"}) == []


def test_a_report_may_stay_unpublished_and_its_plan_goes_on() -> None:
    paper = a_review("pre_publication").take("decide_not_to_publish").take("start_action_monitoring")
    assert paper.stage == "action_monitoring"


def test_nothing_is_published_before_clearance() -> None:
    sources = workflows.get("dardr-s9").action("publish").source
    assert sources == ("pre_publication",)
    ways_in = {a.key for a in workflows.get("dardr-s9").actions if a.to == "pre_publication"}
    assert ways_in == {"record_letter_publish", "clear_after_amendment", "publish_after_all"}


# --- the end ----------------------------------------------------------------------------------------------


def test_a_review_is_concluded_when_its_last_action_has_ended_and_the_copy_is_sent() -> None:
    paper = a_review("action_monitoring").has("A01", "action", stage="in_progress")
    said = paper.reasons("conclude")
    assert len(said) == 2 and any("A01" in r for r in said) and any("Commissioner" in r for r in said)
    paper.has("A01", "action", stage="complete_verified", final=True).take("record_copy_to_commissioner")
    paper.take("conclude")
    assert paper.stage == "concluded"


def test_a_published_review_is_concluded_only_when_the_final_documents_were_sent() -> None:
    paper = a_review("action_monitoring").take("record_copy_to_commissioner")
    assert not paper.reasons("conclude")
    paper.done = {key: past for key, past in paper.done.items() if key != "send_final_documents"}
    (said,) = paper.reasons("conclude")
    assert "final documents" in said
    assert paper.take("send_final_documents").take("conclude").stage == "concluded"


def test_who_concludes_a_review_of_which_nobody_said_anything_is_told() -> None:
    paper = a_review("action_monitoring").take("record_copy_to_commissioner").take("send_final_documents")
    assert any("Nobody's view of how the review went" in said for said in paper.look("conclude", {}).warnings)
    paper.take("record_feedback", feedback_from="panel", panel_worked="well")
    assert not any("Nobody's view" in said for said in paper.look("conclude", {}).warnings)


def test_an_action_of_the_plan_may_start_long_before_publication() -> None:
    sources = workflows.get("dardr-s9").action("add_action").source
    assert {"screening", "evidence", "drafting"} <= set(sources)


@pytest.mark.parametrize("stage", ["concluded", "no_review_concluded"])
def test_new_information_opens_a_review_again(stage: str) -> None:
    if stage == "concluded":
        paper = a_review(stage)
    else:
        paper = a_review("decision_pending").take("decide_no_review").take("second_person_check", by=SECOND)
        paper.take("tell_home_office").take("record_scrutiny_no_further")
    assert paper.take("reopen").stage == "screening"


# --- dates ------------------------------------------------------------------------------------------------


def test_the_date_of_the_report_moves_only_by_panel_and_partnership_with_the_home_office_told() -> None:
    paper = a_review("evidence")
    asked = {"clock": "overview_report", "new_date": date(2027, 3, 12)}
    fields = ["agreed_by_panel_on", "agreed_by_partnership_on", "home_office_told_on"]
    assert [b.field for b in paper.look("agree_new_date", asked).blocked] == fields
    told = {name: date(2026, 1, 10) for name in fields}
    assert paper.reasons("agree_new_date", {**asked, **told}) == []
    assert paper.reasons("agree_new_date", {**asked, "clock": "family_reading"}) == []


DATES = {"death_date": date(2025, 12, 30)}


def test_the_police_date_is_only_for_a_notification_by_the_police() -> None:
    paper = Paper(workflows.get("dardr-s9"))
    given = {**DATES, "notifier": "family", "police_identified_on": date(2026, 1, 3)}
    assert [b.field for b in paper.look("notify", given).blocked] == ["police_identified_on"]
    assert paper.reasons("notify", {**given, "notifier": "police"}) == []


def test_knowing_only_after_being_told_is_odd_and_kept() -> None:
    paper = Paper(workflows.get("dardr-s9"))
    warned = paper.look("notify", {**DATES, "notified_on": date(2026, 1, 2), "csp_aware_on": date(2026, 1, 4)})
    assert warned.possible and "Check both dates" in warned.warnings[0]
