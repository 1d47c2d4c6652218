"""The list of reviews: where each stands, what comes next, who acts. A page at a time, in as few queries as for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import Actor
from dardr.lookups.case_filters import RUNNING, CaseFilter, date_key, find
from dardr.lookups.deadlines import open_holds, running_state
from dardr.lookups.records import bodies_of
from dardr.storage.bodies import Csp
from dardr.storage.people import User
from dardr.storage.reviews import Deadline, Record, RecordCsp, RecordLink
from workflows.clocks import MISSED, STATE_LABELS, State
from workflows.definition import PARTY_LABELS, Party

BATCH = 500
MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class NextDeadline:
    """The running clock that comes first: the missed ones before those to come."""

    ref: str
    clock: str
    clock_id: str
    label: str
    due: date | None
    original_due: date | None
    agreed_due: date | None
    state: State
    kind: str
    evidence: str

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "ref": self.ref,
            "clock": self.clock,
            "id": self.clock_id,
            "label": self.label,
            "due": self.due.isoformat() if self.due else None,
            "original_due": self.original_due.isoformat() if self.original_due else None,
            "agreed_due": self.agreed_due.isoformat() if self.agreed_due else None,
            "state": str(self.state),
            "state_label": STATE_LABELS[self.state],
            "kind": self.kind,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the list. ``late`` is true where any running date has passed; its state says in what sense."""

    ref: str
    title: str
    process: str
    stage: str
    stage_label: str
    phase: str
    phase_label: str
    acts_next: str
    case_manager: str
    opened_on: date
    final: bool
    next_deadline: NextDeadline | None
    late: bool
    held: bool
    bodies: tuple[str, ...]
    csps: tuple[str, ...] = ()
    id: int = 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "ref": self.ref,
            "title": self.title,
            "process": self.process,
            "stage": self.stage,
            "stage_label": self.stage_label,
            "phase": self.phase,
            "phase_label": self.phase_label,
            "acts_next": self.acts_next,
            "case_manager": self.case_manager or None,
            "opened_on": self.opened_on.isoformat(),
            "open": not self.final,
            "next_deadline": self.next_deadline.as_dict() if self.next_deadline else None,
            "late": self.late,
            "held": self.held,
            "csps": list(self.csps),
        }


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a list, of how many lines, of which late; ``number`` is the page shown, from 1."""

    rows: list[CaseRow]
    total: int
    late: int
    number: int


def caseload(session: Session, actor: Actor, today: date, filters: CaseFilter | None = None) -> list[CaseRow]:
    """All reviews this actor may see (or records of other processes), late first, then by the next date.

    A review's next date is its own or that of a record that serves it. ``today`` is a London date.
    """
    found = find(session, actor, today, filters or CaseFilter())
    return [row for ids in batched(found.ids) for row in rows_of(session, ids, today)]


def caseload_page(
    session: Session, actor: Actor, today: date, filters: CaseFilter, *, number: int = 1, size: int = 50
) -> CasePage:
    """One page of the list; the last one where ``number`` lies beyond it. As few queries for fifty lines as for two."""
    number = max(1, min(number, MOST_PAGES))
    found = find(session, actor, today, filters, limit=size, offset=(number - 1) * size)
    if not found.ids and number > 1:
        total = find(session, actor, today, filters, limit=1).total
        number = max(1, -(-total // size))
        found = find(session, actor, today, filters, limit=size, offset=(number - 1) * size)
    return CasePage(rows_of(session, found.ids, today), found.total, found.late, number)


def batched(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Ids in the same order, as many at a time as one query may name."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def rows_of(session: Session, ids: Sequence[int], today: date) -> list[CaseRow]:
    """The lines of these records, in the order given. The caller has asked whether the actor may see them."""
    columns = (
        Record.id, Record.ref, Record.title, Record.process, Record.stage, Record.opened_on, Record.final,
    )  # fmt: skip
    rows = {
        row.id: row
        for row in session.execute(
            sa.select(*columns, User.name.label("manager"))
            .outerjoin(User, User.id == Record.case_manager_id)
            .where(Record.id.in_(ids))
        )
    }
    deadlines, held = _next_deadlines(session, ids, today)
    whose, areas = bodies_of(session, ids), _areas(session, ids)
    return [_row(rows[i], deadlines.get(i), held, whose.get(i, []), areas.get(i, [])) for i in ids if i in rows]


def _areas(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for record_id, name in session.execute(
        sa.select(RecordCsp.record_id, Csp.name)
        .join(Csp, Csp.id == RecordCsp.csp_id)
        .where(RecordCsp.record_id.in_(ids))
        .order_by(Csp.name)
    ):
        found.setdefault(record_id, []).append(name)
    return found


def _next_deadlines(session: Session, ids: Sequence[int], today: date) -> tuple[dict[int, NextDeadline], set[int]]:
    """The running clock that comes first of each record and of those that serve it, and which have a hold open."""
    columns = (
        Deadline.clock, Deadline.due_on, Deadline.original_due_on, Deadline.agreed_due_on, Deadline.held,
        Deadline.record_id, Record.ref, Record.process, date_key(today).label("key"),
    )  # fmt: skip
    own = (
        sa.select(Deadline.record_id.label("of"), *columns)
        .join(Record, Record.id == Deadline.record_id)
        .where(Deadline.record_id.in_(ids), *RUNNING)
    )
    serving = (
        sa.select(RecordLink.review_id.label("of"), *columns)
        .join(RecordLink, sa.and_(RecordLink.item_id == Deadline.record_id, RecordLink.kind == "item"))
        .join(Record, Record.id == Deadline.record_id)
        .where(RecordLink.review_id.in_(ids), *RUNNING)
    )
    both = sa.union_all(own, serving).subquery()
    place = sa.func.row_number().over(partition_by=both.c.of, order_by=(both.c.key, both.c.clock, both.c.ref))
    placed = sa.select(both, place.label("place")).subquery()
    rows = session.execute(sa.select(placed).where(placed.c.place == 1)).all()
    holds = open_holds(session, {*ids, *(row.record_id for row in rows)})
    found = {row.of: _next(row, holds.get(row.record_id, set()), today) for row in rows}
    return found, {record_id for record_id in ids if holds.get(record_id)}


def _next(row: Any, holds: set[str], today: date) -> NextDeadline:
    clock = workflows.get(row.process).clock(row.clock)
    return NextDeadline(
        row.ref,
        clock.key,
        clock.id,
        clock.label,
        row.due_on,
        row.original_due_on,
        row.agreed_due_on,
        running_state(clock, row.due_on, row.agreed_due_on, row.held, holds, today),
        str(clock.date.kind),
        str(clock.date.evidence),
    )


def _row(record: Any, first: NextDeadline | None, held: set[int], bodies: list[str], csps: list[str]) -> CaseRow:
    manager = record.manager or ""
    process = workflows.get(record.process)
    stage, phase = process.stage(record.stage), process.phase_of(record.stage)
    acts = PARTY_LABELS[stage.acts]
    if stage.acts is Party.CASE_MANAGER and manager:
        acts = f"{acts}: {manager}"
    return CaseRow(
        ref=record.ref,
        title=record.title,
        process=record.process,
        stage=record.stage,
        stage_label=stage.label,
        phase=phase.key,
        phase_label=phase.label,
        acts_next=acts,
        case_manager=manager,
        opened_on=record.opened_on,
        final=record.final,
        next_deadline=first,
        late=first is not None and first.state in MISSED,
        held=record.id in held,
        bodies=tuple(bodies),
        csps=tuple(csps),
        id=record.id,
    )
