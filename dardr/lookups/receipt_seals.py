"""What proves a receipt: the event of the history that sealed it, and everything that has moved the date since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.fold import CLOCKS
from dardr.casework.holidays import SHIPPED
from dardr.storage.calendars import CalendarSnapshot, LocalClosure
from dardr.storage.reviews import AgreedDate, AuditEvent, Deadline, EventValues, Hold, Record, RecordLink
from dardr.storage.types import canonical
from dardr.systime import london_date
from workflows.answers import stored_date
from workflows.definition import Clock, CountsAgain


@dataclass(frozen=True, slots=True)
class Since:
    """Something recorded after the clock started that its date follows from: the London day on which it was recorded,
    what it was, and the event of the history that holds it (no ``ref`` for a change of the calendar)."""

    on: date
    what: str
    ref: str = ""
    seq: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """The event that started a clock and holds the hash of its first receipt.

    ``hash`` is that of the event, which the history chains; ``receipt_hash`` that of the receipt as it is now,
    ``sealed_hash`` that of the first one, which gave ``due``. ``since`` is what came after, in its order.
    """

    ref: str
    seq: int
    at: datetime
    by: str
    hash: str
    receipt_hash: str
    sealed_hash: str
    due: date | None
    since: tuple[Since, ...]

    @property
    def as_sealed(self) -> bool:
        """Whether the receipt is, to the letter, the one that was sealed."""
        return self.receipt_hash == self.sealed_hash

    @property
    def unexplained(self) -> bool:
        """Whether it is another one although nothing that was recorded has moved the date."""
        return not self.as_sealed and not self.since


def seal_of(session: Session, row: Deadline, record: Record) -> Seal | None:
    """What proves the receipt of a date; None where the values of its event were lawfully destroyed.

    The caller has asked who may see the date.
    """
    found = session.execute(
        sa.select(AuditEvent, EventValues.after)
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .where(AuditEvent.id == row.started_by_event)
    ).one()
    event, after = found
    sealed = next((one for one in (after or {}).get(CLOCKS, ()) if one["clock"] == row.clock), None)
    if sealed is None:
        return None
    clock = workflows.get(record.process).clock(row.clock)
    since = sorted(_since(session, row, record, clock, event), key=lambda one: (one.on, one.seq))
    return Seal(
        record.ref,
        event.seq,
        event.recorded_at,
        event.actor_name,
        event.hash,
        sha256(canonical(row.receipt).encode()).hexdigest(),
        str(sealed["receipt"]),
        stored_date(sealed["due"]),
        tuple(since),
    )


def _since(session: Session, row: Deadline, record: Record, clock: Clock, start: AuditEvent) -> Iterator[Since]:
    if clock.pausable:
        yield from _of_events(session, dict(_holds(session, record, clock)))
    yield from _of_events(session, dict(_agreed(session, row)))
    yield from _of_events(session, dict(_counted_again(session, record, start)))
    if (row.receipt.get("calendar") or {}).get("used"):
        yield from _calendar(session, clock, record, start.recorded_at)


def _of_events(session: Session, words: dict[int, str]) -> Iterator[Since]:
    rows = session.execute(
        sa.select(AuditEvent, Record.ref)
        .join(Record, Record.id == AuditEvent.record_id)
        .where(AuditEvent.id.in_(words))
        .order_by(AuditEvent.id)
    )
    for event, ref in rows:
        yield Since(london_date(event.recorded_at), words[event.id], ref, event.seq, event.hash)


def _holds(session: Session, record: Record, clock: Clock) -> Iterator[tuple[int, str]]:
    """Holds that name the clock, those that were struck out too."""
    served = sa.select(RecordLink.review_id).where(RecordLink.item_id == record.id, RecordLink.kind == "item")
    for hold in session.scalars(sa.select(Hold).where(sa.or_(Hold.record_id == record.id, Hold.record_id.in_(served)))):
        if clock.key not in hold.clocks:
            continue
        yield hold.placed_by_event, "A hold was placed"
        if hold.ended_by_event is not None:
            yield hold.ended_by_event, "The hold ended"
        if hold.undone_by_event is not None:
            yield hold.undone_by_event, "The hold was struck out"


def _agreed(session: Session, row: Deadline) -> Iterator[tuple[int, str]]:
    for agreed in session.scalars(sa.select(AgreedDate).where(AgreedDate.deadline_id == row.id)):
        yield agreed.event_id, "Another date was agreed"
        if agreed.undone_by_event is not None:
            yield agreed.undone_by_event, "An agreed date was taken back"


def _counted_again(session: Session, record: Record, start: AuditEvent) -> Iterator[tuple[int, str]]:
    """Later events that let the clocks of a record be counted anew: a date given late, a move to another version."""
    process = workflows.get(record.process)
    again = [a.key for a in process.actions if any(isinstance(effect, CountsAgain) for effect in a.effects)]
    rows = session.execute(
        sa.select(AuditEvent.id, AuditEvent.action, AuditEvent.process)
        .where(AuditEvent.record_id == record.id, AuditEvent.seq > start.seq)
        .order_by(AuditEvent.seq)
    )
    version = start.process
    for number, action, of in rows:
        if of != version:
            yield number, "The review moved to another version of its process"
        elif action in again:
            yield number, "The date it counts from was recorded"
        version = of


def _calendar(session: Session, clock: Clock, record: Record, start: datetime) -> Iterator[Since]:
    editions = session.scalars(
        sa.select(CalendarSnapshot).where(CalendarSnapshot.division == clock.calendar).order_by(CalendarSnapshot.id)
    ).all()
    for number, edition in enumerate(editions):
        as_found = number == 0 and edition.source == SHIPPED  # the list that was there when keeping them began
        if edition.at > start and not as_found:
            yield Since(london_date(edition.at), f"Bank holidays were added ({edition.source})")
    if not clock.local_closures:
        return
    closed: Any = sa.select(LocalClosure).where(LocalClosure.partnership_id == record.partnership_id)
    for closure in session.scalars(closed):
        if closure.added_at > start:
            yield Since(
                london_date(closure.added_at), f"A day on which the office is closed was added: {closure.title}"
            )
        if closure.removed_at is not None and closure.removed_at > start:
            yield Since(london_date(closure.removed_at), f"A day on which the office is closed went: {closure.title}")
