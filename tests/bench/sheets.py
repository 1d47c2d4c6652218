"""A workbook of 5,000 actions given out, and looked at when it comes back, as ratios to the bare libraries.

Giving out is measured against XlsxWriter writing the same cells with the same formats; the preview against openpyxl
reading them. Both work in turns on the same cells, and the processor's time is compared. Every hundredth action came
back with a change, and each change is tried by the action it means.
"""

from __future__ import annotations

import io
from datetime import date
from statistics import median
from time import process_time
from typing import Any

import openpyxl
import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session

from dardr.casework.sheets.columns import COLUMNS, HEADING_ROW, SHEET
from dardr.casework.sheets.giving import GIVEN, give_to_body
from dardr.casework.sheets.taking import take_in
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.plans import SheetIn
from dardr.storage.reviews import Deadline, Record, RecordBody, RecordLink
from tests.bench.databases import fresh
from tests.bench.report import Ratio
from tests.builders import a_partnership, a_review, actor, at_ten
from tests.sheets import an_action

BOUND = 2.0
TIMES = 3
ACTIONS = 5_000
A_CHANGE_EVERY = 100
COUNCIL = "northmere-council"
TEXT = "Staff of every team are trained to ask alone, to record what was said, and to pass it on the same day. "


def run() -> list[Ratio]:
    """The workbook on SQLite: what it costs is Python's work, not the database's."""
    with fresh("sqlite") as database:
        with database.write() as session:
            a_partnership(session, rehearsal=True)
        review = a_review(database, "action_monitoring", day_by_day=False)
        first = an_action(review, TEXT, target_date="2027-09-30")
        with database.write() as session:
            _copy(session, first, ACTIONS - 1)
        now = at_ten(date(2026, 9, 1))
        data = _given(database, now)
        cells = [list(line) for line in openpyxl.load_workbook(io.BytesIO(data))[SHEET].iter_rows(values_only=True)]
        back = _filled(data)
        ours, bare = _in_turns(lambda: _given(database, now), lambda: _written(cells))
        looked, read = _in_turns(lambda: _previewed(database, now, back), lambda: _read(back))
    return [
        _ratio(f"A workbook of {ACTIONS:,} actions given out", ours, "XlsxWriter, the same cells", bare),
        _ratio(
            f"The preview of it, {ACTIONS // A_CHANGE_EVERY} of them changed", looked, "openpyxl, reading them", read
        ),
    ]


def _ratio(what: str, ours: float, with_what: str, theirs: float) -> Ratio:
    return Ratio(what, f"{ours:.2f} s", f"{with_what}, {theirs:.2f} s", ours / theirs, BOUND)


def _copy(session: Session, ref: str, times: int) -> None:
    """The same action so often, each a record with its links and its clocks."""
    one = session.execute(sa.select(Record.__table__).where(Record.ref == ref)).mappings().one()
    top = session.scalar(sa.select(sa.func.max(Record.id))) or 0
    records = [
        {**one, "id": top + n, "ref": f"{ref[:-2]}{n + 1:04d}", "title": f"{n} {TEXT}"[:200],
         "facts": {**one["facts"], "action_text": f"{n}. {TEXT}"}}
        for n in range(1, times + 1)
    ]  # fmt: skip
    session.execute(sa.insert(Record), records)
    for table, key in ((RecordBody, "record_id"), (RecordLink, "item_id"), (Deadline, "record_id")):
        columns: Any = table.__table__
        rows = session.execute(sa.select(columns).where(columns.c[key] == one["id"])).mappings().all()
        for row in rows:
            kept = {name: value for name, value in row.items() if name != "id"}
            session.execute(sa.insert(columns), [{**kept, key: top + n} for n in range(1, times + 1)])


def _given(database: Database, now: Any) -> bytes:
    with database.write() as session:
        council = session.scalars(sa.select(Body).where(Body.key == COUNCIL)).one()
        given = give_to_body(session, actor(session, "case_manager"), now, council)
        assert given.rows == ACTIONS, given.rows
    return given.data


def _filled(data: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    column = next(number for number, one in enumerate(COLUMNS, 1) if one.key == "progress")
    for number in range(0, ACTIONS, A_CHANGE_EVERY):
        book[SHEET].cell(HEADING_ROW + 1 + number, column, f"{number} of them are trained by now.")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _previewed(database: Database, now: Any, data: bytes) -> None:
    with database.write() as session:
        row: SheetIn = take_in(session, actor(session, "case_manager"), now, "back.xlsx", data)
        found = row.preview or {}
        assert len(found["changes"]) == ACTIONS // A_CHANGE_EVERY, len(found["changes"])
        assert not found["conflicts"] and not found["refusals"], found["refusals"][:2]


def _written(cells: list[list[Any]]) -> None:
    book = xlsxwriter.Workbook(io.BytesIO(), GIVEN)
    page: Any = book.add_worksheet(SHEET)
    look = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    day = book.add_format({"num_format": "d mmmm yyyy", "border": 1})
    for row, values in enumerate(cells):
        for column, value in enumerate(values):
            if value is None:
                page.write_blank(row, column, None, look)
            elif isinstance(value, date):
                page.write_datetime(row, column, value, day)
            else:
                page.write_string(row, column, str(value), look)
    book.close()


def _read(data: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    held = sum(value is not None for row in book[SHEET].iter_rows(values_only=True) for value in row)
    assert held > ACTIONS
    book.close()


def _in_turns(ours: Any, theirs: Any) -> tuple[float, float]:
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        for work, times in zip((ours, theirs), taken, strict=True):
            began = process_time()
            work()
            times.append(process_time() - began)
    return median(taken[0]), median(taken[1])
