"""Documents in a real browser: one added, a second version, a program refused, who opened it; 300 MB sent at once."""

from __future__ import annotations

import http.client
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import date
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import builders, given_files
from tests.journeys.test_browser import WIDTHS, sign_in, too_wide, violations
from tests.web.conftest import PASSWORD, prepared
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.browser

NOW = "2026-08-03T09:00"
MEGABYTE = 1024 * 1024
SENT = 300
"""Megabytes of the file that is far too large."""
GROWS = 100
"""Megabytes by which the server may grow while it is sent; one file may have 50."""


@pytest.fixture(scope="module")
def server(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("documents")
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


def test_a_document_is_added_gets_a_version_and_is_opened(page: Page, server: Serving) -> None:
    case = a_case(server)
    sign_in(page, server)
    page.goto(f"{server.address}/reviews/{case.ref}")
    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_role("button", name="Add a document").or_(page.get_by_role("link", name="Add a document")).click()

    page.get_by_label("What is it called?").fill("Minutes of the first meeting")
    page.get_by_label("What kind of document is it?").select_option("minutes")
    page.get_by_label("Name of the version").fill("1")
    page.locator('input[type="file"]').set_input_files([as_upload("About Zephyrine.docx", given_files.PROGRAM)])
    page.get_by_role("button", name="File a document").click()
    expect(page.get_by_role("alert")).to_contain_text("This file is a program, whatever its name says")
    expect(page.get_by_label("What is it called?")).to_have_value("Minutes of the first meeting")
    assert violations(page) == []

    page.locator('input[type="file"]').set_input_files([as_upload("About Zephyrine.docx", given_files.docx())])
    page.get_by_role("button", name="File a document").click()
    expect(page.get_by_role("link", name="Minutes of the first meeting", exact=True)).to_be_visible()
    expect(page.locator(".dardr-documents")).to_contain_text("OFFICIAL-SENSITIVE")
    page.get_by_role("link", name="Minutes of the first meeting", exact=True).click()

    page.get_by_role("link", name="Add a version").or_(page.get_by_role("button", name="Add a version")).click()
    page.get_by_label("Name of the version").fill("2")
    page.get_by_label("What changed since the one before").fill("The dates of two meetings")
    page.locator('input[type="file"]').set_input_files([as_upload("b.pdf", given_files.pdf())])
    page.get_by_role("button", name="Add a version").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save file 2").click()
    assert re.fullmatch(rf"{case.ref}-D01-file-2-OFFICIAL-SENSITIVE\.pdf", saved.value.suggested_filename)
    page.reload()
    expect(page.locator("section", has=page.get_by_role("heading", name="Who opened it"))).to_contain_text(
        "Alex Example, file 2"
    )
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for path in (f"/records/{case.ref}-D01/files", f"/reviews/{case.ref}/files"):
            page.goto(server.address + path)
            assert too_wide(page) == 0, (path, width)
            assert violations(page) == [], (path, width)
    assert "Zephyrine" not in page.content()


# --- 300 MB -------------------------------------------------------------------------------------------------


def test_three_hundred_megabytes_are_answered_and_the_server_stays_small(server: Serving) -> None:
    case = a_case(server)
    cookies = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

    def hidden(path: str) -> dict[str, str]:
        with browser.open(server.address + path, timeout=60) as answer:
            return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.read().decode()))

    asked = {**hidden("/sign-in"), "email": builders.address("case_manager"), "password": PASSWORD}
    browser.open(f"{server.address}/sign-in", urllib.parse.urlencode(asked).encode(), timeout=60).close()
    path = f"/records/{case.ref}/do/file_document"
    answers = {**hidden(path), "title": "Minutes of the first meeting", "version": "1"}

    before = server.most_memory
    assert before > 0
    status, said = _send(server, path, answers, {one.name: one.value or "" for one in cookies})
    assert status == 422
    assert "This file is larger than 50 MB" in said and 'value="Minutes of the first meeting"' in said
    assert server.most_memory - before < GROWS * MEGABYTE
    assert hidden(path), "it goes on answering"
    assert case.opened("document") == []


def _send(server: Serving, path: str, answers: dict[str, str], cookies: dict[str, str]) -> tuple[int, str]:
    """Send a form with a file of 300 MB, a megabyte at a time, as a browser does."""
    mark = "a-fictional-boundary"
    head = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in answers.items()
    )
    head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    foot = f"\r\n--{mark}--\r\n"
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=300)
    try:
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={mark}")
        connection.putheader("Content-Length", str(len(head) + SENT * MEGABYTE + len(foot)))
        connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))
        connection.endheaders(head.encode())
        for _ in range(SENT):
            connection.send(b"%PDF-1.7 and no more. ".ljust(MEGABYTE, b"x"))
        connection.send(foot.encode())
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
