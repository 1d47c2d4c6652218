"""``dardr regime``: show the regimes of law; record that one is in force."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, as_json_option, examples


@click.group(cls=Group)
def regime() -> None:
    """Show the regimes of law; record that one is in force."""


@regime.command(epilog=examples("dardr regime show", "dardr regime show --json"))
@as_json_option
def show(as_json: bool) -> None:
    """Show each regime, and whether reviews can be opened under it."""
    from dardr.casework.regimes import regimes

    with opened() as at, at.read() as (session, _actor):
        found = regimes(session)
    if as_json:
        showing.print_json({"regimes": found})
        return
    for one in found:
        click.echo(f"{one['regime']}: {'open' if one['unlocked'] else 'locked'} ({', '.join(one['processes'])})")
        if one["unlock"]:
            unlock = one["unlock"]
            click.echo(
                f"    In force from {showing.day_words(unlock['commences_on'])}: {unlock['instrument']}. "
                f"Guidance: {unlock['guidance_url']}. {unlock['transitional_rule']} "
                f"Recorded by {unlock['recorded_by']}."
            )
        elif one["needs_unlock"]:
            click.echo("    Not known to be in force. Nothing can be opened under it until commencement is recorded.")


@regime.command(
    epilog=examples(
        "dardr regime unlock s8a --instrument 'S.I. title and number' --commences 2027-04-01 "
        "--guidance https://www.gov.uk/... --transitional 'Deaths before that day stay under section 9.'"
    )
)
@click.argument("name", metavar="REGIME")
@click.option("--instrument", required=True, help="The commencement instrument, by title and number.")
@click.option("--commences", required=True, metavar="DATE", help="The day it comes into force.")
@click.option("--guidance", required=True, metavar="URL", help="Where its statutory guidance is.")
@click.option("--transitional", required=True, help="Which deaths or reviews stay under the earlier law.")
@as_option
@as_json_option
def unlock(
    name: str,
    instrument: str,
    commences: str,
    guidance: str,
    transitional: str,
    as_email: str | None,
    as_json: bool,
) -> None:
    """Record that a regime is in force. Said once, by an administrator, with its source."""
    from dardr.casework.regimes import unlock_regime

    answers = {
        "instrument": instrument,
        "commences": commences,
        "guidance": guidance,
        "transitional": transitional,
    }
    with opened(as_email) as at, at.write() as (session, actor):
        found = unlock_regime(session, actor, at.now, name, answers)
    if as_json:
        showing.print_json(found)
        return
    click.echo(f"Recorded: {name} is in force from {showing.day_words(found['commences_on'])}.")
