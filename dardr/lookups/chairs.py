"""Chairs as the choices of questions: those on the register, those under contract, and what one is still to be paid."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.storage.reviews import Record, RecordLink
from workflows.definition import Choice, Process
from workflows.processes.chair_invitation_1.appointed import payments_left

Found = tuple[Choice, ...]
CHAIR, INVITATION = "chair", "chair-invitation"


def on_the_register(session: Session, actor: Actor, _p: Process, _r: Record | None, _t: date) -> Found:
    """The chairs on the register who take reviews, by name."""
    rows = session.execute(
        sa.select(Record.ref, Record.title)
        .where(visible(actor), Record.process_key == CHAIR, Record.stage == "listed")
        .order_by(Record.title, Record.id)
    )
    return tuple(Choice(ref, title or ref) for ref, title in rows)


def under_contract(session: Session, actor: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The invitations to a review that came to a contract: the chairs who may be appointed."""
    if record is None:
        return ()
    rows = session.execute(
        sa.select(Record.ref, Record.title)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == record.id, RecordLink.kind == "item", visible(actor))
        .where(Record.process_key == INVITATION, Record.stage == "contracted")
        .order_by(Record.id)
    )
    return tuple(Choice(ref, f"{title}, {ref}" if title else ref) for ref, title in rows)


def payments_open(_s: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The payments planned with a chair that are neither paid nor struck out."""
    return tuple(Choice(name, name) for name in payments_left(record.facts if record is not None else {}))
