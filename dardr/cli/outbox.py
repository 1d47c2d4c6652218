"""``dardr outbox``: look after e-mail that waits or could not be sent."""

from __future__ import annotations

import click

from dardr.cli import showing
from dardr.cli.opening import as_option, opened
from dardr.cli.refusing import Group, as_json_option, examples

STATUSES = ("queued", "in_flight", "waiting", "sent", "failed", "withdrawn", "overtaken", "no_address")
UNSETTLED = ("queued", "in_flight", "waiting", "failed", "no_address")


@click.group(cls=Group)
def outbox() -> None:
    """Look after e-mail that could not be sent."""


@outbox.command("list", epilog=examples("dardr outbox list", "dardr outbox list --status failed --json"))
@click.option("--status", type=click.Choice(STATUSES), help="Only these; without it, all that are not settled well.")
@click.option("--all", "everything", is_flag=True, help="Those that were sent, too.")
@as_option
@as_json_option
def list_(status: str | None, everything: bool, as_email: str | None, as_json: bool) -> None:
    """List the messages that wait, failed, or have no address."""
    from dardr.lookups.addresses import mail_to
    from dardr.lookups.timeline import messages

    wanted = (status,) if status else STATUSES if everything else UNSETTLED
    with opened(as_email) as at, at.read() as (session, actor):
        found = messages(session, actor, wanted)
    if as_json:
        showing.print_json({"messages": found})
        return
    showing.table(
        ("No.", "Record", "To", "Subject", "Status", "Delivery", "Tries", "The server said"),
        (
            (
                m["id"],
                m["ref"],
                mail_to(m),
                m["subject"],
                m["status"],
                m["delivery"],
                m["attempts"],
                m["last_error"],
            )  # fmt: skip
            for m in found
        ),
        empty="No message waits, and none failed.",
    )


@outbox.command(epilog=examples("dardr outbox show 17", "dardr outbox show 17 --json"))
@click.argument("number", type=int)
@as_option
@as_json_option
def show(number: int, as_email: str | None, as_json: bool) -> None:
    """Show one message: its words, each try and answer, what became of it, and what came back."""
    from dardr.lookups.addresses import mail_to
    from dardr.lookups.sent_post import one_message

    with opened(as_email) as at, at.read() as (session, actor):
        found = one_message(session, actor, number)
    if as_json:
        showing.print_json(found)
        return
    about = ", ".join(one["ref"] for one in found["about"]) or "no record"
    delivery = f"{found['delivery']}, {found['delivery_at']}" if found["delivery"] else "nothing known yet"
    for name, value in (
        ("Message", str(found["id"])),
        ("To", mail_to(found)),
        ("Subject", found["subject"]),
        ("About", about),
        ("Written", found["created_at"]),
        ("Status", f"{found['status'].replace('_', ' ')}, {found['settled_at'] or 'not settled'}"),
        ("Delivery", delivery),
        ("Message-ID", found["message_id"] or "none yet: it was not tried"),
    ):
        click.echo(f"{name + ':':<12} {value}")
    for one in found["tries"]:
        click.echo(f"{'Try:':<12} {one['at']} {one['result'].replace('_', ' ')}. {one['answer']}")
    for one in found["came_back"]:
        click.echo(f"{'Came back:':<12} {one['received_at']} {one['kind']}")
    click.echo()
    click.echo(found["text"] if found["text"] is not None else "Its words are not shown: they let somebody sign in.")


@outbox.command(epilog=examples("dardr outbox retry 17"))
@click.argument("number", type=int)
@as_option
@as_json_option
def retry(number: int, as_email: str | None, as_json: bool) -> None:
    """Send a message again that was refused, waits, or had no address."""
    from dardr.casework import deliver

    with opened(as_email) as at, at.write() as (session, actor):
        status = deliver.retry(session, actor, at.now, number).status
    _say(number, status, as_json)


@outbox.command(epilog=examples("dardr outbox withdraw 17"))
@click.argument("number", type=int)
@as_option
@as_json_option
def withdraw(number: int, as_email: str | None, as_json: bool) -> None:
    """Say that a message is not to be sent."""
    from dardr.casework import deliver

    with opened(as_email) as at, at.write() as (session, actor):
        status = deliver.withdraw(session, actor, at.now, number).status
    _say(number, status, as_json)


def _say(number: int, status: str, as_json: bool) -> None:
    if as_json:
        showing.print_json({"id": number, "status": status})
        return
    click.echo(f"Message {number} is {status.replace('_', ' ')} now.")
