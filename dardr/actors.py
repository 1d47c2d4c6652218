"""Who is acting or asking: a person with the roles they hold, loaded once for each request or command."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.errors import NotFound
from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.doors import DoorLink
from dardr.storage.people import User, UserRole
from dardr.storage.reading import ConflictOfInterest, OpenedCase
from dardr.storage.reviews import Record
from workflows.definition import Role
from workflows.processes.comment_request_1.giving import EXCUSED

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


class Purpose(StrEnum):
    """What a link opens: all that bodies owe, one reply to the Commissioner, one record, one review for its chair."""

    AGENCY = "agency"
    REPLY = "reply"
    RECORD = "record"
    CHAIR = "chair"


STEPS_ON_DRAFTS = frozenset({"record_version", "answer_comments", "close_round", "reopen_round"})
STEPS_ON_PAPERS = frozenset({"draft_terms", "record_minutes", "check_quality", "query_return", "file_document"})
STEPS_OF_A_CHAIR = STEPS_ON_DRAFTS | STEPS_ON_PAPERS
"""What an independent chair who came by a link may do: hand in the next version, and answer what was said of the last;
hand in terms, minutes and other documents; say of a return whether it is enough, or what is asked about it."""


@dataclass(frozen=True, slots=True)
class Door:
    """What a session that a link opened may reach: never more, whatever roles its person holds.

    ``with_code``: the code of a message of its own was given, without which nothing with case content is shown.
    """

    purpose: Purpose
    body_id: int | None = None
    record_id: int | None = None
    with_code: bool = False
    link_id: int = 0

    def may_take(self, action_key: str) -> bool:
        """Whether a step can be taken by whoever came through it: a chair hands in and answers, no more."""
        return self.purpose is not Purpose.CHAIR or action_key in STEPS_OF_A_CHAIR

    @property
    def one_record(self) -> int | None:
        """The only record that is shown, where the link is for one."""
        return self.record_id if self.purpose in (Purpose.REPLY, Purpose.RECORD) else None


OF_AGENCIES = frozenset({Role.AGENCY_CONTACT, Role.AGENCY_LEAD})
ROLE_OF_CONTACT = {
    "contact": Role.AGENCY_CONTACT,
    "lead": Role.AGENCY_LEAD,
    "executive": Role.AGENCY_LEAD,
    "steering": Role.AGENCY_CONTACT,
    "substitute": Role.AGENCY_CONTACT,
}
"""What somebody who comes by a link is for a body, by what they are recorded as there."""


def door_of(link: DoorLink) -> Door:
    """What the session that a link opened may reach."""
    return Door(Purpose(link.purpose), link.body_id, link.record_id, link.with_code, link.id)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person acting or asking, with their roles. Loaded once per request or command.

    ``conflicts`` are the records hidden from them whatever their roles; ``opened`` the reviews an administrator opened
    for a reason that still stands. ``assigned_only``: as a case manager they see what is carried by them or nobody.
    ``door``: they came by a link, and reach what it is for.
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
    door: Door | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        return frozenset(g.role for g in self.grants)


def load_actor(session: Session, user_id: int, now: datetime | None = None, door: Door | None = None) -> Actor:
    """The person of that id with their roles. Raises NotFound for nobody, or somebody no longer active.

    ``now`` (UTC) decides which reviews are still open to an administrator; without it none is. ``door``: they came by
    a link, and hold only what it is for.
    """
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotFound("There is no such person here, or they no longer have access.")
    found = load_actors(session, [user], now)[0]
    return found if door is None else _through(session, found, door)


def _through(session: Session, actor: Actor, door: Door) -> Actor:
    """The same person as they come through a door: the roles that it is for, and no other.

    A contact of a body is that as long as they are recorded there: nothing is left of it once they are not.
    """
    if door.purpose is Purpose.CHAIR:
        kept = [g for g in actor.grants if g.role is Role.INDEPENDENT_CHAIR and g.record_id == door.record_id]
    else:
        kept = [g for g in actor.grants if g.role in OF_AGENCIES and g.body_id is not None]
        contacts = session.execute(
            sa.select(BodyContact.kind, BodyContact.body_id)
            .where(sa.func.lower(BodyContact.email) == actor.email.lower())
            .order_by(BodyContact.id)
        )
        kept += [Grant(ROLE_OF_CONTACT[kind], body_id=body) for kind, body in contacts if kind in ROLE_OF_CONTACT]
        if door.body_id is not None:
            kept = [g for g in kept if g.body_id == door.body_id]
        if not kept and door.purpose is Purpose.RECORD and door.body_id is not None:
            kept = [Grant(Role.AGENCY_CONTACT, body_id=door.body_id)]  # a colleague asked for one thing
        if door.purpose is Purpose.RECORD and door.body_id is None:
            kept = [Grant(Role.PERSON_ASKED, record_id=one) for one in asked_by_name(session, [actor.id])[actor.id]]
            kept = [one for one in kept if one.record_id == door.record_id]
        kept = list(dict.fromkeys(kept))
        _add_bodies_taken_over(session, {actor.id: kept})
    bodies = frozenset(g.body_id for g in kept if g.body_id is not None)
    return replace(
        actor, grants=tuple(kept), everywhere=frozenset(), opened=frozenset(), body_ids=bodies, assigned_only=False,
        door=door,
    )  # fmt: skip


READS_BY_NAME = "reader-request"


def asked_by_name(session: Session, user_ids: Iterable[int]) -> dict[int, set[int]]:
    """What each of these people was asked to read by name, by the ids of records: as long as the round waits for them
    or has their comments."""
    found: dict[int, set[int]] = {one: set() for one in user_ids}
    query = sa.select(Record.case_manager_id, Record.id).where(
        Record.process_key == READS_BY_NAME, Record.case_manager_id.in_(found), Record.stage != EXCUSED
    )
    for user_id, record_id in session.execute(query):
        found[user_id or 0].add(record_id)
    return found


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


def by_the_calendar(session: Session, now: datetime) -> Actor:
    """dardr itself, taking a step that people planned for a day: as the operator may, under a name that says so."""
    return replace(operator(session, now), name="dardr, on the day planned")
