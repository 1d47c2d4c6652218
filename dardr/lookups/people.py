"""Who has access, with which roles, for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.door_people import having_no_other_way
from dardr.storage.bodies import Body, Csp
from dardr.storage.doors import DoorLink
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record
from workflows.definition import Role


def people(session: Session) -> list[dict[str, Any]]:
    """Everybody with an account and the roles they hold, by name; the command line's operator included."""
    users = session.execute(
        sa.select(User, Body.key).outerjoin(Body, Body.id == User.body_id).order_by(User.name, User.id)
    ).all()
    roles: dict[int, list[dict[str, Any]]] = {}
    rows = session.execute(
        sa.select(UserRole.user_id, UserRole.role, Csp.key, Body.key, Record.ref)
        .outerjoin(Csp, Csp.id == UserRole.csp_id)
        .outerjoin(Body, Body.id == UserRole.body_id)
        .outerjoin(Record, Record.id == UserRole.record_id)
        .order_by(UserRole.id)
    )
    for user_id, role, csp, body, ref in rows:
        roles.setdefault(user_id, []).append({"role": role, "csp": csp, "body": body, "review": ref})
    return [
        {
            "email": user.email,
            "name": user.name,
            "active": user.active,
            "operator": user.is_operator,
            "body": employer,
            "can_sign_in": user.password is not None and user.active,
            "roles": roles.get(user.id, []),
        }
        for user, employer in users
    ]


@dataclass(frozen=True, slots=True)
class Held:
    """One role somebody holds, and what for: the name of a CSP or body, or a reference; empty for everything."""

    number: int
    role: Role
    for_what: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, as those see them who look after accounts. ``by_link``: they have no other way in."""

    row: User
    body: str
    roles: tuple[Held, ...]
    by_link: bool = False

    def locked(self, now: datetime) -> bool:
        """True while the account waits after too many wrong passwords."""
        return self.row.locked_until is not None and self.row.locked_until > now


def accounts(
    session: Session,
    partnership_id: int,
    *,
    role: str = "",
    access: str = "",
    text: str = "",
    user_id: int | None = None,
) -> list[Person]:
    """People by name, without the command line's own; ``access`` is ``yes`` or ``left``, ``text`` part of a name."""
    query = (
        sa.select(User, Body.name)
        .outerjoin(Body, Body.id == User.body_id)
        .where(
            User.is_operator.is_(False), sa.or_(User.partnership_id == partnership_id, User.partnership_id.is_(None))
        )
        .order_by(sa.func.lower(User.name), User.id)
    )
    if role:
        query = query.where(User.id.in_(sa.select(UserRole.user_id).where(UserRole.role == role)))
    if access:
        query = query.where(User.active.is_(access == "yes"))
    if text:
        like = f"%{text.lower()}%"
        query = query.where(sa.or_(sa.func.lower(User.name).like(like), sa.func.lower(User.email).like(like)))
    if user_id is not None:
        query = query.where(User.id == user_id)
    rows = session.execute(query).all()
    roles: dict[int, list[Held]] = {}
    held = session.execute(
        sa.select(UserRole.user_id, UserRole.id, UserRole.role, Csp.name, Body.name, Record.ref)
        .outerjoin(Csp, Csp.id == UserRole.csp_id)
        .outerjoin(Body, Body.id == UserRole.body_id)
        .outerjoin(Record, Record.id == UserRole.record_id)
        .where(UserRole.user_id.in_([user.id for user, _ in rows]))
        .order_by(UserRole.id)
    )
    for owner, number, key, csp, body, ref in held:
        roles.setdefault(owner, []).append(Held(number, Role(key), csp or body or ref or ""))
    bare = having_no_other_way(session, [user for user, _ in rows])
    sent = set(session.scalars(sa.select(DoorLink.user_id).where(DoorLink.user_id.in_(bare)))) if bare else set[int]()
    return [Person(user, body or "", tuple(roles.get(user.id, ())), user.id in sent) for user, body in rows]
