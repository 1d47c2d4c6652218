"""Both databases behind one code path. Every difference between SQLite and PostgreSQL lives here.

SQLite: WAL, ``synchronous=FULL``, foreign keys on, and an explicit ``BEGIN IMMEDIATE`` for writing or ``BEGIN``
for reading, because the driver's own transactions lose concurrent updates. PostgreSQL: psycopg 3, read-only
transactions for reads, row locks for changes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
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


def _sqlite_begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("dardr_mode") == "read"
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
