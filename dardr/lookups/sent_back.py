"""Each time a report was sent back, and why: by the partnership, by the Home Office, or before it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.storage.reviews import AuditEvent, EventValues, Record

REASON_IN = {
    "return_to_drafting": ("return_reason",),
    "record_letter_amend": ("letter_summary", "letter_outcome", "letter_reference"),
    "record_letter_resubmit": ("letter_summary", "letter_outcome", "letter_reference"),
    "return_to_amending": ("return_to_amending_reason",),
}
"""The steps by which a report goes back, and the answers that say why; the first there is counts."""


@dataclass(frozen=True, slots=True)
class SentBack:
    """One time that the report was sent back: the step, on which London day, recorded by whom, the reason given."""

    step: str
    on: date
    by: str
    reason: str


def sent_back(session: Session, record: Record) -> list[SentBack]:
    """Every time the report of a review was sent back, oldest first."""
    process = workflows.get(record.process)
    rows = session.execute(
        sa.select(AuditEvent, EventValues.after)
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id == record.id, AuditEvent.action.in_(REASON_IN))
        .order_by(AuditEvent.seq)
    )
    return [
        SentBack(
            process.action(event.action).label, event.occurred_on, event.actor_name, _why(event.action, after or {})
        )
        for event, after in rows
    ]


def _why(action: str, after: Mapping[str, Any]) -> str:
    return next((str(after[name]) for name in REASON_IN[action] if after.get(name)), "")
