"""Opening the database for one command: the right version, the right time, and who is acting."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from dardr import systime
from dardr.cli.refusing import Refused

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from dardr.actors import Actor
    from dardr.settings import Settings
    from dardr.storage.engine import Database

NOW = "DARDR_NOW"
NOT_SET_UP = "This database has not been set up. Run: dardr db upgrade"
NOT_A_REHEARSAL = (
    "DARDR_NOW is set, and this database is not a rehearsal: real work is done in real time. Unset DARDR_NOW, or "
    "use a new database set up with: dardr db upgrade --rehearsal"
)


@dataclass(slots=True)
class Opened:
    """One opened database and the instant at which the command stands."""

    database: Database
    settings: Settings
    now: datetime
    as_email: str | None = None

    @property
    def today(self) -> date:
        """The London date of that instant."""
        return systime.london_date(self.now)

    @contextmanager
    def write(self) -> Iterator[tuple[Session, Actor]]:
        """One transaction that commits when the block ends well, and who is acting."""
        with self.database.write() as session:
            yield session, self._actor(session)

    @contextmanager
    def read(self) -> Iterator[tuple[Session, Actor]]:
        """One consistent view, and who is asking."""
        with self.database.read() as session:
            yield session, self._actor(session)

    def _actor(self, session: Session) -> Actor:
        from dardr.actors import actor_by_email, operator

        if self.as_email:
            return actor_by_email(session, self.as_email, self.now)
        return operator(session, self.now)


def as_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--as EMAIL``: act or look as somebody else."""
    return click.option(
        "--as", "as_email", metavar="EMAIL", help="The person who acts. Without it, the command line's operator."
    )(function)


@contextmanager
def opened(as_email: str | None = None, *, runs_on: bool = False, url: str | None = None) -> Iterator[Opened]:
    """The database of the settings, at the version this program needs.

    ``DARDR_NOW`` moves the command to another time, in a rehearsal only. ``runs_on``: time goes on from there (a
    server or worker); otherwise it stands still. Raises Conflict (another version), Refused (not a rehearsal).
    """
    from dardr.settings import get_settings
    from dardr.storage import migrate
    from dardr.storage.engine import Database

    settings = get_settings()
    address = url or settings.url
    refuse_missing_file(address)
    database = Database(address)
    try:
        migrate.require_current(database.engine)
        set_time(database, runs_on=runs_on)
        now = systime.utc_now()
        _ensure_prepared(database, now)
        yield Opened(database, settings, now, as_email)
    finally:
        systime.pretend(None)
        database.close()


def refuse_missing_file(url: str) -> None:
    """A SQLite file that is not there is not made by looking at it. Raises Refused."""
    from dardr.storage.engine import sqlite_path

    path = sqlite_path(url)
    if path is not None and not path.exists():
        raise Refused(NOT_SET_UP)


def pretended() -> datetime | None:
    """The instant that ``DARDR_NOW`` names, aware UTC; None when it is not set. Raises Refused."""
    text = os.environ.get(NOW, "").strip()
    if not text:
        return None
    try:
        return systime.parse_pretended(text)
    except ValueError as error:
        raise Refused(str(error)) from error


def set_time(database: Database, *, runs_on: bool = False) -> None:
    """Move this process to the time of ``DARDR_NOW``, if this is a rehearsal. Raises Refused."""
    instant = pretended()
    if instant is None:
        return
    if not is_rehearsal(database):
        raise Refused(NOT_A_REHEARSAL)
    systime.pretend(instant, runs_on=runs_on)


def is_rehearsal(database: Database) -> bool:
    """True for a database that was marked as a rehearsal when it was empty."""
    import sqlalchemy as sa

    from dardr.storage.installation import Installation

    with database.read() as session:
        return bool(session.scalar(sa.select(Installation.rehearsal)))


def _ensure_prepared(database: Database, now: datetime) -> None:
    """The operator exists before anything is read, because a reading transaction cannot make it."""
    import sqlalchemy as sa

    from dardr.casework.setup import prepare
    from dardr.storage.installation import Installation
    from dardr.storage.people import User

    with database.read() as session:
        ready = session.scalar(sa.select(Installation.id)) is not None
        operator = session.scalar(sa.select(User).where(User.is_operator.is_(True)))
        if ready and operator is not None and operator.partnership_id is not None:
            return
    with database.write() as session:
        prepare(session, now)


@contextmanager
def opened_if_set_up() -> Iterator[Opened | None]:
    """The database where there is one at this version, else None: for commands that need none.

    With ``DARDR_NOW`` set there must be one, and it must be a rehearsal.
    """
    from dardr.settings import get_settings
    from dardr.storage import migrate
    from dardr.storage.engine import make_engine, sqlite_path

    if pretended() is None:
        url = get_settings().url
        path = sqlite_path(url)
        if path is not None and not path.exists():
            yield None
            return
        engine = make_engine(url)
        try:
            current = migrate.current(engine) == migrate.head()
        finally:
            engine.dispose()
        if not current:
            yield None
            return
    with opened() as found:
        yield found
