"""``dardr whatif``: which dates and reminders would change, without anything being changed."""

from __future__ import annotations

from typing import Any

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Command, Refused, as_json_option, examples

WHAT = {
    "reminder": "Reminder",
    "passed on": "Told that the date has passed",
    "agreed date wanted": "Asked for an agreed date",
}


def _split(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"“{text}”: write NAME=DATE, for example inquest=2027-03-03.")
        pairs.append((name.strip(), value.strip()))
    return pairs


@click.command(
    cls=Command,
    epilog=examples(
        "dardr whatif --review DARDR-2026-001 --names        (what can be supposed of it)",
        "dardr whatif --review DARDR-2026-001 --set inquest=2027-03-03",
        "dardr whatif --review DARDR-2026-001 --set decision=2026-11-12 --set appoint_chair=2026-12-01 --json",
        "dardr whatif --review DARDR-2026-001 --set D05=2027-06-01 --set R01.receive_return=2026-12-01",
        "dardr whatif --add-holiday 2027-06-14               (everything on record)",
        "dardr whatif --set inquest=2027-03-03 --set DARDR-2026-011.decision=2026-12-12",
    ),
)
@click.option("--review", "ref", metavar="REF", help="The review, or another record. Left out: everything on record.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=DATE",
    callback=_split,
    help="Suppose that NAME is so on DATE (London). Repeat it for more; they are taken in the order of their days.",
)
@click.option(
    "--add-holiday",
    "holidays",
    multiple=True,
    metavar="DATE",
    help="Suppose a bank holiday. Repeat it for more.",
)
@click.option("--names", "list_names", is_flag=True, help="List what can be supposed here, and stop.")
@as_option
@as_json_option
def whatif(
    ref: str | None,
    given: list[tuple[str, str]],
    holidays: tuple[str, ...],
    list_names: bool,
    as_email: str | None,
    as_json: bool,
) -> None:
    """Suppose that something happens on a day, and see which dates and reminders would change. Nothing is changed.

    NAME is an open hold or proceeding that ends (inquest, trial), a step that may come next (decision, sign_off, or
    its key; R01.receive_return for an item), a date that a clock counts from, or the number of a clock for which
    another date is agreed (D05). Without --review it is so of every review where it may come next; of one of them
    with its reference before the name (DARDR-2026-001.decision).
    """
    from dardr.cli.values import day
    from dardr.lookups.what_if import Asked, what_if

    asked = [Asked(name, day(on, "set"), "set") for name, on in given]
    added = [day(text, "add-holiday") for text in holidays]
    if not list_names and not asked and not added:
        raise Refused("Say what is supposed: --set NAME=DATE or --add-holiday DATE. See --names.", "set")
    with opened(as_email) as at, at.read() as (session, actor):
        if list_names:
            found = _names(session, actor, ref, at.today)
        else:
            found = what_if(session, actor, at.today, asked, added, ref=ref).as_dict()
    if as_json:
        showing.print_json(found)
    elif list_names:
        rows = found["names"]
        showing.table(
            ("Name", "What it says", ""), ((r["name"], r["label"], r["about"]) for r in rows),
            empty="Nothing but a bank holiday can be supposed here.",
        )  # fmt: skip
    else:
        _say(found)


def _names(session: Any, actor: Any, ref: str | None, today: Any) -> dict[str, Any]:
    from dardr.lookups.what_if import names_of_caseload, names_of_review

    if ref is None:
        names: list[Any] = [offer.as_dict() for offer in names_of_caseload(session, actor, today)]
    else:
        names = [name.as_dict() for name in names_of_review(session, actor, ref, today)]
    return {"review": ref, "names": names}


def _say(found: dict[str, Any]) -> None:
    click.echo("Nothing has been changed. If:")
    for one in found["set"]:
        click.echo(f"  {showing.day_words(one['on'])}: {one['label']}")
    for one in found["holidays"]:
        click.echo(f"  {showing.day_words(one)} is a bank holiday as well")
    _say_changes(found)
    _say_reminders(found["reminders"])
    for one in found["then"]:
        done_on, due = showing.day_words(one["done_on"]), showing.day_words(one["due"])
        click.echo(f"\nThen, if “{one['step']}” is done on {done_on}: {one['id']} {one['label']}, due {due}.")
    if found["notes"]:
        showing.heading("To know")
        for note in found["notes"]:
            click.echo(f"  {note}")


def _say_changes(found: dict[str, Any]) -> None:
    changed = [one for one in found["changes"] if one["change"] != "unchanged"]
    if not changed:
        click.echo("\nNo date would move.")
    for one in changed:
        click.echo(f"\n{one['ref']}  {one['id']} {one['label']}: {_moved(one)}")
        click.echo(f"    Owed by: {one['owner']}. Rests on: {showing.authority_words(one['date'])}")
        for sentence in one["sentences"]:
            click.echo(f"    {sentence}")
        if one["provisional"]:
            click.echo("    Provisional: the bank holidays of that year are not published yet.")
    if found["unchanged"]:
        click.echo(f"\n{found['unchanged']} running dates stay as they are.")


def _say_reminders(reminders: list[dict[str, Any]]) -> None:
    for heading, sent in (("Reminders that would not go out", False), ("Reminders that would go out", True)):
        rows = [one for one in reminders if one["sent"] is sent]
        if rows:
            showing.heading(heading)
            showing.table(
                ("Day", "To", "What", "About", "Record"),
                (
                    (showing.day_words(r["on"]), _to(r), WHAT[r["what"]], f"{r['id']} {r['label']}", r["ref"])
                    for r in rows
                ),
            )


def _to(reminder: dict[str, Any]) -> str:
    """The party, and the addresses of its people where they are known."""
    return f"{reminder['to']}: {', '.join(reminder['addresses'])}" if reminder["addresses"] else reminder["to"]


def _moved(one: dict[str, Any]) -> str:
    before, after = one["before"], one["after"]
    if one["change"] == "stopped":
        return (
            f"done on {showing.day_words(one['stopped_on'])} (it is due {showing.day_words(before and before['due'])})"
        )
    if one["change"] == "withdrawn":
        return "no longer needed"
    if before is None:
        return f"starts, {'due ' if after['due'] else ''}{_due(after)}"
    return f"{_due(before)} -> {_due(after)}"


def _due(point: dict[str, Any]) -> str:
    if point["problem"]:
        return point["problem"]
    if not point["due"]:
        waits = point["held"] or point["state"] == "deferred"
        return point["state_label"].lower() if waits else "no date"
    return f"{showing.day_words(point['due'])} ({point['state_label'].lower()})"
