"""``dardr report``: the quarterly report, from history."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, Refused, examples
from dardr.cli.values import day


@click.group(cls=Group)
def report() -> None:
    """Make reports."""


@report.command(
    epilog=examples(
        "dardr report quarterly --quarter 2026Q3 --format pdf --output q3.pdf",
        "dardr report quarterly --from 2026-04-01 --to 2026-09-30 --as-at 2026-10-15 --format json",
    )
)
@click.option("--quarter", metavar="2026Q3", help="A calendar quarter: 2026Q3 is 1 July to 30 September 2026.")
@click.option("--from", "from_", metavar="DATE", help="The first day, with --to.")
@click.option("--to", "to", metavar="DATE", help="The last day.")
@click.option("--as-at", "as_at", metavar="DATE", help="Use only what was recorded by the end of this day. Today.")
@click.option(
    "--format", "form", required=True, type=click.Choice(["html", "pdf", "json"]), help="What to make of it."
)
@click.option("--output", metavar="FILE", help="Where to write it; standard output without it.")
@click.option("--json", "as_json", is_flag=True, hidden=True)
@as_option
def quarterly(
    quarter: str | None,
    from_: str | None,
    to: str | None,
    as_at: str | None,
    form: str,
    output: str | None,
    as_json: bool,
    as_email: str | None,
) -> None:
    """Caseload, ages, extensions, holds, actions and replies for a period, as at a day, from history."""
    from dardr.lookups.quarterly import periods, printed
    from dardr.lookups.quarterly import quarterly as look_up

    if quarter and (from_ or to):
        raise click.UsageError("Give --quarter, or --from and --to, not both.")
    if not quarter and not (from_ and to):
        raise click.UsageError("Give --quarter, or both --from and --to.")
    if quarter:
        period = periods.quarter(quarter)
        first, last = period.from_, period.to
    else:
        first, last = day(from_ or "", "from"), day(to or "", "to")
        if last < first:
            raise Refused("The last day is before the first. Give a later day.", "to")
    stand = day(as_at, "as_at") if as_at else None
    with opened(as_email) as at, at.read() as (session, actor):
        found = look_up(session, actor, first, last, stand, at.today)
        made = printed.render(found, form, at.today)  # type: ignore[arg-type]
    write_bytes(made, output, text=form != "pdf")


def write_bytes(content: bytes, output: str | None, *, text: bool) -> None:
    """Write what was made to a file, whole or not at all, or to standard output."""
    if output is None or output == "-":
        if not text and sys.stdout.isatty():
            raise Refused("This is not text. Say where to write it with --output FILE.", "output")
        click.echo(content, nl=False)
        return
    path = Path(output)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refused(f"There is no folder {path.parent}. Make it, or give another name.", "output") from error
    except OSError as error:
        part.unlink(missing_ok=True)
        error.filename = str(path)
        raise
    click.echo(f"Written: {path} ({len(content):,} bytes).", err=True)
