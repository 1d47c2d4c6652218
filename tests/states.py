"""States that many tests begin with, reached by real actions once in a run and copied from then on.

A review taken to the drafting of its report is forty real actions; hundreds of tests begin with one. The history of a
test's database says what is in it: the template it is a copy of, and every change made since, with its values.
Where a state is asked for again of a database with the same history, what came of it the first time is copied.

A database that somebody else may write to as well (a program that a test starts), or that belongs to a test which
changes the product itself (``monkeypatch``), has no history: there every state is reached by its own actions.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from dardr.storage.engine import Database, sqlite_path
from tests import postgres

READS = ("SELECT", "PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SHOW")

_histories: dict[str, str] = {}
_folders: dict[str, Path] = {}


def begin(url: str, template: str, folder: Path) -> None:
    """Note a database that was just copied from a template, and that this process alone writes to.

    ``folder`` is the folder of the run, in which states are kept.
    """
    name = str(sa.make_url(url).database)
    _histories[name], _folders[name] = template, folder


def reached(database: Database, asked: object, build: Callable[[], Any]) -> Any:
    """What ``build`` gives (JSON), done on this database; or what it gave before, with the database as it was then.

    ``asked`` says what is built: the same for the same. What is asked for once in a run is not worth a copy: the
    first time it is noted, the second time it is kept.
    """
    own = str(database.engine.url.database)
    before = _histories.get(own)
    if before is None:
        return build()
    folder = _folders[own]
    name = "state_" + sha256(f"{before}\n{asked!r}".encode()).hexdigest()[:32]
    note = folder / f"{name}.json"
    with postgres.locked(folder / f"{name}.lock"):
        known = json.loads(note.read_text()) if note.exists() else None
        if known and _copy(database, folder, name, into=True):
            _histories[own] = known["history"]
            return known["value"]
        value = build()
        if not known and own in _histories:
            kept = known is not None and _copy(database, folder, name, into=False)
            note.write_text(json.dumps({"value": value, "history": _histories[own]} if kept else {}))
        return value


def _copy(database: Database, folder: Path, name: str, *, into: bool) -> bool:
    """Copy the state into the database, or the database into the state; False where others are using it."""
    file = sqlite_path(database.url)
    if file is not None:
        kept = folder / f"{name}.sqlite3"
        source, target = (kept, file) if into else (file, kept)
        with closing(sqlite3.connect(source)) as taken, closing(sqlite3.connect(target)) as given:
            given.execute("PRAGMA synchronous=OFF")
            taken.backup(given)
        return True
    own = str(database.engine.url.database)
    return postgres.copied(postgres.server_of_the_run(folder), *((name, own) if into else (own, name)))


@event.listens_for(sa.Engine, "after_cursor_execute")
def _note(connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
    if not statement.lstrip().startswith(READS):
        key = str(connection.engine.url.database)
        if key in _histories:
            said = json.dumps([_histories[key], statement, parameters], default=_whole)
            _histories[key] = sha256(said.encode()).hexdigest()


def _whole(value: Any) -> str:
    """All that a value says: psycopg shows the beginning only of what it keeps as JSON."""
    return repr(getattr(value, "obj", value))


def _no_longer_alone(happened: str, _arguments: Any) -> None:
    """A program was started: from now on it may write to the databases there are."""
    if happened in ("subprocess.Popen", "os.fork", "os.posix_spawn"):
        _histories.clear()


sys.addaudithook(_no_longer_alone)
