"""The documents page: adding a document and a version, the list a page at a time, and who opened what."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.web import uploads
from tests import builders, given_files
from tests.builders import Case, a_review
from tests.scanner import SIGNATURE, a_scanner
from tests.web.conftest import Browser, application, dated, signed_in
from workflows.definition import Role

MEGABYTE = 1024 * 1024


@pytest.fixture
def case(database: Database, app: Flask) -> Case:
    return a_review(database, "evidence")


def upload(content: bytes, name: str = "About Zephyrine.docx") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def file_one(browser: Browser, case: Case, **more: Any) -> Any:
    answers = {"title": "Minutes of March", "document_kind": "minutes", "version": "1", "marking": "official"}
    answers |= {"file": upload(given_files.docx()), **dated("_on", case.today.isoformat()), **more}
    return browser.send(f"/records/{case.ref}/do/file_document", **answers)


def test_a_document_is_added_and_listed(case: Case, manager: Browser) -> None:
    page = manager.get(f"/reviews/{case.ref}/files")
    assert "There is no document here" in page.text and "Add a document" in page.text
    answer = file_one(manager, case)
    assert answer.status_code == 303 and answer.headers["Location"] == f"/reviews/{case.ref}/files"
    page = manager.get(f"/reviews/{case.ref}/files").text
    for said in ("Minutes of March", "OFFICIAL", "Word, ", "not looked through for viruses", "by Alex Example"):
        assert said in page, said
    assert "Zephyrine" not in page
    assert 'aria-current="page">Documents' in page and "Letters and briefings" in page


def test_the_history_of_a_document_and_who_opened_it(case: Case, manager: Browser, app: Flask) -> None:
    file_one(manager, case)
    (ref,) = case.opened("document")
    second = {"version": "2", "version_changes": "The dates of two meetings"}
    second |= {"file": upload(given_files.pdf(), "b.pdf")}  # type: ignore[dict-item]
    answer = manager.send(f"/records/{ref}/do/add_version", **second, **dated("_on", case.today.isoformat()))
    assert answer.headers["Location"] == f"/records/{ref}/files"
    page = manager.get(f"/records/{ref}/files").text
    assert page.index("The dates of two meetings") < page.index("The first version")
    assert "Nobody has opened a file of it yet" in page and "Add a version" in page
    saved = manager.get(f"/records/{ref}/files/1")
    assert saved.data == given_files.docx() or saved.data.startswith(b"PK")
    assert saved.headers["X-Protective-Marking"] == "OFFICIAL"
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{ref}-file-1-OFFICIAL.docx"'
    for person in ("case_manager", "auditor", "deciding_chair"):
        assert re.search(r"Alex Example, file 1\b", signed_in(app, person).get(f"/records/{ref}/files").text), person
    with_panel(case)
    panel = signed_in(app, "panel_member").get(f"/records/{ref}/files").text
    assert "The dates of two meetings" in panel
    assert "Who opened it" not in panel and "Add a version" not in panel


def with_panel(case: Case) -> None:
    with case.database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)


def test_a_document_kept_to_the_team_is_on_no_page_of_the_panel(case: Case, manager: Browser, app: Flask) -> None:
    file_one(manager, case, title="Advice on costs", readers="team")
    with_panel(case)
    (ref,) = case.opened("document")
    panel = signed_in(app, "panel_member")
    for path in (f"/reviews/{case.ref}", f"/reviews/{case.ref}/files", f"/reviews/{case.ref}/timeline"):
        page = panel.get(path)
        assert page.status_code == 200 and "Advice on costs" not in page.text, path
    for path in (f"/records/{ref}", f"/records/{ref}/files", f"/records/{ref}/files/1", f"/records/{ref}/timeline"):
        assert panel.get(path).status_code == 404, path
    assert "Advice on costs" in manager.get(f"/reviews/{case.ref}/files").text
    assert manager.get(f"/records/{ref}/files/1").headers["X-Protective-Marking"] == "OFFICIAL"


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (given_files.PROGRAM, "IMR Zephyrine.pdf", "is a program, whatever its name says"),
        (given_files.bomb(60), "IMR Zephyrine.docx", "would unpack to far more"),
        (given_files.docx()[:-500], "IMR Zephyrine.docx", "damaged or cut off"),
        (given_files.pdf("x"), "IMR Zephyrine.pdf", "protected by a password"),
        (given_files.with_macros(), "IMR Zephyrine.docx", "has macros"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_and_the_form_comes_back_filled(
    case: Case, manager: Browser, content: bytes, name: str, says: str
) -> None:
    answer = file_one(manager, case, file=upload(content, name))
    assert answer.status_code == 422
    assert says in answer.text and 'href="#file"' in answer.text
    assert 'value="Minutes of March"' in answer.text and "choose them again" in answer.text
    assert "Zephyrine" not in answer.text
    assert case.opened("document") == []


def test_many_documents_are_listed_a_page_at_a_time(case: Case, manager: Browser) -> None:
    for number in range(1, 28):
        asked = {"title": f"Paper {number:02}", "document_kind": "evidence", "version": "1"}
        case.act("file_document", {**asked, "kept_where": "The archive"})
    first = manager.get(f"/reviews/{case.ref}/files").text
    assert "Paper 27" in first and "Paper 01" not in first and "Showing 1 to 25 of 27" in first
    assert "Paper 01" in manager.get(f"/reviews/{case.ref}/files?page=2").text
    found = manager.get(f"/reviews/{case.ref}/files?text=paper+02").text
    assert "Paper 02" in found and "Paper 03" not in found
    assert "No document matches" in manager.get(f"/reviews/{case.ref}/files?kind=minutes").text
    case.act("withdraw_document", {"withdrawn_because": "Filed twice."}, ref=case.opened("document")[1])
    assert "Paper 02" not in manager.get(f"/reviews/{case.ref}/files?text=02").text
    gone = manager.get(f"/reviews/{case.ref}/files?text=02&all=yes").text
    assert "Paper 02" in gone and "Withdrawn" in gone


def test_a_scanned_file_is_said_to_be(case: Case, manager: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_scanner() as scanner:
        monkeypatch.setenv("DARDR_CLAMD", scanner.where)
        infected = file_one(manager, case, file=upload(b"words " + SIGNATURE, "a.txt"))
        assert infected.status_code == 422 and "carries a virus" in infected.text
        assert file_one(manager, case).status_code == 303
    assert ">looked through for viruses" in manager.get(f"/reviews/{case.ref}/files").text
    with case.database.read() as session:
        assert session.scalars(sa.select(StoredFile.scanned_at)).one() is not None


# --- large uploads --------------------------------------------------------------------------------------------


@pytest.fixture
def small(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser of the case manager where a file may have one megabyte."""
    monkeypatch.setenv("DARDR_LARGEST_FILE", "1")
    return signed_in(application(database, tmp_path), "case_manager")


def send_large(browser: Browser, path: str, size: int, **fields: str) -> Any:
    """Send a form with a file of so many bytes."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', browser.get(path).text))
    large = FileStorage(io.BytesIO(b"x" * size), "a.txt")
    boundary, body = encode_multipart({**hidden, **fields, "file": large})
    return browser.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_a_file_far_too_large_is_named_and_the_answers_come_back(case: Case, small: Browser) -> None:
    for size in (MEGABYTE + 1, 9 * MEGABYTE):
        answer = send_large(small, f"/records/{case.ref}/do/file_document", size, title="Minutes of March", version="1")
        assert answer.status_code == 422
        assert "This file is larger than 1 MB" in answer.text and 'value="Minutes of March"' in answer.text
    path, day = f"/records/{case.ref}/do/file_document", dated("_on", case.today.isoformat())
    answers = {"title": "Minutes of March", "document_kind": "minutes", "version": "1", "marking": "official"}
    assert send_large(small, path, MEGABYTE, **answers, **day).status_code == 303


def test_there_is_an_end_to_what_is_read(case: Case, small: Browser, anyone: Browser, app: Flask) -> None:
    path = f"/records/{case.ref}/do/file_document"
    answer = send_large(small, path, (uploads.READ_TO_THE_END + 1) * MEGABYTE)
    assert answer.status_code == 413 and "far larger than a file may be" in answer.text
    app.config["MAX_CONTENT_LENGTH"] = MEGABYTE
    answer = send_large(anyone, path, 2 * MEGABYTE)
    assert answer.status_code == 413, "nobody knows who sends this, so it is not read"


def test_what_is_dropped_takes_no_room() -> None:
    upload = uploads.Upload(1000)
    assert upload.write(b"x" * 900) == 900 and not upload.over
    assert upload.write(b"x" * 900) == 900 and upload.over
    assert upload.write(b"x" * 900) == 900
    assert upload.tell() == 0
    upload.seek(0)
    assert upload.read() == b""
    upload.close()
