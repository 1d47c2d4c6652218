"""In a real browser: an agency from the link in an e-mail to "done", and its lead signing off what a colleague wrote.

Counted, so that nobody makes it longer: from the e-mail to "done" it is four steps (open the link, come in, choose the
action, send) and three answers (how it goes, a few words, the file that shows it). The lead signs off in three steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from dardr import systime
from dardr.casework import four_eyes
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from tests.builders import Case, a_review, open_a
from tests.journeys.test_browser import too_wide, violations
from tests.web.by_link import door_in, mail_to, post
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-08-03T09:00"
CONTACT, LEAD = "contact@northmere-council.example", "lead@northmere-council.example"


@dataclass
class Counted:
    """A page, with how many steps were taken on it and how many questions were answered."""

    page: Page
    steps: int = 0
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)

    def opens(self, address: str) -> None:
        self.steps += 1
        self.page.goto(address)

    def presses(self, role: str, name: str | re.Pattern[str]) -> None:
        self.steps += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]

    def answered(self) -> None:
        self.answers += 1

    def looks(self, what: str) -> None:
        """At the widths, each kind of page once."""
        if what in self.looked:
            return
        self.looked.add(what)
        for width in (320, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.wrong += [f"{what} at {width}: {found}" for found in violations(self.page)]
            self.wrong += [f"{what}: {extra} pixels too wide at {width}"] if (extra := too_wide(self.page)) else []


@contextmanager
def somebody(browser: Browser) -> Iterator[Counted]:
    context = browser.new_context(locale="en-GB")
    yield Counted(context.new_page())
    context.close()


def an_agreed_action(case: Case) -> str:
    told = {"action_text": "Train triage staff", "lead_body": "northmere-council", "plan_source": "panel"}
    ref = case.act("add_action", {**told, "scope": "local"}).created[0]
    agreed = {"target_date": "2026-08-20", "outcome_measure": "An audit.", "agreed_by": "Head of service"}
    case.act("agree", agreed, ref=ref)
    return ref


def a_reply(database: Database) -> str:
    """A reply that the same body owes the Commissioner."""
    told = {"title": "A report", "report_published_on": "2026-07-01", "report_url": "https://reports.example/1"}
    report = open_a(database, "section8-report", told, on=date(2026, 7, 1))
    report.act("add_recommendation", {"number": "1", "text": "Do this."})
    report.act("name_body", {"bodies": ["northmere-council"], "recommendations_addressed": "1"})
    return report.opened("commissioner-reply")[0]


@pytest.fixture
def server(migrated_sqlite_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    file = tmp_path / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    monkeypatch.setenv("DARDR_DATA_FOLDER", str(tmp_path))
    systime.pretend(systime.parse_pretended(NOW))
    with serving(database, tmp_path, NOW) as running:
        monkeypatch.setenv("DARDR_BASE_URL", running.address)  # the post of this test leads where the server's does
        yield running
    systime.pretend(None)
    database.close()


def ask_for_four_eyes(database: Database) -> None:
    with database.write() as session:
        home = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        home.settings = {**(home.settings or {}), four_eyes.SETTING: True}


def test_from_the_email_to_done_and_the_lead_signs_off(browser: Browser, server: Serving, tmp_path: Path) -> None:
    database = server.database
    case = a_review(database, "evidence", on=date(2026, 5, 4))
    case.today = date(2026, 8, 1)
    first, second = an_agreed_action(case), an_agreed_action(case)
    shows_it = tmp_path / "audit.txt"
    shows_it.write_text("Eleven of twelve sampled calls")
    link = server.address + door_in(mail_to(post(database), CONTACT))
    with somebody(browser) as contact:
        contact.opens(link)
        contact.looks("the page of the link")
        contact.presses("button", "Open")
        expect(contact.page.get_by_role("heading", level=1)).to_have_text("You have 2 things to do")
        contact.looks("what we owe")
        reported_done(contact, first, shows_it)
        assert (contact.steps, contact.answers) == (4, 3), "from the e-mail to done"
        assert case.record(first).stage == "complete_claimed"
        ask_for_four_eyes(database)
        contact.page.get_by_role("link", name="Back to what we owe").click()
        expect(contact.page.get_by_text("Waiting for others")).to_be_visible()
        reported_done(contact, second, shows_it)
        expect(contact.page.get_by_role("heading", level=1)).to_have_text("Thank you. Your lead has it now")
        contact.page.get_by_role("link", name="Back to what we owe").click()
        contact.page.get_by_role("link", name="Waits for your lead").click()
        expect(contact.page.get_by_role("button", name="Take it back")).to_be_visible()
        contact.looks("what was written")
        contact.page.goto(f"{server.address}/agency/replies/{a_reply(database)}")
        expect(contact.page.get_by_text("1 of 1 recommendation has no answer yet")).to_be_visible()
        contact.looks("a reply to the Commissioner")
        assert contact.wrong == []
    assert case.record(second).stage == "agreed"
    link = server.address + door_in(mail_to(post(database), LEAD))
    with somebody(browser) as lead:
        lead.opens(link)
        lead.presses("button", "Open")
        expect(lead.page.get_by_role("heading", level=1)).to_have_text("1 answer waits for your sign-off")
        expect(lead.page.get_by_text("Calls are handled as taught")).to_be_visible()
        lead.looks("to sign off")
        lead.presses("button", re.compile("^Sign off"))
        expect(lead.page.get_by_text(f"Signed off: {second}")).to_be_visible()
        assert lead.steps == 3
        assert lead.wrong == []
    assert case.record(second).stage == "complete_claimed"


def reported_done(contact: Counted, ref: str, shows_it: Path) -> None:
    """One action from the page of what is owed to its receipt."""
    page = contact.page
    contact.presses("link", re.compile(f"^Update.*{ref}"))
    contact.looks("one update")
    page.get_by_label("Done, here is what shows it").check()
    contact.answered()
    page.get_by_label("In a few words").fill("Calls are handled as taught.")
    contact.answered()
    page.get_by_label("A file that shows it").set_input_files(shows_it)
    contact.answered()
    contact.looks("one update, filled in")
    contact.presses("button", "Send")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    contact.looks("the receipt")
