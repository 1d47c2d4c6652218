"""The tables of a Word file as sheets of cells. Words that were struck out by a tracked change are left out."""

from __future__ import annotations

from typing import Any

from dardr.casework.tables.reading import MOST_COLUMNS, Sheet, Value, Wanted
from dardr.casework.word_parts import CannotReadWord, opened
from dardr.errors import Invalid, Reason

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_tables(data: bytes, wanted: Wanted) -> list[Sheet]:
    """Every table of the text, in order, called “Table 1” and so on. Raises Invalid with what to do."""
    try:
        with opened(data) as parts:
            root = parts.root("word/document.xml")
    except CannotReadWord as error:
        raise Invalid([Reason(f"This file cannot be read: {error}", "file")]) from error
    tables = [one for one in root.iter(f"{W}tbl") if not any(True for _ in one.iterancestors(f"{W}tbl"))]
    found = [_sheet(table, number, wanted) for number, table in enumerate(tables, 1)]
    found = [sheet for sheet in found if any(any(v is not None for v in row) for row in sheet.rows)]
    if not found:
        raise Invalid([Reason(f"There is no table in this Word file. Put the {wanted.called} in a table.", "file")])
    return found


def _sheet(table: Any, number: int, wanted: Wanted) -> Sheet:
    read = Sheet(f"Table {number}")
    rows = [row for row in table.iter(f"{W}tr") if next(row.iterancestors(f"{W}tbl")) is table]
    if len(rows) > wanted.most_rows:
        raise Invalid(
            [Reason(f"Table {number} has {len(rows):,} rows. At most {wanted.most_rows:,} are read. {wanted.shorten}",
                    "file")]
        )  # fmt: skip
    for row in rows:
        cells: list[Value] = []
        own = [cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr")) is row]
        for cell in own[:MOST_COLUMNS]:
            span = _number(cell.find(f"{W}tcPr/{W}gridSpan"))
            above = cell.find(f"{W}tcPr/{W}vMerge")
            value = _words(cell)
            if above is not None and above.get(f"{W}val") != "restart" and read.rows:
                before = read.rows[-1]
                value = before[len(cells)] if len(cells) < len(before) else None
            cells += [value, *([None] * (min(span, MOST_COLUMNS) - 1))]
        read.rows.append(cells[:MOST_COLUMNS])
        if len(own) == 1 and len(cells) >= 3:
            read.band_rows.add(len(read.rows))
    return read


def _number(node: Any) -> int:
    value = node.get(f"{W}val") if node is not None else None
    return int(value) if value and value.isdigit() and int(value) > 0 else 1


def _words(cell: Any) -> str | None:
    said = []
    for paragraph in cell.iter(f"{W}p"):
        parts = []
        for node in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br"):
            parts.append(node.text or "" if node.tag == f"{W}t" else " ")
        said.append("".join(parts).strip())
    return "\n".join(one for one in said if one)[:8000] or None
