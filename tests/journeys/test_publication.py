"""In a real browser: a plan of who is told, the conditions met, two websites, taken down from one and put back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dardr.casework.setup import home
from tests.builders import Case, a_review, grant
from tests.journeys.following import follow
from tests.journeys.test_browser import violations
from tests.journeys.test_deciding import answer, as_person, do
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving
from workflows.definition import Role

pytestmark = pytest.mark.browser

START, NOW, TODAY = date(2026, 3, 2), "2027-01-11T09:00", date(2027, 1, 11)
COUNTY, CITY = "Mereshire County Council", "Northmere Council"


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("publication")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with database.write() as session:
        partnership = home(session)
        assert partnership is not None
        partnership.settings = {**partnership.settings, "websites": [COUNTY, CITY]}
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


@pytest.fixture(scope="module")
def case(server: Serving) -> Case:
    """A review that the Home Office has cleared, with somebody of communications."""
    made = a_review(server.database, "pre_publication", on=START)
    with server.database.write() as session:
        grant(session, "communications", Role.COMMUNICATIONS, made.ref)
    made.today = TODAY
    return made


def day(name: str, on: date) -> dict[str, str | list[str]]:
    """A date as the three fields of a form."""
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def open_page(page: Page, server: Serving, case: Case) -> None:
    page.goto(f"{server.address}/reviews/{case.ref}/publication")


def no_barrier(page: Page) -> None:
    """Nothing on this page stands in the way of anybody who reads it by other means."""
    assert violations(page) == []


def test_a_report_is_published_on_two_websites_taken_down_from_one_and_put_back(
    browser: Browser, server: Serving, case: Case
) -> None:
    with as_person(browser, server, "case_manager") as page:
        open_page(page, server, case)
        expect(page.get_by_text("4 of 13 met")).to_be_visible()
        no_barrier(page)
        page.get_by_role("link", name="Prepare the plan of who is told").first.click()
        for audience in ("children_carers", "person_responsible", "cps", "commissioner", "policing_body", "panel"):
            page.locator(f'input[name="audiences"][value="{audience}"]').uncheck()
        answer(page, {"family_told": ["family"], "web_teams": [COUNTY, CITY]})
        page.get_by_role("button", name="Prepare the plan of who is told").click()
        page.wait_for_url(f"**/reviews/{case.ref}/publication")
        expect(page.get_by_text("0 of 8 settled")).to_be_visible()
        no_barrier(page)
        do(page, server, case.opened("family-notice")[0], "record_family_told", {
            "told_how": "visit", "told_by": "The independent chair",
        })  # fmt: skip
        do(
            page,
            server,
            case.ref,
            "record_day_to_avoid",
            {**day("avoid_day", date(2020, 1, 20)), "avoid_every_year": "yes"},
        )
        do(page, server, case.ref, "check_anonymisation", {"checked_documents": "Report 2", "looked_for": ["names"]})
        do(page, server, case.ref, "tell_family_publication", {"final_report_seen": "yes"})
        do(page, server, case.ref, "attach_home_office_letter", {"letter_for_publication": "Publication folder"})
        do(page, server, case.ref, "fix_action_plan", {"action_plan_version": "1"})

    with as_person(browser, server, "communications") as page:
        open_page(page, server, case)
        expect(page.get_by_text("The family: told")).to_be_visible()
        expect(page.get_by_text("Of this review your role shows what its publication needs")).to_be_visible()
        no_barrier(page)
        do(page, server, case.ref, "second_check_anonymisation", {"second_check_notes": "The final PDF"})
        plan: dict[str, str | list[str]] = {
            "communications_plan": "A quiet page on both websites.", "lines_to_take": "We are sorry.",
            **day("planned_for", date(2027, 1, 18)),
        }  # fmt: skip
        do(page, server, case.ref, "record_communications_plan", plan)
        expect(page.get_by_text("to be careful about").first).to_be_visible()
        do(page, server, case.ref, "change_planned_day", day("planned_for", TODAY))
        do(page, server, case.ref, "check_pre_election", {
            **day("pre_election_day", TODAY), "pre_election_dates": "Notices of election",
            "pre_election_by": "Head of press", "pre_election": "none",
        })  # fmt: skip
        for ref in case.opened("publication-notice"):
            do(page, server, ref, "record_told", {"told_how": "email", "told_by": "Press office"})
        open_page(page, server, case)
        expect(page.get_by_text("8 of 8 settled")).to_be_visible()

    with as_person(browser, server, "case_manager") as page:
        open_page(page, server, case)
        expect(page.get_by_text("13 of 13 met")).to_be_visible()
        follow(page.get_by_role("button", name="Record publication"))
        answer(page, {
            **day("published_on", TODAY), "website": COUNTY, "published_at": "https://county.example/1",
            "redacted": "no",
        })  # fmt: skip
        page.get_by_role("button", name="Record publication").click()
        page.wait_for_url(f"**/reviews/{case.ref}/publication")
        expect(page.get_by_text(f"Not recorded on: {CITY}.")).to_be_visible()
        do(page, server, case.ref, "record_website", {
            "website": CITY, "website_address": "https://northmere.example/1", **day("website_since", TODAY),
        })  # fmt: skip
        open_page(page, server, case)
        city = page.get_by_role("row", name=re.compile(CITY)).first
        expect(city).to_contain_text("Online in full")
        no_barrier(page)
        do(page, server, case.ref, "record_taken_down", {
            "website": CITY, "still_shown": "nothing", "taken_down_reason": "A photograph beside it",
            "taken_down_by": "Chair of the partnership", "taken_down_for": "until_looked_at",
        })  # fmt: skip
        open_page(page, server, case)
        expect(city).to_contain_text("Taken down")
        expect(city).to_contain_text("A photograph beside it")
        expect(page.get_by_role("row", name=re.compile(COUNTY)).first).to_contain_text("Online in full")
        do(page, server, case.ref, "put_back", {
            "website": CITY, "put_back_why": "The photograph is gone", "put_back_by": "Chair of the partnership",
        })  # fmt: skip
        open_page(page, server, case)
        expect(city).to_contain_text("put back 11 January 2027")
    assert case.stage == "published"
