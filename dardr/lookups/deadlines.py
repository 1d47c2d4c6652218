"""Deadlines as people read them: the date that counts now, the one it began with, how it stands, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, visible
from dardr.actors import Actor
from dardr.casework import deadlines as casework
from dardr.casework.facts import clocks_of_each, holds_of_each, running_by_record
from dardr.lookups.records import bodies_of, label_of, visible_items
from dardr.parts import contents_seen
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordLink
from workflows.calendar import in_words
from workflows.clocks import MISSED, STATE_LABELS, Due, State, state_of
from workflows.definition import PARTY_LABELS, Clock


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One running clock in a list over many records. ``bodies`` are the names of the bodies that owe its record."""

    id: int
    ref: str
    record_label: str
    record_process: str
    review_ref: str
    clock: str
    clock_id: str
    label: str
    due: date | None
    original_due: date | None
    agreed_due: date | None
    state: State
    kind: str
    evidence: str
    owner: str
    problem: str | None
    bodies: tuple[str, ...] = ()

    @property
    def missed(self) -> bool:
        """True from the day after the date: late, past the guide, or (a date in an Act) breached."""
        return self.state in MISSED


def open_holds(session: Session, record_ids: Iterable[int]) -> dict[int, set[str]]:
    """The kinds of hold open on each record. A clock that a kind defers reads "deferred" while one is open."""
    every = holds_of_each(session, record_ids)
    return {one: {hold.kind for hold in holds if hold.open} for one, holds in every.items()}


def deadlines_of(
    session: Session, actor: Actor, ref: str, today: date, *, with_items: bool = True
) -> list[dict[str, Any]]:
    """Every deadline of a record and of the records that serve it, running ones first, by date.

    ``today`` is a London date. A held deadline is replayed, so that its receipt says what the date would be if it
    restarted today. Somebody who sees a part of a review gets the dates of that part. Raises NotFound for a record the
    actor may not see.
    """
    return _as_read(session, actor, ref, today, clocks_of_each, with_items=with_items)


def running_of(session: Session, actor: Actor, ref: str, today: date) -> list[dict[str, Any]]:
    """The same of those that run, without their receipts: for pages that say the date and lead to why."""
    return _as_read(session, actor, ref, today, running_by_record, receipts=False)


def ended_of(session: Session, actor: Actor, ref: str) -> int:
    """How many deadlines have ended, of a record and of the records that serve it."""
    record = get_record(session, actor, ref)
    ids = [record.id, *(item.id for item in visible_items(session, actor, record))]
    query = sa.select(sa.func.count()).where(Deadline.record_id.in_(ids), sa.not_(sa.and_(*RUNNING)))
    return session.scalar(query) or 0


def _as_read(
    session: Session,
    actor: Actor,
    ref: str,
    today: date,
    clocks: Callable[[Session, Iterable[int]], dict[int, list[Deadline]]],
    *,
    with_items: bool = True,
    receipts: bool = True,
) -> list[dict[str, Any]]:
    record = get_record(session, actor, ref, in_part=True)
    contents = contents_seen(session, actor, record)
    records = {record.id: record}
    if with_items:
        records |= {item.id: item for item in visible_items(session, actor, record)}
    every = [row for several in clocks(session, records).values() for row in several]
    rows = [row for row in every if contents is None or row.record_id != record.id or row.clock in contents.clocks]
    holds = open_holds(session, records)
    whose = bodies_of(session, records)
    found = [
        _one(session, row, records[row.record_id], holds.get(row.record_id, set()), whose, today, receipts=receipts)
        for row in rows
    ]
    return sorted(found, key=lambda d: (not d["running"], d["due"] or "9", d["ref"], d["id"]))


def _one(
    session: Session,
    row: Deadline,
    record: Record,
    holds: set[str],
    whose: dict[int, list[str]],
    today: date,
    *,
    receipts: bool,
) -> dict[str, Any]:
    clock = workflows.get(record.process).clock(row.clock)
    state = casework.state(row, clock, today, deferred=clock.deferred_by in holds)
    receipt, due = dict(row.receipt or {}) if receipts else {}, row.due_on
    if row.held and row.running and row.start_on is not None:
        replayed = _replayed(session, row, record, clock, today)
        receipt, due = {**receipt, **replayed.receipt}, replayed.due
    return {
        "ref": record.ref,
        "record_label": label_of(record, whose.get(record.id, ())),
        "deadline": row.id,
        "clock": clock.key,
        "id": clock.id,
        "label": clock.label,
        "due": due.isoformat() if due else None,
        "original_due": row.original_due_on.isoformat() if row.original_due_on else None,
        "agreed_due": row.agreed_due_on.isoformat() if row.agreed_due_on else None,
        "state": str(state),
        "state_label": STATE_LABELS[state],
        "running": row.running,
        "missed": state in MISSED,
        "kind": str(clock.date.kind),
        "evidence": str(clock.date.evidence),
        "duty": clock.duty.as_dict(),
        "date": clock.date.as_dict(),
        "owner": PARTY_LABELS[clock.owner],
        "owed_to": PARTY_LABELS[clock.owed_to],
        "matches": dict(row.matches or {}),
        "from": row.start_on.isoformat() if row.start_on else None,
        "receipt": receipt,
        "held": row.held and row.running,
        "stopped_on": row.stopped_on.isoformat() if row.stopped_on else None,
        "problem": row.problem,
        "asks": _asks(row, clock, today),
    }


def _asks(row: Deadline, clock: Clock, today: date) -> str:
    """Once the original date has passed with none agreed, some clocks ask for one."""
    original = row.original_due_on
    if not clock.asks_for_agreed_date or not row.running or row.agreed_due_on is not None:
        return ""
    if original is None or original >= today:
        return ""
    return f"{clock.label}: {in_words(original)} has passed. Agree a new date, or record why there is none."


def _replayed(session: Session, row: Deadline, record: Record, clock: Clock, today: date) -> Due:
    return casework.replay(
        row,
        clock,
        casework.holds_over(session, record.id),
        casework.agreed_for(session, row.id),
        casework.calendar_for(session, clock, record.partnership_id),
        casework.rule_of(workflows.get(record.process), clock),
        today,
    )


_COLUMNS = (
    Deadline.id,
    Deadline.record_id,
    Deadline.clock,
    Deadline.due_on,
    Deadline.original_due_on,
    Deadline.agreed_due_on,
    Deadline.held,
    Deadline.problem,
)


def all_deadlines(
    session: Session,
    actor: Actor,
    today: date,
    *,
    until: date | None = None,
    processes: Sequence[str] = (),
    limit: int | None = None,
    seen: sa.ColumnElement[bool] | None = None,
) -> list[DeadlineRow]:
    """Every running deadline this actor may see, by date: the Deadlines page.

    ``until`` (London date) leaves out later dates, and those that have none. ``processes`` are process keys. ``seen``
    is another condition on the record, of ``dardr.access``, instead of what they see.
    """
    query = (
        sa.select(*_COLUMNS, Record)
        .join(Record, Record.id == Deadline.record_id)
        .where(*RUNNING)
        .where(visible(actor) if seen is None else seen)
        .order_by(Deadline.due_on.is_(None), Deadline.due_on, Deadline.id)
    )
    if until is not None:
        query = query.where(Deadline.due_on <= until)
    if processes:
        query = query.where(Record.process_key.in_(list(processes)))
    rows = session.execute(query.limit(limit) if limit else query).all()
    ids = {row.record_id for row in rows}
    holds, whose, served = open_holds(session, ids), bodies_of(session, ids), served_by(session, ids)
    return [_row(row, holds.get(row.record_id, set()), whose, served, today) for row in rows]


def _row(row: Any, holds: set[str], whose: dict[int, list[str]], served: dict[int, str], today: date) -> DeadlineRow:
    record: Record = row.Record
    clock = workflows.get(record.process).clock(row.clock)
    return DeadlineRow(
        id=row.id,
        ref=record.ref,
        record_label=label_of(record, whose.get(record.id, ())),
        record_process=record.process,
        review_ref=served.get(record.id, record.ref),
        clock=clock.key,
        clock_id=clock.id,
        label=clock.label,
        due=row.due_on,
        original_due=row.original_due_on,
        agreed_due=row.agreed_due_on,
        state=running_state(clock, row, holds, today),
        kind=str(clock.date.kind),
        evidence=str(clock.date.evidence),
        owner=PARTY_LABELS[clock.owner],
        problem=row.problem,
        bodies=tuple(whose.get(record.id, ())),
    )


def running_state(clock: Clock, row: Deadline | sa.Row[Any], holds: set[str], today: date) -> State:
    """How a running clock stands on a day; of ``row``, a deadline or a line of a list, it reads the dates and ``held``.

    ``holds`` are the kinds of hold that are open on its record.
    """
    return state_of(
        clock,
        due=row.due_on,
        today=today,
        agreed=row.agreed_due_on is not None,
        held=row.held,
        deferred=clock.deferred_by is not None and clock.deferred_by in holds,
    )


def stands_of(clock: Clock, row: Deadline, state: State) -> dict[str, Any]:
    """What pages read of a running clock to say its date, what it rests on and how it stands (``how_it_stands``)."""
    return {
        "clock": clock.key,
        "due": row.due_on,
        "original_due": row.original_due_on,
        "agreed_due": row.agreed_due_on,
        "state": str(state),
        "kind": str(clock.date.kind),
        "problem": row.problem,
        "from": row.start_on,
    }


def dates_of_each(session: Session, records: Iterable[Record], today: date) -> dict[int, dict[str, Any]]:
    """The earliest date that runs on each of these records, as ``stands_of`` gives it; none of its own, no entry."""
    known = {record.id: record for record in records}
    holds, found = open_holds(session, known), dict[int, dict[str, Any]]()
    for of, rows in running_by_record(session, known).items():
        row = min((r for r in rows if r.due_on), key=lambda r: r.due_on or date.max, default=None)
        if row is not None:
            clock = workflows.get(known[of].process).clock(row.clock)
            found[of] = stands_of(clock, row, running_state(clock, row, holds.get(of, set()), today))
    return found


def served_by(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The reference of the first record that each one serves."""
    rows = session.execute(
        sa.select(RecordLink.item_id, Record.ref)
        .join(Record, Record.id == RecordLink.review_id)
        .where(RecordLink.item_id.in_(list(ids)), RecordLink.kind == "item")
        .order_by(RecordLink.review_id.desc())
    )
    return {item: ref for item, ref in rows}
