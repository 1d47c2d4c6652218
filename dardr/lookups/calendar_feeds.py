"""What a calendar program reads at a link: a person's own dates, what a body owes, the dates of a team.

Access is judged at each reading: whose dates they are, and whoever made the link, must still be there, and nothing is
shown that they may not see today. A link that stands but gives no right any more gives an empty calendar, so that
programs forget what they showed. Hearings and days to be careful about are in no feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor, Grant, load_actor
from dardr.casework.calendar_entries import deadline_entry, hold_entry, meeting_entry, moves_of
from dardr.casework.calendar_links import BODY, FOR_THE_TEAM, PERSON, TEAM, hashed
from dardr.errors import NotFound
from dardr.lookups.bodies import ended
from dardr.lookups.calendar_days import Theirs, holds_between, meetings_between, running_between
from dardr.storage.bodies import Body, Partnership
from dardr.storage.calendars import CalendarLink, LocalClosure
from dardr.storage.installation import BankHoliday
from dardr.storage.people import User, UserRole
from dardr.storage.reading import ConflictOfInterest
from dardr.storage.reviews import AuditEvent, Deadline, Record, RecordLink
from dardr.systime import london_date
from notifications.icalendar_files import Entry
from workflows.definition import Role

BACK, AHEAD = timedelta(days=366), timedelta(days=5 * 366)
"""How far a feed goes back, and ahead."""
BACK_OF_A_TEAM = timedelta(days=183)
"""The same for all dates of a team, which may be very many: what passed longer ago is on the page of deadlines."""
MOST = 2000
"""Entries of one feed: those to come first, then those that passed last."""
OF_THE_TEAM = (Role.CASE_MANAGER, Role.TEAM_MANAGER)


@dataclass(frozen=True, slots=True)
class Feed:
    """What one link gives: its name in a calendar program, and its entries by date."""

    name: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom dates are looked up, and which: ``theirs`` alone, or everything not kept to some readers."""

    actor: Actor
    theirs: Theirs | None


def link_at(session: Session, secret: str) -> CalendarLink:
    """The link with that secret. Raises NotFound, with the same words, where there is none or it was taken back."""
    query = sa.select(CalendarLink).where(CalendarLink.key_hash == hashed(secret), CalendarLink.revoked_at.is_(None))
    link = session.scalar(query)
    if link is None:
        raise NotFound("There is no calendar at this address.")
    return link


def feed_of(session: Session, link: CalendarLink, now: datetime) -> Feed:
    """What a link gives at ``now`` (aware UTC): nothing where the right to it has ended."""
    today = london_date(now)
    reader = _reader(session, link, today)
    if reader is None:
        return Feed("Review dates", [])
    return Feed(_name(session, link), _entries(session, reader, today))


def entry_of_deadline(session: Session, actor: Actor, ref: str, number: int) -> Entry:
    """One running deadline as an entry of a calendar.

    Raises NotFound where it is not theirs to see, does not run, or has no date now.
    """
    row = session.execute(
        sa.select(Deadline, Record)
        .join(Record, Record.id == Deadline.record_id)
        .where(Deadline.id == number, Record.ref == ref, visible(actor))
    ).first()
    if row is None:
        raise NotFound(f"There is no such date on {ref}, or it is not yours to see. Check the address.")
    deadline, record = row
    if not deadline.running or deadline.held or deadline.due_on is None:
        raise NotFound(f"This date of {ref} is not running, so a calendar has nothing to show.")
    clock = workflows.get(record.process).clock(deadline.clock)
    return deadline_entry(session, record, clock, number, deadline.due_on, *_past(session, [record.id])[record.id])


# --- for whom ---------------------------------------------------------------------------------------------


def _reader(session: Session, link: CalendarLink, today: date) -> Reader | None:
    try:
        maker = load_actor(session, link.made_by)
    except NotFound:
        return None
    if link.whose == PERSON:
        return Reader(maker, Theirs(session, maker)) if link.user_id == maker.id else None
    if link.whose == BODY and link.body_id is not None:
        return _for_body(session, maker, link.body_id, today)
    if link.whose == TEAM and maker.everywhere & FOR_THE_TEAM and maker.partnership_id == link.partnership_id:
        return _for_team(session, maker)
    return None


def _for_body(session: Session, maker: Actor, body_id: int, today: date) -> Reader | None:
    """What the body owes, and the bodies whose place it took; nothing once it has ended itself."""
    body = session.get(Body, body_id)
    if body is None or ended(body, today):
        return None
    if Grant(Role.AGENCY_LEAD, body_id=body_id) not in maker.grants:
        return None
    bodies = _with_predecessors(session, body_id)
    people = sa.select(User.id).where(User.body_id.in_(bodies))
    held = sa.select(UserRole.user_id).where(UserRole.body_id.in_(bodies))
    reader = Actor(
        0,
        "",
        "",
        body.partnership_id,
        body_ids=frozenset(bodies),
        grants=tuple(Grant(Role.AGENCY_LEAD, body_id=one) for one in sorted(bodies)),
        conflicts=_conflicts(session, people.union(held)),
    )
    return Reader(reader, Theirs(session, reader, only_owed=True))


def _with_predecessors(session: Session, body_id: int) -> set[int]:
    found, asked = {body_id}, {body_id}
    while asked:
        asked = set(session.scalars(sa.select(Body.id).where(Body.successor_id.in_(asked)))) - found
        found |= asked
    return found


def _for_team(session: Session, maker: Actor) -> Reader:
    """What the team's manager sees, without what anybody in the team may not see because of a conflict of interest."""
    members = sa.select(UserRole.user_id).where(UserRole.role.in_([str(role) for role in OF_THE_TEAM]))
    reader = Actor(
        0,
        "",
        "",
        maker.partnership_id,
        grants=(Grant(Role.TEAM_MANAGER),),
        everywhere=frozenset({Role.TEAM_MANAGER}),
        conflicts=_conflicts(session, members),
    )
    return Reader(reader, None)


def _conflicts(session: Session, people: sa.Select[int] | sa.CompoundSelect[int]) -> frozenset[int]:
    """The records that a conflict of interest hides from any of these people: a link is read by more than one."""
    query = sa.select(ConflictOfInterest.record_id).where(
        ConflictOfInterest.user_id.in_(people), ConflictOfInterest.ended_at.is_(None)
    )
    return frozenset(session.scalars(query))


def _name(session: Session, link: CalendarLink) -> str:
    if link.body_id is not None:
        return f"Review dates: {session.scalar(sa.select(Body.name).where(Body.id == link.body_id))}"
    if link.partnership_id is not None:
        row = session.get_one(Partnership, link.partnership_id)
        return f"Review dates: {row.team_name or row.name}"
    return "Review dates"


# --- what -------------------------------------------------------------------------------------------------


def _entries(session: Session, reader: Reader, today: date) -> list[Entry]:
    viewer, theirs = reader.actor, reader.theirs
    first, last = today - (BACK if theirs else BACK_OF_A_TEAM), today + AHEAD
    only, limit = ((), None) if theirs else (_kept_to_nobody(), MOST)
    running = [
        *running_between(session, viewer, first, today - timedelta(days=1), theirs=theirs, only=only, limit=limit),
        *running_between(session, viewer, today, last, theirs=theirs, only=only, limit=limit),
    ]
    holds = [] if theirs and theirs.only_owed else holds_between(session, viewer, first, last, theirs)
    meetings = [record for record, _ in meetings_between(session, viewer, first, last, theirs)]
    records = {one.record.id for one in running} | {record.id for _, record in holds} | {one.id for one in meetings}
    past = _past(session, records)
    moves = moves_of(session, [one.id for one in meetings])
    found = [
        deadline_entry(session, one.record, one.clock, one.row.id, one.row.due_on, *past[one.record.id])
        for one in running
    ]
    for hold, record in holds:
        assert hold.review_by is not None
        found.append(hold_entry(session, record, hold.id, hold.review_by, *past[record.id]))
    for meeting in meetings:
        entry = meeting_entry(session, meeting, past[meeting.id][0], moves[meeting.id])
        if entry is not None:
            found.append(entry)
    return sorted(_nearest(found, today), key=lambda one: (_day(one), one.uid))


def _kept_to_nobody() -> tuple[sa.ColumnElement[bool], ...]:
    """A link of a team is read by more people than see what a process, or a record, keeps to some roles."""
    kept = [key for keys in workflows.seen_by_some().values() for key in keys]
    return (Record.process_key.not_in(kept), Record.readers == "")


def _nearest(entries: list[Entry], today: date) -> list[Entry]:
    if len(entries) <= MOST:
        return entries
    return sorted(entries, key=lambda one: (_day(one) < today, abs((_day(one) - today).days)))[:MOST]


def _day(entry: Entry) -> date:
    return london_date(entry.first) if isinstance(entry.first, datetime) else entry.first


def _past(session: Session, ids: Iterable[int]) -> Mapping[int, tuple[datetime, int]]:
    """By record, when something was last recorded of it or of what it serves, and a number that has risen with it.

    Every date moves with an event on its record or its review, or with a change of the calendar: both make it rise.
    """
    wanted = list(ids)
    last = (
        sa.select(RecordLink.item_id, AuditEvent.recorded_at, Record.last_seq)
        .join(Record, Record.id == RecordLink.review_id)
        .join(AuditEvent, sa.and_(AuditEvent.record_id == Record.id, AuditEvent.seq == Record.last_seq))
        .where(RecordLink.item_id.in_(wanted), RecordLink.kind == "item")
    )
    own = (
        sa.select(Record.id, AuditEvent.recorded_at, Record.last_seq)
        .join(AuditEvent, sa.and_(AuditEvent.record_id == Record.id, AuditEvent.seq == Record.last_seq))
        .where(Record.id.in_(wanted))
    )
    changes, latest = _calendar_changes(session)
    found: dict[int, tuple[datetime, int]] = {}
    for query in (own, last):
        for one, at, seq in session.execute(query):
            before, risen = found.get(one, (latest or at, changes))
            found[one] = (max(before, at), risen + seq)
    return found


def _calendar_changes(session: Session) -> tuple[int, datetime | None]:
    """How often bank holidays and closures were added or taken away, and when last."""
    holidays, added = session.execute(sa.select(sa.func.count(), sa.func.max(BankHoliday.added_at))).one()
    closures, removed, from_at, until_at = session.execute(
        sa.select(
            sa.func.count(LocalClosure.id),
            sa.func.count(LocalClosure.removed_at),
            sa.func.max(LocalClosure.added_at),
            sa.func.max(LocalClosure.removed_at),
        )
    ).one()
    return holidays + closures + removed, max((at for at in (added, from_at, until_at) if at), default=None)
