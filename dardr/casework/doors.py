"""Links that let one person in for one purpose, without a password: sent, opened once, ended.

A link is for one address. It is used up by the button on the page it opens, never by looking at that page; it ends
with its days, when a newer one for the same purpose goes out, when the team ends it, and when its person is no longer
recorded at their body. Where it shows case content, a code in a message of its own is asked for too. What a session
that a link opened may reach is in ``dardr.actors.Door``. The days and tries are the service's own; no Act sets them.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import get_record
from dardr.actors import Actor, Purpose
from dardr.casework import door_keys, outbox
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import an_email
from dardr.casework.door_people import comers, having_no_other_way, make
from dardr.casework.door_state import address_changed, asks, by_key, reaches
from dardr.casework.notices import base_url, link_to, team_frame
from dardr.casework.sign_ins import end_session
from dardr.errors import NotFound
from dardr.settings import get_settings
from dardr.storage.bodies import Body, Partnership
from dardr.storage.doors import DoorLink
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User, UserRole, WebSession
from dardr.storage.reviews import Record
from dardr.systime import london_date
from notifications.messages_of_doors import DoorLink as LinkMessage
from workflows import REVIEW_KEYS
from workflows.definition import Role

LINKS_AN_HOUR = 5
"""To one address where people ask themselves; asked for more often, nothing goes out and the page says the same."""
LINKS_AN_HOUR_IN_ALL = 120
PARTY = "door"
EMPTIED_AFTER = timedelta(hours=1)
"""So long after it was sent, what is kept of a code goes at night; it was of no use long before."""
NEWER, LEFT, TRIES, BY_TEAM, NO_NEED = "newer", "left", "tries", "team", "not needed"
"""Why a link was ended."""


# --- sending ------------------------------------------------------------------------------------------------


def send_link(
    session: Session,
    actor: Actor | None,
    now: datetime,
    *,
    email: str,
    purpose: Purpose = Purpose.AGENCY,
    name: str = "",
    body_id: int | None = None,
    record_id: int | None = None,
    sensitive: bool = False,
    asked: bool = False,
) -> DoorLink | None:
    """Write an e-mail with a link for one person and one purpose; an account is made where they have none.

    ``AGENCY`` opens what ``body_id``, or every body they are recorded at, owes; ``REPLY`` and ``RECORD`` open one
    record, ``RECORD`` for a colleague of ``body_id`` too who is not recorded there, or without a body for whoever was
    asked to read by name; ``CHAIR`` opens one review.
    ``sensitive`` asks for a code whatever is behind it. ``asked``: they asked for it themselves. None for somebody who
    has a password or a work account here: their e-mail leads to the page, where they sign in as themselves.

    Who may send is for the caller to ask. Raises Invalid for what is no address, NotFound for somebody who has left.
    """
    email = an_email(email)
    user = session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.lower()))
    if user is None:
        user = make(session, now, email, name, body_id)
    if not user.active or user.is_operator:
        raise NotFound(f"{email} has no access here any more. Give it back first.")
    by_link = user.id in having_no_other_way(session, [user])
    code = by_link and (sensitive or asks(session, user, purpose, body_id, record_id))
    until = now + timedelta(days=get_settings().door_days)
    message = LinkMessage(
        **_frame(session, purpose, record_id),
        opens=purpose.value,
        organisation=session.scalar(sa.select(Body.name).where(Body.id == body_id)) or "" if body_id else "",
        days=get_settings().door_days,
        until=london_date(until),
        code=code,
        asked=asked,
    )
    values = outbox.row(
        now, message, to=user.email, party=PARTY, record_id=record_id, dedupe=f"door:{user.id}:{secrets.token_hex(8)}"
    )
    number = outbox.insert_rows(session, [values])[values["dedupe_key"]]
    if not by_link:
        return None
    return made_for(
        session, now, user, purpose, number, values["dedupe_key"], body_id=body_id, record_id=record_id,
        needs_code=sensitive, made_by=actor.id if actor else None,
    )  # fmt: skip


def made_for(
    session: Session,
    now: datetime,
    user: User,
    purpose: Purpose,
    outbox_id: int,
    dedupe_key: str,
    *,
    body_id: int | None = None,
    record_id: int | None = None,
    needs_code: bool = False,
    made_by: int | None = None,
    secret: str | None = None,
) -> DoorLink:
    """Keep a link for the e-mail of this outbox row; those before it for the same purpose end, if nobody used them."""
    session.execute(
        sa.update(DoorLink)
        .where(
            DoorLink.user_id == user.id,
            DoorLink.purpose == str(purpose),
            DoorLink.body_id.is_not_distinct_from(body_id),
            DoorLink.record_id.is_not_distinct_from(record_id),
            DoorLink.used_at.is_(None),
            DoorLink.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_because=NEWER, code_hash="")
        .execution_options(synchronize_session=False)
    )
    link = DoorLink(
        key_hash=door_keys.hash_of_key(door_keys.key_of(outbox_id, dedupe_key, secret)),
        user_id=user.id,
        email=user.email,
        purpose=str(purpose),
        body_id=body_id,
        record_id=record_id,
        needs_code=needs_code,
        outbox_id=outbox_id,
        made_by=made_by,
        made_at=now,
        expires_at=now + timedelta(days=get_settings().door_days),
    )
    session.add(link)
    session.flush()
    return link


def page_frame(session: Session) -> dict[str, Any]:
    """The fields of a message about no record."""
    return _frame(session, Purpose.AGENCY, None)


def _frame(session: Session, purpose: Purpose, record_id: int | None) -> dict[str, Any]:
    record = session.get(Record, record_id) if record_id is not None else None
    home = session.scalar(sa.select(Partnership.id).where(Partnership.home.is_(True)))
    partnership = record.partnership_id if record else home
    if partnership is None:
        raise NotFound("There is no partnership here yet.")
    where = {Purpose.AGENCY: f"{base_url()}/agency", Purpose.CHAIR: f"{base_url()}/door/home"}
    link = where.get(purpose) or (link_to(record.ref, record.process_key) if record else f"{base_url()}/agency")
    ref = record.ref if record else "Your page"
    return {"ref": ref, "record": "Page", "link": link, **team_frame(session, partnership), "choose_link": ""}


def ask_for_link(session: Session, now: datetime, email: str) -> None:
    """Somebody asks for a link for their own address: it goes there, if they are somebody who comes by one.

    Nothing says whether they are. Nothing goes out where too many were asked for within the hour.
    """
    found = comers(session, now, [email]).get(email.strip().lower())
    if found is None or _too_many(session, now, found.user.id):
        return
    if found.bodies:
        send_link(session, None, now, email=found.user.email, asked=True)
    for review in sorted(found.reviews):
        send_link(session, None, now, email=found.user.email, purpose=Purpose.CHAIR, record_id=review, asked=True)
    for one in sorted(found.asked):
        send_link(session, None, now, email=found.user.email, purpose=Purpose.RECORD, record_id=one, asked=True)


def ask_again(session: Session, now: datetime, key: str) -> None:
    """A new link in place of this one, to the same address for the same purpose; nothing where it was taken back."""
    link = by_key(session, key)
    user = session.get(User, link.user_id) if link is not None else None
    if link is None or user is None or not user.active or address_changed(link, user):
        return
    if link.revoked_because in (BY_TEAM, LEFT, NO_NEED) or not reaches(session, link):
        return
    if _too_many(session, now, link.user_id):
        return
    send_link(
        session, None, now, email=user.email, purpose=Purpose(link.purpose), body_id=link.body_id,
        record_id=link.record_id, sensitive=link.needs_code, asked=True,
    )  # fmt: skip


def send_to_chairs(session: Session, actor: Actor, now: datetime, ref: str) -> list[str]:
    """Send the chairs of a review a link to its drafts; their names. Raises NotFound where nobody chairs it."""
    review = get_record(session, actor, ref)
    chairs = chairs_of(session, review)
    if not chairs or review.process_key not in REVIEW_KEYS:
        raise NotFound(f"Nobody chairs {ref} here yet. Record the chair first.")
    for chair in chairs:
        send_link(session, actor, now, email=chair.email, purpose=Purpose.CHAIR, record_id=review.id)
    return [chair.name for chair in chairs]


def chairs_of(session: Session, review: Record) -> list[User]:
    """Who holds the role of independent chair on a review, and still has access."""
    held = sa.select(User).join(UserRole, UserRole.user_id == User.id)
    chair = (UserRole.role == str(Role.INDEPENDENT_CHAIR), UserRole.record_id == review.id, User.active)
    return list(session.scalars(held.where(*chair).order_by(User.id)))


def _too_many(session: Session, now: datetime, user_id: int) -> bool:
    """Links sent by themselves within the hour; those that ordinary e-mails carried are not counted."""
    recent = (
        sa.select(sa.func.count())
        .select_from(DoorLink)
        .join(OutboxMessage, OutboxMessage.id == DoorLink.outbox_id)
        .where(DoorLink.made_at > now - timedelta(hours=1), OutboxMessage.message == LinkMessage.template)
    )
    if (session.scalar(recent) or 0) >= LINKS_AN_HOUR_IN_ALL:
        return True
    return (session.scalar(recent.where(DoorLink.user_id == user_id)) or 0) >= LINKS_AN_HOUR


# --- ending -------------------------------------------------------------------------------------------------


def revoke(session: Session, actor: Actor | None, now: datetime, link_id: int, because: str = BY_TEAM) -> DoorLink:
    """End a link, and the session it opened, from the next request on. Who may is for the caller. Raises NotFound."""
    link = session.get(DoorLink, link_id, with_for_update=True, populate_existing=True)
    if link is None:
        raise NotFound("There is no such link.")
    if link.revoked_at is None:
        _end(session, now, link, because)
        link.revoked_by = actor.id if actor else None
        note_change(session, now, actor, "door_link_ended", link.email, {"purpose": link.purpose, "because": because})
        session.flush()
    return link


def revoke_all(
    session: Session,
    now: datetime,
    email: str,
    because: str = LEFT,
    *,
    body_id: int | None = None,
    record_id: int | None = None,
) -> int:
    """End every link to an address, or those for one body or record, with the sessions they opened; how many."""
    query = sa.select(DoorLink).where(sa.func.lower(DoorLink.email) == email.strip().lower(), _NOT_ENDED)
    if body_id is not None:
        query = query.where(DoorLink.body_id == body_id)
    if record_id is not None:
        query = query.where(DoorLink.record_id == record_id)
    rows = session.scalars(query.with_for_update()).all()
    for link in rows:
        _end(session, now, link, because)
    session.flush()
    return len(rows)


_NOT_ENDED = DoorLink.revoked_at.is_(None)


def _end(session: Session, now: datetime, link: DoorLink, because: str) -> None:
    link.revoked_at, link.revoked_because, link.code_hash = now, because, ""
    if link.session_id is not None:
        end_session(session, now, link.session_id, "link ended", of=link.user_id)


def contact_left(session: Session, now: datetime, email: str) -> int:
    """Somebody was taken from a body's contacts: their links end that open nothing any more; how many."""
    ended = 0
    query = sa.select(DoorLink).where(sa.func.lower(DoorLink.email) == email.strip().lower(), _NOT_ENDED)
    for link in session.scalars(query.with_for_update()).all():
        if not reaches(session, link):
            _end(session, now, link, LEFT)
            ended += 1
    session.flush()
    return ended


def sweep(session: Session, now: datetime) -> int:
    """Each night: codes that are over are emptied, and links whose person is recorded nowhere any more are ended."""
    session.execute(
        sa.update(DoorLink)
        .where(DoorLink.code_hash != "", sa.or_(DoorLink.code_sent_at < now - EMPTIED_AFTER, DoorLink.expires_at < now))
        .values(code_hash="")
        .execution_options(synchronize_session=False)
    )
    going_on = sa.select(WebSession.id).where(WebSession.ended_at.is_(None))
    open_still = sa.and_(DoorLink.used_at.is_(None), DoorLink.expires_at > now)
    query = sa.select(DoorLink).where(_NOT_ENDED, sa.or_(open_still, DoorLink.session_id.in_(going_on)))
    ended = 0
    for link in session.scalars(query.with_for_update()).all():
        if not reaches(session, link):
            _end(session, now, link, LEFT)
            ended += 1
    session.flush()
    return ended
