"""Every row of every table, to see whether anything at all was left behind."""

from __future__ import annotations

import sqlalchemy as sa

from dardr.storage.engine import Database
from dardr.storage.tables import metadata


def everything(database: Database) -> dict[str, list[str]]:
    """The rows of each table, in an order that does not depend on the database."""
    with database.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(table)).all())) for table in metadata.sorted_tables
        }
