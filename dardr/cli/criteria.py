"""``dardr criteria``: ask the decision table for advice. It advises and explains; people decide."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.opening import opened_if_set_up
from dardr.cli.refusing import Group, Refused, as_json_option, examples
from dardr.cli.values import field_option, gather
from dardr.errors import Reason


@click.group(cls=Group)
def criteria() -> None:
    """Ask the decision table for advice. It decides nothing."""


@criteria.command(
    epilog=examples(
        "dardr process show dardr-s9 --json     (the questions, under “criteria”)",
        "dardr criteria assess --field age=34 --field manner=homicide --field relationship=not_known",
        "dardr criteria assess --regime s8a --field age=34 --json",
    )
)
@click.option("--regime", default="s9", show_default=True, type=click.Choice(["s9", "s8a"]), help="Which law.")
@field_option
@as_json_option
def assess(regime: str, fields: list[tuple[str, str]], as_json: bool) -> None:
    """What the criteria come to on these answers, and why. A question left out counts as not asked yet."""
    from workflows import criteria as table

    questions = table.fields(regime)
    values = gather(questions, fields)
    twice = [name for name, value in values.items() if isinstance(value, list) and len(value) > 1]
    if twice:
        raise Refused([Reason("Give one answer to this, not several.", name) for name in twice])
    with opened_if_set_up():
        advice = table.assess(regime, {n: v[0] if isinstance(v, list) else v for n, v in values.items()})
    if as_json:
        showing.print_json(advice.as_dict())
        return
    click.echo(f"{advice.words}.")
    for reason in advice.because:
        click.echo(f"  {reason.text}")
        click.echo(f"      {showing.authority_words(reason.authority.as_dict())}")
    click.echo("This is advice. Whether a review is held is decided by a person.")
