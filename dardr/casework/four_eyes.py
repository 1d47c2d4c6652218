"""Where the partnership asks for it, what a contact of an agency writes counts once the agency's lead signs it off."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import roles_on
from dardr.actors import Actor
from dardr.casework.facts import settings_of
from dardr.casework.leavers import leavers
from dardr.errors import Conflict
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record, RecordBody
from workflows.definition import Action, Role

SETTING = "agency_four_eyes"
"""The partnership's setting: true where an agency's lead signs off what its contacts write."""
PROCESSES = frozenset({"action", "action-share", "commissioner-reply", "section15-answer", "update-request"})
"""What is signed off in this way. A return to a review has a senior sign-off of its own."""
FREE = frozenset({"add_note", "ask_for_more_time"})
"""Steps that say nothing in the agency's name, or only ask."""
WRITTEN_BY = "_written_by"
"""Under what an event keeps the name of who wrote it. It is no fact: its name begins with an underscore."""


def asked_for(session: Session, partnership_id: int) -> bool:
    """Whether this partnership asks for a second pair of eyes."""
    return settings_of(session, partnership_id).get(SETTING) is True


def waits_for_lead(session: Session, actor: Actor, record: Record, action: Action) -> bool:
    """Whether what this person writes waits: they act as an agency's contact only, and the agency has a lead."""
    if record.process_key not in PROCESSES or action.key in FREE or actor.is_operator:
        return False
    if roles_on(session, actor, record) & action.roles != {Role.AGENCY_CONTACT}:
        return False
    return asked_for(session, record.partnership_id) and has_lead(session, owing(session, record))


def owing(session: Session, record: Record) -> list[int]:
    """The bodies a record is owed by, each followed by the bodies that took its place."""
    found = list(session.scalars(sa.select(RecordBody.body_id).where(RecordBody.record_id == record.id)))
    for one in found:  # grows while it is read
        after = session.scalar(sa.select(Body.successor_id).where(Body.id == one))
        if after is not None and after not in found:
            found.append(after)
    return found


def has_lead(session: Session, body_ids: list[int]) -> bool:
    """Whether anybody is known as a lead of one of these bodies: without one there is nobody to ask."""
    named = sa.select(BodyContact.email).where(BodyContact.body_id.in_(body_ids), BodyContact.kind == "lead")
    contacts = {address.strip().lower() for address in session.scalars(named)}
    holder = (
        sa.select(UserRole.id)
        .join(User, User.id == UserRole.user_id)
        .where(
            UserRole.body_id.in_(body_ids),
            UserRole.role == str(Role.AGENCY_LEAD),
            User.active.is_(True),
            User.is_operator.is_(False),
        )
        .limit(1)
    )
    return bool(contacts - leavers(session, contacts)) or session.scalar(holder) is not None


def refuse_unsigned(session: Session, actor: Actor, record: Record, action: Action) -> None:
    """Raises Conflict for what waits for a lead: it is kept for them (``sign_offs``), and never taken at once."""
    if waits_for_lead(session, actor, record, action):
        raise Conflict(
            f"“{action.label}” is signed off by the lead of your organisation first. Send it from the page of what you"
            " owe: it is kept there for them."
        )
