"""Alembic's entry: run the migrations on the database that dardr names."""

from __future__ import annotations

from alembic import context

from dardr.storage.engine import make_engine
from dardr.storage.migrate import ours
from dardr.storage.tables import metadata

config = context.config
engine = make_engine(config.attributes["url"])
try:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            include_object=ours,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
finally:
    engine.dispose()
