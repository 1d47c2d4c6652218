"""Dates by day, for a calendar: deadlines, meetings, hearings, holds to be looked at; and days that have a name.

Everything goes through ``access.visible``. What is somebody's own follows the one rule of My work: what they owe, what
they look after, and what is owed to them; besides, the meetings of every panel they sit on or chair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

import workflows
from dardr.access import roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.casework.panel import MEETING
from dardr.casework.recipients import Recipients
from dardr.lookups.calendars import calendar_named
from dardr.lookups.careful_days import careful_days
from dardr.lookups.deadlines import open_holds, running_state
from dardr.lookups.records import bodies_of, label_of
from dardr.lookups.whose import Whose, may_concern, of_person
from dardr.seeing import seen_facts
from dardr.storage.calendars import LocalClosure
from dardr.storage.reviews import RUNNING, Deadline, Hold, Record, RecordLink
from workflows.answers import stored_date
from workflows.calendar import ENGLAND_AND_WALES
from workflows.clocks import MISSED
from workflows.definition import PARTY_LABELS, Clock, Kind
from workflows.processes.family_branch_1.visits import visits_to_come
from workflows.processes.proceeding_1.hearings import TENTATIVE, Hearing, hearings
from workflows.processes.who import FAMILY_NOTES

PROCEEDING, BRANCH, MEETING_DAY = "proceeding", "family-branch", "meeting_day"
STATUTE_FIRST = [str(kind) for kind in (Kind.STATUTE, Kind.GUIDANCE, Kind.DRAFT, Kind.PRACTICE, Kind.LOCAL)]
DEADLINE, OF_MEETING, HEARING, HOLD, VISIT = "deadline", "meeting", "hearing", "hold", "visit"
BANK_HOLIDAY, CLOSURE, CAREFUL = "bank_holiday", "closure", "careful"
MOST = 1000
"""Of how many things a page shows the first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the calendar is asked for: one's own, of one review, of one body (its name), of one kind of rule."""

    mine: bool = True
    review: str = ""
    body: str = ""
    rests: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """One thing on one day, or on several. ``number`` is the id of a deadline, which has a receipt."""

    kind: str
    label: str
    ref: str
    process: str
    review_ref: str
    of: str
    first: date
    last: date
    number: int = 0
    times: str = ""
    rests: str = ""
    state: str = ""
    missed: bool = False
    owner: str = ""
    bodies: tuple[str, ...] = ()
    note: str = ""

    @property
    def order(self) -> tuple[int, int, str, str]:
        """A statutory date first, then meetings and hearings by their time, then other dates by what they rest on."""
        if self.kind == DEADLINE:
            rests = STATUTE_FIRST.index(self.rests) if self.rests in STATUTE_FIRST else len(STATUTE_FIRST)
            return (0 if rests == 0 else 2, rests, self.label, self.ref)
        return (1 if self.kind in (OF_MEETING, HEARING, VISIT) else 3, 0, self.times.zfill(5), self.ref)


@dataclass(frozen=True, slots=True)
class Named:
    """What a day is: a bank holiday, a day on which the office is closed, a day to be careful about on a review."""

    kind: str
    words: str
    ref: str = ""


@dataclass(slots=True)
class Days:
    """Everything in a span of days, both ends included, in order. ``cut``: there is more than is shown."""

    dated: list[Dated] = field(default_factory=list)
    named: dict[date, list[Named]] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """One running deadline with its record and its clock, as lists read it."""

    row: Any
    record: Record
    clock: Clock


class Theirs:
    """What is somebody's own. ``only_owed`` leaves out what they wait for: what others owe to them."""

    def __init__(self, session: Session, who: Actor, *, only_owed: bool = False) -> None:
        self.people = Recipients(session)
        self.whose: Whose = of_person(self.people, who)
        self.only_owed = only_owed
        self.reviews = frozenset(g.record_id for g in who.grants if g.record_id is not None)
        serving = sa.select(RecordLink.item_id).where(
            RecordLink.review_id.in_(sorted(self.reviews)), RecordLink.kind == "item"
        )
        self.narrowed = sa.or_(may_concern(who), Record.id.in_(sorted(self.reviews)), Record.id.in_(serving))

    def has(self, running: Running) -> bool:
        """Whether this date is theirs."""
        record, clock = running.record, running.clock
        if self.whose.owes(record, clock.owner):
            return True
        return not self.only_owed and (self.whose.looks_after(record) or self.whose.owes(record, clock.owed_to))

    def follows(self, record: Record, reviews: Iterable[int]) -> bool:
        """Whether a record, and the reviews it serves or is, are theirs: looked after, or a role is held on one."""
        return self.whose.looks_after(record) or not self.reviews.isdisjoint(reviews)


_COLUMNS = (
    Deadline.id, Deadline.record_id, Deadline.clock, Deadline.due_on, Deadline.agreed_due_on, Deadline.held,
)  # fmt: skip


def running_between(
    session: Session,
    viewer: Actor,
    first: date,
    last: date,
    *,
    theirs: Theirs | None = None,
    only: Iterable[sa.ColumnElement[bool]] = (),
    limit: int | None = None,
) -> list[Running]:
    """The running deadlines due in a span of London dates that a viewer may see, by date; ``theirs`` alone, if given.

    The day of a meeting is left out: the meeting itself stands there. So is a date that is held or deferred: it is none
    now. ``limit`` is how many are looked at, the first ones.
    """
    query = (
        sa.select(*_COLUMNS, Record)
        .join(Record, Record.id == Deadline.record_id)
        .options(defer(Record.facts))
        .where(
            *RUNNING,
            Deadline.held.is_(False),
            Deadline.due_on.between(first, last),
            Deadline.clock != MEETING_DAY,
            visible(viewer),
            *only,
        )
        .order_by(Deadline.due_on, Deadline.id)
        .limit(limit)
    )
    if theirs is not None:
        query = query.where(theirs.narrowed)
    every = [
        Running(row, row.Record, workflows.get(row.Record.process).clock(row.clock)) for row in session.execute(query)
    ]
    holds = open_holds(session, {one.record.id for one in every if one.clock.deferred_by})
    found = [one for one in every if one.clock.deferred_by not in holds.get(one.record.id, ())]
    if theirs is None:
        return found
    theirs.people.prepare(one.record for one in found)
    return [one for one in found if theirs.has(one)]


def serving_of(session: Session, ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """By record, the reviews (id, reference) that it serves; a review is its own."""
    wanted = list(ids)
    found: dict[int, list[tuple[int, str]]] = {}
    serves = sa.select(RecordLink.item_id, Record.id, Record.ref).join(Record, Record.id == RecordLink.review_id)
    own = sa.select(Record.id, Record.id, Record.ref).where(Record.process_key.in_(workflows.REVIEW_KEYS))
    for query in (
        own.where(Record.id.in_(wanted)),
        serves.where(RecordLink.item_id.in_(wanted), RecordLink.kind == "item").order_by(Record.id),
    ):
        for item, review, ref in session.execute(query):
            found.setdefault(item, []).append((review, ref))
    return found


def meetings_between(
    session: Session, viewer: Actor, first: date, last: date, theirs: Theirs | None = None
) -> list[tuple[Record, str]]:
    """The meetings in a span of London dates that a viewer may see, cancelled ones left out, each with its review."""
    on = Record.facts["meeting_on"].as_string()
    rows = _records(session, viewer, theirs, Record.process_key == MEETING, Record.stage != "cancelled",
                    on.between(first.isoformat(), last.isoformat()))  # fmt: skip
    return [(record, reviews[0][1] if reviews else record.ref) for record, reviews in rows]


def holds_between(
    session: Session, viewer: Actor, first: date, last: date, theirs: Theirs | None = None
) -> list[tuple[Hold, Record]]:
    """The open holds to be looked at again in a span of London dates, on records that a viewer may see."""
    standing = sa.select(Hold).where(
        Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None), Hold.review_by.between(first, last)
    )
    holds = list(session.scalars(standing.order_by(Hold.review_by, Hold.id)))
    rows = _records(session, viewer, theirs, Record.id.in_({hold.record_id for hold in holds}))
    records = {record.id: record for record, _ in rows}
    return [(hold, records[hold.record_id]) for hold in holds if hold.record_id in records]


def _records(
    session: Session, viewer: Actor, theirs: Theirs | None, *only: sa.ColumnElement[bool]
) -> list[tuple[Record, list[tuple[int, str]]]]:
    query = sa.select(Record).where(visible(viewer), *only).order_by(Record.id)
    if theirs is not None:
        query = query.where(theirs.narrowed)
    records = list(session.scalars(query))
    reviews = serving_of(session, [record.id for record in records])
    if theirs is not None:
        theirs.people.prepare(records)
        records = [r for r in records if theirs.follows(r, (one for one, _ in reviews.get(r.id, ())))]
    return [(record, reviews.get(record.id, [])) for record in records]


# --- a page -----------------------------------------------------------------------------------------------


def days(session: Session, viewer: Actor, first: date, last: date, today: date, asked: Asked) -> Days:
    """Everything from ``first`` to ``last`` (London dates, both included) that somebody may see and asked for."""
    theirs = Theirs(session, viewer) if asked.mine else None
    running = running_between(session, viewer, first, last, theirs=theirs)
    found = Days()
    everything = [
        *_deadlines(session, running, today),
        *_meetings(meetings_between(session, viewer, first, last, theirs)),
        *_holds(holds_between(session, viewer, first, last, theirs)),
        *_hearings(session, viewer, first, last, theirs),
        *_visits(session, viewer, first, last, theirs),
    ]
    found.bodies = sorted({body for one in everything for body in one.bodies})
    wanted = sorted((one for one in everything if _wanted(one, asked)), key=lambda one: (one.first, one.order))
    found.dated, found.cut = wanted[:MOST], len(wanted) > MOST
    found.named = _named(session, viewer, first, last)
    for ref, on in _careful(session, viewer, first, last, found.dated, theirs, asked):
        found.named.setdefault(on, []).append(Named(CAREFUL, "Day to be careful about", ref))
    return found


def _wanted(one: Dated, asked: Asked) -> bool:
    if asked.review and asked.review.casefold() not in (one.ref.casefold(), one.review_ref.casefold()):
        return False
    if asked.body and asked.body not in one.bodies:
        return False
    return not asked.rests or one.rests == asked.rests


def _deadlines(session: Session, running: list[Running], today: date) -> Iterator[Dated]:
    ids = {one.record.id for one in running}
    whose, served = bodies_of(session, ids), serving_of(session, ids)
    for one in running:
        row, record, clock = one.row, one.record, one.clock
        state = running_state(clock, row, set(), today)
        bodies = tuple(whose.get(record.id, ()))
        yield Dated(
            DEADLINE, clock.label, record.ref, record.process_key, served.get(record.id, [(0, record.ref)])[0][1],
            label_of(record, bodies), row.due_on, row.due_on, number=row.id, rests=str(clock.date.kind),
            state=str(state), missed=state in MISSED, owner=PARTY_LABELS[clock.owner], bodies=bodies,
        )  # fmt: skip


def _meetings(found: Iterable[tuple[Record, str]]) -> Iterator[Dated]:
    for record, review in found:
        on = stored_date(record.facts.get("meeting_on"))
        if on is not None:
            yield Dated(
                OF_MEETING, "Panel meeting", record.ref, record.process_key, review, record.title or record.ref, on, on,
                times=str(record.facts.get("starts_at") or ""),
            )  # fmt: skip


def _holds(found: Iterable[tuple[Hold, Record]]) -> Iterator[Dated]:
    for hold, record in found:
        assert hold.review_by is not None
        yield Dated(
            HOLD, "Look again at a hold", record.ref, record.process_key, record.ref, record.title or record.ref,
            hold.review_by, hold.review_by,
        )  # fmt: skip


def _hearings(session: Session, viewer: Actor, first: date, last: date, theirs: Theirs | None) -> Iterator[Dated]:
    """Hearings to come, for those who see the proceeding they belong to."""
    rows = _records(session, viewer, theirs, Record.process_key == PROCEEDING, Record.final.is_(False))
    roles = roles_on_each(session, viewer, [record for record, _ in rows])
    for record, reviews in rows:
        facts = seen_facts(workflows.get(record.process), record.facts, roles[record.id])
        for hearing in hearings(facts):
            begins = hearing.now.first
            if begins is None or not hearing.to_come or begins > last or (hearing.now.last or begins) < first:
                continue
            yield _hearing(record, reviews[0][1] if reviews else record.ref, hearing, begins)


def _hearing(record: Record, review: str, hearing: Hearing, begins: date) -> Dated:
    note = "tentative" if hearing.now.standing == TENTATIVE else ""
    return Dated(
        HEARING, f"Hearing: {hearing.label}", record.ref, record.process_key, review, record.title or record.ref,
        begins, hearing.now.last or begins, note=note,
    )  # fmt: skip


def _visits(session: Session, viewer: Actor, first: date, last: date, theirs: Theirs | None) -> Iterator[Dated]:
    """Visits agreed with a branch of the family, for those who see the branch: nobody else."""
    rows = _records(session, viewer, theirs, Record.process_key == BRANCH, Record.final.is_(False))
    for record, reviews in rows:
        for visit in visits_to_come(record.facts, done(record.facts), first):
            if visit.on <= last:
                yield Dated(
                    VISIT, "Visit agreed with a branch of the family", record.ref, record.process_key,
                    reviews[0][1] if reviews else record.ref, record.title or record.ref, visit.on, visit.on,
                    times=visit.at,
                )  # fmt: skip


# --- days that have a name --------------------------------------------------------------------------------


def _named(session: Session, viewer: Actor, first: date, last: date) -> dict[date, list[Named]]:
    found: dict[date, list[Named]] = {}
    for day, title in calendar_named(session, ENGLAND_AND_WALES).holidays_between(first, last):
        found.setdefault(day, []).append(Named(BANK_HOLIDAY, title))
    closed = sa.select(LocalClosure.day, LocalClosure.title).where(
        LocalClosure.partnership_id == viewer.partnership_id,
        LocalClosure.removed_at.is_(None),
        LocalClosure.day.between(first, last),
    )
    for day, title in session.execute(closed.order_by(LocalClosure.day, LocalClosure.id)):
        found.setdefault(day, []).append(Named(CLOSURE, title))
    return found


def _careful(
    session: Session,
    viewer: Actor,
    first: date,
    last: date,
    shown: Iterable[Dated],
    theirs: Theirs | None,
    asked: Asked,
) -> Iterator[tuple[str, date]]:
    """Days to be careful about, for those who read of the family: of their reviews, and of those that are shown."""
    if not viewer.roles & FAMILY_NOTES:
        return
    refs = {one.review_ref for one in shown} | ({asked.review} if asked.review else set())
    which = Record.ref.in_(sorted(refs))
    if theirs is not None and not (asked.review or asked.body or asked.rests):
        which = sa.or_(which, theirs.narrowed)
    query = (
        sa.select(Record)
        .options(defer(Record.facts))
        .where(visible(viewer), Record.process_key.in_(workflows.REVIEW_KEYS), Record.final.is_(False), which)
    )
    reviews = list(session.scalars(query))
    if theirs is not None:
        theirs.people.prepare(reviews)
        reviews = [r for r in reviews if r.ref in refs or theirs.follows(r, [r.id])]
    roles = roles_on_each(session, viewer, reviews)
    reading = {review.id: review.ref for review in reviews if roles[review.id] & FAMILY_NOTES}
    for review, on in careful_days(session, reading, first, last).items():
        for day in on:
            yield reading[review], day
