"""The day of a case manager in a browser: My work, a task, a reminder, what a review waits for, a brief on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dardr.storage.outbox import OutboxMessage
from tests import builders
from tests.builders import a_review, address
from tests.journeys.following import follow
from tests.web.conftest import PASSWORD, prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-06-05T09:00"
REFS: dict[str, str] = {}


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with one review gathering evidence, two returns asked for, and a hold."""
    folder = tmp_path_factory.mktemp("server")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    case = a_review(database, "evidence", display_pseudonym="Rowan 2026")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council", "mereshire-nhs"]})
    REFS.update(review=case.ref, item=case.opened("agency-return")[0])
    with database.write() as session:  # the post of those months went out; else every page would say that it did not
        session.execute(sa.update(OutboxMessage).values(status="sent", settled_at=OutboxMessage.created_at))
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def sign_in(page: Page, server: Serving, person: str) -> None:
    page.goto(f"{server.address}/sign-in")
    page.get_by_label("E-mail address").fill(builders.address(person))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{server.address}/")


def test_a_day_from_my_work_to_a_brief(page: Page, server: Serving) -> None:
    sign_in(page, server, "case_manager")
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")
    page.get_by_role("link", name="Add a task").click()
    page.get_by_label("What is to be done?").fill("Order leaflets")
    page.get_by_label("Who is asked to do it?").select_option(label="Alex Example")
    group = page.get_by_role("group", name=re.compile("^Done by"))
    for label, value in (("Day", "8"), ("Month", "6"), ("Year", "2026")):
        group.get_by_label(label).fill(value)
    page.get_by_role("button", name="Add a task").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Add a task.")

    page.get_by_role("link", name="My work").first.click()
    due = page.get_by_role("table", name="Due in the next seven days")
    expect(due.get_by_role("row", name=re.compile("Order leaflets"))).to_contain_text("Monday 8 June 2026")
    due.get_by_role("link", name=re.compile("^Record that it is done.*Order leaflets")).click()
    follow(page.get_by_role("button", name="Record that it is done"))
    page.get_by_role("link", name="My work").first.click()
    expect(page.get_by_text("Order leaflets")).to_have_count(0)

    page.locator("details", has_text="Waiting for others, later").locator("summary").click()
    page.get_by_role("button", name=re.compile(f"^Remind now.*Return to the review, {REFS['item']}")).click()
    expect(page.get_by_role("alert")).to_contain_text("was written, and is on its timeline")
    page.goto(f"{server.address}/records/{REFS['item']}/timeline")
    expect(page.get_by_text("Send a reminder now", exact=False).first).to_be_visible()

    page.goto(f"{server.address}/reviews/{REFS['review']}")
    page.get_by_role("link", name="Waiting for", exact=True).click()
    expect(page.get_by_role("heading", level=2)).to_have_text(["What is it waiting for?"])
    expect(page.get_by_role("table", name="From others")).to_contain_text("Northmere Council")


def test_a_review_answers_on_the_first_screen_of_a_laptop(page: Page, server: Serving) -> None:
    """Where is it, what is next, who, by when, why: all of it within 1280 by 800, without scrolling."""
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in(page, server, "case_manager")
    page.goto(f"{server.address}/reviews/{REFS['review']}")
    answers = {
        "where": page.locator(".dardr-phase--now"),
        "what is next": page.locator("section[aria-labelledby=next] .govuk-button").first,
        "who, since when and why": page.locator("a[href$='/waiting']", has_text="Independent chair"),
        "by when": page.locator(".dardr-deadline .dardr-date").first,
        "on whose authority": page.get_by_role("link", name=re.compile("^Why this date")).first,
    }
    for question, found in answers.items():
        box = found.bounding_box()
        assert box is not None, question
        assert box["y"] + box["height"] <= 800, f"{question}: ends at {box['y'] + box['height']:.0f}"


def test_a_brief_is_one_page_of_paper_without_the_frame(page: Page, server: Serving, tmp_path: Path) -> None:
    sign_in(page, server, "case_manager")
    for path, pages in ((f"/reviews/{REFS['review']}/brief", 1), ("/brief", 1)):
        page.goto(server.address + path)
        file = tmp_path / "brief.pdf"
        page.pdf(path=str(file), format="A4")
        read = PdfReader(file)
        said = " ".join(part.extract_text() for part in read.pages)
        assert len(read.pages) == pages
        assert REFS["review"] in said and "OFFICIAL-SENSITIVE" in said
        for around in ("Sign out", "Search", "Published cases", "/reviews/", "Checks and e-mails"):
            assert around not in said, around


def test_my_work_without_scripts_and_by_keyboard_stays_where_it_was(page: Page, server: Serving) -> None:
    sign_in(page, server, "team_manager")
    page.get_by_label("Work of").select_option(label="Alex Example")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Work of Alex Example")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Work of Alex Example")
    assert "Alex" not in page.title() and "Alex" not in page.url
