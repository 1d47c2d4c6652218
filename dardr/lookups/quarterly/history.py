"""The record as it stood: what had been recorded by the end of one day, counted by when it occurred.

Nothing here reads what a record is today. Stages and facts are folded from events; deadlines, holds and agreed dates
stand or fall with the events that made and unmade them. What was undone later still counts as standing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.fold import fold_event
from dardr.lookups.quarterly.periods import end_of_day
from dardr.storage.reviews import AgreedDate, AuditEvent, Deadline, EventValues, Hold, Record, RecordLink
from workflows.definition import Process


@dataclass(frozen=True, slots=True)
class Then:
    """One event, as far as a report needs it. ``after`` is what it recorded (empty where lawfully destroyed)."""

    id: int
    seq: int
    action: str
    to_stage: str
    process: str
    occurred_on: date
    after: dict[str, Any]


@dataclass
class Story:
    """One record: its events recorded in time, oldest first, and where they leave it on a day."""

    id: int
    ref: str
    process_key: str
    partnership_id: int
    parent_id: int | None
    events: list[Then] = field(default_factory=list)

    def until(self, day: date) -> Iterator[Then]:
        """The events that occurred by that London day, in the order they were recorded."""
        return (e for e in self.events if e.occurred_on <= day)

    def stage_on(self, day: date) -> str | None:
        """The stage the record was in at the end of that day; None before its first event."""
        stage = None
        for event in self.until(day):
            stage = event.to_stage
        return stage

    def process_on(self, day: date) -> Process:
        """The version of the process it followed then."""
        followed = self.events[0].process
        for event in self.until(day):
            followed = event.process
        return workflows.get(followed)

    def final_on(self, day: date) -> bool:
        """True where its stage then was a last one."""
        stage = self.stage_on(day)
        return stage is not None and self.process_on(day).stage(stage).final

    def facts_on(self, day: date) -> dict[str, Any]:
        """What was recorded of it, by events that occurred by that day."""
        facts: dict[str, Any] = {}
        for event in self.until(day):
            action = workflows.get(event.process).action(event.action)
            facts = fold_event(facts, action, event.after, seq=event.seq, actor_id=0, occurred_on=event.occurred_on)
        return facts

    def last(self, actions: Collection[str], day: date) -> Then | None:
        """The last of those actions by that day."""
        found = None
        for event in self.until(day):
            if event.action in actions:
                found = event
        return found

    def between(self, actions: Collection[str], has: Callable[[date], bool]) -> list[Then]:
        """Those of its events with one of these actions whose day the condition holds."""
        return [e for e in self.events if e.action in actions and has(e.occurred_on)]


@dataclass(frozen=True, slots=True)
class HoldThen:
    """A hold as it stood: without an end that was recorded later, and without an undoing that came later."""

    id: int
    record_id: int
    kind: str
    from_on: date
    until_on: date | None
    reason: str
    asked_by: str
    clocks: tuple[str, ...]
    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreedThen:
    """An agreed date as it stood, with the day it was agreed."""

    id: int
    deadline_id: int
    due_on: date
    reason: str
    agreed_by: str
    agreed_on: date


@dataclass(frozen=True, slots=True)
class DeadlineThen:
    """One run of a clock as it stood: started, and stopped or withdrawn only by what was recorded in time."""

    id: int
    record_id: int
    clock: str
    clock_id: str
    start_on: date | None
    n: int | None
    unit: str | None
    original_due_on: date | None
    started_on: date
    started_by: int
    stopped_on: date | None
    withdrawn: bool
    agreed: tuple[AgreedThen, ...]


class History:
    """Everything of one partnership recorded by the end of ``as_at`` (London), seen on ``day``."""

    def __init__(
        self,
        day: date,
        stories: dict[int, Story],
        links: Iterable[tuple[int, int]],
        deadlines: list[DeadlineThen],
        holds: list[HoldThen],
    ) -> None:
        self.day = day
        self.stories = stories
        self.deadlines = deadlines
        self.holds = holds
        self._served: dict[int, set[int]] = defaultdict(set)
        for review_id, item_id in links:
            if review_id in stories and item_id in stories:
                self._served[item_id].add(review_id)

    def of(self, *process_keys: str) -> list[Story]:
        """The records of those processes that had begun by the day, in order of their reference."""
        return sorted(
            (s for s in self.stories.values() if s.process_key in process_keys and s.stage_on(self.day)),
            key=lambda s: s.ref,
        )

    def served_by(self, item: Story) -> list[Story]:
        """The reviews (or the section 8 report) an item serves."""
        found = [self.stories[i] for i in sorted(self._served[item.id])]
        return [s for s in found if s.stage_on(self.day)]

    def serving(self, review: Story, process_key: str) -> list[Story]:
        """The items of one process that serve a review."""
        return [self.stories[i] for i in self._serving.get(review.id, ()) if self.stories[i].process_key == process_key]

    @cached_property
    def _serving(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for item, reviews in self._served.items():
            for review in reviews:
                found[review].append(item)
        return {review: sorted(items) for review, items in found.items()}

    def deadline_of(self, story: Story, clock: str) -> DeadlineThen | None:
        """The last run of that clock on that record, withdrawn ones apart."""
        runs = [d for d in self._by_record.get((story.id, clock), ()) if not d.withdrawn]
        return runs[-1] if runs else None

    @cached_property
    def _by_record(self) -> dict[tuple[int, str], list[DeadlineThen]]:
        found: dict[tuple[int, str], list[DeadlineThen]] = defaultdict(list)
        for deadline in self.deadlines:
            found[deadline.record_id, deadline.clock].append(deadline)
        return found

    def holds_on(self, story: Story) -> list[HoldThen]:
        """The holds of a record, open or ended, oldest first."""
        return [h for h in self.holds if h.record_id == story.id]

    def open_holds(self, story: Story, kind: str | None = None) -> list[HoldThen]:
        """The holds of a record still open on the day."""
        return [
            h
            for h in self.holds_on(story)
            if (h.until_on is None or h.until_on > self.day) and (kind is None or h.kind == kind)
        ]


def load(session: Session, partnership_id: int, process_keys: Collection[str], as_at: date, day: date) -> History:
    """Read what was recorded by the end of ``as_at`` and occurred by ``day``, of the records of those processes.

    Both are London dates; ``day`` is not after ``as_at``.
    """
    cutoff = end_of_day(as_at)
    ours = sa.and_(Record.partnership_id == partnership_id, Record.process_key.in_(process_keys))
    stories = _stories(session, ours, cutoff)
    seen = {e.id: e for s in stories.values() for e in s.events}
    happened = {i: e for i, e in seen.items() if e.occurred_on <= day}
    holds = _holds(session, ours, happened)
    deadlines = _deadlines(session, ours, happened, day)
    return History(day, stories, _links(session, ours, stories), deadlines, holds)


def load_published(session: Session, as_at: date, day: date) -> History:
    """The published cases of every partnership on record by the end of ``as_at``. They have no clocks and no holds."""
    published = Record.process_key == "historic"
    return History(day, _stories(session, published, end_of_day(as_at)), (), [], [])


def _stories(session: Session, ours: sa.ColumnElement[bool], cutoff: datetime) -> dict[int, Story]:
    stories: dict[int, Story] = {}
    rows = session.execute(
        sa.select(
            AuditEvent.id,
            AuditEvent.record_id,
            AuditEvent.seq,
            AuditEvent.action,
            AuditEvent.to_stage,
            AuditEvent.process,
            AuditEvent.occurred_on,
            EventValues.after,
            Record.ref,
            Record.process_key,
            Record.partnership_id,
            Record.parent_id,
        )
        .join(Record, Record.id == AuditEvent.record_id)
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .where(ours, AuditEvent.recorded_at < cutoff)
        .order_by(AuditEvent.record_id, AuditEvent.seq)
    )
    for event_id, record_id, seq, action, to_stage, process, occurred_on, after, ref, key, tenant, parent_id in rows:
        story = stories.get(record_id)
        if story is None:
            story = stories[record_id] = Story(record_id, ref, key, tenant, parent_id)
        story.events.append(Then(event_id, seq, action, to_stage, process, occurred_on, after or {}))
    return stories


def _links(session: Session, ours: sa.ColumnElement[bool], stories: dict[int, Story]) -> list[tuple[int, int]]:
    """Which item serves which review. An item is linked when it is opened, so it was linked if it was there."""
    rows = session.execute(
        sa.select(RecordLink.review_id, RecordLink.item_id)
        .join(Record, Record.id == RecordLink.item_id)
        .where(ours, RecordLink.kind == "item")
        .order_by(RecordLink.review_id, RecordLink.item_id)
    )
    return [(review, item) for review, item in rows if item in stories]


def _holds(session: Session, ours: sa.ColumnElement[bool], happened: dict[int, Then]) -> list[HoldThen]:
    found = []
    for hold in session.scalars(
        sa.select(Hold).join(Record, Record.id == Hold.record_id).where(ours).order_by(Hold.id)
    ):
        if hold.placed_by_event not in happened or hold.undone_by_event in happened:
            continue
        ended = hold.ended_by_event is not None and hold.ended_by_event in happened
        found.append(
            HoldThen(
                hold.id,
                hold.record_id,
                hold.kind,
                hold.from_on,
                hold.until_on if ended else None,
                hold.reason,
                hold.asked_by,
                tuple(hold.clocks),
                tuple(hold.activities),
            )
        )
    return found


def _deadlines(
    session: Session, ours: sa.ColumnElement[bool], happened: dict[int, Then], day: date
) -> list[DeadlineThen]:
    agreed: dict[int, list[AgreedThen]] = defaultdict(list)
    for row in session.scalars(
        sa.select(AgreedDate).join(Record, Record.id == AgreedDate.record_id).where(ours).order_by(AgreedDate.id)
    ):
        if row.event_id in happened and row.undone_by_event not in happened:
            agreed[row.deadline_id].append(
                AgreedThen(
                    row.id, row.deadline_id, row.due_on, row.reason, row.agreed_by, happened[row.event_id].occurred_on
                )
            )
    found = []
    for row in session.scalars(
        sa.select(Deadline).join(Record, Record.id == Deadline.record_id).where(ours).order_by(Deadline.id)
    ):
        if row.started_by_event not in happened:
            continue
        stopped = row.stopped_by_event in happened and row.stopped_on is not None and row.stopped_on <= day
        found.append(
            DeadlineThen(
                row.id,
                row.record_id,
                row.clock,
                row.clock_id,
                row.start_on,
                row.n,
                row.unit,
                row.original_due_on,
                happened[row.started_by_event].occurred_on,
                row.started_by_event,
                row.stopped_on if stopped else None,
                row.withdrawn_by_event in happened,
                tuple(agreed[row.id]),
            )
        )
    return found
