"""An agency's return on its own pages: what is known, part by part, sent, signed off, questioned; more time."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask

from dardr.lookups.returns import analysis_of, suggestions_of
from dardr.storage.bodies import Body, Partnership
from dardr.storage.drafts import Draft
from dardr.storage.engine import Database
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import RecordBody
from tests import builders, given_files
from tests.builders import Case, a_review
from tests.web.conftest import Browser, signed_in

COUNCIL, NHS = "northmere-council", "mereshire-nhs"
BEFORE = {
    "known": "yes",
    "known_people": ["person_who_died"],
    "first_contact": "2024-03",
    "contact_summary": "Three visits about housing.",
    "early_learning": "A note now goes to the duty team.",
    "return_reference": "In the folder",
}


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "evidence", display_pseudonym="Willow 2025")


@pytest.fixture
def imr(case: Case) -> str:
    """An IMR asked of the council."""
    case.act("request_returns", {"kind": "imr", "bodies": [COUNCIL]})
    return case.opened("agency-return")[-1]


@pytest.fixture
def lane(app: Flask) -> Browser:
    """The council's contact."""
    return signed_in(app, "agency_contact")


def save(browser: Browser, ref: str, part: str, **fields: Any) -> Any:
    return browser.send(f"/returns/{ref}/parts/{part}", **fields)


def wrong(page: Any) -> list[str]:
    """What the summary of a refused page says."""
    found = re.findall(r'govuk-error-summary__list">(.*?)</ul>', page.text, re.S)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in found]


def fill(browser: Browser, ref: str, case: Case) -> None:
    """Every part that an IMR needs."""
    save(browser, ref, "known", known="yes", known_people="person_who_died")
    save(browser, ref, "author", author_post="Head of safeguarding", author_independent="yes")
    save(browser, ref, "method", methodology="Two systems read")
    save(browser, ref, "involvement", involvement="Three visits")
    for number, _ in enumerate(case.record().facts["key_lines"], 1):
        save(browser, ref, f"line-{number}", **{f"line_{number}": f"Analysis {number}"})
    save(browser, ref, "equality", equality="Disability mattered: letters were not readable")
    save(browser, ref, "learning", lessons="Ask again")


ACTION = {
    "suggested_recommendation_1": "Ask about home at every visit",
    "suggested_action_1": "The form asks it",
    "suggested_measure_1": "An audit of fifty visits",
    "suggested_agreed_by_1": "Director",
    "suggested_by_1-day": "1", "suggested_by_1-month": "2", "suggested_by_1-year": "2027",
}  # fmt: skip


# --- from first look to signed off ----------------------------------------------------------------------------


def test_an_imr_from_first_look_to_signed_off(case: Case, imr: str, lane: Browser, app: Flask) -> None:
    page = lane.get(f"/returns/{imr}")
    lines = case.record().facts["key_lines"]
    assert lines and all(line in page.text for line in lines)
    assert "Not started yet" in page.text
    fill(lane, imr, case)
    save(lane, imr, "actions", **ACTION)
    check = lane.get(f"/returns/{imr}/check")
    assert "Still to be written" not in check.text and "The form asks it" in check.text
    sent = lane.send(f"/returns/{imr}/check")
    assert sent.status_code == 303, wrong(sent)
    again = lane.send(f"/returns/{imr}/check", check)
    assert again.location == sent.location and "It was sent already" in lane.get(again.location).text
    facts = case.record(imr).facts
    assert case.record(imr).stage == "received_unsigned"
    assert analysis_of(facts) == {line: f"Analysis {n}" for n, line in enumerate(lines, 1)}
    assert [one["suggested_by"] for one in suggestions_of(facts)] == ["2027-02-01"]
    assert case.deadline("imr_return", ref=imr).stopped_on is not None
    assert case.state("return_signature", ref=imr) == "running"
    lead = signed_in(app, "agency_lead")
    assert "Analysis 1" in lead.get(f"/returns/{imr}/sign-off").text
    assert lead.send(f"/returns/{imr}/sign-off", signed_off_by="Director").status_code == 303
    assert case.record(imr).stage == "signed_off"
    assert case.deadline("return_signature", ref=imr).stopped_on is not None
    manager = signed_in(app, "case_manager")
    page = manager.get(f"/returns/{imr}").text
    (address,) = re.findall(r'href="([^"]+key=add_action[^"]*|[^"]+do/add_action[^"]*)"', page)
    proposed = manager.get(address.replace("&amp;", "&")).text
    assert "The form asks it" in proposed and 'value="2027"' in proposed
    assert "do/add_action" not in lead.get(f"/returns/{imr}").text
    glance = manager.get(f"/reviews/{case.ref}/agencies").text
    assert "Director" in glance and "1 signed off" in glance
    assert "Three visits" in manager.get(f"/returns/{imr}").text


def test_what_the_body_said_before_is_not_asked_again(case: Case, app: Flask, lane: Browser) -> None:
    case.act("request_returns", {"kind": "summary", "bodies": [COUNCIL, NHS]})
    for ref in case.opened("agency-return"):
        mine = case.record(ref).facts["body"] == COUNCIL
        case.act("receive_return", BEFORE if mine else {**BEFORE, "contact_summary": "Of the others"}, ref=ref)
    case.act("request_returns", {"kind": "imr", "bodies": [COUNCIL]})
    ref = case.opened("agency-return")[-1]
    page = lane.get(f"/returns/{ref}").text
    assert page.count("Known already") >= 2 and "Your organisation answered" in page
    part = lane.get(f"/returns/{ref}/parts/involvement").text
    assert "Three visits about housing." in part and "Of the others" not in part
    fill_new = {"author": {"author_post": "Head", "author_independent": "yes"}, "method": {"methodology": "Read"},
                "learning": {"lessons": "One"}, "equality": {"equality": "None mattered"}}  # fmt: skip
    for key, fields in fill_new.items():
        save(lane, ref, key, **fields)
    for number, _ in enumerate(case.record().facts["key_lines"], 1):
        save(lane, ref, f"line-{number}", **{f"line_{number}": "So"})
    assert lane.send(f"/returns/{ref}/check").status_code == 303
    facts = case.record(ref).facts
    assert (facts["known"], facts["first_contact"]) == ("yes", "2024-03")
    assert "Three visits" in facts["involvement"] and facts["already_done"].startswith("A note")


def test_the_terms_are_shown_once_they_are_approved_and_nothing_else_of_the_review(
    case: Case, imr: str, lane: Browser
) -> None:
    page = lane.get(f"/returns/{imr}").text
    assert "approved" in page and "Willow 2025" not in page
    assert lane.get(f"/reviews/{case.ref}").status_code == 404
    assert lane.get(f"/reviews/{case.ref}/agencies").status_code == 404


def test_nobody_else_reads_the_return_or_writes_it(case: Case, imr: str, app: Flask, database: Database) -> None:
    other = signed_in(app, "other_agency_contact")
    for page in ("", "/check", "/own-file", "/sign-off", "/parts/known", "/document.docx"):
        assert other.get(f"/returns/{imr}{page}").status_code == 404, page
    auditor = signed_in(app, "auditor")
    assert auditor.get(f"/returns/{imr}").status_code == 200
    assert auditor.get(f"/returns/{imr}/parts/known").status_code == 403


def test_a_contact_does_not_sign_off(case: Case, imr: str, lane: Browser) -> None:
    case.act("receive_return", {"known": "yes", "return_reference": "Here"}, ref=imr)
    assert lane.get(f"/returns/{imr}/sign-off").status_code == 403


# --- kept half-way ----------------------------------------------------------------------------------------------


def test_a_half_filled_return_waits_for_colleagues_and_is_read_by_nobody_else(
    case: Case, imr: str, lane: Browser, app: Flask, database: Database
) -> None:
    save(lane, imr, "involvement", involvement="Half of what I know", _later="yes")
    with database.read() as session:
        draft = session.scalars(sa.select(Draft).where(Draft.purpose == "return")).one()
        assert b"Half of what" not in (draft.sealed or b"") and draft.user_id is None
    colleague = signed_in(app, "agency_lead")
    assert "Half of what I know" in colleague.get(f"/returns/{imr}/parts/involvement").text
    assert "last saved by Lane Example" in colleague.get(f"/returns/{imr}").text
    manager = signed_in(app, "case_manager")
    assert "Half of what I know" not in manager.get(f"/returns/{imr}/parts/involvement").text
    refused = lane.send(f"/returns/{imr}/check", lane.get(f"/returns/{imr}/parts/known"))
    assert refused.status_code == 422 and "Half of what I know" in refused.text
    assert "Still to be written" in refused.text and case.record(imr).stage == "requested"


def test_two_colleagues_at_one_part_overwrite_nothing(case: Case, imr: str, lane: Browser, app: Flask) -> None:
    marlow = signed_in(app, "agency_lead")
    opened = marlow.get(f"/returns/{imr}/parts/involvement")
    save(lane, imr, "involvement", involvement="By Lane")
    late = marlow.send(f"/returns/{imr}/parts/involvement", opened, involvement="By Marlow")
    assert late.status_code == 409 and "By Marlow" in late.text and "Lane Example saved this part" in late.text
    assert "By Lane" in lane.get(f"/returns/{imr}/parts/involvement").text


def test_what_cannot_be_read_is_kept_and_said(case: Case, imr: str, lane: Browser) -> None:
    wrong = save(lane, imr, "known", known="yes", first_contact="some time ago")
    assert wrong.status_code == 422 and "some time ago" in wrong.text
    assert "some time ago" in lane.get(f"/returns/{imr}/parts/known").text
    assert "Something is missing" in lane.get(f"/returns/{imr}").text


def test_an_action_without_a_date_or_with_half_of_it_is_not_sent(case: Case, imr: str, lane: Browser) -> None:
    fill(lane, imr, case)
    save(lane, imr, "actions", suggested_action_1="The form asks it")
    refused = lane.send(f"/returns/{imr}/check")
    assert refused.status_code == 422 and "Action 1:" in refused.text
    assert case.record(imr).stage == "requested" and not case.record(imr).facts.get("methodology")


def test_a_second_action_is_added(case: Case, imr: str, lane: Browser) -> None:
    more = save(lane, imr, "actions", _another="yes", **ACTION)
    assert more.status_code == 303
    page = lane.get(f"/returns/{imr}/parts/actions").text
    assert "suggested_action_2" in page and "The form asks it" in page


def test_nobody_is_known(database: Database, app: Flask, lane: Browser) -> None:
    case = a_review(database, "screening")
    case.act("request_information", {"bodies": [COUNCIL]})
    ref = case.opened("agency-return")[0]
    assert save(lane, ref, "known", known="no").headers["Location"].endswith("/check")
    assert "What was searched" in lane.get(f"/returns/{ref}/check").text
    save(lane, ref, "known", known="no", searched="Three systems, by the records officer")
    assert lane.send(f"/returns/{ref}/check").status_code == 303
    assert case.record(ref).stage == "not_known_to_us"


def test_a_scoping_return_is_a_few_pages(database: Database, lane: Browser) -> None:
    case = a_review(database, "screening")
    case.act("request_information", {"bodies": [COUNCIL]})
    ref = case.opened("agency-return")[0]
    save(lane, ref, "known", known="yes", known_people="child", last_contact="2026-01")
    save(lane, ref, "view", review_needed="yes", own_view="It would help")
    assert lane.send(f"/returns/{ref}/check").status_code == 303
    facts = case.record(ref).facts
    assert (facts["known_people"], facts["review_needed"]) == (["child"], "yes")
    assert facts["return_reference"].startswith("Written here")


# --- questions --------------------------------------------------------------------------------------------------


def test_a_question_is_answered_by_changing_the_return(case: Case, imr: str, lane: Browser, app: Flask) -> None:
    fill(lane, imr, case)
    save(lane, imr, "actions", **ACTION)
    lane.send(f"/returns/{imr}/check")
    case.act("check_quality", {"quality": "more_needed", "quality_notes": "Thin on risk"}, ref=imr)
    case.act("query_return", {"query": "What was known of the risk?"}, ref=imr)
    page = lane.get(f"/returns/{imr}").text
    assert "What was known of the risk?" in page and "Your answer to the question" in page
    assert lane.send(f"/returns/{imr}/check").status_code == 422, "nothing is not sent again"
    assert "Three visits" in lane.get(f"/returns/{imr}/parts/involvement").text
    save(lane, imr, "answer", query_answer="See the second part")
    save(lane, imr, "involvement", involvement="Three visits, and a call")
    save(lane, imr, "actions")
    assert lane.send(f"/returns/{imr}/check").status_code == 303
    record = case.record(imr)
    assert record.stage == "resubmitted" and record.facts["involvement"] == "Three visits, and a call"
    assert suggestions_of(record.facts) == [] and analysis_of(record.facts)
    glance = signed_in(app, "case_manager").get(f"/reviews/{case.ref}/agencies").text
    assert "sent again once" in glance and "More is needed" in glance
    history = signed_in(app, "case_manager").get(f"/returns/{imr}").text
    assert history.index("Thin on risk") < history.index("See the second part")


# --- the body's own file ----------------------------------------------------------------------------------------


def outline(*headings: str) -> bytes:
    document, held = Document(), io.BytesIO()
    for heading in headings:
        document.add_heading(heading, 1)
        document.add_paragraph("Something that is said here, and ends with a full stop.")
    document.save(held)
    return held.getvalue()


def test_an_own_document_is_kept_looked_through_and_sent(case: Case, imr: str, lane: Browser) -> None:
    content = outline("Author and independence", "Methodology", "Contact with the family", "Lessons learned")
    added = lane.send(f"/returns/{imr}/own-file", return_file=(io.BytesIO(content), "Our IMR.docx"))
    assert added.status_code == 303 and case.record(imr).stage == "draft_received"
    said = case.record(imr).facts["headings_advice"]
    assert said.startswith("5 of 11 headings") and "Recommendations" in said and "Methodology" not in said
    page = lane.get(f"/returns/{imr}/send-file").text
    assert "Not found" in page and "Our IMR" not in page
    refused = lane.send(f"/returns/{imr}/send-file", known="")
    assert refused.status_code == 422
    assert lane.send(f"/returns/{imr}/send-file", known="yes").status_code == 303
    assert case.record(imr).stage == "received_unsigned"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (given_files.with_macros(), "a.docx", "macros"),
        (given_files.docx()[:300], "a.docx", "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "a.docx", "This file"),
        (b"", "", "Choose the file"),
    ],
    ids=["macros", "damaged", "locked", "none"],
)
def test_a_file_that_cannot_be_kept_is_refused_with_what_to_do(
    case: Case, imr: str, lane: Browser, content: bytes, name: str, said: str
) -> None:
    fields = {"return_file": (io.BytesIO(content), name)} if name else {}
    refused = lane.send(f"/returns/{imr}/own-file", **fields)
    assert refused.status_code == 422 and said in refused.text
    assert case.record(imr).stage == "requested"


def test_a_copy_for_the_bodys_own_files(case: Case, imr: str, lane: Browser) -> None:
    save(lane, imr, "method", methodology="Two systems read")

    def words() -> str:
        answer = lane.get(f"/returns/{imr}/document.docx")
        assert f'filename="{imr}.docx"' in answer.headers["Content-Disposition"]
        return "\n".join(p.text for p in Document(io.BytesIO(answer.data)).paragraphs)

    assert "It has not been sent" in words() and "Two systems read" in words()
    fill(lane, imr, case)
    lane.send(f"/returns/{imr}/check")
    assert "not been signed off" in words() and "Analysis 1" in words()


# --- on behalf, and who signs -----------------------------------------------------------------------------------


def test_who_answers_for_another_sees_it_and_so_does_the_other(
    case: Case, imr: str, lane: Browser, app: Flask, database: Database
) -> None:
    case.act("record_on_behalf", {"answered_by": NHS, "who_signs": "answering"}, ref=imr)
    noor = signed_in(app, "other_agency_contact")
    for browser in (lane, noor):
        assert "answers for" in browser.get(f"/returns/{imr}").text
    fill(noor, imr, case)
    assert noor.send(f"/returns/{imr}/check").status_code == 303
    refused = signed_in(app, "agency_lead").send(f"/returns/{imr}/sign-off", signed_off_by="Director")
    assert refused.status_code == 409 and "the body that answers" in refused.text
    assert case.record(imr).stage == "received_unsigned"
    with database.write() as session:
        noor_id = session.scalars(
            sa.select(User.id).where(User.email == builders.address("other_agency_contact"))
        ).one()
        nhs = session.scalars(sa.select(Body.id).where(Body.key == NHS)).one()
        session.add(UserRole(user_id=noor_id, role="agency_lead", body_id=nhs))
    assert noor.send(f"/returns/{imr}/sign-off", signed_off_by="Chief nurse").status_code == 303


def test_a_body_that_was_merged_answers_for_nobody_and_its_successor_does(
    case: Case, imr: str, app: Flask, database: Database
) -> None:
    with database.write() as session:
        before = session.scalars(sa.select(Body).where(Body.key == "mereshire-housing")).one()
        after = session.scalars(sa.select(Body).where(Body.key == NHS)).one()
        before.until_on, before.successor_id = date(2026, 1, 1), after.id
    page = f"/records/{imr}/do/record_on_behalf"
    refused = signed_in(app, "agency_contact").send(page, answered_by="mereshire-housing")
    assert refused.status_code == 422
    case.act("record_on_behalf", {"answered_by": NHS}, ref=imr)
    with database.read() as session:
        record = case.record(imr)
        owing = session.scalars(sa.select(Body.key).join(RecordBody).where(RecordBody.record_id == record.id)).all()
    assert set(owing) == {COUNCIL, NHS}


def test_with_four_eyes_the_sender_does_not_sign(case: Case, imr: str, app: Flask, database: Database) -> None:
    with database.write() as session:
        partnership = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        partnership.settings = {**partnership.settings, "agency_four_eyes": True}
    marlow = signed_in(app, "agency_lead")
    fill(marlow, imr, case)
    assert marlow.send(f"/returns/{imr}/check").status_code == 303
    assert "You sent this return yourself" in marlow.get(f"/returns/{imr}/sign-off").text
    refused = marlow.send(f"/returns/{imr}/sign-off", marlow.get(f"/records/{imr}/more-time"), signed_off_by="Me")
    assert refused.status_code == 409 and case.record(imr).stage == "received_unsigned"
    case.act("sign_off_return", {"signed_off_by": "Chief executive, by letter", "return_reference": "Here"}, ref=imr)
    assert case.record(imr).stage == "signed_off"


# --- the letter -------------------------------------------------------------------------------------------------


def test_the_letter_that_asks_names_the_basis_and_every_question(case: Case, lane: Browser, app: Flask) -> None:
    case.act("request_returns", {"kind": "imr", "bodies": [COUNCIL], "questions": "Please look at 2022 too."})
    ref = case.opened("agency-return")[-1]
    manager = signed_in(app, "case_manager")
    made = manager.get(f"/returns/{ref}/request.docx")
    document = Document(io.BytesIO(made.data))
    words = "\n".join(p.text for p in document.paragraphs)
    words += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    asked = ["Domestic Violence, Crime and Victims Act 2004, section 9", "Paper files", "Please look at 2022 too.",
             f"/returns/{ref}", "Northmere Council", *case.record().facts["key_lines"]]  # fmt: skip
    assert [one for one in asked if one not in words] == []
    assert "Willow" not in words
    assert lane.get(f"/returns/{ref}/request.docx").status_code == 403
    case.act("withdraw_request", {"withdrawn_reason": "Not needed"}, ref=ref)
    assert manager.get(f"/returns/{ref}/request.docx").status_code == 409
