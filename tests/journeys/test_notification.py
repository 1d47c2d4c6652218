"""In a real browser: the police notify, a professional without an account does over two days, the team accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from dardr.storage.drafts import Draft
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Record
from tests import builders
from tests.journeys.following import follow
from tests.journeys.test_browser import tab_to, too_wide, violations
from tests.web.conftest import PASSWORD, prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

MONDAY, WEDNESDAY = "2026-08-03T09:00", "2026-08-05T16:00"
WORK = "sam.nurse@hospital.example"
OF_THE_DEATH = {
    "name": {"person_name": "Quintessa Unlikely", "age": "34"},
    "date": {"death_date": "July 2026", "manner": "homicide"},
    "known": {"circumstances": "Fictional, for a test."},
    "lived": {"area": "Northmere", "csps": "northmere"},
    "relationship": {"relationship": "intimate_partner", "suspected_status": "charged"},
}


@pytest.fixture
def database(migrated_sqlite_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The fictional partnership on a file that several days of one journey share."""
    file = tmp_path / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    yield database
    database.close()


@contextmanager
def somebody(browser: Browser, server: Serving, person: str = "", *, scripts: bool = True) -> Iterator[Page]:
    """A browser of its own, signed in as one of the people, or as nobody."""
    context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
    page = context.new_page()
    if person:
        page.goto(f"{server.address}/sign-in")
        page.get_by_label("E-mail address").fill(builders.address(person))
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    yield page
    context.close()


def looks_right(page: Page) -> None:
    """No fault for anybody, at two widths."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], page.url
        assert too_wide(page) == 0, page.url


def answer(page: Page, values: dict[str, str]) -> None:
    """Answer the questions of a page by their names, and go on."""
    for name, value in values.items():
        asked = page.locator(f'[name="{name}"]').first
        if asked.get_attribute("type") in ("radio", "checkbox"):
            page.locator(f'input[name="{name}"][value="{value}"]').check()
        elif asked.evaluate("e => e.tagName") == "SELECT":
            asked.select_option(value)
        else:
            asked.fill(value)
    follow(page.get_by_role("button", name="Save and continue"))


def fill(page: Page, pages: dict[str, dict[str, str]]) -> None:
    """Answer several pages, each opened by its address."""
    form = page.url.partition("/questions")[0]
    for key, values in pages.items():
        page.goto(f"{form}/questions/{key}")
        answer(page, values)
    page.goto(form)


def reference(page: Page) -> str:
    """The number a form got."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Notification received")
    found = re.search(r"DARDR-\d{4}-\d{3}", page.locator(".govuk-panel").inner_text())
    assert found
    return found[0]


def records(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(sa.select(Record.ref)))


def newest_link(database: Database) -> str:
    """The path of the link in the last e-mail written."""
    with database.read() as session:
        text = session.scalars(
            sa.select(OutboxMessage.text)
            .where(OutboxMessage.message == "notification_form_link")
            .order_by(OutboxMessage.id.desc())
        ).first()
    found = re.search(r"https?://[^/\s]+(/notify/link/\S+)", text or "")
    assert found
    return found[1]


def test_the_police_notify_and_the_team_accepts(browser: Browser, database: Database, tmp_path: Path) -> None:
    with serving(database, tmp_path, MONDAY) as server:
        with somebody(browser, server, "police_liaison") as page:
            page.goto(f"{server.address}/notify")
            looks_right(page)
            page.get_by_role("button", name="Start now").click()
            expect(page.get_by_text("0 of 12 parts completed")).to_be_visible()
            looks_right(page)
            page.get_by_role("link", name="The person who died").click()
            answer(page, {"person_name": "Quintessa Unlikely", "age": "thirty"})
            expect(page.get_by_role("alert")).to_contain_text("“thirty” is not a whole number")
            looks_right(page)
            fill(page, OF_THE_DEATH)
            for key in ("about", "police-saw", "children", "their-safety", "files", "reviews", "contact"):
                page.goto(f"{page.url.partition('/questions')[0]}/questions/{key}")
                looks_right(page)
            form = page.url.partition("/questions")[0]
            page.goto(f"{form}/check")
            looks_right(page)
            expect(page.get_by_text("Quintessa Unlikely")).to_be_visible()
            follow(page.get_by_role("button", name="Send the notification"))
            ref = reference(page)
            looks_right(page)
            page.go_back()
            page.goto(f"{form}/check")
            assert reference(page) == ref
            page.goto(f"{server.address}/reviews/{ref}")
            expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
        assert records(database) == [ref]
        with somebody(browser, server, "case_manager") as page:
            page.goto(f"{server.address}/reviews/{ref}")
            page.get_by_role("link", name="Accept for screening", exact=True).first.click()
            page.get_by_label("Yes", exact=True).check()
            page.get_by_role("button", name="Accept for screening").click()
            expect(page.get_by_role("alert")).to_contain_text("Recorded: Accept for screening.")


def test_a_professional_without_an_account_comes_back_another_day(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    with serving(database, tmp_path, MONDAY) as server, somebody(browser, server) as page:
        page.goto(f"{server.address}/notify")
        expect(page.get_by_role("button", name="Exit this page quickly")).to_be_visible()
        follow(page.get_by_role("button", name="Start without an account"))
        looks_right(page)
        page.get_by_label("E-mail address you read at work").fill(WORK)
        follow(page.get_by_role("button", name="Send me a link"))
        looks_right(page)
        page.goto(server.address + newest_link(database))
        looks_right(page)
        page.get_by_role("button", name="Go on to the form").click()
        page.wait_for_url("**/notify/outside/*")
        looks_right(page)
        form = page.url
        for part in ("/questions/known", "/advice/under-16", "/check", "/throw-away"):
            page.goto(form + part)
            looks_right(page)
        page.goto(f"{server.address}/notify/yours")
        looks_right(page)
        page.goto(form)
        fill(page, {"organisation": {"notifier": "health", "notifier_organisation": "A hospital"}})
        page.goto(f"{page.url}/questions/known")
        page.get_by_label(re.compile("What is known, in a few sentences")).fill("Half a sentence")
        page.get_by_role("button", name="Save and come back later").click()
        expect(page.get_by_text("In progress").first).to_be_visible()
    with serving(database, tmp_path, WEDNESDAY) as server, somebody(browser, server, scripts=False) as page:
        page.goto(f"{server.address}/notify/outside/1")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your work e-mail address")
        page.get_by_label("E-mail address you read at work").fill(WORK.upper())
        follow(page.get_by_role("button", name="Send me a link"))
        page.goto(server.address + newest_link(database))
        follow(page.get_by_role("button", name="Go on to the form"))
        follow(page.get_by_role("link", name="The death"))
        page.goto(f"{page.url.partition('/questions')[0]}/questions/known")
        expect(page.get_by_label(re.compile("What is known, in a few sentences"))).to_have_value("Half a sentence")
        fill(page, OF_THE_DEATH)
        follow(page.get_by_role("button", name="Check your answers"))
        follow(page.get_by_role("button", name="Send the notification"))
        ref = reference(page)
        page.goto(f"{server.address}/reviews/{ref}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    with database.read() as session:
        kept = session.scalars(sa.select(Record)).one()
        assert (kept.ref, kept.opened_on.isoformat()) == (ref, "2026-08-05")
        assert session.scalars(sa.select(Draft.sealed).where(Draft.purpose == "notification")).all() == [None]
        told = session.execute(
            sa.select(OutboxMessage.message, OutboxMessage.recipient).where(OutboxMessage.record_id == kept.id)
        ).all()
    assert sorted(tuple(row) for row in told) == [
        ("notification_arrived", "team@mereshire.example"),
        ("notification_received", WORK),
    ]


def test_the_team_records_a_call_by_keyboard_alone_and_sees_a_death_that_is_known(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    known = builders.a_review(database, "notified", death_date="2026-02-28")
    with serving(database, tmp_path, MONDAY) as server, somebody(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/notify")
        tab_to(page, "Start now")
        page.keyboard.press("Enter")
        page.wait_for_url("**/notify/*")
        tab_to(page, "The death")
        page.keyboard.press("Enter")
        page.wait_for_url("**/questions/date")
        tab_to(page, "When did the person die?")
        page.keyboard.type("2026-02-28")
        tab_to(page, "Appears to be homicide")
        page.keyboard.press("Space")
        tab_to(page, "Save and continue")
        page.keyboard.press("Enter")
        page.wait_for_url("**/questions/place")
        fill(page, {"name": {"age": "34"}})
        page.goto(f"{page.url}/questions/lived")
        answer(page, {"csps": "northmere"})
        expect(page.get_by_role("heading", level=1)).to_contain_text(known.ref)
        looks_right(page)
        page.get_by_label("It is the same death").check()
        follow(page.get_by_role("button", name="Save and continue"))
        looks_right(page)
        page.get_by_label("What should be added").fill("A neighbour rang.")
        page.get_by_role("button", name=f"Add to {known.ref}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(known.ref)
    assert records(database) == [known.ref]
    assert known.record().facts["notes"][0]["note"] == "A neighbour rang."
