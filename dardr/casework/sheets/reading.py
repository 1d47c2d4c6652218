"""Reading a workbook that comes back: its key, and under its headings what each cell holds. No formula is run.

The file is looked at first as every file is (what it is, macros, passwords, what it would unpack to, viruses).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

from dardr.casework import files
from dardr.casework.files import FileGiven
from dardr.casework.sheets.columns import (
    BY_HEADING,
    COLUMNS,
    KEY_PROPERTY,
    KEY_SHEET,
    MOST_ROWS,
    THEIRS,
    squeezed,
)
from dardr.casework.tables.columns import plain
from dardr.casework.tables.reading import reading_a_workbook
from dardr.errors import Invalid, Reason

MOST_COLUMNS = 60
LOOKED_AT = 25
"""Rows at the top of a sheet in which its headings are looked for."""
ENOUGH_HEADINGS = 3
EMPTY_ROWS = 200_000
"""Rows after which a sheet is not read on, however many it says it has."""
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z0-9:]{2,30})"')

assert openpyxl.DEFUSEDXML, "defusedxml must be installed: a workbook is XML from outside"

Cell = date | str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something of a workbook that is not taken: where it stands, and a sentence that says why and what to do."""

    sheet: str
    cell: str
    reason: str
    ref: str = ""

    def as_dict(self) -> dict[str, str]:
        """The shape every edge prints."""
        return {"sheet": self.sheet, "cell": self.cell, "ref": self.ref, "reason": self.reason}


@dataclass(slots=True)
class Row:
    """One row: its number in the sheet, the reference it names, and its cells by column key."""

    number: int
    ref: str
    cells: dict[str, Cell]
    formulas: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


@dataclass(slots=True)
class Returned:
    """A workbook as it came back. ``letters`` says in which column each heading now is."""

    key: str
    sheet: str
    letters: dict[str, str]
    rows: list[Row]
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def checked(name: str, content: bytes) -> None:
    """Refuse what is no workbook that can be read, in a sentence that says what to do. Raises Invalid."""
    if not content:
        raise refused("The file is empty. Choose the workbook again.")
    ending = name.lower().rpartition(".")[2]
    if ending == "csv" or (content[:2] != b"PK" and ending in ("txt", "tsv")):
        raise refused(
            "This is a CSV file: it does not say which workbook it was. Send the workbook itself (.xlsx). A plan of"
            " your own in a CSV file can be brought in by matching its columns."
        )
    files.checked({"file": FileGiven(name, content)})
    if content[:2] != b"PK":
        raise refused("This is an older Excel file (.xls). Open it, save it as .xlsx and choose that.")


def refused(sentence: str) -> Invalid:
    """A refusal of the whole file."""
    return Invalid([Reason(sentence, "file")])


def read_returned(name: str, content: bytes) -> Returned:
    """What a returned workbook holds. Raises Invalid where it cannot be read, or is none that was given out."""
    checked(name, content)
    with reading_a_workbook():
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise refused("This is not an Excel workbook (.xlsx). Save it as .xlsx and choose that.")
        with closing(openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)) as book:
            return _read(book, content)


def _read(book: Any, content: bytes) -> Returned:
    key = _key(book)
    found = _sheet(book)
    if found is None:
        raise refused(
            "No sheet of this workbook has the column “Reference” and those to be filled. Put the headings back as"
            " they were, or send the workbook as it was given out."
            if key
            else NOT_OURS
        )
    page, heading_row, letters = found
    back = Returned(key, page.title, letters, [])
    _say_what_is_odd(book, back)
    back.refusals += list(_headings(page, heading_row, letters))
    merged = _merged_cells(content, page)
    at = {column: _number(letter) - 1 for column, letter in letters.items()}
    formulas = False
    for number, values in _lines(page, heading_row + 1):
        cells: dict[str, Cell] = {}
        for column, index in at.items():
            value = values[index] if index < len(values) else None
            if value is None:
                continue
            cells[column] = _value(value)
            formulas = formulas or (type(value) is str and value[:1] == "=")
        if any(cells.values()):
            back.rows.append(Row(number, str(cells.get("ref") or ""), cells))
    if formulas:
        _mark_formulas(page, heading_row + 1, back)
    if merged:
        for row in back.rows:
            row.merged = tuple(c for c, letter in letters.items() if f"{letter}{row.number}" in merged)
    return back


NOT_OURS = (
    "This workbook was not given out here: its key is not in it. Download the workbook again and fill that. A plan of"
    " your own can be brought in by matching its columns."
)


def _key(book: Any) -> str:
    """The key of a workbook given out, in its hidden sheet or else in its properties."""
    if KEY_SHEET in book.sheetnames:
        page = book[KEY_SHEET]
        page.reset_dimensions()
        for values in page.iter_rows(max_row=1, max_col=2, values_only=True):
            if len(values) > 1 and values[1]:
                return str(values[1]).strip()[:64]
    for one in book.custom_doc_props.props:
        if one.name == KEY_PROPERTY and one.value:
            return str(one.value).strip()[:64]
    return ""


def _sheet(book: Any) -> tuple[Any, int, dict[str, str]] | None:
    """The sheet with the rows, the row of its headings, and where each column of ours is."""
    for page in book.worksheets:
        if page.title == KEY_SHEET:
            continue
        page.reset_dimensions()
        rows = page.iter_rows(max_row=LOOKED_AT, max_col=MOST_COLUMNS, values_only=True)
        for number, values in enumerate(rows, 1):
            letters: dict[str, str] = {}
            for index, value in enumerate(values):
                column = BY_HEADING.get(plain(value)) if isinstance(value, str) else None
                if column is not None:
                    letters.setdefault(column.key, get_column_letter(index + 1))
            if "ref" in letters and sum(c.key in letters for c in THEIRS) >= ENOUGH_HEADINGS:
                return page, number, letters
    return None


def _headings(page: Any, heading_row: int, letters: dict[str, str]) -> Iterator[Refusal]:
    """What is missing among the headings that the agency fills."""
    given = next(page.iter_rows(min_row=heading_row, max_row=heading_row, max_col=MOST_COLUMNS, values_only=True), ())
    for index, column in enumerate(COLUMNS):
        if not column.theirs or column.key in letters:
            continue
        letter = get_column_letter(index + 1)
        stands = str(given[index] or "") if index < len(given) else ""
        if stands and plain(stands) not in BY_HEADING:
            yield Refusal(
                page.title,
                f"{letter}{heading_row}",
                f"The heading of column {letter} was “{column.heading}” and is now “{stands[:60]}”. Nothing of it is"
                " taken. Give it its heading back and choose the file again.",
            )
        else:
            yield Refusal(
                page.title,
                f"{letter}{heading_row}",
                f"The column “{column.heading}” is not in the sheet any more. Nothing is taken for it. If you"
                " filled it, put it back with its heading.",
            )


def _lines(page: Any, first: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows below the headings that hold anything. Raises Invalid for more than are read."""
    held = 0
    rows = page.iter_rows(min_row=first, max_col=MOST_COLUMNS, values_only=True)
    for number, values in enumerate(rows, first):
        if number > EMPTY_ROWS:
            return
        if any(value is not None for value in values):
            held += 1
            if held > MOST_ROWS:
                raise refused(
                    f"The sheet “{page.title}” has more than {MOST_ROWS:,} rows. Keep the rows that were given out, and"
                    " choose it again."
                )
            yield number, values


def _value(value: Any) -> Cell:
    if type(value) is str:
        return squeezed(value) or None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _mark_formulas(page: Any, first: int, back: Returned) -> None:
    """Which cells hold a formula, and not a text that begins like one: asked only where something begins so."""
    wanted = {row.number: row for row in back.rows}
    keys = {_number(letter): key for key, letter in back.letters.items()}
    last = max(wanted, default=first)
    for cells in page.iter_rows(min_row=first, max_row=last, max_col=MOST_COLUMNS):
        for cell in cells:
            if getattr(cell, "data_type", "") == "f" and cell.column in keys and cell.row in wanted:
                wanted[cell.row].formulas += (keys[cell.column],)


def _merged_cells(content: bytes, page: Any) -> set[str]:
    """The cells that lie in a merged block: of which row what stands there was meant, nobody can tell."""
    path = str(page._worksheet_path).lstrip("/")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        blocks = _MERGED.findall(packed.read(path))
    found: set[str] = set()
    for block in blocks[:2000]:
        left, top, right, bottom = range_boundaries(block.decode())
        if left is None or top is None or right is None or bottom is None:
            continue
        for row in range(top, min(bottom, top + MOST_ROWS) + 1):
            for column in range(left, min(right, MOST_COLUMNS) + 1):
                found.add(f"{get_column_letter(column)}{row}")
    return found


def _say_what_is_odd(book: Any, back: Returned) -> None:
    hidden = [p.title for p in book.worksheets if p.sheet_state != "visible" and p.title != KEY_SHEET]
    if hidden:
        names = ", ".join(f"“{name}”" for name in hidden[:5])
        back.remarks.append(f"Hidden in the workbook and not read: {names}.")
    if back.sheet in hidden:
        back.remarks.append(f"The sheet “{back.sheet}” is hidden in the workbook. It was read all the same.")


def _number(letter: str) -> int:
    number = 0
    for character in letter:
        number = number * 26 + ord(character) - 64
    return number
