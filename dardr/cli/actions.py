"""``dardr actions``: the actions of the plans, how each stands and why, today or at the end of an earlier day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dardr.cli import actions_sheets, showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, Refused, as_json_option, examples

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from dardr.actors import Actor


@click.group(cls=Group)
def actions() -> None:
    """List the actions of the plans; give them out as a workbook and take it back."""


actions.add_command(actions_sheets.export)
actions.add_command(actions_sheets.import_)


@actions.command(
    "list",
    epilog=examples(
        "dardr actions list --late",
        "dardr actions list --agency mereshire-nhs --json",
        "dardr actions list --review DARDR-2026-001 --as-at 2026-09-30",
    ),
)
@click.option("--agency", default="", metavar="KEY", help="A body, by its key: what it leads or has a share of.")
@click.option("--review", "ref", default="", metavar="REF", help="A review: the actions that serve it.")
@click.option("--status", default="", metavar="STATUS", help="Where it stands, such as in_progress.")
@click.option("--late", is_flag=True, help="Only those whose agreed date has passed.")
@click.option("--as-at", "as_at", metavar="DATE", help="As it stood at the end of that day, out of the history.")
@as_option
@as_json_option
def list_(
    agency: str, ref: str, status: str, late: bool, as_at: str | None, as_email: str | None, as_json: bool
) -> None:
    """List actions with their date, their colour and the reason for it; those whose date has passed first."""
    from dardr.cli.values import day
    from dardr.lookups.actions.as_at import actions_as_at
    from dardr.lookups.actions.filters import ActionFilter, stages
    from dardr.lookups.actions.rows import all_actions

    if status and status not in stages():
        raise Refused(f"There is no status “{status}”. There are: {', '.join(stages())}.", "status")
    asked = ActionFilter(agency=agency.strip(), review=ref, stage=status, late=late)
    with opened(as_email) as at, at.read() as (session, actor):
        then = day(as_at, "as-at") if as_at else at.today
        if then > at.today:
            raise Refused("That day is still to come. Give today or an earlier day.", "as-at")
        _refuse_unknown(session, actor, agency.strip(), ref)
        found = actions_as_at(session, actor, then, asked) if as_at else all_actions(session, actor, then, asked)
    if as_json:
        showing.print_json({"as_at": then.isoformat(), "actions": [row.as_dict() for row in found]})
        return
    showing.table(
        ("Reference", "Action", "Agency", "Where it stands", "Date agreed", "Colour and why"),
        (
            (
                row.ref,
                row.text,
                ", ".join(row.bodies),
                row.stage_label,
                showing.day_words(row.due.isoformat()) if row.due else "no date",
                row.rag.label,
            )
            for row in found
        ),
        empty="No action matches.",
    )


def _refuse_unknown(session: Session, actor: Actor, agency: str, ref: str) -> None:
    """A misspelt body or review is told, not answered with an empty list."""
    from dardr.access import get_record
    from dardr.lookups.actions.filters import answered_for

    if agency and not answered_for(session, agency):
        raise Refused(f"There is no body called “{agency}”. Give its key, as the page of bodies shows it.", "agency")
    if ref:
        get_record(session, actor, ref.strip().upper(), in_part=True)
