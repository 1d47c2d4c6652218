"""``dardr clock``: work out a date and show the receipt that explains it."""

from __future__ import annotations

from typing import Any

import click

from dardr.cli import showing
from dardr.cli.opening import opened_if_set_up
from dardr.cli.refusing import Group, Refused, as_json_option, examples
from dardr.cli.values import day


@click.group(cls=Group)
def clock() -> None:
    """Work out a date, with the receipt that explains it."""


@clock.command(
    epilog=examples(
        "dardr clock compute --from 2026-07-01 --length 56 --unit days --counting beginning-with",
        "dardr clock compute --from 2026-12-18 --length 10 --unit working-days --counting after",
        "dardr clock compute --from 2026-01-31 --length 1 --unit months --counting after --roll next",
        "dardr clock compute --from 2026-03-02 --length 6 --unit months --counting after "
        "--pause 2026-04-01..2026-05-01 --json",
    )
)
@click.option("--from", "from_", required=True, metavar="DATE", help="The day it counts from (London).")
@click.option("--length", required=True, type=int, metavar="N", help="How many; at least 1.")
@click.option("--unit", required=True, type=click.Choice(["days", "working-days", "months"]))
@click.option(
    "--counting",
    required=True,
    type=click.Choice(["beginning-with", "after"]),
    help="beginning-with: the start is day 1. after: the next day is.",
)
@click.option(
    "--roll",
    default="none",
    show_default=True,
    type=click.Choice(["none", "next", "previous"]),
    help="What happens to a date that is not a working day.",
)
@click.option(
    "--pause",
    "pauses",
    multiple=True,
    metavar="FROM..UNTIL",
    help="Days taken out, up to the day the clock restarts; FROM.. for one still open. Repeat for several.",
)
@click.option("--extend", type=int, metavar="N", help="Add N of the same unit, counted from the start; at least 1.")
@as_json_option
def compute(
    from_: str,
    length: int,
    unit: str,
    counting: str,
    roll: str,
    pauses: tuple[str, ...],
    extend: int | None,
    as_json: bool,
) -> None:
    """Count from a day. Working days are those of England and Wales, right from April 2011."""
    from dardr import systime
    from workflows.counting import Counting, Pause, Roll, Unit, count

    start = day(from_, "from")
    if extend is not None and extend < 1:
        raise Refused(f"The extension is {extend}; it must be a whole number of at least 1.", "extend")
    taken = [_pause(Pause, text) for text in pauses]
    with opened_if_set_up() as at:
        calendar = calendar_here(at, "england-and-wales")
        today = at.today if at is not None else systime.london_now().date()
        counted = count(
            start, length, Unit(unit), Counting(counting), Roll(roll), calendar, taken, extend or 0, today=today
        )
    _print(
        {"due": counted.due.isoformat() if counted.due else None, "receipt": counted.receipt.as_dict()}, as_json
    )


def _pause(kind: Any, text: str) -> Any:
    try:
        return kind.parse(text)
    except ValueError as error:
        raise Refused(str(error), "pause") from error


def calendar_here(at: Any, name: str) -> Any:
    """The calendar of that name: as counted in the opened database, or as shipped where there is none."""
    from workflows.calendar import calendars

    if at is None:
        return calendars.get(name)
    from dardr.lookups.calendars import calendar_named

    with at.database.read() as session:
        return calendar_named(session, name)


@clock.command(
    epilog=examples(
        "dardr clock due commissioner-reply D08 --from 2026-07-01",
        "dardr clock due dardr-s9 decide_review --from 2026-07-31 --json",
    )
)
@click.argument("key")
@click.argument("clock_name", metavar="CLOCK")
@click.option("--from", "from_", required=True, metavar="DATE", help="The day it counts from (London).")
@as_json_option
def due(key: str, clock_name: str, from_: str, as_json: bool) -> None:
    """When a declared clock is due, counting from a day, and on whose authority.

    KEY is a process, CLOCK the clock's number (D08) or name. A length that the partnership sets for itself is the one
    set here, else its default.
    """
    from dardr.casework.setup import home
    from workflows import clocks
    from workflows.definition import DateGiven

    process, declared = _find(key, clock_name)
    start = day(from_, "from")
    with opened_if_set_up() as at:
        calendar, settings, today = calendar_here(at, declared.calendar), {}, None
        if at is not None:
            today = at.today
            with at.database.read() as session:
                partnership = home(session)
                settings = dict(partnership.settings) if partnership else {}
        found = clocks.due_on(
            declared,
            start,
            clocks.span_of(declared.length, settings),
            calendar,
            rule=f"{process.id}/{declared.id}",
            given=start if isinstance(declared.length, DateGiven) else None,
            today=today,
        )
    _print(
        {
            "process": process.id,
            "clock": declared.key,
            "id": declared.id,
            "label": declared.label,
            "due": found.due.isoformat() if found.due else None,
            "receipt": found.receipt,
            "duty": declared.duty.as_dict(),
            "date": declared.date.as_dict(),
        },
        as_json,
    )


def _find(key: str, name: str) -> tuple[Any, Any]:
    from dardr.casework.open_record import find_process

    process = find_process(key)
    try:
        return process, process.clock(name)
    except KeyError as error:
        known = ", ".join(f"{c.key} ({c.id})" for c in process.clocks) or "none"
        raise Refused(f"{process.label} has no clock called {name}. Its clocks are: {known}.", "clock") from error


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        showing.print_json(found)
        return
    click.echo(f"Due: {showing.day_words(found['due'])}")
    for sentence in found["receipt"].get("sentences", ()):
        click.echo(f"  {sentence}")
    for name in ("duty", "date"):
        if name in found:
            click.echo(f"{name.capitalize()}: {showing.authority_words(found[name])}")
