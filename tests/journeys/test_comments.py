"""In a real browser: a chair sends a version to three readers; by form, none, by Word; a late one is written to."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from datetime import date
from email import message_from_bytes
from email.policy import default
from mailbox import Maildir
from pathlib import Path
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from dardr import systime
from dardr.casework.post_in import take_in
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.post_in import IncomingMail
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import Case
from tests.journeys.following import follow
from tests.journeys.test_browser import too_wide, violations
from tests.journeys.test_deciding import as_person, do
from tests.returned_mail import answer
from tests.web.conftest import prepared
from tests.web.serving import ROOT, Serving, serving
from tests.word_files import REPORT, a_copy, a_report, gone, ins, noted, run
from workflows.definition import Role

pytestmark = pytest.mark.browser

SENT, LATER = "2026-08-03T09:00", "2026-08-20T09:00"
READERS = ["mereshire-police", "mereshire-nhs", "northmere-council"]


def looked_at(page: Page, what: str) -> list[str]:
    """What is wrong with a page at the three widths."""
    found = []
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{what} at {width}: {v}" for v in violations(page)] if width != 768 else []
        found += [f"{what}: {extra} pixels too wide at {width}"] if (extra := too_wide(page)) else []
    return found


def a_drafted_review(database: Database) -> Case:
    """A review with its first version, and an independent chair who may sign in."""
    case = builders.a_review(database, "drafting")
    case.today = date(2026, 8, 1)
    case.act("record_version", {"version": "1", "what_for": "panel"})
    seat = {"body": "northmere-council", "position": "Head of housing", "account": builders.address("panel_member")}
    case.act("add_panel_member", {**seat, "represents": "agency", "no_case_management": "declared"})
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    return case


def worker_once(database: Database, folder: Path, now: str) -> None:
    """One round of a real worker, as people start it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DARDR_")}
    environment |= {"DARDR_DATABASE_URL": database.url, "DARDR_DATA_FOLDER": str(folder), "DARDR_NOW": now}
    command = [sys.executable, "-m", "dardr.cli", "worker", "--once"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_round_of_comments_from_sending_to_the_table(
    browser: Browser, migrated_sqlite_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    case = a_drafted_review(database)
    with serving(database, tmp_path, SENT) as server:
        the_second_version_is_recorded(browser, server, case, tmp_path)
        the_chair_sends(browser, server, case)
        trust, police, council = case.opened("comment-request")
        two_readers_answer(browser, server, council, trust)
    worker_once(database, tmp_path, "2026-08-19T18:00")
    told = [m for m in messages(database, police) if m.message.startswith("deadline")]
    assert [(m.message, m.recipient) for m in told] == [("deadline_late", "contact@mereshire-police.example")]
    assert not any(m.message.startswith("deadline_late") for m in messages(database, council)), "they have answered"
    with serving(database, tmp_path, LATER) as server:
        the_late_reader_answers_in_word(browser, server, case, police, tmp_path)
        the_chair_answers_and_closes(browser, server, case)
        more_are_asked_by_name(browser, server, case)
        member, adviser = case.opened("reader-request")
        a_member_of_the_panel_comments_for_themselves(browser, server, case, member)
        number = an_answer_comes_in(database, tmp_path, adviser)
        the_answer_is_put_into_the_table(browser, server, case, number)
    database.close()


ADVISER = "adviser@outside.example"


def more_are_asked_by_name(browser: Browser, server: Serving, case: Case) -> None:
    (ref,) = case.opened("comment-round")
    with as_person(browser, server, "case_manager") as page:
        do(page, server, ref, "reopen_round", {"reopened_reason": "Two more are to read it."})
        page.goto(f"{server.address}/records/{ref}/do/ask_more_readers")
        page.get_by_label("Northmere Council, Head of housing").check()
        page.get_by_label("Who from outside?").fill(f"Expert adviser, {ADVISER}")
        for part, value in zip(("day", "month", "year"), ("30", "9", "2026"), strict=True):
            page.locator(f'[name="their_date-{part}"]').fill(value)
        assert looked_at(page, "who else is asked") == []
        page.get_by_role("button", name="Ask more readers").click()
        expect(page.get_by_role("row", name=re.compile("Expert adviser"))).to_be_visible()


def a_member_of_the_panel_comments_for_themselves(browser: Browser, server: Serving, case: Case, own: str) -> None:
    with as_person(browser, server, "panel_member") as page:
        page.goto(f"{server.address}/records/{own}/comments")
        page.get_by_role("link", name="Give a comment", exact=True).click()
        page.get_by_label("Where in the report?").fill("2.3")
        page.get_by_label("The comment").fill("They were nine and eleven.")
        page.get_by_role("button", name="Give a comment").click()
        expect(page.get_by_text("They were nine and eleven.")).to_be_visible()
        assert page.url.endswith(f"/records/{own}/comments")
        assert looked_at(page, "what a member gave") == []


def an_answer_comes_in(database: Database, folder: Path, asked: str) -> int:
    """The adviser answers by e-mail with a marked-up copy, which the mailbox brings; its number."""
    body = "Thank you. My changes are in the file.\n\nOn 20 August 2026 the team wrote:\n> Please comment.\n"
    came = message_from_bytes(answer(sender=ADVISER, subject=f"Re: {asked}", body=body), policy=default)
    copy = a_copy({2: noted(0, REPORT[2][1])}, {0: ("Dee", "Which months?")})
    came.add_attachment(copy, maintype="application", subtype="octet-stream", filename="copy.docx")
    Maildir(folder / "mail", create=True).add(came.as_bytes())
    with patch.dict(os.environ, DARDR_DATA_FOLDER=str(folder)):  # sealed with the key that the server has
        now = systime.parse_pretended(LATER)
        take_in(database, Settings(mailbox=f"maildir:{folder / 'mail'}"), now)
    with database.read() as session:
        return session.scalars(sa.select(IncomingMail.id)).one()


def the_answer_is_put_into_the_table(browser: Browser, server: Serving, case: Case, number: int) -> None:
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/post/{number}")
        page.get_by_role("button", name="Put its comments into the table").click()
        expect(page.get_by_text("Read from the file: 1 comment and 0 changes.")).to_be_visible()
        assert looked_at(page, "comments in an e-mail") == []
        page.get_by_role("button", name="Put into the table").click()
        expect(page.get_by_text("Which months?")).to_be_visible()
        page.goto(f"{server.address}/records/{case.opened('comment-round')[0]}/comments")
        for said in ("They were nine and eleven.", "Which months?"):
            expect(page.get_by_text(said)).to_be_visible()


def messages(database: Database, ref: str) -> list[OutboxMessage]:
    with database.read() as session:
        own = sa.select(Record.id).where(Record.ref == ref).scalar_subquery()
        rows = session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.record_id == own).order_by(OutboxMessage.id)
        )
        return list(rows)


def the_second_version_is_recorded(browser: Browser, server: Serving, case: Case, folder: Path) -> None:
    (folder / "report.docx").write_bytes(a_report())
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/records/{case.ref}/do/record_version")
        page.get_by_label("Name of the version").fill("2")
        page.get_by_label("For the panel", exact=True).check()
        page.locator('input[name="document"]').set_input_files(folder / "report.docx")
        page.get_by_role("button", name="Record a version of the report").click()
        expect(page.get_by_role("alert")).to_contain_text("Recorded: Record a version of the report.")


def the_chair_sends(browser: Browser, server: Serving, case: Case) -> None:
    with as_person(browser, server, "independent_chair") as page:
        page.goto(f"{server.address}/reviews/{case.ref}/report")
        page.get_by_role("link", name="Send a version for comments").click()
        page.locator('input[name="version"][value="2"]').check()
        page.get_by_label("What is this round called?").fill("The panel, version 2")
        for reader in READERS:
            page.locator(f'input[name="readers"][value="{reader}"]').check()
        for part, value in zip(("day", "month", "year"), ("17", "8", "2026"), strict=True):
            page.locator(f'[name="closes_on-{part}"]').fill(value)
        page.get_by_role("button", name="Send a version for comments").click()
        page.wait_for_url(f"**/reviews/{case.ref}/report")
        expect(page.get_by_text("3 not heard from yet")).to_be_visible()


def two_readers_answer(browser: Browser, server: Serving, council: str, trust: str) -> None:
    with as_person(browser, server, "agency_contact") as page:
        page.goto(f"{server.address}/records/{council}/comments")
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Save the version as it was sent").click()
        assert downloading.value.suggested_filename.endswith(".docx")
        do(page, server, council, "give_comment", {"where": "2.2", "comment": "Two letters were written."})
        expect(page.get_by_text("Two letters were written.")).to_be_visible()
        assert looked_at(page, "what a reader gave") == []
    with as_person(browser, server, "other_agency_contact") as page:
        do(page, server, trust, "record_no_comments", {"said_by": "Head of safeguarding"})


def the_late_reader_answers_in_word(browser: Browser, server: Serving, case: Case, police: str, folder: Path) -> None:
    changed = (
        run("2.2 The council was told of noise at night and wrote ") + gone("Ann", "a letter") + ins("Ben", "twice")
    )
    copy = a_copy({5: changed + run("."), 6: noted(0, REPORT[6][1])}, {0: ("Ann", "Were they old enough to be asked?")})
    (folder / "copy.docx").write_bytes(copy)
    with as_person(browser, server, "case_manager") as page:
        page.goto(f"{server.address}/reviews/{case.ref}/report")
        expect(page.get_by_text("1 with comments, 1 without comments, 1 late")).to_be_visible()
        assert looked_at(page, "the report") == []
        page.goto(f"{server.address}/records/{police}/do/give_word_comments")
        page.locator('input[name="word_file"]').set_input_files(folder / "copy.docx")
        page.get_by_role("button", name="Give comments in a Word file").click()
        expect(page.get_by_text("Read from the file: 1 comment and 2 changes.")).to_be_visible()


def the_chair_answers_and_closes(browser: Browser, server: Serving, case: Case) -> None:
    (ref,) = case.opened("comment-round")
    with as_person(browser, server, "independent_chair") as page:
        page.goto(f"{server.address}/records/{ref}/comments")
        together = page.locator(".dardr-paragraph", has_text="Paragraph 6")
        expect(together.get_by_text("Two letters were written.")).to_be_visible()
        expect(together.locator("del")).to_contain_text("a letter")
        assert looked_at(page, "the table of a round") == []
        for line in ("CQ02-1", "CQ02-2"):
            together.get_by_label(line, exact=True).check()
        page.get_by_role("button", name="Answer those ticked").click()
        expect(page.get_by_role("heading", name="Answer 2 comments")).to_be_visible()
        page.get_by_label("Accepted in part").check()
        page.get_by_role("button", name="Record the answer").click()
        expect(page.get_by_role("alert")).to_contain_text("what is taken up and what is not")
        page.get_by_label("How it is taken up").fill("Both letters are named.")
        assert looked_at(page, "an answer") == []
        follow(page.get_by_role("button", name="Record the answer"))
        for line in ("CQ02-3", "CQ03-1"):
            page.get_by_role("link", name=re.compile(f"^Answer {line}$")).click()
            page.get_by_label("Accepted", exact=True).check()
            follow(page.get_by_role("button", name="Record the answer"))
        expect(page.get_by_text("4 with an answer, 0 without")).to_be_visible()
        page.get_by_role("link", name="Close the round").click()
        page.get_by_role("button", name="Close the round").click()
        expect(page.get_by_text("Closed.")).to_be_visible()
        with page.expect_download() as downloading:
            page.get_by_role("link", name=re.compile("^Excel")).click()
        sheet = load_workbook(io.BytesIO(Path(downloading.value.path()).read_bytes())).active
        assert sheet is not None and sheet.max_row == 5
