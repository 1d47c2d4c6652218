"""The decision page: scoping, criteria with their advice, the people's decision, what follows, other boards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dardr.storage.engine import Database
from tests.builders import a_review
from tests.web.conftest import NOW, Browser, application, dated, signed_in

CRITERIA = {
    "in_area": "yes",
    "age": "34",
    "cause": "violence_or_abuse",
    "manner": "homicide",
    "relationship": "spouse",
    "evidence_of_abuse": "yes",
    "perpetrator_age": "40",
    "perpetrator_died": "no",
    "other_statutory_review": "none",
}


@pytest.fixture
def manager(either_database: Database, tmp_path: Path) -> Browser:
    return signed_in(application(either_database, tmp_path), "case_manager")


def test_before_anything_is_asked_the_page_says_what_comes_first(either_database: Database, manager: Browser) -> None:
    review = a_review(either_database, "screening")
    page = manager.get(f"/reviews/{review.ref}/decision").text
    assert "No decision is recorded" in page
    assert "Nobody has been asked yet" in page
    assert "Ask agencies what they know" in page
    assert "Put it to the deciding chair" in page and "not yet" in page


def chosen(page: str) -> list[str]:
    """The answers a form holds already: what is ticked, and what is selected."""
    return re.findall(r'value="(\w[^"]*)" (?:checked|selected)', page)


def test_what_was_told_already_stands_in_the_forms(either_database: Database, manager: Browser) -> None:
    named = ["mereshire-nhs", "northmere-council"]
    review = a_review(either_database, "notified", age="71", relationship="not_known", known_agencies=named)
    review.act("accept_notification", {"area_confirmed": "yes"})
    asked = f"/records/{review.ref}/do/request_information"
    assert chosen(manager.get(asked).text) == named
    review.act("request_information", {"bodies": ["mereshire-nhs"]})
    assert chosen(manager.get(asked).text) == ["northmere-council"], "the other was asked already"
    assert chosen(manager.get(f"/records/{review.ref}/do/secure_records").text) == named
    form = manager.get(f"/records/{review.ref}/do/record_criteria").text
    assert 'name="age" type="text" value="71"' in form
    assert chosen(form) == ["yes", "homicide", "not_known"]
    review.act("record_criteria", CRITERIA | {"age": "not_known"})
    form = manager.get(f"/records/{review.ref}/do/record_criteria").text
    assert 'name="age" type="text" value=""' in form
    assert chosen(form)[:5] == ["yes", "not_known", "violence_or_abuse", "homicide", "spouse"]


def test_the_advice_stands_in_its_line_with_its_authority(either_database: Database, manager: Browser) -> None:
    review = a_review(either_database, "screening")
    review.act("record_criteria", CRITERIA)
    page = manager.get(f"/reviews/{review.ref}/decision").text
    assert "The table advises: the criteria appear to be met" in page
    assert "s.9(1)" in page and "Read in full." in page
    assert page.count("Fits<span") == 1
    assert "This is advice" in page


def test_what_agencies_said_is_side_by_side(either_database: Database, manager: Browser) -> None:
    review = a_review(either_database, "screening")
    review.act("request_information", {"bodies": ["mereshire-nhs", "northmere-council"]})
    first = review.opened("agency-return")[0]
    with_answers = {
        "known": "yes",
        "return_reference": "E-mail of today",
        "known_people": ["person_who_died"],
        "first_contact": "2024",
        "review_needed": "yes",
        "own_view": "Seen at three clinics <b>in a year</b>.",
    }
    review.act("receive_return", with_answers, ref=first)
    page = manager.get(f"/reviews/{review.ref}/decision").text
    assert "Seen at three clinics &lt;b&gt;in a year&lt;/b&gt;." in page
    assert "Does the body think that a review is needed?" in page
    assert "Enter what came" in page, "the other body has not answered"


def test_a_return_that_came_unsigned_does_not_hold_the_decision_up(either_database: Database) -> None:
    review = a_review(either_database, "screening")
    review.act("record_criteria", CRITERIA)
    review.act("request_information", {"bodies": ["mereshire-nhs"]})
    came = {"known": "no", "return_reference": "Telephone call"}
    review.act("receive_return", came, ref=review.opened("agency-return")[0])
    assert review.act("ready_for_decision", {}).stage == "decision_pending"


def test_recording_the_criteria_leads_to_the_advice(either_database: Database, manager: Browser) -> None:
    review = a_review(either_database, "screening")
    answer = manager.send(f"/records/{review.ref}/do/record_criteria", None, **dated("_on", NOW[:10]), **CRITERIA)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/reviews/{review.ref}/decision")


def test_a_decision_not_to_review_shows_its_own_duties(either_database: Database, manager: Browser) -> None:
    review = a_review(either_database, "no_review_scrutiny")
    page = manager.get(f"/reviews/{review.ref}/decision").text
    assert "No review will be held" in page
    assert "What a decision not to review asks for" in page
    assert "with the reasons in full" in page
    assert "Record a direction by the Secretary of State" in page


def test_a_decision_asked_for_again_is_open_again(either_database: Database, manager: Browser) -> None:
    review = a_review(either_database, "no_review_scrutiny")
    review.act("second_person_check", {"decision_check": "in_order"}, by="second_case_manager")
    review.act("tell_home_office", {"home_office_notice": "E-mail"})
    review.act("record_reconsider", {"scrutiny_letter": "Letter", "scrutiny_view": "Look at the coercion again."})
    page = manager.get(f"/reviews/{review.ref}/decision").text
    assert "No decision is recorded" in page
    assert "No review will be held" not in page


def test_a_joint_review_waits_for_the_other_board_s_own_decision(either_database: Database, manager: Browser) -> None:
    review = a_review(either_database, "decision_pending")
    decided = {
        "decision_reasons": "The criteria are met.",
        "decided_by": "chair",
        "decision_evidence": "Minute",
        "criteria_limb": "intimate",
        "joint_with": "A safeguarding adult review",
    }
    review.act("decide_joint_review", decided)
    review.act("second_person_check", {"decision_check": "in_order"}, by="second_case_manager")
    review.act("tell_home_office", {"home_office_notice": "E-mail"})
    page = manager.get(f"/reviews/{review.ref}/decision").text
    assert "Name the board or partnership it is held with first." in page
    board = {"partner": "Mereshire Safeguarding Adults Board", "partner_duty": "safeguarding_adult_review"}
    review.act("record_partner", {**board, "partner_leads": "we_lead"})
    page = manager.get(f"/reviews/{review.ref}/decision").text
    assert "The decision of Mereshire Safeguarding Adults Board is not recorded." in page
    review.act(
        "record_partner_decision",
        {"partner": board["partner"], "partner_outcome": "takes_part", "partner_reasons": "Minute 4"},
    )
    page = manager.get(f"/reviews/{review.ref}/decision").text
    assert "To hold the review with us" in page
    assert review.act("start_commissioning", {}).stage == "commissioning"


def test_the_page_of_somebody_else_s_review_is_not_there(either_database: Database, tmp_path: Path) -> None:
    review = a_review(either_database, "decision_pending")
    app = application(either_database, tmp_path)
    contact = signed_in(app, "agency_contact")
    assert contact.get(f"/reviews/{review.ref}/decision").status_code == 404
