"""What the days with post and the ladder of escalation depend on, read from the database for many dates at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.open_actions import worked_on_in_rounds
from dardr.casework.recipients import OF_BODIES
from dardr.lookups.calendars import calendar_for_partnership, calendar_named
from dardr.lookups.careful_days import careful_days
from dardr.storage.bodies import Partnership
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Hold, Record, RecordLink
from workflows.calendar import ENGLAND_AND_WALES
from workflows.clocks import Telling
from workflows.definition import Party
from workflows.post_days import DAY, LONGEST_RUN, PostDays

AGENCIES = OF_BODIES | {Party.POLICE}
"""Parties whose reminders do not fall on a day the family asked to be careful about."""


def of_the_partnership(session: Session) -> PostDays:
    """The working days of the home partnership: bank holidays and its own closures are not among them.

    Read once per transaction.
    """
    kept: PostDays | None = session.info.get("post_days")
    if kept is None:
        kept = session.info["post_days"] = _of_the_partnership(session)
    return kept


def _of_the_partnership(session: Session) -> PostDays:
    home = session.scalar(sa.select(Partnership.id).where(Partnership.home.is_(True)).order_by(Partnership.id).limit(1))
    if home is None:
        return PostDays(calendar_named(session, ENGLAND_AND_WALES))
    return PostDays(calendar_for_partnership(session, ENGLAND_AND_WALES, home, local=True))


def careful_for_agencies(
    session: Session, rows: Sequence[tuple[Deadline, Record]], today: date
) -> dict[int, frozenset[date]]:
    """By deadline, the days to be careful about from ``today`` on, where an agency owes it."""
    owed = {
        row.id: record.id for row, record in rows if workflows.get(record.process).clock(row.clock).owner in AGENCIES
    }
    if not owed:
        return {}
    found = careful_days(session, set(owed.values()), today, today + timedelta(days=LONGEST_RUN))
    return {one: frozenset(found[record_id]) for one, record_id in owed.items() if record_id in found}


def deferred(session: Session, rows: Sequence[tuple[Deadline, Record]]) -> dict[int, int]:
    """Deadlines about which nobody is written to now, and in how many days each is looked at again.

    A hold defers the clocks that name its kind; a round of updates those that are asked for in rounds.
    """
    clocks = {row.id: workflows.get(record.process).clock(row.clock) for row, record in rows}
    held: set[tuple[int, str]] = set()
    if wanted := {record.id for row, record in rows if clocks[row.id].deferred_by}:
        found = session.execute(
            sa.select(Hold.record_id, Hold.kind).where(
                Hold.record_id.in_(wanted), Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None)
            )
        )
        held = {(record_id, kind) for record_id, kind in found}
    partnerships = {record.partnership_id for row, record in rows if clocks[row.id].asked_in_rounds}
    in_rounds = worked_on_in_rounds(session, partnerships) if partnerships else frozenset[int]()
    put_off: dict[int, int] = {}
    for row, record in rows:
        clock = clocks[row.id]
        if clock.asked_in_rounds and record.partnership_id in in_rounds:
            put_off[row.id] = LOOKED_AT_IN_ROUNDS
        if clock.deferred_by and (record.id, clock.deferred_by) in held:
            put_off[row.id] = 1
    return put_off


LOOKED_AT_IN_ROUNDS = 7
"""Days after which a date that a round asks about is looked at again: the round may have been called off."""


def looked_at_early(session: Session, today: date, post: PostDays) -> list[int]:
    """Deadlines not to be looked at yet, whose reminder would fall on days that start with one to be careful about.

    Only where the very next day with post is such a day: else there is a better day to say it on.
    """
    if not post.has(today):
        return []
    reach = post.reach(today)
    following = reach + DAY
    reviews = session.scalars(
        sa.select(Record.id).where(Record.process_key.in_(workflows.REVIEW_KEYS), _has_days(following))
    ).all()
    wanted = careful_days(session, reviews, following, following)
    found: set[int] = set()
    for start in range(0, len(ids := sorted(wanted)), LINKS_AT_ONCE):
        of = ids[start : start + LINKS_AT_ONCE]
        items = sa.select(RecordLink.item_id).where(RecordLink.review_id.in_(of), RecordLink.kind == "item")
        found.update(
            session.scalars(
                sa.select(Deadline.id).where(
                    Deadline.next_look_on > reach,
                    Deadline.next_look_on <= reach + timedelta(days=LONGEST_RUN),
                    sa.or_(Deadline.record_id.in_(of), Deadline.record_id.in_(items)),
                )
            )
        )
    return sorted(found)


LINKS_AT_ONCE = 500


def _has_days(day: date) -> sa.ColumnElement[bool]:
    """Reviews that may have ``day`` among their careful ones: by the death, by themselves, or by what serves them."""
    link, item = RecordLink.__table__.alias("own_link"), Record.__table__.alias("own_item")
    beside = (
        sa.select(link.c.item_id)
        .join(item, item.c.id == link.c.item_id)
        .where(
            link.c.review_id == Record.id,
            link.c.kind == "item",
            item.c.process_key.in_(("family-branch", "proceeding")),
        )
        .exists()
    )
    yearly = "02-2" if (day.month, day.day) == (2, 28) else f"{day:%m-%d}"
    died = Record.facts["death_date"].as_string().like(f"%-{yearly}%")
    return sa.or_(died, Record.facts["days_to_avoid"].as_string().is_not(None), beside)


@dataclass(slots=True)
class Told:
    """Who was told of the present date of a deadline, in small letters, on which rungs, and when of each escalation."""

    addresses: set[str] = field(default_factory=set)
    rungs: set[str] = field(default_factory=set)
    steps: dict[int, date] = field(default_factory=dict)


def told_of(session: Session, rows: Iterable[Deadline]) -> dict[int, Told]:
    """By deadline, who was told of its present date so far."""
    due = {row.id: row.due_on for row in rows}
    found: dict[int, Told] = defaultdict(Told)
    if not due:
        return found
    columns = (Reminder.deadline_id, Reminder.due_on, Reminder.kind, Reminder.rung, Reminder.address, Reminder.for_day)
    of_it = sa.and_(Reminder.deadline_id.in_(due), Reminder.kind != str(Telling.MOVED))  # no reminder: only a new date
    rows_told = session.execute(sa.select(*columns).where(of_it).order_by(Reminder.id))
    for row_id, on, kind, rung, address, day in rows_told:
        if row_id is None or on != due[row_id]:
            continue
        told = found[row_id]
        told.rungs.add(rung)
        if address:
            told.addresses.add(address.lower())
        if kind == Telling.ESCALATION:
            told.steps.setdefault(int(rung.rpartition("+")[2]), day)
    return found
