"""For which proceeding each hold was placed, and who was told of it, then and later: read from what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.reviews import AuditEvent, Hold, Record, RecordLink

TOLD = "holds_told"
PLACED = "holds_placed"
"""The list in which a record keeps what was answered when its holds were placed."""


def placed(session: Session, record: Record, holds: Iterable[Hold]) -> dict[int, dict[str, Any]]:
    """By the id of each of these holds of a record, the answers with which it was placed; empty for a deferral."""
    wanted = {hold.placed_by_event: hold.id for hold in holds}
    entries = {entry.get("seq"): entry for entry in record.facts.get(PLACED) or ()}
    if not wanted or not entries:
        return {}
    rows = session.execute(sa.select(AuditEvent.id, AuditEvent.seq).where(AuditEvent.id.in_(wanted)))
    return {wanted[event]: entries[seq] for event, seq in rows if seq in entries}


def told_of(record: Record, hold: Hold, answers: Mapping[str, Any]) -> dict[str, str]:
    """Who was told of a hold, each with the day (ISO) they were told last. ``answers`` are those of its placing."""
    later = [one for one in record.facts.get(TOLD) or () if str(one.get("hold")) == str(hold.id)]
    return {str(who): str(one.get("on") or "") for one in (answers, *later) for who in one.get("hold_told") or ()}


def open_for(session: Session, proceeding: Record) -> list[Hold]:
    """The open holds that were placed for a proceeding on the reviews it serves, oldest first."""
    found: list[Hold] = []
    reviews = sa.select(Record).join(RecordLink, RecordLink.review_id == Record.id)
    for review in session.scalars(
        reviews.where(RecordLink.item_id == proceeding.id, RecordLink.kind == "item").order_by(Record.id)
    ):
        holds = [hold for hold in session.scalars(sa.select(Hold).where(Hold.record_id == review.id)) if hold.open]
        answers = placed(session, review, holds)
        found += [hold for hold in holds if answers.get(hold.id, {}).get("proceeding") == proceeding.ref]
    return sorted(found, key=lambda hold: hold.id)
