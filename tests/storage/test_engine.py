"""Both databases behind one code path: nothing lost between writers, nothing half done, times that are times."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from dardr.storage import migrate
from dardr.storage.engine import Database, normal_url
from dardr.storage.installation import Heartbeat
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Record
from dardr.storage.types import UtcDateTime, canonical
from tests import builders

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def bare(database_url: str) -> Iterator[Database]:
    """A migrated database of either kind, empty."""
    bare = Database(database_url)
    yield bare
    bare.close()


def test_two_hundred_changes_by_ten_writers_are_all_kept(bare: Database) -> None:
    with bare.write() as session:
        session.add(Heartbeat(tick="t", at=NOW, took_ms=0))
    errors: list[BaseException] = []

    def add_twenty() -> None:
        try:
            for _ in range(20):
                with bare.write() as session:
                    row = session.scalars(sa.select(Heartbeat).where(Heartbeat.tick == "t").with_for_update()).one()
                    row.took_ms += 1
        except BaseException as error:  # seen by the test
            errors.append(error)

    threads = [threading.Thread(target=add_twenty) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with bare.read() as session:
        assert (errors, session.get_one(Heartbeat, "t").took_ms) == ([], 200)


def test_a_block_that_ends_badly_leaves_nothing(bare: Database) -> None:
    with pytest.raises(RuntimeError), bare.write() as session:
        session.add(Heartbeat(tick="t", at=NOW, took_ms=0))
        session.flush()
        raise RuntimeError
    with bare.read() as session:
        assert session.scalars(sa.select(Heartbeat)).all() == []


def test_a_reader_sees_one_view_while_somebody_writes(bare: Database) -> None:
    with bare.write() as session:
        session.add(Heartbeat(tick="t", at=NOW, took_ms=1))
    with bare.read() as reading:
        assert reading.scalar(sa.select(Heartbeat.took_ms)) == 1
        with bare.write() as writing:
            writing.execute(sa.update(Heartbeat).values(took_ms=2))
        assert reading.scalar(sa.select(Heartbeat.took_ms)) == 1
    with bare.read() as reading:
        assert reading.scalar(sa.select(Heartbeat.took_ms)) == 2


def test_instants_are_aware_and_come_back_as_utc(bare: Database) -> None:
    summer = datetime(2026, 7, 1, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with bare.write() as session:
        session.add(Heartbeat(tick="t", at=summer, took_ms=0))
    with bare.read() as session:
        back = session.scalars(sa.select(Heartbeat.at)).one()
    assert back == summer and back.utcoffset() == timedelta(0)
    with pytest.raises(ValueError, match="aware"):
        UtcDateTime().process_bind_param(datetime(2026, 7, 1), sa.create_engine("sqlite://").dialect)


def test_foreign_keys_are_kept(bare: Database) -> None:
    with pytest.raises(IntegrityError), bare.write() as session:
        session.add(
            OutboxMessage(
                dedupe_key="k", record_id=404, message="m", recipient="r", subject="s", text="t", html="h",
                not_before=NOW, created_at=NOW,
            )
        )  # fmt: skip


def test_two_who_changed_the_same_record_do_not_both_win(bare: Database) -> None:
    with bare.write() as session:
        builders.a_partnership(session)
    case = builders.a_review(bare, "notified")
    first, second = bare.writing(), bare.writing()
    try:
        with first.begin():
            mine = first.scalars(sa.select(Record).where(Record.ref == case.ref)).one()
            first.expunge(mine)
        with second.begin():
            second.scalars(sa.select(Record).where(Record.ref == case.ref)).one().title = "Theirs"
        mine.title = "Mine"
        with pytest.raises(StaleDataError), first.begin():
            first.add(mine)
            first.flush()
    finally:
        first.close()
        second.close()
    assert case.record().title == "Theirs"


def test_sqlite_is_durable_and_waits(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as bare, bare.read() as session:
        asked: dict[str, Any] = {
            name: session.execute(sa.text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}


def test_a_reading_session_cannot_write_and_the_next_writer_can(bare: Database) -> None:
    with pytest.raises(DatabaseError, match=r"read-?only"), bare.read() as session:
        session.add(Heartbeat(tick="sweep", at=NOW, took_ms=1))
        session.flush()
    with bare.write() as session:
        session.add(Heartbeat(tick="sweep", at=NOW, took_ms=1))


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
    ],
)
def test_addresses_as_people_write_them(given: str, used: str) -> None:
    assert normal_url(given) == used


def test_one_value_has_one_spelling() -> None:
    assert canonical({"b": [1, None, True], "a": "é"}) == canonical({"a": "é", "b": [1, None, True]})
    assert canonical({"a": "é"}) == '{"a":"é"}'


def test_what_is_stored_as_json_has_the_same_spelling_when_read(bare: Database) -> None:
    value = {"z": 1, "a": [{"y": "é", "x": None}, "…", 1.5, 10**15], "": "", "aa": False}
    with bare.write() as session:
        builders.a_partnership(session, settings={"kept": value})
    with bare.read() as session:
        from dardr.storage.bodies import Partnership

        kept = session.scalars(sa.select(Partnership.settings)).one()["kept"]
    assert canonical(kept) == canonical(value)


def test_a_new_sqlite_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    before = os.umask(0o022)
    try:
        migrate.upgrade(url)
        bare = Database(url)
        with bare.write() as session:
            session.add(Heartbeat(tick="t", at=NOW, took_ms=0))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        bare.close()
    finally:
        os.umask(before)
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    path.touch()
    path.chmod(0o640)
    migrate.upgrade(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
