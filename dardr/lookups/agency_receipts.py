"""What somebody of an agency sent, as a receipt: what was recorded, and what waits for their lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.storage.doors import ForSignOff
from dardr.storage.reviews import AuditEvent, Record


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that was sent: on which record, which step, at what UTC instant; whether it waits for the lead."""

    ref: str
    title: str
    label: str
    stage: str
    at: datetime
    waits: bool


def receipt_of(session: Session, actor: Actor, events: Iterable[int], waiting: Iterable[int]) -> list[Sent]:
    """What this person sent, out of these numbers; whatever else is asked for is left out."""
    found = [
        Sent(
            record.ref,
            record.title,
            _label(record, event.action),
            _stage(record, event.to_stage),
            event.recorded_at,
            False,
        )
        for event, record in session.execute(
            sa.select(AuditEvent, Record)
            .join(Record, Record.id == AuditEvent.record_id)
            .where(AuditEvent.id.in_(list(events)), AuditEvent.actor_id == actor.id, visible(actor))
            .order_by(AuditEvent.id)
        )
    ]
    found += [
        Sent(record.ref, record.title, _label(record, row.action), _stage(record, record.stage), row.written_at, True)
        for row, record in session.execute(
            sa.select(ForSignOff, Record)
            .join(Record, Record.id == ForSignOff.record_id)
            .where(ForSignOff.id.in_(list(waiting)), ForSignOff.written_by == actor.id, visible(actor))
            .order_by(ForSignOff.id)
        )
    ]
    return found


def _label(record: Record, key: str) -> str:
    return workflows.get(record.process).action(key).label


def _stage(record: Record, key: str) -> str:
    return workflows.get(record.process).stage(key).label
