"""Chronologies read from the files of agencies: what is taken, what is named and left, what is never changed."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import openpyxl
import pytest
from docx import Document

from dardr.casework import files
from dardr.casework.chronology.columns import Match, match
from dardr.casework.chronology.reading import lines_hash, read_chronology
from dardr.casework.chronology.templates import template, typed_workbook
from dardr.casework.files import FileGiven
from dardr.errors import Invalid
from tests.chronology_files import (
    HEADINGS,
    HEALTH,
    POLICE,
    csv_file,
    excel,
    with_macros,
    without_result,
    word,
    workbook,
)

TODAY = date(2026, 11, 22)


def test_the_same_lines_come_from_excel_csv_and_word() -> None:
    read = [read_chronology(one, TODAY) for one in (excel(HEALTH), csv_file(HEALTH), word([HEADINGS, *HEALTH]))]
    assert [one.exactness for one in read[0].lines] == ["day", "about", "none", "day"]
    assert len({lines_hash(one.lines) for one in read}) == 1
    assert read[0].lines[0].place == "Sheet, row 2" and read[2].lines[0].place == "Table 1, row 2"
    assert read[0].lines[2].when_given == "not dated" and read[0].lines[2].first_on is None
    assert "1 line without a day" in read[0].says


def test_words_and_times_stay_as_they_were_given() -> None:
    line = read_chronology(excel(POLICE), TODAY).lines[0]
    assert (line.when_given, line.first_on, line.at_time) == ("12/03/2021", date(2021, 3, 12), "22:10")
    assert line.source_record == "Incident log" and line.people == "A and B" and line.significant


def test_dates_in_cells_in_words_and_from_an_empty_cell() -> None:
    rows = [
        (datetime(2021, 3, 12), time(14, 5), "", "", "A date of Excel"),
        (datetime(2021, 3, 12, 9, 30), None, "", "", "A date with a time"),
        ("12.03.21", None, "", "", "Two figures"),
        ("12 March 2021", None, "", "", "In words"),
        (datetime(1900, 1, 1), None, "", "", "What an empty cell turns into"),
        (44267, None, "", "", "A number"),
        (None, None, "", "", "No date at all"),
    ]
    lines = read_chronology(excel(rows, HEADINGS[:5]), TODAY).lines
    assert [one.first_on for one in lines] == [date(2021, 3, 12)] * 4 + [None] * 3
    assert [one.at_time for one in lines[:2]] == ["14:05", "09:30"]
    assert lines[5].when_given == "44267" and lines[6].when_given == ""


def test_columns_are_told_by_many_headings_and_by_a_match_that_is_given() -> None:
    found = match(("Date of contact", "Source of information", "Subject", "Summary of Contact", "Action taken"))
    assert found.columns == {
        "when": "Date of contact", "source_record": "Source of information", "people": "Subject",
        "what": "Summary of Contact", "response": "Action taken",
    }  # fmt: skip
    strange = excel([("12/03/2021", "Seen")], ("Zeit", "Vorfall"))
    assert not read_chronology(strange, TODAY).match.whole
    chosen = Match.of(["when = Zeit", "what = Vorfall"])
    assert read_chronology(strange, TODAY, chosen).lines[0].what == "Seen"
    assert chosen.lines() == ["Date = Zeit", "What happened = Vorfall"]
    assert Match.of(chosen.lines()) == chosen
    with pytest.raises(Invalid, match="does not say what a column holds"):
        Match.of(["colour = Zeit"])


def test_a_table_without_headings_is_read_by_its_columns() -> None:
    bare = excel([("12/03/2021", "Seen at home"), ("13/03/2021", "Seen at work")], None)
    chosen = Match.of(["when = Column A", "what = Column B", "headings = none"])
    assert [line.what for line in read_chronology(bare, TODAY, chosen).lines] == ["Seen at home", "Seen at work"]


def test_two_tables_of_a_word_file_are_read_and_one_with_other_headings_is_named() -> None:
    given = word([HEADINGS, *POLICE], [("Name", "Role"), ("Somebody", "Officer")], [HEADINGS, *HEALTH])
    read = read_chronology(given, TODAY)
    assert len(read.lines) == 7 and read.sheets == ["Table 1", "Table 3"]
    assert any("Table 2" in said for said in read.remarks)


def test_rows_that_cannot_be_taken_are_named_and_the_rest_goes_on() -> None:
    read = read_chronology(without_result(), TODAY)
    assert [(one.row, "E2 is a formula" in one.reason) for one in read.not_taken] == [(2, True)]
    assert [line.what for line in read.lines] == ["Seen at work"]
    rows = [("2021", "", "", "", ""), ("12/03/2021", "", "", "", "Seen")]
    read = read_chronology(excel(rows, HEADINGS[:5]), TODAY)
    assert [(one.sheet, one.row) for one in read.not_taken] == [("Sheet", 2)] and len(read.lines) == 1


def test_merged_cells_count_for_every_row_and_a_hidden_sheet_is_left_and_named() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADINGS[:5], ("12/03/2021", "", "Log", "A", "Called"), ("", "", "Log", "A", "Called again")):
        sheet.append(list(row))
    sheet.merge_cells("A2:A3")
    other = book.create_sheet("Old")
    other.append(["Date", "Event"])
    other.append(["13/03/2021", "Not to be read"])
    other.sheet_state = "hidden"
    read = read_chronology(FileGiven("c.xlsx", workbook((), book=book)), TODAY)
    assert [line.first_on for line in read.lines] == [date(2021, 3, 12)] * 2
    assert any("“Old” is hidden" in said for said in read.remarks)
    assert any("Merged cells" in said for said in read.remarks)


def test_merged_cells_of_word_count_for_every_row_and_struck_words_are_left_out() -> None:
    document = Document()
    grid = document.add_table(rows=3, cols=2)
    for row, cells in zip(grid.rows, (("Date", "Event"), ("12/03/2021", "Called"), ("", "Called again")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    grid.cell(1, 0).merge(grid.cell(2, 0))
    out = io.BytesIO()
    document.save(out)
    read = read_chronology(FileGiven("c.docx", out.getvalue()), TODAY)
    assert [line.first_on for line in read.lines] == [date(2021, 3, 12)] * 2


def test_html_and_formulas_in_the_text_stay_words() -> None:
    nasty = ("12/03/2021", "", "", "", '<script>alert(1)</script> =cmd|"/c calc"!A0')
    assert read_chronology(csv_file([nasty], HEADINGS[:5]), TODAY).lines[0].what == nasty[4]


def test_files_that_are_no_chronology_are_refused_with_what_to_do() -> None:
    long = excel([("12/03/2021", "", "", "", "x")] * 5001, HEADINGS[:5])
    with pytest.raises(Invalid, match="At most 5000 rows"):
        read_chronology(long, TODAY)
    with pytest.raises(Invalid, match="macros"):
        files.checked({"chronology_file": with_macros()})
    with pytest.raises(Invalid, match="no line under them"):
        read_chronology(excel([]), TODAY)
    with pytest.raises(Invalid, match="no table in this Word file"):
        read_chronology(FileGiven("c.docx", word([("", "")]).content), TODAY)
    with pytest.raises(Invalid, match="Excel workbook"):
        read_chronology(FileGiven("c.pdf", b"%PDF-1.4"), TODAY)
    with pytest.raises(Invalid, match="password"):
        read_chronology(FileGiven("c.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600), TODAY)


def test_a_workbook_of_fifty_thousand_rows_is_refused_before_it_is_read() -> None:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet()
    for number in range(50_000):
        page.write_row(number, 0, ("Date", "Event", "a", "b", "c", "d", "e") if not number else [1, 2, 3, 4, 5, 6, 7])
    book.close()
    with pytest.raises(Invalid, match="350,000 cells"):
        read_chronology(FileGiven("c.xlsx", out.getvalue()), TODAY)


def test_lines_that_stand_twice_are_kept_and_said() -> None:
    read = read_chronology(excel([POLICE[0], POLICE[0]]), TODAY)
    assert len(read.lines) == 2 and any("more than once" in said for said in read.remarks)


def test_the_template_and_lines_typed_on_a_page_read_back_as_they_were_written() -> None:
    empty = openpyxl.load_workbook(io.BytesIO(template()))["Chronology"]
    lists = [str(one.formula1) for one in empty.data_validations.dataValidation if one.type == "list"]
    assert len(lists) == 2 and any("About" in one for one in lists)
    typed = [{"when": "12 March 2021", "exactness": "About", "time": "2pm", "what": "=1+1", "significant": "Yes"}]
    (line,) = read_chronology(FileGiven("t.xlsx", typed_workbook(typed)), TODAY).lines
    assert (line.when_given, line.exactness, line.at_time) == ("about 12 March 2021", "about", "2pm")
    assert line.what == "=1+1" and line.significant
