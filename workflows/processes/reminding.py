"""A reminder that a person sends, besides those that leave by themselves."""

from __future__ import annotations

from workflows.definition import Action, From, Role, SendsReminder
from workflows.processes.authorities import by_design
from workflows.processes.care import WHY_TODAY, why_today
from workflows.processes.fields import one_of


def send_reminder(source: tuple[str, ...], roles: frozenset[Role], *, to_agency: bool = False) -> Action:
    """Write to whoever owes a running clock, today; to an agency not on a day to be careful about without a reason."""
    return Action(
        "send_reminder",
        "Send a reminder now",
        source=source,
        roles=roles,
        keep_as="reminders_sent",
        fields=(one_of("clock", "About which date?", From.CLOCKS_TO_REMIND), *((WHY_TODAY,) if to_agency else ())),
        checks=(why_today,) if to_agency else (),
        effects=(SendsReminder(),),
        authority=by_design("A friendly reminder, once a day at most"),
        help="An e-mail goes to whoever owes it, with the reference, the date and a link. It holds no names.",
    )
