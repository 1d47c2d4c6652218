"""A team's tracker comes in, comes in again, and is given back."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from dardr.casework.audit import verify
from dardr.casework.tables.reading import Table, read_file
from dardr.casework.tracker.bringing import Outcome, Plan, RowResult, bring_in
from dardr.casework.tracker.exporting import export, layout_named
from dardr.casework.tracker.planning import plan_for
from dardr.errors import DardrError, Forbidden, Invalid
from dardr.storage.engine import Database
from dardr.storage.reviews import Deadline, EventValues, IdentityValues, Record
from dardr.storage.tracker import TrackerLayout, TrackerRow
from tests import builders
from tests.builders import Case
from tests.tracker_of_a_team import HEADINGS, ROWS, SHEET, workbook

TODAY = date(2026, 8, 3)
LATER = date(2026, 8, 10)


def planned(database: Database, data: bytes) -> tuple[Plan, Table]:
    name = "tracker.xlsx" if data[:2] == b"PK" else "tracker.csv"
    with database.read() as session:
        return plan_for(session, builders.actor(session, "case_manager"), read_file(data, name))


def brought(
    database: Database, data: bytes, *, keep: bool = True, on: date = TODAY, by: str = "case_manager", **facts: str
) -> Outcome:
    plan, table = planned(database, data)
    for column in plan.columns:
        column.fact = facts.get(column.heading.replace(" ", "_"), column.fact)
    with database.write() as session:
        return bring_in(session, builders.actor(session, by), builders.at_ten(on), plan, table, keep=keep)


def by_key(outcome: Outcome) -> dict[str, RowResult]:
    return {row.key: row for row in outcome.rows}


def changed(**cells: Any) -> tuple[tuple[Any, ...], ...]:
    """The rows with some cells of M/01 changed."""
    first = dict(zip(HEADINGS, ROWS[0], strict=True)) | {k.replace("_", " "): v for k, v in cells.items()}
    return (tuple(first[h] for h in HEADINGS), *ROWS[1:])


def given_back(database: Database, *, by: str = "case_manager", identities: bool = False) -> list[list[Any]]:
    with database.read() as session:
        person = builders.actor(session, by)
        data = export(session, person, layout_named(session, person, SHEET), identities=identities).data
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None and sheet.title == SHEET
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_every_column_is_guessed(sqlite_database: Database) -> None:
    plan, table = planned(sqlite_database, workbook())
    assert table.heading_row == 3 and table.headings == HEADINGS
    assert {c.heading: c.fact for c in plan.columns} == {
        "Ref": "reference", "Case name": "display_pseudonym", "Victim name": "person_name", "CSP": "csp",
        "Date of death": "death_date", "Date notified": "notified_on", "Status": "stage",
        "Decision date": "decided_on", "Chair": "chair", "Case officer": "case_manager",
        "Report due (agreed)": "report_due", "Sent to HO": "submitted_on", "Budget code": "", "Comments": "note",
    }  # fmt: skip
    assert any("D9:D10" in said for said in table.remarks)
    assert any("Column M is hidden" in said for said in table.remarks)


def test_a_first_import(database: Database) -> None:
    outcome = brought(database, workbook())
    rows = by_key(outcome)
    stages = {key: (row.state, row.stands_at) for key, row in rows.items()}
    assert stages == {
        "M/01": ("new", "Drafting"),
        "M/02": ("new", "Gathering evidence"),
        "M/03": ("new", "Screening"),
        "M/04": ("new", "With the Home Office"),
        "M/05": ("new", "Before publication"),
        "M/06": ("new", "Action monitoring"),
        "M/07": ("new", "Decision pending"),
        "M/08": ("new", "Commissioning"),
        "M/09": ("new", "Terms of reference"),
        "M/10": ("refused", ""),
        "M/11": ("left_out", ""),
        "M/12": ("new", "No review: with the Home Office"),
    }
    assert "Atlantis" in rows["M/10"].reason
    assert any("31 February 2026 does not exist" in said for said in rows["M/09"].said)
    assert any("“10/02/2025” is read day first" in said for said in rows["M/02"].said)
    assert any("A. Nobody" in said for said in rows["M/05"].said)
    with database.read() as session:
        facts = {r.facts["tracker_reference"]: r for r in session.scalars(sa.select(Record))}
        drafting = facts["M/01"]
        assert drafting.title == "Alder" and drafting.facts["chair"] == "Oakley Example"
        assert drafting.facts["decided_on"] == "2025-02-24" and drafting.case_manager_id is not None
        assert facts["M/02"].facts["death_date"] == "2025-02-03"
        assert facts["M/03"].facts["death_date"] == "2025"
        assert facts["M/03"].facts["notified_on"] == "not_known"
        assert facts["M/03"].facts["as_given"] == ["Date of death: early 2025", "Date notified: Feb 2025"]
        assert facts["M/04"].facts["death_date"] == "2025-02-03"
        assert facts["M/09"].facts["decided_on"] == "not_known"
        due = session.scalars(
            sa.select(Deadline).where(Deadline.record_id == drafting.id, Deadline.withdrawn_by_event.is_(None))
        )
        assert {(d.clock, d.due_on) for d in due} == {("overview_report", date(2026, 12, 1))}
        assert verify(session)["broken"] == []


def test_a_trial_keeps_nothing(database: Database) -> None:
    outcome = brought(database, workbook(), keep=False)
    assert outcome.dry_run and outcome.count("new") == 10 and by_key(outcome)["M/01"].ref.startswith("DARDR-")
    with database.read() as session:
        for table in (Record, TrackerRow, TrackerLayout):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    brought(database, workbook())
    with database.read() as session:
        before = session.execute(sa.select(Record.ref, Record.revision, Record.head).order_by(Record.id)).all()
    again = brought(database, workbook(), on=LATER)
    assert {row.state for row in again.rows} == {"unchanged", "refused", "left_out"}
    assert again.count("unchanged") == 10
    with database.read() as session:
        assert session.execute(sa.select(Record.ref, Record.revision, Record.head).order_by(Record.id)).all() == before


def test_names_are_kept_apart(database: Database) -> None:
    brought(database, workbook())
    with database.read() as session:
        said = str(session.scalars(sa.select(TrackerRow.given)).all()) + str(
            session.scalars(sa.select(Record.facts)).all()
        )
        said += str(session.scalars(sa.select(EventValues.after)).all())
        assert "Ann Fictional" not in said and "Bea Fictional" not in said
        assert {"person_name": "Ann Fictional"} in session.scalars(sa.select(IdentityValues.after)).all()
    assert "Ann Fictional" not in str(given_back(database))
    assert "Ann Fictional" in str(given_back(database, identities=True))
    with pytest.raises(Forbidden):
        given_back(database, by="auditor", identities=True)


def test_a_column_may_be_left_out(sqlite_database: Database) -> None:
    brought(sqlite_database, workbook(), Victim_name="left_out")
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(IdentityValues.after)).all() == []
        assert "Fictional" not in str(session.scalars(sa.select(TrackerRow.given)).all())


def test_what_the_tracker_changed_is_recorded_by_actions(database: Database) -> None:
    brought(database, workbook())
    rows = changed(
        Comments="Second draft with the chair. Third draft due in May.", Case_officer="Bailey Example",
        Date_of_death=date(2025, 1, 21), Budget_code=5000,
    )  # fmt: skip
    outcome = brought(database, workbook(rows), on=LATER)
    row = by_key(outcome)["M/01"]
    assert {(c["heading"], c["what"]) for c in row.changes} == {
        ("Comments", "recorded"), ("Case officer", "recorded"), ("Date of death", "recorded"),
        ("Budget code", "kept as given"),
    }  # fmt: skip
    assert outcome.count("changed") == 1 and outcome.count("unchanged") == 9
    with database.read() as session:
        record = session.scalars(sa.select(Record).where(Record.title == "Alder")).one()
        assert record.facts["death_date"] == "2025-01-21"
        assert [n["note"] for n in record.facts["notes"]] == ["Second draft with the chair.", "Third draft due in May."]
    assert brought(database, workbook(rows), on=LATER).count("unchanged") == 10


def test_what_was_changed_here_is_never_overwritten(database: Database) -> None:
    ref = by_key(brought(database, workbook()))["M/01"].ref
    case = Case(database, ref, LATER)
    case.act("correct_facts", {"death_date": "2025-01-19", "correction_reason": "The certificate"})
    rows = changed(Date_of_death=date(2025, 1, 25), Status="Published", Case_name="Aspen")
    outcome = brought(database, workbook(rows), on=LATER)
    row = by_key(outcome)["M/01"]
    assert row.state == "changed" and all(c["what"].startswith("kept as it is here") for c in row.changes)
    assert {c["heading"] for c in row.changes} == {"Date of death", "Status", "Case name"}
    assert case.record().facts["death_date"] == "2025-01-19" and case.stage == "drafting"
    assert case.record().title == "Alder"
    # The tracker as it was before says nothing new: what changed here stays without a word.
    assert brought(database, workbook(rows), on=LATER).count("unchanged") == 10


def test_the_tracker_is_given_back_in_its_own_columns(database: Database) -> None:
    ref = by_key(brought(database, workbook()))["M/01"].ref
    builders.a_review(database, "screening", display_pseudonym="Newcomer")
    case = Case(database, ref, LATER)
    case.act("add_note", {"note": "=HYPERLINK(1) was typed"})
    case.act("record_version", {"version": "1", "what_for": "panel"})
    found = given_back(database)
    assert tuple(found[0]) == HEADINGS
    rows = {row[0]: dict(zip(HEADINGS, row, strict=True)) for row in found[1:]}
    first = rows["M/01"]
    assert first["Case name"] == "Alder" and first["Victim name"] is None and first["Status"] == "Drafting"
    assert first["Date of death"].date() == date(2025, 1, 20) and first["Budget code"] == 4021
    assert first["Comments"].startswith("Second draft with the chair.\n") and "=HYPERLINK(1)" in first["Comments"]
    assert rows["M/02"]["Date of death"].date() == date(2025, 2, 3), "what is known is a real date"
    assert rows["M/03"]["Date of death"] == "early 2025", "as given, where nothing newer is recorded"
    assert rows["M/02"]["Report due (agreed)"] == "TBC"
    assert rows["M/04"]["Budget code"] == "'=1+1"
    assert [k for k in rows if k.startswith("DARDR-")] and len(rows) == 11
    assert [row["Case name"] for key, row in rows.items() if key.startswith("DARDR-")] == ["Newcomer"]


def test_the_tracker_given_back_can_be_brought_in_and_changes_nothing(database: Database) -> None:
    brought(database, workbook())
    builders.a_review(database, "screening", display_pseudonym="Newcomer")
    with database.read() as session:
        person = builders.actor(session, "case_manager")
        data = export(session, person, layout_named(session, person, SHEET)).data
    outcome = brought(database, data, on=LATER)
    assert {row.state for row in outcome.rows} == {"unchanged"}, [(r.key, r.changes, r.reason) for r in outcome.rows]
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 11


def test_rows_that_cannot_be_told_apart(sqlite_database: Database) -> None:
    twice = (*ROWS[:2], ("M/01", *ROWS[2][1:]), (None, *ROWS[3][1:]))
    outcome = brought(sqlite_database, workbook(twice, merged=False))
    states = [(row.number, row.state) for row in outcome.rows]
    assert states == [(4, "new"), (5, "new"), (6, "refused"), (7, "refused")]
    assert "so has row 4" in outcome.rows[2].reason and "no reference" in outcome.rows[3].reason
    plan, table = planned(sqlite_database, workbook())
    for column in plan.columns:
        column.fact = "" if column.fact == "reference" else column.fact
    with pytest.raises(Invalid, match="tell the rows apart"), sqlite_database.write() as session:
        bring_in(session, builders.actor(session, "case_manager"), builders.at_ten(TODAY), plan, table, keep=True)


def test_other_columns_may_tell_the_rows_apart(sqlite_database: Database) -> None:
    plan, table = planned(sqlite_database, workbook())
    for column in plan.columns:
        column.fact = "" if column.fact == "reference" else column.fact
        column.key = column.heading in ("Case name", "Date of death")
    with sqlite_database.write() as session:
        outcome = bring_in(
            session, builders.actor(session, "case_manager"), builders.at_ten(TODAY), plan, table, keep=True
        )
    assert outcome.rows[0].key == "Alder / 20 January 2025" and outcome.count("new") == 10


def test_a_word_nobody_explained_refuses_its_rows_alone(sqlite_database: Database) -> None:
    outcome = brought(sqlite_database, workbook(changed(Status="Somewhere else")))
    row = by_key(outcome)["M/01"]
    assert row.state == "refused" and "Somewhere else" in row.reason and outcome.count("new") == 9


def test_dates_that_contradict_each_other_are_kept_as_given(sqlite_database: Database) -> None:
    rows = changed(
        Date_of_death=date(2025, 3, 1), Date_notified=date(2025, 2, 1), Decision_date=date(2030, 1, 1),
    )  # fmt: skip
    row = by_key(brought(sqlite_database, workbook(rows)))["M/01"]
    assert row.state == "new" and len([s for s in row.said if "kept as given" in s]) == 2
    facts = Case(sqlite_database, row.ref, TODAY).record().facts
    assert facts["notified_on"] == "not_known" and facts["decided_on"] == "not_known"
    assert {"Date notified: 1 February 2025", "Decision date: 1 January 2030"} <= set(facts["as_given"])


def test_somebody_who_may_not_open_reviews_brings_in_nothing(sqlite_database: Database) -> None:
    outcome = brought(sqlite_database, workbook(), by="auditor")
    assert {row.state for row in outcome.rows} == {"refused", "left_out"}
    with sqlite_database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 0


def test_a_csv_file_comes_in_too(sqlite_database: Database) -> None:
    data = "Ref;CSP;Status;Date of death\nC/1;Northmere;Drafting;03/02/2025\nC/2;Southmere;IMRs;“soon”\n".encode(
        "cp1252"
    )
    outcome = brought(sqlite_database, data)
    assert [row.state for row in outcome.rows] == ["new", "new"]
    assert any("Windows text" in said for said in outcome.remarks)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "x.xlsx", "empty"),
        (b"PK\x03\x04 not a zip", "x.xlsx", "cannot be read|can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, "x.xls", "password"),
        (b"hello", "x.xlsx", "not an Excel workbook"),
        (b"\x00\x01\x02", "x.csv", "not an Excel workbook|neither"),
        (b"\n\n", "x.csv", "holds nothing"),
    ],
)
def test_a_file_that_is_no_tracker_is_refused_kindly(data: bytes, name: str, said: str) -> None:
    with pytest.raises(DardrError, match=said):
        read_file(data, name)


@pytest.mark.office
@pytest.mark.slow
def test_libreoffice_opens_the_tracker_given_back(sqlite_database: Database, tmp_path: Path) -> None:
    program = shutil.which("soffice")
    assert program, "Install LibreOffice: apt-get install --no-install-recommends libreoffice-calc"
    brought(sqlite_database, workbook())
    with sqlite_database.read() as session:
        person = builders.actor(session, "case_manager")
        (tmp_path / "back.xlsx").write_bytes(export(session, person, layout_named(session, person, SHEET)).data)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [program, "--headless", profile, "--convert-to", "csv", "--outdir", str(tmp_path), "back.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    rows = list(csv.reader((tmp_path / "back.csv").read_text(encoding="utf-8").splitlines()))
    assert tuple(rows[0]) == HEADINGS and len(rows) == 11
    assert rows[1][:2] == ["M/01", "Alder"] and "2025" in rows[1][4] and "20" in rows[1][4]
