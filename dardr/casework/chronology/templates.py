"""Workbooks in the columns of a chronology: an empty one for an agency to fill, and one of lines typed on a page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from dardr.casework.chronology.columns import COLUMNS

MARKING = "OFFICIAL-SENSITIVE"
ROWS_TO_FILL = 1000
CHOICES = {"exactness": ["Exact", "About"], "significant": ["Yes", "No"]}
"""Columns that are answered from a list."""


def template() -> bytes:
    """The empty workbook: headings, what belongs in each column as a message, lists where there is a choice."""
    return typed_workbook(())


def typed_workbook(lines: Sequence[Mapping[str, str]]) -> bytes:
    """Lines by the keys of their columns, as a workbook that reads back as they were typed. No cell is a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    page: Any = book.add_worksheet("Chronology")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_header(f"&C{MARKING}")
    for number, column in enumerate(COLUMNS):
        page.write_string(0, number, column.label, head)
        page.set_column(number, number, column.width, text)
        rules: dict[str, Any] = {"validate": "list", "source": CHOICES[column.key]} if column.key in CHOICES else {}
        if column.help:
            rules = {"validate": "any", **rules, "input_title": column.label[:32], "input_message": column.help[:255]}
        if rules:
            page.data_validation(1, number, ROWS_TO_FILL, number, rules)
        for row, line in enumerate(lines, 1):
            if value := line.get(column.key, ""):
                page.write_string(row, number, value, text)
    page.freeze_panes(1, 1)
    book.close()
    return out.getvalue()
