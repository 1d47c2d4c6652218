"""A database of either kind with a fictional partnership and its people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dardr.storage.engine import Database
from tests import builders


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of this test's own, with a partnership; the test runs on SQLite and on PostgreSQL."""
    database = Database(database_url)
    with database.write() as session:
        builders.a_partnership(session)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """The same on SQLite alone, for what does not depend on the kind of database."""
    database = Database(sqlite_url)
    with database.write() as session:
        builders.a_partnership(session)
    yield database
    database.close()
