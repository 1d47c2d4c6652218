"""A review held for a trial: what waits waits, what is not named goes on, and the dates are computed again."""

from __future__ import annotations

from datetime import date

import pytest

from dardr.errors import DardrError, Invalid
from tests.builders import a_review, address, grant
from tests.journeys.day_by_day import Days, Post
from workflows.definition import Role


def test_a_review_held_for_a_trial(days: Days) -> None:
    review = a_review(days.database, "evidence", on=days.today)
    days.go_to(review.today)
    days.follow(review)
    assert days.today == date(2026, 4, 23)
    with days.database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
    review.act("assign_case_manager", {"case_manager": address("case_manager")})
    review.act("update_status_of_proceedings", {"suspected_status": "charged"})
    review.act(
        "request_returns", {"kind": "imr", "bodies": ["mereshire-nhs", "mereshire-police"]}, by="independent_chair"
    )
    nhs, police = review.opened("agency-return")
    assert review.deadline("imr_return", ref=nhs).due_on == date(2026, 6, 22)

    # The police ask that witnesses are not interviewed and that their own return waits.
    days.go_to("2026-05-05")
    with pytest.raises(Invalid):
        review.act(
            "place_hold",
            {"kind": "trial", "reason": "Listed for July", "asked_by": "police", "activities": ["family_interviews"],
             "clocks": ["overview_report"]},
            by="independent_chair",
        )  # fmt: skip
    review.act(
        "place_hold",
        {"kind": "trial", "reason": "Listed for July", "asked_by": "police",
         "activities": ["family_interviews", "overview_report"], "clocks": ["imr_return"]},
        by="independent_chair",
    )  # fmt: skip
    (hold,) = review.holds()
    assert hold.review_by == date(2026, 6, 2)
    for ref in (nhs, police):
        assert review.state("imr_return", ref=ref) == "held"
    assert review.deadline("overview_report").due_on == date(2026, 9, 17), "six months go on"

    # A return may come all the same.
    days.go_to("2026-05-20")
    review.act("receive_return", {"known": "yes", "return_reference": "Here"}, ref=nhs, by="other_agency_contact")
    assert review.state("imr_return", ref=nhs) == "met"

    # Somebody is asked to look at it again: on the day, and every week until they do.
    days.go_to("2026-06-12")
    review.act(
        "change_hold_review_by", {"hold": str(hold.id), "review_by": "2026-07-24", "hold_view": "Trial on 6 July"}
    )
    days.go_to("2026-07-20")
    assert review.state("imr_return", ref=police) == "held"
    review.act("update_status_of_proceedings", {"suspected_status": "convicted"})
    review.act("end_hold", {"hold": str(hold.id), "hold_outcome": "Convicted on 17 July"}, by="independent_chair")
    row = review.deadline("imr_return", ref=police)
    # Forty working days after 23 April. By 1 May six were counted (24, 27 to 30 April, 1 May): 4 May is a bank
    # holiday. The clock stood still from 5 May and counts again from 20 July: thirty-four more.
    assert row.due_on == date(2026, 9, 4)
    assert row.original_due_on == date(2026, 6, 22)
    (pause,) = row.receipt["pauses"]
    assert (pause["from"], pause["until"]) == ("2026-05-05", "2026-07-20")

    # The report cannot be done in time: panel and partnership agree a date, the Home Office is told.
    days.go_to("2026-09-18")
    assert review.state("overview_report") == "past_guide"
    agreed = {"clock": "overview_report", "new_date": "2026-12-18", "reason": "The trial"}
    with pytest.raises(DardrError) as refused:
        review.act("agree_new_date", {**agreed, "agreed_by_panel_on": "2026-09-18"}, by="deciding_chair")
    assert [reason.field for reason in refused.value.reasons] == ["agreed_by_partnership_on", "home_office_told_on"]
    review.act(
        "agree_new_date",
        {**agreed, "agreed_by_panel_on": "2026-09-18", "agreed_by_partnership_on": "2026-09-18",
         "home_office_told_on": "2026-09-18"},
        by="deciding_chair",
    )  # fmt: skip
    assert review.state("overview_report") == "running"
    days.go_to("2026-09-21")
    assert review.state("imr_return", ref=police) == "late"
    review.act("receive_return", {"known": "yes", "return_reference": "Here"}, ref=police)
    assert review.state("imr_return", ref=police) == "met_late"
    days.go_to("2026-10-15")

    # --- the post ---
    manager = address("case_manager")
    assert [p for p in days.post("hold_review")] == [
        Post(date.fromisoformat(on), "hold_review", manager, review.ref, f"hold:{hold.id}")
        for on in ("2026-06-02", "2026-06-09")
    ]
    to_the_police = [(p.on.isoformat(), p.message, p.rung) for p in days.post(ref=police) if "contact@" in p.to]
    assert to_the_police == [
        ("2026-04-23", "return_requested", ""),
        # Nothing while it was held; then the ladder of the new date.
        ("2026-08-07", "deadline_reminder", "-28"),
        ("2026-08-21", "deadline_reminder", "-14"),
        ("2026-08-28", "deadline_reminder", "-7"),
        ("2026-09-03", "deadline_reminder", "-1"),
        ("2026-09-04", "deadline_reminder", "+0"),
        ("2026-09-11", "deadline_late", "+7"),
        ("2026-09-18", "deadline_late", "+14"),
    ]
    assert [(p.on.isoformat(), p.to) for p in days.post("escalation", ref=police)] == [
        ("2026-09-11", "lead@mereshire-police.example")
    ]
    assert [(p.on.isoformat(), p.to) for p in days.post("agreed_date_wanted")] == [("2026-09-18", manager)]
    chair = [p.on.isoformat() for p in days.post("deadline_reminder", ref=review.ref) if "chair" in p.to]
    assert chair == ["2026-08-20", "2026-09-03", "2026-09-10", "2026-09-16", "2026-09-17"]
