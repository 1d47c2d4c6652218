"""Reading somebody's own workbook or CSV file as tables of values, with everything odd about it said aloud.

Values only: no formula is run, no link followed, no macro kept. Nothing is changed in the file.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from dardr.errors import Invalid, Reason

Value = str | int | float | bool | date | None
"""What a cell holds here: Excel dates without a time are dates, errors and formulas without a value are empty."""

MOST_COLUMNS = 120
MOST_UNPACKED = 200 * 1024 * 1024
LONGEST_CELL = 8000
LOOKED_AT_FOR_HEADINGS = 20

assert openpyxl.DEFUSEDXML, "defusedxml must be installed: a workbook is XML from outside"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file is expected to be: what it is called, how many rows are read, and what to do about one with more."""

    called: str
    most_rows: int
    shorten: str


TRACKER = Wanted("tracker", 3000, "Keep the live reviews in it, and choose it again.")


@dataclass
class Sheet:
    """One sheet: its rows from the first, merged cells filled in, and what a reader should know about it.

    ``band_rows`` are the numbers (from 1) of rows that are one merged cell across the sheet: a title, not a review.
    ``no_result`` are the cells, by row and column (from 1), that hold a formula without a kept result.
    """

    name: str
    hidden: bool = False
    rows: list[list[Value]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    band_rows: set[int] = field(default_factory=set)
    no_result: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True)
class Line:
    """One row of a table: its number in the sheet (from 1), and its values by heading."""

    number: int
    cells: dict[str, Value]


@dataclass(frozen=True)
class Table:
    """A sheet read under its heading row: headings in order, each once, and the rows below that hold anything."""

    sheet: str
    heading_row: int
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]


def read_file(data: bytes, name: str, wanted: Wanted = TRACKER) -> list[Sheet]:
    """The sheets of a file, visible ones first. Raises Invalid with a sentence that says what to do."""
    if not data:
        raise _refused(f"The file is empty. Choose the {wanted.called} again.")
    if data[:2] == b"PK":
        return _workbook(data, wanted)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _refused(
            "This is an old Excel file (.xls), or a workbook with a password. Open it in Excel, take the password off,"
            " save it as .xlsx and choose it again."
        )
    if name.lower().endswith((".xlsx", ".xlsm")) or b"\x00" in data[:4000]:
        raise _refused(
            f"This is not an Excel workbook that can be read. Save the {wanted.called} as .xlsx and choose it again."
        )
    return [_csv(data, wanted)]


def _refused(sentence: str) -> Invalid:
    return Invalid([Reason(sentence, "file")])


# --- Excel ------------------------------------------------------------------------------------------------


@contextmanager
def reading_a_workbook() -> Iterator[None]:
    """Whatever openpyxl makes of a file that is no workbook becomes Invalid, which says what to do; Invalid stays."""
    try:
        yield
    except Invalid:
        raise
    except Exception as error:  # openpyxl raises whatever its XML, zip and date readers raise
        raise _refused(
            "This is not an Excel workbook that can be read. Open it in Excel, save it as .xlsx and choose it again."
        ) from error


def _workbook(data: bytes, wanted: Wanted) -> list[Sheet]:
    with reading_a_workbook():
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise _refused(
                    f"The workbook is too large to be a {wanted.called}. Take out pictures and old sheets first."
                )
            _refuse_very_long(packed, wanted)
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data), data_only=False)
    found = []
    for sheet in values.worksheets:
        found.append(_sheet(sheet, formulas[sheet.title], wanted))
    found = [sheet for sheet in found if any(any(v is not None for v in row) for row in sheet.rows)]
    if not found:
        raise _refused(f"No sheet of this workbook holds anything. Choose the {wanted.called} again.")
    return sorted(found, key=lambda sheet: sheet.hidden)


def _refuse_very_long(packed: zipfile.ZipFile, wanted: Wanted) -> None:
    """Refuse a workbook with far more cells than are read, before any is: reading them takes minutes."""
    for one in packed.infolist():
        if one.filename.startswith("xl/worksheets/sheet"):
            with packed.open(one) as part:
                cells = sum(
                    piece.count(b"</v>") + piece.count(b"</is>") for piece in iter(lambda: part.read(1 << 20), b"")
                )
            if cells > wanted.most_rows * MOST_COLUMNS // 2:
                raise _refused(
                    f"A sheet of this workbook has {cells:,} cells. At most {wanted.most_rows:,} rows are read."
                    f" {wanted.shorten}"
                )


def _sheet(sheet: Any, formulas: Any, wanted: Wanted) -> Sheet:
    read = Sheet(sheet.title, hidden=sheet.sheet_state != "visible")
    last_row, last_column = _extent(sheet)
    if last_row > wanted.most_rows or last_column > MOST_COLUMNS:
        raise _refused(
            f"The sheet “{sheet.title}” has {last_row} rows and {last_column} columns. At most {wanted.most_rows} rows"
            f" and {MOST_COLUMNS} columns are read. {wanted.shorten}"
        )
    empty: list[str] = []
    errors: list[str] = []
    for row in sheet.iter_rows(min_row=1, max_row=last_row, max_col=last_column):
        cells: list[Value] = []
        for cell in row:
            value = _value(cell)
            if value is None and cell.data_type == "e":
                errors.append(cell.coordinate)
            if cell.value is None and formulas[cell.coordinate].data_type == "f":
                empty.append(cell.coordinate)
                read.no_result.add((cell.row, cell.column))
            cells.append(value)
        read.rows.append(cells)
    if empty:
        read.remarks.append(
            f"{_some(empty)}: a formula without a kept result. It counts as empty. Open the file in Excel, save it and"
            " choose it again to have the results."
        )
    if errors:
        read.remarks.append(f"{_some(errors)}: an error of Excel (such as #N/A). It counts as empty.")
    _merged(sheet, read, last_column)
    _hidden(sheet, read, last_row, last_column)
    if read.hidden:
        read.remarks.append(f"The sheet “{sheet.title}” is hidden in the workbook.")
    return read


def _extent(sheet: Any) -> tuple[int, int]:
    """The last row and column that hold anything: formatting alone makes sheets of a million rows."""
    used = [(row, column) for (row, column), cell in sheet._cells.items() if cell.value is not None]
    if not used:
        return 0, 0
    return max(row for row, _ in used), max(column for _, column in used)


def _value(cell: Any) -> Value:
    value = cell.value
    if cell.data_type == "e":
        return None
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return _words(str(value))


def _words(text: str) -> str | None:
    kept = "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF))
    return kept.strip()[:LONGEST_CELL] or None


def _merged(sheet: Any, read: Sheet, last_column: int) -> None:
    """A merged block's value counts for each row it spans; a band across the sheet is a title, not a review."""
    blocks = []
    for merged in sorted(sheet.merged_cells.ranges, key=lambda r: (r.min_row, r.min_col)):
        wide = merged.max_col - merged.min_col + 1
        if merged.min_row > len(read.rows) or merged.min_col > last_column:
            continue
        value = read.rows[merged.min_row - 1][merged.min_col - 1]
        if merged.min_row == merged.max_row and wide >= max(3, last_column // 2):
            read.band_rows.add(merged.min_row)
            continue
        if value is None or merged.min_row == merged.max_row:
            continue
        for row in range(merged.min_row + 1, min(merged.max_row, len(read.rows)) + 1):
            read.rows[row - 1][merged.min_col - 1] = value
        blocks.append(f"{merged.coord} (rows {merged.min_row} to {merged.max_row})")
    if blocks:
        one = len(blocks) == 1
        read.remarks.append(
            f"Merged cells: {_some(blocks)}. The value of {'the' if one else 'each'} block counts for every row it"
            " spans."
        )


def _hidden(sheet: Any, read: Sheet, last_row: int, last_column: int) -> None:
    rows = [str(n) for n, one in sorted(sheet.row_dimensions.items()) if one.hidden and n <= last_row]
    columns: list[str] = []
    for _, one in sorted(sheet.column_dimensions.items()):
        if one.hidden:
            columns += [get_column_letter(n) for n in range(one.min or 1, min(one.max or 1, last_column) + 1)]
    if rows:
        read.remarks.append(
            f"{'Row' if len(rows) == 1 else 'Rows'} {_some(rows)} {'is' if len(rows) == 1 else 'are'} hidden in the"
            " sheet, and read like the others."
        )
    if columns:
        read.remarks.append(
            f"{'Column' if len(columns) == 1 else 'Columns'} {_some(columns)} {'is' if len(columns) == 1 else 'are'}"
            " hidden in the sheet, and read like the others."
        )


def _some(names: Sequence[str]) -> str:
    if len(names) <= 6:
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[:5])} and {len(names) - 5} more"


# --- CSV --------------------------------------------------------------------------------------------------


def _csv(data: bytes, wanted: Wanted) -> Sheet:
    read = Sheet("")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        read.remarks.append("The file is not UTF-8. It was read as Windows text; look at accents and quotation marks.")
    if "\x00" in text:
        raise _refused(f"This is neither an Excel workbook nor a CSV file. Choose the {wanted.called} again.")
    try:
        delimiter = csv.Sniffer().sniff(text[:20000], delimiters=",;\t").delimiter
    except csv.Error:
        delimiter = ","
    try:  # quotes are as Excel writes them: what the sniffer guesses of them is often wrong
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _refused(
            f"The CSV file cannot be read ({error}). Save the {wanted.called} as .xlsx and choose it."
        ) from error
    if len(rows) > wanted.most_rows or any(len(row) > MOST_COLUMNS for row in rows):
        raise _refused(
            f"The file is too long. At most {wanted.most_rows} rows and {MOST_COLUMNS} columns are read."
            f" {wanted.shorten}"
        )
    read.rows = [[_words(cell) for cell in row] for row in rows]
    if not any(any(row) for row in read.rows):
        raise _refused(f"The file holds nothing. Choose the {wanted.called} again.")
    return read


# --- the table --------------------------------------------------------------------------------------------


def guess_heading_row(sheet: Sheet, known: Iterable[str] = ()) -> int:
    """The row (from 1) that looks most like headings: many short words, each once; best of all, headings known."""
    wanted = {_plain(name) for name in known}
    best, best_score = 1, -1.0
    for number, row in enumerate(sheet.rows[:LOOKED_AT_FOR_HEADINGS], 1):
        words = [str(v) for v in row if isinstance(v, str) and len(v) <= 80]
        filled = [v for v in row if v is not None]
        if number in sheet.band_rows or len(filled) < 2:
            continue
        score = len(set(words)) - 2.0 * (len(filled) - len(words)) + 3.0 * len({_plain(w) for w in words} & wanted)
        score -= 0.2 * number
        if score > best_score:
            best, best_score = number, score
    return best


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def table_of(sheet: Sheet, heading_row: int) -> Table:
    """The rows under a heading row. Raises Invalid where that row holds no headings, or no row follows it."""
    if not 1 <= heading_row <= len(sheet.rows) or not any(v is not None for v in sheet.rows[heading_row - 1]):
        raise Invalid([Reason(f"Row {heading_row} holds no headings. Give the row in which they are.", "heading_row")])
    head = sheet.rows[heading_row - 1]
    width = max(len(row) for row in sheet.rows[heading_row - 1 :])
    used = [
        i
        for i in range(width)
        if (i < len(head) and head[i] is not None)
        or any(i < len(r) and r[i] is not None for r in sheet.rows[heading_row:])
    ]
    headings: dict[int, str] = {}
    for i in used:
        given = head[i] if i < len(head) else None
        name = " ".join(str(given).split()) if given is not None else f"Column {get_column_letter(i + 1)}"
        base, number = name[:120], 1
        while name in headings.values():
            number += 1
            name = f"{base} ({number})"
        headings[i] = name
    lines, bands, remarks = [], [], list(sheet.remarks)
    for number, row in enumerate(sheet.rows[heading_row:], heading_row + 1):
        cells = {name: row[i] if i < len(row) else None for i, name in headings.items()}
        if all(value is None for value in cells.values()):
            continue
        if number in sheet.band_rows:
            bands.append(str(number))
            continue
        lines.append(Line(number, cells))
    if bands:
        remarks.append(f"{'Row' if len(bands) == 1 else 'Rows'} {_some(bands)}: a line across the sheet, left out.")
    if not lines:
        raise Invalid([Reason(f"No row follows the headings in row {heading_row}. Give another row.", "heading_row")])
    return Table(sheet.name, heading_row, tuple(headings.values()), tuple(lines), tuple(remarks))


def shown(value: Value) -> str:
    """A cell as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return str(value)


def kept(value: Value) -> Any:
    """A cell as JSON keeps it: dates marked as dates, all else as it is."""
    return {"date": value.isoformat()} if isinstance(value, date) else value


def given(value: Any) -> Value:
    """The cell that ``kept`` kept."""
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else value
