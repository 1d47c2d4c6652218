"""The list of reviews: where each stands, what comes next, who acts. A page at a time, in as few queries as for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.lookups.case_filters import CaseFilter, date_key, find, open_hold
from dardr.lookups.deadlines import running_state
from dardr.seeing import hidden_clocks
from dardr.storage.bodies import Body, Csp
from dardr.storage.reviews import RUNNING, Deadline, Hold, Record, RecordBody, RecordCsp, RecordLink
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
    return [line for rows in batched(found.rows) for line in lines_of(session, actor, rows, today)]


def caseload_page(
    session: Session, actor: Actor, today: date, filters: CaseFilter, *, number: int = 1, size: int = 50
) -> CasePage:
    """One page of the list; the last one where ``number`` lies beyond it. As few queries for fifty lines as for two."""
    number = max(1, min(number, MOST_PAGES))
    found = find(session, actor, today, filters, limit=size, offset=(number - 1) * size)
    if not found.rows and number > 1:
        total = find(session, actor, today, filters, limit=1).total
        number = max(1, -(-total // size))
        found = find(session, actor, today, filters, limit=size, offset=(number - 1) * size)
    return CasePage(lines_of(session, actor, found.rows, today), found.total, found.late, number)


def batched(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Rows in the same order, as many at a time as one query may name."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def lines_of(session: Session, actor: Actor, rows: Sequence[Any], today: date) -> list[CaseRow]:
    """The lines of records that were found, in the order given."""
    ids = [row.id for row in rows]
    query = _firsts(today, hidden_clocks(actor))
    firsts = {row.of: row for row in session.execute(query, {"ids": ids})} if ids else {}
    around = _around(session, {*ids, *(first.record_id for first in firsts.values())})
    holds = around["hold"]
    found: list[CaseRow] = []
    for row in rows:
        first = firsts.get(row.id)
        due = _next(first, set(holds.get(first.record_id, ())), today) if first is not None else None
        found.append(
            _row(row, due, bool(holds.get(row.id)), around["body"].get(row.id, []), around["csp"].get(row.id, []))
        )
    return found


def _around(session: Session, ids: set[int]) -> dict[str, dict[int, list[str]]]:
    """The names of the bodies that owe each record and of the CSPs it belongs to, and its open holds, in one query."""
    found: dict[str, dict[int, list[str]]] = {"body": {}, "csp": {}, "hold": {}}
    if ids:
        for what, record_id, said in session.execute(_names_and_holds(), {"ids": sorted(ids)}):
            found[what].setdefault(record_id, []).append(said)
    return found


@cache
def _names_and_holds() -> sa.Executable:
    ids = sa.bindparam("ids", expanding=True, type_=sa.Integer)
    of_bodies = (
        sa.select(sa.literal_column("'body'").label("what"), RecordBody.record_id, Body.name.label("said"))
        .join(Body, Body.id == RecordBody.body_id)
        .where(RecordBody.record_id.in_(ids))
    )
    of_csps = (
        sa.select(sa.literal_column("'csp'"), RecordCsp.record_id, Csp.name)
        .join(Csp, Csp.id == RecordCsp.csp_id)
        .where(RecordCsp.record_id.in_(ids))
    )
    holds = sa.select(sa.literal_column("'hold'"), Hold.record_id, Hold.kind).where(
        Hold.record_id.in_(ids), *open_hold()
    )
    every = sa.union_all(of_bodies, of_csps, holds).subquery()
    return sa.select(every.c.what, every.c.record_id, every.c.said).order_by(every.c.said)


@lru_cache(maxsize=16)
def _firsts(today: date, hidden: tuple[str, ...]) -> sa.Executable:
    """The running clock that comes first of each record and of those that serve it, the hidden ones left out."""
    columns = (
        Deadline.clock, Deadline.due_on, Deadline.original_due_on, Deadline.agreed_due_on, Deadline.held,
        Deadline.record_id, Record.ref, Record.process, date_key(today).label("key"),
    )  # fmt: skip
    ids = sa.bindparam("ids", expanding=True, type_=sa.Integer)
    own = (
        sa.select(Deadline.record_id.label("of"), *columns)
        .join(Record, Record.id == Deadline.record_id)
        .where(Deadline.record_id.in_(ids), *RUNNING)
    )
    serving = (
        sa.select(RecordLink.review_id.label("of"), *columns)
        .join(RecordLink, sa.and_(RecordLink.item_id == Deadline.record_id, RecordLink.kind == "item"))
        .join(Record, Record.id == Deadline.record_id)
        .where(RecordLink.review_id.in_(ids), Deadline.clock.not_in(hidden), *RUNNING)
    )
    both = sa.union_all(own, serving).subquery()
    place = sa.func.row_number().over(partition_by=both.c.of, order_by=(both.c.key, both.c.clock, both.c.ref))
    placed = sa.select(both, place.label("place")).subquery()
    return sa.select(placed).where(placed.c.place == 1)


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
        running_state(clock, row, holds, today),
        str(clock.date.kind),
        str(clock.date.evidence),
    )


def _row(record: Any, first: NextDeadline | None, held: bool, bodies: list[str], csps: list[str]) -> CaseRow:
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
        held=held,
        bodies=tuple(bodies),
        csps=tuple(csps),
        id=record.id,
    )
