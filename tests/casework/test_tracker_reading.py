"""Reading what teams type: dates of every sort, sheets with everything odd about them."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dardr.casework.tables import reading
from dardr.casework.tables.columns import suggest
from dardr.casework.tables.days import read_day
from dardr.casework.tables.reading import guess_heading_row, read_file, table_of
from dardr.casework.tracker.matching import FACTS, looks_like_identity, suggest_stage
from dardr.errors import Invalid


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("3rd Feb 25", "2025-02-03"),
        ("3 February 2025", "2025-02-03"),
        ("03/02/2025", "2025-02-03"),
        ("3.2.25", "2025-02-03"),
        ("Monday 3 February 2025", "2025-02-03"),
        ("2025-02-03 00:00:00", "2025-02-03"),
        (date(2025, 2, 3), "2025-02-03"),
        (datetime(2025, 2, 3, 9, 30), "2025-02-03"),
        (45691, "2025-02-03"),
        ("45691", "2025-02-03"),
        ("Feb 2025", "2025-02"),
        ("Feb-25", "2025-02"),
        ("c. March 2025", "2025-03"),
        ("w/c 3 Feb 2025", "2025-02"),
        ("early 2025", "2025"),
        (2025, "2025"),
        ("Q1 2025", "2025-01..2025-03"),
        ("TBC", "not_known"),
        ("n/a", "not_applicable"),
        ("-", "not_asked"),
        (None, None),
        ("", None),
    ],
)
def test_what_can_be_read_is_read(cell: Any, value: str | None) -> None:
    assert read_day(cell).value == value and read_day(cell).problem == ""


@pytest.mark.parametrize(
    "cell", ["31/02/2025", "2/13/2025", "soon", "asked J on the 3rd", True, 12, 0.5, "32 May 2025"]
)
def test_what_cannot_be_read_is_said_and_not_guessed(cell: Any) -> None:
    assert read_day(cell).value is None and read_day(cell).problem


def test_how_it_was_read_is_said_where_that_is_not_plain() -> None:
    assert "day first: 3 February 2025" in read_day("03/02/2025").note
    assert read_day("13/02/2025").note == "" and read_day("3 February 2025").note == ""
    assert "is read as 2025" in read_day("early 2025").note
    assert "The number 45691" in read_day(45691).note


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.dates()))
def test_any_cell_is_read_or_said(cell: Any) -> None:
    day = read_day(cell)
    assert not (day.value and day.problem)
    if day.partial:
        assert read_day(day.partial).value == day.partial


def book(*rows: list[Any]) -> Any:
    made = openpyxl.Workbook()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    return made


def saved(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_formula_without_a_result_counts_as_empty_and_is_named() -> None:
    made = book(["Ref", "CSP", "Due"], ["1", "North", "=TODAY()"], ["2", "North", "=1/0"])
    (sheet,) = read_file(saved(made), "t.xlsx")
    assert sheet.rows[1] == ["1", "North", None]
    assert any("C2 and C3: a formula without a kept result" in said for said in sheet.remarks)


def test_an_error_of_excel_counts_as_empty_and_is_named() -> None:
    made = book(["Ref", "CSP", "Due"], ["1", "North", "#N/A"])
    made.active["C2"].data_type = "e"
    (sheet,) = read_file(saved(made), "t.xlsx")
    assert sheet.rows[1] == ["1", "North", None] and any("C2: an error of Excel" in said for said in sheet.remarks)


def test_merged_hidden_and_bands() -> None:
    made = book(["Reviews of 2025", None, None], ["Ref", "Status", "CSP"], ["1", "Drafting", "North"],
                ["2", "IMRs", None], ["Older reviews", None, None], ["3", "Drafting", "South"])  # fmt: skip
    page = made.active
    page.merge_cells("A1:C1")
    page.merge_cells("C3:C4")
    page.merge_cells("A5:C5")
    page.row_dimensions[6].hidden = True
    page.column_dimensions["A"].hidden = True
    made.create_sheet("Secret").append(["Ref", "X"])
    made["Secret"].sheet_state = "hidden"
    first, second = read_file(saved(made), "t.xlsx")
    assert second.hidden and any("“Secret” is hidden" in said for said in second.remarks)
    assert guess_heading_row(first) == 2
    table = table_of(first, 2)
    assert [(line.number, line.cells["CSP"]) for line in table.lines] == [(3, "North"), (4, "North"), (6, "South")]
    said = " ".join(table.remarks)
    for part in ("C3:C4 (rows 3 to 4)", "Row 6 is hidden", "Column A is hidden", "Row 5: a line across the sheet"):
        assert part in said


def test_headings_are_told_apart_and_named_where_empty() -> None:
    (sheet,) = read_file(saved(book(["Ref", "Date", "Date", None], ["1", "x", "y", "z"])), "t.xlsx")
    assert table_of(sheet, 1).headings == ("Ref", "Date", "Date (2)", "Column D")
    with pytest.raises(Invalid, match="holds no headings"):
        table_of(sheet, 9)
    with pytest.raises(Invalid, match="No row follows"):
        table_of(sheet, 2)


def test_a_workbook_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 3_000_000)
    monkeypatch.setattr(reading, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(Invalid, match="too large"):
        read_file(packed.getvalue(), "t.xlsx")
    short = reading.Wanted("tracker", 2, "Keep less.")
    with pytest.raises(Invalid, match="At most 2 rows"):
        read_file(saved(book(["a", "b"], [1, 2], [3, 4])), "t.xlsx", short)
    with pytest.raises(Invalid, match="too long"):
        read_file(b"a,b\n1,2\n3,4\n", "t.csv", short)


def test_an_entity_in_the_xml_is_not_read() -> None:
    good = io.BytesIO(saved(book(["Ref", "CSP"], ["1", "North"])))
    bad = io.BytesIO()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                body = content.partition(b"?>")[2] if content.startswith(b"<?xml") else content
                content = b'<!DOCTYPE w [<!ENTITY a "aaaa">]>' + body
            new.writestr(name, content)
    with pytest.raises(Invalid, match="can be read"):
        read_file(bad.getvalue(), "t.xlsx")


def test_headings_suggest_facts() -> None:
    (sheet,) = read_file(
        saved(
            book(
                ["DHR Ref", "Victim's DOB", "Date sent to Home Office", "Lead Officer", "Favourite colour"],
                list("abcde"),
            )
        ),
        "t.xlsx",
    )
    assert [c.fact for c in suggest(table_of(sheet, 1), FACTS)] == [
        "reference", "date_of_birth", "submitted_on", "case_manager", "",
    ]  # fmt: skip


def test_words_suggest_stages() -> None:
    labels = {"drafting": "Drafting", "evidence": "Gathering evidence"}
    assert suggest_stage("drafting", labels) == "drafting"
    assert suggest_stage("Gathering Evidence", labels) == "evidence"
    assert suggest_stage("Awaiting IMRs", labels) == "evidence"
    assert suggest_stage("On the back burner", labels) == ""


def test_columns_that_look_like_names() -> None:
    people = ["Ann Fictional", "Bea Fictional", "Cat Fictional"]
    assert looks_like_identity("Contact", people, "")
    assert looks_like_identity("Perpetrator DOB", [], "")
    assert not looks_like_identity("Case name", people, "display_pseudonym")
    assert not looks_like_identity("Victim", people, "person_name")
    assert not looks_like_identity("Chair", people, "chair")
    assert not looks_like_identity("Budget", ["1", "2", "3"], "")
