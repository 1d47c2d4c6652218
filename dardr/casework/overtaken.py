"""What need not be said any more: what was done, moved or held since, and what would go to somebody who has left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer
from sqlalchemy.orm.interfaces import ORMOption

from dardr.casework.leavers import leavers
from dardr.casework.recipients import Recipients
from dardr.casework.sweep_sign_offs import waiting_for_lead
from dardr.storage.doors import ForSignOff
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Hold, Record
from workflows.clocks import Telling

Row = TypeVar("Row", Deadline, Hold, Record)

DONE = "It is done, or no longer needed."
HELD = "It is held."
MOVED = "The date was moved."
LATER = "A later reminder takes its place."
HANDED_ON = "It was given to somebody else."
HOLD_ENDED = "The hold has ended, or was looked at."
LEFT = "They have left."
CONFLICT = "They have a conflict of interest in it."
CHUNK = 500


@dataclass(slots=True)
class Spoken:
    """What reminders speak of, read at once: their dates, their holds, their records, by id."""

    deadlines: dict[int | None, Deadline]
    holds: dict[int | None, Hold]
    records: dict[int | None, Record]
    unsigned: dict[int, ForSignOff]
    """By number of the reminder, what still waits for a lead."""


def spoken_of(session: Session, reminders: Sequence[Reminder]) -> Spoken:
    """Everything that these reminders speak of; what is gone is left out."""
    return Spoken(
        _by_id(session, Deadline, (one.deadline_id for one in reminders), defer(Deadline.receipt)),
        _by_id(session, Hold, (one.hold_id for one in reminders)),
        _by_id(session, Record, (one.record_id for one in reminders)),
        waiting_for_lead(session, reminders),
    )


def over(session: Session, reminders: Sequence[Reminder], spoken: Spoken) -> dict[int, str]:
    """The reminders that have nothing to say any more, by id, with the reason."""
    about, holds = spoken.deadlines, spoken.holds
    newest = _newest(session, about)
    gone = leavers(session, (one.address for one in reminders))
    people = Recipients(session)
    people.prepare(spoken.records.values())
    away = _away(people, reminders, spoken.records)
    found: dict[int, str] = {}
    for one in reminders:
        record = spoken.records.get(one.record_id)
        if one.kind == Telling.GIVEN:
            why = _why_given(people, one, record)
        elif one.kind == Telling.SIGN_OFF:
            why = "" if one.id in spoken.unsigned else DONE
        else:
            why = _why(one, about, holds)
        if not why and one.deadline_id is not None:
            # Read backwards: what was noted on an earlier day gives way to what was noted later.
            later = newest.get((one.deadline_id, one.address.lower(), one.kind, one.party), one.id)
            why = LATER if later > one.id else ""
        if not why and one.address:
            why = LEFT if one.address.lower() in gone else CONFLICT if one.id in away else ""
        if why:
            found[one.id] = why
    return found


def _why(one: Reminder, about: dict[int | None, Deadline], holds: dict[int | None, Hold]) -> str:
    if one.hold_id is not None:
        return HOLD_ENDED if _hold_over(holds.get(one.hold_id), one.due_on) else ""
    deadline = about.get(one.deadline_id)
    if deadline is None or not deadline.running:
        return DONE
    if deadline.held:
        return HELD
    return "" if deadline.due_on == one.due_on else MOVED


def messages_over(session: Session, rows: Iterable[OutboxMessage]) -> dict[int, str]:
    """Of messages that carry no reminder (sent by a person, or again to somebody else), those that are over."""
    rows = list(rows)
    about = [row for row in rows if row.deadline_id is not None]
    deadlines = _by_id(session, Deadline, (row.deadline_id for row in about))
    newest = _newest_messages(session, deadlines)
    found: dict[int, str] = {}
    for row in about:
        deadline = deadlines.get(row.deadline_id)
        if deadline is None or not deadline.running:
            found[row.id] = DONE
        elif deadline.held:
            found[row.id] = HELD
        elif deadline.due_on != row.due_on:
            found[row.id] = MOVED
        elif newest.get((row.deadline_id, row.recipient, row.message, row.party), row.id) > row.id:
            found[row.id] = LATER
    asked = {row.id: int(row.rung.removeprefix("hold:")) for row in rows if row.rung.startswith("hold:")}
    holds = _by_id(session, Hold, asked.values())
    for row in rows:
        if row.id in asked and _hold_over(holds.get(asked[row.id]), row.due_on):
            found[row.id] = HOLD_ENDED
    return found


def _why_given(people: Recipients, one: Reminder, record: Record | None) -> str:
    """Of something that was given to somebody: it is theirs no more."""
    if record is None or record.final:
        return DONE
    theirs = {address.lower() for address in people.addresses(record, one.party)}
    return "" if one.address.lower() in theirs or not one.address else HANDED_ON


def _hold_over(hold: Hold | None, review_by: date | None) -> bool:
    return bool(hold is None or hold.ended_by_event or hold.undone_by_event or hold.review_by != review_by)


def _newest_messages(session: Session, ids: Iterable[int | None]) -> dict[tuple[int | None, str, str, str], int]:
    """For each deadline, reader and kind of message, the newest message about it."""
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    key = (OutboxMessage.deadline_id, OutboxMessage.recipient, OutboxMessage.message, OutboxMessage.party)
    rows = session.execute(
        sa.select(*key, sa.func.max(OutboxMessage.id)).where(OutboxMessage.deadline_id.in_(wanted)).group_by(*key)
    )
    return {(deadline, to, message, party): newest for deadline, to, message, party, newest in rows}


def _away(people: Recipients, reminders: Sequence[Reminder], records: dict[int | None, Record]) -> set[int]:
    """Reminders to people who see nothing of the record, because of a conflict of interest."""
    return {
        one.id
        for one in reminders
        if one.record_id in records and one.address.lower() in people.away(records[one.record_id])
    }


def _by_id(session: Session, table: type[Row], ids: Iterable[int | None], *options: ORMOption) -> dict[int | None, Row]:
    wanted = sorted({one for one in ids if one is not None})
    found: dict[int | None, Row] = {}
    for start in range(0, len(wanted), CHUNK):
        of = wanted[start : start + CHUNK]
        found.update(
            {row.id: row for row in session.scalars(sa.select(table).where(table.id.in_(of)).options(*options))}
        )
    return found


def _newest(session: Session, ids: Iterable[int | None]) -> dict[tuple[int | None, str, str, str], int]:
    """For each deadline, reader and kind, the newest reminder about it."""
    wanted = [one for one in ids if one is not None]
    found: dict[tuple[int | None, str, str, str], int] = {}
    key = (Reminder.deadline_id, sa.func.lower(Reminder.address), Reminder.kind, Reminder.party)
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(
            sa.select(*key, sa.func.max(Reminder.id))
            .where(Reminder.deadline_id.in_(wanted[start : start + CHUNK]), Reminder.dropped_at.is_(None))
            .group_by(*key)
        )
        found.update({(deadline, to, kind, party): newest for deadline, to, kind, party, newest in rows})
    return found
