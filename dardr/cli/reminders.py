"""``dardr reminders``: what will be sent to whom, on which day, and why, before it is sent."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, Refused, as_json_option, examples

LONGEST = 400


@click.group(cls=Group)
def reminders() -> None:
    """See reminders that are to come."""


@reminders.command(
    epilog=examples(
        "dardr reminders preview --from 2026-12-01 --to 2026-12-31",
        "dardr reminders preview --from 2026-12-01 --to 2026-12-31 --review DARDR-2026-001 --json",
    )
)
@click.option("--from", "first", required=True, metavar="DATE", help="The first day (London), today or later.")
@click.option("--to", "last", required=True, metavar="DATE", help="The last day.")
@click.option("--review", "ref", metavar="REF", help="One review with what serves it, or another record.")
@as_option
@as_json_option
def preview(first: str, last: str, ref: str | None, as_email: str | None, as_json: bool) -> None:
    """Show what would be sent if nothing happens meanwhile. Nothing is written, and nothing is sent."""
    from dardr.cli.values import day
    from dardr.lookups.reminders_ahead import ahead, as_read

    since, until = day(first, "from"), day(last, "to")
    if until < since:
        raise Refused("The last day comes before the first. Give them the other way round.", "to")
    if (until - since).days > LONGEST:
        raise Refused(f"That is more than {LONGEST} days. Give a shorter time.", "to")
    with opened(as_email) as at, at.read() as (session, actor):
        if since < at.today:
            raise Refused("What was sent is on each date's own page. Give today or a later day as the first.", "from")
        found = sorted(
            ahead(session, actor, since, until, today=at.today, review_ref=ref),
            key=lambda one: (one.on, (one.address or "").lower(), not one.alone, one.ref, one.rung),
        )
        found = as_read(session, actor, found)
    if as_json:
        showing.print_json(
            {
                "from": since.isoformat(),
                "to": until.isoformat(),
                "review": ref,
                "reminders": [one.as_dict() for one in found],
            }
        )
        return
    showing.table(
        ("Day", "To", "Record", "What", "Due", "Why then", "E-mail"),
        (
            (
                f"{one.on:%a} {showing.day_words(one.on.isoformat())}",
                one.role if one.address is None else one.address or "nobody can be written to",
                one.ref,
                one.about,
                showing.day_words(one.due.isoformat()) if one.due else "",
                one.why,
                "of its own" if one.alone else "the day's",
            )
            for one in found
        ),
        empty="Nothing would be sent on these days.",
    )
