"""Clocks of a record: started and stopped by what happened, moved by holds and agreed dates, always by replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.facts import CLOCKS_READ
from dardr.casework.fold import done, was_given
from dardr.lookups.calendars import calendar_named
from dardr.storage.engine import recalled
from dardr.storage.reviews import AgreedDate, AuditEvent, Deadline, Hold, Record, RecordLink
from workflows import clocks
from workflows.answers import stored_date, whole_date
from workflows.calendar import Calendar, CannotCount
from workflows.clocks import Agreed, Due, State
from workflows.counting import Pause, Unit
from workflows.definition import UNKNOWN_VALUES, Action, Clock, DateGiven, Process, Span


@dataclass(frozen=True, slots=True)
class Touched:
    """The clocks one action starts, stops and withdraws."""

    starts: tuple[Clock, ...]
    stops: tuple[Clock, ...]
    withdraws: tuple[Clock, ...]

    def __bool__(self) -> bool:
        return bool(self.starts or self.stops or self.withdraws)

    @property
    def ends_some(self) -> frozenset[str]:
        """Keys of clocks whose running rows must be read."""
        restarting = (c for c in self.starts if c.restarts)
        return frozenset(c.key for c in (*self.stops, *self.withdraws, *restarting))


@lru_cache(maxsize=2048)
def touched_by(process: Process, action_key: str) -> Touched:
    """Which clocks of ``process`` name this action, or the actions it stands for, as they would have left them."""
    stands_for = process.action(action_key).stands_for
    if stands_for:
        starts: dict[str, Clock] = {}
        ends: dict[str, Clock] = {}
        for one in stands_for:
            for clock in process.clocks:
                if one.action in (*clock.stops_on, *clock.withdrawn_on):
                    starts.pop(clock.key, None)
                    ends[clock.key] = clock
                if one.action in clock.starts_on:
                    starts[clock.key] = clock
        return Touched(tuple(starts.values()), tuple(ends.values()), ())
    return Touched(
        tuple(c for c in process.clocks if action_key in c.starts_on),
        tuple(c for c in process.clocks if action_key in c.stops_on),
        tuple(c for c in process.clocks if action_key in c.withdrawn_on),
    )


def calendar_for(session: Session, clock: Clock) -> Calendar:
    """The calendar a clock names, with the holidays added here."""
    return calendar_named(session, clock.calendar)


def start(
    session: Session,
    record: Record,
    process: Process,
    action: Action,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    occurred_on: date,
    settings: Mapping[str, Any],
    started_by: Mapping[str, Any],
    today: date,
) -> list[Deadline]:
    """New deadline rows for the clocks this action starts. A clock that cannot be armed gives a row with a problem."""
    rows: list[Deadline] = []
    for clock in touched_by(process, action.key).starts:
        if action.stands_for and not _was_begun(action, clock, answers):
            continue
        from_ = begun_on(action, clock, answers) if action.stands_for else occurred_on
        row = _start_one(session, record, clock, process, answers, facts, from_, settings, today)
        if row is not None:
            row.record_id = record.id
            row.receipt = {**row.receipt, "started_by": dict(started_by)}
            rows.append(row)
    return rows


def _start_one(
    session: Session,
    record: Record,
    clock: Clock,
    process: Process,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    occurred_on: date | str | None,
    settings: Mapping[str, Any],
    today: date,
) -> Deadline | None:
    if clock.only_when and _fact(clock.only_when[0], answers, facts) not in clock.only_when[1]:
        return None
    value: Any = occurred_on if clock.counts_from is None else _fact(clock.counts_from, answers, facts)
    if isinstance(value, str) and value in UNKNOWN_VALUES:
        value = None
    if value is None and clock.when_given:
        return None
    given: date | None = None
    problem: str | None = None
    if isinstance(clock.length, DateGiven):
        raw = _fact(clock.length.field, answers, facts)
        if raw is None and clock.when_given:
            return None
        given = stored_date(raw)
        if given is None:
            problem = f"{clock.label}: no full date was given, so nothing can be due. Give the full date."
    elif clock.given_in:
        given = stored_date(answers.get(clock.given_in))
    from_day = whole_date(value)
    if from_day is None:
        problem = _cannot_start(clock, value)
    agreed_weeks = _fact(clock.weeks_in, answers, facts) if clock.weeks_in else None
    span = None if given else clocks.length_in_force(clock, settings, agreed_weeks)
    if clock.when_given and clock.given_in and given is None and span is None:
        return None
    row = Deadline(
        clock=clock.key,
        clock_id=clock.id,
        matches={name: answers.get(name) for name in clock.match_on},
        start_on=from_day,
        n=span.n if span else None,
        unit=str(span.unit) if span else None,
        held=False,
        problem=problem,
        receipt={"due": None, "sentences": [problem]} if problem else {},
        original_due_on=given,
    )
    if problem is None and from_day is not None:
        _arm(session, record, clock, process, row, from_day, span, given, today)
    return row


def _arm(
    session: Session,
    record: Record,
    clock: Clock,
    process: Process,
    row: Deadline,
    from_day: date,
    span: Span | None,
    given: date | None,
    today: date,
) -> None:
    """Work out the date of a row that can be counted, or write on it why it cannot."""
    try:
        due = clocks.due_on(
            clock,
            from_day,
            span,
            calendar_for(session, clock),
            rule=rule_of(process, clock),
            given=given,
            pauses=_pauses(clock, holds_over(session, record.id)) if clock.pausable else (),
            today=today,
        )
    except CannotCount as error:
        row.problem = str(error)
        row.receipt = {"due": None, "sentences": [str(error)]}
    else:
        write_due(row, clock, due)
        look = clocks.next_look(clock, from_day, due.due, None)
        # What is typed in late is looked at by the next sweep, which is today's.
        row.next_look_on = max(look, today) if look else None


def begun_on(action: Action, clock: Clock, answers: Mapping[str, Any]) -> Any:
    """The answer of a bringing-in that says when what starts this clock was done on paper; None where none does."""
    asked = [one.on for one in action.stands_for if one.action in clock.starts_on and one.on]
    return answers.get(asked[-1]) if asked else None


def _was_begun(action: Action, clock: Clock, answers: Mapping[str, Any]) -> bool:
    """False where what starts this clock counts as done only with its day given, and it was not given."""
    begins = [one for one in action.stands_for if one.action in clock.starts_on]
    return any(not one.when_given or was_given(answers.get(one.on)) for one in begins)


def count_again(session: Session, record: Record, process: Process, answers: Mapping[str, Any], today: date) -> None:
    """Count the clocks that a bringing-in could not start for want of a date, from the date now given."""
    brought = next((a for a in process.brings_in if a.stands_for and a.key in done(record.facts)), None)
    if brought is None:
        return
    for row in running(session, [record.id]):
        clock = process.clock(row.clock)
        from_day = whole_date(begun_on(brought, clock, answers))
        if from_day is None or not row.problem:
            continue
        started_by = row.receipt.get("started_by")
        row.start_on, row.problem = from_day, None
        span = Span(row.n, Unit(row.unit)) if row.n and row.unit else None
        _arm(session, record, clock, process, row, from_day, span, None, today)
        row.receipt = {**row.receipt, "started_by": started_by}


def look_from_tomorrow(rows: Iterable[Deadline], today: date) -> None:
    """Let nobody be reminded on the day a review is brought in: dates long past are read on a page first."""
    for row in rows:
        if row.running and row.next_look_on is not None:
            row.next_look_on = max(row.next_look_on, today + timedelta(days=1))


def rule_of(process: Process, clock: Clock) -> str:
    """The id of the rule a receipt names: process, version and clock."""
    return f"{process.id}/{clock.id}"


def _fact(name: str, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> Any:
    value = answers.get(name)
    return facts.get(name) if value is None else value


def _cannot_start(clock: Clock, value: Any) -> str:
    if value is None:
        return (
            f"{clock.label}: this cannot be counted, because the full date it counts from is not recorded. Record it."
        )
    return (
        f"{clock.label}: this cannot be counted from “{value}”, which is not a full date. "
        "Record the full date when it is known."
    )


def write_due(row: Deadline, clock: Clock, due: Due) -> None:
    """Put a worked-out date on its row."""
    row.due_on, row.held = due.due, due.held
    if due.original is not None:
        row.original_due_on = due.original
    row.receipt = due.receipt


def running(session: Session, record_ids: Iterable[int], keys: Iterable[str] | None = None) -> list[Deadline]:
    """The running clocks of these records, oldest first."""
    wanted = list(record_ids)
    if keys is None and (known := recalled(session, CLOCKS_READ, wanted)) is not None:
        return sorted((row for rows in known.values() for row in rows if row.running), key=lambda row: row.id)
    query = sa.select(Deadline).where(
        Deadline.record_id.in_(wanted),
        Deadline.stopped_by_event.is_(None),
        Deadline.withdrawn_by_event.is_(None),
    )
    if keys is not None:
        query = query.where(Deadline.clock.in_(list(keys)))
    return list(session.scalars(query.order_by(Deadline.id)))


def stop_and_withdraw(
    rows: Sequence[Deadline],
    fresh: Sequence[Deadline],
    process: Process,
    action: Action,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    occurred_on: date,
    event: AuditEvent,
) -> list[Deadline]:
    """End the running clocks this action ends; those it has just started count too where it is also their end."""
    touched = touched_by(process, action.key)
    ended: list[Deadline] = []
    asked = {field.name for field in action.fields}
    for clock in touched.stops:
        if clock.stops_when is not None:
            name, values = clock.stops_when
            if name in asked and answers.get(name) not in values:
                continue
        named = stored_date(_fact(clock.stopped_from, answers, facts)) if clock.stopped_from else None
        if action.stands_for:
            _end_on_paper(rows, clock, action, answers, event, ended)
            continue
        for row in (*rows, *fresh):
            if row.clock == clock.key and row.running and _matches(clock, row, answers):
                row.stopped_on, row.stopped_by_event, row.next_look_on = named or occurred_on, event.id, None
                ended.append(row)
    restarted = tuple(c for c in touched.starts if c.restarts)
    for clock in (*touched.withdraws, *restarted):
        for row in rows:
            if row.clock == clock.key and row.running and _matches(clock, row, answers):
                row.withdrawn_by_event, row.next_look_on = event.id, None
                ended.append(row)
    return ended


def _end_on_paper(
    rows: Sequence[Deadline],
    clock: Clock,
    action: Action,
    answers: Mapping[str, Any],
    event: AuditEvent,
    ended: list[Deadline],
) -> None:
    """End a clock with what was done on paper: on the day given, or, no day being known, without saying when."""
    asked = [one.on for one in action.stands_for if one.action in clock.stops_on and one.on]
    on = whole_date(answers.get(asked[-1])) if asked else None
    for row in rows:
        if row.clock != clock.key or not row.running:
            continue
        row.next_look_on = None
        if on is None or row.problem:
            row.withdrawn_by_event = event.id
        else:
            row.stopped_on, row.stopped_by_event = on, event.id
        ended.append(row)


def _matches(clock: Clock, row: Deadline, answers: Mapping[str, Any]) -> bool:
    return all(answers.get(name) in (None, row.matches.get(name)) for name in clock.match_on)


# --- replay -----------------------------------------------------------------------------------------------


def replay(
    row: Deadline,
    clock: Clock,
    holds: Iterable[Hold],
    agreed_rows: Sequence[tuple[AgreedDate, date]],
    calendar: Calendar,
    rule: str,
    today: date,
) -> Due:
    """What a clock comes to, from its start, the holds that name it and the dates agreed for it.

    ``holds`` are those that stand (not undone); ``agreed_rows`` the agreed dates that stand with the day each was
    agreed, oldest first. ``today`` only serves to say what a held clock would come to if it restarted. Pure.
    """
    assert row.start_on is not None
    span = Span(row.n, Unit(row.unit)) if row.n and row.unit else None
    agreed = None
    if agreed_rows:
        last, on = agreed_rows[-1]
        agreed = Agreed(last.due_on, on, last.agreed_by, last.reason)
    return clocks.due_on(
        clock,
        row.start_on,
        span,
        calendar,
        rule=rule,
        given=row.original_due_on if span is None else None,
        pauses=_pauses(clock, holds),
        agreed=agreed,
        today=today,
    )


def _pauses(clock: Clock, holds: Iterable[Hold]) -> list[Pause]:
    """The holds that name this clock, as pauses; one that ended on the day it began takes nothing out."""
    return [
        Pause(h.from_on, h.until_on, h.reason, h.kind)
        for h in holds
        if clock.key in h.clocks and (h.until_on is None or h.until_on > h.from_on)
    ]


def holds_over(session: Session, record_id: int) -> list[Hold]:
    """The holds, not undone, of a record and of the reviews it serves: all of them may touch its clocks."""
    served = sa.select(RecordLink.review_id).where(RecordLink.item_id == record_id, RecordLink.kind == "item")
    return list(
        session.scalars(
            sa.select(Hold)
            .where(sa.or_(Hold.record_id == record_id, Hold.record_id.in_(served)), Hold.undone_by_event.is_(None))
            .order_by(Hold.id)
        )
    )


def agreed_for(session: Session, deadline_id: int) -> list[tuple[AgreedDate, date]]:
    """The agreed dates of a deadline that stand, oldest first, each with the day it was agreed."""
    rows = session.execute(
        sa.select(AgreedDate, AuditEvent.occurred_on)
        .join(AuditEvent, AuditEvent.id == AgreedDate.event_id)
        .where(AgreedDate.deadline_id == deadline_id, AgreedDate.undone_by_event.is_(None))
        .order_by(AgreedDate.id)
    )
    return [(agreed, on) for agreed, on in rows]


def reproject(session: Session, row: Deadline, process: Process, today: date) -> None:
    """Work one running clock out again and write its row. Doing it twice changes nothing."""
    clock = process.clock(row.clock)
    if not row.running or row.start_on is None or row.problem:
        return
    agreed = agreed_for(session, row.id)
    due = replay(
        row,
        clock,
        holds_over(session, row.record_id),
        agreed,
        calendar_for(session, clock),
        rule_of(process, clock),
        today,
    )
    before = row.due_on
    started_by = row.receipt.get("started_by")
    write_due(row, clock, due)
    row.agreed_due_on = agreed[-1][0].due_on if agreed else None
    if started_by:
        row.receipt = {**row.receipt, "started_by": started_by}
    if row.due_on != before or row.held:
        row.next_look_on = clocks.next_look(clock, row.start_on, row.due_on, today - timedelta(days=1))
        if row.due_on is not None and row.due_on < today:
            row.next_look_on = today


def reproject_held(session: Session, record: Record, clock_keys: Iterable[str], today: date) -> None:
    """Work out again every running clock of these names on a record and on its items."""
    keys = set(clock_keys)
    if not keys:
        return
    items = session.execute(
        sa.select(RecordLink.item_id, Record.process)
        .join(Record, Record.id == RecordLink.item_id)
        .where(RecordLink.review_id == record.id, RecordLink.kind == "item")
    )
    processes = {record.id: record.process, **{item_id: process for item_id, process in items}}
    for row in running(session, processes, keys):
        reproject(session, row, workflows.get(processes[row.record_id]), today)


def state(row: Deadline, clock: Clock, today: date, *, deferred: bool = False) -> State:
    """How a deadline stands on a London day. ``deferred``: a hold of the kind the clock names is open."""
    return clocks.state_of(
        clock,
        due=row.due_on,
        today=today,
        agreed=row.agreed_due_on is not None,
        held=row.held,
        deferred=deferred and clock.deferred_by is not None,
        stopped_on=row.stopped_on,
        withdrawn=row.withdrawn_by_event is not None,
    )
