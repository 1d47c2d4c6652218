"""In a real browser: a Steering Group member from another body verifies one action and sends another back.

Counted, so that nobody makes it longer: signed in, the one who verifies needs five steps for an action (the register,
the list of what waits for them, the action with its evidence, the step, send) and one answer (what was seen). To ask
for more it is two answers: what is still to be seen, and by when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from dardr import systime
from dardr.storage.bodies import Body
from dardr.storage.people import User
from tests.builders import Case, a_review, address
from tests.journeys.test_browser import sign_in
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-08-03T09:00"


@dataclass
class Counted:
    """A page, with how many steps were taken on it and how many questions were answered."""

    page: Page
    steps: int = 0
    answers: int = 0

    def presses(self, role: str, name: str) -> None:
        self.steps += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]

    def answers_with(self, label: str, words: str) -> None:
        self.answers += 1
        self.page.get_by_label(label).fill(words)

    def answers_day(self, question: str, day: date) -> None:
        self.answers += 1
        group = self.page.get_by_role("group", name=question)
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            group.get_by_label(part).fill(str(value))

    def begins(self) -> None:
        self.steps = self.answers = 0


@pytest.fixture
def server(migrated_sqlite_file: Path, tmp_path: Path) -> Iterator[Serving]:
    file = tmp_path / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    systime.pretend(systime.parse_pretended(NOW))
    with serving(database, tmp_path, NOW) as running:
        yield running
    systime.pretend(None)
    database.close()


def reported(case: Case, text: str, lead: str = "northmere-council") -> str:
    """An action that its body reported complete, with a document."""
    told = {"action_text": text, "lead_body": lead, "plan_source": "panel", "scope": "local"}
    ref = case.act("add_action", told).created[0]
    agreed = {"target_date": "2026-08-20", "outcome_measure": "An audit.", "agreed_by": "Head of service"}
    case.act("agree", agreed, ref=ref)
    case.act("claim_complete", {"evidence": f"What shows it: {text}"}, ref=ref)
    return ref


def test_somebody_from_elsewhere_verifies_one_and_sends_one_back(browser: Browser, server: Serving) -> None:
    case = a_review(server.database, "evidence", on=date(2026, 5, 4))
    case.today = date(2026, 8, 1)
    first, second = reported(case, "Train triage staff"), reported(case, "Ask at each visit")
    own = reported(case, "Write a leaflet", "mereshire-nhs")
    with server.database.write() as session:
        member = session.scalars(sa.select(User).where(User.email == address("steering_member"))).one()
        member.body_id = session.scalar(sa.select(Body.id).where(Body.key == "mereshire-nhs"))
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sign_in(page, server, "steering_member")
    verifier = Counted(page)

    find_evidence(verifier, first, "What shows it: Train triage staff")
    expect(page.get_by_text(own)).to_have_count(0)
    verifier.presses("link", "Verify that it is done")
    verifier.answers_with("What was looked at, and what was seen", "Twelve sampled calls")
    verifier.presses("button", "Verify that it is done")
    expect(page.get_by_text("Complete, verified").first).to_be_visible()
    assert (verifier.steps, verifier.answers) == (5, 1), "from the register to verified"

    verifier.begins()
    find_evidence(verifier, second, "What shows it: Ask at each visit")
    page.get_by_text("Other things that can be recorded").click()
    verifier.presses("link", "Ask for more before it is verified")
    verifier.answers_with("What is still to be seen", "An audit of records")
    verifier.answers_day("To be done by", date(2026, 11, 2))
    verifier.presses("button", "Ask for more before it is verified")
    expect(page.get_by_text("More was asked for", exact=True)).to_be_visible()
    assert (verifier.steps, verifier.answers) == (5, 2), "from the register to sent back"

    page.goto(f"{server.address}/actions/verify")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    expect(page.get_by_text("1 more waits for somebody else: your own organisation did it")).to_be_visible()
    context.close()
    assert (case.record(first).stage, case.record(second).stage) == ("complete_verified", "in_progress")
    assert case.record(own).stage == "complete_claimed"


def find_evidence(verifier: Counted, ref: str, evidence: str) -> None:
    """From the register to the evidence of one action."""
    verifier.presses("link", "Actions")
    verifier.presses("link", "Waiting for you to verify")
    verifier.presses("link", ref)
    expect(verifier.page.get_by_role("cell", name=evidence)).to_be_visible()
