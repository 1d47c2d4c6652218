"""The partnership's choice how the codes of links reach people: by e-mail, or read out by the team."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import home, require_keeper
from dardr.casework.door_opening import BY_TELEPHONE


def set_by_telephone(session: Session, actor: Actor, now: datetime, chosen: bool) -> None:
    """Have codes read out by the team, or sent in an e-mail of their own. Logged. Raises Forbidden, Conflict."""
    require_keeper(actor)
    row = home(session)
    own = dict(row.settings or {})
    before = bool(own.get(BY_TELEPHONE))
    if before == chosen:
        return
    if chosen:
        own[BY_TELEPHONE] = True
    else:
        own.pop(BY_TELEPHONE, None)
    row.settings = own
    note_change(session, now, actor, "partnership_changed", row.name, {BY_TELEPHONE: [before, chosen]})
    session.flush()
