"""Both databases behind one code path. Every difference between SQLite and PostgreSQL lives here.

SQLite: WAL, ``synchronous=FULL``, foreign keys on, and an explicit ``BEGIN IMMEDIATE`` for writing or ``BEGIN``
for reading, because the driver's own transactions lose concurrent updates. PostgreSQL: psycopg 3, read-only
transactions for reads, row locks for changes.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_MS = 15_000


def normal_url(url: str) -> str:
    """Accept ``postgresql://`` and ``sqlite:///`` as people write them; name the driver used."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite address; None for another database or one in memory."""
    parsed = sa.make_url(normal_url(url))
    if not parsed.drivername.startswith("sqlite") or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def new_private_file(url: str) -> None:
    """Make the SQLite file of ``url``, empty and of mode 0600, where there is none yet.

    SQLite gives the files it keeps beside it (-wal, -shm) the same mode. A file that is there keeps its own.
    """
    path = sqlite_path(url)
    if path is None:
        return
    with suppress(OSError):  # there already, or no such folder: SQLite itself will say so
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def make_engine(url: str, **options: Any) -> sa.Engine:
    """An engine with the settings both databases need. ``url`` is a SQLAlchemy address."""
    url = normal_url(url)
    options.setdefault("hide_parameters", True)  # what people typed must not reach a log through an error
    if url.startswith("sqlite"):
        engine = sa.create_engine(
            url,
            connect_args={
                "check_same_thread": False,
                "isolation_level": None,
                "timeout": BUSY_TIMEOUT_MS / 1000,
            },
            json_serializer=_dump,
            **options,
        )
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        _take_turns(engine)
        return engine
    options.setdefault("pool_pre_ping", True)
    return sa.create_engine(url, json_serializer=_dump, **options)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sqlite_connect(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


TURN = "dardr_turn"
"""Where a connection that writes keeps the turn that it gives back when it is done."""


def _take_turns(engine: sa.Engine) -> None:
    """Those of one program that want to write wait in line: SQLite itself would have them ask again and again.

    The turn is given back with the connection. Other programs are waited for as ever, by ``busy_timeout``.
    """
    engine.dialect.dardr_turns = threading.Lock()  # type: ignore[attr-defined]
    event.listen(engine, "checkin", _end_turn)
    event.listen(engine, "invalidate", _end_turn)


def _end_turn(_connection: Any, record: Any, *_error: Any) -> None:
    turn = record.info.pop(TURN, None)
    if turn is not None:
        turn.release()


def _sqlite_begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("dardr_mode") == "read"
    if not reading and TURN not in connection.info:
        turns = connection.engine.dialect.dardr_turns  # type: ignore[attr-defined]
        if turns.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            connection.info[TURN] = turns
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


Kept = TypeVar("Kept")


def remembered(session: Session, key: tuple[Any, ...], make: Callable[[], Kept]) -> Kept:
    """What ``make`` gives, asked for once in a session that only reads; a session that may write asks each time."""
    if session.get_bind().get_execution_options().get("dardr_mode") != "read":
        return make()
    kept = session.info.setdefault("remembered", {})
    if key not in kept:
        kept[key] = make()
    return kept[key]


def remembered_each(
    session: Session, what: str, ids: Iterable[int], find: Callable[[list[int]], dict[int, Kept]]
) -> dict[int, Kept]:
    """The same for many, by id: ``find`` is asked for those not asked for before; what it does not find is left out."""
    wanted = list(ids)
    if session.get_bind().get_execution_options().get("dardr_mode") != "read":
        return find(wanted) if wanted else {}
    kept: dict[int, Kept | None] = session.info.setdefault("remembered", {}).setdefault((what,), {})
    missing = [one for one in wanted if one not in kept]
    if missing:
        found = find(missing)
        kept.update({one: found.get(one) for one in missing})
    return {one: value for one in wanted if (value := kept[one]) is not None}


def recalled(session: Session, what: str, ids: Iterable[int]) -> dict[int, Any] | None:
    """What ``remembered_each`` found, where it was asked for every one of these; None where it was not."""
    kept: dict[int, Any] = session.info.get("remembered", {}).get((what,), {})
    wanted = list(ids)
    if not kept or any(one not in kept for one in wanted):
        return None
    return {one: kept[one] for one in wanted if kept[one] is not None}


def is_sqlite(session: Session) -> bool:
    """True where the session talks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def session_factory(engine: sa.Engine) -> sessionmaker[Session]:
    """Sessions that may write."""
    return sessionmaker(engine.execution_options(dardr_mode="write"), expire_on_commit=False)


def reading_factory(engine: sa.Engine) -> sessionmaker[Session]:
    """Sessions that only read."""
    options: dict[str, Any] = {"dardr_mode": "read"}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
        options["isolation_level"] = "REPEATABLE READ"
    return sessionmaker(engine.execution_options(**options), expire_on_commit=False)


class Database:
    """One opened database: its engine, and the two kinds of session an edge may ask for."""

    def __init__(self, url: str, **options: Any) -> None:
        self.url = normal_url(url)
        self.engine = make_engine(url, **options)
        self.writing = session_factory(self.engine)
        self.reading = reading_factory(self.engine)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that commits when the block ends well, and leaves nothing when it does not."""
        with self.writing() as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view; nothing can be written through it."""
        with self.reading() as session, session.begin():
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
