"""What people of an agency wrote and their lead is still to sign off, as the lead and the writer see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.sign_offs import may_sign
from dardr.storage.doors import SENT_BACK, WAITING, ForSignOff
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, Record
from workflows.definition import Action


@dataclass(frozen=True, slots=True)
class Written:
    """One answer that waits: on which record, which step, by whom.

    ``moved``: the record is not as it was then; ``changed`` is what was done there since.
    """

    row: ForSignOff
    record: Record
    action: Action
    writer: str
    moved: bool
    changed: tuple[AuditEvent, ...]
    may_sign: bool


def waiting_for(session: Session, actor: Actor, body_ids: Iterable[int]) -> list[Written]:
    """What waits for sign-off by this person in the name of these bodies, oldest first."""
    query = sa.select(ForSignOff).where(ForSignOff.body_id.in_(list(body_ids)), ForSignOff.state == WAITING)
    return [one for one in _written(session, actor, query) if one.may_sign]


def own(session: Session, actor: Actor) -> dict[int, list[Written]]:
    """What this person wrote and waits for a lead, or was sent back by one, by the id of its record."""
    query = sa.select(ForSignOff).where(ForSignOff.written_by == actor.id, ForSignOff.state.in_((WAITING, SENT_BACK)))
    found: dict[int, list[Written]] = {}
    for one in _written(session, actor, query):
        found.setdefault(one.record.id, []).append(one)
    return found


def one(session: Session, actor: Actor, row: ForSignOff) -> Written:
    """The same for one, whatever became of it; whoever asks has been let see it."""
    return next(iter(_written(session, actor, sa.select(ForSignOff).where(ForSignOff.id == row.id))))


def _written(session: Session, actor: Actor, query: sa.Select[ForSignOff]) -> list[Written]:
    rows = list(session.scalars(query.order_by(ForSignOff.written_at, ForSignOff.id)))
    wanted = {row.record_id for row in rows}
    records = {r.id: r for r in session.scalars(sa.select(Record).where(Record.id.in_(wanted), visible(actor)))}
    writers = {row.written_by for row in rows}
    names: Mapping[int, str] = {
        one: name for one, name in session.execute(sa.select(User.id, User.name).where(User.id.in_(writers)))
    }
    return [
        Written(
            row,
            record,
            workflows.get(record.process).action(row.action),
            names.get(row.written_by, ""),
            row.revision != record.revision,
            tuple(_since(session, row)) if row.revision != record.revision else (),
            may_sign(actor, row),
        )
        for row in rows
        if (record := records.get(row.record_id)) is not None
    ]


def _since(session: Session, row: ForSignOff) -> Iterable[AuditEvent]:
    return session.scalars(
        sa.select(AuditEvent)
        .where(AuditEvent.record_id == row.record_id, AuditEvent.recorded_at >= row.written_at)
        .order_by(AuditEvent.seq)
    )
