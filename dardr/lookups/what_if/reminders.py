"""The reminders that would not go out, and those that would, from the ladder of each clock and the days with post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from dardr.actors import Actor
from dardr.casework.post_days import AGENCIES, Told, of_the_partnership, told_of
from dardr.casework.readers import next_in_line, standing_for
from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients
from dardr.lookups.addresses import Addresses
from dardr.lookups.calendars import with_holidays
from dardr.lookups.careful_days import careful_days
from dardr.lookups.what_if.world import AT_ONCE, WAITS, Run, World
from dardr.storage.reviews import Deadline
from workflows.clocks import Telling
from workflows.definition import PARTY_LABELS, Clock, Escalation, Party
from workflows.post_days import DAY, PostDays, Say, to_say

WHAT = {Telling.REMINDER: "reminder", Telling.ESCALATION: "passed on", Telling.AGREED_DATE: "agreed date wanted"}


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that would not be sent on its day (``sent`` False), or that would (True).

    ``to`` is the party in words; ``addresses`` are those of its people today, none where nobody there can be written
    to, or where it is not known yet who it will be. ``kept_back``: there are some, and not for whoever asks.
    """

    sent: bool
    on: date
    what: str
    to: str
    ref: str
    id: str
    label: str
    addresses: tuple[str, ...] = ()
    kept_back: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "sent": self.sent,
            "on": self.on.isoformat(),
            "what": self.what,
            "to": self.to,
            "addresses": list(self.addresses),
            "kept_back": self.kept_back,
            "ref": self.ref,
            "id": self.id,
            "label": self.label,
        }


@dataclass(frozen=True, slots=True)
class _Sending:
    """One reminder; it is the same one whoever its party is today. ``step`` where it tells that a date has passed."""

    on: date
    what: str
    to: Party
    step: Escalation | None = field(default=None, compare=False)


def reminders_of(world: World, actor: Actor, runs: Iterable[Run]) -> list[Reminder]:
    """Of the clocks that would be otherwise, the reminders that fall away and those that come, on their days of post.

    Worked out by the function that says what the sweeps of the days to come would find. What is repeated after a date
    is given once. A digest gathers what one person is told on one day, so this is what is spoken of, not how many
    messages leave. Nobody is reminded of what a family, the Home Office or the Commissioner does.
    """
    was_post = of_the_partnership(world.session)
    post = PostDays(with_holidays(was_post.calendar, world.added))
    looked_at = [run for run in runs if world.added or run.changed_on is not None or _waiting_changed(world, run)]
    careful, told = _careful(world, looked_at), _told(world, looked_at)
    people = Recipients(world.session)
    recorded = {run.standing.record for run in looked_at if not run.standing.supposed}
    people.prepare(recorded)
    read = Addresses(world.session, actor, recorded)
    found: list[Reminder] = []
    for run in looked_at:
        avoid = careful.get(run.row.id, frozenset())
        was = _before(world, run, told.get(run.row.id, Told()), was_post.without(avoid))
        comes = _after(world, run, told.get(run.row.id, Told()), post.without(avoid), was)
        for sent, every, other in ((False, was, comes), (True, comes, was)):
            said = _addresses(people, run, every, told.get(run.row.id, Told()))
            for one, (to, every_address) in said.items():
                if one in other:
                    continue
                addresses = tuple(a for a in every_address if read.shown(a, run.standing.id))
                kept_back = len(addresses) < len(every_address)
                about = run.standing.ref, run.clock.id, run.clock.label
                found.append(Reminder(sent, one.on, one.what, to, *about, addresses, kept_back))
    return sorted(found, key=lambda r: (r.on, r.sent, r.ref, r.id, r.what, r.to))


def _addresses(
    people: Recipients, run: Run, every: Iterable[_Sending], told: Told
) -> dict[_Sending, tuple[str, tuple[str, ...]]]:
    """To whom each goes as people are recorded today, in words and by address: after a date, at each step to somebody
    who has not heard. Where somebody stands in, the words say for whom."""
    found: dict[_Sending, tuple[str, tuple[str, ...]]] = {}
    heard = set(told.addresses)
    for one in sorted(every, key=lambda sending: (sending.on, sending.what, sending.to)):
        label = PARTY_LABELS[one.to]
        found[one] = label, ()
        if run.standing.supposed:
            continue
        record = run.standing.record
        readers = (
            next_in_line(people, record, run.clock, one.step, heard)
            if one.step is not None
            else standing_for(people, record, one.to)
        )
        reached = {address: party for party, address in readers if address}
        stands_in = next((PARTY_LABELS[party] for party in reached.values() if party is not one.to), "")
        found[one] = f"{stands_in}, in place of: {label}" if stands_in else label, tuple(reached)
        heard |= {address.lower() for address in reached}
    return found


def _before(world: World, run: Run, told: Told, post: PostDays) -> set[_Sending]:
    """What goes out as things are, from today on."""
    if run.before is None or _waits(world, run, before=True):
        return set()
    return _said(world, run, run.before, world.today, post, told)


def _after(world: World, run: Run, told: Told, post: PostDays, was: set[_Sending]) -> set[_Sending]:
    """What would go out: as it is until the day from which the clock is otherwise, and from then on by its new date."""
    since = max(run.changed_on or (world.today if world.added else world.day), world.today)
    comes = {one for one in was if one.on < since}
    if not run.row.running or _waits(world, run, before=False):
        return comes
    same = run.before is not None and run.before.due_on == run.row.due_on
    return comes | _said(world, run, run.row, since, post, told if same else None)


def _said(world: World, run: Run, row: Deadline, first: date, post: PostDays, told: Told | None) -> set[_Sending]:
    """What is said of one date from a day on. ``told`` None: its ladder starts afresh."""
    clock, due = run.clock, row.due_on
    if due is None:
        return set()
    ends = [due, first, *(r.due_on for r in (run.before, run.row) if r is not None and r.due_on is not None)]
    longest = max([clock.repeat_after_every or 0, *(step.after_days for step in clock.escalations)])
    fresh = told is None
    asks = row.original_due_on if clock.asks_for_agreed_date and row.agreed_due_on is None else None
    if told is not None and str(Telling.AGREED_DATE) in told.rungs:
        asks = None
    says = to_say(
        clock,
        row.start_on or due,
        due,
        first,
        max(ends) + timedelta(days=longest),
        post,
        look=None if fresh else row.next_look_on,
        escalated={} if told is None else told.steps,
        agreed_wanted_from=asks + DAY if asks else None,
    )
    found: set[_Sending] = set()
    repeats = 0
    for say in says:
        if say.telling is Telling.REMINDER and say.on > due:
            repeats += 1
        to = _told_to(clock, say)
        if to is not None and not (say.telling is Telling.REMINDER and repeats > 1):
            found.add(_Sending(say.on, WHAT[say.telling], to, say.step))
    return found


def _told_to(clock: Clock, say: Say) -> Party | None:
    if say.telling is Telling.AGREED_DATE:
        return Party.CASE_MANAGER
    to = say.step.to if say.step is not None else clock.owner
    return None if to in NEVER_WRITTEN_TO else to


def _told(world: World, runs: Sequence[Run]) -> dict[int, Told]:
    rows = [run.before for run in runs if run.before is not None]
    found: dict[int, Told] = {}
    for at in range(0, len(rows), AT_ONCE):
        found |= told_of(world.session, rows[at : at + AT_ONCE])
    return found


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
