"""How long before a Steering Group meeting agencies are asked for updates: the partnership's own two numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import home, require_administrator
from dardr.errors import Invalid, Reason
from workflows.update_rounds import CLOSES_WORKING_DAYS, OPENS_WEEKS, USUAL

MOST = {OPENS_WEEKS: 26, CLOSES_WORKING_DAYS: 60}


def round_numbers(session: Session) -> dict[str, int]:
    """The two numbers in force, by setting: whole weeks, and working days, before the meeting."""
    own = home(session).settings
    return {name: own.get(name) or usual for name, usual in USUAL.items()}


def set_round_numbers(session: Session, actor: Actor, now: datetime, weeks: int, working_days: int) -> None:
    """Set them, for rounds planned from now on.

    Raises Forbidden, and Invalid where a round would close before it opens.
    """
    require_administrator(actor)
    given = {OPENS_WEEKS: weeks, CLOSES_WORKING_DAYS: working_days}
    wrong = [
        Reason(f"Give a whole number from 1 to {MOST[name]}.", name)
        for name, number in given.items()
        if not 1 <= number <= MOST[name]
    ]
    if not wrong and working_days >= weeks * 5:
        wrong = [
            Reason("Agencies must be asked before updates are wanted. Ask earlier, or want them later.", OPENS_WEEKS)
        ]
    if wrong:
        raise Invalid(wrong)
    here = home(session)
    here.settings = {**here.settings, **given}
    note_change(session, now, actor, "round_days_changed", here.name, given)
    session.flush()
