"""A rehearsal may stand at another day; nothing real can."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.cli.conftest import Dardr, Said
from tests.cli.driver import Driver

REFUSED = "DARDR_NOW is set, and this"


class _At(Dardr):
    """The command line as it is at another time."""

    def __init__(self, dardr: Dardr, now: str) -> None:
        super().__init__(dardr.url, Path(dardr.env["DARDR_DATA_FOLDER"]))
        self.now = now

    def __call__(self, *args: str, now: str | None = None, **env: str) -> Said:
        return super().__call__(*args, now=now or self.now, **env)


def _open(dardr: Dardr, folder: Path, now: str) -> str:
    """Open a review as if it were ``now``."""
    return Driver(_At(dardr, now), [], date.fromisoformat(now[:10]), folder).open("dardr-s9")


def test_a_review_is_rehearsed_day_by_day(rehearsal: Dardr, tmp_path: Path) -> None:
    ref = _open(rehearsal, tmp_path, "2027-03-01T09:00")

    def decide(now: str) -> dict[str, str]:
        found = rehearsal.ok("review", "deadlines", ref, now=now)["deadlines"]
        return next(d for d in found if d["clock"] == "decide_review")

    assert decide("2027-03-01T09:00")["due"] == "2027-04-01"
    assert decide("2027-04-01T23:59")["state"] == "running"
    assert decide("2027-04-02T00:00")["state"] == "past_guide"
    done = rehearsal.ok(
        "review", "act", ref, "accept_notification", "--on", "2027-03-02", "--field", "area_confirmed=yes",
        now="2027-03-03T10:30",
    )  # fmt: skip
    assert done["stage"] == "screening"
    last = rehearsal.ok("review", "timeline", ref)["events"][-1]
    assert last["occurred_on"] == "2027-03-02"
    assert last["recorded_at"].startswith("2027-03-03T10:30:00")


def test_a_day_after_the_rehearsed_one_is_to_come(rehearsal: Dardr, tmp_path: Path) -> None:
    ref = _open(rehearsal, tmp_path, "2027-03-01")
    act = ("review", "act", ref, "accept_notification", "--on", "2027-03-05", "--field", "area_confirmed=yes")
    assert "after today" in rehearsal.refused(*act, now="2027-03-04T09:00")[0]
    rehearsal.ok(*act, now="2027-03-05T00:01")


def test_london_time_is_meant_in_summer_too(rehearsal: Dardr, tmp_path: Path) -> None:
    ref = _open(rehearsal, tmp_path, "2027-07-01T00:30")
    recorded = rehearsal.ok("review", "timeline", ref)["events"][0]["recorded_at"]
    assert recorded.startswith("2027-06-30T23:30")
    assert rehearsal.ok("review", "show", ref)["facts"]["notified_on"] == "2027-07-01"


@pytest.mark.parametrize(
    "command",
    [
        ("review", "list"),
        ("db", "check"),
        ("db", "upgrade"),
        ("worker", "--once"),
        ("audit", "verify"),
        ("user", "list"),
        ("process", "list"),
        ("clock", "compute", "--from", "2026-01-01", "--length", "1", "--unit", "days", "--counting", "after"),
        ("criteria", "assess"),
    ],
)
def test_a_real_database_refuses_another_time(dardr: Dardr, command: tuple[str, ...]) -> None:
    said = dardr.refused(*command, now="2027-03-01T09:00")
    assert len(said) == 1 and said[0].startswith(REFUSED)
    assert dardr(*command, "--json").code == 0


def test_a_time_that_cannot_be_read(rehearsal: Dardr) -> None:
    for wrong in ("2027-02-31T09:00", "tomorrow", "9:00"):
        assert rehearsal.refused("review", "list", now=wrong)[0].startswith(f"DARDR_NOW is '{wrong}'.")


def test_only_an_empty_database_becomes_a_rehearsal_and_it_stays_one(
    empty_database_url: str, tmp_path: Path
) -> None:
    one = Dardr(empty_database_url, tmp_path / "data")
    assert one.refused("db", "upgrade", now="2027-03-01T09:00")[0].startswith(REFUSED)
    assert one.ok("db", "upgrade", "--rehearsal", now="2027-03-01T09:00")["rehearsal"] is True
    assert one.ok("db", "upgrade")["rehearsal"] is True
    assert one.ok("db", "upgrade", now="2027-03-01T09:00")["rehearsal"] is True
    assert one.ok("db", "check")["rehearsal"] is True


def test_a_database_in_use_never_becomes_a_rehearsal(dardr: Dardr, tmp_path: Path) -> None:
    dardr.ok("user", "add", "ann@partnership.example", "--name", "Ann", "--role", "auditor")
    assert "cannot become a rehearsal" in dardr.refused("db", "upgrade", "--rehearsal")[0]
    assert dardr.ok("db", "check")["rehearsal"] is False


def test_a_worker_of_a_rehearsal_reminds_on_the_rehearsed_day(rehearsal: Dardr, tmp_path: Path) -> None:
    rehearsal.ok("user", "add", "ann@partnership.example", "--name", "Ann", "--role", "case_manager")
    _open(rehearsal, tmp_path, "2027-03-01T09:00")
    early = rehearsal.ok("worker", "--once", now="2027-03-02T09:00")
    late = rehearsal.ok("worker", "--once", now="2027-04-01T09:00")
    again = rehearsal.ok("worker", "--once", now="2027-04-01T09:00")
    assert early["enqueued"] == 0
    assert late["enqueued"] >= 1
    assert again["enqueued"] == 0
