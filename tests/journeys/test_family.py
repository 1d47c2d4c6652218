"""In a real browser: branches of a family are added, confirmed, written to, told, read, answered; one withdraws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.builders import Case, a_review
from tests.journeys.following import follow
from tests.journeys.test_browser import too_wide, violations
from tests.journeys.test_deciding import answer, as_person
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving
from workflows.definition import Role

pytestmark = pytest.mark.browser

TODAY = date(2026, 6, 15)
NOW = f"{TODAY}T09:00"
SIX_WEEKS = "Monday 27 July 2026"


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("family")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def send(page: Page, values: dict[str, str | list[str]]) -> None:
    """Fill the form that is open and send it; something was recorded."""
    answer(page, values)
    page.locator("main form .govuk-button").last.click()
    expect(page.get_by_role("alert").first).to_contain_text("Recorded:")


def press(page: Page, name: str) -> None:
    follow(page.locator("main").get_by_role("link", name=name, exact=True).first)


def add_branch(page: Page, server: Serving, ref: str, values: dict[str, str | list[str]]) -> str:
    page.goto(f"{server.address}/reviews/{ref}/family")
    press(page, "Add a branch of the family")
    send(page, values)
    found = re.search(r"/family/(\S+)$", page.url)
    assert found is not None
    return found[1]


def test_the_family_from_the_first_letter_to_the_answered_comment(browser: Browser, server: Serving) -> None:
    case = a_review(server.database, "evidence")
    case.today = TODAY
    with server.database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    with as_person(browser, server, "case_manager") as page:
        _first_contact(page, server, case)
    with as_person(browser, server, "independent_chair") as page:
        _reading(page, server, case)
    with as_person(browser, server, "case_manager") as page:
        _withdrawal(page, server, case)
    with as_person(browser, server, "deciding_chair") as page:
        page.goto(f"{server.address}/reviews/{case.ref}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.get_by_text("Family (restricted)").count() == 0
        answered = page.goto(f"{server.address}/records/{case.ref}-FB01")
        assert answered is not None and answered.status == 404


def _first_contact(page: Page, server: Serving, case: Case) -> None:
    first = add_branch(
        page,
        server,
        case.ref,
        {
            "title": "Branch 1: mother's side",
            "contact_name": "Robin Sample",
            "contact_address": "1 Sample Street",
            "safe_never": "Telephone their work",
        },
    )
    assert first == f"{case.ref}-FB01"
    page.goto(f"{server.address}/records/{first}/do/prepare_letter")
    expect(page.get_by_text("Confirm the recipient first.")).to_be_visible()
    page.goto(f"{server.address}/family/{first}")
    expect(page.get_by_text("Nothing may be prepared.")).to_be_visible()
    press(page, "Confirm the recipient")
    answer(page, {"recipient": "lives_with", "recipient_known_from": "The liaison officer."})
    page.locator("main form .govuk-button").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing may be prepared for this recipient")
    send(page, {"recipient": "neither"})
    press(page, "Record that they wish to take part")
    send(page, {"takes_part_through": "directly", "updates_by": "case_manager", "update_how": ["call"]})
    expect(page.locator("main")).to_contain_text(SIX_WEEKS)

    press(page, "Prepare a letter")
    send(page, {"letter_about": "first"})
    with page.expect_download() as awaited:
        page.get_by_role("link", name=re.compile("^Word file")).click()
    assert awaited.value.suggested_filename == f"{first}-letter-{_letter_number(case, first)}.docx"
    words = [p.text for p in Document(str(awaited.value.path())).paragraphs]
    assert "Dear Robin Sample" in words and "1 Sample Street" in words

    second = add_branch(page, server, case.ref, {"title": "Branch 2: a friend", "contact_name": "Sky Sample"})
    page.goto(f"{server.address}/family/{first}")
    assert page.get_by_text("Sky Sample").count() == 0 and page.get_by_text(second).count() == 0

    press(page, "Record an update given")
    drafted = page.get_by_label("What they were told, in the words used").input_value()
    assert "what the review will look at" in drafted and "Robin" not in drafted
    send(page, {"update_text": "The chair would like to meet you.", "update_given_how": "call"})
    expect(page.locator("main")).to_contain_text("The chair would like to meet you.")
    expect(page.locator("main")).to_contain_text(SIX_WEEKS)

    case.act("start_drafting")
    page.goto(f"{server.address}/family/{first}")
    expect(page.get_by_text("due today")).to_be_visible()
    page.goto(f"{server.address}/")
    expect(page.locator("main")).to_contain_text("Next update to the family: Branch 1: mother's side")
    page.goto(f"{server.address}/family/{first}")
    press(page, "Record an update given")
    assert "The chair began to write the report." in page.get_by_label("in the words used").input_value()
    send(page, {"update_given_how": "call"})
    expect(page.locator("main")).to_contain_text(SIX_WEEKS)
    _a_day_to_be_careful_about(page, server, case, first)
    assert violations(page) == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == 0


def _a_day_to_be_careful_about(page: Page, server: Serving, case: Case, first: str) -> None:
    """A day of this week is named: a meeting near it is told of it, a letter in this week is asked why."""
    page.goto(f"{server.address}/family/{first}")
    press(page, "Add a day to be careful about")
    day = {"careful_day": "in June", "careful_kind": "childs_birthday", "careful_asked_by": "family"}
    answer(page, day)
    page.locator("main form .govuk-button").last.click()
    expect(page.get_by_role("alert")).to_contain_text("“in June” is not a day and a month")
    send(page, {"careful_day": "20 June"})
    expect(page.locator("main")).to_contain_text("20 June, every year: a child's birthday")
    page.goto(f"{server.address}/records/{case.ref}/do/plan_meeting")
    expect(page.locator("main")).to_contain_text("in the next eight weeks: 20 June (a child's birthday)")
    page.goto(f"{server.address}/family/{first}")
    press(page, "Prepare a letter")
    expect(page.get_by_label("Why in this week?")).to_be_visible()
    answer(page, {"letter_about": "terms"})
    page.locator("main form .govuk-button").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Choose another week, or say why it is right in this one")
    assert violations(page) == []
    send(page, {"careful_because": "They asked for it before the birthday"})
    expect(page.locator("main")).to_contain_text("They asked for it before the birthday")


def _letter_number(case: Case, ref: str) -> int:
    return int(case.record(ref).facts["letters_prepared"][-1]["seq"])


def _reading(page: Page, server: Serving, case: Case) -> None:
    first = f"{case.ref}-FB01"
    for version in ("1", "2"):
        case.act("record_version", {"version": version, "what_for": "family"})
    page.goto(f"{server.address}/family/{first}")
    press(page, "Record that a version was given to them to read")
    send(page, {"version": "1", "given_how": "private"})
    expect(page.locator("main")).to_contain_text("It is with them. Their time to read does not end by itself.")
    for where, said in (("4.12", "It was in May."), ("5.1", "Say that there were three children.")):
        press(page, "Record a comment of theirs")
        send(page, {"version": "1", "comment_where": where, "comment_text": said})
    for number, (outcome, why) in enumerate(
        (("changed", "The month was put right."), ("not_changed", "A court order."))
    ):
        press(page, "Record what was done with a comment")
        seq = str(case.record(first).facts["comments"][number]["seq"])
        changed: dict[str, str | list[str]] = {"changed_in": "2"} if outcome == "changed" else {}
        send(page, {"comment": seq, "comment_outcome": outcome, "comment_answer": why, **changed})
    rows = page.get_by_role("table", name="Their comments, and what was done with each").locator("tbody tr")
    expect(rows.nth(0)).to_contain_text("Yes, as they asked, in version 2. The month was put right.")
    expect(rows.nth(1)).to_contain_text("No. A court order.")
    press(page, "Record that their reading has ended")
    send(page, {"version": "1", "response": "comments"})
    expect(page.locator("main")).to_contain_text("They have comments")
    assert not case.deadline("family_reading").running


def _withdrawal(page: Page, server: Serving, case: Case) -> None:
    first = f"{case.ref}-FB01"
    page.goto(f"{server.address}/family/{first}")
    press(page, "Record that they no longer wish to take part")
    send(page, {"wish_words": "It is too much for us now."})
    expect(page.locator("main")).to_contain_text("None: has withdrawn.")
    assert page.get_by_role("link", name=re.compile("^Word file")).count() == 0
    number = _letter_number(case, first)
    refused = page.goto(f"{server.address}/family/{first}/letters/{number}.docx")
    assert refused is not None and refused.status == 409
    page.goto(f"{server.address}/")
    assert page.get_by_text("Next update to the family").count() == 0
