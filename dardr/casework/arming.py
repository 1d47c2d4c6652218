"""Clocks started and stopped by what happened on a record, and those that a bringing-in stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from dardr.casework.deadlines import calendar_for, holds_over, pauses_of, rule_of, running, write_due
from dardr.casework.fold import done, was_given
from dardr.storage.reviews import AuditEvent, Deadline, Hold, Record
from workflows import clocks
from workflows.answers import stored_date, whole_date
from workflows.calendar import Calendar, CannotCount
from workflows.counting import Unit
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


@dataclass(frozen=True, slots=True)
class Ground:
    """What a date of one record is worked out from besides its answers: the calendar of a clock, the holds over it.

    What really is (``ground_of``), or what somebody supposes (``dardr.lookups.what_if``).
    """

    calendar: Callable[[Clock], Calendar]
    holds: Callable[[], Sequence[Hold]]


def ground_of(session: Session, record: Record) -> Ground:
    """What is recorded: each part is read when it is asked for."""
    return Ground(
        lambda clock: calendar_for(session, clock, record.partnership_id), lambda: holds_over(session, record.id)
    )


def start(
    ground: Ground,
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
        row = start_one(ground, clock, process, answers, facts, from_, settings, today)
        if row is not None:
            row.record_id = record.id
            row.receipt = {**row.receipt, "started_by": dict(started_by)}
            rows.append(row)
    return rows


def start_one(
    ground: Ground,
    clock: Clock,
    process: Process,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    occurred_on: date | str | None,
    settings: Mapping[str, Any],
    today: date,
) -> Deadline | None:
    """A row for one clock, without its record; None where the clock does not apply to these answers and facts."""
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
        _arm(ground, clock, process, row, from_day, span, given, today)
    return row


def _arm(
    ground: Ground,
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
            ground.calendar(clock),
            rule=rule_of(process, clock),
            given=given,
            pauses=pauses_of(clock, ground.holds()) if clock.pausable else (),
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
        _arm(ground_of(session, record), clock, process, row, from_day, span, None, today)
        row.receipt = {**row.receipt, "started_by": started_by}


def look_from_tomorrow(rows: Iterable[Deadline], today: date) -> None:
    """Let nobody be reminded on the day a review is brought in: dates long past are read on a page first."""
    for row in rows:
        if row.running and row.next_look_on is not None:
            row.next_look_on = max(row.next_look_on, today + timedelta(days=1))


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
    """End the running clocks this action ends.

    What it has just started itself goes on, unless an answer makes the action its end too (``Clock.stops_when``).
    """
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
        for row in (*rows, *fresh) if clock.stops_when is not None else rows:
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
