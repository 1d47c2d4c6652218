"""The page of what is owed to the Commissioner: every body and its days left, for whom, as a file, and the forms."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from flask import Flask

from dardr.storage.engine import Database
from tests.builders import Case, open_a
from tests.web.conftest import Browser, signed_in
from tests.web.test_pages import main_text

PUBLISHED = date(2026, 7, 1)


def a_report(database: Database) -> tuple[Case, list[str]]:
    report = open_a(
        database,
        "section8-report",
        {"title": "A thematic report", "report_published_on": PUBLISHED, "report_url": "https://reports.example/1"},
        on=PUBLISHED,
    )
    report.act("add_recommendation", {"number": "1", "text": "Ask about <b>safety</b> again."})
    report.act("add_recommendation", {"number": "2", "text": "Fund advocacy."})
    values = {"bodies": ["mereshire-nhs", "mereshire-fire"], "recommendations_addressed": ["1", "2"]}
    return report, list(report.act("name_body", values).created)


def a_request(database: Database, bodies: Sequence[str] = ("mereshire-nhs",)) -> Case:
    asked = {
        "title": "How reviews are used", "requested_on": PUBLISHED, "requested_by": "Head of policy",
        "asked_for": "Numbers of reviews.", "bodies": list(bodies), "partnership_asked": "yes",
    }  # fmt: skip
    return open_a(database, "section15-request", asked, on=PUBLISHED)


def test_every_body_with_its_days_its_answers_and_its_copies(manager: Browser, database: Database) -> None:
    report, (nhs, fire) = a_report(database)
    a_request(database)
    text = main_text(manager, "/commissioner")
    assert "4 still owed, 1 by a body on no list of the Act, to be checked" in text
    assert "Published on Wednesday 1 July 2026, which is day 1; day 56, the last, is Tuesday 25 August 2026" in text
    assert "Tuesday 25 August 2026 statute due in 22 days" in text
    assert "0 of 2 recommendations numbers 1, 2" in text and "On no list of the Act: check." in text
    assert "it gives no date, so no clock runs" in text and "This partnership" in text
    for number in ("1", "2"):
        values = {"recommendation": number, "response": "action_taken", "response_text": "Done."}
        report.act("answer_recommendation", values, ref=nhs)
    report.today = date(2026, 7, 2)
    text = main_text(manager, "/commissioner")
    assert "Recommendation 1 Ask about &lt;b&gt;safety&lt;/b&gt; again. 1 of 2 bodies have answered it." in text
    assert "Mereshire NHS Trust : Action has been taken , 1 July 2026 Done." in text and ": no answer yet" in text
    reply = {"published_on": "2026-07-02", "published_at": "https://nhs.example/reply"}
    report.act("record_publication_of_reply", reply, ref=nhs)
    text = main_text(manager, "/commissioner?body=mereshire-nhs")
    assert "2 of 2 recommendations" in text and "Copy to the Secretary of State: not recorded yet" in text
    assert fire not in text and "done on 2 July 2026" in text
    assert "Nothing here." in main_text(manager, "/commissioner?show=passed")
    assert main_text(manager, "/commissioner?show=nonsense&body=<script>")


def test_once_the_date_in_the_act_has_passed_the_page_says_so(
    app: Flask, database: Database, clock: Callable[[str], None]
) -> None:
    a_report(database)
    clock("2026-08-25T23:58")
    manager = signed_in(app, "case_manager")
    assert "2 still owed, 2 due within 14 days" in main_text(manager, "/commissioner")
    clock("2026-08-26T00:00")
    text = main_text(manager, "/commissioner?show=passed")
    assert "2 with a date that has passed" in text and "the date in the Act has passed, 1 day ago" in text


@pytest.mark.parametrize(
    ("person", "owed", "may_record"),
    [
        ("team_manager", "3 still owed", True), ("steering_member", "3 still owed", False),
        ("auditor", "3 still owed", False), ("other_agency_contact", "1 still owed", False),
        ("agency_contact", "0 still owed", False), ("csp_member", "0 still owed", False),
    ],
)  # fmt: skip
def test_everybody_finds_their_own_part(
    app: Flask, database: Database, person: str, owed: str, may_record: bool
) -> None:
    report, (nhs, _) = a_report(database)
    a_request(database, bodies=[])
    browser = signed_in(app, person)
    assert 'href="/commissioner"' in browser.get("/me").text
    text = main_text(browser, "/commissioner")
    assert owed in text
    assert ("Record a section 8 report" in text) is may_record
    page = browser.get("/commissioner").text
    assert (f'href="/records/{report.ref}"' in page) is (owed == "3 still owed")
    assert (f'href="/records/{nhs}"' in page) is (owed != "0 still owed")


@pytest.mark.parametrize("person", ["police_liaison", "communications", "administrator"])
def test_others_have_no_such_page(app: Flask, database: Database, person: str) -> None:
    browser = signed_in(app, person)
    assert browser.get("/commissioner").status_code == 403
    assert browser.get("/commissioner.csv").status_code == 403
    assert "/commissioner" not in browser.get("/me").text


def test_the_same_as_a_file(manager: Browser, database: Database) -> None:
    a_report(database)
    a_request(database)
    answer = manager.get("/commissioner.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [(row["Body"], row["Days left"]) for row in rows] == [
        ("Mereshire Fire and Rescue", "22"), ("Mereshire NHS Trust", "22"), ("This partnership", ""),
        ("Mereshire NHS Trust", ""),
    ]  # fmt: skip
    assert rows[0]["On the list of the Act as"] == "on no list: to be checked"


def test_the_form_offers_the_recommendations_that_name_the_body(app: Flask, database: Database) -> None:
    report, (nhs, _) = a_report(database)
    browser = signed_in(app, "other_agency_contact")
    path = f"/records/{nhs}/do/answer_recommendation"
    page = browser.get(path)
    assert "1: Ask about &lt;b&gt;safety&lt;/b&gt; again." in page.text and "2: Fund advocacy." in page.text
    on = {"_on-day": "3", "_on-month": "8", "_on-year": "2026"}
    said = {"response": "action_taken", "response_text": "Done."}
    assert browser.send(path, page, recommendation="1", **said, **on).status_code == 303
    again = browser.get(path).text
    assert "again. (answered; a new answer replaces it)" in again and again.index("2: Fund") < again.index("1: Ask")
    refused = browser.send(path, browser.get(path), recommendation="7", **said, **on)
    assert refused.status_code == 422 and "Choose from: 2, 1" in refused.text
    publish = browser.get(f"/records/{nhs}/do/record_publication_of_reply").text
    assert "There is no answer yet to recommendation 2" in publish
    assert browser.get(f"/records/{report.ref}").status_code == 404, "the record of the report is the team's"


def test_who_is_named_already_or_on_no_list_is_said_before_it_is_chosen(manager: Browser, database: Database) -> None:
    report, (nhs, fire) = a_report(database)
    page = manager.get(f"/records/{report.ref}/do/name_body").text
    assert f"Mereshire Fire and Rescue (not on the list of the Act; on record already: {fire})" in page
    assert f"Mereshire NHS Trust (on record already: {nhs})" in page
    assert "Mereshire Housing (not on the list of the Act)" in page and "Mereshire Police</label>" in page.replace(
        "\n", ""
    ).replace("  ", "")
