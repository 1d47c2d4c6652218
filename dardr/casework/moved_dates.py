"""Which running dates a change of the calendar moves: worked out beforehand, written down, and told to who owes them.

Only clocks that count working days (or come off a day that is none) can move. What an Act sets in days or months never
does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework import deadlines, outbox
from dardr.casework.notices import base_url, link_to, team_frame
from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordLink
from dardr.systime import london_date
from notifications.messages_of_calendars import CalendarChange, ChangedDay, HolidayMovedDates, MovedDate
from notifications.words import due_phrase
from workflows.calendar import Calendar, CannotCount
from workflows.clocks import Telling
from workflows.counting import Roll, Unit
from workflows.definition import PARTY_LABELS, Clock, Party

BATCH = 500

CalendarOf = Callable[[Clock, int], Calendar]
"""The calendar of a clock in a partnership, as it is or as it would be."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A running date that a change of the calendar moves, whose it is, and the addresses that are told.

    ``party`` owes it; ``told_as`` is the party written to: people write to families and the State themselves, so the
    case manager is told of their dates.
    """

    deadline_id: int
    record_id: int
    ref: str
    process_key: str
    partnership_id: int
    clock: str
    clock_id: str
    label: str
    before: date | None
    after: date | None
    party: Party
    told_as: Party
    told: tuple[str, ...]

    @property
    def owner(self) -> str:
        """Who owes it, in words."""
        return PARTY_LABELS[self.party]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "ref": self.ref,
            "clock": self.clock,
            "clock_id": self.clock_id,
            "label": self.label,
            "before": self.before.isoformat() if self.before else None,
            "after": self.after.isoformat() if self.after else None,
            "owner": self.owner,
            "told": list(self.told),
        }


@dataclass(frozen=True, slots=True)
class Staying:
    """A running date on a changed day that stays there: its kind is that of its authority (statute, guidance ...)."""

    ref: str
    clock: str
    label: str
    due: date
    kind: str

    def as_dict(self) -> dict[str, str]:
        """JSON-ready."""
        return {
            "ref": self.ref, "clock": self.clock, "label": self.label, "due": self.due.isoformat(), "kind": self.kind
        }  # fmt: skip


def would_move(
    session: Session, calendar_of: CalendarOf, today: date, by: Actor | None, *, local_of: int | None = None
) -> tuple[Moved, ...]:
    """The running dates that these calendars would move, the soonest new date first. Nothing is written.

    ``local_of``: only the own targets of that partnership are asked about. ``by`` makes the change, and is not told.
    """
    return _each(session, calendar_of, today, by, local_of, write=False)


def move(
    session: Session, calendar_of: CalendarOf, today: date, by: Actor | None, *, local_of: int | None = None
) -> tuple[Moved, ...]:
    """Write what ``would_move`` says. The records are locked first, so that no action on them is lost."""
    ids = _working_day_clocks(session, local_of)
    served = sa.select(RecordLink.review_id).where(RecordLink.item_id.in_(sa.select(ids.c.record_id)))
    around = sa.or_(Record.id.in_(sa.select(ids.c.record_id)), Record.id.in_(served))
    session.execute(sa.select(Record.id).where(around).order_by(Record.id).with_for_update()).all()
    found = _each(session, calendar_of, today, by, local_of, write=True)
    session.flush()
    return found


def digest(moved: Iterable[Moved]) -> str:
    """A hash of what moves from when to when: two previews with the same one showed the same."""
    lines = sorted(f"{m.ref}\t{m.clock}\t{m.before}\t{m.after}" for m in moved)
    return sha256("\n".join(lines).encode()).hexdigest()


def staying_on(session: Session, days: Iterable[date], moved: Sequence[Moved]) -> tuple[Staying, ...]:
    """The running dates that fall on these days and do not move: a date in an Act stays, also on a bank holiday."""
    rows = session.execute(
        sa.select(Record.ref, Record.process, Deadline.clock, Deadline.due_on)
        .join(Record, Record.id == Deadline.record_id)
        .where(Deadline.due_on.in_(list(days)), *RUNNING)
        .order_by(Deadline.due_on, Record.ref)
    ).all()
    gone = {(m.ref, m.clock) for m in moved}
    found: list[Staying] = []
    for ref, process, key, due in rows:
        if (ref, key) not in gone and due is not None:
            clock = workflows.get(process).clock(key)
            found.append(Staying(ref, key, clock.label, due, str(clock.date.kind)))
    return tuple(found)


# --- the dates --------------------------------------------------------------------------------------------


@cache
def _rolling() -> frozenset[str]:
    """Clocks whose date comes off a day that is no working day, whatever they count."""
    return frozenset(c.key for p in workflows.all_processes() for c in p.clocks if c.rolls is not Roll.NONE)


def _working_day_clocks(session: Session, local_of: int | None) -> sa.Subquery:
    counts = sa.or_(Deadline.unit == str(Unit.WORKING_DAYS), Deadline.clock.in_(_rolling()))
    query = sa.select(Deadline.id, Deadline.record_id).where(counts, *RUNNING)
    if local_of is not None:
        query = query.join(Record, Record.id == Deadline.record_id).where(Record.partnership_id == local_of)
    return query.subquery()


def _batches(session: Session, local_of: int | None) -> Iterator[Sequence[Any]]:
    ids = list(session.scalars(sa.select(_working_day_clocks(session, local_of).c.id)))
    for first in range(0, len(ids), BATCH):
        yield session.execute(
            sa.select(Deadline, Record)
            .join(Record, Record.id == Deadline.record_id)
            .options(defer(Record.facts))
            .where(Deadline.id.in_(sorted(ids)[first : first + BATCH]))
            .order_by(Deadline.id)
            .execution_options(populate_existing=True)
        ).all()


def _each(
    session: Session, calendar_of: CalendarOf, today: date, by: Actor | None, local_of: int | None, *, write: bool
) -> tuple[Moved, ...]:
    people = Recipients(session)
    found: list[Moved] = []
    for rows in _batches(session, local_of):
        over = deadlines.HoldsAndAgreed(session, rows)
        people.prepare(record for _, record in rows)
        for row, record in rows:
            process = workflows.get(record.process)
            clock = process.clock(row.clock)
            if not deadlines.can_be_worked_out(row) or (local_of is not None and not clock.local_closures):
                continue
            holds, agreed = over.holds(record.id), over.agreed(row.id)
            calendar, before = calendar_of(clock, record.partnership_id), row.due_on
            try:
                if write:
                    deadlines.work_out(row, process, holds, agreed, calendar, today)
                    after = row.due_on
                else:
                    rule = deadlines.rule_of(process, clock)
                    after = deadlines.replay(row, clock, holds, agreed, calendar, rule, today).due
            except CannotCount:  # stays as it is; the nightly check says why
                continue
            if after != before:
                found.append(_moved(people, row, record, clock, before, after, by))
    return tuple(sorted(found, key=lambda m: (m.after or date.max, m.ref, m.clock)))


def _moved(
    people: Recipients, row: Deadline, record: Record, clock: Clock, before: date | None, after: date | None,
    by: Actor | None,
) -> Moved:  # fmt: skip
    told_as = Party.CASE_MANAGER if clock.owner in NEVER_WRITTEN_TO else clock.owner
    told = people.addresses(record, told_as)
    own = by.email.strip().lower() if by is not None else ""
    others = tuple(address for address in told if address.lower() != own)
    if told and not others:
        told_as = Party.NOBODY
    return Moved(
        row.id, record.id, record.ref, record.process_key, record.partnership_id, row.clock, row.clock_id, clock.label,
        before, after, clock.owner, told_as, others,
    )  # fmt: skip


# --- telling ----------------------------------------------------------------------------------------------


def tell(
    session: Session, now: datetime, moved: Sequence[Moved], change: CalendarChange, days: Mapping[date, str], key: str
) -> int:
    """One message to each address with all the dates that moved for it; how many messages are new.

    ``key`` names the change (the hash of the new list), so that nobody is told twice of it. A date whose owner has no
    address gives a message that is not sent and stays visible, as every other.
    """
    changed = tuple(ChangedDay(day=day, called=days[day]) for day in sorted(days))
    by_address: dict[str, list[Moved]] = {}
    nobody: dict[tuple[int, Party], list[Moved]] = {}
    for one in moved:
        if one.before is None or one.after is None or one.told_as is Party.NOBODY:
            continue
        for address in one.told:
            by_address.setdefault(address.lower(), []).append(one)
        if not one.told:
            nobody.setdefault((one.record_id, one.told_as), []).append(one)
    written = {address.lower(): address for one in moved for address in one.told}
    rows = [
        _row(session, now, change, changed, mine, written[address], f"calendar:{key}:{address}")
        for address, mine in sorted(by_address.items())
    ]
    rows += [
        _row(session, now, change, changed, mine, "", f"calendar:{key}:{record_id}:{party}")
        for (record_id, party), mine in nobody.items()
    ]
    count = outbox.write_rows(session, rows)
    ids = {
        key: one
        for one, key in session.execute(
            sa.select(OutboxMessage.id, OutboxMessage.dedupe_key).where(
                OutboxMessage.dedupe_key.in_([row["dedupe_key"] for row in rows])
            )
        )
    }
    for address, mine in by_address.items():
        carrier = ids[outbox.short_key(f"calendar:{key}:{address}")]
        session.add_all(_tie(now, one, written[address], carrier, key) for one in mine)
    session.flush()
    return count


def _tie(now: datetime, one: Moved, address: str, carrier: int, key: str) -> Reminder:
    """What ties a date to the message that told of it: it is on its timeline, and is not sent once it moved again."""
    return Reminder(
        key=outbox.short_key(f"moved:{key}:{one.deadline_id}:{address.lower()}"),
        record_id=one.record_id,
        deadline_id=one.deadline_id,
        kind=str(Telling.MOVED),
        rung=str(Telling.MOVED),
        due_on=one.after,
        party=str(one.told_as),
        address=address,
        for_day=london_date(now),
        alone=True,
        created_at=now,
        outbox_id=carrier,
    )


def _row(
    session: Session,
    now: datetime,
    change: CalendarChange,
    days: tuple[ChangedDay, ...],
    moved: Sequence[Moved],
    address: str,
    dedupe: str,
) -> dict[str, Any]:
    first = moved[0]
    alone = len({one.ref for one in moved}) == 1
    nouns = {one.ref: workflows.newest(one.process_key).noun for one in moved}
    message = HolidayMovedDates(
        ref=first.ref if alone else "Dates",
        link=link_to(first.ref, first.process_key) if alone else f"{base_url()}/",
        record=_capital(nouns[first.ref]) if alone else "Calendar",
        **team_frame(session, first.partnership_id),
        today=london_date(now),
        change=change,
        days=days,
        moved=tuple(_said(one, nouns[one.ref]) for one in moved),
    )
    return outbox.row(
        now, message, to=address, party=first.told_as, dedupe=dedupe, record_id=first.record_id if alone else None
    )


def _said(one: Moved, noun: str) -> MovedDate:
    assert one.before is not None
    assert one.after is not None
    return MovedDate(
        ref=one.ref,
        record=_capital(noun),
        link=link_to(one.ref, one.process_key),
        about=due_phrase(one.clock, one.label),
        before=one.before,
        after=one.after,
    )


def _capital(noun: str) -> str:
    return noun[:1].upper() + noun[1:]


Dated = TypeVar("Dated", Moved, Staying)


def part_seen(session: Session, actor: Actor, dates: Sequence[Dated]) -> tuple[list[Dated], int]:
    """Those of these dates whose records this person may see, and how many others there are."""
    refs = {one.ref for one in dates}
    seen = set(session.scalars(sa.select(Record.ref).where(Record.ref.in_(refs), visible(actor)))) if refs else set()
    shown = [one for one in dates if one.ref in seen]
    return shown, len(dates) - len(shown)
