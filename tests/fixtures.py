"""Databases with a fictional partnership and its people, for the folders that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from tests import builders


@contextmanager
def with_people(url: str) -> Iterator[Database]:
    """The database at ``url``, migrated already, with a partnership and its people; closed afterwards.

    They are put into it where they are not there yet: most tests begin with a copy in which they are.
    """
    database = Database(url)
    with database.write() as session:
        if session.scalar(sa.select(Partnership.id)) is None:
            builders.a_partnership(session)
    yield database
    database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of this test's own, with a partnership; the test runs on SQLite and on PostgreSQL."""
    with with_people(database_url) as found:
        yield found


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """The same on SQLite alone, for what does not depend on the kind of database."""
    with with_people(sqlite_url) as found:
        yield found
