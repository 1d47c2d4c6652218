"""The reminders that would not go out, and those that would, from the ladder of each clock and the days with post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dardr.casework.post_days import AGENCIES, of_the_partnership
from dardr.casework.recipients import NEVER_WRITTEN_TO
from dardr.lookups.calendars import with_holidays
from dardr.lookups.careful_days import careful_days
from dardr.lookups.what_if.world import WAITS, Run, World
from dardr.storage.reviews import Deadline
from workflows import clocks
from workflows.definition import PARTY_LABELS, Clock, Party
from workflows.post_days import DAY, PostDays, keeps_its_days

REMINDED, PASSED_ON = "reminder", "passed on"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that would not be sent on its day (``sent`` False), or that would (True)."""

    sent: bool
    on: date
    what: str
    to: str
    ref: str
    id: str
    label: str

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "sent": self.sent,
            "on": self.on.isoformat(),
            "what": self.what,
            "to": self.to,
            "ref": self.ref,
            "id": self.id,
            "label": self.label,
        }


@dataclass(frozen=True, slots=True)
class _Sending:
    on: date
    what: str
    to: Party


def reminders_of(world: World, runs: Iterable[Run]) -> list[Reminder]:
    """Of the clocks that would be otherwise, the reminders that fall away and those that come, on their days of post.

    After the date the weekly repeat is given once. A digest gathers what one person is reminded of on one day, so
    this is what is spoken of, not how many messages leave. Nobody is reminded of what a family, the Home Office or
    the Commissioner does: no program writes to them.
    """
    was_post = of_the_partnership(world.session)
    post = PostDays(with_holidays(was_post.calendar, world.added))
    looked_at = [run for run in runs if world.added or run.changed_on is not None or _waiting_changed(world, run)]
    careful = _careful(world, looked_at)
    found: list[Reminder] = []
    for run in looked_at:
        since = max(run.changed_on or (world.today if world.added else world.day), world.today)
        avoid = careful.get(run.row.id, frozenset())
        was, comes = set[_Sending](), set[_Sending]()
        if run.before is not None and not _waits(world, run, before=True):
            was = _ladder(run.clock, run.before, since, was_post.without(avoid))
        if run.row.running and not _waits(world, run, before=False):
            comes = _ladder(run.clock, run.row, since, post.without(avoid), fresh=run.changed_on is not None)
        for sent, days in ((False, was - comes), (True, comes - was)):
            found += [
                Reminder(sent, one.on, one.what, PARTY_LABELS[one.to], run.standing.ref, run.clock.id, run.clock.label)
                for one in days
            ]
    return sorted(found, key=lambda r: (r.on, r.sent, r.ref, r.id, r.what, r.to))


def _careful(world: World, runs: Iterable[Run]) -> dict[int, frozenset[date]]:
    """By row, the days on which agencies are not reminded, because the family asked to be careful about them."""
    owed = {
        run.row.id: {run.standing.id, *run.standing.serves} & {s.id for s in world.standings.values() if not s.supposed}
        for run in runs
        if run.clock.owner in AGENCIES
    }
    ends = [run.row.due_on for run in runs if run.row.due_on] + [world.day]
    wanted = set[int]().union(*owed.values())
    if not wanted:
        return {}
    days = careful_days(world.session, wanted, world.today, max(ends) + timedelta(days=31))
    return {row: frozenset(day for one in of for day in days.get(one, ())) for row, of in owed.items()}


def _waits(world: World, run: Run, *, before: bool) -> bool:
    row = run.before if before else run.row
    return row is not None and world.point(run, row, before=before).state in WAITS


def _waiting_changed(world: World, run: Run) -> bool:
    return run.clock.deferred_by is not None and (_waits(world, run, before=True) != _waits(world, run, before=False))


def _ladder(clock: Clock, row: Deadline, since: date, post: PostDays, *, fresh: bool = False) -> set[_Sending]:
    """What the ladder sends from a day on; ``fresh``: a rung on which the date would stand already is said then."""
    due = row.due_on
    if due is None:
        return set()
    start = row.start_on or due
    until = max(due, since) + timedelta(days=clock.repeat_after_every or 0)
    found: set[_Sending] = set()
    if clock.owner not in NEVER_WRITTEN_TO:
        days = {said_on(clock, rung.on, due, post) for rung in clocks.rungs(clock, start, due, until)}
        reached = clocks.reminder_on(clock, start, due, since) if fresh else None
        if reached is not None and reached.on < since:
            days.add(said_on(clock, since, due, post) if since > due else _from(since, post))
        found |= {_Sending(day, REMINDED, clock.owner) for day in days if day >= since}
    for step, on in clocks.escalation_days(clock, due):
        day = on if keeps_its_days(clock) else _from(on, post)
        if day >= since and step.to not in NEVER_WRITTEN_TO:
            found.add(_Sending(day, PASSED_ON, step.to))
    return found


def said_on(clock: Clock, on: date, due: date, post: PostDays) -> date:
    """The day on which a rung is said: its own, or the last day with post before it; after the date, only after it."""
    if keeps_its_days(clock):
        return on
    day = on
    while not post.has(day):
        day -= DAY
    return day if on <= due or day > due else _from(on, post)


def _from(day: date, post: PostDays) -> date:
    return day if post.has(day) else post.next(day)
