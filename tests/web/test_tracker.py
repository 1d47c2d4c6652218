"""Bringing in a tracker page by page, and having it back: what a person sees, and what goes wrong."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from dardr.storage.drafts import Draft
from dardr.storage.engine import Database
from dardr.storage.reading import ReadEvent
from dardr.storage.reviews import Record
from dardr.storage.tracker import TrackerLayout
from tests.tracker_of_a_team import HEADINGS, ROWS, SHEET, workbook
from tests.web.conftest import Browser, application, signed_in

START = "/administration/tracker"


def upload(browser: Browser, data: bytes, name: str = "live reviews.xlsx") -> TestResponse:
    return browser.send(START, None, file=(io.BytesIO(data), name))


def chosen(page: TestResponse) -> dict[str, str]:
    """What a page of selects holds, ready to be sent again."""
    found = {}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        selected = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = selected[1] if selected else ""
    for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]*type="checkbox" value="([^"]+)" checked', page.text):
        found[name] = value
    return found


def way(browser: Browser, data: bytes, **changes: str) -> str:
    """Go through the pages as far as the preview; returns its address."""
    answer = upload(browser, data)
    assert answer.status_code == 302, answer.text
    address = answer.headers["Location"]
    if address.endswith("/sheet"):
        address = browser.send(address, None, sheet=SHEET, heading_row="").headers["Location"]
    page = browser.get(address)
    answer = browser.send(address, page, **{**chosen(page), "name": SHEET, **changes})
    assert answer.status_code == 302, answer.text
    if answer.headers["Location"].endswith("/words"):
        address = answer.headers["Location"]
        page = browser.get(address)
        answer = browser.send(address, page, **chosen(page))
        assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def count(database: Database, table: Any) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_from_the_file_to_the_reviews_and_back(either_database: Database, tmp_path: Any) -> None:
    manager = signed_in(application(either_database, tmp_path), "case_manager")
    address = way(manager, workbook())
    preview = manager.get(address)
    assert "Bring in 10 reviews" in preview.text and "Atlantis" in preview.text
    assert "31 February 2026 does not exist" in preview.text and "Nothing is recorded yet" in preview.text
    assert count(either_database, Record) == 0 and count(either_database, TrackerLayout) == 0
    answer = manager.send(address, preview)
    done = manager.get(answer.headers["Location"])
    assert "10 new, 0 changed, 0 unchanged, 1 left out, 1 not taken" in " ".join(done.text.split())
    assert count(either_database, Record) == 10
    assert "Alder" in manager.get("/reviews").text

    (link,) = re.findall(r'href="(/administration/tracker/layouts/\d+/download)"', done.text)
    given = manager.get(link)
    assert given.headers["Content-Disposition"] == 'attachment; filename="tracker-2026-08-03.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(given.data)).active
    assert sheet is not None and tuple(c.value for c in sheet[1]) == HEADINGS
    again = manager.get(way(manager, given.data))
    assert '<strong class="dardr-counts__number">10</strong> unchanged' in again.text


def test_sending_twice_going_back_and_looking_again(database: Database, manager: Browser) -> None:
    address = way(manager, workbook())
    preview = manager.get(address)
    first = manager.send(address, preview)
    second = manager.send(address, preview)
    assert first.headers["Location"] == second.headers["Location"] and count(database, Record) == 10
    for page in ("sheet", "columns", "words", "preview"):
        assert manager.get(address.replace("preview", page)).headers["Location"].endswith("/done")
        assert manager.send(address.replace("preview", page), preview).headers["Location"].endswith("/done")
    with database.read() as session:
        (draft,) = session.scalars(sa.select(Draft)).all()
        assert draft.sealed is not None and len(draft.sealed) < 20000, "the file is not kept"


def test_a_tracker_on_its_way_in_is_its_owners_alone(app: Flask, database: Database, manager: Browser) -> None:
    address = way(manager, workbook())
    other = signed_in(app, "team_manager")
    assert other.get(address).status_code == 404
    assert other.send(address, other.get(START)).status_code == 404
    assert count(database, Record) == 0


@pytest.mark.parametrize("person", ["auditor", "administrator", "deciding_chair", "agency_contact", "police_liaison"])
def test_it_is_for_those_who_carry_reviews(app: Flask, person: str) -> None:
    assert signed_in(app, person).get(START).status_code == 403


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "", "Choose the file of your tracker"),
        (b"%PDF-1.4", "tracker.xlsx", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "tracker.xls", "password"),
        (b"One heading\n", "tracker.csv", "No row follows"),
    ],
)
def test_what_is_no_tracker_is_refused_kindly(manager: Browser, data: bytes, name: str, said: str) -> None:
    answer = upload(manager, data, name)
    assert answer.status_code == 422 and said in answer.text and "There is a problem" in answer.text


def test_a_column_that_may_hold_names_must_be_thought_about(manager: Browser) -> None:
    rows = [["Ref", "CSP", "Status", "Perpetrator details"]]
    rows += [[f"R{n}", "Northmere", "Drafting", f"Sam Fictional{n}"] for n in range(1, 4)]
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    address = upload(manager, out.getvalue()).headers["Location"]
    page = manager.get(address)
    assert "sounds as if the column held names" in page.text
    answer = manager.send(address, page, **chosen(page))
    assert answer.status_code == 422 and "Keep it apart, leave it out, or tick" in answer.text
    kept = {**chosen(answer), "fact-3": "left_out"}
    assert manager.send(address, answer, **kept).status_code == 302


def test_two_columns_for_one_fact_and_none_to_tell_rows_apart(manager: Browser) -> None:
    address = upload(manager, workbook()).headers["Location"].replace("sheet", "columns")
    page = manager.get(address)
    fields = chosen(page)
    answer = manager.send(address, page, **{**fields, "fact-0": "", "fact-12": "death_date"})
    assert answer.status_code == 422
    assert "tell the rows apart" in answer.text and "cannot both be" in answer.text
    assert '<option value="death_date" selected' in answer.text, "what was chosen is not lost"


def test_a_word_without_a_meaning_is_asked_again(manager: Browser) -> None:
    address = upload(manager, workbook()).headers["Location"].replace("sheet", "columns")
    page = manager.get(address)
    words = manager.send(address, page, **chosen(page)).headers["Location"]
    page = manager.get(words)
    assert "“IMRs”" in page.text and "“Atlantis”" in page.text
    answer = manager.send(words, page, **{**chosen(page), "word-1-0": "", "word-0-0": ""})
    assert answer.status_code == 422 and "Choose what" in answer.text
    stage = next(name for name, value in chosen(page).items() if value == "drafting")
    answer = manager.send(words, page, **{**chosen(page), stage: ""})
    assert answer.status_code == 422 and "Choose what “Drafting” means" in answer.text


def test_names_are_downloaded_only_when_asked_for_and_logged(database: Database, manager: Browser) -> None:
    address = way(manager, workbook())
    done = manager.get(manager.send(address, manager.get(address)).headers["Location"])
    (link,) = re.findall(r'href="(/administration/tracker/layouts/\d+/download)"', done.text)

    def cells(data: bytes) -> str:
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        assert sheet is not None
        return str([[c.value for c in row] for row in sheet.iter_rows()])

    assert "Ann Fictional" not in cells(manager.get(link).data) and count(database, ReadEvent) == 0
    assert "Ann Fictional" in cells(manager.get(f"{link}?names=yes").data)
    assert count(database, ReadEvent) == 10


def test_markup_and_formulas_stay_text(database: Database, manager: Browser) -> None:
    nasty = '<script>alert(1)</script>=HYPERLINK("http://x.example")'
    row = dict(zip(HEADINGS, ROWS[0], strict=True)) | {"Ref": "=1+2", "Case name": nasty, "Comments": nasty}
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEADINGS)
    book.active.append([row[h] for h in HEADINGS])
    for column in (1, 2, 14):
        book.active.cell(2, column).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    address = way(manager, out.getvalue())
    preview = manager.get(address)
    assert "<script>alert" not in preview.text
    done = manager.get(manager.send(address, preview).headers["Location"])
    assert "<script>alert" not in done.text
    (link,) = re.findall(r'href="(/administration/tracker/layouts/\d+/download)"', done.text)
    sheet = openpyxl.load_workbook(io.BytesIO(manager.get(link).data)).active
    assert sheet is not None
    assert all(c.data_type != "f" for line in sheet.iter_rows() for c in line)


def test_a_download_that_is_nobodys(manager: Browser) -> None:
    assert manager.get(f"{START}/layouts/99/download").status_code == 404
    assert manager.get(f"{START}/99/preview").status_code == 404
