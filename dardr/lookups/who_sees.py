"""Who sees one review, and why: the same rules as everything else here, asked of each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from dardr.access import SEES_EVERY_REVIEW, SEES_IDENTITIES, roles_on, visible
from dardr.actors import Actor, Door, Grant, Purpose, load_actor, load_actors
from dardr.casework.administer.roles import label_of_role
from dardr.casework.door_people import having_no_other_way
from dardr.parts import contents_seen
from dardr.storage.bodies import Body, BodyContact, Csp
from dardr.storage.people import User, UserRole
from dardr.storage.reading import ConflictOfInterest, OpenedCase, ReadEvent
from dardr.storage.reviews import Record, RecordBody, RecordLink
from workflows.definition import Role

LAST_READS = 10


@dataclass(frozen=True, slots=True)
class Seer:
    """A person, the roles by which they see, and how much: the review, or only ``items`` that belong to it.

    ``says`` what their role shows of the review where that is a part.
    """

    name: str
    email: str
    why: tuple[str, ...]
    items: int
    identities: bool
    says: str = ""


@dataclass(frozen=True, slots=True)
class WhoSees:
    """Who sees the review, and who sees only something that belongs to it, by name."""

    whole: list[Seer]
    part: list[Seer]


def who_sees(session: Session, record: Record, now: datetime) -> WhoSees:
    """Everybody who may sign in and sees the review or part of it at ``now`` (UTC). A few small queries a person."""
    items = sa.select(RecordLink.item_id).where(RecordLink.review_id == record.id, RecordLink.kind == "item")
    users = session.scalars(
        sa.select(User).where(User.active.is_(True), User.is_operator.is_(False)).order_by(User.name, User.id)
    ).all()
    scopes = _scopes(session)
    by_link = _by_link(session, record, items, users)
    found = WhoSees([], [])
    for one in load_actors(session, users, now):
        actor = load_actor(session, one.id, now, EVERY_DOOR) if one.id in by_link else one
        around = sa.or_(Record.id == record.id, Record.id.in_(items))
        seen = set(session.scalars(sa.select(Record.id).where(around, visible(actor, in_part=True))))
        if not seen:
            continue
        contents = contents_seen(session, actor, record) if record.id in seen else None
        whole = record.id in seen and contents is None
        held = roles_on(session, actor, record) if record.id in seen else frozenset[Role]()
        why = tuple(_why(grant, scopes) for grant in actor.grants if _shows(actor, grant, record, held, whole=whole))
        if record.id in actor.opened:
            why += ("Administrator, who opened it for a reason",)
        seer = Seer(actor.name, actor.email, why, len(seen - {record.id}), bool(held & SEES_IDENTITIES))
        seer = replace(seer, says=contents.part) if contents else seer
        (found.whole if whole else found.part).append(seer)
    return found


EVERY_DOOR = Door(Purpose.AGENCY, with_code=True)
"""As far as a contact of a body can come by the link in an e-mail."""


def _by_link(session: Session, record: Record, items: sa.Select[int], users: Sequence[User]) -> set[int]:
    """The contacts of bodies that owe the review something who come by a link, and hold no role of their own."""
    bodies = sa.select(RecordBody.body_id).where(
        sa.or_(RecordBody.record_id == record.id, RecordBody.record_id.in_(items))
    )
    contacts = set(session.scalars(sa.select(sa.func.lower(BodyContact.email)).where(BodyContact.body_id.in_(bodies))))
    named = [user for user in users if user.email.lower() in contacts]
    bare = having_no_other_way(session, named)
    held = set(session.scalars(sa.select(UserRole.user_id).where(UserRole.user_id.in_(bare)))) if bare else set[int]()
    return bare - held


def _shows(actor: Actor, grant: Grant, record: Record, held: frozenset[Role], *, whole: bool) -> bool:
    """Whether a role as held is among the reasons."""
    if not whole:
        return True
    if grant.everywhere:
        return grant.role in SEES_EVERY_REVIEW & held
    if grant.record_id is not None:
        return grant.record_id == record.id
    return grant.role is Role.DECIDING_CHAIR and grant.role in held


def _scopes(session: Session) -> dict[tuple[str, int], str]:
    found = {("csp", one): name for one, name in session.execute(sa.select(Csp.id, Csp.name))}
    return found | {("body", one): name for one, name in session.execute(sa.select(Body.id, Body.name))}


def _why(grant: Grant, scopes: dict[tuple[str, int], str]) -> str:
    label = label_of_role(grant.role)
    if grant.record_id is not None:
        return f"{label}, for one review"
    if grant.csp_id is not None:
        return f"{label}, for {scopes.get(('csp', grant.csp_id), 'a local partnership')}"
    if grant.body_id is not None:
        return f"{label}, for {scopes.get(('body', grant.body_id), 'a body')}"
    return f"{label}, for everything"


def conflicts_on(session: Session, record: Record) -> list[dict[str, Any]]:
    """The conflicts of interest on a review: those that stand first, then those that have ended."""
    who, by, ended = aliased(User), aliased(User), aliased(User)
    rows = session.execute(
        sa.select(ConflictOfInterest, who.name, by.name, ended.name)
        .join(who, who.id == ConflictOfInterest.user_id)
        .join(by, by.id == ConflictOfInterest.recorded_by)
        .outerjoin(ended, ended.id == ConflictOfInterest.ended_by)
        .where(ConflictOfInterest.record_id == record.id)
        .order_by(ConflictOfInterest.ended_at.is_not(None), ConflictOfInterest.id.desc())
    )
    return [
        {
            "id": row.id,
            "name": name,
            "reason": row.reason,
            "by": recorded_by,
            "at": row.recorded_at,
            "ended_by": ended_by,
            "ended_at": row.ended_at,
        }
        for row, name, recorded_by, ended_by in rows
    ]


def openings_of(session: Session, record: Record, now: datetime) -> list[dict[str, Any]]:
    """Every time an administrator opened the review for a reason, newest first; ``open`` while it still is."""
    rows = session.execute(
        sa.select(OpenedCase, User.name)
        .join(User, User.id == OpenedCase.user_id)
        .where(OpenedCase.record_id == record.id)
        .order_by(OpenedCase.id.desc())
    )
    return [
        {"name": name, "reason": row.reason, "at": row.opened_at, "until": row.until_at, "open": row.until_at > now}
        for row, name in rows
    ]


def last_reads(session: Session, record: Record) -> list[ReadEvent]:
    """Who read identities or files of the review last, newest first."""
    return list(
        session.scalars(
            sa.select(ReadEvent).where(ReadEvent.record_id == record.id).order_by(ReadEvent.id.desc()).limit(LAST_READS)
        )
    )


def may_be_conflicted(session: Session, record: Record) -> list[tuple[str, str]]:
    """The people a conflict of interest may be recorded of, by name: address and name."""
    rows = session.execute(
        sa.select(User.email, User.name)
        .where(User.partnership_id == record.partnership_id, User.active.is_(True), User.is_operator.is_(False))
        .order_by(User.name, User.id)
    )
    return [(email, name) for email, name in rows]
