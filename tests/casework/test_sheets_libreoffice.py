"""A workbook of actions opened, edited and saved by LibreOffice: the edited cells come back, and only those."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

from dardr.casework.sheets.columns import COLUMNS, SHEET
from dardr.storage.engine import Database
from tests.casework.test_sheets import Plan
from tests.sheets import LETTER, row_of

LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Module1"/></library:library>"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
{}</script:module>"""
PROGRAM = """Sub Edit
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL(ConvertToURL("{before}"), "_blank", 0, hidden())
  page = book.Sheets.getByName("{sheet}")
{edits}
  Dim how(0) As New com.sun.star.beans.PropertyValue
  how(0).Name = "FilterName" : how(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL(ConvertToURL("{after}"), how())
  book.close(True)
End Sub
"""


def edited(folder: Path, data: bytes, cells: Mapping[str, str]) -> bytes:
    """The workbook after LibreOffice opened it, typed into these cells as a person would, and saved it as .xlsx."""
    program = shutil.which("soffice")
    assert program, "Install LibreOffice: apt-get install --no-install-recommends libreoffice-calc"
    before, after, profile = folder / "given.xlsx", folder / "edited.xlsx", folder / "office"
    before.write_bytes(data)
    basic = profile / "user" / "basic" / "Standard"
    start = [program, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore"]
    subprocess.run([*start, "--terminate_after_init"], check=True, timeout=120, capture_output=True)
    typed = [f'  page.getCellRangeByName("{cell}").FormulaLocal = "{text}"' for cell, text in cells.items()]
    code = PROGRAM.format(before=before, after=after, sheet=SHEET, edits="\n".join(typed))
    (basic / "script.xlb").write_text(LIBRARY, encoding="utf-8")
    (basic / "Module1.xba").write_text(MODULE.format(escape(code)), encoding="utf-8")
    subprocess.run([*start, "macro:///Standard.Module1.Edit"], check=True, timeout=120, capture_output=True)
    return after.read_bytes()


def test_open_edit_save_and_import(sqlite_database: Database, tmp_path: Path) -> None:
    plan = Plan(sqlite_database)
    first, second, third, _ = plan.refs
    given = plan.out()
    page = openpyxl.load_workbook(io.BytesIO(given))[SHEET]
    at = {ref: row_of(page, ref) for ref in plan.refs}
    told = {
        f"{LETTER['progress']}{at[first]}": "Two teams, “all” of them.",
        f"{LETTER['status']}{at[second]}": "In progress",
        f"{LETTER['new_date']}{at[third]}": "2027-06-30",
        f"{LETTER['reason']}{at[third]}": "The trainer left.",
        f"{LETTER['progress']}{at[third]}": "=1+1 of them",
    }
    back = edited(tmp_path, given, told)
    assert b"LibreOffice" in b"".join(_parts(back)), "LibreOffice saved it"
    number, found = plan.preview(back)
    assert not found["refusals"] and not found["conflicts"], found
    assert {one["cell"] for one in found["changes"]} == set(told)
    said = {one["cell"]: one["to"] for one in found["changes"]}
    assert said[f"{LETTER['new_date']}{at[third]}"] == "30 June 2027"
    assert said[f"{LETTER['progress']}{at[third]}"] == "=1+1 of them", "text stays text"
    assert found["unchanged"] == 4 * sum(column.theirs for column in COLUMNS) - len(told)
    plan.confirm(number, found["hash"])
    assert plan.record(second).stage == "in_progress"


def _parts(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return [packed.read(name) for name in packed.namelist()]
