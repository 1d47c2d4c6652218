"""Bodies as those see them who look after them: who they are, who can be written to, what they owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import roles_on, visible
from dardr.actors import Actor
from dardr.casework.leavers import listed_leavers
from dardr.lookups.names import FormerNames
from dardr.lookups.records import label_of
from dardr.storage.bodies import Body, BodyContact, Csp
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record, RecordBody
from workflows.definition import Role

HAND_OVER = ("transfer", "record_on_behalf")
"""Actions by which an open item is handed to another body, or another body answers for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One body in the list."""

    row: Body
    ended: bool
    successor: str
    contacts: int
    owes: int

    @property
    def unreachable(self) -> bool:
        """True where nobody there can be written to although the body goes on."""
        return not self.ended and not self.contacts


@dataclass(frozen=True, slots=True)
class Owed:
    """One open item of a body, and the actions by which this person may hand it over."""

    record: Record
    label: str
    stage: str
    hand_over: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OneBody:
    """Everything the page of a body shows."""

    row: Body
    ended: bool
    successor: Body | None
    came_from: list[Body]
    former: list[tuple[date, str]]
    contacts: list[BodyContact]
    people: list[User]
    owed: list[Owed]
    owed_unseen: int
    left: frozenset[str] = frozenset()

    @property
    def unreachable(self) -> bool:
        """True where nobody there can be written to although the body goes on."""
        there = [one for one in self.contacts if one.email.lower() not in self.left]
        return not self.ended and not there and not self.people


def ended(row: Body | Csp, today: date) -> bool:
    """True from the day after its last day."""
    return row.until_on is not None and row.until_on < today


def bodies(session: Session, partnership_id: int, today: date) -> list[Line]:
    """Every body of a partnership by name, with how many contacts it has and how many open items it owes."""
    there = sa.func.lower(BodyContact.email).not_in(listed_leavers())
    named = sa.select(BodyContact.body_id, sa.func.count()).where(there).group_by(BodyContact.body_id)
    contacts = _counted(session, named)
    for body_id, count in _holders(session):
        contacts[body_id] = contacts.get(body_id, 0) + count
    owes = _counted(
        session,
        sa.select(RecordBody.body_id, sa.func.count())
        .join(Record, Record.id == RecordBody.record_id)
        .where(Record.final.is_(False))
        .group_by(RecordBody.body_id),
    )
    rows = list(session.scalars(sa.select(Body).where(Body.partnership_id == partnership_id).order_by(Body.name)))
    called = {row.id: row.name for row in rows}
    return [
        Line(
            row, ended(row, today), called.get(row.successor_id or 0, ""), contacts.get(row.id, 0), owes.get(row.id, 0)
        )
        for row in rows
    ]


def bodies_naming(session: Session, email: str) -> list[Body]:
    """The bodies that name an address as a contact, by name."""
    named = sa.select(BodyContact.body_id).where(sa.func.lower(BodyContact.email) == email.strip().lower())
    return list(session.scalars(sa.select(Body).where(Body.id.in_(named)).order_by(Body.name)))


def _counted(session: Session, query: sa.Select[int, int]) -> dict[int, int]:
    return {key: count for key, count in session.execute(query)}


def _holders(session: Session) -> list[tuple[int, int]]:
    """How many people hold a role of an agency for each body."""
    rows = session.execute(
        sa.select(UserRole.body_id, sa.func.count(sa.distinct(User.id)))
        .join(User, User.id == UserRole.user_id)
        .where(UserRole.body_id.is_not(None), User.active.is_(True), User.is_operator.is_(False))
        .group_by(UserRole.body_id)
    )
    return [(body_id, count) for body_id, count in rows if body_id is not None]


def one_body(session: Session, actor: Actor, row: Body, today: date) -> OneBody:
    """One body with its names, contacts, people and open items; items this person may not see are only counted."""
    contacts = session.scalars(sa.select(BodyContact).where(BodyContact.body_id == row.id).order_by(BodyContact.id))
    people = session.scalars(
        sa.select(User)
        .where(
            User.active.is_(True),
            User.is_operator.is_(False),
            sa.or_(
                User.body_id == row.id,
                User.id.in_(
                    sa.select(UserRole.user_id).where(
                        UserRole.body_id == row.id,
                        UserRole.role.in_([str(Role.AGENCY_CONTACT), str(Role.AGENCY_LEAD)]),
                    )
                ),
            ),
        )
        .order_by(User.name)
    )
    owing = sa.select(RecordBody.record_id).where(RecordBody.body_id == row.id)
    seen = list(
        session.scalars(
            sa.select(Record).where(Record.id.in_(owing), Record.final.is_(False), visible(actor)).order_by(Record.id)
        )
    )
    count = session.scalar(
        sa.select(sa.func.count()).select_from(Record).where(Record.id.in_(owing), Record.final.is_(False))
    )
    return OneBody(
        row,
        ended(row, today),
        session.get(Body, row.successor_id) if row.successor_id else None,
        list(session.scalars(sa.select(Body).where(Body.successor_id == row.id).order_by(Body.name))),
        FormerNames(session, "body", [row.id]).all_of(row.id),
        list(contacts),
        list(people),
        [_owed(session, actor, record) for record in seen],
        (count or 0) - len(seen),
        frozenset(session.scalars(listed_leavers())),
    )


def _owed(session: Session, actor: Actor, record: Record) -> Owed:
    process = workflows.get(record.process)
    roles = roles_on(session, actor, record)
    offered = tuple(
        (action.key, action.label)
        for action in process.actions
        if action.key in HAND_OVER and record.stage in action.source and action.roles & roles
    )
    return Owed(record, label_of(record) or process.label, process.stage(record.stage).label, offered)
