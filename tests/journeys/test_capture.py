"""From the mailbox and the telephone onto a review, in a real browser: dropped, filed, read; a call by keyboard."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.journeys.following import follow
from tests.journeys.test_browser import WIDTHS, complaints_of, sign_in, tab_to, too_wide, violations
from tests.mails import eml
from tests.outlook_files import outlook
from tests.web.conftest import prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-08-03T09:00"
MOST_KEYS = 80
"""Presses of a key from the open page of a review to a saved call of 45 letters, and the seconds a person has."""


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("capture")
    file = folder / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    with serving(database, folder, NOW) as running:
        yield running
    database.close()


def a_case(server: Serving) -> builders.Case:
    case = builders.a_review(server.database, "evidence", display_pseudonym="Heron 2026")
    case.today = date(2026, 8, 3)
    return case


def as_upload(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


MESSAGE = eml(attachments=[("Zephyrine timeline.pdf", b"%PDF-1.7")])
OUTLOOK = outlook(
    subject="Zephyrine", body="Words", sender=("C. Officer", "officer@coroner.example"),
    message_id="<7@coroner.example>", sent=builders.at_ten(date(2026, 7, 20)),
    attachments=[("Inquest.docx", b"PK" * 4000)],
)  # fmt: skip


def test_messages_are_filed_said_more_about_read_and_saved(page: Page, server: Serving) -> None:
    case = a_case(server)
    sign_in(page, server)
    page.goto(f"{server.address}/reviews/{case.ref}")
    page.get_by_role("link", name="File e-mails").first.click()
    page.locator('input[type="file"]').set_input_files(
        [as_upload("a.eml", MESSAGE), as_upload("b.msg", OUTLOOK), as_upload("c.msg", b"PK\x03\x04 a zip")]
    )
    page.get_by_role("button", name="File them").click()
    expect(page.get_by_role("alert").last).to_contain_text("File 3 of 3: it is not an e-mail")
    fresh = page.locator(".dardr-emails").first
    expect(fresh).to_contain_text("E-mail from Mereshire Police, sent 14 July 2026 at 14:05, 1 attachment")
    expect(fresh).to_contain_text("E-mail received, sent 20 July 2026 at 10:00, 1 attachment")
    assert violations(page) == []
    inquest = fresh.get_by_role("listitem").filter(has_text="20 July")
    inquest.get_by_text("Change what is said of it").click()
    inquest.get_by_label("With whom?").select_option("coroner")
    inquest.get_by_label("About what").fill("The date of the inquest")
    inquest.get_by_role("button", name="Save what is said").click()
    expect(page.locator(".dardr-emails").first).to_contain_text("E-mail from the coroner, sent 20 July 2026 at 10:00")
    page.goto(f"{server.address}/reviews/{case.ref}/timeline")
    expect(page.get_by_text("E-mail from the coroner, sent 20 July 2026")).to_be_visible()
    assert "Zephyrine" not in page.content()
    page.get_by_role("link", name="Read it").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("E-mail from Mereshire Police")
    expect(page.get_by_text("The words of the e-mail.")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Attachments of the e-mail").click()
    assert saved.value.suggested_filename.startswith(f"{case.ref}-file-")
    assert saved.value.suggested_filename.endswith(".pdf")
    assert saved.value.path().read_bytes() == b"%PDF-1.7"


def test_messages_are_dropped_on_the_page(page: Page, server: Serving) -> None:
    case = a_case(server)
    sign_in(page, server)
    page.goto(f"{server.address}/reviews/{case.ref}/file-messages")
    zone = page.locator("[data-drop]")
    expect(zone).to_contain_text("Or drag e-mails here from the mailbox")
    held = page.evaluate_handle(
        """files => { const held = new DataTransfer();
        for (const [name, text] of files) held.items.add(
            new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name));
        return held; }""",
        [["a.eml", base64.b64encode(MESSAGE).decode()], ["b.msg", base64.b64encode(OUTLOOK).decode()]],
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": held})
    expect(zone).to_contain_text("2 files chosen")
    page.get_by_role("button", name="File them").click()
    expect(page.get_by_role("alert")).to_contain_text("2 e-mails are filed.")
    assert len(case.record().facts["correspondence"]) == 2


def test_messages_are_filed_without_scripts(browser: Browser, server: Serving) -> None:
    case = a_case(server)
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, server)
    page.goto(f"{server.address}/reviews/{case.ref}/file-messages")
    page.locator('input[type="file"]').set_input_files([as_upload("a.eml", MESSAGE), as_upload("b.msg", OUTLOOK)])
    page.get_by_role("button", name="File them").click()
    expect(page.get_by_role("alert")).to_contain_text("2 e-mails are filed.")
    context.close()


def test_a_call_is_noted_by_keyboard_alone_in_under_thirty_seconds(
    page: Page, server: Serving, record_property: Any
) -> None:
    case = a_case(server)
    sign_in(page, server)
    page.goto(f"{server.address}/reviews/{case.ref}")
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        page.keyboard.press(key)
        keys += 1

    def to(words: str) -> None:
        nonlocal keys
        for _ in range(40):
            press("Tab")
            if words in page.evaluate(
                "(e => (e.labels ? [...e.labels].map(l => l.textContent).join(' ') : '') + e.textContent)"
                "(document.activeElement)"
            ):
                return
        raise AssertionError(f"“{words}” is not reached.")

    started = time.monotonic()
    to("Skip to main content")
    press("Enter")
    to("Note a telephone call")
    press("Enter")
    to("What was said")
    said = "The inquest opens on 4 May; they will write."
    page.keyboard.type(said)
    to("Who was it?")
    press("C")
    to("Save the call")
    press("Enter")
    page.wait_for_url(f"**/reviews/{case.ref}")
    expect(page.get_by_role("alert")).to_contain_text("Recorded: Note a telephone call.")
    took = time.monotonic() - started
    record_property("keys", keys)
    print(f"\nA call noted with {keys} presses and {len(said)} letters, in {took:.1f} seconds of the machine.")
    (call,) = case.record().facts["calls"]
    assert (call["note"], call["with_whom"], call["call_direction"]) == (said, "coroner", "received")
    assert keys + len(said) <= MOST_KEYS


def test_every_page_of_this_is_accessible_and_fits(page: Page, server: Serving) -> None:
    case = a_case(server)
    sign_in(page, server)
    page.goto(f"{server.address}/reviews/{case.ref}/file-messages")
    page.locator('input[type="file"]').set_input_files([as_upload("a.eml", MESSAGE)])
    follow(page.get_by_role("button", name="File them"))
    entry = case.record().last_seq
    complaints: list[str] = []
    for path in (
        f"/reviews/{case.ref}",
        f"/reviews/{case.ref}/timeline",
        f"/reviews/{case.ref}/files",
        f"/reviews/{case.ref}/file-messages",
        f"/records/{case.ref}/messages/{entry}",
        f"/records/{case.ref}/note-call",
    ):
        page.goto(server.address + path)
        complaints += complaints_of(page, path, looked_at=WIDTHS)
    assert complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_own_questions_are_accessible_and_fit(page: Page, server: Serving, width: int) -> None:
    sign_in(page, server, "administrator")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server.address}/administration/questions/add/feedback")
    page.get_by_label("The question, as it is asked").fill(f"What helped most, at {width}?")
    page.get_by_label("One of several answers").check()
    page.get_by_label("Answers to choose from").fill("The advocate\nThe chair\nNothing")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("This is how it is asked")).to_be_visible()
    complaints = [f"preview: {v}" for v in violations(page)]
    complaints += [f"preview: {extra} pixels too wide"] if (extra := too_wide(page)) else []
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_role("alert")).to_contain_text("The question is added")
    complaints += [f"list: {v}" for v in violations(page)]
    complaints += [f"list: {extra} pixels too wide"] if (extra := too_wide(page)) else []
    tab_to(page, "Ask no more")
    assert complaints == []
