"""``dardr search``: look after what search finds."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.opening import opened
from dardr.cli.refusing import Group, as_json_option, examples


@click.group(cls=Group)
def search() -> None:
    """Look after what search finds."""


@search.command(epilog=examples("dardr search rebuild", "dardr search rebuild --json"))
@as_json_option
def rebuild(as_json: bool) -> None:
    """Make the search index again, from the history and the stored files. People may go on working."""
    from dardr.casework import search_index

    with opened() as at, showing.progress("Making the search index again") as advance:
        done = search_index.rebuild(at.database, at.now, documents=at.settings.search_documents, progress=advance)
    if as_json:
        showing.print_json(done)
        return
    click.echo(
        f"Made again: {done['entries']:,} passages of {done['records']:,} records, {done['documents']:,} documents; "
        f"{done['documents_without_words']:,} documents have no words that can be read."
    )
