"""One incident, two people who died: two reviews that begin together and go each their own way."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from dardr.errors import Conflict
from dardr.storage.reviews import RecordLink
from tests.builders import CRITERIA, SECOND_PERSON, TOLD, Case, address, decision
from tests.journeys.day_by_day import Days


def test_a_death_that_becomes_two_reviews(days: Days) -> None:
    first = days.notify(csps=["northmere", "southmere"])
    days.go_to("2026-03-04")
    first.act("accept_notification", {"area_confirmed": "yes"})
    done = first.act(
        "open_second_review",
        {"why_second": "Another person died in the incident", "age": "61", "manner": "homicide",
         "relationship": "parent", "csps": ["southmere"]},
    )  # fmt: skip
    second = days.follow(Case(days.database, done.created[0], days.today))
    assert (first.ref, second.ref) == ("DARDR-2026-001", "DARDR-2026-002")
    assert second.record().opened_on == date(2026, 3, 2), "both were notified on the same day"
    for case in (first, second):
        assert case.deadline("decide_review").due_on == date(2026, 4, 2)
    with days.database.read() as session:
        assert session.scalars(sa.select(RecordLink.kind)).all() == ["same_death"]

    # The first is decided in time, the second waits for toxicology.
    days.go_to("2026-03-18")
    first.act("record_criteria", CRITERIA)
    first.act("ready_for_decision")
    second.act("accept_notification", {"area_confirmed": "yes"})
    second.act("record_criteria", {**CRITERIA, "age": "61", "relationship": "parent", "manner": "unexplained",
                                   "cause": "unclear"})  # fmt: skip
    second.act("ready_for_decision")
    step = decision()
    first.act(step.action, step.values, by=step.by)
    second.act(
        "defer_decision", {"awaiting": ["toxicology"], "reason": "The cause is not known", "told": "Both families"},
        by="deciding_chair",
    )  # fmt: skip
    days.go_to("2026-04-03")
    assert (first.state("decide_review"), second.state("decide_review")) == ("met", "deferred")
    assert not second.deadlines("overview_report")

    first.do((SECOND_PERSON, TOLD))
    first.act("start_commissioning")

    # A hold on one is no hold on the other.
    first.act("place_hold", {"kind": "trial", "reason": "Listed", "asked_by": "cps", "activities": ["panel_meetings"]})
    assert len(first.holds(standing=True)) == 1
    assert [hold.kind for hold in second.holds(standing=True)] == ["deferral"]

    days.go_to("2026-05-06")
    second.act("record_criteria", {**CRITERIA, "age": "61", "relationship": "parent"})
    step = decision("decide_joint_review")
    second.act(step.action, {**step.values, "criteria_limb": "related", "joint_with": first.ref}, by=step.by)
    assert second.state("decide_review") == "met_late"
    assert first.deadline("overview_report").due_on == date(2026, 9, 18)
    assert second.deadline("overview_report").due_on == date(2026, 11, 6)
    second.do((SECOND_PERSON, TOLD))
    with pytest.raises(Conflict, match="Name the board or partnership it is held with first"):
        second.act("start_commissioning")
    board = {"partner": f"Who decides on {first.ref}"}
    second.act("record_partner", {**board, "partner_duty": "other", "partner_leads": "they_lead"})
    with pytest.raises(Conflict, match=f"decision of Who decides on {first.ref} is not recorded"):
        second.act("start_commissioning")
    second.act(
        "record_partner_decision", {**board, "partner_outcome": "takes_part", "partner_reasons": f"See {first.ref}"}
    )
    second.act("start_commissioning")
    second.act("link_review", {"review": first.ref, "link_reason": "joint"})

    # One of them is handed to nobody: each keeps its own facts, history and post.
    assert (first.record().facts["age"], second.record().facts["age"]) == (34, 61)
    assert first.record().facts["criteria_limb"] == "intimate"
    assert second.record().facts["criteria_limb"] == "related"
    assert first.opened("dardr-s9") == [], "neither is an item of the other"
    days.go_to("2026-10-01")
    assert first.state("overview_report") == "past_guide"
    assert second.state("overview_report") == "running"

    # --- the post ---
    chair = address("deciding_chair")
    reminders = [(p.on.isoformat(), p.ref, p.rung) for p in days.post("deadline_reminder") if p.to == chair]
    assert reminders == [], "one was decided on the 18th, before the first rung; the other one is deferred"
    asked = {(p.on.isoformat(), p.ref) for p in days.post("deferral_review")}
    assert asked == set(), "the decision came before the eight weeks were over"
    wanted = {(p.on.isoformat(), p.ref) for p in days.post("agreed_date_wanted")}
    assert wanted == {("2026-09-21", first.ref)}, "the guide passed on Friday the 18th; Monday has the next post"
    held = {(p.on.isoformat(), p.ref) for p in days.post("hold_review")}
    assert ("2026-05-01", first.ref) in held and not [ref for _, ref in held if ref == second.ref]
    for case in (first, second):
        told = {p.on for p in days.post("decision_recorded", ref=case.ref)}
        assert len(told) == 1
