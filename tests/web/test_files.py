"""The files of a record: who sees which, and how one is given out."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.casework.files import FileGiven
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.reading import ReadEvent
from tests import builders, given_files
from tests.builders import Case, a_review
from tests.mails import eml
from tests.web.conftest import Browser, application, signed_in
from workflows.definition import Role

PLAIN = given_files.pdf() + b"% <script>alert(1)</script>\n"

DOCX = given_files.docx()


@pytest.fixture
def case(database: Database, app: Flask) -> Case:
    """A review with a return that holds a file, and with a filed e-mail."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"bodies": ["northmere-council", "mereshire-nhs"], "kind": "imr"})
    (ref, _) = case.opened("agency-return")
    given = FileGiven("About Zephyrine.PDF", PLAIN, "text/html")
    case.act("record_draft", {"draft_reference": "In the folder", "draft_file": given}, ref=ref)
    case.today = date(2026, 7, 20)
    case.act("file_correspondence", {"message": FileGiven("Zephyrine.eml", eml(attachments=[("Zed.docx", DOCX)]))})
    return case


def numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"/files/(\d+)\"", text)]


def test_the_files_of_a_review_and_of_what_serves_it(case: Case, manager: Browser) -> None:
    page = manager.get(f"/reviews/{case.ref}/files")
    assert page.status_code == 200
    assert numbers(page.text) == [3, 2, 1]
    assert "The draft" in page.text and "Record that a draft came" in page.text
    assert "PDF, 1 KB" in page.text and "by Alex Example" in page.text
    assert "Zephyrine" not in page.text
    named = manager.get(f"/reviews/{case.ref}/files?names=yes")
    assert "About Zephyrine.PDF" in named.text, "those who see identities may ask what it was called, which is logged"
    assert 'aria-current="page">Documents' in page.text
    ref = case.opened("agency-return")[0]
    assert numbers(manager.get(f"/records/{ref}/files").text) == [1]
    assert manager.get(f"/records/{case.ref}/files").headers["Location"] == f"/reviews/{case.ref}/files"


def test_a_file_is_given_out_to_save_under_a_neutral_name(case: Case, manager: Browser, database: Database) -> None:
    ref = case.opened("agency-return")[0]
    answer = manager.get(f"/records/{ref}/files/1")
    assert answer.data == PLAIN
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{ref}-file-1-OFFICIAL-SENSITIVE.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_type == "application/octet-stream", "what a file says it is, is not believed"
    assert answer.headers["Cache-Control"] == "no-store"
    with database.read() as session:
        read = session.scalars(sa.select(ReadEvent).where(ReadEvent.what == "file")).one()
        assert (read.user_name, read.detail) == ("Alex Example", "file 1")
        assert read.record_id == session.scalar(sa.select(StoredFile.record_id).where(StoredFile.id == 1))


def test_an_agency_reads_its_own_file_and_neither_its_name_nor_others(case: Case, app: Flask) -> None:
    first, second = case.opened("agency-return")
    agency, other = signed_in(app, "agency_contact"), signed_in(app, "other_agency_contact")
    page = agency.get(f"/records/{first}/files")
    assert numbers(page.text) == [1]
    assert "Zephyrine" not in page.text
    assert agency.get(f"/records/{first}/files/1").data == PLAIN
    assert other.get(f"/records/{first}/files/1").status_code == 404
    assert other.get(f"/records/{second}/files/1").status_code == 404, "a number of another record's file"
    assert agency.get(f"/reviews/{case.ref}/files").status_code == 404


def test_an_email_is_for_those_who_see_identities(case: Case, app: Flask, database: Database) -> None:
    with database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    for person in ("auditor", "panel_member", "deciding_chair"):
        browser = signed_in(app, person)
        page = browser.get(f"/reviews/{case.ref}/files")
        seen = [1] if person == "deciding_chair" else []
        assert numbers(page.text) == seen, person
        assert "Zephyrine" not in page.text and "Zed" not in page.text
        for number in (2, 3):
            assert browser.get(f"/records/{case.ref}/files/{number}").status_code == 404
        timeline = browser.get(f"/reviews/{case.ref}/timeline").text
        assert "E-mail from Mereshire Police" in timeline and numbers(timeline) == seen
    chair = signed_in(app, "independent_chair")
    assert numbers(chair.get(f"/reviews/{case.ref}/files").text) == [3, 2, 1]
    assert chair.get(f"/records/{case.ref}/files/3").data == DOCX


def test_the_timeline_leads_to_the_files(case: Case, manager: Browser) -> None:
    page = manager.get(f"/reviews/{case.ref}/timeline").text
    assert "E-mail from Mereshire Police, sent 14 July 2026 at 14:05, 1 attachment" in page
    assert sorted(numbers(page)) == [1, 2, 3]
    assert "Zephyrine" not in page and "Zed.docx" not in page


def test_nothing_is_there_for_a_number_that_is_not(case: Case, manager: Browser) -> None:
    answer = manager.get(f"/records/{case.ref}/files/999")
    assert answer.status_code == 404 and "There is no file 999" in answer.text
    assert manager.get("/reviews/DARDR-1999-001/files").status_code == 404


def test_a_file_kept_with_another_master_key_says_so(case: Case, database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        row = session.scalars(sa.select(StoredFile).where(StoredFile.id == 1)).one()
        row.wrapped_key = b"\0" * len(row.wrapped_key)
    browser = signed_in(application(database, tmp_path), "case_manager")
    ref = case.opened("agency-return")[0]
    answer = browser.get(f"/records/{ref}/files/1")
    assert answer.status_code == 404
    assert "master key" in answer.text and "DARDR_MASTER_KEY" in answer.text
    with database.read() as session:
        assert session.scalars(sa.select(ReadEvent).where(ReadEvent.what == "file")).all() == []


@pytest.mark.parametrize("name", ["x", "a.b/../../c.pdf", 'q".exe', "no ending.", "naïve.dòc", "x.very-long-ending"])
def test_no_name_of_a_file_reaches_a_header(case: Case, manager: Browser, database: Database, name: str) -> None:
    with database.write() as session:
        session.execute(sa.update(StoredFile).where(StoredFile.id == 1).values(name=name))
    ref = case.opened("agency-return")[0]
    said = manager.get(f"/records/{ref}/files/1").headers["Content-Disposition"]
    assert re.fullmatch(rf'attachment; filename="{ref}-file-1-OFFICIAL-SENSITIVE(\.[a-z0-9]{{1,5}})?"', said)
