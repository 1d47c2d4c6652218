"""What is still waited for on records that have ended: looks at the effect of actions, by the hundred in a large plan.

Nothing of it is anybody's here to do: bodies owe it. So My work counts it in the database and reads only the earliest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.recipients import OF_BODIES
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordLink
from workflows.definition import Action, Clock, Party, Process


@dataclass(frozen=True, slots=True)
class AfterTheEnd:
    """The dates that run on ended records, earliest first, each with the id of its record."""

    dates: tuple[tuple[int, date], ...]

    def first(self, most: int) -> set[int]:
        """The records with the ``most`` earliest dates."""
        return {record_id for record_id, _ in self.dates[:most]}

    def all_but(self, most: int) -> set[int]:
        """The other records."""
        return {record_id for record_id, _ in self.dates} - self.first(most)


def after_the_end(session: Session, viewer: Actor, who: Actor | None) -> AfterTheEnd:
    """What is waited for on ended records that serve a review ``who`` carries, or on all that the viewer may see."""
    condition = _only_waited_for()
    if who is not None:
        review = aliased(Record)
        carried = (
            sa.select(RecordLink.item_id)
            .join(review, review.id == RecordLink.review_id)
            .where(RecordLink.kind == "item", review.case_manager_id == who.id)
        )
        condition = sa.and_(Record.id.in_(carried), condition)
    rows = session.execute(
        sa.select(Record.id, Deadline.due_on)
        .join(Deadline, Deadline.record_id == Record.id)
        .where(condition, visible(viewer), *RUNNING)
        .order_by(Deadline.due_on, Record.ref, Deadline.id)
    )
    return AfterTheEnd(tuple((record_id, due) for record_id, due in rows if due is not None))


def ends(process: Process, stage: str, clock: Clock, blocked: Collection[str] = ()) -> Action | None:
    """The step that stops a clock or starts it anew where a record of that stage allows one; ``blocked`` are not."""
    anew = [process.action(key) for key in clock.starts_on if clock.restarts and process.action(key).main]
    here = [
        action
        for action in (*anew, *(process.action(key) for key in clock.stops_on))
        if stage in action.source and action.key not in blocked
    ]
    leading = [action for action in here if action.main]
    if leading or (here and not any(process.action(key).main for key in clock.stops_on)):
        return (leading or here)[0]
    return None


@cache
def _only_waited_for() -> sa.ColumnElement[bool]:
    """Ended records of which every date that runs is one that a body owes and that a step still ends."""
    running = aliased(Deadline)
    counted = sa.or_(
        sa.false(),
        *(
            sa.and_(Record.process == process, Record.stage.in_(stages), running.clock.in_(clocks))
            for process, stages, clocks in _owed_by_bodies()
        ),
    )
    another = sa.exists().where(
        running.record_id == Record.id,
        running.stopped_by_event.is_(None),
        running.withdrawn_by_event.is_(None),
        sa.or_(running.due_on.is_(None), sa.not_(counted)),
    )
    processes = sorted({process for process, _, _ in _owed_by_bodies()})
    return sa.and_(Record.final.is_(True), Record.process.in_(processes), sa.not_(another))


@cache
def _owed_by_bodies() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """By process: the stages at which it has ended, and the clocks owed by bodies that can still be ended there."""
    found: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    for process in workflows.all_processes():
        if process.key in workflows.REVIEW_KEYS:
            continue
        stages: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for stage in process.stages:
            if stage.final and stage.acts is Party.NOBODY:
                clocks = tuple(c.key for c in process.clocks if c.owner in OF_BODIES and ends(process, stage.key, c))
                stages[clocks].append(stage.key)
        found += [(process.id, tuple(keys), clocks) for clocks, keys in stages.items() if clocks]
    return tuple(found)
