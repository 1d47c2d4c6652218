"""Whose address an e-mail went to, as somebody may read it: the team and those who chair or check read every one.

Everybody else, such as the panel or another agency, reads their own and those of their own organisation; of others they
are told in which role somebody was written to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import roles_on_each
from dardr.actors import Actor
from dardr.storage.bodies import BodyContact
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record
from workflows.definition import PARTY_LABELS, Party, Role

READS_ADDRESSES = frozenset(
    {
        Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.INDEPENDENT_CHAIR, Role.DECIDING_CHAIR, Role.ADMINISTRATOR,
        Role.STEERING_MEMBER, Role.AUDITOR,
    }
)  # fmt: skip


class Addresses:
    """The addresses that one person reads on some records, which the caller has found to be theirs to see."""

    def __init__(self, session: Session, actor: Actor, records: Iterable[Record]) -> None:
        roles = roles_on_each(session, actor, records)
        roles_by_id: dict[int | None, frozenset[Role]] = {None: actor.everywhere, **roles}
        self._every = {one for one, held in roles_by_id.items() if held & READS_ADDRESSES}
        self._own = {actor.email.lower()}
        if len(self._every) < len(roles_by_id) and actor.body_ids:
            self._own |= _of_bodies(session, actor.body_ids)

    def shown(self, address: str, record_id: int | None) -> str | None:
        """An address that is written to about a record (None: about none), empty where nobody can be.

        None where it is not this person's to read.
        """
        return address if not address or record_id in self._every or address.lower() in self._own else None


def _of_bodies(session: Session, bodies: Iterable[int]) -> set[str]:
    contacts = sa.select(sa.func.lower(BodyContact.email)).where(BodyContact.body_id.in_(bodies))
    acts_for = sa.select(UserRole.user_id).where(UserRole.body_id.in_(bodies))
    accounts = sa.select(sa.func.lower(User.email)).where(sa.or_(User.body_id.in_(bodies), User.id.in_(acts_for)))
    return set(session.scalars(contacts.union(accounts)))


def mail_to(mail: dict[str, Any]) -> str:
    """To whom an e-mail goes: the address, in which role where that is not shown, or whose address is missing."""
    if mail["recipient"]:
        return str(mail["recipient"])
    kept = mail["recipient"] is None
    try:
        role = PARTY_LABELS[Party(mail["party"])]
    except ValueError:
        return "somebody whose address is not shown here" if kept else "no address is recorded"
    return role if kept else f"{role}, for whom no address is recorded"
