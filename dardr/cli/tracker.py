"""``dardr tracker``: bring in the team's own tracker of live reviews, and have it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dardr.cli import showing
from dardr.cli.opening import opened
from dardr.cli.refusing import Group, as_json_option, examples


@click.group(cls=Group)
def tracker() -> None:
    """Bring in the team's tracker of live reviews; have it back in its own columns."""


@tracker.command(
    "import",
    epilog=examples(
        "dardr tracker import live-reviews.xlsx --dry-run", "dardr tracker import live-reviews.xlsx --json"
    ),
)
@click.argument("file")
@click.option("--layout", default="", help="The remembered tracker to read it as; else the one whose headings it has.")
@click.option("--dry-run", is_flag=True, help="Try everything, keep nothing.")
@as_json_option
def import_(file: str, layout: str, dry_run: bool, as_json: bool) -> None:
    """Bring in a tracker: each row becomes a review at the stage where it stands.

    Columns are matched as on the page, or as remembered from last time. A row that cannot be taken is named and the
    rest go on; the exit code is then 1. The same file twice changes nothing.
    """
    from dardr.casework.tables.reading import read_file
    from dardr.casework.tracker.bringing import bring_in
    from dardr.casework.tracker.matching import looks_like_identity
    from dardr.casework.tracker.planning import plan_for

    with opened() as at:
        sheets = read_file(_bytes_of(file), file)
        with at.write() as (session, actor):
            plan, table = plan_for(session, actor, sheets, layout=layout)
            for column in plan.columns:
                values = [line.cells.get(column.heading) for line in table.lines]
                if why := looks_like_identity(column.heading, values, column.fact):
                    _refuse(f"{why} Match it on the page first: kept apart, or left out.")
            said = bring_in(session, actor, at.now, plan, table, keep=not dry_run).as_dict()
    if as_json:
        showing.print_json(said)
    else:
        _print(said, [(c.heading, c.fact) for c in plan.columns])
    if said["refused"]:
        raise click.exceptions.Exit(1)


@tracker.command("export", epilog=examples('dardr tracker export --layout "Live DHRs" --out tracker.xlsx'))
@click.option("--layout", required=True, help="The name under which the tracker is remembered.")
@click.option("--out", required=True, help="The workbook to write (.xlsx). It is not overwritten.")
@as_json_option
def export_(layout: str, out: str, as_json: bool) -> None:
    """Write the tracker in its own columns with today's values. Names of people are not in it."""
    from dardr.casework.tracker.exporting import export, layout_named

    with opened() as at, at.read() as (session, actor):
        given = export(session, actor, layout_named(session, actor, layout))
    try:
        with Path(out).open("xb") as file:
            file.write(given.data)
    except OSError as error:
        why = "is there already" if isinstance(error, FileExistsError) else "cannot be written"
        _refuse(f"{out} {why}. Give another name with --out.")
    if as_json:
        showing.print_json({"layout": layout, "out": out, "rows": given.rows})
        return
    click.echo(f"{given.rows} {'review' if given.rows == 1 else 'reviews'} written to {out}.")


def _bytes_of(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError:
        _refuse(f"The file {file} cannot be opened. Check its name and that you may read it.")
        raise


def _refuse(sentence: str) -> None:
    from dardr.errors import Invalid, Reason

    raise Invalid([Reason(sentence, "file")])


def _print(said: dict[str, Any], columns: list[tuple[str, str]]) -> None:
    from dardr.casework.tracker.matching import BY_KEY, LEAVE

    for heading, fact in columns:
        held = BY_KEY[fact].label if fact in BY_KEY else "left out" if fact == LEAVE else "kept as given"
        click.echo(f"Column {heading}: {held}")
    for remark in said["remarks"]:
        click.echo(f"Check: {remark}", err=True)
    would = " (nothing was kept)" if said["dry_run"] else ""
    click.echo(
        f"{said['new']} new, {said['changed']} changed, {said['unchanged']} unchanged, {said['left_out']} left out,"
        f" {said['refused']} not taken{would}."
    )
    for row in said["rows"]:
        where = f"Row {row['number']} ({row['key'] or 'no reference'})"
        if row["state"] in ("refused", "left_out"):
            click.echo(f"{where}: {row['reason']}", err=row["state"] == "refused")
        elif row["state"] in ("new", "changed"):
            ref = "" if said["dry_run"] and row["state"] == "new" else f" {row['ref']}"
            click.echo(f"{where}: {row['state']}{ref}, {row['stands_at']}")
        for change in row["changes"]:
            click.echo(f"  {change['heading']}: {change['what']}")
        for one in row["said"]:
            click.echo(f"  Check: {one}", err=True)
