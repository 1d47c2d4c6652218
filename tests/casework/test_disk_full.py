"""A full disk leaves nothing behind and is told in a sentence. PostgreSQL: its own server decides; not tried here."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from dardr.casework.audit import verify
from dardr.cli.refusing import reasons_of
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import a_review
from tests.casework.rows import everything

pytestmark = pytest.mark.crash


def test_a_database_that_may_not_grow(sqlite_database: Database) -> None:
    case = a_review(sqlite_database, "decision_pending")

    def no_more_pages(connection: Any, _record: Any = None, _proxy: Any = None) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # becomes as many as there are

    event.listen(sqlite_database.engine, "checkout", no_more_pages)
    before = everything(sqlite_database)
    step = builders.decision()
    long = {**step.values, "decision_reasons": "Fictional reasons. " * 20_000}
    with pytest.raises(DatabaseError) as full:
        case.act(step.action, long, by=step.by)
    assert "full" in str(full.value.orig)
    said = reasons_of(full.value)
    assert said is not None and "no room left on the disk" in said[0].reason
    assert "Nothing was saved" in said[0].reason and "do it again" in said[0].reason
    assert everything(sqlite_database) == before

    def room_again(connection: Any, _record: Any = None, _proxy: Any = None) -> None:
        connection.execute("PRAGMA max_page_count = 1000000")

    event.remove(sqlite_database.engine, "checkout", no_more_pages)
    event.listen(sqlite_database.engine, "checkout", room_again)
    case.act(step.action, long, by=step.by)
    assert case.stage == "decided_review"
    with sqlite_database.read() as session:
        assert verify(session)["ok"]


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="this system has no limit on file sizes")
def test_a_command_whose_files_may_not_grow(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    case = a_review(sqlite_database, "screening")
    seq = case.record().last_seq
    sqlite_database.close()
    note = tmp_path / "note.txt"
    note.write_text("Fictional. " * 60_000)
    command = [
        sys.executable, "-m", "dardr.cli", "review", "act", case.ref, "add_note", "--on", case.today.isoformat(),
        "--field", f"note=@{note}", "--json",
    ]  # fmt: skip
    environment = {**os.environ, "DARDR_DATABASE_URL": sqlite_url}

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, 256 * 1024))

    run = subprocess.run(
        command, env=environment, preexec_fn=limited, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 1, run.stderr
    assert "no room left on the disk" in json.loads(run.stdout)["refused"][0]["reason"].lower() or (
        "disk" in json.loads(run.stdout)["refused"][0]["reason"]
    )
    assert "Traceback" not in run.stderr
    with sqlite_database.read() as session:
        record = session.scalars(sa.select(Record).where(Record.ref == case.ref)).one()
        assert record.last_seq == seq and "notes" not in record.facts
        assert verify(session)["ok"]

    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert json.loads(run.stdout)["revision"] > 1
