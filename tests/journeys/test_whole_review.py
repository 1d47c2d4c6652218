"""In a real browser: a case manager's whole review, from finding a chair to publication on two websites.

Every step is done on its own form; after each part the page that gathers it is looked at. The deciding chair signs, a
second person checks, and nothing is done that a page does not offer.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from docx import Document
from playwright.sync_api import Browser, Page, expect

from dardr.storage.bodies import Partnership
from tests import builders
from tests.builders import Case
from tests.journeys.following import follow
from tests.journeys.test_deciding import answer, as_person, do
from tests.web.conftest import dated, prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-09-01T09:00"
Values = dict[str, str | list[str]]


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("whole-review")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with database.write() as session:
        here = session.scalars(sa.select(Partnership)).one()
        here.settings = {**here.settings, "websites": ["County Council", "Bay Council"]}
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def on(name: str, iso: str) -> Values:
    """A date as three answers."""
    return {**dated(name, iso)}


def tab(page: Page, server: Serving, case: Case, name: str) -> Page:
    """Follow one tab from the review's page."""
    page.goto(f"{server.address}/reviews/{case.ref}")
    page.get_by_role("navigation", name=re.compile("sub navigation|Pages of", re.I)).get_by_role(
        "link", name=name, exact=True
    ).click()
    return page


def chair_is_found(page: Page, server: Serving, case: Case) -> None:
    page.goto(f"{server.address}/open/chair")
    answer(page, {"title": "Oakley Example", "home_office_training": "yes"})
    page.locator("main form button[type=submit], main form .govuk-button").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Oakley Example")
    chair = page.url.rpartition("/")[2]
    tab(page, server, case, "Chair")
    expect(page.locator("main")).to_contain_text("Waiting for an independent chair since")
    do(page, server, case.ref, "invite_chair", {"invited_chair": chair})
    (invitation,) = case.opened("chair-invitation")
    do(page, server, invitation, "record_quote", {"quote_pounds": "9000"})
    do(page, server, invitation, "record_conflict_check", {"conflict_outcome": "none"})
    do(page, server, invitation, "choose_chair", {})
    contract = {**on("contract_dated", "2026-09-01"), "contract_kept_at": "Legal folder", "data_protection": "agreed"}
    do(page, server, invitation, "record_contract", contract)
    do(page, server, case.ref, "appoint_chair", {"chair": "Oakley Example", "chair_independence": "declared"})
    tab(page, server, case, "Chair")
    expect(page.locator("main")).to_contain_text("Oakley Example")


def panel_sits(page: Page, server: Serving, case: Case) -> None:
    for body, represents in (("mereshire-police", "agency"), ("harbour-charity", "specialist")):
        member: Values = {"body": body, "represents": represents, "no_case_management": "declared"}
        do(page, server, case.ref, "add_panel_member", member)
    do(page, server, case.ref, "appoint_panel", {"specialist_on_panel": "yes"})
    meeting: Values = {
        "title": "First meeting",
        **on("meeting_on", "2026-09-15"),
        "starts_at": "10:00",
        "held": "online",
    }
    do(page, server, case.ref, "plan_meeting", meeting)
    tab(page, server, case, "Meetings")
    expect(page.locator("main")).to_contain_text("First meeting")
    terms: Values = {
        **on("scope_from", "2024-01-01"),
        **on("scope_to", "2026-02-01"),
        "key_lines": "How agencies shared what they knew\nHow risk was assessed",
        "agencies": ["mereshire-police", "mereshire-nhs"],
        "equality_plan": "Each characteristic is considered in every return.",
        "family_consulted_on_terms": "yes",
    }
    do(page, server, case.ref, "approve_terms", terms)
    do(page, server, case.ref, "start_evidence", {})
    tab(page, server, case, "Panel")
    expect(page.locator("main")).to_contain_text("How risk was assessed")


def agencies_answer(page: Page, server: Serving, case: Case) -> None:
    page.goto(f"{server.address}/records/{case.ref}/do/request_returns")
    for body in ("mereshire-police", "mereshire-nhs"):  # those that the terms name
        expect(page.locator(f"input[name=bodies][value={body}]")).to_be_checked()
    page.locator("input[name=bodies][value=mereshire-police]").uncheck()
    answer(page, {"kind": "imr"})
    page.locator("main form button[type=submit], main form .govuk-button").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded:")
    page.goto(f"{server.address}/records/{case.ref}/do/start_drafting")
    page.locator("main form button[type=submit], main form .govuk-button").last.click()
    expect(page.locator("main")).to_contain_text("Returns not in yet")
    imr = case.opened("agency-return")[-1]
    do(page, server, imr, "receive_return", {"known": "yes", "return_reference": "IMR of 1 September"})
    do(page, server, imr, "check_quality", {"quality": "sound"})
    do(page, server, imr, "sign_off_return", {"signed_off_by": "Chief nurse", "return_reference": "IMR of 1 September"})


def family_takes_part(page: Page, server: Serving, case: Case) -> str:
    tab(page, server, case, "Family (restricted)")
    page.get_by_role("link", name="Add a branch of the family").first.click()
    answer(page, {"title": "Branch 1", "contact_name": "Marigold Fictional"})
    follow(page.locator("main form button[type=submit], main form .govuk-button").last)
    branch = case.opened("family-branch")[0]
    confirmed = {"recipient": "neither", "recipient_known_from": "The family liaison officer"}
    do(page, server, branch, "confirm_recipient", confirmed)
    do(page, server, branch, "record_taking_part", {"takes_part_through": "directly", "updates_by": "case_manager"})
    do(page, server, branch, "record_question", {"question": "Why did nobody ask her alone?", "asked_how": "call"})
    (question,) = case.opened("family-question")
    found = {"answered_by": "chair", "answer_given": "It was not seen to matter.", "where_in_report": "4.12"}
    do(page, server, question, "answer_question", found)
    page.goto(f"{server.address}/reviews/{case.ref}/family/questions")
    expect(page.locator("main")).to_contain_text("It was not seen to matter.")
    return branch


def a_report(text: str) -> bytes:
    made, out = Document(), io.BytesIO()
    made.add_heading("Overview report (fictional)", 1)
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def report_is_written(page: Page, server: Serving, case: Case, branch: str) -> None:
    do(page, server, case.ref, "start_drafting", {})
    page.goto(f"{server.address}/records/{case.ref}/do/record_version")
    answer(page, {"version": "1", "what_for": "panel"})
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    given = {"name": "report.docx", "mimeType": word, "buffer": a_report("Rowan was seen at the surgery.")}
    page.locator('input[name="document"]').set_input_files(given)  # type: ignore[arg-type]
    page.locator("main form button[type=submit], main form .govuk-button").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Record a version of the report")
    round_: Values = {"version": "1", "title": "Version 1", "readers": ["mereshire-police"]}
    do(page, server, case.ref, "send_for_comments", {**round_, **on("closes_on", "2026-09-20")})
    (request,), (sent,) = case.opened("comment-request"), case.opened("comment-round")
    do(page, server, request, "record_no_comments", {})
    do(page, server, sent, "close_round", {})
    do(page, server, branch, "give_draft", {"version": "1", "given_how": "meeting"})
    do(page, server, branch, "end_reading", {"version": "1", "response": "content"})
    approval = {"version": "1", "panel_outcome": "approved", "panel_minute": "Minute 7", "actions_agreed_senior": "yes"}
    do(page, server, case.ref, "record_panel_approval", {**approval})
    assured = {"assurance": "assured", "steering_minute": "Minute 12"}
    do(page, server, case.ref, "record_steering_group_assurance", {**assured})
    tab(page, server, case, "Report")
    expect(page.locator("main")).to_contain_text("Version 1")
    do(page, server, case.ref, "send_to_partnership", {})


def home_office_answers(page: Page, server: Serving, case: Case) -> None:
    do(page, server, case.ref, "put_into_pack", {name: str(value) for name, value in builders.PACK.items()})
    do(page, server, case.ref, "submit_to_home_office", {})
    do(page, server, case.ref, "record_acknowledgement", {})
    letter: Values = {
        **on("letter_dated", "2026-09-01"),
        "letter_reference": "Letter 1",
        "points": "1. Define control.\n2. Say more on equality.",
    }
    do(page, server, case.ref, "record_letter_amend", letter)
    points = case.opened("qa-point")
    assert len(points) == 2
    do(page, server, case.ref, "record_version", {"version": "2", "what_for": "submission"})
    for point in points:
        do(page, server, point, "answer_point", {"answer": "accepted", "answer_how": "A paragraph was added."})
        do(page, server, point, "clear_point", {})
    tab(page, server, case, "Home Office")
    expect(page.locator("main")).to_contain_text("Define control.")
    do(page, server, case.ref, "clear_after_amendment", {"cleared_by": "letter"})


def everybody_is_told(page: Page, server: Serving, case: Case) -> None:
    tab(page, server, case, "Publication")
    expect(page.locator("main")).to_contain_text("There is no communications plan.")
    looked: Values = {"checked_documents": "Report 2", "looked_for": ["names", "dates", "hidden"]}
    do(page, server, case.ref, "check_anonymisation", looked)
    do(page, server, case.ref, "tell_family_publication", {"final_report_seen": "yes"})
    do(page, server, case.ref, "attach_home_office_letter", {"letter_for_publication": "Letter 1"})
    do(page, server, case.ref, "fix_action_plan", {"action_plan_version": "1"})
    do(page, server, case.ref, "record_communications_plan", {"communications_plan": "Agencies first."})
    election: Values = {
        **on("pre_election_day", "2026-09-01"),
        "pre_election_dates": "None is near",
        "pre_election_by": "Case manager",
        "pre_election": "none",
    }
    do(page, server, case.ref, "check_pre_election", election)
    branch = case.opened("family-branch")[0]
    do(page, server, case.ref, "prepare_publication_plan", {"family_told": [branch], "audiences": ["police"]})
    for notice in case.opened("family-notice"):
        do(page, server, notice, "record_family_told", {"told_how": "visit", "told_by": "The chair"})
    for notice in case.opened("publication-notice"):
        do(page, server, notice, "record_told", {"told_how": "email", "told_by": "Case manager"})


def test_from_finding_a_chair_to_two_websites(server: Serving, browser: Browser) -> None:
    case = builders.a_review(server.database, "commissioning")
    case.today = date(2026, 9, 1)
    with as_person(browser, server, "case_manager") as page:
        chair_is_found(page, server, case)
        panel_sits(page, server, case)
        agencies_answer(page, server, case)
        branch = family_takes_part(page, server, case)
        report_is_written(page, server, case, branch)
    with as_person(browser, server, "deciding_chair") as page:
        signed = {"version": "1", "signed_by": "chair", "anonymisation_certificate": "checked"}
        do(page, server, case.ref, "sign_off", {**signed})
    with as_person(browser, server, "case_manager") as page:
        home_office_answers(page, server, case)
        everybody_is_told(page, server, case)
    with as_person(browser, server, "second_case_manager") as page:
        do(page, server, case.ref, "second_check_anonymisation", {})
    with as_person(browser, server, "case_manager") as page:
        published: Values = {
            **on("published_on", "2026-09-01"),
            "website": "County Council",
            "published_at": "https://county.example/reviews/1",
            "redacted": "no",
        }
        do(page, server, case.ref, "publish", published)
        second: Values = {"website": "Bay Council", "website_address": "https://bay.example/reviews/1"}
        do(page, server, case.ref, "record_website", {**second, **on("website_since", "2026-09-01")})
        tab(page, server, case, "Publication")
        expect(page.locator("main")).to_contain_text("https://county.example/reviews/1")
        expect(page.locator("main")).to_contain_text("https://bay.example/reviews/1")
    assert case.record().stage == "published"
