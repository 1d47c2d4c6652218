"""Workbooks and plans of one's own in a browser: what changes is looked at cell by cell before it is recorded.

An agency's contact: 6 steps from the page of workbooks to the receipt (open, download, choose, look, record, receipt).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.builders import Case, a_review
from tests.casework.test_own_plans import workbook
from tests.journeys.following import follow
from tests.journeys.test_browser import WIDTHS, sign_in, too_wide, violations
from tests.sheets import LATER, ON_COURSE, an_action, filled
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-08-03T09:00"


@pytest.fixture
def review(sqlite_url: str) -> Case:
    return a_review(prepared(sqlite_url), "action_monitoring", day_by_day=False)


@pytest.fixture
def server(review: Case, tmp_path: Path) -> Iterator[Serving]:
    with serving(review.database, tmp_path, NOW) as running:
        yield running


def look(page: Page) -> None:
    """The page is accessible, and fits the narrowest and the widest window."""
    for width in (min(WIDTHS), max(WIDTHS)):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [] and not too_wide(page), (page.url, width)


def test_from_the_workbook_to_the_receipt_and_a_plan_of_ones_own(
    page: Page, server: Serving, review: Case, tmp_path: Path
) -> None:
    first, second = (an_action(review, f"Train team {number}") for number in (1, 2))
    sign_in(page, server)
    page.goto(f"{server.address}/sheets")
    page.get_by_role("link", name="The open actions of Northmere Council").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the workbook").click()
    file = tmp_path / "back.xlsx"
    file.write_bytes(
        filled(Path(download.value.path()).read_bytes(), {first: ON_COURSE, second: {"reason": "No room"}})
    )
    review.act("record_update", {"progress": "Said on the page."}, ref=first)
    page.goto(f"{server.address}/sheets")
    page.get_by_label("The workbook").set_input_files(file)
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_role("heading", level=1, name="What would change")).to_be_visible()
    look(page)
    page.get_by_label("Take what the workbook says").check()
    page.get_by_role("button", name="Record these changes").click()
    expect(page.get_by_role("heading", level=1, name="The workbook is taken in")).to_be_visible()
    look(page)
    assert review.record(first).facts["updates"][-1]["progress"] == ON_COURSE["progress"]
    assert LATER["reason"] not in page.content()

    page.goto(f"{server.address}/own-plans/into/{review.ref}")
    page.get_by_label("The plan").set_input_files(
        {"name": "plan.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    )
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1, name="What is in each column?")).to_be_visible()
    look(page)
    follow(page.get_by_role("button", name="Continue"))
    page.get_by_label("“The Council”").select_option("northmere-council")
    look(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Nothing is recorded yet")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_role("heading", level=1, name="The plan is brought in")).to_be_visible()
    look(page)
    assert len(review.opened("action")) == 2 + 3
