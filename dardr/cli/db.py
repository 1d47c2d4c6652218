"""``dardr db``: set up, upgrade and check the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from dardr.cli import showing
from dardr.cli.opening import is_rehearsal, opened, pretended, set_time
from dardr.cli.refusing import Group, Refused, as_json_option, examples

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOT_REHEARSING = (
    "DARDR_NOW is set, and this would not be a rehearsal. Unset DARDR_NOW, or add --rehearsal to set up a database "
    "for rehearsing."
)


@click.group(cls=Group)
def db() -> None:
    """Set up, upgrade and check the database."""


@db.command(
    epilog=examples(
        "dardr db upgrade",
        "DARDR_DATABASE_URL=sqlite:////tmp/rehearsal.db dardr db upgrade --rehearsal",
        "DARDR_DATABASE_URL=postgresql://dardr@db.example/dardr dardr db upgrade --profile none",
    )
)
@click.option("--rehearsal", is_flag=True, help="Mark an empty database as a rehearsal, for good.")
@click.option("--profile", metavar="NAME", default=None, help="Structure for a new database: kent (default) or none.")
@as_json_option
def upgrade(rehearsal: bool, profile: str | None, as_json: bool) -> None:
    """Make the tables, or bring them up to date. A new database gets a partnership's structure: no people, no cases.

    A rehearsal database accepts DARDR_NOW=2027-03-01T09:00 (London time), so that a whole review can be rehearsed
    day by day. A database cannot become a rehearsal later, nor stop being one.
    """
    from dardr.casework import setup as setting_up

    chosen = setting_up.read_profile(profile) if profile is not None and profile != "none" else None
    if chosen is not None and chosen.get("person"):
        raise Refused(f"{profile} is fictional: load it with dardr demo load, into a database of its own.", "profile")
    with brought_up(rehearsal=rehearsal) as (session, now, said):
        if said.pop("fresh") and profile is None:
            chosen = setting_up.read_profile("kent")
        if chosen:
            setting_up.refuse_another(session, chosen)
        partnership = setting_up.load_profile(session, now, chosen) if chosen else setting_up.home(session)
        said["partnership"] = partnership.name if partnership else None
    if as_json:
        showing.print_json(said)
        return
    click.echo(f"The database is at version {said['to']}" + (", up to date." if said["from"] == said["to"] else "."))
    if said["rehearsal"]:
        click.echo("It is a rehearsal, for good: nothing in it is real, and DARDR_NOW may be set.")
    if said["partnership"]:
        click.echo(f"Partnership: {said['partnership']}.")
    else:
        click.echo("Partnership: none yet. Load one with: dardr db upgrade --profile kent")


@contextmanager
def brought_up(*, rehearsal: bool = False) -> Iterator[tuple[Session, datetime, dict[str, Any]]]:
    """The tables made or brought up to date, then one writing transaction: the session, the instant, what was done.

    What was done names the database, the versions before (None for a new one) and after, whether it is a rehearsal,
    and under ``fresh`` whether nothing had been in it. Raises Refused, Conflict.
    """
    import sqlalchemy as sa

    from dardr.casework import setup as setting_up
    from dardr.settings import get_settings
    from dardr.storage import migrate
    from dardr.storage.engine import Database, new_private_file, sqlite_path
    from dardr.storage.installation import Installation
    from dardr.systime import utc_now

    instant = pretended()
    url = get_settings().url
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    new_private_file(url)
    database = Database(url)
    try:
        before = migrate.current(database.engine)
        if before is not None and before not in migrate.known_revisions():
            migrate.require_current(database.engine)
        if instant is not None and not rehearsal:
            if before is None:
                raise Refused(NOT_REHEARSING)
            set_time(database)
        migrate.upgrade(url)
        now = instant or utc_now()
        with database.write() as session:
            fresh = session.scalar(sa.select(Installation.id)) is None
            row = setting_up.prepare(session, now, rehearsal=rehearsal)
            yield (
                session,
                now,
                {
                    "database": _shown(url),
                    "from": before,
                    "to": migrate.head(),
                    "rehearsal": row.rehearsal,
                    "fresh": fresh,
                },
            )
    finally:
        database.close()


def _shown(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)


@db.command(epilog=examples("dardr db check", "dardr db check --json"))
@as_json_option
def check(as_json: bool) -> None:
    """Check that the database is of this version and its tables are as they should be."""
    from dardr.storage import migrate

    with opened() as at:
        differing = migrate.differences(at.database.url)
        said = {
            "database": _shown(at.database.url),
            "version": migrate.head(),
            "rehearsal": is_rehearsal(at.database),
            "differences": differing,
            "ok": not differing,
        }
    if differing:
        raise Refused(
            "The tables are not as this version made them: "
            + "; ".join(differing[:5])
            + ". Restore a copy, or ask whoever changed them by hand."
        )
    if as_json:
        showing.print_json(said)
        return
    rehearsal = " It is a rehearsal." if said["rehearsal"] else ""
    click.echo(f"The database is at version {said['version']} and its tables are as they should be.{rehearsal}")
