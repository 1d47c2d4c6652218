"""Workbooks of actions as agencies change them: filled in, and changed in ways they should not be."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from dardr.casework.sheets.columns import COLUMNS, HEADING_ROW, SHEET
from tests.builders import Case

LETTER = {column.key: get_column_letter(index + 1) for index, column in enumerate(COLUMNS)}
"""In which column of a workbook as given out each thing stands."""


def an_action(review: Case, text: str, lead: str = "northmere-council", **agreed: Any) -> str:
    """An action of a review, agreed by the body that leads it; returns its reference."""
    ref = review.act("add_action", {"action_text": text, "lead_body": lead, "plan_source": "panel", "scope": "local"})
    (opened,) = ref.created
    said = {"target_date": "2027-03-31", "outcome_measure": "Figures of the year", "agreed_by": "Director", **agreed}
    review.act("agree", said, ref=opened)
    return opened


def row_of(page: Any, ref: str) -> int:
    """The row in which an action stands."""
    return next(row for row in range(HEADING_ROW + 1, page.max_row + 1) if page.cell(row, 1).value == ref)


def filled(data: bytes, told: Mapping[str, Mapping[str, Any]], also: Callable[[Any], None] | None = None) -> bytes:
    """The workbook with these cells filled, by reference and column; ``also`` may do what it likes with it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book[SHEET]
    for ref, cells in told.items():
        row = row_of(page, ref)
        for key, value in cells.items():
            page[f"{LETTER[key]}{row}"] = value
    if also is not None:
        also(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ON_COURSE = {"progress": "Two of three teams are trained."}
DONE = {
    "status": "Reported complete",
    "evidence": "The audit of May shows it.",
    "grade": "An audit or a sample of cases shows it",
    "kept": "Minute 12 of the board",
    "impact": "Staff ask alone now.",
}
LATER = {"new_date": date(2027, 6, 30), "reason": "The trainer left.", "progress": "One team is trained."}
