"""The list of reviews: where each stands, what comes next, who acts. Late first, in four queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import Actor, visible
from dardr.lookups.deadlines import open_holds, running_state
from dardr.lookups.records import bodies_of
from dardr.storage.bodies import Csp
from dardr.storage.people import User
from dardr.storage.reviews import Deadline, Record, RecordCsp, RecordLink
from workflows.clocks import MISSED, STATE_LABELS, State
from workflows.definition import PARTY_LABELS, Party


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What to leave out. Nothing given means every review, open or not."""

    processes: tuple[str, ...] = tuple(sorted(workflows.REVIEW_KEYS))
    phase: str = ""
    stage: str = ""
    text: str = ""
    csp: str = ""
    mine: bool = False
    open_only: bool = False


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
        }


def caseload(session: Session, actor: Actor, today: date, filters: CaseFilter | None = None) -> list[CaseRow]:
    """The reviews this actor may see (or the records of other processes), late first, then by the next date.

    A review's next date is its own or that of a record that serves it. ``today`` is a London date.
    """
    filters = filters or CaseFilter()
    rows = session.execute(_query(actor, filters)).all()
    ids = [row.Record.id for row in rows]
    deadlines, held = _deadlines(session, ids, today)
    whose = bodies_of(session, ids)
    found = [
        _row(row.Record, row.name or "", deadlines.get(row.Record.id, []), held, whose.get(row.Record.id, []))
        for row in rows
    ]
    return sorted(found, key=_order)


def _query(actor: Actor, filters: CaseFilter) -> sa.Select[Record, str]:
    query = (
        sa.select(Record, User.name)
        .outerjoin(User, User.id == Record.case_manager_id)
        .where(Record.process_key.in_(filters.processes), visible(actor))
    )
    if filters.phase:
        query = query.where(Record.phase == filters.phase)
    if filters.stage:
        query = query.where(Record.stage == filters.stage)
    if filters.mine:
        query = query.where(Record.case_manager_id == actor.id)
    if filters.open_only:
        query = query.where(Record.final.is_(False))
    if filters.csp:
        of_csp = sa.select(RecordCsp.record_id).join(Csp, Csp.id == RecordCsp.csp_id).where(Csp.key == filters.csp)
        query = query.where(Record.id.in_(of_csp))
    if filters.text:
        part = f"%{_escaped(filters.text.strip())}%"
        query = query.where(sa.or_(Record.ref.ilike(part, escape="\\"), Record.title.ilike(part, escape="\\")))
    return query


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _deadlines(
    session: Session, ids: Iterable[int], today: date
) -> tuple[dict[int, list[NextDeadline]], set[int]]:
    """The running deadlines of each record and of those that serve it, and which records have a hold open."""
    wanted = list(ids)
    columns = (
        Deadline.clock,
        Deadline.due_on,
        Deadline.original_due_on,
        Deadline.agreed_due_on,
        Deadline.held,
        Deadline.record_id,
        Record.ref,
        Record.process,
    )
    running = (Deadline.stopped_by_event.is_(None), Deadline.withdrawn_by_event.is_(None))
    own = (
        sa.select(Deadline.record_id.label("of"), *columns)
        .join(Record, Record.id == Deadline.record_id)
        .where(Deadline.record_id.in_(wanted), *running)
    )
    serving = (
        sa.select(RecordLink.review_id.label("of"), *columns)
        .join(RecordLink, sa.and_(RecordLink.item_id == Deadline.record_id, RecordLink.kind == "item"))
        .join(Record, Record.id == Deadline.record_id)
        .where(RecordLink.review_id.in_(wanted), *running)
    )
    rows = session.execute(sa.union_all(own, serving)).all()
    holds = open_holds(session, {*wanted, *(row.record_id for row in rows)})
    found: dict[int, list[NextDeadline]] = {}
    for row in rows:
        clock = workflows.get(row.process).clock(row.clock)
        state = running_state(
            clock, row.due_on, row.agreed_due_on, row.held, holds.get(row.record_id, set()), today
        )
        found.setdefault(row.of, []).append(
            NextDeadline(
                row.ref,
                clock.key,
                clock.id,
                clock.label,
                row.due_on,
                row.original_due_on,
                row.agreed_due_on,
                state,
                str(clock.date.kind),
                str(clock.date.evidence),
            )
        )
    return found, {record_id for record_id in wanted if holds.get(record_id)}


def _row(
    record: Record, manager: str, deadlines: list[NextDeadline], held: set[int], bodies: list[str]
) -> CaseRow:
    process = workflows.get(record.process)
    stage, phase = process.stage(record.stage), process.phase_of(record.stage)
    first = min(deadlines, key=_deadline_order, default=None)
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
    )


def _deadline_order(deadline: NextDeadline) -> tuple[bool, bool, date, str]:
    return (
        deadline.state not in MISSED,
        deadline.due is None or deadline.state in (State.DEFERRED, State.HELD),
        deadline.due or date.max,
        deadline.clock,
    )


def _order(row: CaseRow) -> tuple[bool, bool, date, str]:
    due = row.next_deadline.due if row.next_deadline else None
    return (not row.late, row.final, due or date.max, row.ref)
