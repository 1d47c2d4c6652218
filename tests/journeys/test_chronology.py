"""In a real browser: an agency gives its chronology in a table of its own and types a line more; the chair decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dardr.storage.engine import Database
from tests.builders import Case, a_review, grant
from tests.chronology_files import HEALTH, POLICE, excel
from tests.journeys.following import follow
from tests.journeys.test_browser import WIDTHS, open_details, too_wide, violations
from tests.journeys.test_deciding import as_person
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving
from workflows.definition import Role

pytestmark = pytest.mark.browser

OWN_HEADINGS = ("Tag", "Uhr", "Akte", "Wer", "Vorfall", "Folge", "Wichtig")
"""Headings that nobody could guess: the columns are matched by hand."""


@pytest.fixture(scope="module")
def case(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    file = tmp_path_factory.mktemp("chronology") / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database: Database = prepared(f"sqlite:///{file}")
    found = a_review(database, "evidence")
    found.act("request_returns", {"bodies": ["northmere-council", "mereshire-police"], "kind": "chronology"})
    found.act("add_chronology", {"chronology_file": excel(POLICE)}, ref=found.opened("agency-return")[-1])
    with database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, found.ref)
    yield found
    database.close()


@pytest.fixture(scope="module")
def server(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(case.database, tmp_path_factory.mktemp("server"), "2026-08-03T09:00") as running:
        yield running


def look(page: Page, what: str) -> None:
    """Nothing is wrong with the page, at any width."""
    open_details(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == 0, f"{what} at {width}"
        if width != 768:
            assert violations(page) == [], f"{what} at {width}"


def test_from_the_agencys_own_table_to_a_decision(
    case: Case, server: Serving, browser: Browser, tmp_path: Path
) -> None:
    ref = case.opened("agency-return")[-2]
    with as_person(browser, server, "agency_contact") as page:
        page.goto(f"{server.address}/returns/{ref}")
        follow(page.get_by_role("link", name="Add your chronology as a table"))
        look(page, "the chronology of a return")
        own = tmp_path / "own.xlsx"
        own.write_bytes(excel(HEALTH, OWN_HEADINGS).content)
        page.get_by_label("Your file").set_input_files(own)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What is in each column?")
        look(page, "the columns of a file")
        for label, heading in (
            ("Date", "Tag"),
            ("What happened", "Vorfall"),
            ("Response or decision (if there", "Folge"),
        ):
            exact = "(" not in label
            page.get_by_label(label, exact=exact).select_option(heading)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Are these lines right?")
        look(page, "the lines of a file")
        page.get_by_role("button", name="Keep these lines with the return").click()
        expect(page.get_by_role("heading", name="4 lines")).to_be_visible()
        follow(page.get_by_role("button", name="Type lines or change some"))
        page.get_by_label("Date", exact=True).fill("summer 2020")
        page.get_by_label("What happened").fill("A call about the heating.")
        follow(page.get_by_role("button", name="Add this line"))
        look(page, "the lines typed so far")
        follow(page.get_by_role("button", name="Look at all of them"))
        page.get_by_role("button", name="Keep these lines with the return").click()
        expect(page.get_by_role("alert").first).to_contain_text("Recorded")
    with as_person(browser, server, "independent_chair") as page:
        page.goto(f"{server.address}/reviews/{case.ref}/agencies")
        follow(page.get_by_role("link", name="The chronologies of all agencies as one"))
        look(page, "the chronology of the review")
        follow(page.get_by_role("link", name="Told differently in").first)
        look(page, "two lines")
        page.get_by_label("The same event, told differently").check()
        page.get_by_label("Why").fill("The council had no referral; the police log one.")
        follow(page.get_by_role("button", name="Save and go to the next"))
        page.goto(f"{server.address}/reviews/{case.ref}/chronology")
        expect(page.get_by_role("link", name="told differently", exact=False).first).to_be_visible()
        page.get_by_role("link", name="Note line").first.click()
        page.get_by_label("Goes into the report").check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("What you noted is kept.")
        look(page, "a line")
