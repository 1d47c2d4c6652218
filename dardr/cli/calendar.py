"""``dardr calendar``: working days, bank holidays and closures, as the clocks count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from dardr.cli import showing
from dardr.cli.clock import calendar_here
from dardr.cli.opening import as_option, opened, opened_if_set_up
from dardr.cli.refusing import Group, Refused, as_json_option, examples
from dardr.cli.values import day as read_day


@click.group(cls=Group)
def calendar() -> None:
    """Show working days, bank holidays and closures; see what another day would move; add it."""


@calendar.command(epilog=examples("dardr calendar show --year 2026", "dardr calendar show --json"))
@click.option("--year", type=int, help="One year; all of them without it.")
@click.option("--name", default="england-and-wales", show_default=True, help="Which calendar.")
@as_json_option
def show(year: int | None, name: str, as_json: bool) -> None:
    """Show the bank holidays that are counted, from which day to which, and the days the office is closed."""
    with opened_if_set_up() as at:
        found = calendar_here(at, name)
        beside = _beside(at)
    if year is not None and not found.first_day.year <= year <= found.horizon.year:
        raise Refused(
            f"The published bank holidays run from {found.first_day.year} to {found.horizon.year}. Give a year "
            "between them.",
            "year",
        )
    days = {day: title for day, title in sorted(found.holidays.items()) if year in (None, day.year)}
    closed = {day: title for day, title in beside["closures"].items() if year in (None, day.year)}
    if as_json:
        showing.print_json(
            {
                "name": found.name,
                "first_day": found.first_day.isoformat(),
                "horizon": found.horizon.isoformat(),
                "snapshot": found.snapshot,
                "holidays": _days(days),
                "closures": _days(closed),
                "waiting": _days(beside["waiting"]),
                "editions": beside["editions"],
                "warning": beside["warning"],
            }
        )
        return
    click.echo(
        f"{found.name}: working days from {showing.day_words(found.first_day.isoformat())}; bank holidays published "
        f"to {showing.day_words(found.horizon.isoformat())}. After that, dates in working days are provisional."
    )
    if beside["warning"]:
        click.echo(beside["warning"])
    _table("Bank holiday", days)
    if closed:
        _table("Our office is closed", closed)
    if beside["waiting"]:
        click.echo("Days of the feed that wait for a look: see Administration, Bank holidays.")
        _table("In the feed", beside["waiting"])


def _beside(at: Any) -> dict[str, Any]:
    """What the database knows besides the holidays; nothing where there is none."""
    found: dict[str, Any] = {"closures": {}, "waiting": {}, "editions": [], "warning": None}
    if at is None:
        return found
    from dardr.casework.setup import home
    from dardr.lookups.calendars import calendar_named, closures, editions, feed, horizon_warning

    with at.database.read() as session:
        partnership, stands = home(session), feed(session)
        found["closures"] = closures(session, partnership.id) if partnership else {}
        found["waiting"] = dict(stands.waiting) if stands else {}
        found["warning"] = horizon_warning(calendar_named(session, "england-and-wales"), at.today)
        found["editions"] = [
            {
                "at": one.at.isoformat(),
                "snapshot": one.snapshot,
                "days": one.days,
                "until": one.until_on.isoformat(),
                "source": one.source,
                "by": one.by,
            }
            for one in editions(session)
        ]
    return found


@calendar.command(epilog=examples('dardr calendar add 2027-06-14 "Bank holiday for an occasion"'))
@click.argument("day", metavar="DATE")
@click.argument("name")
@as_option
@as_json_option
def add(day: str, name: str, as_email: str | None, as_json: bool) -> None:
    """Add a bank holiday announced late.

    Running dates in working days are worked out again, and each owner is told once. See first what would move with:
    dardr calendar preview --add DATE NAME
    """
    from dardr.casework.holidays import add_holidays

    with opened(as_email) as at, at.write() as (session, actor):
        done = add_holidays(session, actor, at.now, {read_day(day, "date"): name})
        found = {**done.as_dict(), **_seen(session, actor, done.moved)}
    _say_added(found, as_json)


@calendar.command("import", epilog=examples("dardr calendar import bank-holidays.json"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@as_option
@as_json_option
def import_(file: str, as_email: str | None, as_json: bool) -> None:
    """Add the bank holidays of GOV.UK's JSON file. They are merged; nothing is ever replaced or removed."""
    from dardr.casework.holidays import add_holidays

    days = _read(file)
    with opened(as_email) as at, at.write() as (session, actor):
        done = add_holidays(session, actor, at.now, days, source="GOV.UK's file, given by hand")
        found = {**done.as_dict(), **_seen(session, actor, done.moved)}
    _say_added(found, as_json)


@calendar.command(
    epilog=examples(
        "dardr calendar preview bank-holidays.json",
        'dardr calendar preview --add 2027-06-14 "Bank holiday for an occasion" --json',
        'dardr calendar preview --close 2026-12-29 "Office closed"',
        "dardr calendar preview --open 2026-12-29",
    )
)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--add", "added", nargs=2, metavar="DATE NAME", multiple=True, help="A bank holiday; may be repeated.")
@click.option("--close", "closed", nargs=2, metavar="DATE NAME", help="A day on which the office is closed.")
@click.option("--open", "reopened", metavar="DATE", help="A closed day that would be open after all.")
@as_option
@as_json_option
def preview(
    file: str | None,
    added: tuple[tuple[str, str], ...],
    closed: tuple[str, str] | None,
    reopened: str | None,
    as_email: str | None,
    as_json: bool,
) -> None:
    """Show what another day would move, whose dates they are and who would be told. Nothing is changed."""
    from dardr.casework.closures import preview_closing, preview_opening
    from dardr.casework.holidays import preview_holidays

    if sum(bool(one) for one in (file, added, closed, reopened)) != 1:
        raise Refused("Give one of: a FILE, --add DATE NAME, --close DATE NAME, --open DATE.", "file")
    days = _read(file) if file else {read_day(day, "add"): name for day, name in added}
    with opened(as_email) as at, at.read() as (session, actor):
        if closed or reopened:
            day = read_day(closed[0] if closed else str(reopened), "date")
            seen: Any = (
                preview_closing(session, actor, at.now, day, closed[1])
                if closed
                else preview_opening(session, actor, at.now, day)
            )
        else:
            seen = preview_holidays(session, actor, at.now, days, whole=bool(file))
        found = {**seen.as_dict(), **_seen(session, actor, seen.moved, getattr(seen, "staying", ()))}
    if as_json:
        showing.print_json(found)
        return
    for one in found.get("new", ()):
        click.echo(f"New: {showing.day_words(one['date'])}, {one['title']}.")
    if "known" in found:
        click.echo(f"Known already: {found['known']}.")
    for one in found.get("other_name", ()):
        click.echo(f"{showing.day_words(one['date'])} is called {one['here']} here, {one['there']} in the list.")
    if found.get("kept"):
        click.echo(f"Known here and not in the list, and kept: {len(found['kept'])}.")
    _say_moved(found, "would move")
    for one in found.get("staying", ()):
        click.echo(f"{one['ref']}: {one['label']} stays on {showing.day_words(one['due'])} ({one['kind']}).")
    click.echo(f"People who would be told: {found['people']}. Nothing was changed.")


@calendar.command(epilog=examples("dardr calendar fetch", "dardr calendar fetch --json"))
@as_option
@as_json_option
def fetch(as_email: str | None, as_json: bool) -> None:
    """Read the feed of DARDR_HOLIDAYS_FEED now, as the nightly round does.

    What moves no running date is added. What would move one waits until somebody has seen what it moves.
    """
    from dardr.casework import holidays_feed

    with opened(as_email) as at:
        source = at.settings.holidays_feed
        if not source:
            raise Refused("No feed is set. Set DARDR_HOLIDAYS_FEED, or use: dardr calendar import FILE")
        days = holidays_feed.fetch(source)
        with at.write() as (session, actor):
            found = holidays_feed.take_in(session, at.now, days, holidays_feed.said_of(source), actor).as_dict()
    if as_json:
        showing.print_json(found)
        return
    counts = {"Added": "added", "Waiting for a look": "waiting", "Known here and not in the feed, and kept": "lacks"}
    click.echo(" ".join(f"{words}: {len(found[key])}." for words, key in counts.items()))
    for one in found["waiting"]:
        click.echo(f"Waiting: {showing.day_words(one['date'])}, {one['title']}.")


@calendar.command(epilog=examples('dardr calendar close 2026-12-29 "Office closed between the holidays"'))
@click.argument("day", metavar="DATE")
@click.argument("name")
@as_option
@as_json_option
def close(day: str, name: str, as_email: str | None, as_json: bool) -> None:
    """Keep that the office is closed on a day. It counts for the partnership's own targets alone."""
    from dardr.casework.closures import close_office

    with opened(as_email) as at, at.write() as (session, actor):
        done = close_office(session, actor, at.now, read_day(day, "date"), name)
        found = {**done.as_dict(), **_seen(session, actor, done.moved)}
    _say_closure(found, as_json)


@calendar.command("open", epilog=examples("dardr calendar open 2026-12-29"))
@click.argument("day", metavar="DATE")
@as_option
@as_json_option
def open_(day: str, as_email: str | None, as_json: bool) -> None:
    """Take back that the office is closed on a day."""
    from dardr.casework.closures import open_office

    with opened(as_email) as at, at.write() as (session, actor):
        done = open_office(session, actor, at.now, read_day(day, "date"))
        found = {**done.as_dict(), **_seen(session, actor, done.moved)}
    _say_closure(found, as_json)


# --- words ------------------------------------------------------------------------------------------------


def _read(file: str) -> dict[date, str]:
    from pathlib import Path

    from dardr.casework.holidays import read_file

    return read_file(Path(file).read_text(encoding="utf-8", errors="replace"))


def _days(days: dict[date, str]) -> list[dict[str, str]]:
    return [{"date": day.isoformat(), "title": title} for day, title in days.items()]


def _table(what: str, days: dict[date, str]) -> None:
    showing.table(("Day", what), ((f"{d:%a} {showing.day_words(d.isoformat())}", t) for d, t in sorted(days.items())))


def _seen(session: Any, actor: Any, moved: Sequence[Any], staying: Sequence[Any] | None = None) -> dict[str, Any]:
    """The dates of records that this person may see, and how many others move."""
    from dardr.casework.moved_dates import part_seen

    shown, unseen = part_seen(session, actor, moved)
    found: dict[str, Any] = {"moved": [one.as_dict() for one in shown], "unseen": unseen}
    if staying is not None:
        found["staying"] = [one.as_dict() for one in part_seen(session, actor, staying)[0]]
    return found


def _say_added(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        showing.print_json(found)
        return
    click.echo(f"Added: {len(found['added'])}. Known already: {found['known']}.")
    _say_moved(found, "moves")
    click.echo(f"E-mails written: {found['told']}.")


def _say_closure(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        showing.print_json(found)
        return
    word = "closed" if found["closed"] else "open"
    click.echo(f"The office is {word} on {showing.day_words(found['day'])}.")
    _say_moved(found, "moves")
    click.echo(f"E-mails written: {found['told']}.")


def _say_moved(found: dict[str, Any], verb: str) -> None:
    for one in found["moved"]:
        before, after = showing.day_words(one["before"]), showing.day_words(one["after"])
        told = ", ".join(one["told"]) or "nobody"
        click.echo(f"{one['ref']}: {one['label']} {verb} from {before} to {after} ({one['owner']}; told: {told}).")
    if found["unseen"]:
        click.echo(f"{found['unseen']} more, of records that you may not see.")
    if not found["moved"] and not found["unseen"]:
        click.echo(f"No date {verb}.")
