"""``dardr audit``: verify, export and sign the history."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from dardr.cli import showing
from dardr.cli.opening import opened
from dardr.cli.refusing import Group, Refused, as_json_option, examples
from dardr.cli.values import day


@click.group(cls=Group)
def audit() -> None:
    """Verify, export and sign the history."""


@audit.command(
    epilog=examples(
        "dardr audit verify --json",
        "dardr audit verify --file history.jsonl     (an export; needs no database)",
        "dardr audit verify --head head-2027.json    (a signed head, against this database)",
    )
)
@click.option("--file", "file", metavar="FILE", help="Verify an exported history instead of the database.")
@click.option("--head", "head", metavar="FILE", help="Verify a signed head, and that the database still holds it.")
@click.option("--public-key", metavar="HEX", help="With --head: the key it must be signed with.")
@as_json_option
def verify(file: str | None, head: str | None, public_key: str | None, as_json: bool) -> None:
    """Check every event: order, hashes, values, and that each record agrees with its history."""
    if file and head:
        raise click.UsageError("Give --file or --head, not both.")
    said = _verified(file, head, public_key)
    if as_json:
        showing.print_json(said)
    else:
        _print(said)
    if not said["ok"]:
        raise click.exceptions.Exit(1)


def _verified(file: str | None, head: str | None, public_key: str | None) -> dict[str, Any]:
    if file:
        from dardr.casework.audit_file import verify_file

        return verify_file(Path(file))
    if head:
        from dardr.casework.signed_head import verify_head

        try:
            document = json.loads(Path(head).read_text(encoding="utf-8"))
        except ValueError as error:
            raise Refused(f"{head} is not a signed head: it is not JSON.", "head") from error
        if not isinstance(document, dict):
            raise Refused(f"{head} is not a signed head.", "head")
        with opened() as at, at.read() as (session, _actor):
            return verify_head(document, session, public_key)
    from dardr.casework.audit import verify as verify_database

    with opened() as at, at.read() as (session, _actor), showing.progress("Verifying the history") as advance:
        return verify_database(session, advance)


def _print(said: dict[str, Any]) -> None:
    if said["ok"]:
        click.echo(f"The history is whole: {said['events']:,} events verified.")
        return
    for one in said["broken"]:
        click.echo(f"{one['ref'] or '-'} event {one['seq']}: {one['reason']}", err=True)
    click.echo(
        "Nothing was changed. Keep a copy of this database as it is, and compare it with the latest export.", err=True
    )


@audit.command(epilog=examples("dardr audit export --output history.jsonl"))
@click.option("--output", metavar="FILE", help="Where to write it; standard output without it.")
def export(output: str | None) -> None:
    """Write every history as JSON lines. It can be verified elsewhere, and holds no identities."""
    from dardr.casework import audit_file

    with opened() as at, at.read() as (session, _actor):
        if output is None:
            audit_file.export(session, sys.stdout)
            return
        part = Path(output + ".part")
        try:
            with part.open("w", encoding="utf-8") as file, showing.progress("Exporting the history") as advance:
                events = audit_file.export(session, file, advance)
            part.replace(output)
        except OSError:
            part.unlink(missing_ok=True)
            raise
    click.echo(f"Written: {output} ({events:,} events).", err=True)


@audit.command("sign-head", epilog=examples("dardr audit sign-head --at 2027-03-31 > head-2027.json"))
@click.option("--at", "at_day", metavar="DATE", help="The 31 March that ends the year; the latest one without it.")
def sign_head(at_day: str | None) -> None:
    """Sign where every history stood on 31 March, so that nothing before it can be rewritten unseen."""
    from dardr.casework import signed_head

    with opened() as at, at.read() as (session, _actor):
        ends = day(at_day, "at") if at_day else signed_head.year_end(at.today)
        if ends > at.today:
            raise Refused("That day has not ended yet. Give the 31 March before today.", "at")
        showing.print_json(signed_head.sign_head(session, ends, signed_head.signing_key(at.settings.data_folder)))
