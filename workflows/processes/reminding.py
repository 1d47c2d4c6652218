"""A reminder that a person sends, besides those that leave by themselves."""

from __future__ import annotations

from workflows.definition import Action, From, Role, SendsReminder
from workflows.processes.authorities import by_design
from workflows.processes.fields import one_of


def send_reminder(source: tuple[str, ...], roles: frozenset[Role]) -> Action:
    """Write to whoever owes a running clock, today."""
    return Action(
        "send_reminder",
        "Send a reminder now",
        source=source,
        roles=roles,
        keep_as="reminders_sent",
        fields=(one_of("clock", "About which date?", From.CLOCKS_TO_REMIND),),
        effects=(SendsReminder(),),
        authority=by_design("A friendly reminder, once a day at most"),
        help="An e-mail goes to whoever owes it, with the reference, the date and a link. It holds no names.",
    )
