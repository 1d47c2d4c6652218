"""When a review came into each of its phases: from its history, for the chart of where every review stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.storage.reviews import AuditEvent, Record


@dataclass(frozen=True, slots=True)
class Reached:
    """A phase that a review has been in, London dates: from a day, until the next began (or today, or its end)."""

    phase: str
    label: str
    number: int
    from_on: date
    until_on: date
    now: bool


def progress_of(session: Session, ids: Iterable[int], today: date) -> dict[int, tuple[Reached, ...]]:
    """The phases of these records in the order in which they came, by the days things happened. Two queries.

    A phase begins on the day of the step that led into it, never before the phase before it. A review that went back
    shows a phase twice. The caller has asked whether the actor may see them.
    """
    wanted = list(ids)
    records = session.execute(
        sa.select(Record.id, Record.process, Record.phase, Record.final, Record.opened_on).where(Record.id.in_(wanted))
    ).all()
    moves = session.execute(
        sa.select(AuditEvent.record_id, AuditEvent.process, AuditEvent.to_stage, AuditEvent.occurred_on)
        .where(
            AuditEvent.record_id.in_(wanted),
            sa.or_(AuditEvent.from_stage.is_(None), AuditEvent.from_stage != AuditEvent.to_stage),
        )
        .order_by(AuditEvent.record_id, AuditEvent.seq)
    ).all()
    entered: dict[int, list[tuple[str, date]]] = {}
    last: dict[int, date] = {}
    for record_id, process, stage, on in moves:
        phase = _phase(process, stage)
        so_far = entered.setdefault(record_id, [])
        last[record_id] = max(on, last.get(record_id, on))
        if phase and (not so_far or so_far[-1][0] != phase):
            so_far.append((phase, max(on, so_far[-1][1]) if so_far else on))
    return {
        row.id: _reached(
            row.process,
            entered.get(row.id) or [(row.phase, row.opened_on)],
            max(last.get(row.id, today), row.opened_on) if row.final else today,
        )
        for row in records
    }


def _phase(process: str, stage: str) -> str:
    try:
        return workflows.get(process).stage(stage).phase
    except KeyError:
        return ""


def _reached(process_id: str, entered: list[tuple[str, date]], end: date) -> tuple[Reached, ...]:
    phases = workflows.get(process_id).phases
    places = {phase.key: (number, phase.label) for number, phase in enumerate(phases, start=1)}
    found = []
    for i, (phase, on) in enumerate(entered):
        following = entered[i + 1][1] if i + 1 < len(entered) else max(end, on)
        number, label = places.get(phase, (0, phase))
        found.append(Reached(phase, label, number, on, following, i + 1 == len(entered)))
    return tuple(found)
