"""A declared clock applied to dates: when it is due and why, which reminder a day calls for, how it stands.

All pure: London dates in, London dates out. Pauses and agreed dates are replayed each time from what was recorded,
so undoing one equals never having had it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from workflows.calendar import Calendar, in_words
from workflows.counting import Counting, Pause, Roll, Unit, count
from workflows.definition import AgeOnly, Clock, DateGiven, Escalation, Kind, Length, LocalSetting, Party, Span


class State(StrEnum):
    """How a clock stands. A date is missed from the day after it."""

    RUNNING = "running"
    HELD = "held"
    DEFERRED = "deferred"
    PAST_GUIDE = "past_guide"
    LATE = "late"
    BREACHED = "breached"
    MET = "met"
    MET_LATE = "met_late"
    WITHDRAWN = "withdrawn"


STATE_LABELS: dict[State, str] = {
    State.RUNNING: "Running",
    State.HELD: "Held",
    State.DEFERRED: "Deferred",
    State.PAST_GUIDE: "Past the guide",
    State.LATE: "Late",
    State.BREACHED: "Date in the Act has passed",
    State.MET: "Done in time",
    State.MET_LATE: "Done after the date",
    State.WITHDRAWN: "No longer needed",
}
MISSED = frozenset({State.PAST_GUIDE, State.LATE, State.BREACHED})


@dataclass(frozen=True, slots=True)
class Agreed:
    """A date agreed in place of the clock's own, and the day it was agreed."""

    due: date
    agreed_on: date
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """What a clock comes to: the date that counts now, the one it began with, and the proof of both."""

    due: date | None
    original: date | None
    held: bool
    receipt: dict[str, Any]


def span_of(length: Length, settings: Mapping[str, Any]) -> Span | None:
    """The length in force: fixed, or the partnership's own (``{"n": 5, "unit": "working-days"}``), or none."""
    if isinstance(length, Span):
        return length
    if isinstance(length, LocalSetting):
        own = settings.get(length.key, False)
        if own is False:
            return length.default
        return Span(int(own["n"]), Unit(own["unit"])) if own else None
    return None


def length_in_force(clock: Clock, settings: Mapping[str, Any], agreed_weeks: Any = None) -> Span | None:
    """The length of a clock on one record: the weeks agreed there (``Clock.weeks_in``), else ``span_of``."""
    if clock.weeks_in and isinstance(agreed_weeks, int):
        return Span(7 * agreed_weeks, Unit.DAYS)
    return span_of(clock.length, settings)


def due_on(
    clock: Clock,
    start: date,
    span: Span | None,
    calendar: Calendar,
    *,
    rule: str = "",
    given: date | None = None,
    pauses: Sequence[Pause] = (),
    agreed: Agreed | None = None,
    today: date | None = None,
) -> Due:
    """When ``clock`` is due, counting from ``start``, with the receipt that explains it.

    ``span`` is the length in force when it started; ``given`` the recorded date of a clock that has no length,
    or whose first date was set by name (``Clock.given_in``).
    Pauses touch only a pausable clock. ``agreed`` replaces the date of an extendable clock; pauses that begin after
    the agreement move the agreed date by the days they take. While a pause is open ``due`` is None.
    Raises ``CannotCount`` as ``counting.count`` does.
    """
    pauses = [p for p in pauses if clock.pausable]
    receipt: dict[str, Any]
    original: date | None
    if isinstance(clock.length, DateGiven) or given is not None:
        original = given
        due, held, receipt = _moved(clock, given, start, pauses, calendar, today)
    elif span is None:
        due = original = None
        held, receipt = False, {"due": None, "sentences": [_no_length(clock)]}
    else:
        counted = count(start, span.n, span.unit, clock.counting, clock.rolls, calendar, pauses, today=today)
        due, held, receipt = counted.due, counted.due is None, counted.receipt.as_dict()
        original = due
        if pauses:
            original = count(start, span.n, span.unit, clock.counting, clock.rolls, calendar).due
    if agreed is not None and clock.extendable:
        later = [p for p in pauses if p.from_ >= agreed.agreed_on]
        due, held, moved = _moved(clock, agreed.due, agreed.agreed_on, later, calendar, today)
        original_words = f" The date before that was {in_words(original)}." if original else ""
        by = f" by {agreed.by}" if agreed.by else ""
        receipt = {
            **receipt,
            "due": due.isoformat() if due else None,
            "if_restarted_today": moved.get("if_restarted_today"),
            "agreed": {
                "due": agreed.due.isoformat(),
                "agreed_on": agreed.agreed_on.isoformat(),
                "by": agreed.by,
                "reason": agreed.reason,
            },
            "sentences": [
                *receipt.get("sentences", ()),
                f"{in_words(agreed.due)} was agreed{by} on {in_words(agreed.agreed_on)}." + original_words,
                *moved.get("sentences", ())[1:],
            ],
        }
    about = _about(clock, rule, start)
    about["original_due"] = original.isoformat() if original else None
    return Due(due, original, held, {**receipt, **about})


def _moved(
    clock: Clock,
    base: date | None,
    from_day: date,
    pauses: Sequence[Pause],
    calendar: Calendar,
    today: date | None,
) -> tuple[date | None, bool, dict[str, Any]]:
    """A date that was named, moved one day later for each paused day between the naming and the date."""
    if base is None:
        return None, False, {"due": None, "sentences": ["No date has been given yet."]}
    sentences = [f"The date was given: {in_words(base)}."]
    days = (base - from_day).days
    if not pauses or days < 1:
        return base, False, {"due": base.isoformat(), "sentences": sentences}
    counted = count(from_day, days, Unit.DAYS, Counting.AFTER, Roll.NONE, calendar, pauses, today=today)
    receipt = counted.receipt.as_dict()
    receipt["sentences"] = sentences + [s for s in receipt.get("sentences", []) if "pause" in s.lower()]
    return counted.due, counted.due is None, receipt


def _about(clock: Clock, rule: str, start: date) -> dict[str, Any]:
    return {
        "clock": clock.key,
        "id": clock.id,
        "rule_version": rule,
        "from": start.isoformat(),
        "clause": clock.date.source,
        "can_be_paused": clock.pausable,
        "can_be_moved_by_agreement": clock.extendable,
        "duty": clock.duty.as_dict(),
        "date": clock.date.as_dict(),
    }


def _no_length(clock: Clock) -> str:
    if isinstance(clock.length, AgeOnly):
        return "Nobody has set a time for this. Only how long it has been is shown."
    return "No length is set for this here, so it has no date. An administrator can set a local target."


# --- how it stands ----------------------------------------------------------------------------------------


def state_of(
    clock: Clock,
    *,
    due: date | None,
    today: date,
    agreed: bool = False,
    held: bool = False,
    deferred: bool = False,
    stopped_on: date | None = None,
    withdrawn: bool = False,
) -> State:
    """How a clock stands on a day. Only a statutory *date* is ever breached; "late" is for a date someone set.

    A bereaved family is never late: what they were given to read is with them until a person records otherwise.
    """
    if withdrawn:
        return State.WITHDRAWN
    if stopped_on is not None:
        in_time = due is None or stopped_on <= due or clock.owner is Party.FAMILY
        return State.MET if in_time else State.MET_LATE
    if deferred:
        return State.DEFERRED
    if held:
        return State.HELD
    if due is None or today <= due or clock.owner is Party.FAMILY:
        return State.RUNNING
    if clock.date.kind is Kind.STATUTE:
        return State.BREACHED
    if agreed or clock.date.kind is Kind.LOCAL or isinstance(clock.length, DateGiven):
        return State.LATE
    return State.PAST_GUIDE


# --- reminders --------------------------------------------------------------------------------------------


class Telling(StrEnum):
    """What somebody is told about a date."""

    REMINDER = "reminder"
    ESCALATION = "escalation"
    AGREED_DATE = "agreed-date"
    LOOK_AGAIN = "look-again"
    MOVED = "moved"
    GIVEN = "given"
    SIGN_OFF = "sign-off"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the reminder ladder: days after the due date (before it when negative)."""

    days: int
    on: date

    @property
    def key(self) -> str:
        """How the rung is named in the key that makes a second sending impossible."""
        return f"{self.days:+d}"


def _before(clock: Clock, start: date, due: date) -> list[int]:
    half = (due - start).days / 2
    return sorted((n for n in clock.remind_before if n <= half), reverse=True)


def reminder_on(clock: Clock, start: date, due: date | None, today: date) -> Rung | None:
    """The latest rung reached by ``today``; None before the first. A worker away for weeks sends one message.

    A rung of n days before is used only if n is at most half the calendar days from start to due.
    """
    if due is None:
        return None
    after = (today - due).days
    every = clock.repeat_after_every
    if every and after >= every:
        days = after - after % every
        return Rung(days, due + timedelta(days=days))
    if after >= 0:
        if clock.on_the_day:
            return Rung(0, due)
    reached = [n for n in _before(clock, start, due) if due - timedelta(days=n) <= today]
    return Rung(-reached[-1], due - timedelta(days=reached[-1])) if reached else None


def next_look(
    clock: Clock,
    start: date,
    due: date | None,
    after: date | None,
    *,
    said_to: date | None = None,
    escalated: Mapping[int, date] | None = None,
) -> date | None:
    """The next day on which ``reminder_on`` or ``next_escalation`` has something new to say.

    ``after`` is the last day already looked at; None for a clock that has just been set. ``said_to``, where it is
    later, is the day to which rungs were said on that day, because none of the days between has post. ``escalated``
    is what ``next_escalation`` asks for; None where nobody knows it: each step then has the day of the ladder.
    """
    if due is None:
        return None
    candidates = [due - timedelta(days=n) for n in _before(clock, start, due)]
    if clock.on_the_day:
        candidates.append(due)
    every = clock.repeat_after_every
    said = after if said_to is None or after is None else max(after, said_to)
    if every:
        late = 0 if said is None else max(0, (said - due).days)
        candidates.append(due + timedelta(days=(late // every + 1) * every))
    if said is not None:
        candidates = [c for c in candidates if c > said]
    if escalated is None:
        candidates += [day for _, day in escalation_days(clock, due) if after is None or day > after]
    elif step := next_escalation(clock, due, escalated):
        candidates.append(step[1] if after is None else max(step[1], after + timedelta(days=1)))
    return min(candidates, default=None)


def escalation_days(clock: Clock, due: date | None) -> list[tuple[Escalation, date]]:
    """Each step of the ladder and the day from which its person is told that the date has passed."""
    return [(step, due + timedelta(days=step.after_days)) for step in clock.escalations] if due else []


def next_escalation(clock: Clock, due: date | None, told: Mapping[int, date]) -> tuple[Escalation, date] | None:
    """The next step nobody was told of yet, and the day from which it is; None after the last.

    ``told`` is, by ``after_days``, the day on which each earlier step was told of this date. A step that was told a
    week or more after its day (a worker away, a record brought in late) leaves its person the time the ladder gives
    before the next: nobody's executive hears on the same day as their lead.
    """
    last = max(told, default=0)
    for step, day in escalation_days(clock, due):
        if step.after_days <= last:
            continue
        if told and due is not None and (told[last] - due).days - last >= 7:
            day = max(day, told[last] + timedelta(days=step.after_days - last))
        return step, day
    return None


def rungs(clock: Clock, start: date, due: date | None, until: date) -> list[Rung]:
    """Every rung from the first to ``until``, for the page that shows reminders past and to come."""
    if due is None:
        return []
    found = [Rung(-n, due - timedelta(days=n)) for n in _before(clock, start, due)]
    if clock.on_the_day:
        found.append(Rung(0, due))
    every = clock.repeat_after_every
    if every:
        day = due + timedelta(days=every)
        while day <= until:
            found.append(Rung((day - due).days, day))
            day += timedelta(days=every)
    return [r for r in found if r.on <= until or r.days <= 0]
