"""In a real browser: the police notify, agencies answer, criteria, the chair's decision, the Home Office's notice."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.journeys.following import follow
from tests.journeys.test_notification import OF_THE_DEATH, reference
from tests.journeys.test_notification import fill as fill_notification
from tests.web.conftest import PASSWORD, prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-03-20T09:00"


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("deciding")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


@contextmanager
def as_person(browser: Browser, server: Serving, person: str) -> Iterator[Page]:
    """A browser of one person, signed in."""
    context = browser.new_context(locale="en-GB", accept_downloads=True)
    page = context.new_page()
    page.goto(f"{server.address}/sign-in")
    page.get_by_label("E-mail address").fill(builders.address(person))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    yield page
    context.close()


def answer(page: Page, values: Mapping[str, str | list[str]]) -> None:
    """Fill the form of an action, by the names of its questions; folded questions are opened first."""
    page.locator(f'[name="{next(iter(values), "_on-day")}"]').first.wait_for(state="attached")
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    for name, value in values.items():
        if isinstance(value, list):
            for one in value:
                page.locator(f'input[name="{name}"][value="{one}"]').check()
            continue
        asked = page.locator(f'[name="{name}"]').first
        kind = asked.get_attribute("type") or ""
        if kind == "radio":
            page.locator(f'input[name="{name}"][value="{value}"]').check()
        elif asked.evaluate("e => e.tagName") == "SELECT":
            asked.select_option(value)
        else:
            asked.fill(value)


def do(page: Page, server: Serving, ref: str, action: str, values: Mapping[str, str | list[str]]) -> None:
    """Do one step on its own page, and see that it was recorded."""
    page.goto(f"{server.address}/records/{ref}/do/{action}")
    heading = page.get_by_role("heading", level=1).inner_text()
    answer(page, values)
    page.locator("main form button[type=submit], main form .govuk-button").last.click()
    expect(page.get_by_role("alert")).to_contain_text(f"Recorded: {heading}.")


CRITERIA: dict[str, str | list[str]] = {**builders.CRITERIA}
DECISION: dict[str, str | list[str]] = {
    "decision_reasons": "The criteria appear to be met.",
    "decided_by": "chair",
    "decision_evidence": "E-mail of the chair",
    "consulted": ["mereshire-police", "mereshire-nhs"],
    "dissent": "None.",
}


def notified(browser: Browser, server: Serving, death: dict[str, str]) -> str:
    """A death that the police notify through the pages made for it."""
    with as_person(browser, server, "police_liaison") as page:
        page.goto(f"{server.address}/notify")
        page.get_by_role("button", name="Start now").click()
        expect(page.get_by_text("0 of 12 parts completed")).to_be_visible()
        asked_of_them = {**OF_THE_DEATH, "name": {"age": "34"}, "date": {**death, "manner": "homicide"}}
        fill_notification(page, asked_of_them)
        follow(page.get_by_role("button", name="Check your answers"))
        follow(page.get_by_role("button", name="Send the notification"))
        return reference(page)


def screened(browser: Browser, server: Serving, death_date: str) -> str:
    """A death notified by police, accepted, its agencies asked and answered, put to the chair by the case manager."""
    case = builders.Case(server.database, notified(browser, server, {"death_date": death_date}), date(2026, 3, 20))
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/reviews/{case.ref}")
        expect(page.get_by_text("Police", exact=True).first).to_be_attached()
        page.get_by_role("link", name="Accept for screening", exact=True).first.click()
        answer(page, {"area_confirmed": "yes"})
        follow(page.get_by_role("button", name="Accept for screening"))
        page.get_by_role("link", name="Decision", exact=True).click()
        page.get_by_role("link", name="Ask agencies what they know").click()
        answer(page, {"bodies": ["mereshire-nhs", "northmere-council"]})
        follow(page.get_by_role("button", name="Ask agencies what they know"))
        page.goto(f"{server.address}/reviews/{case.ref}/decision")
        page.get_by_role("link", name=re.compile("Enter what came.*Mereshire NHS Trust")).click()
        answer(page, {"known": "yes", "return_reference": "E-mail", "review_needed": "yes", "own_view": "Seen twice."})
        follow(page.get_by_role("button", name="Record that the return came"))
        page.goto(f"{server.address}/reviews/{case.ref}/decision")
        page.get_by_role("link", name=re.compile("Not known to them.*Northmere Council")).click()
        answer(page, {"searched": "All registers, by the records office"})
        follow(page.get_by_role("button", name="Record that nobody is known to the body"))
        page.goto(f"{server.address}/reviews/{case.ref}/decision")
        page.get_by_role("link", name="Record the answers on the criteria").click()
        answer(page, CRITERIA)
        page.get_by_role("button", name="Record the answers on the criteria").click()
        page.wait_for_url(f"**/reviews/{case.ref}/decision")
        expect(page.get_by_text("The table advises: the criteria appear to be met")).to_be_visible()
        expect(page.get_by_text("Seen twice.")).to_be_visible()
        page.get_by_role("link", name="Put it to the deciding chair").click()
        page.get_by_role("button", name="Put it to the deciding chair").click()
        page.wait_for_url(f"**/reviews/{case.ref}/decision")
    return case.ref


def text_of_notice(page: Page) -> str:
    """The notice to the Home Office as Word, opened by another program."""
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("^Word.*file: Decision notice")).click()
    name = downloading.value.suggested_filename
    assert re.fullmatch(r"DARDR-\d{4}-\d{3}-decision-notice\.docx", name)
    document = Document(io.BytesIO(Path(downloading.value.path()).read_bytes()))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_from_the_notification_by_police_to_the_decision_and_the_notice(browser: Browser, server: Serving) -> None:
    ref = screened(browser, server, "2026-03-14")
    with as_person(browser, server, "deciding_chair") as page:
        page.goto(f"{server.address}/reviews/{ref}/decision")
        page.get_by_role("link", name="Record the decision to hold a review", exact=True).click()
        answer(page, {**DECISION, "criteria_limb": "intimate"})
        page.get_by_role("button", name="Record the decision to hold a review").click()
        expect(page.get_by_text("A review will be held")).to_be_visible()
        # The one who decided is not the second person.
        page.get_by_role("link", name="Check the decision record, as a second person").click()
        expect(page.get_by_role("heading", name="This cannot be recorded yet")).to_be_visible()
        expect(page.get_by_text("cannot also be the one who checks it")).to_be_visible()
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/reviews/{ref}/decision")
        expect(page.get_by_text("A second person has not checked the decision record.")).to_be_visible()
        do(page, server, ref, "second_person_check", {"decision_check": "in_order"})
        said = text_of_notice(page)
        assert ref in said and "A domestic abuse related death review will be held" in said
        assert "Mereshire NHS Trust" in said, "who was consulted"
        do(page, server, ref, "tell_home_office", {"home_office_notice": "By secure e-mail; kept in the folder"})
        page.goto(f"{server.address}/reviews/{ref}")
        page.get_by_role("link", name="Start commissioning the review", exact=True).click()
        page.get_by_role("button", name="Start commissioning the review").click()
        expect(page.get_by_role("alert")).to_contain_text("Recorded")


def test_a_death_that_is_not_reviewed_and_its_scrutiny(browser: Browser, server: Serving) -> None:
    ref = screened(browser, server, "2026-01-05")
    with as_person(browser, server, "deciding_chair") as page:
        page.goto(f"{server.address}/records/{ref}/do/decide_no_review")
        answer(page, {**DECISION, "alternative_learning": "A joint debrief of the two agencies."})
        page.get_by_role("button", name="Record the decision not to hold a review").click()
        expect(page.get_by_role("alert")).to_contain_text("The decision table advises otherwise")
        expect(page.get_by_role("heading", name="What a decision not to review asks for")).to_be_visible()
    with as_person(browser, server, "case_manager") as page:
        do(page, server, ref, "second_person_check", {"decision_check": "in_order"})
        said = text_of_notice(page)
        assert "will not be held" in said and "A joint debrief of the two agencies." in said
        do(page, server, ref, "tell_home_office", {"home_office_notice": "By secure e-mail"})
        do(
            page,
            server,
            ref,
            "record_direction",
            {
                "direction_reference": "Letter of today",
                "directed_body": "The partnership",
                "comply_by-day": "30",
                "comply_by-month": "6",
                "comply_by-year": "2026",
            },
        )
        page.goto(f"{server.address}/reviews/{ref}")
        expect(page.get_by_text("Commissioning").first).to_be_visible()
        page.goto(f"{server.address}/reviews/{ref}/decision")
        expect(page.get_by_text("is to be complied with by 30 June 2026")).to_be_visible()
