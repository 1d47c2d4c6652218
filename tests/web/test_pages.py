"""What the pages say: the list, a record, its dates and their receipts, its history, the rules, the frame."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.storage.engine import Database
from dardr.storage.installation import Heartbeat, Installation, IntegrityFinding
from dardr.storage.outbox import FAILED, OutboxMessage
from dardr.storage.reviews import Deadline
from tests.builders import START, a_review, at_ten, open_a
from tests.web.conftest import Browser, application, signed_in
from tests.web.test_doing import visible_text

MAIN = re.compile(r"<main.*?</main>", re.DOTALL)


def main_text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    found = MAIN.search(answer.text)
    assert found
    return visible_text(found[0])


# --- the list ---------------------------------------------------------------------------------------------


def test_reviews_with_a_date_that_has_passed_come_first(either_database: Database, tmp_path: Path) -> None:
    evidence = a_review(either_database, "evidence")
    pending = a_review(either_database, "decision_pending", display_pseudonym="Willow 2025")
    text = main_text(signed_in(application(either_database, tmp_path), "case_manager"), "/reviews")
    assert text.index(pending.ref) < text.index(evidence.ref)
    assert "2 reviews, 1 with a date that has passed" in text
    assert "“Willow 2025”" in text
    assert "Thursday 2 April 2026 guidance past the one-month guide; no date agreed yet" in text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", {1, 2}),
        ("ended=yes", {1, 2, 3}),
        ("phase=panel", {1}),
        ("stage=decision_pending", {2}),
        ("text=willow", {2}),
        ("text=%25", set()),
        ("mine=yes", set()),
        ("phase=nonsense&stage=nonsense", {1, 2}),
    ],
)
def test_the_list_can_be_narrowed(manager: Browser, database: Database, asked: str, shown: set[int]) -> None:
    a_review(database, "evidence")
    a_review(database, "decision_pending", display_pseudonym="Willow 2025")
    a_review(database, "transferred_out")
    text = manager.get(f"/reviews?{asked}").text
    assert {n for n in (1, 2, 3) if f"/reviews/DARDR-2026-00{n}" in text} == shown


def test_a_list_longer_than_a_page_has_pages(manager: Browser, database: Database) -> None:
    for _ in range(26):
        a_review(database, "notified")
    first, second = manager.get("/reviews").text, manager.get("/reviews?page=2").text
    assert "Showing 1 to 25 of 26" in first and "Showing 26 to 26 of 26" in second
    assert 'aria-current="page">2</a>' in second
    assert "Showing 26 to 26" in manager.get("/reviews?page=99").text


# --- a record ---------------------------------------------------------------------------------------------


def test_a_review_shows_where_it_stands_and_what_comes_next(manager: Browser, database: Database) -> None:
    case = a_review(database, "evidence", display_pseudonym="Willow 2025")
    text = main_text(manager, f"/reviews/{case.ref}")
    assert "Notification done Decision done Panel now Drafting to come" in text
    assert "Gathering evidence . Agencies write their returns" in text
    assert "Waiting for: Independent chair" in text
    assert "Start drafting the report" in text
    assert "not yet" in text and "No version of the report is recorded. Record one first." in text
    assert "Overview report" in text and "guidance" in text and "Why this date?" in text
    assert "Northmere Community Safety Partnership" in text


def test_items_of_a_review_and_their_dates_are_on_its_page(manager: Browser, database: Database) -> None:
    case = a_review(database, "decision_pending")
    case.act("request_information", {"bodies": ["northmere-council"]})
    (item,) = case.opened("agency-return")
    text = main_text(manager, f"/reviews/{case.ref}")
    assert item in text and "Northmere Council" in text and "0 of 1 ended" in text
    own = main_text(manager, f"/records/{item}")
    assert case.ref in manager.get(f"/records/{item}").text
    assert "Information return for the decision" in own and "local target" in own


def test_a_hold_and_a_date_that_waits_are_shown(manager: Browser, database: Database) -> None:
    case = a_review(database, "evidence")
    case.act(
        "place_hold",
        {
            "kind": "trial",
            "reason": "The trial is listed for the spring.",
            "asked_by": "cps",
            "clocks": ["imr_return"],
            "activities": ["family_interviews"],
        },
    )
    text = main_text(manager, f"/reviews/{case.ref}")
    assert "The trial is listed for the spring." in text
    assert "Asked for by: The Crown Prosecution Service." in text
    assert "cps" not in text and "imr_return" not in text
    assert "Clocks that wait: Return to the review." in text
    assert "was to be looked at again by" in text, "its review-by date has passed"


def test_an_agreed_date_stands_before_the_first_one(manager: Browser, database: Database) -> None:
    case = a_review(database, "evidence")
    before = case.deadline("overview_report").due_on
    assert before is not None
    case.act(
        "agree_new_date",
        {
            "clock": "overview_report",
            "new_date": "2027-03-12",
            "reason": "A witness was away.",
            "agreed_by_panel_on": case.today.isoformat(),
            "agreed_by_partnership_on": case.today.isoformat(),
            "home_office_told_on": case.today.isoformat(),
        },
    )
    text = main_text(manager, f"/reviews/{case.ref}")
    assert "Friday 12 March 2027" in text and "agreed date" in text
    assert "first date" in text


def test_mail_that_did_not_arrive_is_on_the_review(manager: Browser, database: Database) -> None:
    case = a_review(database, "decision_pending")
    with database.write() as session:
        row = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient != "")).first()
        assert row is not None
        row.status, row.last_error = FAILED, "550 5.1.1 No such user here"
    for path in (f"/reviews/{case.ref}", f"/reviews/{case.ref}/timeline", "/care"):
        assert "550 5.1.1 No such user here" in main_text(manager, path)


def test_the_timeline_has_names_people_know_and_what_was_there_before(manager: Browser, database: Database) -> None:
    case = a_review(database, "decision_pending")
    case.act("correct_aware_date", {"csp_aware_on": START.isoformat(), "aware_date_reason": "The e-mail came first."})
    case.act("request_information", {"bodies": ["northmere-council"]})
    text = main_text(manager, f"/reviews/{case.ref}/timeline")
    assert "Record the answers on the criteria" in text
    assert "Notified → to Screening" in text
    assert "by Alex Example recorded" in text
    assert "Northmere Council" in text and " northmere-council" not in text
    assert "Appears to be homicide" in text
    assert text.index("Ask agencies what they know") < text.index("Record the answers on the criteria"), "newest first"
    assert "The e-mail came first." in text


# --- dates ------------------------------------------------------------------------------------------------


def test_the_receipt_explains_a_date(manager: Browser, database: Database) -> None:
    case = a_review(database, "decided_review", on=date(2026, 3, 12))
    row = case.deadline("tell_home_office")
    assert row.start_on == date(2026, 3, 27)
    text = main_text(manager, f"/records/{case.ref}/deadlines/{row.id}")
    assert "Tell the Home Office the decision: due Tuesday 7 April 2026 local target 118 days late" in text
    assert "5 working days, after that day; day 1 is Monday 30 March 2026" in text
    assert "Friday 3 April 2026: Good Friday" in text and "Monday 6 April 2026: Easter Monday" in text
    assert "Saturday 4 April 2026" in text
    assert "guidance, not compared with the text" in text and "local, set here" in text
    assert "cannot be paused" in text
    assert "entered by Devon Example on 27 March 2026" in text
    assert f"In the history of {case.ref}, event" in text and "to the letter, the one that was sealed" in text
    with database.write() as session:
        found = session.get_one(Deadline, row.id)
        found.receipt = {**found.receipt, "sentences": ["It was always so."]}
    changed = main_text(manager, f"/records/{case.ref}/deadlines/{row.id}")
    assert "nothing that was recorded since has moved the date" in changed and "dardr audit verify" in changed


def test_a_receipt_of_one_month_says_month(manager: Browser, database: Database) -> None:
    case = a_review(database, "decision_pending")
    text = main_text(manager, f"/records/{case.ref}/deadlines/{case.deadline('decide_review').id}")
    assert "Length 1 month, after that day" in text


def test_a_receipt_of_somebody_else_s_record_is_not_there(app: Flask, database: Database) -> None:
    case = a_review(database, "decision_pending")
    other = a_review(database, "decision_pending")
    row = case.deadline("decide_review")
    assert signed_in(app, "case_manager").get(f"/records/{other.ref}/deadlines/{row.id}").status_code == 404
    assert signed_in(app, "agency_contact").get(f"/records/{case.ref}/deadlines/{row.id}").status_code == 404


def test_all_dates_are_grouped_by_when_they_come(manager: Browser, database: Database) -> None:
    a_review(database, "decision_pending")
    a_review(database, "evidence", on=date(2026, 2, 10))
    text = main_text(manager, "/deadlines")
    assert text.index("The date has passed 1") < text.index("In the next quarter 1")
    statute = main_text(manager, "/deadlines?kind=statute")
    assert "0 running" in statute and "No date is running." in statute


def test_dates_of_one_review_and_of_one_body(manager: Browser, database: Database) -> None:
    first, second = (a_review(database, "evidence", on=date(2026, 2, 10)) for _ in range(2))
    first.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs", "northmere-council"]})
    (nhs, council) = first.opened("agency-return")
    of_one = main_text(manager, f"/deadlines?review={first.ref.lower()}")
    assert nhs in of_one and council in of_one and second.ref not in of_one
    of_body = main_text(manager, f"/deadlines?review={first.ref}&body=Mereshire+NHS+Trust")
    assert nhs in of_body and council not in of_body and "1 running" in of_body
    sheet = manager.get(f"/deadlines.csv?review={first.ref}&body=Mereshire+NHS+Trust").text
    assert nhs in sheet and council not in sheet and second.ref not in sheet
    nothing = main_text(manager, "/deadlines?review=DARDR-1999-001")
    assert "No date is running, as far as you asked for it." in nothing


def test_a_statutory_date_is_the_only_one_said_to_stand_in_an_act(manager: Browser, database: Database) -> None:
    report = open_a(
        database,
        "section8-report",
        {
            "title": "A thematic report",
            "report_published_on": "2026-05-01",
            "report_url": "https://reports.example/1",
        },
        on=date(2026, 5, 1),
    )
    report.act("add_recommendation", {"number": "1", "text": "Do this."})
    report.act(
        "name_body",
        {
            "bodies": ["mereshire-police"],
            "recommendations_addressed": "1",
        },
    )
    (reply,) = report.opened("commissioner-reply")
    text = main_text(manager, "/deadlines")
    assert "Thursday 25 June 2026 statute the date in the Act has passed, 39 days ago" in text
    assert report.ref in manager.get("/commissioner").text
    assert "Mereshire Police" in main_text(manager, f"/records/{report.ref}")
    assert "statute, read in full" in main_text(
        manager, f"/records/{reply}/deadlines/{report.deadline('commissioner_reply', ref=reply).id}"
    )


# --- the frame --------------------------------------------------------------------------------------------


def test_case_pages_carry_the_marking_at_head_and_foot(manager: Browser, database: Database) -> None:
    case = a_review(database, "decision_pending")
    for path in ("/reviews", f"/reviews/{case.ref}", f"/records/{case.ref}/do/decide_no_review", "/deadlines"):
        assert manager.get(path).text.count("OFFICIAL-SENSITIVE") == 2, path
    assert "OFFICIAL-SENSITIVE" not in manager.get("/process").text


def test_a_demonstration_says_so_on_every_page(manager: Browser, anyone: Browser, database: Database) -> None:
    sentence = "Demonstration, all people and events are fictional"
    assert sentence not in manager.get("/reviews").text
    with database.write() as session:
        session.execute(sa.update(Installation).values(demonstration=True))
    for browser, path in ((manager, "/reviews"), (manager, "/nowhere"), (anyone, "/sign-in")):
        assert sentence in browser.get(path).text, path


def test_a_rehearsal_says_which_day_it_is(manager: Browser, clock) -> None:
    assert "Rehearsal: today is Monday 3 August 2026" in manager.get("/reviews").text
    clock("2026-08-03T09:45")
    assert "Today is Monday 3 August 2026" in manager.get("/reviews").text


def test_it_does_not_look_like_gov_uk(manager: Browser, anyone: Browser) -> None:
    for page in (manager.get("/reviews").text, anyone.get("/sign-in").text):
        for mark in ("crown", "crest", "GDS Transport", "govuk-header__logo", "GOV.UK", "Crown copyright"):
            assert mark not in page
    styles = manager.get("/static/dardr.css")
    assert b"arial" in styles.data
    styles.close()


def test_the_rules_can_be_read(manager: Browser) -> None:
    text = main_text(manager, "/process/dardr-s9")
    assert "D05 Overview report: six months" in text
    assert "guidance, not compared with the text" in text
    assert "can be paused" in text and "no other date can be agreed" in text
    assert "stateDiagram-v2" in text
    file = manager.get("/process/dardr-s9@1/page.md")
    assert file.text.startswith("# Domestic Abuse Related Death Review")
    listed = main_text(manager, "/process")
    assert "Not known to be in force. No record can be opened under it" in listed
    assert manager.get("/process/nothing").status_code == 404


def test_care_shows_findings_and_the_worker(manager: Browser, database: Database) -> None:
    assert "Not yet. Without a worker no reminder is sent" in main_text(manager, "/care")
    with database.write() as session:
        now = at_ten(START)
        session.add(Heartbeat(tick="sweep", at=now, took_ms=3, said="2 reminders"))
        sentence = "A date does not match its replay."
        session.add(IntegrityFinding(found_at=now, kind="deadline_differs", sentence=sentence))
    text = main_text(manager, "/care")
    assert "Sweep: 2 March 2026, 10:00 2 reminders" in text
    assert "A date does not match its replay." in text


def test_health_says_little(anyone: Browser) -> None:
    answer = anyone.get("/health")
    assert answer.status_code == 200
    assert set(answer.get_json()) == {"status", "version", "post"}


# --- documents and reports --------------------------------------------------------------------------------


def test_documents_say_why_they_cannot_be_made(manager: Browser, database: Database) -> None:
    case = a_review(database, "decided_review")
    text = main_text(manager, f"/reviews/{case.ref}/documents")
    assert "Word" in text and "not yet" in text
    refused = manager.get(f"/reviews/{case.ref}/documents/briefing.docx")
    assert refused.status_code == 409
    made = manager.get(f"/reviews/{case.ref}/documents/decision_notice.docx")
    assert made.status_code == 200
    assert made.data[:2] == b"PK"
    assert made.headers["Content-Disposition"] == f'attachment; filename="{case.ref}-decision-notice.docx"'
    assert manager.get(f"/reviews/{case.ref}/documents/decision_notice.exe").status_code == 422


def test_the_report_is_the_page(manager: Browser, database: Database) -> None:
    a_review(database, "decided_review")
    text = main_text(manager, "/reports?quarter=2026Q1")
    assert "1 January to 31 March 2026" in text
    assert "Caseload by phase" in text
    as_at = main_text(manager, "/reports?quarter=2026Q1&as-at-day=3&as-at-month=3&as-at-year=2026")
    assert "as at 3 March 2026" in as_at
    wrong = manager.get("/reports?quarter=2026Q1&as-at-day=31&as-at-month=2&as-at-year=2026")
    assert wrong.status_code == 200 and "31 February 2026 does not exist" in wrong.text
    assert manager.get("/reports/quarterly.json?quarter=2026Q1").get_json()["period"]["from"] == "2026-01-01"
    assert manager.get("/reports/quarterly.doc").status_code == 422
    assert manager.get("/reports/quarterly.pdf?quarter=never").status_code == 422


def test_published_cases_are_on_a_page_of_their_own(manager: Browser) -> None:
    assert "None has been loaded." in main_text(manager, "/published-cases")


def test_a_long_wait_is_weeks_not_lateness(manager: Browser, database: Database, clock) -> None:
    case = a_review(database, "home_office_qa")
    clock((case.today + timedelta(days=193)).isoformat())
    assert manager.sign_in("case_manager").status_code == 302
    assert "28 weeks so far" in main_text(manager, f"/reviews/{case.ref}")
