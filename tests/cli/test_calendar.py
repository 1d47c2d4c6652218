"""``dardr calendar``: what would move is shown, then done; a closed office; a feed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dardr.systime import london_now
from tests.cli.conftest import Dardr
from tests.cli.driver import Driver
from workflows.calendar import ENGLAND_AND_WALES, calendars

TODAY = london_now().date()
SHIPPED = calendars.get(ENGLAND_AND_WALES)
DAY = SHIPPED.next_working_day(TODAY + timedelta(days=1)).isoformat()


@pytest.fixture
def decided(on_sqlite: Dardr, tmp_path: Path) -> Dardr:
    """A database with a review that was decided today, so that five working days run."""
    driver = Driver(on_sqlite, [], TODAY, tmp_path)
    driver.carry(driver.open("dardr-s9"), "decided_review")
    return on_sqlite


def moved(said: Any) -> dict[tuple[str, str], tuple[str, str]]:
    return {(one["ref"], one["clock"]): (one["before"], one["after"]) for one in said["moved"]}


def test_what_is_previewed_is_what_is_added(decided: Dardr) -> None:
    seen = decided.ok("calendar", "preview", "--add", DAY, "A day")
    assert moved(seen) and seen["new"] == [{"date": DAY, "title": "A day"}] and seen["unseen"] == 0
    assert all(one["owner"] and one["told"] == [] or one["told"] for one in seen["moved"])
    assert DAY not in str(decided.ok("calendar", "show"))
    done = decided.ok("calendar", "add", DAY, "A day")
    assert moved(done) == moved(seen) and done["added"] == [DAY]
    shown = decided.ok("calendar", "show")
    assert {"date": DAY, "title": "A day"} in shown["holidays"]
    assert shown["editions"][0]["snapshot"] == shown["snapshot"] == done["snapshot"]
    again = decided.ok("calendar", "add", DAY, "Another name")
    assert (again["added"], again["known"], again["moved"], again["told"]) == ([], 1, [], 0)
    assert "No date moves" in decided("calendar", "add", DAY, "x").out


def test_a_closed_office_and_an_open_one(decided: Dardr) -> None:
    seen = decided.ok("calendar", "preview", "--close", DAY, "Training")
    done = decided.ok("calendar", "close", DAY, "Training")
    assert moved(done) == moved(seen) and moved(seen)
    assert decided.ok("calendar", "show")["closures"] == [{"date": DAY, "title": "Training"}]
    assert decided.refused("calendar", "close", DAY, "Training")
    back = decided.ok("calendar", "preview", "--open", DAY)
    assert moved(back) == {key: (after, before) for key, (before, after) in moved(seen).items()}
    assert moved(decided.ok("calendar", "open", DAY)) == moved(back)
    assert decided.refused("calendar", "open", DAY)
    assert decided.ok("calendar", "show")["closures"] == []


def test_a_feed_is_read_when_asked(decided: Dardr, tmp_path: Path) -> None:
    assert "No feed is set" in str(decided.refused("calendar", "fetch"))
    events = [{"title": t, "date": d.isoformat()} for d, t in SHIPPED.holidays.items()]
    file = tmp_path / "bank-holidays.json"
    file.write_text(json.dumps({"england-and-wales": {"events": [*events, {"title": "A day", "date": DAY}]}}))
    found = decided.ok("calendar", "fetch", DARDR_HOLIDAYS_FEED=str(file))
    assert found == {"added": [], "waiting": [{"date": DAY, "title": "A day"}], "lacks": []}
    assert decided.ok("calendar", "show")["waiting"] == found["waiting"]
    seen = decided.ok("calendar", "preview", str(file))
    assert moved(seen) and seen["kept"] == [] and seen["known"] == len(events)
    decided.ok("calendar", "import", str(file))
    assert decided.ok("calendar", "show")["waiting"] == []
    file.write_text("<html>")
    assert "not a list of bank holidays" in str(decided.refused("calendar", "fetch", DARDR_HOLIDAYS_FEED=str(file)))


@pytest.mark.parametrize(
    "wrong",
    [
        ("preview",),
        ("preview", "--add", "2026-02-31", "x"),
        ("preview", "--add", DAY, "x", "--open", DAY),
        ("add", "2027-02-29", "x"),
        ("add", DAY, " "),
        ("close", "2026-12-25", "Christmas"),
        ("open", "2026-12-29"),
        ("add", DAY, "x", "--as", "nobody@example.org"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(on_sqlite: Dardr, wrong: tuple[str, ...]) -> None:
    assert on_sqlite.refused("calendar", *wrong)
