"""What the partnership asks of agencies: a second pair of eyes, and when the team hears that one is often late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework import four_eyes
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import home, require_administrator
from dardr.errors import Invalid, Reason
from dardr.lookups.outstanding import LARGEST, OFTEN, SETTING
from dardr.storage.bodies import Partnership


def set_agencies(session: Session, actor: Actor, now: datetime, *, eyes: bool, late: int, of: int) -> Partnership:
    """Keep both choices. Raises Forbidden, Invalid (numbers that cannot be)."""
    require_administrator(actor)
    if not 1 <= of <= LARGEST:
        raise Invalid([Reason(f"Give a number of answers from 1 to {LARGEST}.", "of")])
    if not 1 <= late <= of:
        raise Invalid([Reason(f"Of {of} answers, give how many late, from 1 to {of}.", "late")])
    row = home(session)
    before = dict(row.settings or {})
    own = {name: value for name, value in before.items() if name not in (four_eyes.SETTING, SETTING)}
    if eyes:
        own[four_eyes.SETTING] = True
    if (late, of) != OFTEN:
        own[SETTING] = [late, of]
    if own != before:
        row.settings = own
        changed = {key: [before.get(key), own.get(key)] for key in (four_eyes.SETTING, SETTING)}
        note_change(session, now, actor, "agencies_changed", row.name, changed)
        session.flush()
    return row
