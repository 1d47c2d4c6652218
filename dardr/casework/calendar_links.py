"""Links at which a calendar program reads dates without signing in: made, shown once, named, and taken back.

The link is the secret; only its hash is kept. Taking a link back is for good, and both are in the log of changes.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import date, datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.errors import Forbidden, Invalid, NotFound, Reason
from dardr.storage.bodies import Body
from dardr.storage.calendars import CalendarLink
from dardr.storage.engine import Database
from dardr.storage.people import User
from workflows.definition import Role

PERSON, BODY, TEAM = "person", "body", "team"
FOR_THE_TEAM = frozenset({Role.TEAM_MANAGER})
"""Who makes a link to the dates of the whole team: they see all of them."""
TAKES_BACK_ANY = frozenset({Role.TEAM_MANAGER, Role.ADMINISTRATOR})
MOST_LINKS = 10
"""Of one person, body or team at a time."""
LONGEST_LABEL = 100
SECRET_BYTES = 32
NOTED_EVERY = timedelta(days=1)
"""How exactly the last reading of a link is known."""


def hashed(secret: str) -> str:
    """What is kept of the secret of a link."""
    return sha256(secret.encode()).hexdigest()


def bodies_led(session: Session, actor: Actor, today: date) -> list[Body]:
    """The bodies, not ended on a London date, for which somebody is the lead, by name."""
    led = {g.body_id for g in actor.grants if g.role is Role.AGENCY_LEAD and g.body_id is not None}
    there = sa.or_(Body.until_on.is_(None), Body.until_on >= today)
    return list(session.scalars(sa.select(Body).where(Body.id.in_(led), there).order_by(Body.name, Body.id)))


def make_link(
    session: Session, actor: Actor, now: datetime, whose: str, label: str, *, today: date, body_id: int | None = None
) -> tuple[CalendarLink, str]:
    """A new link and its secret, which is never known again. ``now`` is an aware UTC instant, ``today`` its London day.

    Raises Forbidden where somebody may not make such a link, Invalid for its name or where there are enough already.
    """
    label = " ".join(label.split())
    if not label:
        raise Invalid([Reason("Give the link a name, so that you know later where it is used.", "label")])
    if len(label) > LONGEST_LABEL:
        raise Invalid([Reason(f"This name is longer than {LONGEST_LABEL} characters. Give a shorter one.", "label")])
    secret = secrets.token_urlsafe(SECRET_BYTES)
    link = CalendarLink(key_hash=hashed(secret), whose=whose, label=label, made_by=actor.id, made_at=now)
    if whose == PERSON:
        link.user_id = actor.id
        same = CalendarLink.user_id == actor.id
    elif whose == BODY and body_id in {body.id for body in bodies_led(session, actor, today)}:
        link.body_id = body_id
        same = CalendarLink.body_id == body_id
    elif whose == TEAM and actor.everywhere & FOR_THE_TEAM:
        link.partnership_id = actor.partnership_id
        same = CalendarLink.partnership_id == actor.partnership_id
    else:
        raise Forbidden("A link to these dates is made by the lead of the agency, or by the team's manager.")
    kept = session.scalar(sa.select(sa.func.count()).where(same, CalendarLink.revoked_at.is_(None)))
    if (kept or 0) >= MOST_LINKS:
        enough = f"There are {MOST_LINKS} links to these dates. Take back one that is not used any more."
        raise Invalid([Reason(enough, "label")])
    session.add(link)
    session.flush()
    note_change(session, now, actor, "calendar_link_made", f"Calendar link {link.id}", _said(link))
    return link, secret


def take_back(session: Session, actor: Actor, now: datetime, number: int, today: date) -> CalendarLink:
    """Take a link back, for good. Raises NotFound for one that is not theirs to take back, or was taken back."""
    link = session.get(CalendarLink, number, with_for_update=True)
    if link is None or link.revoked_at is not None or not _may_take_back(session, actor, link, today):
        raise NotFound("There is no such link, or it was taken back already.")
    link.revoked_at, link.revoked_by = now, actor.id
    note_change(session, now, actor, "calendar_link_taken_back", f"Calendar link {link.id}", _said(link))
    session.flush()
    return link


def _may_take_back(session: Session, actor: Actor, link: CalendarLink, today: date) -> bool:
    if link.user_id == actor.id or link.made_by == actor.id:
        return True
    if actor.everywhere & TAKES_BACK_ANY:
        maker = session.get(User, link.made_by)
        return maker is not None and maker.partnership_id == actor.partnership_id
    return link.body_id in {body.id for body in bodies_led(session, actor, today)}


def _said(link: CalendarLink) -> dict[str, object]:
    return {"whose": link.whose, "label": link.label, "body": link.body_id}


def note_reading(database: Database, now: datetime, number: int, last_read_at: datetime | None) -> None:
    """Keep that a link is in use, once a day. Where the database is busy it is not kept, and the reader is answered."""
    if last_read_at is not None and now - last_read_at < NOTED_EVERY:
        return
    with suppress(OperationalError), database.write() as session:
        session.execute(sa.update(CalendarLink).where(CalendarLink.id == number).values(last_read_at=now))
