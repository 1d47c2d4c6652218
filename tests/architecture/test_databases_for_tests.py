"""The databases that the other tests stand on are what they say."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from dardr.storage import migrate
from dardr.storage.engine import make_engine


def test_an_empty_postgres_database_is_empty_and_of_version_18(empty_postgres_url: str) -> None:
    engine = create_engine(empty_postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW server_version_num")).scalar_one().startswith("18")
        tables = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
        assert tables.scalar_one() == 0
    engine.dispose()


def test_a_database_for_a_test_is_at_the_newest_migration(engine: Engine) -> None:
    assert migrate.current(engine) == migrate.head()


@pytest.mark.parametrize("turn", [1, 2])
def test_tests_do_not_see_each_others_rows(engine: Engine, turn: int) -> None:
    with engine.begin() as connection:
        assert "left_by_a_test" not in inspect(connection).get_table_names()
        connection.execute(text("CREATE TABLE left_by_a_test (turn INTEGER)"))


def test_the_sqlite_template_carries_everything_in_one_file(migrated_sqlite_file: Path) -> None:
    assert not migrated_sqlite_file.with_name(migrated_sqlite_file.name + "-wal").exists()
    connection = sqlite3.connect(f"file:{migrated_sqlite_file}?immutable=1", uri=True)
    try:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
    finally:
        connection.close()
    assert tables > 1


def test_the_fixture_and_the_application_agree_on_the_engine(database_url: str, engine: Engine) -> None:
    other = make_engine(database_url)
    try:
        assert other.dialect.name == engine.dialect.name
        assert inspect(other).get_table_names() == inspect(engine).get_table_names()
    finally:
        other.dispose()
