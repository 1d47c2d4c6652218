"""A review published after the Home Office's amendments, and concluded when its last action is verified."""

from __future__ import annotations

from datetime import date

import pytest

from dardr.errors import DardrError
from tests.builders import (
    CHAIR,
    CRITERIA,
    GATE,
    LETTER,
    PACK,
    READING,
    SECOND_PERSON,
    SIGN_OFF,
    TERMS,
    TOLD,
    WHO_IS_TOLD,
    Case,
    address,
    decision,
    grant,
)
from tests.journeys.day_by_day import Days, Post
from workflows.definition import Role

ACTION = {"action_text": "Train staff", "lead_body": "northmere-council", "scope": "local"}


def test_from_notification_to_the_last_action(days: Days) -> None:
    review = days.notify(
        police_identified_on="2026-02-27", death_date="2026-02-26", person_name="Zephyrine Quillfeather"
    )
    decide(days, review)
    gather(days, review)
    early = review.opened("action")[0]
    write(days, review)
    answer_the_home_office(days, review)
    publish(days, review)
    finish(days, review, early)
    the_post(days, review, early)


def decide(days: Days, review: Case) -> None:
    assert review.stage == "notified"
    assert review.deadline("police_notification").due_on == date(2026, 3, 6)
    assert review.state("police_notification") == "met"
    assert review.deadline("decide_review").due_on == date(2026, 4, 2)

    days.go_to("2026-03-03")
    review.act("accept_notification", {"area_confirmed": "yes"})
    review.act("request_information", {"bodies": ["northmere-council", "mereshire-nhs"]})
    council, nhs = review.opened("agency-return")
    for ref in (council, nhs):
        assert review.deadline("information_return", ref=ref).due_on == date(2026, 3, 17)

    days.go_to("2026-03-12")
    review.act("receive_return", {"known": "yes", "return_reference": "In the folder"}, ref=council,
               by="agency_contact")  # fmt: skip
    review.act("sign_off_return", {"signed_off_by": "Director", "return_reference": "In the folder"}, ref=council,
               by="agency_lead")  # fmt: skip
    with pytest.raises(DardrError, match=f"Returns not in yet: {nhs}"):
        review.act("record_criteria", CRITERIA)
        review.act("ready_for_decision")

    days.go_to("2026-03-18")
    assert review.state("information_return", ref=nhs) == "late"
    review.act("record_not_known", {"searched": "All systems, by the records manager"}, ref=nhs,
               by="other_agency_contact")  # fmt: skip
    assert review.state("information_return", ref=nhs) == "met_late"
    assert review.state("information_return", ref=council) == "met"

    days.go_to("2026-03-19")
    review.act("ready_for_decision")
    assert review.stage == "decision_pending"

    days.go_to("2026-03-27")
    step = decision()
    review.act(step.action, step.values, by=step.by)
    assert review.state("decide_review") == "met"
    assert review.deadline("tell_home_office").due_on == date(2026, 4, 7), "Good Friday and Easter Monday are no days"
    assert review.deadline("overview_report").due_on == date(2026, 9, 27)
    with pytest.raises(DardrError, match="The Home Office has not been told"):
        review.act("start_commissioning")

    days.go_to("2026-03-30")
    review.do((SECOND_PERSON, TOLD))
    review.act("tell_family", {"family_told_how": "liaison"})
    assert review.state("tell_home_office") == "met"
    assert review.act("start_commissioning").stage == "commissioning"


def gather(days: Days, review: Case) -> None:
    days.go_to("2026-04-20")
    review.do((CHAIR,))
    with days.database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
    assert review.act("appoint_panel", {"specialist_on_panel": "yes"}).stage == "terms_of_reference"
    days.go_to("2026-05-12")
    review.act("approve_terms", TERMS, by="independent_chair")
    assert review.act("start_evidence", by="independent_chair").stage == "evidence"
    review.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]}, by="independent_chair")
    imr = review.opened("agency-return")[-1]
    # Forty working days after 12 May 2026; the spring bank holiday of 25 May is none of them.
    assert review.deadline("imr_return", ref=imr).due_on == date(2026, 7, 8)

    # Learning need not wait for the report.
    days.go_to("2026-05-20")
    review.act("add_action", {**ACTION, "plan_source": "early_learning"}, by="independent_chair")
    (early,) = review.opened("action")
    review.act(
        "agree", {"target_date": "2026-11-30", "outcome_measure": "Audit of files", "agreed_by": "Director"}, ref=early,
        by="agency_lead",
    )  # fmt: skip
    assert review.deadline("action_update", ref=early).due_on == date(2026, 8, 20)
    assert review.deadline("action_due", ref=early).due_on == date(2026, 11, 30)
    review.act("start_work", ref=early, by="agency_contact")

    days.go_to("2026-07-08")
    review.act("receive_return", {"known": "yes", "return_reference": "In the folder"}, ref=imr, by="agency_contact")
    assert review.state("imr_return", ref=imr) == "met", "the last day is in time"
    review.act("sign_off_return", {"signed_off_by": "Director", "return_reference": "In the folder"}, ref=imr,
               by="agency_lead")  # fmt: skip


def write(days: Days, review: Case) -> None:
    days.go_to("2026-07-20")
    assert review.act("start_drafting", by="independent_chair").stage == "drafting"
    days.go_to("2026-08-24")
    (early,) = review.opened("action")
    assert review.state("action_update", ref=early) == "late"
    review.act("record_update", {"progress": "Half the staff are trained"}, ref=early,
               by="agency_contact")  # fmt: skip
    assert review.deadline("action_update", ref=early).due_on == date(2026, 11, 24)

    # The six months pass; the review asks for an agreed date, and panel and partnership agree one.
    days.go_to("2026-09-28")
    assert review.state("overview_report") == "past_guide"
    days.go_to("2026-10-01")
    agreed = {"agreed_by_panel_on": "2026-09-29", "agreed_by_partnership_on": "2026-09-30",
              "home_office_told_on": "2026-10-01"}  # fmt: skip
    review.act(
        "agree_new_date",
        {"clock": "overview_report", "new_date": "2026-12-11", "reason": "The family asked for time", **agreed},
        by="deciding_chair",
    )
    assert review.state("overview_report") == "running"
    assert review.deadline("overview_report").original_due_on == date(2026, 9, 27)

    days.go_to("2026-11-02")
    review.do(READING[:2])
    assert review.deadline("family_reading").due_on == date(2026, 11, 16)
    days.go_to("2026-12-01")
    assert review.state("family_reading") == "running", "a family that reads is never late"
    review.act("record_family_response", {"version": "1", "response": "comments", "comments": "Taken up"})
    assert review.state("family_reading") == "met"
    review.do(READING[3:])
    assert review.act("send_to_partnership", by="independent_chair").stage == "csp_sign_off"
    days.go_to("2026-12-10")
    review.do((SIGN_OFF,))
    assert review.state("overview_report") == "met"
    review.act("put_into_pack", PACK)
    assert review.act("submit_to_home_office").stage == "submitted"
    days.go_to("2026-12-14")
    assert review.act("record_acknowledgement").stage == "home_office_qa"

    # The early action is claimed after its date.
    assert review.state("action_due", ref=early) == "late"
    review.act("claim_complete", {"evidence": "The training record"}, ref=early, by="agency_contact")
    assert review.state("action_due", ref=early) == "met_late"
    review.act("verify", ref=early, by="steering_member")


def answer_the_home_office(days: Days, review: Case) -> None:
    days.go_to("2027-02-10")
    done = review.act(
        "record_letter_amend",
        {**LETTER, "letter_dated": "2027-02-08", "points": ["Say who was consulted", "Correct a table"]},
    )
    assert done.stage == "amending" and len(done.created) == 2
    assert review.state("home_office_wait") == "met"
    assert review.deadline("amend_after_qa").due_on == date(2027, 3, 10)
    first, second = done.created
    days.go_to("2027-02-24")
    review.act("answer_point", {"answer": "accepted", "answer_how": "Added"}, ref=first, by="independent_chair")
    review.act("clear_point", ref=first)
    with pytest.raises(DardrError, match=f"{second} is a point of the Home Office's letter that is not cleared yet"):
        review.act("clear_after_amendment", {"cleared_by": "letter"})
    review.act("answer_point", {"answer": "partly", "answer_how": "One column"}, ref=second, by="independent_chair")
    review.act("clear_point", ref=second)
    with pytest.raises(DardrError, match="no version of the report is recorded since"):
        review.act("clear_after_amendment", {"cleared_by": "letter"})
    review.act("record_version", {"version": "2", "what_for": "publication"}, by="independent_chair")
    assert review.act("clear_after_amendment", {"cleared_by": "letter"}).stage == "pre_publication"
    assert review.state("amend_after_qa") == "met"
    assert review.deadline("publish_after_clearance").due_on is None


def publish(days: Days, review: Case) -> None:
    days.go_to("2027-03-30")
    record = {"published_at": "https://reviews.example/1", "redacted": "no", "published_on": "2027-03-30"}
    with pytest.raises(DardrError) as refused:
        review.act("publish", record)
    assert len(refused.value.reasons) == 8
    review.do((*GATE, *WHO_IS_TOLD))
    review.act("add_action", {**ACTION, "plan_source": "panel", "target_date": "2027-09-30",
                              "outcome_measure": "Survey"})  # fmt: skip
    assert review.act("publish", record).stage == "published"
    assert review.deadline("send_final_documents").due_on == date(2027, 4, 1)
    days.go_to("2027-04-01")
    review.act("send_final_documents", {"final_documents_to": ["home_office", "commissioner"]})
    assert review.state("send_final_documents") == "met"
    review.act("record_report_completed", {"completed_version": "final"})
    assert review.deadline("copy_to_commissioner").due_on == date(2027, 4, 8)
    days.go_to("2027-04-09")
    assert review.state("copy_to_commissioner") == "late", "the date is local: late, and never a breach of the Act"
    review.act("record_copy_to_commissioner", {"commissioner_copy": "By e-mail",
                                               "commissioner_copy_version": "anonymised"})  # fmt: skip
    assert review.state("copy_to_commissioner") == "met_late"
    assert review.act("start_action_monitoring").stage == "action_monitoring"


def finish(days: Days, review: Case, early: str) -> None:
    last = review.opened("action")[-1]
    assert last != early
    review.act("agree", {"target_date": "2027-09-30", "outcome_measure": "Survey", "agreed_by": "Director"}, ref=last,
               by="agency_lead")  # fmt: skip
    looked = {"effect": "seen", "effect_seen": "Staff ask in nine of ten visits"}
    days.go_to("2027-06-07")
    review.act("record_effect", {**looked, "effect_check": "after_6_months"}, ref=early, by="agency_contact")
    days.go_to("2027-07-01")
    review.act("start_work", ref=last, by="agency_contact")
    review.act("record_update", {"progress": "Begun"}, ref=last, by="agency_contact")
    days.go_to("2027-09-20")
    review.act("claim_complete", {"evidence": "The survey"}, ref=last, by="agency_contact")
    assert review.state("action_due", ref=last) == "met"
    minute = {"concluding_minute": "Minute 51"}
    with pytest.raises(DardrError, match=f"{last} is an action of the plan that has not ended yet"):
        review.act("conclude", minute, by="deciding_chair")
    days.go_to("2027-09-27")
    review.act("verify", ref=last, by="steering_member")
    done = review.act("conclude", minute, by="deciding_chair")
    assert done.stage == "concluded" and review.record().final
    days.go_to("2027-11-22")
    review.act("record_effect", {**looked, "effect_check": "after_12_months"}, ref=early, by="agency_contact")
    days.go_to("2027-12-01")
    running = {
        ref: [row.clock for row in review.deadlines(ref=ref) if row.running]
        for ref in (review.ref, *review.opened("action"), *review.opened("agency-return"))
    }
    looks = {last: ["effect_check_first", "effect_check_second"]}
    assert {ref: clocks for ref, clocks in running.items() if clocks} == looks, "an ended plan is looked at, no more"


COUNCIL = {address("agency_contact"), "contact@northmere-council.example"}
NHS = {address("other_agency_contact"), "contact@mereshire-nhs.example"}
LEADS = {address("agency_lead"), "lead@northmere-council.example"}
INDEPENDENT_CHAIR = {address("independent_chair")}
TEAM = {"team@mereshire.example"}
MANAGERS = {address("case_manager"), address("second_case_manager")}

POST: tuple[tuple[str, set[str], str, str], ...] = (
    # The returns for the decision: 14 days, so only 7 and 1 before. The council answered on the 12th.
    ("-R01", COUNCIL, "deadline_reminder", "2026-03-10 -7"),
    ("-R02", NHS, "deadline_reminder", "2026-03-10 -7, 2026-03-16 -1, 2026-03-17 +0"),
    # The decision: 31 days, so 14, 7 and 1 before. It was made on 27 March.
    ("", {address("deciding_chair")}, "deadline_reminder", "2026-03-19 -14, 2026-03-26 -7"),
    # The return to the review: 57 days, so all four; it came on the day itself.
    ("-R03", COUNCIL, "deadline_reminder",
     "2026-06-10 -28, 2026-06-24 -14, 2026-07-01 -7, 2026-07-07 -1, 2026-07-08 +0"),
    # The report: the guide's date, and from 1 October the agreed one.
    ("", INDEPENDENT_CHAIR, "deadline_reminder",
     # That Sunday, the Saturday before it and three other Sundays have no post: the Friday before.
     "2026-08-28 -28, 2026-09-11 -14, 2026-09-18 -7, 2026-09-25 +0, "
     "2026-11-13 -28, 2026-11-27 -14, 2026-12-04 -7, 2026-12-10 -1, "
     # and the Home Office's points: 28 days, answered in 14.
     "2027-02-24 -14"),
    ("", MANAGERS, "agreed_date_wanted", "2026-09-28 agreed-date"),
    # The first action: its update, given four days after its date; the next update and the action's own date.
    ("-A01", COUNCIL, "deadline_reminder",
     "2026-07-23 -28, 2026-08-06 -14, 2026-08-13 -7, 2026-08-19 -1, 2026-08-20 +0, "
     "2026-10-27 -28, 2026-11-10 -14, 2026-11-17 -7, 2026-11-23 -1, 2026-11-24 +0, "
     "2026-11-02 -28, 2026-11-16 -14, 2026-11-23 -7, 2026-11-27 -1, 2026-11-30 +0, "
     # and the first look at its effect, made a week before its date; that Monday is a bank holiday.
     "2027-05-28 -14"),
    ("-A01", COUNCIL, "deadline_late", "2026-12-01 +7, 2026-12-08 +14, 2026-12-07 +7, 2026-12-14 +14"),
    ("-A01", LEADS, "escalation", "2026-12-14 escalation+14"),
    # The final documents (two days) and the copy to the Commissioner (seven).
    ("", TEAM, "deadline_reminder", "2027-03-31 -1, 2027-04-01 +0, 2027-04-07 -1, 2027-04-08 +0"),
    # The second action: its updates and its date.
    ("-A02", COUNCIL, "deadline_reminder",
     "2027-06-11 -28, 2027-06-25 -14, 2027-09-03 -28, 2027-09-17 -14, 2027-09-02 -28, 2027-09-16 -14"),
)  # fmt: skip
"""Every e-mail about a date: which record, to whom, which message, and on which days with which rung."""


def the_post(days: Days, review: Case, early: str) -> None:
    expected = [
        Post(date.fromisoformat(on), message, to, review.ref + suffix, rung)
        for suffix, people, message, calendar in POST
        for to in people
        for on, rung in (entry.split() for entry in calendar.split(", "))
    ]
    assert days.post("deadline_reminder", "deadline_late", "escalation", "agreed_date_wanted") == sorted(expected)
    told = [(p.on.isoformat(), p.to) for p in days.post("decision_recorded")]
    assert told == [("2026-03-27", address(key)) for key in
                    ("case_manager", "second_case_manager", "team_manager")]  # fmt: skip
    assert {(p.on, p.to) for p in days.post("action_agreed", ref=early)} == {(date(2026, 5, 20), to) for to in COUNCIL}
    assert ("2026-12-01", address("deciding_chair")) in [
        (p.on.isoformat(), p.to) for p in days.post("stage_changed", ref=review.ref)
    ], "the chair is asked to sign off"
    assert not [p for p in days.post() if p.on > date(2027, 9, 27)], "a concluded review is silent"
