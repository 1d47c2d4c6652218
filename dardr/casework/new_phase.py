"""A review enters another phase: what that asks for on the records that serve it is written in the same transaction.

Nobody takes such an action by hand (``Process.on_new_phase``): it follows from the event that moved the review.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework import arming, deadlines
from dardr.casework.facts import load_facts
from dardr.storage.reviews import Deadline, Record, RecordLink
from dardr.systime import london_date
from workflows.definition import Clock, Process
from workflows.engine import judge

PHASE = "new_phase"
"""The question of such an action that takes the name of the phase."""


@cache
def told_of_phases() -> tuple[str, ...]:
    """The keys of the processes whose records are told when a review they serve enters another phase."""
    return tuple(process.key for process in workflows.all_processes() if process.on_new_phase)


def note(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    process: Process,
    from_stage: str,
    occurred_on: date,
) -> None:
    """Write it on every open record that serves ``record``, where the event led from ``from_stage`` to a new phase."""
    phase = process.phase_of(record.stage)
    if process.phase_of(from_stage).key == phase.key:
        return
    query = (
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(
            RecordLink.review_id == record.id,
            RecordLink.kind == "item",
            Record.process_key.in_(told_of_phases()),
            Record.final.is_(False),
        )
        .order_by(Record.id)
        .with_for_update(of=Record)
    )
    for item in session.scalars(query).all():
        _write(session, actor, now, item, phase.label, occurred_on)


def _write(session: Session, actor: Actor, now: datetime, item: Record, phase: str, occurred_on: date) -> None:
    from dardr.casework.act import record_event

    process, today = workflows.get(item.process), london_date(now)
    action = process.on_new_phase
    assert action is not None
    facts = load_facts(session, actor, item, process, today, actions=(action,))
    if judge(process, action, facts, ()).blocked:
        return
    started = arming.touched_by(process, action.key).starts
    running = deadlines.running(session, [item.id], [clock.key for clock in started])
    typed: dict[str, Any] = {PHASE: phase, **due_now(started, running, today)}
    record_event(session, actor, now, item, process, action, typed, max(occurred_on, item.opened_on))


def due_now(started: Iterable[Clock], running: Iterable[Deadline], today: date) -> dict[str, date]:
    """Due today, or still on the earlier day on which it was due already: answers by the question of each clock."""
    day = min((row.due_on for row in running if row.due_on is not None), default=today)
    return {clock.given_in: min(day, today) for clock in started if clock.given_in}
