"""Sign-off, the pack and the Home Office's letters on their pages; much of it done wrong on purpose."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from dardr.storage.engine import Database
from tests.builders import LETTER, PACK, Case, a_review, grant
from tests.web.conftest import NOW, Browser, application, dated, signed_in
from workflows.definition import Role

LIST = """Areas for development:
1. Say who was consulted
2) Analyse each characteristic
a) age
b) disability, which
   the letter says is missing
3. Define coercive control"""
TODAY = dated("_on", NOW[:10])


@pytest.fixture
def manager(database: Database, tmp_path: Path) -> Browser:
    return signed_in(application(database, tmp_path), "case_manager")


@pytest.fixture
def chair(database: Database, tmp_path: Path) -> Browser:
    return signed_in(application(database, tmp_path), "deciding_chair")


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


# --- sign-off ---------------------------------------------------------------------------------------------


def test_every_reason_is_on_the_page_before_anything_is_read(database: Database, chair: Browser) -> None:
    review = a_review(database, "drafting")
    review.act("record_version", {"version": "1", "what_for": "sign_off"})
    review.act("send_to_partnership")
    page = text_of(chair.get(f"/reviews/{review.ref}/sign-off"))
    for reason in (
        "The family has not read the report.",
        "The panel has not approved",
        "The Steering Group has not assured",
    ):
        assert reason in page
    assert "first submission to the Home Office" in page
    assert "Record the partnership's sign-off" in page and "Send the report back to be changed" in page


def test_the_chair_signs_and_the_page_says_that_it_was_the_chair(database: Database, chair: Browser) -> None:
    review = a_review(database, "csp_sign_off")
    answers = {"version": "1", "signed_by": "chair", "anonymisation_certificate": "checked"}
    done = chair.send(f"/records/{review.ref}/do/sign_off", None, **TODAY, **answers)
    assert done.status_code == 303 and done.headers["Location"].endswith(f"/reviews/{review.ref}/sign-off")
    page = text_of(chair.get(f"/reviews/{review.ref}/sign-off"))
    assert "Signed off: version 1" in page and "The deciding chair signed here: Devon Example" in page


def test_an_officer_signs_for_nobody_and_records_with_the_minute(database: Database, tmp_path: Path) -> None:
    review = a_review(database, "csp_sign_off")
    officer = signed_in(application(database, tmp_path), "case_manager")
    where = f"/records/{review.ref}/do/sign_off"
    answers = {"version": "1", "anonymisation_certificate": "checked"}
    refused = officer.send(where, None, **TODAY, **answers, signed_by="chair")
    assert refused.status_code == 422 and "Only the deciding chair signs here." in refused.text
    refused = officer.send(where, None, **TODAY, **answers, signed_by="officer")
    assert refused.status_code == 422
    assert "Add the deciding chair" in refused.text and "Say which e-mail or minute" in refused.text
    minute = {
        "sign_off_minute": "E-mail of 2 August",
        "sign_off_file": (io.BytesIO(b"Signed, as agreed."), "minute.txt"),
    }
    assert officer.send(where, None, **TODAY, **answers, signed_by="officer", **minute).status_code == 303
    page = text_of(officer.get(f"/reviews/{review.ref}/sign-off"))
    assert "An officer recorded the deciding chair's e-mail or minute: Alex Example" in page
    assert "E-mail of 2 August" in page


def test_sent_back_with_what_should_change(database: Database, chair: Browser) -> None:
    review = a_review(database, "csp_sign_off")
    reason = {"return_reason": "Put the second finding more gently."}
    done = chair.send(f"/records/{review.ref}/do/return_to_drafting", None, **TODAY, **reason)
    assert done.status_code == 303
    page = text_of(chair.get(f"/reviews/{review.ref}/sign-off"))
    assert "The report was sent back on" in page and "Put the second finding more gently." in page
    review.act("record_version", {"version": "2", "what_for": "panel", "changes": "The second finding"})
    review.act("send_to_partnership")
    chair.send(f"/records/{review.ref}/do/return_to_drafting", None, **TODAY, return_reason="And the summary.")
    page = text_of(chair.get(f"/reviews/{review.ref}/sign-off"))
    assert "Each time it was sent back 2" in page
    assert page.index("Put the second finding more gently.") < page.rindex("And the summary."), "in their order"


def test_who_reads_the_sign_off(database: Database, tmp_path: Path) -> None:
    review = a_review(database, "csp_sign_off")
    with database.write() as session:
        grant(session, "panel_member", Role.PANEL_MEMBER, review.ref)
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
    app = application(database, tmp_path)
    codes = {
        person: signed_in(app, person).get(f"/reviews/{review.ref}/sign-off").status_code
        for person in ("auditor", "independent_chair", "panel_member", "steering_member", "agency_contact")
    }
    assert codes == {
        "auditor": 200, "independent_chair": 200, "panel_member": 403, "steering_member": 403, "agency_contact": 403,
    }  # fmt: skip


# --- the pack ---------------------------------------------------------------------------------------------


def test_the_pack_says_what_is_missing_before_the_report_is_sent(database: Database, manager: Browser) -> None:
    review = a_review(database, "csp_sign_off")
    review.act("put_into_pack", {"pack_version": "1", "pack_action_plan": "Plan 3"})
    page = text_of(manager.get(f"/reviews/{review.ref}/home-office"))
    assert "Overview report in the pack Version 1" in page and "Action plan in the pack Plan 3" in page
    assert page.count("missing") == 4
    assert "Data return: it is not in the pack yet" in page
    form = manager.get(f"/records/{review.ref}/do/submit_to_home_office").text
    assert "This cannot be recorded yet" in form and "Executive summary: it is not in the pack yet" in form


def test_the_form_of_the_pack_knows_what_is_on_the_record(database: Database, manager: Browser) -> None:
    review = a_review(database, "csp_sign_off")
    plan = {"title": "Action plan", "document_kind": "action_plan", "version": "3", "kept_where": "In the folder"}
    plan |= {"marking": "official_sensitive", "readers": "everyone"}
    ref = review.act("file_document", plan).created[0]
    form = manager.get(f"/records/{review.ref}/do/put_into_pack").text
    assert f'value="{ref}, version 3"' in form
    assert re.search(r'name="pack_version"[^>]*value="1"[^>]*checked', form)
    review.act("put_into_pack", {"pack_action_plan": "Plan 4"})
    again = manager.get(f"/records/{review.ref}/do/put_into_pack").text
    assert f"{ref}, version 3" not in again, "what is in the pack is not replaced by what the form suggests"


def test_a_part_of_the_pack_is_tied_to_its_document_and_says_when_that_has_changed(
    database: Database, manager: Browser
) -> None:
    review = a_review(database, "csp_sign_off")
    summary = {"title": "Executive summary", "document_kind": "executive_summary", "version": "1", "kept_where": "x"}
    ref = review.act("file_document", summary | {"marking": "official_sensitive", "readers": "everyone"}).created[0]
    review.act("put_into_pack", {"pack_version": "1", "pack_executive_summary": f"{ref}, version 1"})
    page = manager.get(f"/reviews/{review.ref}/home-office").text
    assert f'href="/records/{ref}/files"' in page and "has come since" not in page
    assert "No file is recorded with this version." in page, "the report itself was recorded without one"
    review.act("add_version", {"version": "2", "version_changes": "Shorter", "kept_where": "x"}, ref=ref)
    assert "Version 2 has come since." in manager.get(f"/reviews/{review.ref}/home-office").text
    review.act("withdraw_document", {"withdrawn_because": "A mistake"}, ref=ref)
    assert "It was withdrawn" in manager.get(f"/reviews/{review.ref}/home-office").text


def test_the_covering_letter_names_nobody(database: Database, manager: Browser) -> None:
    review = a_review(database, "submitted", display_pseudonym="Willow 2025", person_name="Somebody Known")
    answer = manager.get(f"/reviews/{review.ref}/documents/submission_letter.docx")
    said = words_of(answer.data)
    assert review.ref in said and "first submission" in said and "In the submission folder" in said
    assert "Willow" not in said and "Somebody Known" not in said
    assert "Covering letter" not in said.partition("Enclosed")[2]


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


# --- letters and points -----------------------------------------------------------------------------------


def with_letter(database: Database) -> Case:
    """A review whose letter came, with five points pasted in three ways of numbering."""
    review = a_review(database, "home_office_qa")
    review.act("record_letter_amend", {**LETTER, "letter_dated": review.today.isoformat(), "points": LIST})
    return review


def test_points_keep_the_numbers_of_the_letter(database: Database, manager: Browser) -> None:
    review = with_letter(database)
    review.act("add_qa_point", {"point": "Forgotten when it was typed", "point_number": "2c"})
    page = manager.get(f"/reviews/{review.ref}/home-office").text
    numbers = re.findall(r'data-label="Point"><a [^>]*>([^<]+)<', page)
    assert numbers == ["1", "2", "2a", "2b", "2c", "3"]
    assert "disability, which the letter says is missing" in page


def answers(ref: str, **values: str) -> dict[str, str]:
    return {f"{ref}--{name}": value for name, value in values.items()}


def test_several_points_are_answered_at_once_and_one_refused_loses_nothing(
    either_database: Database, tmp_path: Path
) -> None:
    manager = signed_in(application(either_database, tmp_path), "case_manager")
    review = with_letter(either_database)
    first, second, third, *_ = review.opened("qa-point")
    where = f"/reviews/{review.ref}/home-office/points"
    typed = {
        **answers(first, answer="accepted", answer_how="Added to chapter 2", where_in_report="2.4", changed_in="1"),
        **answers(second, answer="not_accepted"),
        **answers(third, answer="partly", answer_how="One table"),
    }
    page = manager.send(where, None, **TODAY, **typed)
    assert page.status_code == 422
    assert "2 points are answered and kept" in page.text
    assert "Point 2: How it was taken up, or why not" in page.text
    assert re.search(rf'name="{second}--answer"[^>]*value="not_accepted"[^>]*checked', page.text)
    assert [review.record(ref).stage for ref in (first, second, third)] == ["answered", "open", "answered"]
    again = manager.send(where, page, **TODAY, **typed, **answers(second, answer_how="The panel looked at it twice."))
    assert again.status_code == 303
    assert review.record(second).facts["answer_how"] == "The panel looked at it twice."
    events = [event.action for event, _ in review.events(first)]
    assert events.count("answer_point") == 1, "what was kept is not recorded a second time"


def test_somebody_else_answered_meanwhile(database: Database, manager: Browser) -> None:
    review = with_letter(database)
    first = review.opened("qa-point")[0]
    where = f"/reviews/{review.ref}/home-office/points"
    page = manager.get(where)
    review.act("answer_point", {"answer": "accepted", "answer_how": "By a colleague"}, ref=first)
    sent = manager.send(where, page, **TODAY, **answers(first, answer="partly", answer_how="By me"))
    assert sent.status_code == 422 and "has changed since you opened it" in sent.text
    assert "By me" in sent.text and review.record(first).facts["answer_how"] == "By a colleague"


def test_answered_points_are_cleared_together(database: Database, manager: Browser) -> None:
    review = with_letter(database)
    refs = review.opened("qa-point")
    for ref in refs:
        review.act("answer_point", {"answer": "accepted", "answer_how": "Done"}, ref=ref)
    page = manager.get(f"/reviews/{review.ref}/home-office")
    done = manager.send(f"/reviews/{review.ref}/home-office/cleared", page, clear=refs[:4])
    assert done.status_code == 303
    assert [review.record(ref).stage for ref in refs] == ["cleared"] * 4 + ["answered"]
    blocked = manager.get(f"/records/{review.ref}/do/clear_after_amendment").text
    assert f"{refs[4]} is a point of the Home Office" in blocked
    assert "no version of the report is recorded since" in blocked.replace("&#39;", "'")


def test_a_point_looked_at_again_is_not_answered_by_its_old_answer(database: Database, manager: Browser) -> None:
    review = with_letter(database)
    first = review.opened("qa-point")[0]
    review.act("answer_point", {"answer": "accepted", "answer_how": "In chapter 2"}, ref=first)
    review.act("reopen_point", {"reopened_reason": "It is not enough"}, ref=first)
    where = f"/reviews/{review.ref}/home-office/points"
    page = manager.get(where)
    assert "The answer was: Accepted. In chapter 2" in page.text
    assert manager.send(where, page, **TODAY).status_code == 303
    assert review.record(first).stage == "open"


def test_the_response_goes_back_as_word_with_every_point(database: Database, manager: Browser) -> None:
    review = with_letter(database)
    first = review.opened("qa-point")[0]
    given = {"answer": "accepted", "answer_how": "Added & checked", "where_in_report": "2.4", "changed_in": "1"}
    review.act("answer_point", given, ref=first)
    said = words_of(manager.get(f"/reviews/{review.ref}/documents/qa_response.docx").data)
    assert "Added & checked" in said and "2.4" in said and said.count("Not answered yet") == 4
    assert "4 of 5 points have no answer yet." in said


# --- rounds -----------------------------------------------------------------------------------------------


def sent_back(database: Database) -> Case:
    """A review that was sent back once, with its second version in front of the deciding chair."""
    review = a_review(database, "home_office_qa", on=date(2026, 1, 5))
    review.act("record_letter_resubmit", {**LETTER, "letter_dated": review.today.isoformat(), "points": ["Rewrite it"]})
    review.act("record_version", {"version": "2", "what_for": "sign_off"})
    review.act("record_family_attempts", {"version": "2", "attempts": "A letter"})
    approval = {"panel_outcome": "approved", "panel_minute": "Minute 9", "actions_agreed_senior": "yes"}
    review.act("record_panel_approval", {"version": "2", **approval})
    review.act("record_steering_group_assurance", {"assurance": "assured", "steering_minute": "Minute 13"})
    review.act("send_to_partnership")
    return review


def sign_again(review: Case) -> None:
    signing = {"version": "2", "signed_by": "chair", "anonymisation_certificate": "checked"}
    review.act("sign_off", signing, by="deciding_chair")


def resubmitted(database: Database) -> Case:
    """A review that was sent back once, and is with the Home Office a second time."""
    review = sent_back(database)
    sign_again(review)
    review.act("put_into_pack", {**PACK, "pack_version": "2"})
    review.act("submit_to_home_office")
    return review


def test_the_second_submission_is_counted_and_its_reasons_stand_beside_the_first(
    database: Database, manager: Browser
) -> None:
    review = resubmitted(database)
    page = text_of(manager.get(f"/reviews/{review.ref}/home-office"))
    assert "second submission" in page and "No period is published" in page
    assert "First, version 1" in page and "Second, version 2" in page
    assert "To be changed and sent again" in page and "Rewrite it" in page
    said = words_of(manager.get(f"/reviews/{review.ref}/documents/submission_letter.docx").data)
    assert "second submission" in said and "It was changed after your letter of" in said


def test_the_chair_is_asked_to_sign_each_round(database: Database, chair: Browser) -> None:
    review = sent_back(database)
    page = text_of(chair.get("/"))
    assert review.ref in page and "Record the partnership's sign-off" in page
    sign_again(review)
    assert "Record the partnership's sign-off" not in text_of(chair.get("/"))


def test_a_letter_of_before_the_submission_is_refused(database: Database, manager: Browser) -> None:
    review = resubmitted(database)
    review.act("record_acknowledgement")
    first = review.record().facts["letter_dated"]
    where = f"/records/{review.ref}/do/record_letter_publish"
    early = manager.send(where, None, **TODAY, **LETTER, **dated("letter_dated", "2026-02-01"))
    assert early.status_code == 422 and "dated before the report was sent" in early.text
    assert review.stage == "home_office_qa" and first


def test_a_review_not_decided_yet_has_an_empty_page(database: Database, manager: Browser) -> None:
    review = a_review(database, "evidence")
    page = manager.get(f"/reviews/{review.ref}/home-office")
    assert page.status_code == 200 and "has not gone to the Home Office yet" in page.text
    assert manager.get(f"/reviews/{review.ref}/home-office/points").text.count("No point is open.") == 1
