"""``dardr calendar``: working days and bank holidays, as the clocks count them."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.clock import with_added
from dardr.cli.opening import opened_if_set_up
from dardr.cli.refusing import Group, Refused, as_json_option, examples


@click.group(cls=Group)
def calendar() -> None:
    """Show working days and bank holidays."""


@calendar.command(epilog=examples("dardr calendar show --year 2026", "dardr calendar show --json"))
@click.option("--year", type=int, help="One year; all of them without it.")
@click.option("--name", default="england-and-wales", show_default=True, help="Which calendar.")
@as_json_option
def show(year: int | None, name: str, as_json: bool) -> None:
    """Show the bank holidays that are counted, from which day to which."""
    from workflows.calendar import calendars

    with opened_if_set_up() as at:
        found = calendars.get(name)
        if at is not None:
            found = with_added(at, found)
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
