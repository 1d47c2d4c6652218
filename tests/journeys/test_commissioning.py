"""In a real browser: two chairs invited, one chosen and appointed; a conflict found late, and a new chair."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.journeys.following import follow
from tests.journeys.test_deciding import answer, as_person
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving
from workflows.definition import Role

pytestmark = pytest.mark.browser

NOW = "2026-06-22T09:00"
CONTRACT: dict[str, str | list[str]] = {
    "contract_dated-day": "22",
    "contract_dated-month": "6",
    "contract_dated-year": "2026",
    "contract_kept_at": "Contracts folder",
    "data_protection": "agreed",
}


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("commissioning")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def press(page: Page, link: str, values: dict[str, str | list[str]] | None = None, of: str = "") -> None:
    """Follow a step of the page (of one chair), answer its questions, send it, and see that it was recorded."""
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    follow(page.get_by_role("link", name=re.compile(f"^{link}.*{of}$")).first)
    heading = page.get_by_role("heading", level=1).inner_text()
    if values:
        answer(page, values)
    page.locator("main form").get_by_role("button", name=heading, exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(f"Recorded: {heading}.")


def add_chair(page: Page, server: Serving, name: str) -> None:
    page.goto(f"{server.address}/chairs")
    page.get_by_role("button", name="Add a chair to the register").or_(
        page.get_by_role("link", name="Add a chair to the register")
    ).click()
    answer(page, {"title": name, "home_office_training": "yes", "usual_fee": "£500 a day"})
    page.get_by_role("button", name="Add a chair to the register").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def commission(page: Page, name: str, quote: str) -> None:
    """From the quote to the appointment of one invited chair, on the page of the chair."""
    press(page, "Record the chair's quote", {"quote_pounds": quote}, of=name)
    press(page, "Record the check for conflicts of interest", {"conflict_outcome": "none"}, of=name)
    press(page, "Choose this chair", of=name)
    press(page, "Record the contract", CONTRACT, of=name)
    expect(page.get_by_text(f"{name} is under contract. Record the appointment.")).to_be_visible()


def test_a_chair_is_found_lost_and_found_again(browser: Browser, server: Serving) -> None:
    review = builders.a_review(server.database, "commissioning", on=date(2026, 5, 4))
    with server.database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, review.ref)
    with as_person(browser, server, "case_manager") as page:
        add_chair(page, server, "Ash Fielding")
        add_chair(page, server, "Birch Gale")
        page.goto(f"{server.address}/reviews/{review.ref}")
        expect(page.get_by_text(re.compile(r"An independent chair, since .* \(\d+ days\)"))).to_be_visible()
        page.get_by_role("link", name="Chair", exact=True).click()
        for name in ("Ash Fielding", "Birch Gale"):
            page.get_by_role("link", name="Invite a chair", exact=True).click()
            page.get_by_label(name, exact=True).check()
            page.get_by_role("button", name="Invite a chair").click()
            expect(page.get_by_role("alert")).to_contain_text("Recorded: Invite a chair.")
        press(page, "Record that the chair declined", {"declined_because": "No time"}, of="Ash Fielding")
        commission(page, "Birch Gale", "9000")
        press(page, "Record the appointment of the independent chair", {"chair_independence": "declared"})
        page.get_by_role("link", name="Chair", exact=True).click()
        expect(page.get_by_text(re.compile("Birch Gale is the independent chair, appointed on"))).to_be_visible()
        late = {"late_conflict": "Advised one of the bodies", "late_conflict_told_by": "chair"}
        press(page, "Record a conflict of interest found late", {**late}, of="Birch Gale")
        page.goto(f"{server.address}/reviews/{review.ref}")
        expect(page.get_by_text("A conflict of interest of the chair was found")).to_be_visible()
    with as_person(browser, server, "deciding_chair") as page:
        page.goto(f"{server.address}/reviews/{review.ref}/commissioning")
        press(page, "end the appointment", {"appointment_ended_because": "conflict"})
        expect(page.get_by_text(re.compile("Waiting for an independent chair since 22 June 2026"))).to_be_visible()
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/reviews/{review.ref}/commissioning")
        press(page, "Take the invitation up again", {"taken_up_because": "Has time now"}, of="Ash Fielding")
        commission(page, "Ash Fielding", "9500")
        press(page, "Record the appointment of the independent chair", {"chair_independence": "declared"})
        page.goto(f"{server.address}/chairs?show=working")
        expect(page.get_by_role("rowheader").filter(has_text="Ash Fielding")).to_be_visible()
        expect(page.get_by_text("Birch Gale")).to_have_count(0)
    with as_person(browser, server, "panel_member") as page:
        page.goto(f"{server.address}/reviews/{review.ref}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("9,500")).to_have_count(0)
        expect(page.get_by_role("link", name="Chair", exact=True)).to_have_count(0)
        answered = page.goto(f"{server.address}/reviews/{review.ref}/commissioning")
        assert answered is not None and answered.status == 403
