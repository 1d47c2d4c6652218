"""Which reminders a day calls for: written to the outbox, once each, whoever sweeps and however often.

Reads only deadlines whose day to look has come. Reminders are derived from the due date, so a moved date starts its
ladder afresh and nothing has to be cancelled; a worker away for weeks writes one message, not one for every step.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, load_only

import workflows
from dardr.casework import deadlines, notices, outbox, reminders
from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Deadline, Hold, Record
from dardr.systime import london_date
from notifications.messages import Message
from workflows import clocks
from workflows.definition import Clock, Party

BATCH = 500

CASE_MANAGER_STANDS_IN = frozenset({Party.INDEPENDENT_CHAIR, Party.DECIDING_CHAIR, Party.TEAM_MANAGER})
"""Where one of these has no address here (a chair without an account), the case manager is told, to pass it on."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: deadlines and holds looked at, reminders and escalations written, rows it could not read."""

    looked: int = 0
    enqueued: int = 0
    escalated: int = 0
    passed_over: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.looked + other.looked,
            self.enqueued + other.enqueued,
            self.escalated + other.escalated,
            self.passed_over + other.passed_over,
        )


def sweep(database: Database, now: datetime) -> Swept:
    """Write every reminder, escalation and question that the London day of ``now`` (aware UTC) calls for.

    Each batch is a transaction of its own. Where a batch fails, its rows are taken one by one, and one that still
    fails is left for the next sweep and for the nightly checks to name.
    """
    today = london_date(now)
    with database.read() as session:
        due = sorted(session.scalars(sa.select(Deadline.id).where(Deadline.next_look_on <= today)))
        holds = sorted(session.scalars(sa.select(Hold.id).where(Hold.next_look_on <= today)))
    swept = Swept()
    for what, ids in ((_look_at_deadlines, due), (_look_at_holds, holds)):
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            try:
                with database.write() as session:
                    swept += what(session, now, today, batch)
            except Exception as error:
                log.error("sweep.batch_failed", first=batch[0], rows=len(batch), error=type(error).__name__)
                for one in batch:
                    try:
                        with database.write() as session:
                            swept += what(session, now, today, [one])
                    except Exception as again:
                        log.error("sweep.row_failed", id=one, error=type(again).__name__)
                        swept += Swept(passed_over=1)
    return swept


# --- deadlines --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Written:
    """What a batch comes to, written at its end."""

    due: list[dict[str, Any]] = field(default_factory=list)
    escalations: list[dict[str, Any]] = field(default_factory=list)
    next_looks: list[dict[str, Any]] = field(default_factory=list)


def _look_at_deadlines(session: Session, now: datetime, today: date, ids: Sequence[int]) -> Swept:
    rows = _due(session, today, ids)
    if not rows:
        return Swept()
    people = Recipients(session)
    people.prepare(record for _, record in rows)
    notices.load_organisations(session, {record.id for _, record in rows})
    deferred = _deferred(session, rows)
    told = _told_it_passed(session, rows, today)
    written = _Written()
    passed_over = 0
    for row, record in rows:
        sheet = _Sheet(session, now, today, record, row, people)
        try:
            sheet.look(written, deferred=(record.id, sheet.clock.deferred_by) in deferred, first=row.id not in told)
        except Exception as error:
            log.error("sweep.row_failed", id=row.id, error=type(error).__name__)
            passed_over += 1
    enqueued = outbox.write_rows(session, written.due)
    escalated = outbox.write_rows(session, written.escalations)
    if written.next_looks:
        table: Any = Deadline.__table__
        session.connection().execute(
            sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(next_look_on=sa.bindparam("b_next")),
            written.next_looks,
        )
    return Swept(len(rows), enqueued, escalated, passed_over)


def _due(session: Session, today: date, ids: Sequence[int]) -> list[tuple[Deadline, Record]]:
    """The rows to look at, locked; those that another sweep, or somebody's action, holds are left to it.

    Records are locked with them, since an outbox row refers to its record: nobody waits for anybody in a circle.
    """
    query = (
        sa.select(Deadline, Record)
        .join(Record, Record.id == Deadline.record_id)
        .where(
            Deadline.id.in_(ids),
            Deadline.next_look_on <= today,
            Deadline.stopped_by_event.is_(None),
            Deadline.withdrawn_by_event.is_(None),
        )
        .order_by(Deadline.id)
        .options(
            load_only(
                Deadline.record_id, Deadline.clock, Deadline.start_on, Deadline.n, Deadline.unit,
                Deadline.original_due_on, Deadline.agreed_due_on, Deadline.due_on, Deadline.held,
                Deadline.stopped_on, Deadline.stopped_by_event, Deadline.withdrawn_by_event,
            )
        )
        .with_for_update(skip_locked=True, key_share=True, of=[Deadline, Record])
    )  # fmt: skip
    return [(row, record) for row, record in session.execute(query)]


def _deferred(session: Session, rows: Sequence[tuple[Deadline, Record]]) -> set[tuple[int, str]]:
    """(record, kind of hold) where such a hold is open, for the clocks that a hold defers."""
    wanted = {record.id for row, record in rows if _clock(row, record).deferred_by}
    if not wanted:
        return set()
    found = session.execute(
        sa.select(Hold.record_id, Hold.kind).where(
            Hold.record_id.in_(wanted), Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None)
        )
    )
    return {(record_id, kind) for record_id, kind in found}


def _told_it_passed(session: Session, rows: Sequence[tuple[Deadline, Record]], today: date) -> set[int]:
    """The deadlines about whose present date somebody was already told that it has passed."""
    late = {row.id: row.due_on for row, _ in rows if row.due_on is not None and row.due_on < today}
    if not late:
        return set()
    found = session.execute(
        sa.select(OutboxMessage.deadline_id, OutboxMessage.due_on).where(
            OutboxMessage.deadline_id.in_(late), OutboxMessage.message == "deadline_late"
        )
    )
    return {one for one, due in found if one is not None and late.get(one) == due}


def _clock(row: Deadline, record: Record) -> Clock:
    return workflows.get(record.process).clock(row.clock)


class _Sheet:
    """One deadline being looked at."""

    def __init__(
        self, session: Session, now: datetime, today: date, record: Record, row: Deadline, people: Recipients
    ) -> None:
        self.session, self.now, self.today, self.record, self.row = session, now, today, record, row
        self.people = people
        self.process = workflows.get(record.process)
        self.clock = self.process.clock(row.clock)

    def look(self, written: _Written, *, deferred: bool, first: bool) -> None:
        """Add to ``written`` what this day calls for, and the next day to look."""
        row, clock, today = self.row, self.clock, self.today
        if deferred:
            self._look_again(written, today + timedelta(days=1))
            return
        start = row.start_on or row.due_on
        if row.due_on is None or start is None:
            self._look_again(written, None)
            return
        due: list[dict[str, Any]] = []
        escalations: list[dict[str, Any]] = []
        state = deadlines.state(row, clock, today)
        rung = clocks.reminder_on(clock, start, row.due_on, today)
        if rung is not None and clock.owner not in NEVER_WRITTEN_TO:
            message = reminders.reminder_message(
                self.session, self.record, self.process, clock, row, state, today, first=first
            )
            due += self._rows(message, clock.owner, f"reminder:{row.id}:{row.due_on}:{rung.key}", rung.key)
        for step, day in clocks.escalation_days(clock, row.due_on):
            if day <= today:
                escalations += self._escalation(state, step.to)
        if wants_agreed_date(clock, row, today):
            message = reminders.agreed_date_wanted_message(self.session, self.record, self.process, clock, row, today)
            key = f"agreed-date:{row.id}:{row.original_due_on}"
            due += self._rows(message, Party.CASE_MANAGER, key, "agreed-date")
        written.due += due
        written.escalations += escalations
        self._look_again(written, next_look(clock, row, today))

    def _escalation(self, state: clocks.State, to: Party) -> list[dict[str, Any]]:
        """To the role the clock names, and to nobody who was reminded already; failing that, the case manager."""
        clock = self.clock
        if to in NEVER_WRITTEN_TO:
            return []
        reminded = {address.lower() for address in self.people.addresses(self.record, clock.owner)}
        named = self.people.addresses(self.record, to)
        if named and all(address.lower() in reminded for address in named):
            to = Party.CASE_MANAGER
        message = reminders.escalation_message(
            self.session, self.record, self.process, clock, self.row, state, self.today, to
        )
        key = f"escalation:{self.row.id}:{self.row.due_on}:{to}"
        return self._rows(message, to, key, "escalation", leave_out=reminded)

    def _rows(
        self, message: Message, party: Party, key: str, rung: str, *, leave_out: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        readers = self._readers(party, leave_out)
        if not readers:
            readers = [(party, "")]
            if party in CASE_MANAGER_STANDS_IN:
                readers += self._readers(Party.CASE_MANAGER, leave_out)
        return [
            outbox.row(
                self.now,
                message,
                to=address,
                party=reader,
                dedupe=f"{key}:{address or reader}",
                record_id=self.record.id,
                deadline_id=self.row.id,
                due_on=self.row.due_on,
                rung=rung,
            )
            for reader, address in readers
        ]

    def _readers(self, party: Party, leave_out: Collection[str]) -> list[tuple[Party, str]]:
        found = self.people.addresses(self.record, party)
        return [(party, address) for address in found if address.lower() not in leave_out]

    def _look_again(self, written: _Written, day: date | None) -> None:
        written.next_looks.append({"b_id": self.row.id, "b_next": day})


def wants_agreed_date(clock: Clock, row: Deadline, today: date) -> bool:
    """True where the original date has passed and the clock asks for an agreed one that is not there."""
    return (
        clock.asks_for_agreed_date
        and row.agreed_due_on is None
        and row.original_due_on is not None
        and row.original_due_on < today
    )


def next_look(clock: Clock, row: Deadline, after: date) -> date | None:
    """The next day after ``after`` on which a sweep could have something new to say about a running deadline."""
    start = row.start_on or row.due_on
    if row.due_on is None or start is None:
        return None
    days = [clocks.next_look(clock, start, row.due_on, after)]
    if clock.asks_for_agreed_date and row.agreed_due_on is None and row.original_due_on is not None:
        days.append(row.original_due_on + timedelta(days=1))
    return min((day for day in days if day is not None and day > after), default=None)


# --- holds ------------------------------------------------------------------------------------------------


def _look_at_holds(session: Session, now: datetime, today: date, ids: Sequence[int]) -> Swept:
    rows = session.execute(
        sa.select(Hold, Record)
        .join(Record, Record.id == Hold.record_id)
        .where(Hold.id.in_(ids), Hold.next_look_on <= today)
        .order_by(Hold.id)
        .with_for_update(skip_locked=True, key_share=True, of=[Hold, Record])
    ).all()
    people = Recipients(session)
    people.prepare(record for _, record in rows)
    written: list[dict[str, Any]] = []
    for hold, record in rows:
        day = hold_day(hold, today)
        hold.next_look_on = next_hold_look(hold, today)
        if day is None:
            continue
        message = reminders.hold_message(session, record, workflows.get(record.process), hold)
        written += [
            outbox.row(
                now,
                message,
                to=address,
                party=Party.CASE_MANAGER,
                dedupe=f"hold:{hold.id}:{day}:{address or Party.CASE_MANAGER}",
                record_id=record.id,
                due_on=hold.review_by,
                rung=f"hold:{hold.id}",
            )
            for address in people.addresses(record, Party.CASE_MANAGER) or [""]
        ]
    enqueued = outbox.write_rows(session, written)
    session.flush()
    return Swept(looked=len(rows), enqueued=enqueued)


def _open(hold: Hold) -> bool:
    return hold.ended_by_event is None and hold.undone_by_event is None and hold.review_by is not None


def hold_day(hold: Hold, today: date) -> date | None:
    """The latest day, its review-by date or a week on from it, on which somebody is asked to look at a hold again."""
    if not _open(hold) or hold.review_by is None or hold.review_by > today:
        return None
    return hold.review_by + timedelta(days=(today - hold.review_by).days // 7 * 7)


def next_hold_look(hold: Hold, after: date) -> date | None:
    """The next such day after ``after``; None for a hold that has ended."""
    if not _open(hold) or hold.review_by is None:
        return None
    if hold.review_by > after:
        return hold.review_by
    return hold.review_by + timedelta(days=((after - hold.review_by).days // 7 + 1) * 7)
