"""``dardr recommendations similar`` and ``rebuild``: what was recommended before, and its index."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Command, Refused, as_json_option, examples


@click.command(
    cls=Command,
    epilog=examples(
        'dardr recommendations similar "GPs should ask patients alone about abuse"',
        'dardr recommendations similar "training on coercive control" --limit 10 --json',
    ),
)
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="How many at most.")
@as_option
@as_json_option
def similar(text: str, limit: int, as_email: str | None, as_json: bool) -> None:
    """Find recommendations made before that say something like TEXT: what they share with it, what became of them."""
    from dardr.lookups.similar import has_words
    from dardr.lookups.similar import similar as find

    if not text.strip():
        raise Refused("Give the words of a recommendation, in quotes.", "text")
    with opened(as_email) as at, at.read() as (session, actor):
        found = find(session, actor, text, limit=limit)
    if as_json:
        showing.print_json({"text": text, "similar": [one.as_dict() for one in found]})
        return
    if not has_words(text):
        click.echo("These words are in every recommendation, or are figures only. Give words that say what to change.")
        return
    showing.table(
        ("Likeness", "Reference", "Recommendation", "Made in", "Shared", "What became of it"),
        (
            (
                f"{one.score:.2f}",
                one.ref,
                f"{one.source.number + ': ' if one.source.number else ''}{one.source.text}",
                " ".join(part for part in (one.source.review, str(one.source.year or "")) if part),
                ", ".join(shared.label for shared in one.shared),
                " ".join(one.became.sentences()),
            )
            for one in found
        ),
        empty="Nothing like it is on record.",
    )


@click.command(cls=Command, epilog=examples("dardr recommendations rebuild", "dardr recommendations rebuild --json"))
@as_json_option
def rebuild(as_json: bool) -> None:
    """Make the index of what was recommended before again, from the records. People may go on working."""
    from dardr.casework import said_before

    with opened() as at, showing.progress("Reading the recommendations again") as advance:
        done = said_before.rebuild(at.database, advance)
    if as_json:
        showing.print_json(done)
        return
    click.echo(f"Read again: {done['recommendations']:,} recommendations, {done['written']:,} of them written anew.")
