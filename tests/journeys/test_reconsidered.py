"""A decision not to hold a review, which the Home Office asks to reconsider, and which becomes a review."""

from __future__ import annotations

from datetime import date

import pytest

from dardr.errors import DardrError
from tests.builders import CHAIR, CRITERIA, SECOND_PERSON, TOLD, address, decision
from tests.journeys.day_by_day import Days

UNCLEAR = {**CRITERIA, "manner": "suicide", "cause": "unclear", "evidence_of_abuse": "unclear"}


def test_a_decision_that_is_looked_at_again(days: Days) -> None:
    review = days.notify(manner="suicide", relationship="intimate_partner", notifier="health")
    days.go_to("2026-03-05")
    review.act("accept_notification", {"area_confirmed": "yes"})
    review.act("await_police_notification", {"police_identified_on": "2026-03-04"})
    assert review.deadline("police_notification").due_on == date(2026, 3, 11)
    days.go_to("2026-03-10")
    review.act("record_police_notification", {"police_notice_reference": "In the folder"}, by="case_manager")
    assert review.state("police_notification") == "met"
    review.act("record_criteria", UNCLEAR)
    review.act("ready_for_decision")

    # The chair waits for the inquest, then decides that the criteria are not met.
    days.go_to("2026-03-16")
    review.act(
        "defer_decision",
        {"awaiting": ["inquest"], "reason": "What the coroner finds", "told": "Family and agencies",
         "home_office_told_on": "2026-03-16"},
        by="deciding_chair",
    )  # fmt: skip
    days.go_to("2026-05-11")
    assert review.state("decide_review") == "deferred"
    assert review.deadline("decide_review").due_on == date(2026, 4, 2)
    review.act("record_criteria", {**UNCLEAR, "evidence_of_abuse": "no"})
    step = decision("decide_no_review")
    done = review.act(step.action, step.values, by=step.by)
    assert done.stage == "no_review_scrutiny" and not done.warnings
    assert review.state("decide_review") == "met_late"
    assert not review.holds(standing=True)
    assert review.deadline("tell_home_office").due_on == date(2026, 5, 18)
    assert not review.deadlines("overview_report"), "there is no report to write"

    # Nothing is final until the Home Office has been told and has answered.
    letter = {"scrutiny_letter": "Letter in the folder", "scrutiny_view": "Look at the police log again"}
    with pytest.raises(DardrError, match="The Home Office has not been told of the decision"):
        review.act("record_reconsider", letter)
    days.go_to("2026-05-20")
    assert review.state("tell_home_office") == "late"
    review.do((SECOND_PERSON, TOLD))
    assert review.state("tell_home_office") == "met_late"
    review.act("tell_family", {"family_told_how": "visit"})
    days.go_to("2026-07-06")
    assert review.act("record_reconsider", letter).stage == "decision_pending"

    # The same question again: new answers, a new decision, a new check, the Home Office told again.
    days.go_to("2026-07-13")
    review.act("record_criteria", {**UNCLEAR, "cause": "violence_or_abuse", "evidence_of_abuse": "yes"})
    step = decision()
    values = {**step.values, "criteria_limb": "concern", "decision_reasons": "The log shows earlier reports."}
    done = review.act(step.action, values, by=step.by)
    assert done.stage == "decided_review"
    with pytest.raises(DardrError, match="has not been told"):
        review.act("start_commissioning")
    assert review.state("decide_review") == "met_late", "the month was answered once, and is not begun again"
    assert review.deadline("overview_report").due_on == date(2027, 1, 13), "six months from the decision for a review"
    first, second = review.deadlines("tell_home_office")
    assert first.stopped_on == date(2026, 5, 20)
    assert second.due_on == date(2026, 7, 20)
    days.go_to("2026-07-15")
    review.do((SECOND_PERSON, TOLD))
    review.act("start_commissioning")
    review.do((CHAIR,))
    assert review.act("appoint_panel", {"specialist_on_panel": "yes"}).stage == "terms_of_reference"

    # Both decisions stay on the record, each with what was known then.
    events = {event.seq: (event.action, values.after or {}) for event, values in review.events()}
    decisions = [(action, after["decision_reasons"]) for action, after in events.values() if "decide_" in action]
    assert decisions == [
        ("decide_no_review", "The criteria appear to be met."), ("decide_review", "The log shows earlier reports."),
    ]  # fmt: skip
    answers = [after["evidence_of_abuse"] for action, after in events.values() if action == "record_criteria"]
    assert answers == ["unclear", "no", "yes"]

    # --- the post ---
    dates = [(p.on.isoformat(), p.message, p.rung) for p in days.post() if p.to == address("deciding_chair")]
    assert dates == [
        ("2026-03-10", "stage_changed", ""),
        # Deferred on the 16th, so the rungs of 14, 7 and 1 days before 2 April stay silent, and so does its lateness.
        ("2026-07-06", "stage_changed", ""),
    ]
    asked_to_look = [(p.on.isoformat(), p.to) for p in days.post("deferral_review")]
    assert asked_to_look == [("2026-05-11", address(key)) for key in ("case_manager", "second_case_manager")]
    told = sorted({p.on.isoformat() for p in days.post("decision_recorded")})
    assert told == ["2026-05-11", "2026-07-13"]
    sent = days.post("deadline_reminder", "deadline_late")
    team = [(p.on.isoformat(), p.rung) for p in sent if p.to.startswith("team@")]
    # Five working days are seven calendar days, so one rung before, said on the Friday, since the day before is a
    # Sunday; told on 15 July, before the second one's.
    assert team == [("2026-05-15", "-1"), ("2026-05-18", "+0")]
