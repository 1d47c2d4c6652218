"""Who and what of a panel may be chosen: its members now, those of the day of a meeting, meetings that were held."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.panel import MEETING, Seat, seats_of
from dardr.casework.serving import review_of
from dardr.storage.reviews import Record, RecordLink
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.definition import Choice, Process
from workflows.processes.meeting_1.rules import NOT_MET

Found = tuple[Choice, ...]


def seats_now(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The members who sit on the panel now."""
    return tuple(_choice(seat) for seat in _seats(session, record) if seat.sitting)


def seats_then(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The members of the day of the meeting: those who sit, and those who left after it."""
    day = str(record.facts.get("meeting_on") or "") if record is not None else ""
    return tuple(_choice(seat) for seat in _seats(session, record) if seat.sitting or (day and seat.left_on() >= day))


def meetings_held(session: Session, _a: Actor, _p: Process, record: Record | None, _t: date) -> Found:
    """The meetings of a review's panel that were held, the newest first."""
    if record is None:
        return ()
    rows = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(
            RecordLink.review_id == record.id,
            RecordLink.kind == "item",
            Record.process_key == MEETING,
            Record.stage.in_(("held", "minutes_agreed")),
        )
        .order_by(Record.id.desc())
    )
    return tuple(Choice(row.ref, _meeting_words(row)) for row in rows)


def _meeting_words(record: Record) -> str:
    on = stored_date(record.facts.get("meeting_on"))
    without = ", without a quorum" if record.facts.get("quorum_outcome") == NOT_MET else ""
    return f"{record.title or record.ref}{f', {in_words(on)}' if on else ''}{without}"


def _seats(session: Session, record: Record | None) -> list[Seat]:
    return seats_of(session, review_of(session, record).id) if record is not None else []


def _choice(seat: Seat) -> Choice:
    who = str(seat.facts.get("member_name") or "")
    return Choice(seat.record.ref, f"{seat.label} ({who})" if who else seat.label)
