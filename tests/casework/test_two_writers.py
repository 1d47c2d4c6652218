"""Two people act on one record at once, in two real processes: one wins, the other is told what changed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dardr.casework.audit import verify
from dardr.errors import Conflict
from dardr.storage.engine import Database
from tests.builders import a_review

WRITER = """
import json, pathlib, sys, time
from datetime import date
from dardr.casework.act import take_action
from dardr.errors import DardrError
from dardr.storage.engine import Database
from tests import builders

given = json.loads(sys.argv[1])
database = Database(given["url"])
day = date.fromisoformat(given["day"])
with database.read() as session:
    builders.actor(session, given["by"])
pathlib.Path(given["ready"]).touch()
while not pathlib.Path(given["go"]).exists():
    time.sleep(0.002)
try:
    with database.write() as session:
        done = take_action(
            session, builders.actor(session, given["by"]), builders.at_ten(day), given["ref"], given["action"],
            given["values"], day, given["revision"],
        )
        time.sleep(given["hold"])
    print(json.dumps({"revision": done.revision}))
except DardrError as error:
    print(json.dumps({"refused": type(error).__name__, "said": str(error)}))
"""


def at_once(tmp_path: Path, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run writers that all start at the same moment; what each said."""
    go = tmp_path / "go"
    running: list[subprocess.Popen[str]] = []
    for number, job in enumerate(jobs):
        given = {"hold": 0.3, "values": {}, **job, "go": str(go), "ready": str(tmp_path / f"ready{number}")}
        running.append(
            subprocess.Popen([sys.executable, "-c", WRITER, json.dumps(given)], stdout=subprocess.PIPE, text=True)
        )
    deadline = time.monotonic() + 60
    while not all((tmp_path / f"ready{number}").exists() for number in range(len(jobs))):
        assert time.monotonic() < deadline, "a writer did not start"
        time.sleep(0.01)
    go.touch()
    said = [process.communicate(timeout=60)[0] for process in running]
    assert all(process.returncode == 0 for process in running)
    return [json.loads(text) for text in said]


def test_two_people_who_saw_the_same_page(database: Database, tmp_path: Path) -> None:
    case = a_review(database, "screening")
    revision = case.record().revision
    job = {"url": database.url, "ref": case.ref, "day": case.today.isoformat(), "revision": revision}
    said = at_once(
        tmp_path,
        [
            {**job, "by": "case_manager", "action": "add_note", "values": {"note": "Mine"}},
            {**job, "by": "team_manager", "action": "record_early_learning", "values": {"learning": "Ours"}},
        ],
    )
    won = [one for one in said if "revision" in one]
    lost = [one for one in said if "refused" in one]
    assert len(won) == len(lost) == 1
    assert won[0]["revision"] == revision + 1
    assert lost[0]["refused"] == "Conflict"
    winner = case.events()[-1][0]
    assert f"by {winner.actor_name}" in lost[0]["said"]
    assert "This record has changed since you opened it" in lost[0]["said"]
    assert "Nothing you typed was saved" in lost[0]["said"]
    record = case.record()
    assert ("notes" in record.facts) != ("early_learning" in record.facts)
    with database.read() as session:
        assert verify(session)["ok"]


def test_many_who_do_not_mind_the_order_all_get_in(database: Database, tmp_path: Path) -> None:
    """Without a revision nothing is lost: one after the other, in one unbroken chain."""
    case = a_review(database, "screening")
    job = {"url": database.url, "ref": case.ref, "day": case.today.isoformat(), "revision": None, "hold": 0.05}
    before = case.record()
    said = at_once(
        tmp_path,
        [{**job, "by": "case_manager", "action": "add_note", "values": {"note": f"Note {n}"}} for n in range(4)],
    )
    assert all("revision" in one for one in said), said
    record = case.record()
    assert record.last_seq == before.last_seq + 4
    assert {entry["note"] for entry in record.facts["notes"]} == {f"Note {n}" for n in range(4)}
    with database.read() as session:
        assert verify(session)["ok"]


def test_two_reviews_opened_at_once_get_two_references(database: Database, tmp_path: Path) -> None:
    case = a_review(database, "evidence")
    job = {"url": database.url, "ref": case.ref, "day": case.today.isoformat(), "revision": None, "by": "case_manager"}
    returns = {"kind": "imr"}
    said = at_once(
        tmp_path,
        [
            {**job, "action": "request_returns", "values": {**returns, "bodies": ["mereshire-nhs"]}},
            {**job, "action": "request_returns", "values": {**returns, "bodies": ["northmere-council"]}},
        ],
    )
    assert all("revision" in one for one in said), said
    assert case.opened("agency-return") == [f"{case.ref}-R01", f"{case.ref}-R02"]


def test_a_revision_that_moved(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "screening")
    seen = case.record().revision
    case.act("add_note", {"note": "First"}, by="team_manager", revision=seen)
    with pytest.raises(Conflict, match="“Add a note” by Casey Example"):
        case.act("add_note", {"note": "Second"}, revision=seen)
    assert [entry["note"] for entry in case.record().facts["notes"]] == ["First"]
