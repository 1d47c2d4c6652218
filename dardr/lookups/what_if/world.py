"""Records with their running clocks, holds and agreed dates as copies in memory, on which something may be supposed.

Everything is read once, in a reading transaction, and copied: what is supposed happens to the copies, through the same
functions that work out dates in earnest. No copy is ever added to a session.
"""

from __future__ import annotations

import copy
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework import arming, deadlines
from dardr.casework.facts import settings_of
from dardr.lookups.calendars import calendar_named, with_holidays
from dardr.lookups.deadlines import running_state
from dardr.lookups.records import bodies_of, label_of
from dardr.storage.base import Base
from dardr.storage.reviews import RUNNING, AgreedDate, AuditEvent, Deadline, Hold, Record, RecordLink
from workflows.calendar import ENGLAND_AND_WALES, Calendar, CannotCount
from workflows.clocks import State
from workflows.counting import Unit
from workflows.definition import Clock, Process

SUPPOSED = -1
"""Stands for the event of what is only supposed."""
WAITS = frozenset({State.HELD, State.DEFERRED})
"""How a clock stands while nobody is reminded of it."""
AT_ONCE = 500
"""How many records are asked for in one query."""

Row = TypeVar("Row", bound=Base)


@dataclass(eq=False)
class Standing:
    """A record as it would stand: its own stage and facts; ``record`` is never changed.

    ``supposed`` is True of one that something supposed would open. ``serves`` are the ids of the records it serves.
    """

    record: Record
    process: Process
    label: str
    stage: str
    facts: Mapping[str, Any]
    serves: frozenset[int] = frozenset()
    supposed: bool = False

    @property
    def id(self) -> int:
        return self.record.id

    @property
    def ref(self) -> str:
        return self.record.ref

    @property
    def final(self) -> bool:
        """Whether it would be at an end."""
        return self.process.stage(self.stage).final

    def move(self, stage: str, facts: Mapping[str, Any]) -> None:
        """Let it stand at another stage, with other facts."""
        self.stage, self.facts = stage, facts


@dataclass(frozen=True, slots=True)
class Point:
    """How a clock stands: the date that counts, where it counts from, its first date, and whether it waits."""

    due: date | None
    original: date | None
    agreed: date | None
    start: date | None
    held: bool
    problem: str | None
    state: State


@dataclass(eq=False)
class Run:
    """One run of a clock: the copy that is worked on, the row as recorded, and the day from which it is otherwise."""

    row: Deadline
    standing: Standing
    clock: Clock
    before: Deadline | None
    changed_on: date | None = None


@dataclass
class World:
    """What is supposed to be. ``day`` is the London date on which one would stand after all that is supposed.

    ``speaking_of`` is the record that notes are about, where several are looked at.
    """

    session: Session
    today: date
    day: date
    standings: dict[int, Standing]
    runs: list[Run]
    holds: list[Hold]
    agreed: dict[int, list[tuple[AgreedDate, date]]]
    added: dict[date, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    deferred_before: dict[int, set[str]] = field(default_factory=dict)
    speaking_of: str = ""
    _calendars: dict[tuple[str, bool, int], Calendar] = field(default_factory=dict)
    _runs_of: dict[int, list[Run]] = field(default_factory=lambda: defaultdict(list))
    _serving: dict[int, list[Standing]] = field(default_factory=lambda: defaultdict(list))
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(-1, -1))

    def __post_init__(self) -> None:
        for run in self.runs:
            self._runs_of[run.standing.id].append(run)
        for standing in self.standings.values():
            for above in standing.serves:
                self._serving[above].append(standing)

    # --- looking ------------------------------------------------------------------------------------------

    def holds_over(self, standing: Standing) -> list[Hold]:
        """The holds of a record and of those it serves, as ``deadlines.holds_over`` reads them."""
        return [h for h in self.holds if h.record_id == standing.id or h.record_id in standing.serves]

    def open_holds(self, record_id: int | None = None) -> list[Hold]:
        """The holds that would be open, of one record or of all."""
        return [h for h in self.holds if h.open and record_id in (None, h.record_id)]

    def running(self, standing: Standing | None = None) -> Iterator[Run]:
        """The runs that would not have ended, of one record or of all."""
        return (r for r in (self.runs if standing is None else self._runs_of[standing.id]) if r.row.running)

    def serving(self, standing: Standing) -> list[Standing]:
        """The records that serve one, oldest first; those that are only supposed last."""
        return self._serving[standing.id]

    def around(self, root: Standing) -> list[Standing]:
        """A record and those that serve it."""
        return [root, *self.serving(root)]

    def calendar(self, clock: Clock, partnership_id: int) -> Calendar:
        """The calendar a clock counts with, with the bank holidays that are supposed."""
        key = (clock.calendar, clock.local_closures, partnership_id)
        if key not in self._calendars:
            found = deadlines.calendar_for(self.session, clock, partnership_id)
            self._calendars[key] = with_holidays(found, self.added)
        return self._calendars[key]

    def plain_calendar(self) -> Calendar:
        """Bank holidays as they are known, without what is supposed."""
        return calendar_named(self.session, ENGLAND_AND_WALES)

    def ground(self, standing: Standing) -> arming.Ground:
        """What dates of a record are worked out from here."""
        return arming.Ground(
            lambda clock: self.calendar(clock, standing.record.partnership_id), lambda: self.holds_over(standing)
        )

    def settings(self, standing: Standing) -> dict[str, Any]:
        """The settings of the partnership of a record."""
        return settings_of(self.session, standing.record.partnership_id)

    def point(self, run: Run, row: Deadline, *, before: bool = False) -> Point:
        """How a row stands on the day on which one would stand."""
        deferred = self.deferred_before if before else self._deferred()
        return Point(
            row.due_on,
            row.original_due_on,
            row.agreed_due_on,
            row.start_on,
            row.held,
            row.problem,
            deadlines.state(row, run.clock, self.day)
            if not row.running
            else running_state(run.clock, row, deferred.get(run.standing.id, set()), self.day),
        )

    def _deferred(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for hold in self.open_holds():
            found.setdefault(hold.record_id, set()).add(hold.kind)
        return found

    # --- supposing ----------------------------------------------------------------------------------------

    @contextmanager
    def about(self, ref: str) -> Iterator[None]:
        """Until this ends, what is said begins with a reference."""
        self.speaking_of = ref
        try:
            yield
        finally:
            self.speaking_of = ""

    def note(self, said: str) -> None:
        """Say something to whoever asked, once."""
        if self.speaking_of not in said:
            said = f"{self.speaking_of}: {said}"
        if said not in self.notes:
            self.notes.append(said)

    def work_out(self, runs: Iterable[Run], on: date) -> None:
        """Work running clocks out again from what would be so on a day."""
        for run in runs:
            if not deadlines.can_be_worked_out(run.row):
                continue
            before = (run.row.due_on, run.row.held)
            try:
                deadlines.work_out(
                    run.row,
                    run.standing.process,
                    self.holds_over(run.standing),
                    self.agreed.get(run.row.id, ()),
                    self.calendar(run.clock, run.standing.record.partnership_id),
                    max(on, self.today),
                )
            except CannotCount as error:
                self.note(f"{run.clock.label}: {error}")
            if (run.row.due_on, run.row.held) != before:
                run.changed_on = max(on, self.today)

    def work_out_under(self, hold: Hold, on: date) -> None:
        """Work out again what a hold names, on its record and on what serves that."""
        named = set(hold.clocks or ())
        self.work_out(
            [
                run
                for run in self.runs
                if run.row.clock in named
                and (hold.record_id == run.standing.id or hold.record_id in run.standing.serves)
            ],
            on,
        )

    def add_holidays(self, days: Mapping[date, str]) -> None:
        """Suppose more bank holidays: clocks that count working days are worked out again, as in earnest."""
        self.added = {**self.added, **days}
        self._calendars.clear()
        self.work_out([run for run in self.running() if run.row.unit == str(Unit.WORKING_DAYS)], self.today)

    def next_id(self) -> int:
        """An id that no record and no row has."""
        return next(self._ids)

    def add_run(self, run: Run) -> None:
        """Let a clock run that does not run yet."""
        self.runs.append(run)
        self._runs_of[run.standing.id].append(run)

    def add_standing(self, standing: Standing) -> None:
        """Let there be a record that is only supposed."""
        self.standings[standing.id] = standing
        for above in standing.serves:
            self._serving[above].append(standing)


# --- reading it -------------------------------------------------------------------------------------------


def load(session: Session, records: Sequence[Record], today: date) -> World:
    """Copies of the running clocks of these records, with all holds and agreed dates that count for them."""
    ids = [record.id for record in records]
    serves = _serves(session, ids)
    whose = bodies_of(session, ids)
    standings = {
        record.id: Standing(
            record,
            workflows.get(record.process),
            label_of(record, whose.get(record.id, ())),
            record.stage,
            record.facts,
            serves.get(record.id, frozenset()),
        )
        for record in records
    }
    held_by = {*ids, *(above for found in serves.values() for above in found)}
    holds = [copied(hold) for part in _parts(held_by) for hold in session.scalars(_standing_holds(part))]
    rows = [row for part in _parts(ids) for row in session.scalars(_running(part))]
    agreed: dict[int, list[tuple[AgreedDate, date]]] = {}
    for part in _parts([row.id for row in rows if row.agreed_due_on is not None]):
        for one, on in session.execute(_agreed(part)):
            agreed.setdefault(one.deadline_id, []).append((one, on))
    runs = []
    for row in rows:
        standing = standings[row.record_id]
        runs.append(Run(copied(row), standing, standing.process.clock(row.clock), row))
    world = World(session, today, today, standings, runs, sorted(holds, key=lambda h: h.id), agreed)
    world.deferred_before = world._deferred()
    return world


def copied(row: Row) -> Row:
    """A copy that belongs to no session; lists and mappings in it are copied too."""
    return type(row)(**{c.key: copy.copy(getattr(row, c.key)) for c in sa.inspect(type(row)).column_attrs})


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    every = sorted(ids)
    return (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE))


def _serves(session: Session, ids: Iterable[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for part in _parts(ids):
        for item, above in session.execute(
            sa.select(RecordLink.item_id, RecordLink.review_id).where(
                RecordLink.item_id.in_(part), RecordLink.kind == "item"
            )
        ):
            found.setdefault(item, set()).add(above)
    return {one: frozenset(above) for one, above in found.items()}


def _standing_holds(ids: list[int]) -> sa.Select[Hold]:
    return sa.select(Hold).where(Hold.record_id.in_(ids), Hold.undone_by_event.is_(None)).order_by(Hold.id)


def _running(ids: list[int]) -> sa.Select[Deadline]:
    return (
        sa.select(Deadline)
        .where(
            Deadline.record_id.in_(ids),
            *RUNNING,
        )
        .order_by(Deadline.id)
    )


def _agreed(ids: list[int]) -> sa.Select[AgreedDate, date]:
    return (
        sa.select(AgreedDate, AuditEvent.occurred_on)
        .join(AuditEvent, AuditEvent.id == AgreedDate.event_id)
        .where(AgreedDate.deadline_id.in_(ids), AgreedDate.undone_by_event.is_(None))
        .order_by(AgreedDate.id)
    )
