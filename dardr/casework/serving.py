"""What a record serves: the review it belongs to, and whatever else it was opened for."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.storage.reviews import Record, RecordLink


def served(session: Session, record_id: int, *, lock: bool = False) -> list[Record]:
    """The records that this one serves, in id order."""
    query = (
        sa.select(Record)
        .join(RecordLink, RecordLink.review_id == Record.id)
        .where(RecordLink.item_id == record_id, RecordLink.kind == "item")
        .order_by(Record.id)
    )
    if lock:
        query = query.with_for_update(of=Record).execution_options(populate_existing=True)
    return list(session.scalars(query))


def reviews_served(session: Session, record_id: int) -> list[Record]:
    """The reviews among what this record serves, in id order."""
    return [one for one in served(session, record_id) if one.process_key in workflows.REVIEW_KEYS]


def review_of(session: Session, record: Record) -> Record:
    """The review that a record is, or serves first; the record itself where it serves none."""
    if record.process_key in workflows.REVIEW_KEYS:
        return record
    return next(iter(reviews_served(session, record.id)), record)
