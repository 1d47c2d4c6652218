"""``dardr tracker``: the same as the pages, from the command line."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.cli.conftest import Dardr
from tests.tracker_of_a_team import HEADINGS, ROWS, SHEET, workbook

PLACES = {"Northmere": "Thanet", "Southmere CSP": "Swale", "Northmere; Southmere": "Ashford; Dover"}


def a_tracker(folder: Path) -> str:
    """The tracker of the fictional team, with partnerships of the Kent profile."""
    rows = tuple(tuple(PLACES.get(v, v) if isinstance(v, str) else v for v in row) for row in ROWS)
    file = folder / "live-reviews.xlsx"
    file.write_bytes(workbook(rows, merged=False))
    return str(file)


def test_in_again_and_out(dardr: Dardr, tmp_path: Path) -> None:
    file, out = a_tracker(tmp_path), str(tmp_path / "back.xlsx")
    dry = dardr("tracker", "import", file, "--dry-run", "--json")
    assert dry.code == 1 and dry.json["new"] == 10 and dry.json["dry_run"] is True
    assert dardr.ok("review", "list")["reviews"] == []
    first = dardr("tracker", "import", file)
    assert first.code == 1 and "10 new, 0 changed, 0 unchanged, 1 left out, 1 not taken." in first.out
    assert "Atlantis" in first.err and "Column Victim name: Name of the person who died (kept apart)" in first.out
    again = dardr("tracker", "import", file, "--json").json
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 10)
    assert dardr.ok("tracker", "export", "--layout", SHEET, "--out", out)["rows"] == 10
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None and tuple(c.value for c in sheet[1]) == HEADINGS
    assert dardr.ok("tracker", "import", out)["unchanged"] == 10


def test_what_goes_wrong_is_said(on_sqlite: Dardr, tmp_path: Path) -> None:
    assert "cannot be opened" in on_sqlite.refused("tracker", "import", str(tmp_path / "gone.xlsx"))[0]
    file = a_tracker(tmp_path)
    assert "No tracker is remembered" in on_sqlite.refused("tracker", "import", file, "--layout", "Other")[0]
    assert (
        "No tracker is remembered"
        in on_sqlite.refused("tracker", "export", "--layout", "Other", "--out", str(tmp_path / "x.xlsx"))[0]
    )
    on_sqlite("tracker", "import", file)
    assert "is there already" in on_sqlite.refused("tracker", "export", "--layout", SHEET, "--out", file)[0]
    names = tmp_path / "names.csv"
    names.write_text("Ref,CSP,Status,Victim details\n1,Thanet,Drafting,Somebody\n")
    assert "Match it on the page first" in on_sqlite.refused("tracker", "import", str(names))[0]
