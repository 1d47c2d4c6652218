"""Recommendations and the plan on their pages, for the team and for an agency; much of it done wrong on purpose."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from dardr.casework.open_record import open_record
from dardr.storage.engine import Database
from tests.builders import START, WAY, Case, a_review, actor, at_ten
from tests.web.conftest import NOW, Browser, application, dated, signed_in

COUNCIL, NHS = "northmere-council", "mereshire-nhs"
MADE = {
    "recommendation_text": "Ask about safety at each visit.", "number": "5.1", "rec_source": "panel", "scope": "local",
    "addressees": [COUNCIL, NHS], "themes": ["training"],
}  # fmt: skip
TODAY = dated("_on", NOW[:10])
ON_PLAN = {"action_text": "Change the form", "lead_body": COUNCIL, "plan_source": "panel", "scope": "local"}


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


def add(case: Case, **more: Any) -> str:
    (ref,) = case.act("add_recommendation", {**MADE, **more}).created
    case.act("make_recommendation", ref=ref)
    return ref


@pytest.fixture
def manager(database: Database, tmp_path: Path) -> Browser:
    return signed_in(application(database, tmp_path), "case_manager")


def test_a_recommendation_is_added_answered_and_carried_out_on_its_pages(database: Database, manager: Browser) -> None:
    case = a_review(database, "drafting", day_by_day=False)
    page = manager.get(f"/reviews/{case.ref}/recommendations")
    assert "No recommendation is recorded yet" in words(page)
    sent = manager.send(f"/records/{case.ref}/do/add_recommendation", **MADE, **TODAY)
    assert sent.status_code == 303 and sent.location.endswith(f"/reviews/{case.ref}/recommendations")
    (ref,) = case.opened("recommendation")
    case.act("make_recommendation", ref=ref)
    shown = words(manager.get(f"/reviews/{case.ref}/recommendations"))
    assert "Recommendation 5.1" in shown and "1 without an action" in shown
    assert "Not answered yet: Northmere Council, Mereshire NHS Trust" in shown
    answered = {"responding_body": NHS, "response": "partly", "responded_by": "Chief nurse"}
    refused = manager.send(f"/records/{ref}/do/respond", **answered, **TODAY)
    assert refused.status_code == 422 and "Say why, or which part" in refused.text and "Chief nurse" in refused.text
    sent = manager.send(f"/records/{ref}/do/respond", **answered, response_reason="In two of three places", **TODAY)
    assert sent.location.endswith(f"/records/{ref}/recommendation")
    manager.send(f"/records/{case.ref}/do/add_action", **ON_PLAN, recommendations=[ref], **TODAY)
    one = words(manager.get(f"/records/{ref}/recommendation"))
    for said in ("Mereshire NHS Trust : accepted in part", "In two of three places", "Change the form", "Grey "):
        assert said in one, said


def test_the_register_is_filtered_and_what_the_address_cannot_mean_is_left_out(
    database: Database, manager: Browser
) -> None:
    case = a_review(database, "drafting", day_by_day=False)
    add(case, number="10")
    add(case, number="2", scope="national", department="Home Office", addressees=[], recommendation_text="Fund it.")
    every = words(manager.get(f"/reviews/{case.ref}/recommendations"))
    assert every.index("Recommendation 2 ") < every.index("Recommendation 10 ")
    for asked, here, gone in (
        ("scope=national", "Fund it.", "Ask about safety"),
        ("text=safety", "Ask about safety", "Fund it."),
        ("bare=yes", "Ask about safety", "Fund it."),
        ("unanswered=yes", "Ask about safety", "Fund it."),
        ("theme=training&scope=local", "Ask about safety", "Fund it."),
    ):
        shown = words(manager.get(f"/reviews/{case.ref}/recommendations?{asked}"))
        assert here in shown and gone not in shown, asked
    odd = manager.get(f"/reviews/{case.ref}/recommendations?scope=%00&stage=none&theme='")
    assert odd.status_code == 200 and "Fund it." in words(odd)


def test_the_words_it_had_stay_and_the_form_holds_how_it_reads(database: Database, manager: Browser) -> None:
    case = a_review(database, "drafting", day_by_day=False)
    ref = add(case)
    form = manager.get(f"/records/{ref}/do/change_recommendation")
    assert "Ask about safety at each visit." in form.text and 'value="northmere-council" checked' in form.text
    changed = {**MADE, "recommendation_text": "Ask, alone, at each visit.", "change_reason": "The panel asked"}
    assert manager.send(f"/records/{ref}/do/change_recommendation", **changed, **TODAY).status_code == 303
    one = words(manager.get(f"/records/{ref}/recommendation"))
    assert "Wordings it has had" in one and "Ask about safety at each visit." in one and "The panel asked" in one


def test_a_national_one_is_with_the_department_and_nothing_of_it_is_late(database: Database, manager: Browser) -> None:
    case = a_review(database, "drafting", day_by_day=False)
    ref = add(case, scope="national", department="Home Office", addressees=[])
    sent = manager.send(f"/records/{ref}/do/send_to_department", sent_how="letter", sent_reference="Letter 7", **TODAY)
    assert sent.status_code == 303
    one = words(manager.get(f"/records/{ref}/recommendation"))
    assert "With the department" in one and "Letter 7" in one and "no law gives it a date" in one


def test_an_agency_reads_the_wording_and_answers_and_sees_nothing_of_others(database: Database, tmp_path: Path) -> None:
    case = a_review(database, "drafting", day_by_day=False)
    ref, hidden = add(case), add(case, addressees=[NHS], number="6")
    said = {"responding_body": NHS, "response": "not_accepted", "response_reason": "SECRET", "responded_by": "Chief"}
    case.act("respond", said, ref=ref)
    lead = signed_in(application(database, tmp_path), "agency_lead")
    assert "Recommendations to answer 1" in words(lead.get("/agency"))
    page = lead.get(f"/records/{ref}/recommendation")
    shown = words(page)
    assert page.status_code == 200 and "Ask about safety at each visit." in shown
    assert "You have not answered it." in shown and "Answer the recommendation" in shown
    for other in ("SECRET", "Mereshire NHS", case.ref + " ", "Willow"):
        assert other not in shown
    assert lead.get(f"/records/{hidden}/recommendation").status_code == 404
    for shut in (f"/records/{ref}/timeline", f"/reviews/{case.ref}/recommendations", f"/reviews/{case.ref}/plan"):
        assert lead.get(shut).status_code in (403, 404), shut
    form = lead.get(f"/records/{ref}/do/respond").text
    assert "Northmere Council" in form and "Mereshire NHS" not in form
    answer = {"responding_body": COUNCIL, "response": "accepted", "responded_by": "Director"}
    assert lead.send(f"/records/{ref}/do/respond", **answer, **TODAY).status_code == 303
    assert "Northmere Council : accepted" in words(lead.get(f"/records/{ref}/recommendation"))
    assert "Recommendations to answer" not in words(lead.get("/agency"))


def test_the_plan_reads_as_its_template_and_goes_out_as_word(database: Database, manager: Browser) -> None:
    case = a_review(database, "drafting", day_by_day=False)
    ref = add(case)
    (action,) = case.act("add_action", {**ON_PLAN, "recommendations": [ref], "target_date": "2027-01-29"}).created
    agreed = {"target_date": "2027-01-29", "outcome_measure": "An audit", "agreed_by": "Director"}
    case.act("agree", {**agreed, "milestones": ["The form is drafted, 1 December 2026"]}, ref=action)
    case.act("add_action", {**ON_PLAN, "action_text": "Tell <staff> & others", "recommendation": "As it was said"})
    page = words(manager.get(f"/reviews/{case.ref}/plan"))
    assert "This plan is a live document. It is shown as at 3 August 2026." in page
    assert (
        "29 January 2027" in page
        and "The form is drafted, by 1 December 2026" in page
        and "As it was said" in page
        and "None yet. A copy is kept" in page
    )
    sent = manager.get(f"/reviews/{case.ref}/plan.docx")
    assert "document" in sent.content_type and case.ref in sent.headers["Content-Disposition"]
    document = Document(io.BytesIO(sent.get_data()))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[0][0] == "Recommendation" and rows[0][-1] == "Date of completion and outcome"
    assert rows[1][:4] == ["5.1. Ask about safety at each visit.", "Local", "Change the form", "Northmere Council"]
    assert rows[2][2] == "Tell <staff> & others"
    assert document.sections[0].header.paragraphs[0].text == "OFFICIAL-SENSITIVE"


def test_a_copy_is_read_and_compared_with_the_plan_as_it_stands(database: Database, manager: Browser) -> None:
    case = a_review(database, "csp_sign_off", day_by_day=False)
    ref = add(case)
    (action,) = case.act("add_action", {**ON_PLAN, "recommendations": [ref]}).created
    case.do(next(steps for name, _, steps in WAY if name == "submitted"))
    case.act("change_action", {"action_text": "Change the form and the letter", "recommendations": [ref]}, ref=action)
    page = words(manager.get(f"/reviews/{case.ref}/plan/1"))
    assert "As submitted to the Home Office: a copy of a live document" in page
    assert "Change the form and the letter in the copy: Change the form" in page
    assert "As submitted to the Home Office" in words(manager.get(f"/reviews/{case.ref}/plan"))
    copy = Document(io.BytesIO(manager.get(f"/reviews/{case.ref}/plan/1.docx").get_data()))
    assert copy.tables[0].rows[1].cells[2].text == "Change the form"
    for wrong in ("0", "2", "99999999999999999999"):
        assert manager.get(f"/reviews/{case.ref}/plan/{wrong}").status_code == 404


def test_published_reviews_are_shown_by_their_kind(database: Database, manager: Browser) -> None:
    with database.write() as session:
        by = actor(session, "case_manager")
        for number, kind in enumerate(("SAR", "LCSPR", "")):
            given = {"partnership": "Fenmouth", "case_id": str(number), "pseudonym": f"Case {number}"}
            asked = {**given, "recorded_on": START, **({"review_kind": kind} if kind else {})}
            open_record(session, by, at_ten(START), "historic", asked)
    every = words(manager.get("/published-cases"))
    assert "Safeguarding adult review" in every and "3 cases" in every
    for kind, name in (("SAR", "Case 0"), ("LCSPR", "Case 1"), ("DARDR", "Case 2")):
        shown = words(manager.get(f"/published-cases?kind={kind}"))
        assert name in shown and "1 case." in shown
