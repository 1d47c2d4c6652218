"""``dardr reminders preview``: what will be sent to whom, on which day, and why; nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Dardr
from tests.cli.test_contract_days import Days


@pytest.fixture
def days(sqlite_url: str, tmp_path: Path) -> Days:
    command = Dardr(sqlite_url, tmp_path / "data")
    command.ok("db", "upgrade", "--rehearsal")
    return Days(command, "2026-01-31")


def test_a_preview_says_who_is_written_to_and_why_then(days: Days) -> None:
    ref = days.open_review()
    days.to_decision(ref)
    first = days.now[:10]
    asked = ("reminders", "preview", "--from", first, "--to", "2026-06-30")
    before = days("outbox", "list")
    found = days(*asked, "--review", ref)
    assert (found["from"], found["to"], found["review"]) == (first, "2026-06-30", ref)
    one = found["reminders"][0]
    assert {"on", "ref", "address", "party", "rung", "about", "due", "falls_on", "alone", "why"} <= set(one)
    assert all(one["why"] and first <= one["on"] <= "2026-06-30" for one in found["reminders"])
    words = days.dardr(*asked, now=days.now)
    assert words.code == 0 and "Nothing would be sent" not in words.out and len(words.out.splitlines()) > 5
    assert days("outbox", "list") == before, "nothing was written"
    for since, until in (("2026-06-30", "2026-06-01"), ("2025-01-01", "2025-03-01"), ("2026-06-01", "2029-03-01")):
        assert days.dardr.refused("reminders", "preview", "--from", since, "--to", until, now=days.now)
    assert days.dardr("reminders", "preview", "--from", "2026-06-01", now=days.now).code == 2
