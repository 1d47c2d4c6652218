"""A team's tracker of live reviews, as teams keep them. Everybody and everything in it is fictional."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl

HEADINGS = (
    "Ref", "Case name", "Victim name", "CSP", "Date of death", "Date notified", "Status", "Decision date", "Chair",
    "Case officer", "Report due (agreed)", "Sent to HO", "Budget code", "Comments",
)  # fmt: skip
SHEET = "Live DHRs"
TITLE = "Mereshire: live reviews. Fictional."

ROWS: tuple[tuple[Any, ...], ...] = (
    ("M/01", "Alder", "Ann Fictional", "Northmere", date(2025, 1, 20), date(2025, 1, 28), "Drafting",
     date(2025, 2, 24), "Oakley Example", "Alex Example", date(2026, 12, 1), None, 4021,
     "Second draft with the chair."),
    ("M/02", "Birch", "Bea Fictional", "Northmere", "3rd Feb 25", "10/02/2025", "IMRs", "03/03/2025", None,
     "Bailey Example", "TBC", None, 4022, None),
    ("M/03", "Cedar", None, "Southmere CSP", "early 2025", "Feb 2025", "Screening", None, None, "Alex Example", None,
     None, None, "Waiting for two replies."),
    ("M/04", "Damson", None, "Southmere CSP", 45691, 45700, "Home Office", "12 March 2025", "Oakley Example", None,
     None, date(2026, 5, 6), "=1+1", None),
    ("M/05", "Elder", None, "Northmere; Southmere", date(2024, 6, 1), date(2024, 6, 9), "Awaiting publication",
     date(2024, 7, 1), None, "A. Nobody", None, "June 2025", None, None),
    ("M/06", "Fir", None, "Northmere", date(2024, 2, 1), date(2024, 2, 5), "Action plan", date(2024, 3, 1), None, None,
     None, date(2025, 1, 10), None, "Three actions left."),
    ("M/07", "Gorse", None, "Northmere", date(2026, 7, 1), date(2026, 7, 6), "Awaiting decision", None, None,
     "Alex Example", None, None, None, None),
    ("M/08", "Hazel", None, "Northmere", date(2026, 5, 1), date(2026, 5, 6), "Chair to be appointed",
     date(2026, 6, 1), None, None, None, None, None, None),
    ("M/09", "Ivy", None, "Northmere", "31/02/2026", date(2026, 3, 6), "ToR", "not known", None, None, None, None,
     None, None),
    ("M/10", "Juniper", None, "Atlantis", date(2026, 1, 1), date(2026, 1, 6), "Drafting", date(2026, 2, 1), None, None,
     None, None, None, "Nobody knows this partnership."),
    ("M/11", "Larch", None, "Northmere", date(2023, 1, 1), date(2023, 1, 6), "Closed", date(2023, 2, 1), None, None,
     None, None, None, None),
    ("M/12", "Maple", None, "Northmere", date(2025, 11, 3), date(2025, 11, 10), "No DHR", date(2025, 12, 1), None,
     None, None, None, None, "Reasons sent."),
)  # fmt: skip


def workbook(rows: tuple[tuple[Any, ...], ...] = ROWS, *, merged: bool = True) -> bytes:
    """The tracker as a workbook: a title over it, merged cells, a hidden column, a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append([TITLE])
    sheet.append([])
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append([f"'{v}" if v == "=1+1" else v for v in row])
    if merged:
        sheet.merge_cells("A1:N1")
        sheet.merge_cells("D9:D10")
        sheet.column_dimensions["M"].hidden = True
    book.create_sheet("Closed cases").append(["Nothing of this sheet is live"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
