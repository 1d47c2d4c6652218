"""From an e-mail, without a password: a body replies to the Commissioner, a chair sends the next draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from docx import Document
from playwright.sync_api import Page, expect

from dardr import systime
from dardr.actors import Purpose
from dardr.casework import doors
from dardr.casework.files import FileGiven
from dardr.storage.people import User
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import Case, a_review, open_a
from tests.journeys.following import follow
from tests.journeys.test_browser import WIDTHS, too_wide, violations
from tests.web.by_link import code_in, door_in, mail_to, post
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving
from workflows.definition import Role

pytestmark = pytest.mark.browser

NOW = "2026-08-03T09:00"
PUBLISHED = date(2026, 7, 6)
LAST_DAY = date(2026, 8, 30)
CONTACT = "contact@mereshire-nhs.example"


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server, and this process with its keys: what the worker would put into e-mails is put in here."""
    folder = tmp_path_factory.mktemp("by-link")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DARDR_DATA_FOLDER", str(folder))
        systime.pretend(systime.parse_pretended(NOW))
        database = prepared(f"sqlite:///{file}")
        with serving(database, folder, NOW) as running:
            patch.setenv("DARDR_BASE_URL", running.address)
            yield running
        database.close()
        systime.pretend(None)


def fits(page: Page) -> None:
    """The page is accessible, and fits a phone, a tablet and a laptop."""
    assert violations(page) == [], page.url
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == 0, f"{page.url} at {width}"


def fill_day(page: Page, label: str, day: date) -> None:
    group = page.get_by_role("group", name=label)
    for name, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(name, exact=True).fill(str(value))


def a_report() -> bytes:
    held = BytesIO()
    Document().save(held)
    return held.getvalue()


def test_a_named_body_replies_from_its_e_mail(page: Page, server: Serving) -> None:
    values = {"title": "A fictional report", "report_published_on": PUBLISHED.isoformat(),
              "report_url": "https://reports.example/1"}  # fmt: skip
    ref = open_a(server.database, "section8-report", values, on=date(2026, 8, 3)).ref
    report = Case(server.database, ref, date(2026, 8, 3))
    report.act("add_recommendation", {"number": "1", "text": "Fictional."})
    reply = report.act("name_body", {"bodies": ["mereshire-nhs"], "recommendations_addressed": ["1"]}).created[0]
    assert report.deadline("commissioner_reply", ref=reply).due_on == LAST_DAY

    link = server.address + door_in(mail_to(post(server.database), CONTACT))
    page.goto(link)
    fits(page)
    page.get_by_role("button", name="Open").click()
    expect(page).to_have_url(f"{server.address}/records/{reply}")
    fits(page)
    page.get_by_role("link", name="Answer a recommendation").first.click()
    page.get_by_label("1: Fictional.").check()
    page.get_by_label("Action is proposed").check()
    page.get_by_label("The action taken or proposed, or why there is none").fill("Training from September.")
    follow(page.get_by_role("button", name="Answer a recommendation"))
    page.goto(f"{server.address}/records/{reply}/do/record_publication_of_reply")
    fill_day(page, "Date published", date(2026, 8, 3))
    page.get_by_label("Web address of the reply").fill("https://mereshire-nhs.example/reply")
    follow(page.get_by_role("button", name="Record publication of the reply"))
    page.goto(f"{server.address}/records/{reply}/do/record_copies_sent")
    fill_day(page, "When was the Commissioner sent a copy?", date(2026, 8, 3))
    fill_day(page, "When was the Secretary of State sent a copy?", date(2026, 8, 3))
    follow(page.get_by_role("button", name="Record the copies"))
    assert report.state("commissioner_reply", ref=reply) == "met"
    follow(page.get_by_role("button", name="Sign out"))

    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link opens nothing now")
    fits(page)
    page.get_by_role("button", name="Send me a new link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your inbox")
    fits(page)
    assert "/door/" in mail_to(post(server.database), CONTACT).text


def test_a_chair_fetches_a_draft_and_sends_the_next_version(page: Page, server: Serving, tmp_path: Path) -> None:
    review = a_review(server.database, "drafting")
    review.act("record_version", {"version": "1", "what_for": "panel", "document": FileGiven("r.docx", a_report())})
    chair = builders.address("independent_chair")
    with server.database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
        session.execute(sa.update(User).where(User.email == chair).values(password=None))
        number = session.scalars(sa.select(Record.id).where(Record.ref == review.ref)).one()
        doors.send_link(session, None, systime.utc_now(), email=chair, purpose=Purpose.CHAIR, record_id=number)
    page.goto(server.address + door_in(mail_to(post(server.database), chair)))
    follow(page.get_by_role("button", name="Send me the code"))
    fits(page)
    page.get_by_label("Code", exact=True).fill(code_in(mail_to(post(server.database), chair)))
    page.get_by_role("button", name="Open").click()
    expect(page).to_have_url(f"{server.address}/door/review")
    fits(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Fetch version 1").click()
    draft = tmp_path / "draft.docx"
    fetched.value.save_as(draft)
    word = Document(str(draft))
    word.add_paragraph("What was changed since.")
    word.save(str(draft))
    page.get_by_role("button", name="Send the next version").or_(
        page.get_by_role("link", name="Send the next version")
    ).click()
    fits(page)
    page.get_by_label("Name of the version").fill("2")
    page.get_by_label("For the family to read").check()
    page.get_by_label("The document").set_input_files(draft)
    page.get_by_role("button", name="Record a version of the report").click()
    expect(page).to_have_url(f"{server.address}/door/review")
    expect(page.get_by_role("link", name="Fetch version 2")).to_be_visible()
    assert [one["version"] for one in review.record().facts["versions"]] == ["1", "2"]
    page.get_by_role("link", name="Papers").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Papers of the review")
    fits(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Outline of the overview report").click()
    outline = tmp_path / "outline.docx"
    fetched.value.save_as(outline)
    assert any("Terms of reference" in paragraph.text for paragraph in Document(str(outline)).paragraphs)
    assert page.goto(f"{server.address}/reviews/{review.ref}/people").status == 403  # type: ignore[union-attr]
    assert re.search("Signed in as", page.content())
