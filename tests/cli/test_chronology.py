"""``dardr chronology merge``: every agency's lines in one file, from the command line."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from docx import Document

from tests.chronology_files import two_returns
from tests.cli.conftest import Dardr
from tests.fixtures import with_people


def test_merge_writes_word_and_excel_and_says_what_is_not_decided(sqlite_url: str, tmp_path: Path) -> None:
    on_sqlite = Dardr(sqlite_url, tmp_path / "data")
    with with_people(sqlite_url) as database:
        ref = two_returns(database)[0].ref
    word, excel = str(tmp_path / "chronology.docx"), str(tmp_path / "chronology.xlsx")
    said = on_sqlite.ok("chronology", "merge", "--review", ref, "--output", word)
    assert (said["lines"], said["without_a_day"], said["told_differently_not_decided"]) == (7, 1, 2)
    assert [one["lines"] for one in said["agencies"]] == [3, 4]
    assert len(Document(word).tables[0].rows) == 8
    plain = on_sqlite("chronology", "merge", "--review", ref, "--output", excel)
    assert plain.code == 0 and "7 lines of 2 agencies written" in plain.out
    assert openpyxl.load_workbook(excel)["Chronology"].max_row == 8
    assert "ends in .docx" in on_sqlite.refused("chronology", "merge", "--review", ref, "--output", "c.pdf")[0]
    assert "no record" in on_sqlite.refused("chronology", "merge", "--review", "DARDR-1999-001", "--output", word)[0]
