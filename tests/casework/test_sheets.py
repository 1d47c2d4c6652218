"""Workbooks of actions given out and taken back: cell by cell, nothing overwritten, nothing lost."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from dardr.casework.sheets import taking
from dardr.casework.sheets.columns import COLUMNS, GUIDE, HEADING_ROW, KEY_SHEET, SHEET
from dardr.casework.sheets.comparing import HERE, MINE
from dardr.casework.sheets.giving import give_plan, give_to_body
from dardr.errors import DardrError, Invalid
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.plans import SheetIn, SheetOut
from dardr.storage.reviews import Record
from tests.builders import Case, a_review, actor, at_ten
from tests.fixtures import with_people
from tests.sheets import DONE, LATER, LETTER, ON_COURSE, an_action, filled, row_of

COUNCIL = "northmere-council"


class Plan:
    """A review with actions of two agencies, and what can be done with their workbooks."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.review = a_review(database, "action_monitoring", day_by_day=False)
        self.refs = [an_action(self.review, f"Train team {number}") for number in range(1, 5)]
        self.other = an_action(self.review, "Share records", "mereshire-nhs")
        self.now = at_ten(self.review.today + timedelta(days=30))

    def out(self, by: str = "agency_contact", body: str = COUNCIL) -> bytes:
        with self.database.write() as session:
            found = session.scalars(sa.select(Body).where(Body.key == body)).one()
            return give_to_body(session, actor(session, by), self.now, found).data

    def preview(self, data: bytes, by: str = "agency_contact", name: str = "back.xlsx") -> tuple[int, dict[str, Any]]:
        with self.database.write() as session:
            row = taking.take_in(session, actor(session, by), self.now, name, data)
            return row.id, dict(row.preview or {})

    def confirm(self, number: int, seen: str, by: str = "agency_contact", **chosen: str) -> dict[str, Any]:
        with self.database.write() as session:
            who = actor(session, by)
            row = taking.sheet_in(session, who, number)
            return taking.confirm(session, who, self.now, row, seen=seen, chosen=chosen).as_dict()

    def take(self, data: bytes, by: str = "agency_contact") -> dict[str, Any]:
        number, found = self.preview(data, by)
        return self.confirm(number, found["hash"], by)

    def act(self, ref: str, action: str, values: dict[str, Any]) -> None:
        Case(self.database, ref, self.now.date()).act(action, values)

    def record(self, ref: str) -> Record:
        return self.review.record(ref)

    def reasons(self, data: bytes) -> list[str]:
        _, found = self.preview(data)
        assert not found["changes"], found["changes"]
        return [f"{one['cell']}: {one['reason']}" for one in found["refusals"]]


@pytest.fixture
def plan(sqlite_database: Database) -> Plan:
    return Plan(sqlite_database)


def page_of(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))[SHEET]


def test_what_is_given_out(plan: Plan) -> None:
    with plan.database.write() as session:
        council = session.scalars(sa.select(Body).where(Body.key == COUNCIL)).one()
        given = give_to_body(session, actor(session, "agency_contact"), plan.now, council)
    book = openpyxl.load_workbook(io.BytesIO(given.data))
    assert book.sheetnames == [SHEET, GUIDE, KEY_SHEET] and book[KEY_SHEET].sheet_state == "hidden"
    page = book[SHEET]
    assert [cell.value for cell in page[HEADING_ROW]] == [column.heading for column in COLUMNS]
    assert "as at 1 April 2026" in page["A1"].value and "live document" in page["A2"].value
    assert [page.cell(row, 1).value for row in range(4, 8)] == plan.refs and page.max_row == 7
    row = row_of(page, plan.refs[0])
    assert page[f"{LETTER['target']}{row}"].value == datetime(2027, 3, 31) and page[f"{LETTER['target']}{row}"].is_date
    assert page.protection.sheet and page.freeze_panes == f"{LETTER['recommendation']}{HEADING_ROW + 1}"
    locked = {column.key: page[f"{LETTER[column.key]}{row}"].protection.locked for column in COLUMNS}
    assert {key for key, is_locked in locked.items() if not is_locked} == {c.key for c in COLUMNS if c.theirs}
    lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert len(lists) == 2 and "Waiting for something" in lists[0].formula1
    assert given.name == "actions-northmere-council-2026-04-01.xlsx"
    text = b"".join(
        zipfile.ZipFile(io.BytesIO(given.data)).read(n) for n in zipfile.ZipFile(io.BytesIO(given.data)).namelist()
    )
    assert b"Example" not in text, "a name of a person"
    with plan.database.read() as session:
        out = session.scalars(sa.select(SheetOut)).one()
        assert set(out.rows) == set(plan.refs) and out.rows[plan.refs[0]]["cells"][0] == plan.refs[0]


def test_a_plan_holds_every_action_and_its_recommendation(plan: Plan) -> None:
    with plan.database.write() as session:
        review = session.scalars(sa.select(Record).where(Record.ref == plan.review.ref)).one()
        given = give_plan(session, actor(session, "case_manager"), plan.now, review)
    page = page_of(given.data)
    assert [page.cell(row, 1).value for row in range(4, 9)] == [*plan.refs, plan.other]
    assert page[f"{LETTER['lead']}8"].value == "Mereshire NHS Trust"


@pytest.fixture(params=["agency_contact", "case_manager"])
def sender(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_edited_cells_and_only_those_are_recorded(plan: Plan, sender: str) -> None:
    first, second, third, fourth = plan.refs
    told = {first: ON_COURSE, second: DONE, third: {"status": "In progress", **LATER},
            fourth: {"status": "Waiting for something", "reason": "No room is free.", "help": "The board"}}  # fmt: skip
    number, found = plan.preview(filled(plan.out(), told), sender)
    assert not found["conflicts"] and not found["refusals"]
    changed = {(one["ref"], one["field"]) for one in found["changes"]}
    assert changed == {(ref, key) for ref, cells in told.items() for key in cells}
    one = next(c for c in found["changes"] if c["ref"] == second and c["field"] == "status")
    assert (one["from"], one["to"], one["reason"]) == ("Agreed", "Reported complete", "Report it complete")
    assert one["cell"] == f"{LETTER['status']}5"
    assert plan.record(first).facts.get("updates") is None, "nothing is written before it is confirmed"
    receipt = plan.confirm(number, found["hash"], sender)
    assert len(receipt["recorded"]) == len(changed) and receipt["actions"] == 5 and not receipt["refusals"]
    assert plan.record(first).facts["updates"][0]["progress"] == ON_COURSE["progress"]
    assert plan.record(second).stage == "complete_claimed"
    assert plan.record(second).facts["evidence_grade"] == "audit"
    assert plan.record(third).stage == "in_progress"
    assert plan.record(third).facts["updates"][0]["suggested_date"] == "2027-06-30"
    assert plan.record(fourth).stage == "blocked"
    assert plan.confirm(number, found["hash"], sender) == receipt, "sent twice it records nothing twice"
    assert len(plan.record(first).facts["updates"]) == 1


def test_a_cell_that_changed_here_too_is_chosen_by_a_person(plan: Plan) -> None:
    first, second = plan.refs[:2]
    data = filled(plan.out(), {first: {"progress": "From the workbook."}, second: ON_COURSE})
    plan.act(first, "record_update", {"progress": "From the page."})
    number, found = plan.preview(data)
    (clash,) = found["conflicts"]
    assert (clash["given"], clash["here"], clash["sent"]) == ("", "From the page.", "From the workbook.")
    assert [one["ref"] for one in found["changes"]] == [second]
    with pytest.raises(Invalid, match="choose what counts"):
        plan.confirm(number, found["hash"])
    assert plan.record(second).facts.get("updates") is None
    receipt = plan.confirm(number, found["hash"], **{clash["name"]: HERE})
    assert [one["ref"] for one in receipt["kept"]] == [first] and len(plan.record(first).facts["updates"]) == 1
    assert len(plan.record(second).facts["updates"]) == 1
    again, found = plan.preview(data)
    (clash,) = found["conflicts"]
    plan.confirm(again, found["hash"], **{clash["name"]: MINE})
    assert [u["progress"] for u in plan.record(first).facts["updates"]] == ["From the page.", "From the workbook."]


def test_what_moves_between_preview_and_confirmation_is_shown_again(plan: Plan) -> None:
    first = plan.refs[0]
    number, found = plan.preview(filled(plan.out(), {first: DONE}))
    plan.act(first, "report_obstacle", {"obstacle": "The room is closed", "who_could_help": "The board"})
    with plan.database.write() as session:
        who = actor(session, "agency_contact")
        row = taking.sheet_in(session, who, number)
        with pytest.raises(taking.Moved, match="Something changed here since you looked"):
            taking.confirm(session, who, plan.now, row, seen=found["hash"], chosen={})
        assert [one["field"] for one in (row.preview or {})["conflicts"]] == ["status"]
    assert plan.record(first).stage == "blocked"


def test_the_same_copy_twice_and_an_old_copy(plan: Plan) -> None:
    first = plan.refs[0]
    old = plan.out()
    told = filled(old, {first: ON_COURSE})
    plan.take(told)
    _, found = plan.preview(told)
    assert not found["changes"] and not found["conflicts"], "what it says is on record"
    assert "This very file was taken in on 1 April 2026" in found["remarks"][0]
    plan.now += timedelta(days=3)
    plan.out()
    _, found = plan.preview(filled(old, {first: {"progress": "Older news."}}))
    assert any("This is an older copy" in remark for remark in found["remarks"])
    assert [one["here"] for one in found["conflicts"]] == [ON_COURSE["progress"]]


@pytest.mark.parametrize(
    ("by", "body", "said"),
    [
        ("other_agency_contact", COUNCIL, "given to somebody else"),
        ("agency_contact", "mereshire-nhs", "given to somebody else"),
    ],
)
def test_a_workbook_of_another_agency(plan: Plan, by: str, body: str, said: str) -> None:
    data = plan.out("case_manager", body)
    with pytest.raises(Invalid, match=said):
        plan.preview(data, by)


def test_an_agency_sees_its_own_actions_alone(plan: Plan) -> None:
    page = page_of(plan.out("other_agency_contact", "mereshire-nhs"))
    assert [page.cell(row, 1).value for row in range(4, page.max_row + 1)] == [plan.other]
    with pytest.raises(DardrError, match="no open action"):
        plan.out("agency_contact", "mereshire-nhs")


def test_a_workbook_that_was_not_given_out_here(plan: Plan) -> None:
    def strange(book: Any) -> None:
        book[KEY_SHEET].cell(1, 2).value = "of another partnership"

    with pytest.raises(Invalid, match="not given out here"):
        plan.preview(filled(plan.out(), {}, strange))


def test_who_finds_a_workbook_again(plan: Plan) -> None:
    number, _ = plan.preview(filled(plan.out(), {plan.refs[0]: ON_COURSE}))
    with plan.database.read() as session:
        assert taking.sheet_in(session, actor(session, "case_manager"), number).id == number
        with pytest.raises(DardrError, match="no workbook of that number"):
            taking.sheet_in(session, actor(session, "other_agency_contact"), number)
        row = session.scalars(sa.select(SheetIn)).one()
        assert page_of(taking.content_of(row)).max_row == 7 and row.sealed is not None
        assert b"xl/workbook.xml" not in row.sealed


# --- wrong on purpose ---------------------------------------------------------------------------------------


def at(key: str, row: int = 4) -> str:
    return f"{LETTER[key]}{row}"


def put(**cells: Any) -> Any:
    """What to do with the sheet of actions: put these values into cells, by their names."""

    def change(book: Any) -> None:
        for cell, value in cells.items():
            book[SHEET][cell] = value

    return change


def merged(book: Any) -> None:
    put(**{at("progress"): "For all"})(book)
    book[SHEET].merge_cells(f"{at('progress')}:{at('progress', 6)}")


WRONG: dict[str, tuple[Any, str]] = {
    "a formula": (put(**{at("progress"): "=1+1"}), f"{at('progress')}: The cell holds a formula"),
    "a formula that calls": (put(**{at("progress"): '=HYPERLINK("http://example.org")'}), "holds a formula"),
    "no date": (put(**{at("new_date"): "ongoing"}), "“ongoing” is no date. Give a day"),
    "half a date": (put(**{at("new_date"): "Spring 2027"}), "cannot be read as a day"),
    "a date without reason": (put(**{at("new_date"): date(2027, 5, 1)}), "Say why under “Reason”"),
    "a date changed where it is locked": (put(**{at("target"): date(2027, 5, 1)}), "put the day you need under"),
    "the action in other words": (put(**{at("action"): "Train nobody"}), "is not changed by a workbook"),
    "a word that is not of the list": (put(**{at("status"): "Green"}), "“Green” is not one of the list"),
    "the status emptied": (put(**{at("status"): None}), "Nothing is taken away here"),
    "complete without evidence": (put(**{at("status"): "Reported complete", at("impact"): "Much"}), "what shows that"),
    "a row added": (put(**{at("action", 8): "One more"}), f"{at('action', 8)}: This row was not in the workbook"),
    "a row added with a reference": (put(A8="DARDR-2026-001-A99", **{at("progress", 8): "x"}), "was not in this"),
    "a row twice": (put(A8="DARDR-2026-001-A01", **{at("progress", 8): "x"}), "is in row 4 too"),
    "another action's reference": (put(A8="{other}", **{at("progress", 8): "x"}), "was not in this workbook"),
    "merged cells": (merged, f"{at('progress')}: The cell is merged"),
    "a heading renamed": (put(**{f"{LETTER['progress']}3": "News"}), "was “Progress since the last update” and is now"),
    "a column deleted": (lambda book: book[SHEET].delete_cols(len(COLUMNS)), "is not in the sheet any more"),
}  # fmt: skip


@pytest.fixture(scope="module")
def module_plan(migrated_sqlite_file: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """One plan for everything that is refused: nothing of it is written."""
    file = tmp_path_factory.mktemp("sheets") / "one.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    with with_people(f"sqlite:///{file}") as database:
        yield Plan(database)


@pytest.fixture(scope="module")
def given(module_plan: Plan) -> bytes:
    return module_plan.out()


@pytest.mark.parametrize("what", list(WRONG))
def test_what_is_refused_says_where_and_why(module_plan: Plan, given: bytes, what: str) -> None:
    change, said = WRONG[what]
    reasons = module_plan.reasons(filled(given, {}, change))
    assert any(said in reason for reason in reasons), reasons


def test_evidence_of_40000_characters_belongs_into_a_document(module_plan: Plan, given: bytes) -> None:
    data, out = filled(given, {module_plan.refs[0]: {"evidence": "to be long"}}), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"to be long", b"x" * 40_000))
    (reason,) = module_plan.reasons(out.getvalue())
    assert reason.startswith(
        f"{at('evidence')}: The cell has 40,000 characters; at most 8,000 are taken. Put it into a"
    )


@pytest.mark.parametrize("text", ["30/6/27", "30 June 2027", "2027-06-30", "30-Jun-27"])
def test_a_date_typed_as_text_is_read_day_first(module_plan: Plan, given: bytes, text: str) -> None:
    _, found = module_plan.preview(filled(given, {module_plan.refs[0]: {**LATER, "new_date": text}}))
    assert next(c["to"] for c in found["changes"] if c["field"] == "new_date") == "30 June 2027"


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(A1)", "<script>alert(1)</script>", "-1+1"])
def test_text_that_looks_like_something_else_stays_text(module_plan: Plan, given: bytes, text: str) -> None:
    def as_text(book: Any) -> None:
        cell = book[SHEET][at("progress")]
        cell.value, cell.data_type = text, "s"

    _, found = module_plan.preview(filled(given, {}, as_text))
    assert [one["to"] for one in found["changes"]] == [text]


def test_sorted_rows_moved_columns_and_no_protection_do_no_harm(module_plan: Plan, given: bytes) -> None:
    def about(book: Any) -> None:
        page = book[SHEET]
        page.protection.sheet = False
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=HEADING_ROW)]
        order = list(reversed(range(len(COLUMNS))))
        for number, row in enumerate([rows[0], *reversed(rows[1:])]):
            for column, index in enumerate(order, 1):
                page.cell(HEADING_ROW + number, column).value = row[index]

    _, found = module_plan.preview(filled(given, {module_plan.refs[1]: ON_COURSE}, about))
    assert [(c["ref"], c["field"]) for c in found["changes"]] == [(module_plan.refs[1], "progress")]
    assert not found["refusals"] and not found["conflicts"]


def test_hidden_sheets_are_said_and_rows_that_are_gone(module_plan: Plan, given: bytes) -> None:
    def hide(book: Any) -> None:
        book.create_sheet("Notes").sheet_state = "hidden"
        book[SHEET].delete_rows(4)

    _, found = module_plan.preview(filled(given, {}, hide))
    assert "Hidden in the workbook and not read: “Notes”." in found["remarks"]
    assert any("1 action that was given out is not in the workbook any more" in one for one in found["remarks"])
    assert not found["changes"] and not found["refusals"]


def test_a_hidden_sheet_taken_out_leaves_the_key_in_the_properties(module_plan: Plan, given: bytes) -> None:
    _, found = module_plan.preview(
        filled(given, {module_plan.refs[0]: ON_COURSE}, lambda book: book.remove(book[KEY_SHEET]))
    )
    assert len(found["changes"]) == 1


def a_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", b"0" * (600 * 1024 * 1024))
    return out.getvalue()


def with_a_macro(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    return out.getvalue()


def long_sheet(data: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for row in range(8, 50_008):
        book[SHEET].cell(row, 1, "x")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 3000


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (lambda data: b"", "a.xlsx", "is empty"),
        (with_a_macro, "a.xlsm", "macros"),
        (with_a_macro, "a.xlsx", "macros"),
        (lambda data: a_bomb(), "a.xlsx", "unpack"),
        (lambda data: OLD, "a.xls", "."),
        (lambda data: b"Reference,Status\nA,B\n", "a.csv", "CSV file"),
        (lambda data: b"<html><table><tr><td>1</td></tr></table></html>", "a.xlsx", "."),
        (lambda data: data[: len(data) // 2], "a.xlsx", "."),
        (long_sheet, "a.xlsx", "more than 10,000 rows"),
    ],
    ids=["empty", "xlsm", "macro", "bomb", "xls", "csv", "html", "cut off", "50,000 rows"],
)
def test_files_that_are_not_read(module_plan: Plan, given: bytes, make: Any, name: str, said: str) -> None:
    with pytest.raises(DardrError) as refused:
        module_plan.preview(make(given), name=name)
    assert said in str(refused.value) and "Traceback" not in str(refused.value)
    with module_plan.database.read() as session:
        assert not session.scalars(sa.select(SheetIn).where(SheetIn.applied_at.is_not(None))).all()
