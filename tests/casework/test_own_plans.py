"""Somebody's own plan brought in: columns matched and remembered, words asked about, nothing doubled or overwritten."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import docx
import pytest
import sqlalchemy as sa
import xlsxwriter

from dardr.casework.own_plans.bringing import Outcome, bring_in
from dardr.casework.own_plans.facts import DONE, LEAVE_ROW, Bodies, check, matched, remember, unexplained
from dardr.casework.own_plans.reading import heading_row, tables_of
from dardr.casework.tables.columns import plain
from dardr.casework.tables.reading import Table, table_of
from dardr.errors import Invalid
from dardr.storage.bodies import Body, FormerName
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from tests.builders import Case, a_review, actor, at_ten

HEADINGS = ("No.", "Recommendation", "Action to take", "Lead Agency", "Target Date", "RAG", "Comments")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("5.1", "Ask alone.", "Train every ward", "Mereshire NHS Trust", date(2027, 3, 31), "Amber", "Two wards trained."),
    (None, None, "Audit the records of 2026", "Mereshire NHS Trust", "ongoing", "Amber", None),
    ("5.1", "Share what is known.", "One form for all", "The Council", "31/12/26", "Complete", "The form is in use."),
    ("10", "Write down the reasons.", "Change the form", "Atlantis", "TBC", "Not started", None),
    ("11", "Nothing more.", "Stop", "Mereshire Police", None, "Superseded", None),
)


def workbook(rows: tuple[tuple[Any, ...], ...] = ROWS, title: str = "Action plan of 2026") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False})
    page: Any = book.add_worksheet("Plan")
    page.merge_range(0, 0, 0, len(HEADINGS) - 1, title)
    page.write_row(1, 0, HEADINGS)
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(number, column, value)
            elif value is not None:
                page.write_string(number, column, value)
    book.close()
    return out.getvalue()


def word_table(rows: tuple[tuple[Any, ...], ...] = ROWS) -> bytes:
    document = docx.Document()
    document.add_paragraph("Our plan")
    table = document.add_table(1 + len(rows), len(HEADINGS))
    for column, heading in enumerate(HEADINGS):
        table.cell(0, column).text = heading
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            table.cell(number, column).text = "" if value is None else str(value)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class Own:
    """A review to which a plan kept elsewhere belongs."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.review = a_review(database, "action_monitoring", day_by_day=False)
        self.now = at_ten(self.review.today + timedelta(days=10))

    def table(self, data: bytes, name: str = "plan.xlsx") -> Table:
        (sheet,) = tables_of(name, data)
        return table_of(sheet, heading_row(sheet))

    def bring(self, table: Table, *, keep: bool = True, words: dict[str, str] | None = None) -> Outcome:
        with self.database.write() as session:
            manager = actor(session, "case_manager")
            columns, _ = matched(session, manager, table)
            check(columns)
            said = {plain("The Council"): "northmere-council", plain("Superseded"): LEAVE_ROW, **(words or {})}
            for column in columns:
                if column.fact in ("lead", "status"):
                    column.words.update(said)
            remember(session, manager, self.now, table, columns, "The old plan")
            return bring_in(session, manager, self.now, self.review.ref, table, columns, scope="local", keep=keep)

    def records(self, process: str) -> list[Record]:
        with self.database.read() as session:
            rows = sa.select(Record).where(Record.process_key == process).order_by(Record.id)
            return list(session.scalars(rows))


@pytest.fixture
def own(sqlite_database: Database) -> Own:
    return Own(sqlite_database)


@pytest.mark.parametrize(("make", "name"), [(workbook, "plan.xlsx"), (word_table, "plan.docx")])
def test_a_plan_becomes_recommendations_and_actions(own: Own, make: Any, name: str) -> None:
    outcome = own.bring(own.table(make(), name)).as_dict()
    assert (outcome["new"], outcome["refused"], outcome["left_out"]) == (3, 1, 1)
    assert "“Atlantis” is no body known here" in next(r["reason"] for r in outcome["rows"] if r["state"] == "refused")
    asked = own.records("recommendation")
    assert [(r.facts["number"], r.facts["recommendation_text"]) for r in asked] == [
        ("5.1", "Ask alone."), ("5.1", "Share what is known.")
    ]  # fmt: skip
    train, audit, form = own.records("action")
    assert (train.stage, audit.stage, form.stage) == ("in_progress", "in_progress", "complete_claimed")
    assert train.facts["target_date"] == "2027-03-31" and "Two wards trained." in train.facts["start_note"]
    assert audit.facts["target_as_given"] == "ongoing" and "target_date" not in audit.facts
    assert train.facts["recommendations"] == audit.facts["recommendations"] == [asked[0].ref]
    assert form.facts["lead_body"] == "northmere-council" and form.facts["target_date"] == "2026-12-31"
    assert form.facts["evidence_grade"] == "said", "nothing is verified because a plan says it is complete"


def test_twice_is_once_and_news_are_added(own: Own) -> None:
    own.bring(own.table(workbook()))
    again = own.bring(own.table(workbook())).as_dict()
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 3)
    news = (("5.1", "Ask alone.", "Train every ward", "Mereshire NHS Trust", date(2027, 9, 30), "Amber", "All wards."),)
    later = own.bring(own.table(workbook(news))).as_dict()
    assert later["changed"] == 1 and "The one here stays" in later["rows"][0]["said"][0]
    train = own.records("action")[0]
    assert [u["progress"] for u in train.facts["updates"]] == ["All wards."]
    assert train.facts["target_date"] == "2027-03-31" and len(own.records("action")) == 3


def test_looking_first_keeps_nothing(own: Own) -> None:
    assert own.bring(own.table(workbook()), keep=False).as_dict()["new"] == 3
    assert not own.records("action") and not own.records("recommendation")


def test_columns_are_remembered_by_their_headings(own: Own) -> None:
    table = own.table(workbook())
    with own.database.write() as session:
        manager = actor(session, "case_manager")
        columns, name = matched(session, manager, table)
        assert [c.fact for c in columns] == [
            "number", "recommendation", "action", "lead", "target", "status", "progress"
        ] and not name  # fmt: skip
        columns[6].fact = "outcome"
        columns[5].words[plain("Amber")] = DONE
        remember(session, manager, own.now, table, columns, "The trust's plan")
    with own.database.read() as session:
        columns, name = matched(session, actor(session, "team_manager"), table)
        assert (columns[6].fact, columns[5].words[plain("Amber")], name) == ("outcome", DONE, "The trust's plan")


def test_agencies_are_known_by_the_names_they_had(own: Own) -> None:
    with own.database.write() as session:
        council = session.scalars(sa.select(Body).where(Body.key == "northmere-council")).one()
        session.add(FormerName(kind="body", of_id=council.id, until_on=date(2025, 3, 31), name="Northmere Borough"))
        session.flush()
        bodies = Bodies.load(session, actor(session, "case_manager"))
        assert bodies.surely("northmere borough") == bodies.surely("Northmere Council") == "northmere-council"
        assert (
            bodies.surely("The Council") == "" and bodies.perhaps("Mereshire NHS Foundation Trust") == "mereshire-nhs"
        )
        columns, _ = matched(session, actor(session, "case_manager"), own.table(workbook()))
        asked = {
            word: guess for _, words in unexplained(columns, own.table(workbook()), bodies) for word, guess in words
        }
        assert asked["Complete"] == "done" and asked["Atlantis"] == "" and "Mereshire NHS Trust" not in asked


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "plan.xlsx", "is empty"),
        (b"%PDF-1.4\n%%EOF", "plan.pdf", "."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "plan.xls", "."),
    ],
)
def test_files_that_are_not_read(data: bytes, name: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        tables_of(name, data)
    assert said in str(refused.value)


def test_a_plan_needs_an_action_and_a_lead(own: Own) -> None:
    with own.database.read() as session:
        columns, _ = matched(session, actor(session, "case_manager"), own.table(workbook()))
    columns[3].fact = ""
    with pytest.raises(Invalid, match="Choose the column with “Lead agency”"):
        check(columns)
    assert isinstance(own.review, Case)
