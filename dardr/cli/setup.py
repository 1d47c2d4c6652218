"""``dardr setup``: a partnership's structure and its first administrator, in one step that may be repeated."""

from __future__ import annotations

from typing import Any

import click

from dardr.cli import showing
from dardr.cli.db import brought_up
from dardr.cli.refusing import Command, Refused, as_json_option, examples


@click.command(
    cls=Command,
    epilog=examples(
        "dardr setup --profile kent",
        "dardr setup --profile kent --administrator ann@council.example --name 'Ann Archer'",
        "dardr setup --profile none --administrator ann@council.example --name 'Ann Archer'",
        "dardr setup --profile kent --update",
    ),
)
@click.option("--profile", metavar="NAME", required=True, help="Structure to load: kent, or none for an empty start.")
@click.option("--update", is_flag=True, help="Also bring names, kinds, lists and dates to what the profile says.")
@click.option("--administrator", metavar="EMAIL", help="Give this person the role administrator.")
@click.option("--name", default="", help="The administrator's name (needed the first time).")
@as_json_option
def setup(profile: str, update: bool, administrator: str | None, name: str, as_json: bool) -> None:
    """Set up a partnership: the tables, its structure, its first administrator. No cases, and nobody else.

    Done again, it adds what is missing and leaves what people have changed. It removes nothing.
    """
    from dardr.casework import setup as setting_up

    if name and not administrator:
        raise Refused("--name is the name of the administrator. Give --administrator too.", "name")
    chosen = setting_up.read_profile(profile) if profile != "none" else None
    if chosen is not None and chosen.get("person"):
        raise Refused(f"{profile} is fictional: load it with dardr demo load, into a database of its own.", "profile")
    if chosen is None and update:
        raise Refused("There is no profile to update from. Leave out --update.", "update")
    with brought_up() as (session, now, said):
        del said["fresh"]
        added: dict[str, Any] = {}
        differs: tuple[str, ...] = ()
        if chosen is not None:
            setting_up.refuse_another(session, chosen)
            found = setting_up.compare(session, chosen)
            added = {kind: list(names) for kind, names in found.added.items() if names}
            differs = () if update else found.differs
            setting_up.load_profile(session, now, chosen, update=update)
        here = setting_up.home(session)
        first = None
        if administrator:
            user, password = setting_up.first_administrator(session, now, administrator, name)
            first = {"email": user.email, "name": user.name, "password": password}
        said |= {
            "partnership": here.name if here else None,
            "added": added,
            "left_as_changed": list(differs),
            "administrator": first,
            "nobody_yet": setting_up.nobody_yet(session),
        }
    if as_json:
        showing.print_json(said)
        return
    _say(said)


def _say(said: dict[str, Any]) -> None:
    click.echo(f"The database is at version {said['to']}.")
    click.echo(f"Partnership: {said['partnership'] or 'none yet; the administrator names it in the browser'}.")
    for kind, names in said["added"].items():
        click.echo(f"Added: {kind}, {len(names)}.")
    if said["partnership"] and not said["added"]:
        click.echo("Nothing was missing.")
    for one in said["left_as_changed"]:
        click.echo(f"Left as it is: {one}")
    showing.heading("Next steps")
    first = said["administrator"]
    if said["nobody_yet"]:
        click.echo("  dardr setup --profile PROFILE --administrator EMAIL --name NAME   gives somebody access.")
    if first and first["password"]:
        click.echo(f"  {first['name']} signs in as {first['email']}. Password, shown this once: {first['password']}")
    elif first:
        click.echo(f"  {first['name']} ({first['email']}) is an administrator.")
    click.echo("  dardr serve   starts the service. Sign in and open Administration: it lists what is still to do.")
