"""A first day: the team's own tracker comes in, a review under way is carried on, the tracker comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from dardr.storage.reviews import Deadline, Record
from tests.journeys.following import follow
from tests.journeys.test_browser import open_details, sign_in, too_wide, violations
from tests.tracker_of_a_team import HEADINGS, SHEET, workbook
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-08-03T09:00"
START = "/administration/tracker"


@pytest.fixture
def server(migrated_sqlite_file: Path, tmp_path: Path) -> Iterator[Serving]:
    """A server of this test's own, with a partnership and its people and no review yet."""
    file = tmp_path / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, tmp_path, NOW) as running:
        yield running
    database.close()


def fits(page: Page) -> None:
    """The page is accessible, and nothing of it must be scrolled sideways on a phone, a tablet or a laptop."""
    open_details(page)
    assert violations(page) == []
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == 0, f"{page.url} at {width}"


def bring_in(page: Page, server: Serving, file: Path) -> None:
    """From the file as far as the page that says what would happen."""
    page.goto(server.address + START)
    page.get_by_label("The tracker", exact=True).set_input_files(file)
    follow(page.get_by_role("button", name="Continue"))


def test_a_first_day_with_the_teams_own_tracker(page: Page, server: Serving, tmp_path: Path) -> None:
    file = tmp_path / "Live DHRs.xlsx"
    file.write_bytes(workbook())
    sign_in(page, server)
    page.get_by_role("link", name="The team's tracker").click()
    fits(page)
    bring_in(page, server, file)

    expect(page.get_by_role("heading", level=1)).to_have_text("Which sheet holds the live reviews?")
    fits(page)
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("What is in each column?")
    fits(page)
    expect(page.get_by_label("Victim name", exact=True)).to_have_value("person_name")
    page.get_by_label("Budget code", exact=True).select_option("stage")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot both be “Stage or status”")
    fits(page)
    page.get_by_label("Budget code", exact=True).select_option("")
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("What do your words mean?")
    fits(page)
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("What would happen")
    fits(page)
    expect(page.locator("main")).to_contain_text("31 February 2026 does not exist")
    expect(page.locator("main")).to_contain_text("“Atlantis” in the column CSP is no partnership known here")
    page.get_by_role("button", name="Bring in 10 reviews").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("The tracker is brought in")
    fits(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("There is a problem with the service")
    page.goto(server.address + "/reviews")
    expect(page.locator("main")).to_contain_text("Alder")
    expect(page.locator("main")).to_contain_text("Drafting")

    the_next_step_of_a_review_under_way(page, server)
    it_comes_back_and_in_again(page, server, tmp_path)


def the_next_step_of_a_review_under_way(page: Page, server: Serving) -> None:
    with server.database.read() as session:
        record = session.scalars(sa.select(Record).where(Record.title == "Alder")).one()
        due = session.scalars(
            sa.select(Deadline.due_on).where(Deadline.record_id == record.id, Deadline.clock == "overview_report")
        ).one()
    assert due is not None and due.isoformat() == "2026-12-01", "the date agreed before"
    page.goto(f"{server.address}/reviews/{record.ref}")
    expect(page.locator("main")).to_contain_text("1 December 2026")
    page.locator("main").get_by_text("Record a version of the report", exact=True).first.click()
    page.get_by_label("Name of the version").fill("2")
    page.get_by_label("For the family to read").check()
    page.get_by_role("button", name="Record a version of the report").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Record a version of the report.")
    page.goto(f"{server.address}/reviews/{record.ref}/timeline")
    expect(page.locator("main")).to_contain_text("Bring in a live review that stands at: Drafting")


def it_comes_back_and_in_again(page: Page, server: Serving, folder: Path) -> None:
    page.goto(server.address + START)
    fits(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name=f"Download “{SHEET}” as a workbook").click()
    given = folder / "back.xlsx"
    coming.value.save_as(given)
    sheet = openpyxl.load_workbook(given).active
    assert sheet is not None and sheet.title == SHEET
    rows = {row[0].value: [c.value for c in row] for row in sheet.iter_rows(min_row=2)}
    assert [c.value for c in sheet[1]] == list(HEADINGS) and len(rows) == 10
    assert "Ann Fictional" not in str(rows)
    bring_in(page, server, given)
    expect(page.get_by_role("heading", level=1)).to_have_text("What is in each column?")
    follow(page.get_by_role("button", name="Continue"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would happen")
    expect(page.locator("main")).to_contain_text("10 unchanged")
    expect(page.get_by_role("button", name="Finish")).to_be_visible()


def test_it_works_without_scripts(browser: Browser, server: Serving, tmp_path: Path) -> None:
    file = tmp_path / "tracker.xlsx"
    file.write_bytes(workbook())
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, server)
    bring_in(page, server, file)
    for _ in range(3):
        follow(page.get_by_role("button", name="Continue"))
    page.get_by_role("button", name="Bring in 10 reviews").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The tracker is brought in")
    context.close()
