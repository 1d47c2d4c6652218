"""How a link stands, whose it is, and whether a code is asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import RETURN_PROCESSES, visible
from dardr.actors import Door, Purpose, load_actor
from dardr.casework import door_keys
from dardr.casework.door_people import having_no_other_way
from dardr.errors import NotFound
from dardr.storage.doors import DoorLink
from dardr.storage.people import User
from dardr.storage.reviews import Record


class State(StrEnum):
    """How a link stands: whatever is not ``WAITING`` opens nothing."""

    WAITING = "waiting"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ACCOUNT = "account"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """A link by its key: how it stands, and whose it is where that is known."""

    state: State
    link: DoorLink | None = None
    user: User | None = None


def find(session: Session, now: datetime, key: str) -> Found:
    """How the link with this key stands at ``now`` (UTC). Changes nothing."""
    return stands(session, now, by_key(session, key))


def asks_for_code(session: Session, link: DoorLink, user: User) -> bool:
    """True where a code is needed: asked for with the link, a chair's, or case content is owed behind it."""
    return link.needs_code or asks(session, user, Purpose(link.purpose), link.body_id, link.record_id)


def waiting(session: Session, now: datetime, key: str) -> tuple[DoorLink, User]:
    """A link that waits to be opened, locked, and its person. Raises NotFound for any other."""
    found = stands(session, now, by_key(session, key, lock=True))
    if found.state is not State.WAITING or found.link is None or found.user is None:
        raise NotFound("This link opens nothing any more. Ask for a new one.")
    return found.link, found.user


def by_key(session: Session, key: str, *, lock: bool = False) -> DoorLink | None:
    """The link with this key, locked for change where asked."""
    query = sa.select(DoorLink).where(DoorLink.key_hash == door_keys.hash_of_key(key))
    if lock:  # of two at once, the second finds it used
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def stands(session: Session, now: datetime, link: DoorLink | None) -> Found:
    """How a link stands at ``now`` (UTC)."""
    user = session.get(User, link.user_id) if link is not None else None
    if link is None or user is None:
        return Found(State.UNKNOWN)
    if link.revoked_at is not None or not user.active or address_changed(link, user):
        return Found(State.REVOKED, link, user)
    if link.used_at is not None:
        return Found(State.USED, link, user)
    if now >= link.expires_at or now < link.made_at:
        return Found(State.EXPIRED, link, user)
    if user.id not in having_no_other_way(session, [user]):
        return Found(State.ACCOUNT, link, user)
    if not reaches(session, link):
        return Found(State.REVOKED, link, user)
    return Found(State.WAITING, link, user)


def address_changed(link: DoorLink, user: User) -> bool:
    """Whether its person has another address by now: a link is for the one it was sent to."""
    return link.email.lower() != user.email.lower()


def reaches(session: Session, link: DoorLink) -> bool:
    """Whether anything is left of what the link was for: its person is still recorded there."""
    door = Door(Purpose(link.purpose), link.body_id, link.record_id, True, link.id)
    return bool(load_actor(session, link.user_id, None, door).grants)


def asks(session: Session, user: User, purpose: Purpose, body_id: int | None, record_id: int | None) -> bool:
    """Whether what such a link opens holds case content: a chair's review, a return or comments that are owed."""
    if purpose is Purpose.CHAIR:
        return True
    actor = load_actor(session, user.id, None, Door(purpose, body_id, record_id, True))
    owed = sa.select(Record.id).where(visible(actor), Record.process_key.in_(RETURN_PROCESSES))
    if purpose is Purpose.AGENCY:
        owed = owed.where(Record.final.is_(False))
    return session.scalar(owed.limit(1)) is not None
