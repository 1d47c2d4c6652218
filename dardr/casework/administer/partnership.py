"""The partnership itself: who it is, and the choices it has made for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import ASSIGNED_ONLY, Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import a_key, a_name, an_email, home, require_administrator
from dardr.casework.notifiers import OUTSIDE_SETTING
from dardr.errors import Conflict, Invalid, Reason
from dardr.lookups.publication_choices import SETTING as WEBSITES
from dardr.storage.bodies import Partnership
from dardr.storage.people import User

LABELS = ("DARDR", "DHR")
"""What a review may be called here; new references begin with it."""
LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Choices:
    """The partnership's own choices. ``deciding`` says in words who decides, and who stands in.

    ``outside_notifications``: whether people without an account may notify a death by a link to their address.
    ``assigned_only``: whether a case manager sees only what they carry, what nobody carries, and what is granted.
    ``websites``: the names of the websites on which reports are published; what is on record keeps its name.
    """

    team_name: str
    team_email: str
    review_label: str
    action_plan_assured: bool
    deciding: str = ""
    support_contacts: tuple[str, ...] = ()
    outside_notifications: bool = True
    assigned_only: bool = False
    websites: tuple[str, ...] = ()


def begin(session: Session, actor: Actor, now: datetime, *, key: str, name: str) -> Partnership:
    """Make the partnership of an installation that has none, and put everybody who has no partnership into it.

    Raises Forbidden, Invalid, Conflict where there is one already.
    """
    require_administrator(actor)
    if session.scalar(sa.select(Partnership.id).where(Partnership.home.is_(True))) is not None:
        raise Conflict("This installation has its partnership already. Change its name and choices instead.")
    key, name = a_key(key), a_name(name)
    same_key = session.scalar(sa.select(Partnership).where(Partnership.key == key))
    same_name = session.scalar(sa.select(Partnership).where(sa.func.lower(Partnership.name) == name.lower()))
    row = same_name or same_key
    if row is None:
        row = Partnership(key=key, name=name, settings={})
        session.add(row)
    elif same_name is None:
        said = f"The short name {key} is that of {row.name}, which has published cases here. Choose another."
        raise Invalid([Reason(said, "key")])
    row.home = True
    session.flush()
    for user in session.scalars(sa.select(User).where(User.partnership_id.is_(None))):
        user.partnership_id = row.id
    note_change(session, now, actor, "partnership_begun", name, {"key": row.key})
    session.flush()
    return row


def change(session: Session, actor: Actor, now: datetime, chosen: Choices) -> Partnership:
    """Keep the team's name and address and the partnership's choices. Raises Forbidden, Invalid, Conflict."""
    require_administrator(actor)
    row = home(session)
    if chosen.review_label not in LABELS:
        raise Invalid([Reason(f"Choose what reviews are called: {' or '.join(LABELS)}.", "review_label")])
    lists = (chosen.support_contacts, chosen.websites)
    if len(chosen.deciding) > LONGEST_TEXT or any(sum(map(len, lines)) > LONGEST_TEXT for lines in lists):
        raise Invalid([Reason(f"Keep each answer to {LONGEST_TEXT} characters.", "deciding")])
    name = a_name(chosen.team_name, "team_name", "the name of the team") if chosen.team_name.strip() else ""
    email = an_email(chosen.team_email, "team_email") if chosen.team_email.strip() else ""
    own = dict(row.settings or {})
    before = {"team_name": row.team_name, "team_email": row.team_email, **own}
    own["review_label"] = chosen.review_label
    own["action_plan_assured"] = chosen.action_plan_assured
    own[OUTSIDE_SETTING] = chosen.outside_notifications
    _put(own, ASSIGNED_ONLY, chosen.assigned_only)
    _put(own, "deciding_arrangement", chosen.deciding.strip())
    _put(own, "support_contacts", [line for line in chosen.support_contacts if line.strip()])
    _put(own, WEBSITES, list(dict.fromkeys(line.strip() for line in chosen.websites if line.strip())))
    row.team_name, row.team_email, row.settings = name, email, own
    after = {"team_name": name, "team_email": email, **own}
    changed = {key: [before.get(key), after.get(key)] for key in after | before if before.get(key) != after.get(key)}
    if changed:
        note_change(session, now, actor, "partnership_changed", row.name, changed)
    session.flush()
    return row


def _put(own: dict[str, object], key: str, value: object) -> None:
    if value:
        own[key] = value
    else:
        own.pop(key, None)
