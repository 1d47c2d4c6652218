"""Clocks of a record that run: moved by holds, agreed dates and calendars, always by replay from what was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.facts import CLOCKS_READ
from dardr.lookups.calendars import calendar_for_partnership
from dardr.storage.engine import recalled
from dardr.storage.reviews import RUNNING, AgreedDate, AuditEvent, Deadline, Hold, Record, RecordLink
from workflows import clocks
from workflows.calendar import Calendar
from workflows.clocks import Agreed, Due, State
from workflows.counting import Pause, Unit
from workflows.definition import Clock, Process, Span


def calendar_for(session: Session, clock: Clock, partnership_id: int | None) -> Calendar:
    """The calendar a clock names, with the holidays added here; for its own targets, the partnership's closures too."""
    return calendar_for_partnership(session, clock.calendar, partnership_id, local=clock.local_closures)


def rule_of(process: Process, clock: Clock) -> str:
    """The id of the rule a receipt names: process, version and clock."""
    return f"{process.id}/{clock.id}"


def write_due(row: Deadline, clock: Clock, due: Due) -> None:
    """Put a worked-out date on its row."""
    row.due_on, row.held = due.due, due.held
    if due.original is not None:
        row.original_due_on = due.original
    row.receipt = due.receipt


def running(session: Session, record_ids: Iterable[int], keys: Iterable[str] | None = None) -> list[Deadline]:
    """The running clocks of these records, oldest first."""
    wanted = list(record_ids)
    if keys is None and (known := recalled(session, CLOCKS_READ, wanted)) is not None:
        return sorted((row for rows in known.values() for row in rows if row.running), key=lambda row: row.id)
    query = sa.select(Deadline).where(
        Deadline.record_id.in_(wanted),
        *RUNNING,
    )
    if keys is not None:
        query = query.where(Deadline.clock.in_(list(keys)))
    return list(session.scalars(query.order_by(Deadline.id)))


def replay(
    row: Deadline,
    clock: Clock,
    holds: Iterable[Hold],
    agreed_rows: Sequence[tuple[AgreedDate, date]],
    calendar: Calendar,
    rule: str,
    today: date,
) -> Due:
    """What a clock comes to, from its start, the holds that name it and the dates agreed for it.

    ``holds`` are those that stand (not undone); ``agreed_rows`` the agreed dates that stand with the day each was
    agreed, oldest first. ``today`` only serves to say what a held clock would come to if it restarted. Pure.
    """
    assert row.start_on is not None
    span = Span(row.n, Unit(row.unit)) if row.n and row.unit else None
    agreed = None
    if agreed_rows:
        last, on = agreed_rows[-1]
        agreed = Agreed(last.due_on, on, last.agreed_by, last.reason)
    return clocks.due_on(
        clock,
        row.start_on,
        span,
        calendar,
        rule=rule,
        given=row.original_due_on if span is None else None,
        pauses=pauses_of(clock, holds),
        agreed=agreed,
        today=today,
    )


def pauses_of(clock: Clock, holds: Iterable[Hold]) -> list[Pause]:
    """The holds that name this clock, as pauses; one that ended on the day it began takes nothing out."""
    return [
        Pause(h.from_on, h.until_on, h.reason, h.kind)
        for h in holds
        if clock.key in h.clocks and (h.until_on is None or h.until_on > h.from_on)
    ]


def holds_over(session: Session, record_id: int) -> list[Hold]:
    """The holds, not undone, of a record and of the reviews it serves: all of them may touch its clocks."""
    served = sa.select(RecordLink.review_id).where(RecordLink.item_id == record_id, RecordLink.kind == "item")
    return list(
        session.scalars(
            sa.select(Hold)
            .where(sa.or_(Hold.record_id == record_id, Hold.record_id.in_(served)), Hold.undone_by_event.is_(None))
            .order_by(Hold.id)
        )
    )


def agreed_for(session: Session, deadline_id: int) -> list[tuple[AgreedDate, date]]:
    """The agreed dates of a deadline that stand, oldest first, each with the day it was agreed."""
    rows = session.execute(
        sa.select(AgreedDate, AuditEvent.occurred_on)
        .join(AuditEvent, AuditEvent.id == AgreedDate.event_id)
        .where(AgreedDate.deadline_id == deadline_id, AgreedDate.undone_by_event.is_(None))
        .order_by(AgreedDate.id)
    )
    return [(agreed, on) for agreed, on in rows]


class HoldsAndAgreed:
    """The holds and agreed dates of a batch of deadlines with their records, read at once: what ``replay`` needs."""

    def __init__(self, session: Session, rows: Sequence[Any]) -> None:
        record_ids = {record.id for _, record in rows}
        self._served: dict[int, set[int]] = {one: {one} for one in record_ids}
        for item, review in session.execute(
            sa.select(RecordLink.item_id, RecordLink.review_id).where(
                RecordLink.item_id.in_(record_ids), RecordLink.kind == "item"
            )
        ):
            self._served[item].add(review)
        wanted = set().union(*self._served.values())
        self._holds = list(
            session.scalars(
                sa.select(Hold).where(Hold.record_id.in_(wanted), Hold.undone_by_event.is_(None)).order_by(Hold.id)
            )
        )
        self._agreed: dict[int, list[tuple[AgreedDate, date]]] = {}
        for agreed, on in session.execute(
            sa.select(AgreedDate, AuditEvent.occurred_on)
            .join(AuditEvent, AuditEvent.id == AgreedDate.event_id)
            .where(AgreedDate.deadline_id.in_([row.id for row, _ in rows]), AgreedDate.undone_by_event.is_(None))
            .order_by(AgreedDate.id)
        ):
            self._agreed.setdefault(agreed.deadline_id, []).append((agreed, on))

    def holds(self, record_id: int) -> list[Hold]:
        """The holds that stand over a record: its own and those of the reviews it serves."""
        return [hold for hold in self._holds if hold.record_id in self._served[record_id]]

    def agreed(self, deadline_id: int) -> list[tuple[AgreedDate, date]]:
        """The agreed dates of a deadline that stand, oldest first."""
        return self._agreed.get(deadline_id, [])


def reproject(session: Session, row: Deadline, process: Process, today: date) -> None:
    """Work one running clock out again and write its row. Doing it twice changes nothing."""
    clock = process.clock(row.clock)
    if not can_be_worked_out(row):
        return
    agreed = agreed_for(session, row.id)
    calendar = calendar_for(session, clock, session.get_one(Record, row.record_id).partnership_id)
    work_out(row, process, holds_over(session, row.record_id), agreed, calendar, today)


def can_be_worked_out(row: Deadline) -> bool:
    """False for a clock that has ended, or that could not be armed."""
    return row.running and row.start_on is not None and not row.problem


def work_out(
    row: Deadline,
    process: Process,
    holds: Iterable[Hold],
    agreed: Sequence[tuple[AgreedDate, date]],
    calendar: Calendar,
    today: date,
) -> None:
    """Write on a running row what its start, these holds, these agreed dates and this calendar come to."""
    assert row.start_on is not None
    clock = process.clock(row.clock)
    due = replay(row, clock, holds, agreed, calendar, rule_of(process, clock), today)
    before = row.due_on
    started_by = row.receipt.get("started_by")
    write_due(row, clock, due)
    row.agreed_due_on = agreed[-1][0].due_on if agreed else None
    if started_by:
        row.receipt = {**row.receipt, "started_by": started_by}
    if row.due_on != before or row.held:
        row.next_look_on = clocks.next_look(clock, row.start_on, row.due_on, today - timedelta(days=1))
        if row.due_on is not None and row.due_on < today:
            row.next_look_on = today


def reproject_held(session: Session, record: Record, clock_keys: Iterable[str], today: date) -> None:
    """Work out again every running clock of these names on a record and on its items."""
    keys = set(clock_keys)
    if not keys:
        return
    items = session.execute(
        sa.select(RecordLink.item_id, Record.process)
        .join(Record, Record.id == RecordLink.item_id)
        .where(RecordLink.review_id == record.id, RecordLink.kind == "item")
    )
    processes = {record.id: record.process, **{item_id: process for item_id, process in items}}
    for row in running(session, processes, keys):
        reproject(session, row, workflows.get(processes[row.record_id]), today)


def state(row: Deadline, clock: Clock, today: date, *, deferred: bool = False) -> State:
    """How a deadline stands on a London day. ``deferred``: a hold of the kind the clock names is open."""
    return clocks.state_of(
        clock,
        due=row.due_on,
        today=today,
        agreed=row.agreed_due_on is not None,
        held=row.held,
        deferred=deferred and clock.deferred_by is not None,
        stopped_on=row.stopped_on,
        withdrawn=row.withdrawn_by_event is not None,
    )
