"""Links as staff see them, and whose a link is as whoever opened it may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from dardr.actors import Actor, Purpose
from dardr.casework.doors import BY_TEAM, LEFT, NEWER, NO_NEED, TRIES
from dardr.casework.sign_ins import why_over
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.doors import DoorLink
from dardr.storage.people import User, WebSession
from dardr.storage.reviews import Record

MOST = 200
"""Links on one page, the newest first."""

WHAT_IT_OPENS = {
    Purpose.AGENCY: "everything that is asked of their organisation",
    Purpose.REPLY: "a reply to the Domestic Abuse Commissioner",
    Purpose.RECORD: "one thing that they were asked for",
    Purpose.CHAIR: "the drafts and papers of the review they chair",
}
WHY_ENDED = {
    NEWER: "a newer link took its place",
    LEFT: "not a contact there any more",
    TRIES: "five wrong codes",
    BY_TEAM: "ended by the team",
    NO_NEED: "not needed any more",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One link as staff see it: never its key, and never a code. ``waits``: it can still be opened."""

    id: int
    email: str
    opens: str
    ref: str
    body: str
    made_at: datetime
    made_by: str
    expires_at: datetime
    used_at: datetime | None
    stands: str
    waits: bool
    inside: bool
    wants_code: bool


def links(session: Session, actor: Actor, now: datetime, *, body: Body | None = None) -> list[Link]:
    """Links of the partnership, the newest first; of the contacts of one body, or for it, where ``body`` is given."""
    maker = aliased(User)
    query = (
        sa.select(DoorLink, User, Record.ref, Body.name, maker.name, WebSession)
        .join(User, User.id == DoorLink.user_id)
        .outerjoin(Record, Record.id == DoorLink.record_id)
        .outerjoin(Body, Body.id == DoorLink.body_id)
        .outerjoin(maker, maker.id == DoorLink.made_by)
        .outerjoin(WebSession, WebSession.id == DoorLink.session_id)
        .where(User.partnership_id == actor.partnership_id)
        .order_by(DoorLink.made_at.desc(), DoorLink.id.desc())
        .limit(MOST)
    )
    if body is not None:
        contacts = sa.select(sa.func.lower(BodyContact.email)).where(BodyContact.body_id == body.id)
        there = sa.func.lower(DoorLink.email).in_(contacts)
        query = query.where(sa.or_(DoorLink.body_id == body.id, User.body_id == body.id, there))
    return [_shown(*row, now=now) for row in session.execute(query)]


def _shown(
    link: DoorLink,
    user: User,
    ref: str | None,
    body: str | None,
    made_by: str | None,
    opened: WebSession | None,
    *,
    now: datetime,
) -> Link:
    inside = opened is not None and link.revoked_at is None and not why_over(opened, now)
    waits = link.used_at is None and link.revoked_at is None and now < link.expires_at and user.active
    if link.revoked_at is not None:
        stands = f"ended: {WHY_ENDED.get(link.revoked_because, link.revoked_because)}"
    elif inside:
        stands = "opened, and being used"
    elif link.used_at is not None:
        stands = "used"
    else:
        stands = "waits to be opened" if waits else "over"
    return Link(
        id=link.id,
        email=link.email,
        opens=WHAT_IT_OPENS[Purpose(link.purpose)],
        ref=ref or "",
        body=body or "",
        made_at=link.made_at,
        made_by=made_by or "by itself, with an e-mail",
        expires_at=link.expires_at,
        used_at=link.used_at,
        stands=stands,
        waits=waits,
        inside=inside,
        wants_code=waits and link.code_sent_at is None,
    )


def masked(email: str) -> str:
    """An address of which its owner knows that it is theirs, and nobody else learns whose it is."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"
