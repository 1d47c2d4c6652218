"""When the date of an action is soon, and when an action is quiet: the partnership's own numbers for its colours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import home, require_administrator
from dardr.errors import Invalid, Reason
from workflows.rag import QUIET, SOON, Rule

MOST_DAYS = 366


def colour_numbers(session: Session) -> dict[str, int]:
    """The two numbers in force, by setting, in calendar days."""
    rule = Rule.of(home(session).settings)
    return {SOON: rule.soon_days, QUIET: rule.quiet_days}


def set_colour_numbers(session: Session, actor: Actor, now: datetime, soon: int, quiet: int) -> None:
    """Set them; every colour follows at once, since none is stored. Raises Forbidden, Invalid."""
    require_administrator(actor)
    given = {SOON: soon, QUIET: quiet}
    wrong = [
        Reason(f"Give a whole number of days from 1 to {MOST_DAYS}.", name)
        for name, number in given.items()
        if not 1 <= number <= MOST_DAYS
    ]
    if wrong:
        raise Invalid(wrong)
    here = home(session)
    here.settings = {**here.settings, **given}
    note_change(session, now, actor, "colour_days_changed", here.name, given)
    session.flush()
