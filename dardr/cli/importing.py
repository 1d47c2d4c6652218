"""``dardr import``: load published cases, exactly as published."""

from __future__ import annotations

from pathlib import Path

import click

from dardr.cli import showing
from dardr.cli.opening import opened
from dardr.cli.refusing import Group, as_json_option, examples


@click.group("import", cls=Group)
def import_() -> None:
    """Load published cases."""


@import_.command(
    epilog=examples(
        "dardr import published cases.json --dry-run", "dardr import published cases.json --json"
    )
)
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Try everything, keep nothing.")
@as_json_option
def published(file: str, dry_run: bool, as_json: bool) -> None:
    """Load published reviews and their recommendations as they are. Partial dates stay partial; nothing is added.

    A row that cannot be taken is named and the rest go on; the exit code is then 1. Loading a file twice changes
    nothing.
    """
    from dardr.casework.import_published import import_published

    with opened() as at:
        with at.write() as (_session, actor):
            pass
        with showing.progress("Loading published cases") as advance:
            last = 0

            def told(done: int, total: int) -> None:
                nonlocal last
                advance(done - last, total)
                last = done

            said = import_published(at.database, actor, at.now, Path(file), dry_run, told)
    if as_json:
        showing.print_json(said)
    else:
        _print(said, dry_run)
    if said["refused"]:
        raise click.exceptions.Exit(1)


def _print(said: dict[str, object], dry_run: bool) -> None:
    would = "would be loaded (nothing was kept)" if dry_run else "loaded"
    click.echo(f"{said['loaded']} {would}, {said['unchanged']} unchanged.")
    for row in said["refused"]:  # type: ignore[attr-defined]
        click.echo(f"Row {row['row']} ({row.get('id') or 'no id'}): {row['reason']}", err=True)
    unknown = said["unknown_events"]
    if unknown:
        click.echo(f"Event words kept as they are, not known here: {', '.join(unknown)}.")  # type: ignore[arg-type]
    for warning in said.get("warnings", ()):  # type: ignore[attr-defined]
        click.echo(f"Check: {warning}", err=True)
