"""On which days there is post, and what is said on them. London dates; no clock, no database.

A reminder that would fall on a day without post is said on the last day with post before it, never later. What comes
after a date (a late reminder, telling somebody else) is never said on or before it; a date set by statute is spoken
of on the very days of its ladder, whatever day of the week that is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from workflows.calendar import Calendar
from workflows.clocks import Rung, Telling, next_escalation, next_look, reminder_on
from workflows.definition import Clock, Escalation, Kind

DAY = timedelta(days=1)
LONGEST_RUN = 60
"""Days after which a run of days without post is taken to have ended, so that a list gone wrong silences nobody."""


@dataclass(frozen=True)
class PostDays:
    """The working days of a calendar (its bank holidays and closures excluded) without ``careful`` days."""

    calendar: Calendar
    careful: frozenset[date] = field(default_factory=frozenset)

    def has(self, day: date) -> bool:
        """True for a day with post."""
        return day not in self.careful and self.calendar.is_working_day(day)

    def reach(self, today: date) -> date:
        """The last of the days without post that follow ``today``; ``today`` itself where none does, or it has none."""
        if not self.has(today):
            return today
        last = today
        while not self.has(last + DAY) and (last - today).days < LONGEST_RUN:
            last += DAY
        return last

    def next(self, after: date) -> date:
        """The first day with post after ``after``."""
        day = after + DAY
        while not self.has(day) and (day - after).days < LONGEST_RUN:
            day += DAY
        return day

    def without(self, careful: Collection[date]) -> PostDays:
        """The same days without some more."""
        return PostDays(self.calendar, self.careful | frozenset(careful)) if careful else self


def keeps_its_days(clock: Clock) -> bool:
    """True where reminders leave on their very days: the date is set by statute."""
    return clock.date.kind is Kind.STATUTE


def said_to(clock: Clock, due: date, today: date, post: PostDays) -> date | None:
    """The last day whose rungs are said on ``today``; None where nothing is said today.

    Up to and on the due date no rung after it is reached, however long the days without post.
    """
    if keeps_its_days(clock):
        return today
    if not post.has(today):
        return None
    reach = post.reach(today)
    return reach if today > due else min(reach, max(due, today))


def reminder_due(clock: Clock, start: date, due: date | None, today: date, post: PostDays) -> Rung | None:
    """The latest rung that ``today`` says; None where there is none, or no post today."""
    if due is None or (until := said_to(clock, due, today, post)) is None:
        return None
    rung = reminder_on(clock, start, due, until)
    return None if rung is not None and rung.days > 0 and today <= due else rung


def passed_on(clock: Clock, day: date, today: date, post: PostDays) -> bool:
    """True where what is said from ``day`` on, and never before it, is said by ``today``."""
    return day <= today and (keeps_its_days(clock) or post.has(today))


def cannot_wait(clock: Clock, rung_days: int, today: date, post: PostDays) -> bool:
    """True for what leaves in a message of its own: a date set by statute, from the day before it, or without post."""
    return keeps_its_days(clock) and (rung_days >= -1 or not post.has(today))


SIGN_OFF_AFTER, SIGN_OFF_AGAIN = 3, 7
"""Days after somebody wrote in their agency's name until its lead is reminded that it waits; then how often."""


def sign_off_step(written: date, today: date, post: PostDays) -> int | None:
    """Days after ``written`` of the latest reminder, reached on ``today``, that something waits for a lead; or None.

    It is never said on a day without post, nor early: a lead was told when it was written.
    """
    waits = (today - written).days
    if waits < SIGN_OFF_AFTER or not post.has(today):
        return None
    return waits - (waits - SIGN_OFF_AFTER) % SIGN_OFF_AGAIN


@dataclass(frozen=True, slots=True)
class Say:
    """Something a day says about a date: what, on which rung or step, and the day the ladder itself names for it."""

    on: date
    telling: Telling
    rung: str
    nominal: date
    step: Escalation | None = None
    alone: bool = False


def to_say(
    clock: Clock,
    start: date,
    due: date,
    first: date,
    last: date,
    post: PostDays,
    *,
    look: date | None = None,
    escalated: Mapping[int, date] | None = None,
    agreed_wanted_from: date | None = None,
) -> Iterator[Say]:
    """What each day from ``first`` to ``last`` would say about a running date, if nothing happens meanwhile.

    ``first`` is a day on which sweeps have not run yet. ``look`` is the day on which the date is looked at next
    (None: as for one that has just been set); ``escalated`` the steps told so far, by days after the date;
    ``agreed_wanted_from`` the day from which somebody is asked for an agreed date. The days come in order, each rung
    and step once: what a sweep on each of these days would find.
    """
    steps = dict(escalated or {})
    look = look or next_look(clock, start, due, None, escalated=steps)
    asks = agreed_wanted_from
    said: set[str] = set()
    day = first
    while True:
        looks = [one for one in (look, asks) if one is not None]
        if not looks:
            return
        day = max(day, _day_for(clock, min(looks), post))
        if day > last:
            return
        until = said_to(clock, due, day, post)
        if until is None:  # only where what was to be said earlier could not be
            day = post.next(day)
            continue
        rung = reminder_due(clock, start, due, day, post)
        if rung is not None and rung.key not in said:
            said.add(rung.key)
            yield Say(day, Telling.REMINDER, rung.key, rung.on, None, cannot_wait(clock, rung.days, day, post))
        step = next_escalation(clock, due, steps)
        if step is not None and passed_on(clock, step[1], day, post):
            steps[step[0].after_days] = day
            yield Say(day, Telling.ESCALATION, rung_of(step[0]), step[1], step[0], keeps_its_days(clock))
        if asks is not None and asks <= day and post.has(day):
            yield Say(day, Telling.AGREED_DATE, str(Telling.AGREED_DATE), asks)
            asks = None
        look = next_look(clock, start, due, day, said_to=until, escalated=steps)
        day += DAY


def _day_for(clock: Clock, look: date, post: PostDays) -> date:
    """The day on which what falls on ``look`` is said: itself, or the last day with post before it, or the next."""
    if keeps_its_days(clock) or post.has(look):
        return look
    before = look
    while not post.has(before) and (look - before).days < LONGEST_RUN:
        before -= DAY
    return before


def rung_of(step: Escalation) -> str:
    """How a step of the ladder is named on its reminders: ``escalation+7``."""
    return f"{Telling.ESCALATION}+{step.after_days}"
