"""My work: what somebody owes, what is past its date, what comes this fortnight, and whom they wait for.

One rule says whose something is: the party that owes it, resolved as for reminders. However many reviews there are,
the number of queries stays the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

import workflows
from dardr.access import TASK, roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.recipients import NEVER_WRITTEN_TO, OF_BODIES, Recipients
from dardr.lookups.after_the_end import after_the_end, ends
from dardr.lookups.deadlines import running_state, stands_of
from dardr.lookups.waiting import ELSEWHERE, Standing, Waits, mover_of, some_of
from dardr.lookups.whose import Whose, may_be_owed, may_concern, of_person, of_team
from dardr.storage.reviews import Deadline, Record, RecordLink
from workflows.clocks import MISSED, State
from workflows.definition import PARTY_LABELS, Action, Clock, Kind, Party, Process

SEND_REMINDER = "send_reminder"
"""The action by which a person reminds whoever owes something."""
WEEK = timedelta(days=7)
FORTNIGHT = timedelta(days=14)
COLLEAGUE = "A colleague, as the second person"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do, or to wait for: what, of which review, by when, how it stands, and the one action that does it.

    ``stands`` is what ``how_it_stands`` reads; None where no clock runs. ``do`` is (label, reference, key) of the
    action, ``blocked`` says that it is not possible yet, ``remind`` names the clock by which its owner can be reminded
    now. ``since`` is a London date.
    """

    what: str
    ref: str
    process: str
    review_ref: str
    review_process: str
    title: str
    owner: str
    due: date | None = None
    state: State | None = None
    agreed: bool = False
    local: bool = False
    stands: dict[str, Any] | None = None
    since: date | None = None
    do: tuple[str, str, str] | None = None
    blocked: bool = False
    remind: str = ""


@dataclass(slots=True)
class Work:
    """The lines of one page, each list in the order in which they come due."""

    breached: list[Line] = field(default_factory=list)
    late: list[Line] = field(default_factory=list)
    past_target: list[Line] = field(default_factory=list)
    past_guide: list[Line] = field(default_factory=list)
    this_week: list[Line] = field(default_factory=list)
    next_week: list[Line] = field(default_factory=list)
    undated: list[Line] = field(default_factory=list)
    later: list[Line] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    beyond: int = 0
    beyond_soon: int = 0
    """How many lines of what is waited for were counted and not read, and how many of them are due in a fortnight."""

    def owed(self) -> list[Line]:
        """Everything to be done, in the order of the page."""
        return [
            *self.breached, *self.late, *self.past_target, *self.past_guide, *self.this_week, *self.next_week,
            *self.undated, *self.later,
        ]  # fmt: skip


def work_of(
    session: Session,
    viewer: Actor,
    today: date,
    *,
    person: Actor | None = None,
    team: bool = False,
    most: int | None = None,
) -> Work:
    """The work of ``viewer``, of another ``person``, or of the whole team, as far as the viewer may see it.

    ``today`` is a London date. ``most``: how many lines of what is waited for are needed, the earliest; what is waited
    for on records that have ended is then counted and not read beyond those.
    """
    who = person or viewer
    query = sa.select(Record.id).where(visible(viewer), may_be_owed())
    wanted = set(session.scalars(query if team else query.where(may_concern(who))))
    beyond: list[date] = []
    if most is not None and (team or not (who.body_ids or who.conflicts or who.is_operator)):
        ended = after_the_end(session, viewer, None if team else who)
        left_out = ended.all_but(most)
        beyond = [due for record_id, due in ended.dates if record_id in left_out]
        wanted -= left_out
    found = session.scalars(sa.select(Record).options(defer(Record.facts)).where(Record.id.in_(sorted(wanted))))
    records = {record.id: record for record in found}
    people = Recipients(session)
    people.prepare(records.values())
    whose = of_team(session, people, viewer) if team else of_person(people, who)
    work = _Desk(session, viewer, today, records, people, whose).work()
    work.beyond, work.beyond_soon = len(beyond), sum(due < today + FORTNIGHT for due in beyond)
    return work


class _Desk:
    """The records somebody may see, sorted into what they owe and what they wait for."""

    def __init__(
        self,
        session: Session,
        viewer: Actor,
        today: date,
        records: dict[int, Record],
        people: Recipients,
        whose: Whose,
    ) -> None:
        self.session, self.viewer, self.today = session, viewer, today
        self.records, self.people, self.whose = records, people, whose
        ours = [record.id for record in records.values() if self._may_be_ours(record)]
        self.waits = Waits(session, viewer, ours, today, for_person=whose.person_id, beside=records, people=people)
        self.reviews = _served(session, viewer, records)
        self.roles = roles_on_each(session, viewer, records.values())

    def work(self) -> Work:
        """Every line, sorted."""
        found = Work()
        said: set[int] = set()
        done: set[tuple[str, str]] = set()
        for row, record in self._running():
            process = workflows.get(record.process)
            clock = process.clock(row.clock)
            if record.final and self._button(record, process, clock) is None:
                continue  # it ended with its date; nothing is left to do about that
            if self.whose.owes(record, clock.owner):
                line = self._of_clock(row, record, process, clock, mine=True)
                if line.do:
                    done.add(line.do[1:])
                _place(found, line, self.today)
                if process.stage(record.stage).acts is clock.owner and record.process_key not in workflows.REVIEW_KEYS:
                    said.add(record.id)
            elif self._waits_for(record, clock):
                found.waiting.append(self._of_clock(row, record, process, clock, mine=False))
                if process.stage(record.stage).acts is clock.owner:
                    said.add(record.id)
        for record in self.records.values():
            line = None if record.id in said else self._of_stage(record, done)
            if line is not None:
                (found.undated if line.do or line.blocked else found.waiting).append(line)
        for lines in (found.waiting, found.undated, found.later):
            lines.sort(key=_order)
        return found

    def _running(self) -> list[tuple[Deadline, Record]]:
        """The clocks that run, by date; those without one last."""
        rows = [(row, record) for record in self.records.values() for row in self.waits.made[record.id].deadlines]
        return sorted(rows, key=lambda one: (one[0].due_on is None, one[0].due_on or date.max, one[0].id))

    def _may_be_ours(self, record: Record) -> bool:
        acts = workflows.get(record.process).stage(record.stage).acts
        if acts not in ELSEWHERE and self.whose.owes(record, acts):
            return True
        return record.process_key in workflows.REVIEW_KEYS and self.whose.looks_after(record)

    def _waits_for(self, record: Record, clock: Clock) -> bool:
        return self.whose.looks_after(record) or self.whose.owes(record, clock.owed_to)

    # --- lines ------------------------------------------------------------------------------------------

    def _of_clock(self, row: Deadline, record: Record, process: Process, clock: Clock, *, mine: bool) -> Line:
        holds = {hold.kind for hold in self.waits.made[record.id].holds}
        state = running_state(clock, row, holds, self.today)
        due = row.due_on
        return self._line(
            self._called(clock.label, record),
            record,
            clock.owner,
            due=due,
            state=state,
            agreed=row.agreed_due_on is not None,
            local=clock.date.kind is Kind.LOCAL,
            since=row.start_on,
            do=self._button(record, process, clock) if mine else None,
            remind=""
            if mine or not self._can_be_reminded(record, process, clock, due, state)
            else f"{clock.key}-{row.id}",
            stands=stands_of(clock, row, state),
        )

    def _can_be_reminded(self, record: Record, process: Process, clock: Clock, due: date | None, state: State) -> bool:
        if clock.owner in NEVER_WRITTEN_TO or due is None or state in (State.HELD, State.DEFERRED):
            return False
        action = next((a for a in process.actions if a.key == SEND_REMINDER), None)
        return action is not None and record.stage in action.source and bool(action.roles & self.roles[record.id])

    def _button(self, record: Record, process: Process, clock: Clock) -> tuple[str, str, str] | None:
        """What stops a clock or starts it anew, where the stage allows it; else the step that leads there, or None."""
        standing = self.waits.of.get(record.id)
        step = standing.next_step if standing else None
        if step is not None and step.by_another:
            return None
        if step is not None and step.action.key in clock.stops_on:
            return _do(step.action, record)
        blocked = {s.action.key for s in standing.steps if s.reasons or s.by_another} if standing else set[str]()
        action = ends(process, record.stage, clock, blocked) or (step.action if step else None)
        return _do(action, record) if action else None

    def _of_stage(self, record: Record, done: set[tuple[str, str]]) -> Line | None:
        """The next step where no clock said it: to do, or to wait for."""
        standing = self.waits.of.get(record.id)
        process = workflows.get(record.process)
        acts = process.stage(record.stage).acts
        step = standing.next_step if standing else None
        if standing is not None and step is not None and acts not in ELSEWHERE:
            if (record.ref, step.action.key) in done:
                return None
            if step.by_another:
                line = self._line(standing.next_words, record, acts, since=standing.since)
                return dataclasses.replace(line, owner=COLLEAGUE)
            if self.whose.owes(record, mover_of(acts, step.action) if acts not in OF_BODIES else acts):
                what = self._called(standing.next_words, record)
                return self._line(what, record, acts, since=standing.since, do=_do(step.action, record))
        if standing is not None and step is None and self.whose.owes(record, acts):
            return self._in_the_way(standing)
        if not self.whose.looks_after(record) or acts is Party.NOBODY or self.whose.owes(record, acts):
            return None
        stage = process.stage(record.stage)
        what = stage.label if record.process_key in workflows.REVIEW_KEYS else self._called(stage.label, record)
        return self._line(what, record, acts, since=self.waits.made[record.id].since)

    def _in_the_way(self, standing: Standing) -> Line:
        """A step that is somebody's to take and not possible yet: theirs to look at, or others' to end."""
        record, acts = standing.record, standing.stage.acts
        line = self._line(self._called(standing.next_words, record), record, acts, since=standing.since)
        owners = list(dict.fromkeys(self._owner(item.record, item.stage.acts) for item in standing.in_the_way))
        return dataclasses.replace(line, owner=some_of(owners)) if owners else dataclasses.replace(line, blocked=True)

    def _line(self, what: str, record: Record, party: Party, **more: Any) -> Line:
        review = self.reviews.get(record.id, record)
        return Line(
            what,
            record.ref,
            record.process_key,
            review.ref,
            review.process_key,
            review.title if review.process_key in workflows.REVIEW_KEYS else "",
            self._owner(record, party),
            **more,
        )

    def _called(self, what: str, record: Record) -> str:
        """What it is, with the title of the record where that says more than the review or the body it is owed by."""
        if record.process_key in workflows.REVIEW_KEYS or record.title in ("", *self._bodies(record)):
            return what
        return record.title if record.process_key == TASK else f"{what}: {record.title}"

    def _owner(self, record: Record, party: Party) -> str:
        if party in OF_BODIES and (bodies := self._bodies(record)):
            return some_of(bodies)
        names = [one.name for one in self.people.people(record, party)]
        if not names:
            return PARTY_LABELS[party]
        return some_of(names) if party is Party.PERSON_ASKED else f"{PARTY_LABELS[party]} ({some_of(names)})"

    def _bodies(self, record: Record) -> list[str]:
        return self.waits.made[record.id].bodies


def _do(action: Action, record: Record) -> tuple[str, str, str]:
    return action.label, record.ref, action.key


def _place(found: Work, line: Line, today: date) -> None:
    """Put a line that has a clock where its date belongs. Only a date that somebody agreed or set is ever late."""
    if line.state in MISSED:
        if line.state is State.BREACHED:
            found.breached.append(line)
        elif line.state is State.PAST_GUIDE:
            found.past_guide.append(line)
        else:
            (found.late if line.agreed or not line.local else found.past_target).append(line)
    elif line.due is None or line.state in (State.HELD, State.DEFERRED):
        found.undated.append(line)
    elif line.due < today + WEEK:
        found.this_week.append(line)
    elif line.due < today + FORTNIGHT:
        found.next_week.append(line)
    else:
        found.later.append(line)


def _order(line: Line) -> tuple[bool, date, str]:
    return (line.due is None, line.due or line.since or date.max, line.ref)


def _served(session: Session, viewer: Actor, records: Mapping[int, Record]) -> dict[int, Record]:
    """The first record that each of these serves, where the viewer may see it, ended or not."""
    rows = session.execute(
        sa.select(RecordLink.item_id, sa.func.min(RecordLink.review_id))
        .where(RecordLink.item_id.in_(list(records)), RecordLink.kind == "item")
        .group_by(RecordLink.item_id)
    )
    first = {item: review for item, review in rows}
    others = set(first.values()) - records.keys()
    shown = dict(records)
    if others:
        query = sa.select(Record).options(defer(Record.facts))
        query = query.where(Record.id.in_(others), visible(viewer))
        shown |= {record.id: record for record in session.scalars(query)}
    return {item: shown[review] for item, review in first.items() if review in shown}
