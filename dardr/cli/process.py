"""``dardr process``: read, check and draw the processes; move a record to another version."""

from __future__ import annotations

from typing import Any

import click

from dardr.cli import showing
from dardr.cli.opening import Opened, as_option, opened, opened_if_set_up
from dardr.cli.refusing import Group, Refused, as_json_option, examples


@click.group(cls=Group)
def process() -> None:
    """Read, check and draw the processes; move a record to another version."""


def _unlocked(at: Opened | None) -> set[str]:
    from dardr.casework.regimes import unlocked

    if at is None:
        return set()
    with at.database.read() as session:
        return unlocked(session)


@process.command("list", epilog=examples("dardr process list", "dardr process list --json"))
@as_json_option
def list_(as_json: bool) -> None:
    """List the processes and their versions."""
    import workflows
    from dardr.lookups.processes import line_of

    with opened_if_set_up() as at:
        free = _unlocked(at)
    found = [line_of(p, unlocked=p.needs_unlock in free) for p in workflows.all_processes()]
    if as_json:
        showing.print_json({"processes": found})
        return
    showing.table(
        ("Process", "What it is", "Can be opened"),
        ((p["id"], p["label"], "yes" if p["can_be_opened"] else "not yet") for p in found),
    )


@process.command("check", epilog=examples("dardr process check", "dardr process check --json"))
@as_json_option
def check(as_json: bool) -> None:
    """Check that every process is well formed: stages reachable, clocks startable, messages there."""
    from notifications import messages
    from workflows import check as checking

    problems = checking.check_all(messages.MESSAGES)
    wrong = {name: found for name, found in problems.items() if found}
    if wrong:
        from dardr.errors import Reason

        raise Refused([Reason(sentence, name) for name, found in wrong.items() for sentence in found])
    if as_json:
        showing.print_json({"ok": True, "processes": [{"id": name, "problems": []} for name in problems]})
        return
    click.echo(f"All {len(problems)} processes are well formed.")


@process.command(
    "show", epilog=examples("dardr process show dardr-s9", "dardr process show action@1 --json")
)
@click.argument("key")
@as_option
@as_json_option
def show(key: str, as_email: str | None, as_json: bool) -> None:
    """Show a whole process: stages, actions, clocks. Each with its authority."""
    from dardr.casework.open_record import find_process
    from dardr.lookups.choices import resolve
    from dardr.lookups.processes import describe

    found = find_process(key)
    choices: dict[str, Any] = {}
    with opened_if_set_up() as at:
        if at is not None:
            at.as_email = as_email
            with at.read() as (session, actor):
                choices[found.opening.key] = resolve(session, actor, found, found.opening, None, at.today)
        free = _unlocked(at)
    if as_json:
        showing.print_json(describe(found, choices, unlocked=found.needs_unlock in free))
        return
    from workflows.diagram import markdown

    click.echo(markdown(found))


@process.command("diagram", epilog=examples("dardr process diagram dardr-s9 > dardr-s9.mmd"))
@click.argument("key")
def diagram(key: str) -> None:
    """Draw a process in Mermaid, for pages and documents."""
    from dardr.casework.open_record import find_process
    from workflows.diagram import mermaid

    click.echo(mermaid(find_process(key)))


@process.command(
    "migrate",
    epilog=examples("dardr process migrate DARDR-2026-001 --to dardr-s9@2 --reason 'New guidance from 1 April'"),
)
@click.argument("ref")
@click.option("--to", "to", required=True, metavar="KEY@VERSION", help="The version to move to.")
@click.option("--reason", required=True, help="Why; kept in the record's history.")
@as_option
@as_json_option
def migrate(ref: str, to: str, reason: str, as_email: str | None, as_json: bool) -> None:
    """Move one running record to another version of its process: one event in its history.

    Refused where the record's stage does not exist in that version, or a running clock has no twin there.
    """
    from dardr.casework.move_process import move_process

    with opened(as_email) as at, at.write() as (session, actor):
        done = move_process(session, actor, at.now, ref, to, reason)
    if as_json:
        showing.print_json({**done.as_dict(), "process": to})
        return
    click.echo(f"Done: {done.ref} now follows {to} (revision {done.revision}).")
