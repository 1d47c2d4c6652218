"""What will be sent to whom, on which day and why, if nothing happens meanwhile: worked out, nothing written.

The same pure functions say it that the sweep and the round use, over the same rows, so that it is what they will do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, visible
from dardr.actors import Actor
from dardr.casework import post_days as days
from dardr.casework.post_choices import EVERYBODY, Choices, choices_for, leaves_on
from dardr.casework.readers import next_in_line, standing_for
from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients
from dardr.casework.sweep_holds import hold_day, next_hold_look
from dardr.casework.sweep_sign_offs import RUNG, leads_asked, sign_off_days
from dardr.lookups.addresses import Addresses
from dardr.lookups.records import visible_items
from dardr.storage.doors import WAITING, ForSignOff
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import RUNNING, Deadline, Hold, Record
from dardr.systime import london_date
from workflows.calendar import in_words
from workflows.clocks import Telling
from workflows.definition import PARTY_LABELS, Clock, Party
from workflows.post_days import DAY, LONGEST_RUN, PostDays, Say, keeps_its_days, to_say

BATCH = 500


@dataclass(frozen=True, slots=True)
class Ahead:
    """One reminder to come: the London day it leaves, to whom, about which date, on which rung, and why then.

    ``address`` is empty where nobody can be written to, None where it is not for whoever asks (``as_read``).
    ``alone``: in a message of its own, else gathered with what else that person gets that day. ``falls_on`` is the day
    the ladder itself names.
    """

    on: date
    ref: str
    address: str | None
    party: str
    kind: str
    rung: str
    about: str
    due: date | None
    falls_on: date
    alone: bool
    why: str
    deadline_id: int | None = None

    @property
    def role(self) -> str:
        """In which role the person is written to, in words."""
        return PARTY_LABELS[Party(self.party)]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        found = {**asdict(self), "role": self.role}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def ahead(
    session: Session,
    actor: Actor,
    first: date,
    last: date,
    *,
    today: date | None = None,
    review_ref: str | None = None,
    deadline_id: int | None = None,
    due: Mapping[int, date | None] | None = None,
) -> Iterator[Ahead]:
    """What leaves from ``first`` to ``last`` (London dates, both included), in no order over records.

    ``today`` is the day of the next sweep (``first`` by default): everything is worked out from it on. Only records
    this actor may see; with ``review_ref`` that record and what serves it, with ``deadline_id`` one date. ``due``
    supposes other dates for some deadlines (None: none), whose ladders then start afresh. Raises NotFound.
    """
    today = today or first
    records = None
    if review_ref is not None:
        record = get_record(session, actor, review_ref)
        records = [record.id, *(item.id for item in visible_items(session, actor, record))]
    post = days.of_the_partnership(session)
    looking = _Looking(session, Recipients(session), post, today, last + timedelta(days=LONGEST_RUN), due or {})
    ids = _deadlines(session, actor, last, records, deadline_id, tuple(due or ()))
    for start in range(0, len(ids), BATCH):
        for one in looking.deadlines(ids[start : start + BATCH]):
            if first <= one.on <= last:
                yield one
    if deadline_id is None:
        for one in (
            *looking.holds(_holds(session, actor, records)),
            *looking.sign_offs(_sign_offs(session, actor, records), last),
        ):
            if first <= one.on <= last:
                yield one


def as_read(session: Session, actor: Actor, every: Iterable[Ahead]) -> list[Ahead]:
    """The same, in their order, each address as this person may read it."""
    found = list(every)
    records = list(session.scalars(sa.select(Record).where(Record.ref.in_({one.ref for one in found}))))
    addresses, ids = Addresses(session, actor, records), {record.ref: record.id for record in records}
    return [replace(one, address=addresses.shown(one.address or "", ids[one.ref])) for one in found]


def _deadlines(
    session: Session,
    actor: Actor,
    last: date,
    records: Collection[int] | None,
    deadline_id: int | None,
    supposed: Collection[int],
) -> list[int]:
    query = (
        sa.select(Deadline.id)
        .join(Record, Record.id == Deadline.record_id)
        .where(
            sa.or_(Deadline.next_look_on <= last + timedelta(days=LONGEST_RUN), Deadline.id.in_(supposed)),
            *RUNNING,
            visible(actor),
        )
        .order_by(Deadline.id)
    )
    if records is not None:
        query = query.where(Deadline.record_id.in_(records))
    if deadline_id is not None:
        query = query.where(Deadline.id == deadline_id)
    return list(session.scalars(query))


def _holds(session: Session, actor: Actor, records: Collection[int] | None) -> Sequence[tuple[Hold, Record]]:
    query = (
        sa.select(Hold, Record)
        .join(Record, Record.id == Hold.record_id)
        .where(Hold.next_look_on.is_not(None), visible(actor))
        .order_by(Hold.id)
    )
    if records is not None:
        query = query.where(Hold.record_id.in_(records))
    return [(hold, record) for hold, record in session.execute(query)]


def _sign_offs(session: Session, actor: Actor, records: Collection[int] | None) -> Sequence[tuple[ForSignOff, Record]]:
    query = (
        sa.select(ForSignOff, Record)
        .join(Record, Record.id == ForSignOff.record_id)
        .where(ForSignOff.state == WAITING, visible(actor))
        .order_by(ForSignOff.id)
    )
    if records is not None:
        query = query.where(ForSignOff.record_id.in_(records))
    return [(row, record) for row, record in session.execute(query)]


@dataclass(slots=True)
class _Looking:
    session: Session
    people: Recipients
    post: PostDays
    today: date
    until: date
    due: Mapping[int, date | None]

    def deadlines(self, ids: Sequence[int]) -> Iterator[Ahead]:
        rows = [
            (row, record)
            for row, record in self.session.execute(
                sa.select(Deadline, Record)
                .join(Record, Record.id == Deadline.record_id)
                .where(Deadline.id.in_(ids))
                .order_by(Deadline.id)
            )
        ]
        self.people.prepare(record for _, record in rows)
        careful = days.careful_for_agencies(self.session, rows, self.today)
        told = days.told_of(self.session, [row for row, _ in rows])
        deferred = days.deferred(self.session, rows)
        waiting = self._waiting(ids)
        found: list[tuple[Ahead, bool]] = []
        for row, record in rows:
            clock = workflows.get(record.process).clock(row.clock)
            post = self.post.without(careful.get(row.id, ()))
            for one in waiting.get(row.id, ()):
                found.append((_noted(one, record, clock, self.today), keeps_its_days(clock)))
            if row.id in deferred or (row.held and row.id not in self.due):
                continue
            heard = set(told[row.id].addresses)
            for say in self._says(row, clock, post, told[row.id]):
                due = self.due.get(row.id, row.due_on)
                for party, address in self._readers(record, clock, say, heard):
                    heard.add(address.lower())
                    found.append((_ahead(say, record, row, clock, due, party, address, post), keeps_its_days(clock)))
        yield from self._leaving(found, careful)

    def _waiting(self, ids: Sequence[int]) -> dict[int, list[Reminder]]:
        """Reminders noted already that no message carries yet."""
        found: dict[int, list[Reminder]] = {}
        for one in self.session.scalars(
            sa.select(Reminder)
            .where(Reminder.deadline_id.in_(ids), Reminder.outbox_id.is_(None), Reminder.dropped_at.is_(None))
            .order_by(Reminder.id)
        ):
            if one.deadline_id is not None:
                found.setdefault(one.deadline_id, []).append(one)
        return found

    def _says(self, row: Deadline, clock: Clock, post: PostDays, told: days.Told) -> Iterator[Say]:
        supposed = row.id in self.due
        due = self.due[row.id] if supposed else row.due_on
        start = row.start_on or due
        if due is None or start is None:
            return
        agreed = row.original_due_on is not None and row.agreed_due_on is None and clock.asks_for_agreed_date
        asks = row.original_due_on + DAY if agreed and row.original_due_on is not None else None
        if asks is not None and not supposed and "agreed-date" in told.rungs:
            asks = None
        yield from to_say(
            clock,
            start,
            due,
            self.today,
            self.until,
            post,
            look=None if supposed else row.next_look_on,
            escalated={} if supposed else told.steps,
            agreed_wanted_from=asks,
        )

    def _readers(self, record: Record, clock: Clock, say: Say, heard: set[str]) -> list[tuple[Party, str]]:
        if say.step is not None:
            return next_in_line(self.people, record, clock, say.step, heard)
        if say.telling is Telling.AGREED_DATE:
            return standing_for(self.people, record, Party.CASE_MANAGER)
        return [] if clock.owner in NEVER_WRITTEN_TO else standing_for(self.people, record, clock.owner)

    def _leaving(self, found: Sequence[tuple[Ahead, bool]], careful: Mapping[int, frozenset[date]]) -> Iterator[Ahead]:
        """The same, each on the day it leaves: a person's own days, and what cannot wait for them."""
        choices = choices_for(self.session, {one.address for one, _ in found if one.address})
        for one, statute in found:
            if one.alone or not one.address:
                yield one
                continue
            own: Choices = choices.get(one.address, EVERYBODY)
            of_agency = Party(one.party) in days.AGENCIES and one.deadline_id is not None
            avoid = careful.get(one.deadline_id or 0, frozenset()) if of_agency else frozenset()
            on = leaves_on(one.on, self.post, own, one.due, statute=statute, careful=avoid)
            yield one if on == one.on else _moved(one, on)

    def holds(self, rows: Sequence[tuple[Hold, Record]]) -> Iterator[Ahead]:
        self.people.prepare(record for _, record in rows)
        found: list[tuple[Ahead, bool]] = []
        for hold, record in rows:
            day, look = self.today, hold.next_look_on
            while look is not None and look <= self.until:
                day = max(day, self._day_for(look))
                nominal = hold_day(hold, self.post.reach(day))
                for address in self.people.addresses(record, Party.CASE_MANAGER) or [""] if nominal else ():
                    assert nominal is not None
                    one = Ahead(
                        day, record.ref, address, str(Party.CASE_MANAGER), str(Telling.LOOK_AGAIN), f"hold:{hold.id}",
                        "A deferral is looked at again" if hold.kind == "deferral" else "A hold is looked at again",
                        hold.review_by, nominal, False, _with_move("Its day to look again", nominal, day, self.post),
                    )  # fmt: skip
                    found.append((one, False))
                look = next_hold_look(hold, self.post.reach(day))
                day += DAY
        yield from self._leaving(found, {})

    def sign_offs(self, rows: Sequence[tuple[ForSignOff, Record]], last: date) -> Iterator[Ahead]:
        """Of what leads are reminded while it waits for them."""
        found: list[tuple[Ahead, bool]] = []
        for row, record in rows:
            leads = leads_asked(self.session, self.people, row) or [""]
            for day, step in sign_off_days(self.session, row, self.today, last, self.post):
                falls_on = london_date(row.written_at) + timedelta(days=step)
                why = f"{_days(step)} after it was written, it waits to be signed off"
                found += [
                    (
                        Ahead(
                            day, record.ref, address, str(Party.AGENCY_LEAD), str(Telling.SIGN_OFF), f"{RUNG}{row.id}",
                            "What a colleague wrote waits to be signed off", None, falls_on, False, why,
                        ),
                        False,
                    )
                    for address in leads
                ]  # fmt: skip
        yield from self._leaving(found, {})

    def _day_for(self, look: date) -> date:
        while not self.post.has(look) and look > self.today:
            look -= DAY
        return look if self.post.has(look) else self.post.next(look)


def _ahead(
    say: Say,
    record: Record,
    row: Deadline,
    clock: Clock,
    due: date | None,
    party: Party,
    address: str,
    post: PostDays,
) -> Ahead:
    why = _with_move(why_then(say.telling, say.rung, party), say.nominal, say.on, post)
    return Ahead(
        say.on, record.ref, address, str(party), str(say.telling), say.rung, clock.label, due, say.nominal, say.alone,
        why, row.id,
    )  # fmt: skip


def _noted(one: Reminder, record: Record, clock: Clock, today: date) -> Ahead:
    """A reminder that waits for its message already."""
    return Ahead(
        max(one.for_day, today), record.ref, one.address, one.party, one.kind, one.rung, clock.label, one.due_on,
        one.for_day, one.alone, why_then(Telling(one.kind), one.rung, Party(one.party)), one.deadline_id,
    )  # fmt: skip


def _moved(one: Ahead, on: date) -> Ahead:
    return replace(one, on=on, why=f"{one.why}; on a day they chose")


def why_then(kind: Telling, rung: str, party: Party) -> str:
    """Why a reminder leaves when it does, in words: ``7 days before the date``."""
    if kind is Telling.ESCALATION:
        days_late = int(rung.rpartition("+")[2])
        return f"{_days(days_late)} after the date: told as {_small(PARTY_LABELS[party])}"
    if kind is Telling.AGREED_DATE:
        return "The guide has passed and no other date is agreed"
    if kind is Telling.LOOK_AGAIN:
        return "Its day to look again"
    if kind is Telling.MOVED:
        return "The calendar changed, and the date moved with it"
    if kind is Telling.GIVEN:
        return "It was given to them"
    number = int(rung) if rung.lstrip("+-").isdigit() else 0
    if number == 0:
        return "On the date"
    return f"{_days(abs(number))} {'before' if number < 0 else 'after'} the date"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


def _with_move(why: str, nominal: date, on: date, post: PostDays) -> str:
    """``why`` with what moved it: a day without post, or one to be careful about."""
    if on >= nominal or post.has(nominal):
        return why
    reason = post.calendar.why_not_working(nominal)
    said = f"{in_words(nominal)} has no post ({reason})" if reason else f"{in_words(nominal)} asks for care"
    return f"{why}; {said}"
