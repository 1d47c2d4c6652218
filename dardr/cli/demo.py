"""``dardr demo load`` and the demonstration of ``dardr serve --demo``: fictional, in a database of its own."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dardr.cli import showing
from dardr.cli.opening import opened
from dardr.cli.refusing import Group, as_json_option, examples

if TYPE_CHECKING:
    from dardr.cli.mail_catcher import MailCatcher

MAIL_PAGE_PORT = 8025


@click.group(cls=Group)
def demo() -> None:
    """Load the fictional demonstration."""


@demo.command(
    epilog=examples(
        "DARDR_DATABASE_URL=sqlite:////tmp/demo.db dardr db upgrade --rehearsal",
        "DARDR_DATABASE_URL=sqlite:////tmp/demo.db dardr demo load",
    )
)
@as_json_option
def load(as_json: bool) -> None:
    """Load a fictional county with its reviews. Refused where the database holds other reviews."""
    from dardr.casework import demo as demonstration

    with opened() as at, showing.progress("Loading the demonstration") as advance:
        loaded = demonstration.load(at.database, at.now, _steps(advance))
    said = {**loaded, "sign_ins": [dataclasses.asdict(one) for one in demonstration.sign_ins()]}
    if as_json:
        showing.print_json(said)
        return
    for line in sign_in_lines():
        click.echo(line)


def sign_in_lines() -> list[str]:
    """The sign-ins of the demonstration, one a line."""
    from dardr.casework import demo as demonstration

    lines = ["The demonstration is fictional. Sign in as:"]
    lines += [f"  {one.role:<28} {one.email:<44} {one.password}" for one in demonstration.sign_ins()]
    return lines


def _steps(advance: Callable[..., None]) -> Callable[[int, int], None]:
    """From "so many of so many" to the bar's own steps."""
    last = 0

    def told(done: int, total: int) -> None:
        nonlocal last
        advance(done - last, total)
        last = done

    return told


@contextmanager
def demonstration(host: str, port: int) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Set up the demonstration's own database and mail catcher: the environment of its processes, and what to say."""
    from dardr.settings import get_settings

    folder = get_settings().data_folder / "demonstration"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = f"sqlite:///{folder / 'demonstration.db'}"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DARDR_") or name in ("DARDR_NOW",)
    }
    env = {
        **kept,
        "DARDR_DATABASE_URL": url,
        "DARDR_DATA_FOLDER": str(folder),
        "DARDR_BASE_URL": f"http://{host}:{port}",
        "DARDR_MAIL_FROM": "reviews@demonstration.example",
    }
    with _surrounded_by(env):
        _prepare(folder, url)
    catcher = _catcher(folder)
    catcher.start()
    try:
        env |= {"DARDR_SMTP_HOST": "127.0.0.1", "DARDR_SMTP_PORT": str(catcher.smtp_port)}
        yield env, [f"Every e-mail is caught and shown at {catcher.address}", *sign_in_lines()]
    finally:
        catcher.stop()


@contextmanager
def _surrounded_by(env: dict[str, str]) -> Iterator[None]:
    """With the environment of the processes that will serve it: what is loaded has their keys and their address."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _catcher(folder: Path) -> MailCatcher:
    """On the usual port, or on any free one where that is taken."""
    from dardr.cli.mail_catcher import MailCatcher

    try:
        return MailCatcher(folder, MAIL_PAGE_PORT)
    except OSError:
        return MailCatcher(folder)


def _prepare(folder: Path, url: str) -> None:
    """A rehearsal database filled with the demonstration: the one that is there if it is whole, else a new one."""
    from dardr.casework import demo as fiction
    from dardr.casework import setup as setting_up
    from dardr.cli.opening import pretended
    from dardr.storage import migrate
    from dardr.storage.engine import Database
    from dardr.systime import utc_now

    if _is_whole(folder / "demonstration.db", url):
        return
    for name in ("demonstration.db", "demonstration.db-wal", "demonstration.db-shm"):
        (folder / name).unlink(missing_ok=True)
    click.echo("Setting up the demonstration (less than a minute, once)", err=True)
    migrate.upgrade(url)
    now = pretended() or utc_now()
    database = Database(url)
    try:
        with database.write() as session:
            setting_up.prepare(session, now, rehearsal=True)
        with showing.progress("Loading the demonstration") as advance:
            fiction.load(database, now, _steps(advance))
    finally:
        database.close()


def _is_whole(file: Path, url: str) -> bool:
    """The demonstration is there, at this version, and was loaded to its end."""
    from dardr.casework.demo import is_loaded
    from dardr.storage import migrate
    from dardr.storage.engine import Database

    if not file.exists():
        return False
    database = Database(url)
    try:
        if migrate.current(database.engine) != migrate.head():
            return False
        with database.read() as session:
            return is_loaded(session)
    finally:
        database.close()
