"""``dardr calendar``: working days and bank holidays, as the clocks count them."""

from __future__ import annotations

from typing import Any

import click

from dardr.cli import showing
from dardr.cli.clock import calendar_here
from dardr.cli.opening import as_option, opened, opened_if_set_up
from dardr.cli.refusing import Group, Refused, as_json_option, examples


@click.group(cls=Group)
def calendar() -> None:
    """Show working days and bank holidays, and add those announced later."""


@calendar.command(epilog=examples("dardr calendar show --year 2026", "dardr calendar show --json"))
@click.option("--year", type=int, help="One year; all of them without it.")
@click.option("--name", default="england-and-wales", show_default=True, help="Which calendar.")
@as_json_option
def show(year: int | None, name: str, as_json: bool) -> None:
    """Show the bank holidays that are counted, from which day to which."""
    with opened_if_set_up() as at:
        found = calendar_here(at, name)
    if year is not None and not found.first_day.year <= year <= found.horizon.year:
        raise Refused(
            f"The published bank holidays run from {found.first_day.year} to {found.horizon.year}. Give a year "
            "between them.",
            "year",
        )
    days = {day: title for day, title in sorted(found.holidays.items()) if year in (None, day.year)}
    if as_json:
        showing.print_json(
            {
                "name": found.name,
                "first_day": found.first_day.isoformat(),
                "horizon": found.horizon.isoformat(),
                "snapshot": found.snapshot,
                "holidays": [{"date": day.isoformat(), "title": title} for day, title in days.items()],
            }
        )
        return
    click.echo(
        f"{found.name}: working days from {showing.day_words(found.first_day.isoformat())}; bank holidays published "
        f"to {showing.day_words(found.horizon.isoformat())}. After that, dates in working days are provisional."
    )
    showing.table(("Day", "Bank holiday"), ((f"{d:%a} {showing.day_words(d.isoformat())}", t) for d, t in days.items()))


@calendar.command(epilog=examples('dardr calendar add 2027-06-14 "Bank holiday for an occasion"'))
@click.argument("day", metavar="DATE")
@click.argument("name")
@as_option
@as_json_option
def add(day: str, name: str, as_email: str | None, as_json: bool) -> None:
    """Add a bank holiday announced late. Dates in working days that are still running are worked out again."""
    from dardr.casework.holidays import add_holidays
    from workflows.partial import parse_date

    with opened(as_email) as at, at.write() as (session, actor):
        done = add_holidays(session, actor, at.now, {parse_date(day): name})
    _say(done.as_dict(), as_json)


@calendar.command("import", epilog=examples("dardr calendar import bank-holidays.json"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@as_option
@as_json_option
def import_(file: str, as_email: str | None, as_json: bool) -> None:
    """Add the bank holidays of GOV.UK's JSON file. They are merged; nothing is ever replaced or removed."""
    from pathlib import Path

    from dardr.casework.holidays import add_holidays, read_file

    found = read_file(Path(file).read_text(encoding="utf-8", errors="replace"))
    with opened(as_email) as at, at.write() as (session, actor):
        done = add_holidays(session, actor, at.now, found)
    _say(done.as_dict(), as_json)


def _say(done: dict[str, Any], as_json: bool) -> None:
    if as_json:
        showing.print_json(done)
        return
    click.echo(f"Added: {len(done['added'])}. Known already: {done['known']}.")
    for moved in done["moved"]:
        click.echo(f"{moved['ref']}: {moved['clock']} moves from {moved['before']} to {moved['after']}.")
