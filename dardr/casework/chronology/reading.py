"""Reading a chronology from somebody's own file: Excel, CSV, or the tables of a Word file.

What cannot be taken is named, row by row, and the rest goes on. Words stay as they are; what day they mean is read by
``workflows.when``, which never guesses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from openpyxl.utils import get_column_letter

from dardr.casework.chronology.columns import NEEDED, YES, Match, known_headings, match
from dardr.casework.chronology.word_tables import read_tables
from dardr.casework.files import FileGiven
from dardr.casework.tables.reading import (
    LONGEST_CELL,
    Sheet,
    Table,
    Wanted,
    guess_heading_row,
    read_file,
    shown,
    table_of,
)
from dardr.casework.tables.reading import Line as Row
from dardr.errors import Invalid, Reason
from dardr.storage.types import canonical
from workflows.times_of_day import take_time
from workflows.when import When, read_when

CHRONOLOGY = Wanted("chronology", 5000, "Keep the lines of the time the review looks at, and choose it again.")
CONTENT = (
    "when_given", "first_on", "last_on", "exactness", "at_time", "source", "source_record", "people", "what",
    "response", "expected", "comment", "significant",
)  # fmt: skip
"""What makes two lines the same line: everything but where it stood in the file."""
LONGEST_WHEN = 300
MOST_NAMED = 200
"""Rows that are named one by one among those not taken."""


@dataclass(frozen=True, slots=True)
class LineRead:
    """One line as it was read. ``place`` is where it stood; ``note`` says what is odd about its time."""

    place: str
    when_given: str
    first_on: date | None
    last_on: date | None
    exactness: str
    at_time: str
    source: str
    source_record: str
    people: str
    what: str
    response: str
    expected: str
    comment: str
    significant: bool
    note: str = ""

    def content(self) -> tuple[Any, ...]:
        """What makes it the line it is."""
        return tuple(getattr(self, name) for name in CONTENT)


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A row that was not taken: its sheet, its row (from 1), and why."""

    sheet: str
    row: int
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """As the record keeps it."""
        return {"sheet": self.sheet, "row": self.row, "reason": self.reason}


@dataclass
class Reading:
    """What a file holds: its lines in their order, the rows not taken, and what a reader should know."""

    match: Match
    headings: list[str]
    sheets: list[str] = field(default_factory=list)
    lines: list[LineRead] = field(default_factory=list)
    not_taken: list[NotTaken] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    samples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """What was read, in a sentence or two."""
        said = [f"{_count(len(self.lines), 'line')} read."]
        if dayless := sum(line.exactness == "none" for line in self.lines):
            said.append(f"{_count(dayless, 'line')} without a day that can be told.")
        if self.not_taken:
            said.append(f"{_count(len(self.not_taken), 'row')} not taken.")
        return " ".join(said)


def lines_hash(lines: Iterable[LineRead]) -> str:
    """The fingerprint of lines in their order, of what they say and not of where they stood."""
    plain = [[one.isoformat() if isinstance(one, date) else one for one in line.content()] for line in lines]
    return sha256(canonical(plain).encode()).hexdigest()


def sheets_of(given: FileGiven) -> list[Sheet]:
    """The tables of a file. Raises Invalid with a sentence that says what to do."""
    name = given.name.lower()
    if given.content[:2] == b"PK" and (name.endswith(".docx") or b"word/document.xml" in given.content):
        return read_tables(given.content, CHRONOLOGY)
    if not name.endswith((".xlsx", ".csv", ".txt", ".tsv")):
        raise Invalid(
            [Reason("A chronology is read from an Excel workbook (.xlsx), a CSV file or a Word file (.docx) with a"
                    " table. Save it as one of these and choose it again.", "file")]
        )  # fmt: skip
    return read_file(given.content, given.name, CHRONOLOGY)


Remembered = Callable[[list[str]], Match | None]


def read_chronology(
    given: FileGiven, latest: date, chosen: Match | None = None, remembered: Remembered = lambda _: None
) -> Reading:
    """The lines of a file. ``latest`` is the London day on which it is given; ``chosen`` says what each column holds.

    Without ``chosen`` the columns are those remembered for these headings, else guessed from their words; where that
    does not tell the date and the event, there are no lines and ``match`` is not whole. Raises Invalid.
    """
    sheets = sheets_of(given)
    seen = [sheet for sheet in sheets if not sheet.hidden] or sheets
    tables = _tables(seen, chosen)
    found = chosen or _guess(tables, remembered)
    headings = list(dict.fromkeys(name for _, table in tables for name in table.headings))
    reading = Reading(found, headings)
    reading.samples = _samples(tables)
    for hidden in (sheet for sheet in sheets if sheet.hidden and sheet not in seen):
        reading.remarks.append(f"The sheet “{hidden.name}” is hidden, and was not read. Show it if it belongs here.")
    for sheet, table in tables:
        reading.remarks += table.remarks
        if found.whole and all(found.columns[key] in table.headings for key in NEEDED):
            reading.sheets.append(sheet.name)
            _read_rows(reading, sheet, table, latest)
        elif found.whole:
            reading.remarks.append(f"“{sheet.name}” has other headings, and was not read.")
    _remark_on(reading)
    return reading


def _tables(sheets: list[Sheet], chosen: Match | None) -> list[tuple[Sheet, Table]]:
    """Each sheet under its headings; one in which nothing follows a heading is left out, unless it is the only one."""
    found: list[tuple[Sheet, Table]] = []
    problem: Invalid | None = None
    known = [*known_headings(), *(chosen.columns.values() if chosen else ())]
    for sheet in sheets:
        try:
            if chosen is not None and not chosen.headed:
                found.append((sheet, _unheaded(sheet)))
            else:
                found.append((sheet, table_of(sheet, guess_heading_row(sheet, known))))
        except Invalid as error:
            problem = problem or error
    if not found and problem is not None:
        raise Invalid(
            [Reason("There are headings in this file and no line under them. Choose the file with the lines.", "file")]
        ) from problem
    return found


def _unheaded(sheet: Sheet) -> Table:
    """A table whose columns are called by their letters."""
    width = max(len(row) for row in sheet.rows)
    names = tuple(f"Column {get_column_letter(number + 1)}" for number in range(width))
    rows = [
        Row(number, {name: row[i] if i < len(row) else None for i, name in enumerate(names)})
        for number, row in enumerate(sheet.rows, 1)
        if any(value is not None for value in row)
    ]
    return Table(sheet.name, 0, names, tuple(rows), tuple(sheet.remarks))


def _guess(tables: list[tuple[Sheet, Table]], remembered: Remembered) -> Match:
    """The best match of any table: the one that tells most columns."""
    found = [match(table.headings, remembered(list(table.headings))) for _, table in tables]
    return max(found, key=lambda one: (one.whole, len(one.columns)))


def _samples(tables: list[tuple[Sheet, Table]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, table in tables:
        for heading in table.headings:
            values = (" ".join(shown(line.cells.get(heading)).split())[:40] for line in table.lines[:20])
            kept = found.setdefault(heading, [])
            kept += [v for v in dict.fromkeys(values) if v and v not in kept][: 3 - len(kept)]
    return found


# --- rows -------------------------------------------------------------------------------------------------


def _read_rows(reading: Reading, sheet: Sheet, table: Table, latest: date) -> None:
    letters = _positions(sheet, table)
    for row in table.lines:
        cells = {key: shown(row.cells.get(heading)) for key, heading in reading.match.columns.items()}
        if all(cells[key] == heading for key, heading in reading.match.columns.items() if key in NEEDED):
            continue  # the headings again, at the top of another page
        formulas = [
            f"{get_column_letter(column)}{row.number}"
            for key, heading in reading.match.columns.items()
            if (column := letters.get(heading, 0)) and (row.number, column) in sheet.no_result
        ]
        if formulas:
            why = (
                f"{', '.join(formulas)} {'is a formula' if len(formulas) == 1 else 'are formulas'} without a kept"
                " result. Open the file in Excel, save it and choose it again, or type the words in."
            )
            reading.not_taken.append(NotTaken(sheet.name, row.number, why))
        elif not cells["what"]:
            if any(cells.values()):
                why = "It does not say what happened. Fill that column, or leave the row out."
                reading.not_taken.append(NotTaken(sheet.name, row.number, why))
        else:
            reading.lines.append(_line(sheet, row.number, cells, latest))


def _positions(sheet: Sheet, table: Table) -> dict[str, int]:
    """The column (from 1) under each heading."""
    if table.heading_row == 0:
        return {name: number for number, name in enumerate(table.headings, 1)}
    head = sheet.rows[table.heading_row - 1]
    rows = sheet.rows[table.heading_row - 1 :]
    width = max(len(row) for row in rows)
    used = [
        i for i in range(width) if (i < len(head) and head[i] is not None)
        or any(i < len(row) and row[i] is not None for row in rows[1:])
    ]  # fmt: skip
    return {name: i + 1 for name, i in zip(table.headings, used, strict=False)}


def _line(sheet: Sheet, number: int, cells: dict[str, str], latest: date) -> LineRead:
    when, time, note = _when(cells, latest)
    place = f"{sheet.name}, row {number}" if sheet.name else f"Row {number}"
    return LineRead(
        place=place[:200],
        when_given=when.given,
        first_on=when.first,
        last_on=when.last,
        exactness=when.exactness,
        at_time=time,
        source=cells.get("source", ""),
        source_record=cells.get("source_record", ""),
        people=cells.get("people", ""),
        what=cells["what"],
        response=cells.get("response", ""),
        expected=cells.get("expected", ""),
        comment=cells.get("comment", ""),
        significant=cells.get("significant", "").strip().casefold() in YES,
        note=note,
    )


def _when(cells: dict[str, str], latest: date) -> tuple[When, str, str]:
    """When a line was, the time of day with it, and what is odd about it. The words of the cells are put together."""
    day, until = cells.get("when", ""), cells.get("until", "")
    words = f"{day} to {until}" if until and until != day and day else day or until
    exact = cells.get("exactness", "").strip().casefold()
    if words and exact.startswith(("about", "approx", "estimate", "circa")):
        words = f"about {words}"
    if len(words) > LONGEST_WHEN:
        words = f"{words[: LONGEST_WHEN - 2]} …"
    found = read_when(words, latest)
    given = cells.get("time", "")
    if not given:
        return found, found.time, found.note
    left, time = take_time(" ".join(given.casefold().split()))
    kept = time if time and not left else "" if given.startswith("00:00") else " ".join(given.split())[:40]
    return found, kept or found.time, found.note


def _remark_on(reading: Reading) -> None:
    counted = Counter(line.content() for line in reading.lines)
    if twice := sum(number > 1 for number in counted.values()):
        reading.remarks.append(
            f"{_count(twice, 'line')} stand more than once, word for word. All are kept: look at them."
        )
    cut = [line.place for line in reading.lines if any(len(str(value)) >= LONGEST_CELL for value in line.content())]
    if cut:
        reading.remarks.append(
            f"{', '.join(cut[:5])}: longer than {LONGEST_CELL:,} characters, and cut there. The file itself is kept"
            " whole."
        )
    if len(reading.not_taken) > MOST_NAMED:
        reading.remarks.append(f"Of the rows not taken the first {MOST_NAMED} are named.")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
