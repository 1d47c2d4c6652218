"""A state that is copied is the one its actions reach, and nobody is given another's."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.storage.engine import Database
from tests import postgres, states
from tests.builders import START, Case, a_review


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    known = sa.MetaData()
    with database.engine.connect() as connection:
        known.reflect(connection, resolve_fks=False)
        found = {}
        for name, table in known.tables.items():
            if not name.startswith("search_words_"):  # how SQLite keeps its index
                found[name] = sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
        return found


@contextmanager
def a_copy(like: Database, folder: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Another database of the same kind with the same people."""
    if like.engine.dialect.name == "sqlite":
        file = folder / f"{uuid.uuid4().hex}.sqlite3"
        file.write_bytes(request.getfixturevalue("sqlite_file_with_people").read_bytes())
        database = Database(f"sqlite:///{file}")
        states.begin(database.url, "people.sqlite3", folder)
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgres_server")
    with postgres.database(server, f"copy_{uuid.uuid4().hex}", postgres.WITH_PEOPLE) as url:
        database = Database(url)
        states.begin(database.url, postgres.WITH_PEOPLE, folder)
        yield database
        database.close()


def test_a_copied_state_is_the_one_that_was_reached(
    database: Database, run_folder: Path, request: pytest.FixtureRequest
) -> None:
    asked, built, found = uuid.uuid4().hex, [], []

    def reach(database: Database) -> str:
        def build() -> str:
            built.append(database.url)
            return a_review(database, "screening").ref

        return states.reached(database, asked, build)

    for _ in range(4):
        with a_copy(database, run_folder, request) as one:
            case = Case(one, reach(one), START)
            found.append(everything(one))
            case.act("add_note", {"note": "Seen."})
            assert len(everything(one)["audit_event"]) == len(found[-1]["audit_event"]) + 1
    assert len(built) == 2, "Noted the first time, kept the second, and copied the third and the fourth."
    assert found[1] == found[2] == found[3]
    # Salts are drawn anew each time: between what was reached twice, only they and what is made with them differ.
    assert {name: len(rows) for name, rows in found[0].items()} == {name: len(rows) for name, rows in found[1].items()}


def test_a_database_that_was_changed_is_given_no_state_of_another(database: Database) -> None:
    for number in range(3):
        before = states._histories[str(database.engine.url.database)]
        case = a_review(database, "notified", display_pseudonym="Rowan")
        assert case.ref.endswith(f"{number + 1:03}")
        assert states._histories[str(database.engine.url.database)] != before


def test_a_database_that_another_program_may_write_to_has_no_history(sqlite_database: Database) -> None:
    name = str(sqlite_database.engine.url.database)
    assert name in states._histories
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert name not in states._histories
    assert a_review(sqlite_database, "notified").stage == "notified"


def test_a_test_that_changes_the_product_has_no_history(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert str(sqlite_database.engine.url.database) not in states._histories
