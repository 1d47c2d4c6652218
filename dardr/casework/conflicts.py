"""Conflicts of interest: a person linked to somebody in a review sees nothing of it, whatever their roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import get_record, roles_on, visible
from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage import outbox as box
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from dardr.storage.reading import ConflictOfInterest
from dardr.storage.reviews import Record, RecordLink
from workflows import REVIEW_KEYS
from workflows.definition import Role

MANAGES_ACCESS = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER})
"""Who records a conflict of interest of somebody else, and the end of one. Anybody records their own."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded: whose conflict, whether it is the actor's own, and what somebody should look at now."""

    name: str
    own: bool
    warnings: tuple[str, ...]


def record_conflict(
    session: Session, actor: Actor, now: datetime, ref: str, reason: str, email: str | None = None
) -> Recorded:
    """Take the review ``ref`` and what serves it from somebody's sight, at ``now`` (UTC); from the actor's without
    ``email``. E-mails to them that wait are withdrawn.

    Raises NotFound, Forbidden (somebody else's is for those who manage the review), Invalid, Conflict.
    """
    review = _review(session, actor, ref)
    person = _person(session, actor, review, email)
    if not reason.strip():
        raise Invalid([Reason("Say how the person is linked to the review. Do not name anybody in it.", "reason")])
    if _standing(session, review.id, person.id):
        raise Conflict(f"A conflict of interest of {person.name} is recorded on {review.ref} already.")
    session.add(
        ConflictOfInterest(
            user_id=person.id, record_id=review.id, reason=reason.strip(), recorded_by=actor.id, recorded_at=now
        )
    )
    withdrawn = _withdraw_mail(session, now, review, person)
    _note(session, now, actor, "conflict_recorded", review, person, {"reason": reason.strip()})
    session.flush()
    return Recorded(person.name, person.id == actor.id, tuple(_to_look_at(session, actor, review, person, withdrawn)))


def end_conflict(session: Session, actor: Actor, now: datetime, ref: str, conflict_id: int, reason: str) -> str:
    """Record that a conflict of interest is no more, at ``now`` (UTC): their roles show them the review again.

    Returns the person's name. Raises NotFound, Forbidden, Invalid.
    """
    review = _review(session, actor, ref)
    _require_managing(session, actor, review)
    row = session.get(ConflictOfInterest, conflict_id)
    if row is None or row.record_id != review.id or row.ended_at is not None:
        raise NotFound("There is no such conflict of interest on this review, or it has ended already.")
    if not reason.strip():
        raise Invalid([Reason("Say why the conflict of interest is no more.", "reason")])
    person = session.get_one(User, row.user_id)
    for one in _standing(session, review.id, person.id):
        one.ended_by, one.ended_at = actor.id, now
    _note(session, now, actor, "conflict_ended", review, person, {"reason": reason.strip()})
    session.flush()
    return person.name


def _review(session: Session, actor: Actor, ref: str) -> Record:
    found = get_record(session, actor, ref, in_part=True)
    if found.process_key not in REVIEW_KEYS:
        raise Conflict("A conflict of interest is recorded on the review itself; it covers what serves the review.")
    return found


def _require_managing(session: Session, actor: Actor, review: Record) -> None:
    if not roles_on(session, actor, review) & MANAGES_ACCESS:
        raise Forbidden("A case manager or team manager of this review records that.")


def _person(session: Session, actor: Actor, review: Record, email: str | None) -> User:
    if email is None or email.strip().lower() == actor.email.lower():
        return session.get_one(User, actor.id)
    _require_managing(session, actor, review)
    found = session.scalar(
        sa.select(User).where(
            sa.func.lower(User.email) == email.strip().lower(),
            User.partnership_id == review.partnership_id,
            User.is_operator.is_(False),
        )
    )
    if found is None:
        raise Invalid([Reason("Choose the person from the list.", "person")])
    return found


def _standing(session: Session, record_id: int, user_id: int) -> list[ConflictOfInterest]:
    return list(
        session.scalars(
            sa.select(ConflictOfInterest).where(
                ConflictOfInterest.record_id == record_id,
                ConflictOfInterest.user_id == user_id,
                ConflictOfInterest.ended_at.is_(None),
            )
        )
    )


def _withdraw_mail(session: Session, now: datetime, review: Record, person: User) -> int:
    """E-mails about the review that have not gone yet do not go to this person."""
    items = sa.select(RecordLink.item_id).where(RecordLink.review_id == review.id, RecordLink.kind == "item")
    done = session.scalars(
        sa.update(OutboxMessage)
        .where(
            sa.or_(OutboxMessage.record_id == review.id, OutboxMessage.record_id.in_(items)),
            sa.func.lower(OutboxMessage.recipient) == person.email.lower(),
            OutboxMessage.status.in_((box.QUEUED, box.WAITING)),
        )
        .values(status=box.WITHDRAWN, settled_at=now)
        .returning(OutboxMessage.id)
    )
    return len(done.all())


def _note(
    session: Session, now: datetime, actor: Actor, what: str, review: Record, person: User, details: Mapping[str, str]
) -> None:
    note_change(session, now, actor, what, person.name, {"review": review.ref, **details})


def _to_look_at(session: Session, actor: Actor, review: Record, person: User, withdrawn: int) -> list[str]:
    found = []
    if review.case_manager_id == person.id:
        found.append(f"{person.name} carries this review. Name another case manager for it.")
    linked = session.scalars(
        sa.select(Record.ref)
        .join(RecordLink, sa.or_(RecordLink.item_id == Record.id, RecordLink.review_id == Record.id))
        .where(
            RecordLink.kind != "item",
            sa.or_(RecordLink.review_id == review.id, RecordLink.item_id == review.id),
            Record.id != review.id,
            visible(actor),
        )
        .distinct()
        .order_by(Record.ref)
    ).all()
    if linked:
        found.append(
            f"This review is linked with {', '.join(linked)}. Record the conflict there too, if it holds there."
        )
    if withdrawn:
        found.append(
            "One e-mail that had not gone yet was withdrawn."
            if withdrawn == 1
            else f"{withdrawn} e-mails that had not gone yet were withdrawn."
        )
    return found
