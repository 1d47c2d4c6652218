"""The links to dates that somebody may see: their own, those of bodies they lead, and all others to look after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.calendar_links import BODY, PERSON, TAKES_BACK_ANY, bodies_led
from dardr.storage.bodies import Body
from dardr.storage.calendars import CalendarLink
from dardr.storage.people import User


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link in a list: its name, whose dates it shows, who made it and when, and when it was last read."""

    id: int
    label: str
    shows: str
    maker: str
    made_at: datetime
    last_read_at: datetime | None


def links_for(session: Session, actor: Actor, today: date) -> tuple[list[LinkLine], list[LinkLine]]:
    """The links that stand: those somebody made or answers for, and those that they may only take back.

    ``today`` is a London date.
    """
    led = [body.id for body in bodies_led(session, actor, today)]
    mine = sa.or_(CalendarLink.user_id == actor.id, CalendarLink.made_by == actor.id, CalendarLink.body_id.in_(led))
    own = _lines(session, actor, mine)
    if not actor.everywhere & TAKES_BACK_ANY:
        return own, []
    known = {one.id for one in own}
    here = User.partnership_id == actor.partnership_id
    return own, [one for one in _lines(session, actor, here) if one.id not in known]


def _lines(session: Session, actor: Actor, which: sa.ColumnElement[bool]) -> list[LinkLine]:
    rows = session.execute(
        sa.select(CalendarLink, User.name, Body.name)
        .join(User, User.id == CalendarLink.made_by)
        .outerjoin(Body, Body.id == CalendarLink.body_id)
        .where(CalendarLink.revoked_at.is_(None), which)
        .order_by(CalendarLink.made_at.desc(), CalendarLink.id.desc())
    )
    return [
        LinkLine(link.id, link.label, _shows(link, actor, maker, body), maker, link.made_at, link.last_read_at)
        for link, maker, body in rows
    ]


def _shows(link: CalendarLink, actor: Actor, maker: str, body: str | None) -> str:
    if link.whose == PERSON:
        return "your own dates" if link.user_id == actor.id else f"the dates of {maker}"
    return f"what {body} owes" if link.whose == BODY else "all running dates of the team"
