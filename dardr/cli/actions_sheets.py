"""``dardr actions export`` and ``import``: the actions of an agency or a plan as a workbook, and back again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Command, Refused, as_json_option, examples

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from dardr.actors import Actor
    from dardr.casework.sheets.giving import Workbook


@click.command(
    "export",
    cls=Command,
    epilog=examples(
        "dardr actions export --agency mereshire-nhs --output nhs.xlsx",
        "dardr actions export --review DARDR-2026-001 --output plan.xlsx",
    ),
)
@click.option("--agency", default="", metavar="KEY", help="A body, by its key: its open actions.")
@click.option("--review", "ref", default="", metavar="REF", help="A review: its whole plan.")
@click.option("--output", required=True, metavar="FILE.xlsx", help="The workbook to write. It is not overwritten.")
@as_option
@as_json_option
def export(agency: str, ref: str, output: str, as_email: str | None, as_json: bool) -> None:
    """Give actions out as a workbook: locked but for the cells that the agency fills. Names of people are not in it."""
    if bool(agency.strip()) == bool(ref.strip()):
        raise Refused("Give either an agency or a review.", "agency")
    if Path(output).exists():
        raise Refused(f"{output} is there already. Give another name.", "output")
    with opened(as_email) as at:
        with at.write() as (session, actor):
            given = _given(session, actor, at.now, agency.strip(), ref.strip())
            try:
                with Path(output).open("xb") as file:
                    file.write(given.data)
            except OSError as error:
                raise Refused(f"{output} cannot be written. Check its folder.", "output") from error
    if as_json:
        showing.print_json({"output": output, "actions": given.rows})
        return
    click.echo(f"{given.rows} {'action' if given.rows == 1 else 'actions'} written to {output}.")


def _given(session: Session, actor: Actor, now: Any, agency: str, ref: str) -> Workbook:
    from dardr.access import get_record
    from dardr.casework.administer.checks import of_key
    from dardr.casework.sheets.giving import give_plan, give_to_body
    from dardr.errors import NotFound
    from dardr.storage.bodies import Body

    if ref:
        return give_plan(session, actor, now, get_record(session, actor, ref))
    try:
        body = of_key(session, Body, agency)
    except NotFound as error:
        raise Refused(f"There is no body called “{agency}”. Give its key.", "agency") from error
    return give_to_body(session, actor, now, body)


@click.command(
    "import",
    cls=Command,
    epilog=examples(
        "dardr actions import nhs.xlsx --dry-run", "dardr actions import nhs.xlsx --json"
    ),
)  # fmt: skip
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Show what would change, record nothing.")
@as_option
@as_json_option
def import_(file: str, dry_run: bool, as_email: str | None, as_json: bool) -> None:
    """Take a workbook back that was given out here, cell by cell.

    A cell that changed here since is a conflict: this command never takes it; choose on the page. What is refused is
    named and the rest go on. The exit code is 1 where there are conflicts or refusals.
    """
    from dardr.casework.sheets.taking import keep_and_record

    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise Refused(f"The file {file} cannot be opened. Check its name and that you may read it.", "file") from error
    with opened(as_email) as at, at.write() as (session, actor):
        said = keep_and_record(session, actor, at.now, Path(file).name, content, dry_run=dry_run)
    if as_json:
        showing.print_json(said)
    else:
        _print(said)
    if said["conflicts"] or said["refusals"]:
        raise click.exceptions.Exit(1)


def _print(said: dict[str, Any]) -> None:
    for remark in said["remarks"]:
        click.echo(f"Check: {remark}", err=True)
    would = " (nothing was recorded)" if said["dry_run"] else ""
    click.echo(
        f"{len(said['changes'])} changed, {len(said['conflicts'])} in conflict, {len(said['refusals'])} refused,"
        f" {said['unchanged']} unchanged{would}."
    )
    for one in said["changes"]:
        click.echo(f"{one['cell']} {one['ref']}: {one['heading']}, “{one['from']}” to “{one['to']}” ({one['reason']})")
    for one in said["conflicts"]:
        click.echo(
            f"{one['cell']} {one['ref']}: {one['reason']} Here: “{one['here']}”. Sent: “{one['sent']}”.", err=True
        )
    for one in said["refusals"]:
        click.echo(f"{one['cell']} {one['ref']}: {one['reason']}", err=True)
