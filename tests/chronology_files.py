"""Chronologies as agencies send them: workbooks, CSV and Word files of fictional events, well made and odd."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
from docx import Document

from dardr.casework.files import FileGiven
from dardr.storage.engine import Database
from tests.builders import Case, a_review

HEADINGS = ("Date", "Time", "Source", "Person", "Event", "Response", "Significant")
POLICE: tuple[tuple[Any, ...], ...] = (
    ("12/03/2021", "22:10", "Incident log", "A and B", "Police attended domestic incident at the flat; argument.",
     "Advice given. Referral made to social care.", "Yes"),
    ("early 2019", "", "Intelligence", "B", "Report of shouting heard by a neighbour.", "", ""),
    ("03/06/2021", "", "Crime report", "A", "Assault at the flat, injuries to face. Assessed as high risk.",
     "Heard at MARAC.", "yes"),
)  # fmt: skip
HEALTH: tuple[tuple[Any, ...], ...] = (
    ("12 March 2021", "", "Patient record", "A", "Told by police of domestic incident at the flat; argument.",
     "No record of referral received.", ""),
    ("on or about 14 June 2021", "", "Patient record", "A", "Did not attend midwife appointment.", "Letter sent.", ""),
    ("not dated", "", "Patient record", "A", "Low mood spoken of.", "", ""),
    ("7 June 2021", "", "MARAC minutes", "A", "MARAC heard assault at flat, injuries to face. Medium risk.", "", ""),
)  # fmt: skip


def workbook(
    rows: Sequence[Sequence[Any]], headings: Sequence[Any] | None = HEADINGS, *, book: openpyxl.Workbook | None = None
) -> bytes:
    """A workbook with these rows under these headings; ``book`` is one that was prepared otherwise."""
    if book is None:
        book = openpyxl.Workbook()
        for row in ([headings] if headings else []) + list(rows):
            book.active.append(list(row))  # pyright: ignore[reportOptionalMemberAccess]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def excel(rows: Sequence[Sequence[Any]], headings: Sequence[Any] | None = HEADINGS) -> FileGiven:
    """The same as a file that somebody chose."""
    return FileGiven("chronology.xlsx", workbook(rows, headings))


def csv_file(rows: Sequence[Sequence[Any]], headings: Sequence[Any] = HEADINGS) -> FileGiven:
    """The same as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return FileGiven("chronology.csv", text.getvalue().encode())


def word(*tables: Sequence[Sequence[Any]]) -> FileGiven:
    """A Word file with these tables, the first row of each its headings, and some words around them."""
    document = Document()
    document.add_paragraph("Chronology of the agency")
    for rows in tables:
        grid = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, value in zip(grid.add_row().cells, row, strict=True):
                cell.text = str(value)
        document.add_paragraph("")
    out = io.BytesIO()
    document.save(out)
    return FileGiven("chronology.docx", out.getvalue())


def with_macros() -> FileGiven:
    """A workbook that holds a macro."""
    packed = io.BytesIO(workbook(POLICE))
    with zipfile.ZipFile(packed, "a") as book:
        book.writestr("xl/vbaProject.bin", b"macro")
    return FileGiven("chronology.xlsm", packed.getvalue())


def without_result() -> FileGiven:
    """A workbook in which one event is a formula that no program has worked out yet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(list(HEADINGS))
    sheet.append(["12/03/2021", "", "Log", "A", '="Seen "&"at home"', "", ""])
    sheet.append(["13/03/2021", "", "Log", "A", "Seen at work", "", ""])
    return FileGiven("chronology.xlsx", workbook((), book=book))


def two_returns(database: Database) -> tuple[Case, str, str]:
    """A review with the chronologies of the police and the trust, and the references of the two returns."""
    review = a_review(database, "evidence", display_pseudonym="Rowan 2021")
    review.act("request_returns", {"bodies": ["mereshire-police", "mereshire-nhs"], "kind": "chronology"})
    police, trust = review.opened("agency-return")[-2:]
    review.act("add_chronology", {"chronology_file": excel(POLICE)}, ref=police)
    review.act("add_chronology", {"chronology_file": excel(HEALTH)}, ref=trust, by="other_agency_contact")
    return review, police, trust
