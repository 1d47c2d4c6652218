"""A fictional partnership and a worker that is up every day, with the clock moved by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dardr.storage.engine import Database
from tests import builders
from tests.journeys.day_by_day import Days


@pytest.fixture
def days(database_url: str) -> Iterator[Days]:
    """The days of one journey, on SQLite and on PostgreSQL; proved at the end, whatever the journey was."""
    database = Database(database_url)
    with database.write() as session:
        builders.a_partnership(session)
    days = Days(database, builders.START)
    try:
        yield days
        days.prove()
    finally:
        database.close()
