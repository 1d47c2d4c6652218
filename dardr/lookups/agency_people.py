"""Who sees to what in an agency, and whom to write to there: as recorded, and as its people propose it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.passing_on import ASKED, GIVEN
from dardr.storage.agencies import ContactChange, PassedOn
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.people import User


@dataclass(frozen=True, slots=True)
class Passed:
    """One thing that is with a colleague, or that a lead is to agree to first."""

    row: PassedOn
    by: str

    @property
    def asked(self) -> bool:
        """Whether the lead is still to agree."""
        return self.row.state == ASKED


def passed_on(session: Session, record_ids: Iterable[int], body_ids: Iterable[int]) -> dict[int, list[Passed]]:
    """What is passed on of these records in the name of these bodies, by record."""
    rows = session.execute(
        sa.select(PassedOn, User.name)
        .join(User, User.id == PassedOn.passed_by)
        .where(
            PassedOn.record_id.in_(list(record_ids)),
            PassedOn.body_id.in_(list(body_ids)),
            PassedOn.state.in_((ASKED, GIVEN)),
        )
        .order_by(PassedOn.id)
    )
    found: dict[int, list[Passed]] = {}
    for row, name in rows:
        found.setdefault(row.record_id, []).append(Passed(row, name))
    return found


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of contacts that a body proposes: what is recorded now, what it would be, who proposes it."""

    row: ContactChange
    body: Body
    now: BodyContact | None
    by: str


def proposals(session: Session, body_ids: Iterable[int] | None = None) -> list[Proposal]:
    """The changes of contacts that wait for the team, of these bodies or of all, oldest first."""
    query = (
        sa.select(ContactChange, Body, BodyContact, User.name)
        .join(Body, Body.id == ContactChange.body_id)
        .join(User, User.id == ContactChange.proposed_by)
        .outerjoin(BodyContact, BodyContact.id == ContactChange.contact_id)
        .where(ContactChange.state == "waiting")
        .order_by(ContactChange.id)
    )
    if body_ids is not None:
        query = query.where(ContactChange.body_id.in_(list(body_ids)))
    return [Proposal(row, body, contact, by) for row, body, contact, by in session.execute(query)]


def contacts_of(session: Session, body: Body) -> list[BodyContact]:
    """Whom to write to at a body, in the order in which they were recorded."""
    return list(session.scalars(sa.select(BodyContact).where(BodyContact.body_id == body.id).order_by(BodyContact.id)))
