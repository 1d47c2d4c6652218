"""In a real browser: an agency answers when it is asked, and later for the review, where only what is new is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.builders import Case
from tests.given_files import docx
from tests.journeys.following import follow
from tests.journeys.test_deciding import answer, as_person, do
from tests.journeys.test_panel import looked_at, on
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-06-22T09:00"
COUNCIL = "northmere-council"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("returns")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def part(page: Page, title: str, values: dict[str, str | list[str]]) -> None:
    """The page of one part that is open: answered, saved."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    answer(page, values)
    follow(page.get_by_role("button", name="Save and continue"))


def scoped(browser: Browser, server: Serving, case: Case) -> None:
    """The agency is asked what it knows, and says so on five short pages."""
    with as_person(browser, server, "case_manager") as page:
        do(page, server, case.ref, "request_information", {"bodies": [COUNCIL]})
    (ref,) = case.opened("agency-return")
    with as_person(browser, server, "agency_contact") as page:
        page.goto(f"{server.address}/agency")
        page.get_by_role("link", name="Start").first.click()
        page.get_by_role("link", name="Who is known to you").click()
        known = {"known": "yes", "known_people": ["person_who_died"], "first_contact": "2024-03"}
        part(page, "Who is known to you, and since when", {**known})
        part(page, "The contact you had", {"contact_summary": "Three visits about housing."})
        part(page, "Risk and referrals", {"risk_assessments": "None was made."})
        part(page, "Records, and whom to speak to", {"records_secured": "yes", "lead_contact": "Head of housing"})
        part(page, "Your view", {"review_needed": "yes"})
        follow(page.get_by_role("button", name="Check and send"))
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Sent. Thank you.")).to_be_visible()
    assert case.record(ref).stage == "received_unsigned"


def test_an_agency_answers_twice_and_is_asked_once(browser: Browser, server: Serving) -> None:
    case = builders.a_review(server.database, "screening", display_pseudonym="Willow 2025")
    scoped(browser, server, case)
    case.today = date(2026, 6, 22)
    for _, _, steps in builders.route("evidence")[len(builders.route("screening")) :]:
        case.do(steps)
    with as_person(browser, server, "case_manager") as page:
        do(page, server, case.ref, "request_returns", {"kind": "imr", "bodies": [COUNCIL, "mereshire-nhs"]})
        looked_at(page, f"/reviews/{case.ref}/agencies", server)
    ref = next(one for one in case.opened("agency-return")[1:] if case.record(one).facts["body"] == COUNCIL)
    due = case.deadline("imr_return", ref=ref).due_on
    assert due is not None

    # What the agency said before stands there; only what is new is asked.
    with as_person(browser, server, "agency_contact") as page:
        page.goto(f"{server.address}/returns/{ref}")
        expect(page.get_by_text("Known already", exact=True)).to_have_count(3)
        page.get_by_role("link", name="Who wrote it").click()
        part(page, "Who wrote it", {"author_post": "Head of safeguarding", "author_independent": "yes"})
        part(page, "How it was written", {"methodology": "Two systems were read, four people spoken to."})
        part(page, "Key line of enquiry 1", {"line_1": "Nothing was shared before the spring."})
        part(page, "Key line of enquiry 2", {"line_2": "Risk was not asked about."})
        part(page, "Equality, and anything else", {"equality": "Letters were not readable for everybody."})
        page.goto(f"{server.address}/returns/{ref}")
        page.get_by_role("link", name="Ask for more time").click()
        answer(page, {**on("more_time_until", due + timedelta(days=14)), "more_time_reason": "An author is ill."})
        page.get_by_role("button", name="Ask for more time").click()
        expect(page.get_by_text("Asked. You hear by e-mail")).to_be_visible()
        page.goto(f"{server.address}/returns/{ref}/parts/involvement")
        expect(page.locator("#involvement")).to_have_value(re.compile("Three visits about housing"))
        looked_at(page, f"/returns/{ref}", server)

    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/reviews/{case.ref}/agencies")
        page.get_by_role("link", name=re.compile("^Answer ?: Northmere Council")).click()
        answer(page, {"more_time_answer": "agreed"})
        follow(page.get_by_role("button", name="Answer about more time"))
    assert case.deadline("imr_return", ref=ref).due_on == due + timedelta(days=14)

    # Another day: a colleague's own document is tried, looked through, and the form is sent after all.
    with as_person(browser, server, "agency_contact") as page:
        page.goto(f"{server.address}/returns/{ref}")
        expect(page.get_by_text("More time is agreed")).to_be_visible()
        page.get_by_role("link", name="Send your own Word document instead").click()
        page.locator('input[name="return_file"]').set_input_files(
            {"name": "a.docx", "mimeType": WORD, "buffer": docx()}
        )
        page.get_by_role("button", name="Add the file").click()
        expect(page.get_by_text("headings of the outline were found")).to_be_visible()
        looked_at(page, f"/returns/{ref}/send-file", server)
        page.goto(f"{server.address}/returns/{ref}/parts/learning")
        part(page, "Good practice and lessons", {"lessons": "Ask again at each visit."})
        page.goto(f"{server.address}/returns/{ref}/check")
        expect(page.get_by_text("Still to be written")).to_have_count(0)
        looked_at(page, f"/returns/{ref}/check", server)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Sent. Thank you.")).to_be_visible()

    with as_person(browser, server, "agency_lead") as page:
        page.goto(f"{server.address}/agency")
        page.get_by_role("link", name=f"Read and sign off: Individual management review (IMR), {ref}").or_(
            page.locator(f'a[href="/returns/{ref}"]')
        ).first.click()
        page.get_by_role("link", name="Read and sign off").click()
        looked_at(page, f"/returns/{ref}/sign-off", server)
        answer(page, {"signed_off_by": "Director of housing"})
        page.get_by_role("button", name="Sign off").click()
        expect(page.get_by_text("Signed off. Thank you.")).to_be_visible()
    assert case.record(ref).stage == "signed_off"
