"""``dardr actions export`` and ``import``: the same as the pages, and conflicts never taken."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from dardr.casework.sheets.columns import HEADING_ROW, SHEET
from tests.builders import a_review
from tests.cli.conftest import Dardr
from tests.fixtures import with_people
from tests.sheets import LETTER, ON_COURSE, an_action, filled


def test_out_edited_and_in_again(sqlite_url: str, tmp_path: Path) -> None:
    with with_people(sqlite_url) as database:
        review = a_review(database, "action_monitoring", day_by_day=False)
        first, second, third = (an_action(review, f"Train team {number}") for number in (1, 2, 3))
        dardr, file = Dardr(sqlite_url, tmp_path / "data"), tmp_path / "council.xlsx"
        out = dardr.ok("actions", "export", "--agency", "northmere-council", "--output", str(file))
        assert out == {"output": str(file), "actions": 3}
        told = {
            first: ON_COURSE,
            second: {"progress": "From the workbook."},
            third: {"status": "Reported complete", "impact": "Much"},
        }
        back = tmp_path / "back.xlsx"
        back.write_bytes(filled(file.read_bytes(), told))
        review.act("record_update", {"progress": "From the page."}, ref=second)
        dry = dardr("actions", "import", str(back), "--dry-run", "--json")
        assert dry.code == 1 and dry.json["dry_run"] is True
        (clash,), (change,), refused = dry.json["conflicts"], dry.json["changes"], dry.json["refusals"]
        assert (clash["ref"], clash["cell"], clash["sheet"]) == (
            second,
            f"{LETTER['progress']}{HEADING_ROW + 2}",
            SHEET,
        )
        assert (change["ref"], change["field"], change["from"], change["to"]) == (
            first,
            "progress",
            "",
            ON_COURSE["progress"],
        )
        assert change["reason"] == "Give an update" and clash["reason"]
        assert {one["ref"] for one in refused} == {third} and all(one["cell"] and one["reason"] for one in refused)
        assert "updates" not in review.record(first).facts, "a dry run records nothing"
        done = dardr("actions", "import", str(back))
        assert done.code == 1 and "1 changed, 1 in conflict" in done.out and "From the page." in done.err
        assert review.record(first).facts["updates"][0]["progress"] == ON_COURSE["progress"]
        assert len(review.record(second).facts["updates"]) == 1, "a conflict is never taken by the command"
        plan = tmp_path / "plan.xlsx"
        assert dardr.ok("actions", "export", "--review", review.ref, "--output", str(plan))["actions"] == 3
        assert openpyxl.load_workbook(plan)[SHEET].max_row == HEADING_ROW + 3
        unchanged = dardr("actions", "import", str(plan), "--json")
        assert unchanged.code == 0 and not unchanged.json["changes"] and unchanged.json["unchanged"] > 0


def test_what_goes_wrong_is_said(on_sqlite: Dardr, tmp_path: Path) -> None:
    there = tmp_path / "there.xlsx"
    there.write_bytes(b"")
    out = str(tmp_path / "new.xlsx")
    for args, said in (
        (("export", "--output", out), "either an agency or a review"),
        (("export", "--agency", "a", "--review", "b", "--output", out), "either an agency or a review"),
        (("export", "--agency", "nobody", "--output", out), "no body called"),
        (("export", "--review", "DARDR-1999-001", "--output", out), "DARDR-1999-001"),
        (("export", "--agency", "nobody", "--output", str(there)), "there already"),
        (("import", str(tmp_path / "gone.xlsx")), "cannot be opened"),
        (("import", str(there)), "is empty"),
    ):
        assert said in on_sqlite.refused("actions", *args)[0]
    assert not Path(out).exists()
