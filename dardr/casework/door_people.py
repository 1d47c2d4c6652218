"""Who comes in by a link: contacts of bodies, chairs of reviews and readers asked by name, with no other way in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import OF_AGENCIES, ROLE_OF_CONTACT, asked_by_name
from dardr.storage.bodies import BodyContact, Partnership
from dardr.storage.people import Passkey, User, UserRole
from workflows.definition import Role

ROLES = OF_AGENCIES | {Role.INDEPENDENT_CHAIR}
"""Whoever holds any other role has an account, and comes in with it."""


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who comes by a link, and for what, by id: bodies, reviews they chair, what they were asked to read."""

    user: User
    bodies: frozenset[int]
    reviews: frozenset[int]
    asked: frozenset[int] = frozenset()


def comers(session: Session, now: datetime, addresses: Iterable[str]) -> dict[str, Comer]:
    """By address in small letters, those of them who come by a link. A contact has an account made, without a password.

    A few queries however many they are. Nobody who has left, who has a password, a passkey or a work account here, or
    who holds a role that needs an account.
    """
    wanted = sorted({one.strip().lower() for one in addresses if one.strip()})
    if not wanted:
        return {}
    bodies: dict[str, list[tuple[int, str, str]]] = {}
    for kind, body, name, email in session.execute(
        sa.select(BodyContact.kind, BodyContact.body_id, BodyContact.name, BodyContact.email)
        .where(sa.func.lower(BodyContact.email).in_(wanted))
        .order_by(BodyContact.id)
    ):
        if kind in ROLE_OF_CONTACT:
            bodies.setdefault(email.lower(), []).append((body, name, email))
    users = {
        user.email.lower(): user
        for user in session.scalars(sa.select(User).where(sa.func.lower(User.email).in_(wanted)))
    }
    for address in sorted(bodies.keys() - users.keys()):
        body, name, email = bodies[address][0]
        users[address] = make(session, now, email, name, body)
    by_link = having_no_other_way(session, users.values())
    held = _roles(session, by_link)
    read = asked_by_name(session, by_link)
    found: dict[str, Comer] = {}
    for address, user in users.items():
        if user.id not in by_link:
            continue
        grants = held.get(user.id, [])
        of = {body for body, _, _ in bodies.get(address, ())}
        of |= {body for role, body, _ in grants if role in OF_AGENCIES and body is not None}
        chaired = {record for role, _, record in grants if role is Role.INDEPENDENT_CHAIR and record is not None}
        found[address] = Comer(user, frozenset(of), frozenset(chaired), frozenset(read[user.id]))
    return found


def having_no_other_way(session: Session, users: Iterable[User]) -> set[int]:
    """Of these, by id, those who have no other way in than a link, and no role that asks for one."""
    bare = {
        user.id
        for user in users
        if user.active and not user.is_operator and user.password is None and user.sso_subject is None
    }
    if not bare:
        return set()
    keys = session.scalars(sa.select(Passkey.user_id).where(Passkey.user_id.in_(bare)))
    roles = session.scalars(
        sa.select(UserRole.user_id).where(
            UserRole.user_id.in_(bare), UserRole.role.not_in([str(role) for role in ROLES])
        )
    )
    return bare - set(keys) - set(roles)


def comes_by_link(session: Session, user: User) -> bool:
    """True for somebody recorded at a body, or chairing a review, who has no other way in than a link."""
    if user.id not in having_no_other_way(session, [user]):
        return False
    at_a_body = sa.select(BodyContact.id).where(sa.func.lower(BodyContact.email) == user.email.lower())
    return session.scalar(at_a_body.limit(1)) is not None or bool(_roles(session, [user.id]))


def make(session: Session, now: datetime, email: str, name: str, body_id: int | None) -> User:
    """An account without a password and without a role, for somebody who is sent a link."""
    user = User(
        email=email.strip(),
        name=name.strip() or email.strip(),
        partnership_id=session.scalar(sa.select(Partnership.id).where(Partnership.home.is_(True))),
        body_id=body_id,
        active=True,
        is_operator=False,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def _roles(session: Session, users: Iterable[int]) -> dict[int, list[tuple[Role, int | None, int | None]]]:
    found: dict[int, list[tuple[Role, int | None, int | None]]] = {}
    rows = session.execute(
        sa.select(UserRole.user_id, UserRole.role, UserRole.body_id, UserRole.record_id).where(
            UserRole.user_id.in_(list(users))
        )
    )
    for user, role, body, record in rows:
        found.setdefault(user, []).append((Role(role), body, record))
    return found
