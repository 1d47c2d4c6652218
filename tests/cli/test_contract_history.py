"""Whatever is changed behind the product's back is named, with the record and the event."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Dardr
from tests.cli.test_contract_days import Days

LAST = "(SELECT max(id) FROM audit_event)"
FIRST = "(SELECT min(id) FROM record)"
CHANGES = {
    "the day it happened": ("UPDATE audit_event SET occurred_on = '2020-01-01' WHERE seq = 2",),
    "who did it": ("UPDATE audit_event SET actor_name = 'Somebody Else' WHERE seq = 2",),
    "when it was recorded": ("UPDATE audit_event SET recorded_at = '2020-01-01 00:00:00.000000' WHERE seq = 2",),
    "one letter of an answer": ("UPDATE event_values SET after = replace(after, 'police', 'polica')",),
    "an answer taken away": (f"DELETE FROM event_values WHERE event_id = {LAST}",),
    "the salt": (f"UPDATE event_values SET salt = '00' WHERE event_id = {LAST}",),
    "the last event": (
        f"DELETE FROM event_values WHERE event_id = {LAST}",
        f"DELETE FROM audit_event WHERE id = {LAST}",
    ),
    "the order": ("UPDATE audit_event SET seq = 900 WHERE seq = 2",),
    "the stage of the record": (f"UPDATE record SET stage = 'drafting' WHERE id = {FIRST}",),
    "what the record says": (f"UPDATE record SET facts = replace(facts, ':34', ':43') WHERE id = {FIRST}",),
}


@pytest.fixture
def changed(sqlite_url: str, tmp_path: Path) -> tuple[Dardr, Path]:
    """A rehearsal with a short history, and its file."""
    dardr = Dardr(sqlite_url, tmp_path / "data")
    dardr.ok("db", "upgrade", "--rehearsal")
    days = Days(dardr, "2026-01-05")
    ref = days.open_review()
    days.on("2026-01-06").act(ref, "add_note", note="For a test.")
    days.act(ref, "accept_notification", area_confirmed="yes")
    assert dardr.ok("audit", "verify") == {"ok": True, "events": 3, "broken": []}
    return dardr, Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_behind_the_back_is_found(changed: tuple[Dardr, Path], what: str) -> None:
    dardr, file = changed
    connection = sqlite3.connect(file)
    with connection:
        for trigger in ("audit_event_no_update", "audit_event_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in CHANGES[what]:
            assert connection.execute(statement).rowcount > 0
    connection.close()
    said = dardr("audit", "verify", "--json")
    assert said.code == 1
    assert said.json["ok"] is False
    assert {one["ref"] for one in said.json["broken"]} == {"DARDR-2026-001"}
    assert all(one["seq"] and one["reason"].endswith(".") for one in said.json["broken"])


def test_the_history_cannot_be_changed_by_a_statement(changed: tuple[Dardr, Path]) -> None:
    _, file = changed
    connection = sqlite3.connect(file)
    for statement in ("UPDATE audit_event SET seq = 9", "DELETE FROM audit_event"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()
