"""``dardr review``: open, list, show, actions, deadlines, timeline, act. Works for every kind of record."""

from __future__ import annotations

from typing import Any

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, as_json_option, examples
from dardr.cli.values import day, field_option, gather


@click.group(cls=Group)
def review() -> None:
    """Open reviews and other records, read them, act on them."""


@review.command(
    "open",
    epilog=examples(
        "dardr process show dardr-s9          (the questions, under “opening”)",
        "dardr review open --field notifier=police --field notified_on=2026-10-01 ...",
        "dardr review open --process section8-report --field title=... --json",
    ),
)
@click.option("--process", "process_key", default="dardr-s9", show_default=True, metavar="KEY", help="What to open.")
@click.option("--parent", metavar="REF", help="The record that the new one serves.")
@field_option
@as_option
@as_json_option
def open_(
    process_key: str, parent: str | None, fields: list[tuple[str, str]], as_email: str | None, as_json: bool
) -> None:
    """Open a review, or another record: a Commissioner's report, an item of a review."""
    from dardr.casework.open_record import find_process, open_record
    from dardr.casework.own_questions import whole

    with opened(as_email) as at, at.write() as (session, actor):
        process = find_process(process_key)
        values = gather(whole(session, actor.partnership_id, process.opening).fields, fields)
        done = open_record(session, actor, at.now, process_key, values, parent)
    _say_done(done.as_dict(), as_json, "Opened")


on_option = click.option(
    "--on", metavar="DATE", help="How the dates recorded now stand on another day (London); today when left out."
)


@review.command(
    "list",
    epilog=examples(
        "dardr review list", "dardr review list --phase drafting", "dardr review list --process action --json"
    ),
)
@click.option("--process", "process_key", metavar="KEY", help="Another kind of record, such as action or historic.")
@click.option("--phase", default="", help="Only this phase.")
@click.option("--stage", default="", help="Only this stage.")
@click.option("--text", default="", help="Part of the reference or of the name used.")
@click.option("--csp", default="", metavar="KEY", help="Only this community safety partnership.")
@click.option("--mine", is_flag=True, help="Only those whose case manager is asking.")
@click.option("--open", "open_only", is_flag=True, help="Leave out those that have ended.")
@on_option
@as_option
@as_json_option
def list_(
    process_key: str | None,
    phase: str,
    stage: str,
    text: str,
    csp: str,
    mine: bool,
    open_only: bool,
    on: str | None,
    as_email: str | None,
    as_json: bool,
) -> None:
    """List reviews, late first: where each stands, its next date, who acts next."""
    from dardr.casework.open_record import find_process
    from dardr.lookups.caseload import CaseFilter, caseload

    more: dict[str, Any] = {"processes": (find_process(process_key).key,)} if process_key else {}
    filters = CaseFilter(phase=phase, stage=stage, text=text, csp=csp, mine=mine, open_only=open_only, **more)
    with opened(as_email) as at, at.read() as (session, actor):
        rows = [row.as_dict() for row in caseload(session, actor, day(on, "on") if on else at.today, filters)]
    if as_json:
        showing.print_json({"reviews": rows})
        return
    showing.table(
        ("Reference", "Name used", "Phase", "Stage", "Next date", "Stands", "Who acts next"),
        (
            (
                row["ref"],
                row["title"],
                row["phase_label"],
                row["stage_label"],
                _next(row["next_deadline"]),
                row["next_deadline"]["state_label"] if row["next_deadline"] else "",
                row["acts_next"],
            )
            for row in rows
        ),
        empty="There is nothing on record yet that you may see.",
    )


def _next(deadline: dict[str, Any] | None) -> str:
    if deadline is None:
        return "-"
    if deadline["agreed_due"] and deadline["due"]:
        return (
            f"{deadline['label']}: agreed {showing.day_words(deadline['due'])} "
            f"(first {showing.day_words(deadline['original_due'])})"
        )
    return f"{deadline['label']}: {showing.day_words(deadline['due'])}"


LINKED = (
    ("Holds", "holds"),
    ("Items", "items"),
    ("Serves", "serves"),
    ("Answers", "answers"),
    ("Answered by", "answered_by"),
    ("Linked", "links"),
)
"""What is shown of a record after its own lines: the heading, and under what it is found."""


@review.command("show", epilog=examples("dardr review show DARDR-2026-001", "dardr review show DARDR-2026-001 --json"))
@click.argument("ref")
@as_option
@as_json_option
def show(ref: str, as_email: str | None, as_json: bool) -> None:
    """Show a record: where it stands, what is known, its items and holds."""
    from dardr.lookups import review as lookup

    with opened(as_email) as at, at.read() as (session, actor):
        found = lookup.show(session, actor, ref, at.today)
    if as_json:
        showing.print_json(found)
        return
    click.echo(f"{found['ref']}  {found['label']}")
    click.echo(f"{found['phase_label']}: {found['stage_label']}. {found['stage_means']}")
    click.echo(f"Next: {found['acts_next']}. Process {found['process']}, revision {found['revision']}.")
    for name, key in LINKED:
        if found[key]:
            showing.heading(name)
            _lines(key, found[key])
    showing.heading("What is recorded")
    showing.table(("Question", "Answer"), ((k, _words(v)) for k, v in found["facts"].items()))


def _lines(key: str, rows: list[dict[str, Any]]) -> None:
    if key == "holds":
        columns = ("Kind", "From", "Until", "Reason", "Look again by")
        showing.table(
            columns,
            (
                (
                    row["kind"].replace("_", " "),
                    showing.day_words(row["from"]),
                    "undone" if row["undone"] else showing.day_words(row["until"]),
                    row["reason"],
                    showing.day_words(row["review_by"]),
                )
                for row in rows
            ),
        )
        return
    showing.table(
        ("Reference", "What", "Stage", "Next"),
        ((row["ref"], row["label"], row["stage_label"], row["acts_next"]) for row in rows),
    )


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_words(v) for v in value)
    if isinstance(value, dict):
        return "; ".join(f"{k}: {_words(v)}" for k, v in value.items() if k not in ("seq", "by"))
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@review.command(
    "actions", epilog=examples("dardr review actions DARDR-2026-001", "dardr review actions DARDR-2026-001 --json")
)
@click.argument("ref")
@as_option
@as_json_option
def actions(ref: str, as_email: str | None, as_json: bool) -> None:
    """What can be done now on a record and its open items, and why something cannot be done yet."""
    from dardr.lookups.review import actions_of

    with opened(as_email) as at, at.read() as (session, actor):
        found = actions_of(session, actor, ref, at.today)
    if as_json:
        showing.print_json({"actions": found})
        return
    if not found:
        click.echo("There is nothing that you can do here now.")
    for action in found:
        click.echo(f"\n{action['ref']}  {action['key']}: {action['label']}")
        if action["moves"]:
            click.echo(f"    leads to: {action['to_label']}")
        for reason in action["blocked"]:
            click.echo(f"    not yet: {reason}")
        for field in action["fields"]:
            needed = "needed" if field["required"] else "if known"
            click.echo(f"    {field['name']} ({field['type']}, {needed}): {field['label']}")
            if field["choices"]:
                click.echo(f"        {_offered(field['choices'])}")


def _offered(choices: list[dict[str, str]]) -> str:
    shown = ", ".join(f"{c['value']}" for c in choices[:12])
    return shown + (f" and {len(choices) - 12} more" if len(choices) > 12 else "")


@review.command(
    "deadlines",
    epilog=examples(
        "dardr review deadlines DARDR-2026-001",
        "dardr review deadlines DARDR-2026-001 --json",
        "dardr review deadlines DARDR-2026-001 --on 2027-03-01     (how they stand on that day)",
    ),
)
@click.argument("ref")
@on_option
@as_option
@as_json_option
def deadlines(ref: str, on: str | None, as_email: str | None, as_json: bool) -> None:
    """Every deadline of a record and its items, with the receipt that explains each date."""
    from dardr.lookups.deadlines import deadlines_of

    with opened(as_email) as at, at.read() as (session, actor):
        found = deadlines_of(session, actor, ref, day(on, "on") if on else at.today)
    if as_json:
        showing.print_json({"deadlines": found})
        return
    if not found:
        click.echo("No time is running here.")
    for row in found:
        agreed = f" (agreed; first {showing.day_words(row['original_due'])})" if row["agreed_due"] else ""
        click.echo(f"\n{row['ref']}  {row['id']} {row['label']}: {showing.day_words(row['due'])}{agreed}")
        click.echo(f"    {row['state_label']}. Owed by: {row['owner']}. To: {row['owed_to']}.")
        if row["stopped_on"]:
            click.echo(f"    Done on {showing.day_words(row['stopped_on'])}.")
        click.echo(f"    Duty: {showing.authority_words(row['duty'])}")
        click.echo(f"    Date: {showing.authority_words(row['date'])}")
        for sentence in row["receipt"].get("sentences", ()):
            click.echo(f"    {sentence}")
        if row["asks"]:
            click.echo(f"    {row['asks']}")


@review.command(
    "timeline",
    epilog=examples("dardr review timeline DARDR-2026-001", "dardr review timeline DARDR-2026-001 --json"),
)
@click.argument("ref")
@as_option
@as_json_option
def timeline(ref: str, as_email: str | None, as_json: bool) -> None:
    """Everything that was done on a record and its items, and the e-mails about it."""
    from dardr.lookups import timeline as lookup
    from dardr.lookups.addresses import mail_to

    with opened(as_email) as at, at.read() as (session, actor):
        found = lookup.timeline(session, actor, ref)
    if as_json:
        showing.print_json(found)
        return
    showing.table(
        ("Record", "No.", "Happened", "What", "To", "By", "Recorded"),
        (
            (
                event["ref"],
                event["seq"],
                showing.day_words(event["occurred_on"]),
                event["label"],
                event["to_label"],
                event["actor"],
                event["recorded_at"][:16].replace("T", " "),
            )
            for event in found["events"]
        ),
    )
    if found["messages"]:
        showing.heading("E-mail")
        showing.table(
            ("No.", "To", "Subject", "Status", "The server said"),
            ((m["id"], mail_to(m), m["subject"], m["status"], m["last_error"]) for m in found["messages"]),
        )


@review.command(
    "act",
    epilog=examples(
        "dardr review act DARDR-2026-001 accept_notification --on 2026-10-02 --field area_confirmed=yes",
        "dardr review act DARDR-2026-001-R01 receive_draft --on 2026-11-02 --field draft=@return.docx --json",
    ),
)
@click.argument("ref")
@click.argument("action")
@click.option("--on", "on", required=True, metavar="DATE", help="The day it happened (London), such as 2026-10-02.")
@click.option("--revision", type=int, help="Refuse if the record has moved on from this revision.")
@field_option
@as_option
@as_json_option
def act(
    ref: str,
    action: str,
    on: str,
    revision: int | None,
    fields: list[tuple[str, str]],
    as_email: str | None,
    as_json: bool,
) -> None:
    """Do one action on one record: everything follows from it, or nothing is saved."""
    import workflows
    from dardr.access import get_record
    from dardr.casework.act import take_action
    from dardr.casework.own_questions import whole

    occurred_on = day(on, "on")
    with opened(as_email) as at, at.write() as (session, actor):
        record = get_record(session, actor, ref, in_part=True)
        process = workflows.get(record.process)
        step = next((a for a in (*process.actions, *process.brings_in) if a.key == action), None)
        known = whole(session, record.partnership_id, step, record.facts).fields if step else ()
        done = take_action(
            session, actor, at.now, ref, action, gather(known, fields), occurred_on, expected_revision=revision
        )
    _say_done(done.as_dict(), as_json, "Done")


def _say_done(done: dict[str, Any], as_json: bool, word: str) -> None:
    if as_json:
        showing.print_json(done)
        return
    click.echo(f"{word}: {done['ref']} is now at {done['stage']} (revision {done['revision']}).")
    if done["created"]:
        click.echo(f"Opened with it: {', '.join(done['created'])}.")
    for warning in done["warnings"]:
        click.echo(f"Check: {warning}", err=True)
