"""The words of reminders, made when their message is written or leaves: one by itself, or several gathered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework import deadlines, notices, reminders
from dardr.casework.overtaken import CHUNK, Spoken
from dardr.storage.doors import ForSignOff
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Hold, Record
from dardr.systime import london_date
from notifications import messages
from notifications.messages import Message
from workflows.clocks import Telling
from workflows.definition import Clock, Kind, Party

DIGEST = messages.DailyDigest.template


@dataclass(frozen=True, slots=True)
class Subject:
    """A reminder with what it speaks of."""

    reminder: Reminder
    record: Record
    deadline: Deadline | None
    hold: Hold | None
    unsigned: ForSignOff | None = None
    first: bool = True

    @property
    def clock(self) -> Clock | None:
        """The clock of the date it speaks of; None for a hold."""
        return workflows.get(self.record.process).clock(self.deadline.clock) if self.deadline is not None else None

    @property
    def statute(self) -> bool:
        """True where an Act sets the date."""
        return self.clock is not None and self.clock.date.kind is Kind.STATUTE


def subjects(session: Session, found: Sequence[Reminder], spoken: Spoken) -> list[Subject]:
    """These reminders with what they speak of, in the same order; one whose date is gone is left out."""
    notices.load_organisations(session, {one.record_id for one in found})
    told = _told_it_passed(session, found)
    return [
        Subject(
            one,
            spoken.records[one.record_id],
            spoken.deadlines.get(one.deadline_id),
            spoken.holds.get(one.hold_id),
            spoken.unsigned.get(one.id),
            (one.deadline_id, one.due_on, one.rung) not in told,
        )
        for one in found
        if one.deadline_id in spoken.deadlines
        or one.hold_id in spoken.holds
        or one.id in spoken.unsigned
        or one.kind == Telling.GIVEN
    ]


def _told_it_passed(session: Session, found: Iterable[Reminder]) -> set[tuple[int | None, date | None, str]]:
    """(deadline, date, rung) where somebody was told on another rung, or by hand, that this date has passed."""
    late = {one.deadline_id for one in found if one.kind == Telling.REMINDER and is_late(one.rung)}
    wanted = sorted(one for one in late if one is not None)
    told: dict[tuple[int | None, date | None], set[str]] = {}
    for start in range(0, len(wanted), CHUNK):
        of = wanted[start : start + CHUNK]
        for deadline, due, rung in session.execute(
            sa.select(Reminder.deadline_id, Reminder.due_on, Reminder.rung).where(
                Reminder.deadline_id.in_(of), Reminder.kind == str(Telling.REMINDER), Reminder.outbox_id.is_not(None)
            )
        ):
            if is_late(rung):
                told.setdefault((deadline, due), set()).add(rung)
        for deadline, due, rung in session.execute(
            sa.select(OutboxMessage.deadline_id, OutboxMessage.due_on, OutboxMessage.rung).where(
                OutboxMessage.deadline_id.in_(of), OutboxMessage.message == messages.DeadlineLate.template
            )
        ):
            told.setdefault((deadline, due), set()).add(rung)
    return {
        (one.deadline_id, one.due_on, one.rung)
        for one in found
        if told.get((one.deadline_id, one.due_on), set()) - {one.rung}
    }


def is_late(rung: str) -> bool:
    """True for a rung after the date: ``+7``."""
    return rung.startswith("+") and rung != "+0"


def message_of(session: Session, subject: Subject, today: date) -> Message:
    """The single message of one reminder, as things stand on ``today`` (a London date)."""
    one, record = subject.reminder, subject.record
    process = workflows.get(record.process)
    if subject.hold is not None:
        return reminders.hold_message(session, record, process, subject.hold)
    if one.kind == Telling.GIVEN:
        return reminders.given_message(session, record, process)
    if subject.unsigned is not None:
        return reminders.sign_off_message(session, record, process, london_date(subject.unsigned.written_at))
    row, clock = subject.deadline, subject.clock
    assert row is not None and clock is not None
    match Telling(one.kind):
        case Telling.ESCALATION:
            state = deadlines.state(row, clock, today)
            return reminders.escalation_message(session, record, process, clock, row, state, today, Party(one.party))
        case Telling.AGREED_DATE:
            return reminders.agreed_date_wanted_message(session, record, process, clock, row, today)
        case _:
            state = deadlines.state(row, clock, today)
            return reminders.reminder_message(session, record, process, clock, row, state, today, first=subject.first)


def message_of_all(session: Session, found: Sequence[Subject], today: date) -> Message:
    """One message that carries all of these: the single one, or the day's e-mail with a line for each."""
    if len(found) == 1:
        return message_of(session, found[0], today)
    ordered = sorted(found, key=lambda one: (not one.statute, one.reminder.due_on or today, one.record.ref))
    lines = defaultdict[str, list[Message]](list)
    for one in ordered:
        lines[_group(one, today)].append(message_of(session, one, today))
    return messages.DailyDigest(
        ref="My work",
        record="My work",
        link=f"{notices.base_url()}/",
        today=today,
        past=tuple(lines["past"]),
        due_now=tuple(lines["now"]),
        coming=tuple(lines["coming"]),
        given=tuple(lines["given"]),
        unsigned=tuple(lines["unsigned"]),
        dates=tuple(sorted(one.reminder.due_on for one in found if one.reminder.due_on and not _given(one))),
        **notices.team_frame(session, found[0].record.partnership_id),
    )


def _given(subject: Subject) -> bool:
    return subject.reminder.kind == Telling.GIVEN


def _group(subject: Subject, today: date) -> str:
    """The part of the e-mail of a day that says it."""
    one = subject.reminder
    if _given(subject):
        return "given"
    if subject.unsigned is not None:
        return "unsigned"
    if one.due_on is None or one.due_on >= today:
        return "now" if subject.hold is not None or one.rung in ("-1", "+0") else "coming"
    return "now" if subject.hold is not None else "past"
