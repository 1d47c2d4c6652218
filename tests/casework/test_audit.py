"""History proved: one changed byte is found and named, in the database, in an exported file, against a signed head."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import DatabaseError

from dardr.casework import chain
from dardr.casework.audit import export, sign_head, signing_key, verify, verify_file, verify_head, year_end
from dardr.errors import Invalid
from dardr.storage.engine import Database
from dardr.storage.reviews import AuditEvent, EventValues, IdentityValues, Record
from tests import builders
from tests.builders import Case, a_review


@pytest.fixture
def case(database: Database) -> Case:
    """A review with some history, an identity entry among it, and two items."""
    case = a_review(database, "evidence", person_name="Nobody Real (fictional)")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs", "northmere-council"]})
    return case


def check(database: Database) -> dict[str, Any]:
    with database.read() as session:
        return verify(session)


def unguarded(database: Database, *statements: str) -> None:
    """Run statements with the trigger that guards the history taken away, as somebody with the file could."""
    with database.write() as session:
        if database.engine.dialect.name == "sqlite":
            names = session.scalars(
                sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'")
            ).all()
            for name in names:
                session.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            session.execute(sa.text("DROP TRIGGER audit_event_append_only ON audit_event"))
        for statement in statements:
            session.execute(sa.text(statement))


def named(said: dict[str, Any]) -> set[tuple[str, int]]:
    return {(one["ref"], one["seq"]) for one in said["broken"]}


def test_a_whole_history(database: Database, case: Case) -> None:
    with database.read() as session:
        events = session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
        identity = session.scalar(sa.select(sa.func.count()).select_from(IdentityValues))
    assert check(database) == {"ok": True, "events": events, "broken": []}
    assert identity == 1


EDITS = {
    "who": "actor_name = replace(actor_name, 'A', 'E')",
    "what": "action = 'accept_notificatiom'",
    "where to": "to_stage = 'screenimg'",
    "when": "occurred_on = '2026-02-28'",
    "recorded when": "recorded_at = '2020-01-01 10:00:00.000000'",
    "hash": "hash = replace(hash, substr(hash, 1, 1), 'x')",
    "of the values": "values_hash = replace(values_hash, substr(values_hash, 1, 1), 'x')",
    "of the event before": "previous_hash = replace(previous_hash, substr(previous_hash, 1, 1), 'x')",
    "rule": "process = 'dardr-s9@2'",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_one_edit_is_found_and_named(database: Database, case: Case, edit: str) -> None:
    third = case.events()[2][0]
    unguarded(database, f"UPDATE audit_event SET {edit} WHERE id = {third.id}")
    said = check(database)
    assert not said["ok"]
    assert (case.ref, 3) in named(said) and named(said) <= {(case.ref, 3), (case.ref, 4)}


def test_a_changed_value_is_found(database: Database, case: Case) -> None:
    event, values = case.events()[2]
    with database.write() as session:
        row = session.get_one(EventValues, event.id)
        row.after = {**(values.after or {}), "age": "35"}
    assert named(check(database)) == {(case.ref, 3)}


def test_a_changed_identity_value_is_found(database: Database, case: Case) -> None:
    with database.write() as session:
        row = session.scalars(sa.select(IdentityValues)).one()
        row.after = {"person_name": "Somebody Else"}
    assert named(check(database)) == {(case.ref, 1)}


def test_a_missing_event_is_found(database: Database, case: Case) -> None:
    event = case.events()[2][0]
    unguarded(
        database,
        f"DELETE FROM event_values WHERE event_id = {event.id}",
        f"DELETE FROM audit_event WHERE id = {event.id}",
    )
    assert named(check(database)) == {(case.ref, 4)}


def test_a_last_event_taken_away_is_found(database: Database, case: Case) -> None:
    (nhs, _) = case.opened("agency-return")
    case.act("record_not_known", {"searched": "All systems."}, ref=nhs)
    last = case.events(nhs)[-1][0]
    with database.write() as session:
        for table, column in (("deadline", "stopped_by_event"), ("deadline", "withdrawn_by_event")):
            session.execute(sa.text(f"UPDATE {table} SET {column} = NULL WHERE {column} = {last.id}"))
        session.execute(sa.text(f"DELETE FROM outbox_message WHERE event_id = {last.id}"))
        session.execute(sa.text(f"DELETE FROM search_entry WHERE event_id = {last.id}"))
    unguarded(
        database,
        f"DELETE FROM event_values WHERE event_id = {last.id}",
        f"DELETE FROM audit_event WHERE id = {last.id}",
    )
    said = check(database)
    assert {one["ref"] for one in said["broken"]} == {nhs}
    assert any("counts 2 events" in one["reason"] for one in said["broken"])


@pytest.mark.parametrize(
    ("column", "value"), [("stage", "drafting"), ("head", "0" * 64), ("last_seq", 99), ("process", "dardr-s8a@1")]
)
def test_a_record_that_disagrees_with_its_history_is_found(
    database: Database, case: Case, column: str, value: object
) -> None:
    with database.write() as session:
        session.execute(sa.update(Record).where(Record.ref == case.ref).values({column: value}))
    assert {one["ref"] for one in check(database)["broken"]} == {case.ref}


def test_lawful_destruction_leaves_the_chain_whole(database: Database, case: Case) -> None:
    event = case.events()[2][0]
    with database.write() as session:
        values = session.get_one(EventValues, event.id)
        values.salt = values.before = values.after = None
        values.destroyed_under = "Retention schedule, line 4"
        identity = session.scalars(sa.select(IdentityValues)).one()
        identity.salt = identity.after = None
        identity.destroyed_under = "Retention schedule, line 4"
    assert check(database)["ok"]
    with database.write() as session:
        session.get_one(EventValues, event.id).destroyed_under = None
    assert named(check(database)) == {(case.ref, 3)}, "without a reason it is not lawful"


def test_the_trigger_refuses_change_and_removal(database: Database, case: Case) -> None:
    for statement in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(DatabaseError, match="append-only"), database.write() as session:
            session.execute(sa.text(statement))
    assert check(database)["ok"]


def test_one_byte_of_the_file(sqlite_database: Database, tmp_path: Path) -> None:
    """A byte changed in the file itself, in each event of one record in turn, wherever its row's text lies."""
    case = a_review(sqlite_database, "evidence")
    events = [event for event, _ in case.events()]
    sqlite_database.close()
    file = Path(sqlite_database.url.removeprefix("sqlite:///"))
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = file.read_bytes()
    for event in events:
        for text in (event.hash, event.values_hash):
            places = [m.start() for m in re.finditer(text.encode(), whole)]
            assert places
            changed = bytearray(whole)
            # The first place may be the next event's note of this one's hash; each is part of the history.
            changed[places[0] + 5] ^= 0x01
            copy = tmp_path / "copy.sqlite3"
            copy.write_bytes(changed)
            database = Database(f"sqlite:///{copy}")
            with database.read() as session:
                said = verify(session)
            database.close()
            assert not said["ok"], f"event {event.seq}"
            assert {one["ref"] for one in said["broken"]} == {case.ref}
            assert {one["seq"] for one in said["broken"]} <= {event.seq, event.seq + 1}


def test_any_byte_of_any_event_row(sqlite_database: Database, tmp_path: Path) -> None:
    """Every byte that spells an event, turned one by one: each is found. One row is enough; all are stored alike."""
    case = a_review(sqlite_database, "screening")
    event = case.events()[1][0]
    sqlite_database.close()
    file = Path(sqlite_database.url.removeprefix("sqlite:///"))
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = file.read_bytes()
    pattern = (
        event.action + (event.from_stage or "") + event.to_stage + event.process
    )  # as SQLite stores them, one after the other
    start = whole.index(pattern.encode())
    end = whole.index(event.hash.encode(), start) + len(event.hash)
    copy = tmp_path / "copy.sqlite3"
    missed = []
    for place in range(start, end):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        copy.write_bytes(changed)
        database = Database(f"sqlite:///{copy}")
        with database.read() as session:
            said = verify(session)
        database.close()
        if said["ok"]:
            missed.append((place - start, whole[place : place + 1]))
    assert not missed


# --- exported ---------------------------------------------------------------------------------------------


@pytest.fixture
def exported(database: Database, case: Case, tmp_path: Path) -> Path:
    path = tmp_path / "history.jsonl"
    with database.read() as session, path.open("w", encoding="utf-8") as file:
        export(session, file)
    return path


def test_an_export_verifies_by_itself_and_holds_no_identity(database: Database, case: Case, exported: Path) -> None:
    assert verify_file(exported) == check(database)
    text = exported.read_text(encoding="utf-8")
    assert "Nobody Real" not in text
    assert case.ref in text and json.loads(text.splitlines()[-1])["kind"] == "end"


def change(line: int, **values: Any) -> Callable[[list[str]], list[str]]:
    def doing(lines: list[str]) -> list[str]:
        said = {**json.loads(lines[line]), **values}
        return [*lines[:line], json.dumps(said), *lines[line + 1 :]]

    return doing


@pytest.mark.parametrize(
    "doing",
    [
        change(3, actor="Somebody else"),
        change(3, after={"age": "35"}),
        change(3, has_values=False),
        change(1, stage="drafting"),
        change(0, version=2),
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:3], lines[3][:-20], *lines[4:]],
        lambda lines: [*lines[:3], "null", *lines[3:]],
        lambda lines: [lines[0], *lines[2:]],
    ],
    ids=["who", "what", "no values", "stage", "format", "cut out", "cut short", "garbled", "put in", "no record"],
)
def test_a_changed_export_is_found(exported: Path, doing: Callable[[list[str]], list[str]]) -> None:
    lines = exported.read_text(encoding="utf-8").splitlines()
    exported.write_text("\n".join(doing(lines)) + "\n", encoding="utf-8")
    said = verify_file(exported)
    assert not said["ok"] and said["broken"]


def test_every_byte_of_an_event_line_counts(exported: Path) -> None:
    whole = exported.read_bytes()
    start = whole.index(b'{"action"')
    end = whole.index(b"\n", start)
    missed = []
    for place in range(start, end):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        exported.write_bytes(changed)
        if verify_file(exported)["ok"]:
            missed.append(whole[place - 10 : place + 10])
    assert not missed


# --- signed -----------------------------------------------------------------------------------------------


def test_a_signed_head(database: Database, case: Case) -> None:
    key = Ed25519PrivateKey.generate()
    at = date(2026, 3, 31)
    with database.read() as session:
        document = sign_head(session, at, key)
        assert verify_head(document, session)["ok"]
        assert verify_head(document, session, document["public_key"])["ok"]
        assert not verify_head(document, session, "00" * 32)["ok"]
    assert document["year"] == "2025/26" and document["at"] == "2026-03-31"
    by_then = [e for e, _ in case.events() if e.recorded_at < datetime(2026, 3, 31, 23, tzinfo=UTC)]
    (mine,) = [one for one in document["records"] if one["ref"] == case.ref]
    assert mine == {"ref": case.ref, "seq": by_then[-1].seq, "hash": by_then[-1].hash}
    assert len(by_then) < len(case.events())
    assert json.loads(json.dumps(document)) == document


def test_a_changed_head_does_not_fit_its_signature(database: Database, case: Case) -> None:
    with database.read() as session:
        document = sign_head(session, date(2026, 3, 31), Ed25519PrivateKey.generate())
        document["records"][0]["seq"] += 1
        assert not verify_head(document, session)["ok"]
        assert not verify_head({"records": []})["ok"]


def test_a_history_written_anew_fits_itself_and_not_the_signed_head(database: Database, case: Case) -> None:
    """Somebody with the whole database rewrites every hash of a record: only the head that was signed shows it."""
    with database.read() as session:
        document = sign_head(session, date(2026, 3, 31), Ed25519PrivateKey.generate())
    statements, previous = [], chain.START
    for event, _ in case.events():
        name = "Somebody Else"
        digest = chain.event_hash(
            case.ref, event.seq, event.action, event.from_stage, event.to_stage, event.process, event.actor_id, name,
            event.occurred_on, event.recorded_at, event.values_hash, event.identity_hash, previous,
        )  # fmt: skip
        statements.append(
            f"UPDATE audit_event SET actor_name = '{name}', previous_hash = '{previous}', hash = '{digest}' "
            f"WHERE id = {event.id}"
        )
        previous = digest
    unguarded(database, *statements, f"UPDATE record SET head = '{previous}' WHERE ref = '{case.ref}'")
    assert check(database)["ok"]
    with database.read() as session:
        said = verify_head(document, session)
    assert {one["ref"] for one in said["broken"]} == {case.ref}


def test_only_a_31_march_is_signed(database: Database) -> None:
    with database.read() as session, pytest.raises(Invalid, match="31 March"):
        sign_head(session, date(2026, 4, 1), Ed25519PrivateKey.generate())
    assert year_end(date(2026, 3, 30)) == date(2025, 3, 31)
    assert year_end(date(2026, 3, 31)) == date(2026, 3, 31)


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first, second = signing_key(folder), signing_key(folder)
    assert first.private_bytes_raw() == second.private_bytes_raw()
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("not a key")
    with pytest.raises(Invalid, match="not a signing key"):
        signing_key(folder)


def test_an_export_to_any_text_file(database: Database, case: Case) -> None:
    file = io.StringIO()
    with database.read() as session:
        assert export(session, file) == verify(session)["events"]


def test_the_order_of_time_does_not_matter_to_the_chain(database: Database) -> None:
    """What happened on the 3rd and was typed in on the 7th stands after what was typed in on the 5th."""
    case = a_review(database, "screening")
    case.today += timedelta(days=5)
    case.act("record_criteria", builders.CRITERIA, on=case.today - timedelta(days=3))
    assert check(database)["ok"]
