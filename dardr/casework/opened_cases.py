"""A review opened by an administrator for a reason: seen for some hours, and known to the team."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import OPENED_FOR
from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.errors import Forbidden, Invalid, Reason
from dardr.storage.reading import OpenedCase, ReadEvent
from dardr.storage.reviews import Record
from workflows import REVIEW_KEYS
from workflows.definition import Role

SHORTEST = 10
"""Letters of a reason: enough to say something."""


def open_for_a_reason(session: Session, actor: Actor, now: datetime, ref: str, reason: str) -> datetime | None:
    """Open the review ``ref`` to an administrator from ``now`` (UTC) for ``OPENED_FOR``; returns until when.

    None where there is no such review for them: the try is kept in the log all the same, and nothing tells them apart
    but that the review stays hidden. Raises Forbidden, Invalid.
    """
    if Role.ADMINISTRATOR not in actor.everywhere:
        raise Forbidden("Only an administrator opens a review for a reason. Others see what their roles show.")
    reason = reason.strip()
    if len(reason) < SHORTEST:
        raise Invalid([Reason("Say in a sentence why you must see this review. Do not name anybody in it.", "reason")])
    review = session.scalar(
        sa.select(Record).where(
            Record.ref == ref.strip(),
            Record.partnership_id == actor.partnership_id,
            Record.process_key.in_(REVIEW_KEYS),
            Record.id.not_in(actor.conflicts),
        )
    )
    if review is None:
        note_change(session, now, actor, "case_asked_for", ref.strip()[:200], {"reason": reason})
        return None
    until = now + OPENED_FOR
    session.add(OpenedCase(user_id=actor.id, record_id=review.id, reason=reason, opened_at=now, until_at=until))
    session.add(
        ReadEvent(
            at=now, user_id=actor.id, user_name=actor.name, record_id=review.id, what="opened", detail=reason[:200]
        )
    )
    note_change(session, now, actor, "case_opened", review.ref, {"reason": reason, "until": until.isoformat()})
    session.flush()
    return until
