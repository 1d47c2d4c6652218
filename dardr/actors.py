"""Who is acting or asking: a person with the roles they hold, loaded once for each request or command."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.errors import NotFound
from dardr.storage.bodies import Body, Partnership
from dardr.storage.people import User, UserRole
from dardr.storage.reading import ConflictOfInterest, OpenedCase
from workflows.definition import Role

OPERATOR_EMAIL = "operator@localhost"

ASSIGNED_ONLY = "case_managers_see_assigned_only"
"""The partnership's setting that shows case managers only what they carry, what nobody carries, and what is granted."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role as held: for everything, or for one CSP, body or record."""

    role: Role
    csp_id: int | None = None
    body_id: int | None = None
    record_id: int | None = None

    @property
    def everywhere(self) -> bool:
        """True for a role held for the whole partnership."""
        return self.csp_id is None and self.body_id is None and self.record_id is None


@dataclass(frozen=True, slots=True)
class Actor:
    """The person acting or asking, with their roles. Loaded once per request or command.

    ``conflicts`` are the records hidden from them whatever their roles; ``opened`` the reviews an administrator opened
    for a reason that still stands. ``assigned_only``: as a case manager they see what is carried by them or nobody.
    """

    id: int
    name: str
    email: str
    partnership_id: int | None
    body_ids: frozenset[int] = frozenset()
    grants: tuple[Grant, ...] = ()
    is_operator: bool = False
    everywhere: frozenset[Role] = field(default=frozenset())
    conflicts: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    assigned_only: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        return frozenset(g.role for g in self.grants)


def load_actor(session: Session, user_id: int, now: datetime | None = None) -> Actor:
    """The person of that id with their roles. Raises NotFound for nobody, or somebody no longer active.

    ``now`` (UTC) decides which reviews are still open to an administrator; without it none is.
    """
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotFound("There is no such person here, or they no longer have access.")
    return load_actors(session, [user], now)[0]


def actor_by_email(session: Session, email: str, now: datetime | None = None) -> Actor:
    """The active person with that address; ``now`` as for ``load_actor``. Raises NotFound."""
    user = session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))
    if user is None or not user.active:
        raise NotFound(f"Nobody with the address {email} has access here. Add them with: dardr user add")
    return load_actors(session, [user], now)[0]


def load_actors(session: Session, users: Iterable[User], now: datetime | None = None) -> list[Actor]:
    """Several people with their roles, in a number of queries that does not depend on how many they are."""
    wanted = {user.id: user for user in users}
    grants: dict[int, list[Grant]] = {one: [] for one in wanted}
    for user_id, role, csp, body, record in session.execute(
        sa.select(UserRole.user_id, UserRole.role, UserRole.csp_id, UserRole.body_id, UserRole.record_id)
        .where(UserRole.user_id.in_(wanted))
        .order_by(UserRole.id)
    ):
        grants[user_id].append(Grant(Role(role), csp, body, record))
    _add_bodies_taken_over(session, grants)
    conflicts, opened = _exceptions(session, list(wanted), now)
    narrowed = _narrowed(session, wanted.values(), grants)
    return [
        Actor(
            user.id,
            user.name,
            user.email,
            user.partnership_id,
            frozenset(body for body in (user.body_id, *(g.body_id for g in held)) if body is not None),
            tuple(held),
            user.is_operator,
            frozenset(g.role for g in held if g.everywhere),
            frozenset(conflicts.get(user.id, ())),
            frozenset(opened.get(user.id, ())) if any(g.role is Role.ADMINISTRATOR for g in held) else frozenset(),
            not user.is_operator and user.partnership_id in narrowed,
        )
        for user, held in ((wanted[one], grants[one]) for one in wanted)
    ]


def _add_bodies_taken_over(session: Session, grants: dict[int, list[Grant]]) -> None:
    """Whoever answers for a body answers for the bodies it took the place of."""
    bodies = {g.body_id for held in grants.values() for g in held if g.body_id is not None}
    if not bodies:
        return
    before: dict[int, list[int]] = {}
    rows = session.execute(sa.select(Body.id, Body.successor_id).where(Body.successor_id.is_not(None)))
    for body, successor in rows:
        before.setdefault(successor or 0, []).append(body)
    for held in grants.values():
        known = {(g.role, g.body_id) for g in held}
        for grant in held:  # grows while it is read: what a taken-over body took over itself comes along
            for body in before.get(grant.body_id or 0, ()):
                if (grant.role, body) not in known:
                    known.add((grant.role, body))
                    held.append(Grant(grant.role, body_id=body))


def _exceptions(
    session: Session, users: list[int], now: datetime | None
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """What is hidden from people by a conflict of interest, and what was opened for a reason: record ids by person."""
    found: tuple[dict[int, set[int]], dict[int, set[int]]] = ({}, {})
    queries: list[Any] = [
        sa.select(ConflictOfInterest.user_id, ConflictOfInterest.record_id, sa.literal(0)).where(
            ConflictOfInterest.user_id.in_(users), ConflictOfInterest.ended_at.is_(None)
        )
    ]
    if now is not None:
        queries.append(
            sa.select(OpenedCase.user_id, OpenedCase.record_id, sa.literal(1)).where(
                OpenedCase.user_id.in_(users), OpenedCase.until_at > now
            )
        )
    rows: Any = session.execute(sa.union_all(*queries))
    for user_id, record_id, which in rows:
        found[which].setdefault(user_id, set()).add(record_id)
    return found


def _narrowed(session: Session, users: Iterable[User], grants: dict[int, list[Grant]]) -> set[int]:
    """The partnerships of these case managers in which a case manager sees only what they carry."""
    wanted = {
        user.partnership_id
        for user in users
        if user.partnership_id is not None and Grant(Role.CASE_MANAGER) in grants[user.id]
    }
    if not wanted:
        return set()
    rows = session.execute(sa.select(Partnership.id, Partnership.settings).where(Partnership.id.in_(wanted)))
    return {one for one, settings in rows if settings.get(ASSIGNED_ONLY) is True}


def operator(session: Session, now: datetime) -> Actor:
    """The command line's own person: one person who holds every role, recorded as such. Made on first use."""
    user = session.scalar(sa.select(User).where(User.is_operator.is_(True)))
    if user is None:
        home = session.scalar(sa.select(Partnership.id).where(Partnership.home.is_(True)))
        user = User(
            email=OPERATOR_EMAIL,
            name="Operator (command line)",
            partnership_id=home,
            is_operator=True,
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            created_at=now,
        )
        session.add(user)
        session.flush()
        session.add_all(UserRole(user_id=user.id, role=str(role)) for role in Role)
        session.flush()
    elif user.partnership_id is None:
        user.partnership_id = session.scalar(sa.select(Partnership.id).where(Partnership.home.is_(True)))
        session.flush()
    return load_actors(session, [user])[0]
