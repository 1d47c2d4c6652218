"""Those of one program that write to SQLite take turns, and nobody keeps a turn."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from dardr.storage import engine
from dardr.storage.engine import Database
from dardr.storage.reviews import RefCounter


def test_those_who_write_take_turns_and_give_them_back(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 3000)
    database = Database(sqlite_url)

    def add_one(number: int) -> None:

        with database.write() as session:
            session.add(RefCounter(prefix=f"T{number}", last=number))
            time.sleep(0.01)

    with pytest.raises(RuntimeError, match="half way"), database.write() as session:
        session.add(RefCounter(prefix="never", last=0))
        session.flush()
        raise RuntimeError("half way")
    threads = [threading.Thread(target=add_one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        kept = set(session.scalars(sa.select(RefCounter.prefix).where(RefCounter.prefix.like("T%"))))
        assert kept == {f"T{number}" for number in range(12)}
        assert session.get(RefCounter, "never") is None

    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    impatient = Database(sqlite_url)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"), impatient.write() as session:
        session.get(RefCounter, "never")
    other.execute("COMMIT")
    with impatient.write() as session:  # the turn of the one who was refused was given back
        session.add(RefCounter(prefix="after", last=1))
    other.close()
    for one in (database, impatient):
        one.close()
