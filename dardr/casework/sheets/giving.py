"""Giving a workbook out: one agency's open actions, or the whole plan of a review, as they stand at a day.

What every cell held is kept (``sheet_out``), so that the workbook can be compared when it comes back. Text is written
as text: nothing in it is ever a formula or a link. Names of people are not in it, nor in its file name.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.sheets.columns import (
    COLUMNS,
    GUIDE,
    HEADING_ROW,
    KEY_PROPERTY,
    KEY_SHEET,
    LONGEST,
    SHEET,
    Column,
    grades,
    shown,
    statuses,
)
from dardr.casework.sheets.memory import collector_waits
from dardr.casework.sheets.standing import ACTION, Line, lines_of_body, lines_of_review
from dardr.errors import Conflict
from dardr.storage.bodies import Body, Partnership
from dardr.storage.plans import SheetOut
from dardr.storage.reviews import Record
from dardr.systime import london_date

MARKING = "OFFICIAL-SENSITIVE"
EARLIEST = date(2000, 1, 1)
LONGEST_IN_EXCEL = 32_767
GIVEN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
"""How a workbook is written: no text is ever read as a formula, an address or a number."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook as given out: its bytes, a name for the file, how many actions, and the key by which it is known."""

    data: bytes
    name: str
    rows: int
    key: str


def give_to_body(session: Session, actor: Actor, now: datetime, body: Body) -> Workbook:
    """The open actions of one agency, of the reviews of the actor's partnership that this actor may see.

    ``now`` is a UTC instant. Raises Conflict where the agency has no open action.
    """
    with collector_waits():
        lines = lines_of_body(session, actor, body)
        if not lines:
            raise Conflict(f"{body.name} has no open action, so there is nothing to put into a workbook.")
        return _give(session, actor, now, lines, f"Actions of {body.name}", body.key, body_id=body.id)


def give_plan(session: Session, actor: Actor, now: datetime, review: Record) -> Workbook:
    """The whole plan of one review, ended actions included, as this actor may see it.

    Raises Conflict where the plan has no action yet.
    """
    lines = lines_of_review(session, actor, review)
    if not lines:
        raise Conflict(f"The plan of {review.ref} has no action yet, so there is nothing to put into a workbook.")
    return _give(session, actor, now, lines, f"Action plan of {review.ref}", review.ref, review_id=review.id)


def _give(
    session: Session,
    actor: Actor,
    now: datetime,
    lines: Sequence[Line],
    title: str,
    called: str,
    *,
    body_id: int | None = None,
    review_id: int | None = None,
) -> Workbook:
    today = london_date(now)
    assert actor.partnership_id is not None
    partnership = session.get_one(Partnership, actor.partnership_id)
    out = SheetOut(
        key=secrets.token_urlsafe(24),
        partnership_id=partnership.id,
        body_id=body_id,
        review_id=review_id,
        made_by=actor.id,
        made_at=now,
        rows={line.ref: line.as_json() for line in lines},
    )
    session.add(out)
    session.flush()
    data = written(lines, title, partnership.name, out.key, today)
    return Workbook(data, f"actions-{called.lower()}-{today.isoformat()}.xlsx", len(lines), out.key)


def written(lines: Sequence[Line], title: str, partnership: str, key: str, today: date) -> bytes:
    """The bytes of a workbook of these lines, as at the London day ``today``."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, GIVEN)
    book.set_properties({"title": title, "company": partnership, "comments": f"{MARKING}. A live document."})
    book.set_custom_property(KEY_PROPERTY, key, "text")
    page = book.add_worksheet(SHEET)
    _actions(book, page, lines, title, today)
    _guide(book, book.add_worksheet(GUIDE), title, partnership, today)
    hidden = book.add_worksheet(KEY_SHEET)
    hidden.write_string(0, 0, "key")
    hidden.write_string(0, 1, key)
    hidden.hide()
    hidden.protect("")
    page.activate()
    book.close()
    return file.getvalue()


def _actions(book: Any, page: Any, lines: Sequence[Line], title: str, today: date) -> None:
    looks = _Looks(book)
    page.write_string(0, 0, f"{title}, as at {shown(today)}", looks.title)
    page.write_string(
        1, 0, f"{MARKING}. A live document: it was as shown on that day. Fill the coloured cells only.", looks.note
    )
    page.set_row(HEADING_ROW - 1, 46)
    for index, column in enumerate(COLUMNS):
        page.set_column(index, index, column.width)
        page.write_string(HEADING_ROW - 1, index, column.heading, looks.their_heading if column.theirs else looks.head)
    for number, line in enumerate(lines, HEADING_ROW):
        for index, column in enumerate(COLUMNS):
            _write(page, number, index, line.cells.get(column.key), looks.of(column, line))
    last = HEADING_ROW + len(lines) - 1
    for index, column in enumerate(COLUMNS):
        if column.theirs and lines:
            page.data_validation(HEADING_ROW, index, last, index, _asks(column, lines))
    page.freeze_panes(HEADING_ROW, 1)
    page.autofilter(HEADING_ROW - 1, 0, max(last, HEADING_ROW), len(COLUMNS) - 1)
    page.protect(
        "", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True, "select_locked_cells": True}
    )
    page.set_landscape()
    page.set_paper(8)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADING_ROW - 1)
    page.set_header(f"&L{_plain_footer(title)}&R{MARKING}")
    page.set_footer(f"&LAs at {shown(today)}, a live document&RPage &P of &N")


def _plain_footer(text: str) -> str:
    """Text for the head of a printed page, in which an ampersand begins a command."""
    return text.replace("&", "and")[:150]


class _Looks:
    """The formats of a workbook, made once."""

    def __init__(self, book: Any) -> None:
        cell: dict[str, Any] = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#B1B4B6"}
        theirs = {**cell, "locked": False, "bg_color": "#FFF7BF"}
        day = {"num_format": "d mmmm yyyy", "align": "left"}
        head = {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": "#DBD9D8"}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"italic": True})
        self.head = book.add_format(head)
        self.their_heading = book.add_format({**head, "bg_color": "#FFDD00"})
        self._text = book.add_format({**cell, "num_format": "@"})
        self._day = book.add_format({**cell, **day})
        self._theirs = book.add_format({**theirs, "num_format": "@"})
        self._their_day = book.add_format({**theirs, **day})

    def of(self, column: Column, line: Line) -> Any:
        """The format of a cell: unlocked where the agency fills it and this action can still be changed by it."""
        open_here = column.theirs and line.open
        if column.kind == "day":
            return self._their_day if open_here else self._day
        return self._theirs if open_here else self._text


def _asks(column: Column, lines: Sequence[Line]) -> dict[str, Any]:
    """What a cell that the agency fills takes, and what Excel says where something else is typed."""
    said = {"ignore_blank": True, "input_title": column.heading[:32], "input_message": column.help[:255]}
    if column.key == "status":
        return {
            **said, "validate": "list", "source": _offered(lines),
            "error_title": "Status", "error_message": "Choose one of the list.",
        }  # fmt: skip
    if column.key == "grade":
        return {
            **said, "validate": "list", "source": list(grades().values()),
            "error_title": "Kind of evidence", "error_message": "Choose one of the list.",
        }  # fmt: skip
    if column.kind == "day":
        return {
            **said, "validate": "date", "criteria": ">=", "value": EARLIEST, "error_title": "A date is needed",
            "error_message": "Give a day, such as 30/09/2027. Where no day can be given, leave it and say why.",
        }  # fmt: skip
    return {
        **said, "validate": "length", "criteria": "<=", "value": LONGEST, "error_title": "Too long",
        "error_message": f"At most {LONGEST} characters. More belongs into a document.",
    }  # fmt: skip


def _offered(lines: Sequence[Line]) -> list[str]:
    """The words of the drop-down for the status: those of parts of actions too where there are any."""
    kinds = dict.fromkeys([ACTION, *(line.process for line in lines)])
    return list(dict.fromkeys(label for kind in kinds for label in statuses(kind).values()))


def _write(page: Any, row: int, column: int, value: date | str | None, look: Any) -> None:
    if value is None:
        page.write_blank(row, column, None, look)
    elif isinstance(value, str):
        page.write_string(row, column, value[:LONGEST_IN_EXCEL], look)
    else:
        page.write_datetime(row, column, value, look)


def _guide(book: Any, page: Any, title: str, partnership: str, today: date) -> None:
    text = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 90)
    said = [
        ("What this is", f"{title}, as at {shown(today)}. From {partnership}. {MARKING}."),
        (
            "How to fill it in",
            f"On the sheet “{SHEET}” fill the coloured cells of the actions with news, and leave all others as they"
            " are. You may sort and filter the rows. Do not add rows, and do not rename the headings.",
        ),
        (
            "An action that is missing",
            "Do not add a row for it: write to the team, who put it on the plan.",
        ),
        (
            "Sending it back",
            "Save it as an Excel workbook (.xlsx), without a password, and upload it on the page where you downloaded"
            " it, or send it to the team. Before anything is recorded, every change is shown cell by cell.",
        ),
        *((column.heading, column.help) for column in COLUMNS if column.theirs),
        ("No names", "Do not write names of people, neither of those who work on it nor of the family."),
    ]
    for row, (about, words) in enumerate(said):
        page.write_string(row, 0, about, bold)
        page.write_string(row, 1, words, text)
    page.protect("")
