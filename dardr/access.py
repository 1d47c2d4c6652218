"""Who may see what, in one place. Every lookup of records uses ``visible``; every change uses ``roles_on``."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.errors import NotFound
from dardr.storage.bodies import Partnership
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record, RecordBody, RecordCsp, RecordLink
from workflows.definition import Role

OPERATOR_EMAIL = "operator@localhost"

SEES_EVERY_REVIEW = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.DECIDING_CHAIR, Role.AUDITOR})
"""Roles that, held for the whole partnership, show all its records."""

SEES_PLANS = frozenset({Role.STEERING_MEMBER})
SEES_NO_REVIEW = frozenset({Role.STEERING_MEMBER, Role.CSP_MEMBER, Role.AGENCY_CONTACT, Role.AGENCY_LEAD})
"""Roles that show actions, replies and returns, and never the list of reviews."""

PLAN_PROCESSES = ("action", "commissioner-reply", "section8-report")
"""What Steering Group members see: plans and replies, not the reviews behind them."""

OPEN_TO_ALL = ("historic",)
"""Published cases: seen by everyone who may sign in."""

SCOPE_NEEDED: dict[Role, str] = {
    Role.CSP_MEMBER: "csp",
    Role.INDEPENDENT_CHAIR: "review",
    Role.PANEL_MEMBER: "review",
    Role.AGENCY_CONTACT: "body",
    Role.AGENCY_LEAD: "body",
}
"""Roles that are held for one CSP, one review or one body, never for everything."""

SCOPE_POSSIBLE: dict[Role, str] = {Role.POLICE_LIAISON: "review", Role.COMMUNICATIONS: "review"}
"""Roles that may be held for one review, which they then show; held for everything they show none."""


SEES_IDENTITIES = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.INDEPENDENT_CHAIR})
"""Roles that, held on a review, show who the people in it are. A second factor is asked of everyone who holds one."""


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
    """The person acting or asking, with their roles. Loaded once per request or command."""

    id: int
    name: str
    email: str
    partnership_id: int | None
    body_ids: frozenset[int] = frozenset()
    grants: tuple[Grant, ...] = ()
    is_operator: bool = False
    everywhere: frozenset[Role] = field(default=frozenset())

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        return frozenset(g.role for g in self.grants)


def load_actor(session: Session, user_id: int) -> Actor:
    """The person of that id with their roles. Raises NotFound for nobody, or somebody no longer active."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotFound("There is no such person here, or they no longer have access.")
    return _actor(session, user)


def actor_by_email(session: Session, email: str) -> Actor:
    """The active person with that address. Raises NotFound."""
    user = session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))
    if user is None or not user.active:
        raise NotFound(f"Nobody with the address {email} has access here. Add them with: dardr user add")
    return _actor(session, user)


def _actor(session: Session, user: User) -> Actor:
    rows = session.execute(
        sa.select(UserRole.role, UserRole.csp_id, UserRole.body_id, UserRole.record_id).where(
            UserRole.user_id == user.id
        )
    )
    grants = tuple(Grant(Role(role), csp, body, record) for role, csp, body, record in rows)
    bodies = {g.body_id for g in grants if g.body_id is not None}
    if user.body_id is not None:
        bodies.add(user.body_id)
    return Actor(
        user.id,
        user.name,
        user.email,
        user.partnership_id,
        frozenset(bodies),
        grants,
        user.is_operator,
        frozenset(g.role for g in grants if g.everywhere),
    )


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
    return _actor(session, user)


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on ``Record`` under which this actor may see it."""
    if actor.everywhere & SEES_EVERY_REVIEW:
        return sa.or_(Record.partnership_id == actor.partnership_id, Record.process_key.in_(OPEN_TO_ALL))
    ways: list[sa.ColumnElement[bool]] = [Record.process_key.in_(OPEN_TO_ALL)]
    if actor.everywhere & SEES_PLANS:
        ways.append(sa.and_(Record.partnership_id == actor.partnership_id, Record.process_key.in_(PLAN_PROCESSES)))
    reviews = [g.record_id for g in actor.grants if g.record_id is not None]
    if reviews:
        ways.append(Record.id.in_(reviews))
        ways.append(
            Record.id.in_(
                sa.select(RecordLink.item_id).where(RecordLink.review_id.in_(reviews), RecordLink.kind == "item")
            )
        )
    csps = [g.csp_id for g in actor.grants if g.csp_id is not None]
    if csps:
        ways.append(
            sa.and_(
                Record.process_key.in_(PLAN_PROCESSES),
                Record.id.in_(sa.select(RecordCsp.record_id).where(RecordCsp.csp_id.in_(csps))),
            )
        )
    bodies = [
        g.body_id for g in actor.grants if g.body_id is not None and g.role in (Role.AGENCY_CONTACT, Role.AGENCY_LEAD)
    ]
    if bodies:
        ways.append(Record.id.in_(sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(bodies))))
    return sa.or_(*ways)


def get_record(session: Session, actor: Actor, ref: str, *, lock: bool = False) -> Record:
    """The record of that reference, if the actor may see it; locked for change where asked. Raises NotFound."""
    query = sa.select(Record).where(Record.ref == ref, visible(actor))
    if lock:
        query = query.with_for_update(of=Record).execution_options(populate_existing=True)
    record = session.scalar(query)
    if record is None:
        raise NotFound(f"There is no record {ref}, or it is not yours to see. Check the reference.")
    return record


def roles_on(session: Session, actor: Actor, record: Record) -> frozenset[Role]:
    """The roles this actor holds on this record: those held everywhere, and those held for its CSP, body or review."""
    if actor.is_operator or not any(not g.everywhere for g in actor.grants):
        return actor.everywhere
    roles = set(actor.everywhere)
    csps = set(session.scalars(sa.select(RecordCsp.csp_id).where(RecordCsp.record_id == record.id)))
    bodies = set(session.scalars(sa.select(RecordBody.body_id).where(RecordBody.record_id == record.id)))
    served = set(
        session.scalars(
            sa.select(RecordLink.review_id).where(RecordLink.item_id == record.id, RecordLink.kind == "item")
        )
    )
    served.add(record.id)
    for grant in actor.grants:
        if (
            (grant.csp_id is not None and grant.csp_id in csps)
            or (grant.body_id is not None and grant.body_id in bodies)
            or (grant.record_id is not None and grant.record_id in served)
        ):
            roles.add(grant.role)
    return frozenset(roles)
