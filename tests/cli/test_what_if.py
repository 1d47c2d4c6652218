"""``dardr whatif``: what is supposed is answered in sentences and in JSON, and nothing is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Dardr
from tests.cli.test_contract_days import DECISION, Days


@pytest.fixture
def days(sqlite_url: str, tmp_path: Path) -> Days:
    command = Dardr(sqlite_url, tmp_path / "data")
    command.ok("db", "upgrade", "--rehearsal")
    return Days(command, "2026-01-31")


def test_what_if_by_command(days: Days) -> None:
    ref = days.open_review()
    days.to_decision(ref)
    names = {one["name"]: one for one in days("whatif", "--review", ref, "--names")["names"]}
    assert names["decide_review"]["kind"] == "step" and "csp_aware_on" in names and "D02" not in names

    before = days("review", "deadlines", ref)
    found = days("whatif", "--review", ref, "--set", "decision=2026-02-12", "--add-holiday", "2026-02-16")
    assert set(found) == {
        "review", "day", "set", "holidays", "changes", "unchanged", "reminders", "then", "notes",
    }  # fmt: skip
    assert found["set"] == [{"name": "decision", "on": "2026-02-12", "label": "Record the decision to hold a review"}]
    by_id = {one["id"]: one for one in found["changes"]}
    assert (by_id["D02"]["change"], by_id["D02"]["stopped_on"]) == ("stopped", "2026-02-12")
    assert by_id["D05"]["after"]["due"] == "2026-08-12" and by_id["D05"]["before"] is None
    assert by_id["D03"]["after"]["due"] == "2026-02-20", "the bank holiday supposed is not counted"
    assert any("Bank holiday (supposed)" in said for said in by_id["D03"]["sentences"])
    assert {r["id"] for r in found["reminders"] if not r["sent"]} == {"D02"}
    assert days("review", "deadlines", ref) == before

    words = days.dardr("whatif", "--review", ref, "--set", "decision=2026-02-12", now=days.now)
    assert words.code == 0 and words.out.startswith("Nothing has been changed. If:")
    assert "D05 Overview report: starts, due 12 August 2026 (running)" in words.out
    days.on("2026-02-12").act(ref, "decide_review", criteria_limb="intimate", **DECISION)
    assert days.deadline(ref, "D05")["due"] == by_id["D05"]["after"]["due"]

    for asked, says in (
        (("--review", ref, "--set", "decision=2026-02-30"), "30 February 2026 does not exist"),
        (("--review", "DARDR-1999-001", "--set", "decision=2026-03-01"), "There is no record"),
        (("--review", ref, "--set", "inquest=2026-03-01"), "Nothing here is called “inquest”. What can be supposed: "),
        (("--review", ref, "--set", "D02=2026-03-01"), "What can be supposed"),
        (("--set", "sign_off=2026-03-01"), "not a name that every review has"),
        ((), "Say what is supposed"),
    ):
        (said,) = days.dardr.refused("whatif", *asked, now=days.now)
        assert says in said
    assert days.dardr("whatif", "--set", "nothing", now=days.now).code == 2
    everywhere = days("whatif", "--add-holiday", "2026-02-16")
    assert everywhere["review"] is None and [one["id"] for one in everywhere["changes"]] == ["D03"]
    (listed,) = days("review", "list", "--on", "2026-12-01")["reviews"]
    assert listed["late"]
    (then,) = [d for d in days("review", "deadlines", ref, "--on", "2026-12-01")["deadlines"] if d["id"] == "D05"]
    assert then["state"] == "past_guide" and days.deadline(ref, "D05")["state"] == "running"
