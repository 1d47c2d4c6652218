"""The tables of a plan: the sheets of a workbook or a CSV file, or the tables of a Word document."""

from __future__ import annotations

from dardr.casework import files
from dardr.casework.chronology.word_tables import read_tables
from dardr.casework.files import FileGiven
from dardr.casework.own_plans.facts import FACTS
from dardr.casework.tables.reading import Sheet, Wanted, guess_heading_row, read_file

PLAN = Wanted("plan", 2000, "Keep the rows of the plan in it, and choose it again.")


def tables_of(name: str, content: bytes) -> list[Sheet]:
    """The tables of a file, as a workbook has sheets. Raises Invalid with a sentence that says what to do."""
    if content:
        files.checked({"file": FileGiven(name, content)})
    if content[:2] == b"PK" and b"word/document.xml" in content:
        return read_tables(content, PLAN)
    return read_file(content, name, PLAN)


def heading_row(sheet: Sheet) -> int:
    """The row (from 1) that looks most like the headings of a plan."""
    return guess_heading_row(sheet, [word for fact in FACTS for word in fact.headings])
