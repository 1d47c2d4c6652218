"""Who is to be reminded of what on a day: rows of ``reminder``, once each, whoever sweeps and however often.

Reads only deadlines whose day to look has come. Reminders are derived from the due date, so a moved date starts its
ladder afresh and nothing has to be cancelled; a worker away for weeks writes one reminder, not one for every step.
The round (``round_of_post``) then gathers what waits for one person into one message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, load_only

import workflows
from dardr.casework import post_days as days
from dardr.casework.noting import Values, note, reminder_values
from dardr.casework.post_days import Told
from dardr.casework.readers import next_in_line, standing_for
from dardr.casework.recipients import NEVER_WRITTEN_TO, Recipients
from dardr.casework.round_of_post import round_of_post
from dardr.casework.sweep_holds import look_at_holds
from dardr.casework.sweep_sign_offs import look_at_sign_offs, waiting_long
from dardr.storage.engine import Database
from dardr.storage.reviews import RUNNING, Deadline, Hold, Record
from dardr.systime import london_date
from workflows import clocks
from workflows.clocks import Telling
from workflows.definition import Clock, Party
from workflows.post_days import DAY, PostDays, cannot_wait, keeps_its_days, passed_on, reminder_due, rung_of, said_to

BATCH = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: deadlines and holds looked at, reminders noted (of which escalations), messages written.

    ``dropped`` are reminders that had nothing to say any more, ``passed_over`` rows that could not be read or said.
    """

    looked: int = 0
    enqueued: int = 0
    escalated: int = 0
    reminders: int = 0
    dropped: int = 0
    passed_over: int = 0

    def __add__(self, other: Swept) -> Swept:
        mine, theirs = asdict(self), asdict(other)
        return Swept(**{name: mine[name] + theirs[name] for name in mine})


def sweep(database: Database, now: datetime) -> Swept:
    """Note every reminder that the London day of ``now`` (aware UTC) calls for, and write the messages of the day.

    Each batch is a transaction of its own. Where a batch fails, its rows are taken one by one, and one that still
    fails is left for the next sweep and for the nightly checks to name.
    """
    swept = look(database, now)
    written = round_of_post(database, now)
    return swept + Swept(enqueued=written.enqueued, dropped=written.dropped, passed_over=written.passed_over)


def look(database: Database, now: datetime) -> Swept:
    """The first half of a sweep: rows of ``reminder``, no message."""
    today = london_date(now)
    with database.read() as session:
        post = days.of_the_partnership(session)
    swept = Swept()
    for what, column, table in (
        (_look_at_deadlines, Deadline.next_look_on, Deadline),
        (_look_at_holds, Hold.next_look_on, Hold),
    ):
        for batch in _batches(database, column, table.id, post.reach(today)):
            swept += _one_batch(database, what, now, post, batch)
    with database.read() as session:
        careful = days.looked_at_early(session, today, post)
        unsigned = waiting_long(session, today)
    for what, ids in ((_look_at_deadlines, careful), (_look_at_sign_offs, unsigned)):
        for start in range(0, len(ids), BATCH):
            swept += _one_batch(database, what, now, post, ids[start : start + BATCH])
    return swept


Looking = Callable[[Session, datetime, PostDays, Sequence[int]], Swept]


def _one_batch(database: Database, what: Looking, now: datetime, post: PostDays, batch: Sequence[int]) -> Swept:
    try:
        with database.write() as session:
            return what(session, now, post, batch)
    except Exception as error:
        log.error("sweep.batch_failed", first=batch[0], rows=len(batch), error=type(error).__name__)
    swept = Swept()
    for one in batch:
        try:
            with database.write() as session:
                swept += what(session, now, post, [one])
        except Exception as again:
            log.error("sweep.row_failed", id=one, error=type(again).__name__)
            swept += Swept(passed_over=1)
    return swept


def _batches(database: Database, column: Any, key: Any, until: date) -> Iterator[list[int]]:
    """The ids of rows whose day to look has come by ``until``, some at a time, in the order of the index."""
    last: tuple[date, int] | None = None
    while True:
        query = sa.select(column, key).where(column <= until).order_by(column, key).limit(BATCH)
        if last is not None:
            query = query.where(sa.tuple_(column, key) > sa.tuple_(sa.literal(last[0]), sa.literal(last[1])))
        with database.read() as session:
            rows = session.execute(query).all()
        if rows:
            last = (rows[-1][0], rows[-1][1])
            yield [one for _, one in rows]
        if len(rows) < BATCH:
            return


def _look_at_holds(session: Session, now: datetime, post: PostDays, ids: Sequence[int]) -> Swept:
    looked, new = look_at_holds(session, now, post, ids)
    return Swept(looked, reminders=new)


def _look_at_sign_offs(session: Session, now: datetime, post: PostDays, ids: Sequence[int]) -> Swept:
    looked, new = look_at_sign_offs(session, now, post, ids)
    return Swept(looked, reminders=new)


# --- deadlines --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Written:
    """What a batch comes to, written at its end."""

    reminders: list[Values] = field(default_factory=list)
    next_looks: list[Values] = field(default_factory=list)


def _look_at_deadlines(session: Session, now: datetime, post: PostDays, ids: Sequence[int]) -> Swept:
    today = london_date(now)
    rows = _due(session, ids)
    if not rows:
        return Swept()
    people = Recipients(session)
    people.prepare(record for _, record in rows)
    deferred = days.deferred(session, rows)
    careful = days.careful_for_agencies(session, rows, today)
    told = days.told_of(session, [row for row, record in rows if _may_escalate(row, record, today)])
    written = _Written()
    passed_over = 0
    for row, record in rows:
        try:
            sheet = _Sheet(now, today, record, row, people, post.without(careful.get(row.id, ())), told.get(row.id))
            sheet.look(written, put_off=deferred.get(row.id))
        except Exception as error:
            log.error("sweep.row_failed", id=row.id, error=type(error).__name__)
            passed_over += 1
    new = note(session, written.reminders)
    if written.next_looks:
        table: Any = Deadline.__table__
        session.connection().execute(
            sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(next_look_on=sa.bindparam("b_next")),
            written.next_looks,
        )
    escalated = sum(one["kind"] == Telling.ESCALATION for one in new)
    return Swept(len(rows), escalated=escalated, reminders=len(new), passed_over=passed_over)


def _due(session: Session, ids: Sequence[int]) -> list[tuple[Deadline, Record]]:
    """The rows to look at, locked; those that another sweep, or somebody's action, holds are left to it.

    Records are locked with them, since a reminder refers to its record: nobody waits for anybody in a circle.
    """
    query = (
        sa.select(Deadline, Record)
        .join(Record, Record.id == Deadline.record_id)
        .where(
            Deadline.id.in_(ids),
            Deadline.next_look_on.is_not(None),
            *RUNNING,
        )
        .order_by(Deadline.id)
        .options(
            load_only(
                Deadline.record_id, Deadline.clock, Deadline.start_on, Deadline.next_look_on,
                Deadline.original_due_on, Deadline.agreed_due_on, Deadline.due_on, Deadline.held,
                Deadline.stopped_by_event, Deadline.withdrawn_by_event,
            ),
            load_only(Record.process, Record.process_key, Record.partnership_id, Record.case_manager_id),
        )
        .with_for_update(skip_locked=True, key_share=True, of=[Deadline, Record])
    )  # fmt: skip
    return [(row, record) for row, record in session.execute(query)]


def _clock(row: Deadline, record: Record) -> Clock:
    return workflows.get(record.process).clock(row.clock)


def _may_escalate(row: Deadline, record: Record, today: date) -> bool:
    steps = _clock(row, record).escalations if row.due_on is not None else ()
    return bool(steps) and row.due_on is not None and (today - row.due_on).days >= steps[0].after_days


class _Sheet:
    """One deadline being looked at."""

    def __init__(
        self,
        now: datetime,
        today: date,
        record: Record,
        row: Deadline,
        people: Recipients,
        post: PostDays,
        told: Told | None,
    ) -> None:
        self.now, self.today, self.record, self.row = now, today, record, row
        self.people, self.post = people, post
        self.told = told or Told()
        self.clock = _clock(row, record)

    def look(self, written: _Written, *, put_off: int | None) -> None:
        """Add to ``written`` what this day calls for; where nobody is told, look again in ``put_off`` days."""
        row, clock, today, post = self.row, self.clock, self.today, self.post
        if put_off is not None:
            self._look_again(written, today + timedelta(days=put_off))
            return
        start = row.start_on or row.due_on
        if row.due_on is None or start is None:
            self._look_again(written, None)
            return
        until = said_to(clock, row.due_on, today, post)
        if until is None:
            if row.next_look_on is not None and row.next_look_on <= today:
                self._look_again(written, post.next(today))
            return
        found: list[Values] = []
        rung = reminder_due(clock, start, row.due_on, today, post)
        if rung is not None and clock.owner not in NEVER_WRITTEN_TO:
            alone = cannot_wait(clock, rung.days, today, post)
            found += self._rows(Telling.REMINDER, rung.key, self._readers(clock.owner), alone=alone)
        escalated = dict(self.told.steps)
        step = clocks.next_escalation(clock, row.due_on, escalated)
        if step is not None and passed_on(clock, step[1], today, post):
            found += self._escalation(step[0])
            escalated[step[0].after_days] = today
        if wants_agreed_date(clock, row, today) and post.has(today):
            found += self._rows(Telling.AGREED_DATE, "agreed-date", self._readers(Party.CASE_MANAGER))
        written.reminders += found
        self._look_again(written, next_look(clock, row, today, until, escalated))

    def _escalation(self, step: clocks.Escalation) -> list[Values]:
        readers = next_in_line(self.people, self.record, self.clock, step, self.told.addresses)
        return self._rows(Telling.ESCALATION, rung_of(step), readers, alone=keeps_its_days(self.clock))

    def _readers(self, party: Party) -> list[tuple[Party, str]]:
        return standing_for(self.people, self.record, party)

    def _rows(
        self, kind: Telling, rung: str, readers: Sequence[tuple[Party, str]], *, alone: bool = False
    ) -> list[Values]:
        row = self.row
        due = row.original_due_on if kind is Telling.AGREED_DATE else row.due_on
        return [
            reminder_values(
                self.now, kind, f"{kind}:{row.id}:{due}:{rung}", party, address,
                record_id=row.record_id, deadline_id=row.id, due_on=row.due_on, rung=rung, alone=alone,
            )
            for party, address in readers
        ]  # fmt: skip

    def _look_again(self, written: _Written, day: date | None) -> None:
        if day != self.row.next_look_on:
            written.next_looks.append({"b_id": self.row.id, "b_next": day})


def wants_agreed_date(clock: Clock, row: Deadline, today: date) -> bool:
    """True where the original date has passed and the clock asks for an agreed one that is not there."""
    return (
        clock.asks_for_agreed_date
        and row.agreed_due_on is None
        and row.original_due_on is not None
        and row.original_due_on < today
    )


def next_look(
    clock: Clock,
    row: Deadline,
    after: date,
    until: date | None = None,
    escalated: Mapping[int, date] | None = None,
) -> date | None:
    """The next day after ``after`` on which a sweep could have something new to say about a running deadline.

    ``until`` is the day to which rungs were said on ``after`` (``workflows.post_days.said_to``); ``escalated`` the
    steps of the ladder that were told, where that is known.
    """
    start = row.start_on or row.due_on
    if row.due_on is None or start is None:
        return None
    found = [clocks.next_look(clock, start, row.due_on, after, said_to=until, escalated=escalated)]
    if clock.asks_for_agreed_date and row.agreed_due_on is None and row.original_due_on is not None:
        found.append(row.original_due_on + timedelta(days=1))
    return min((day for day in found if day is not None and day > after), default=None)


def would_miss(session: Session, clock: Clock, row: Deadline, today: date) -> date | None:
    """The day on which a running deadline has something to say and would not be looked at; None where all is well.

    ``today`` is a London date on which sweeps have run or will: only later days are asked about.
    """
    if row.due_on is None or row.held:
        return None
    post = days.of_the_partnership(session)
    before_post = post.next(today) - DAY
    until = said_to(clock, row.due_on, today, post)
    if until is None:
        until = before_post if today > row.due_on else min(before_post, row.due_on)
    wanted = next_look(clock, row, today, until)
    if wanted is None or not _later(row.next_look_on, wanted, clock, post):
        return None
    # It may have been said early, because of days to be careful about, or the ladder may leave somebody more time.
    told = days.told_of(session, [row])[row.id]
    rung = clocks.reminder_on(clock, row.start_on or row.due_on, row.due_on, wanted)
    if rung is not None and rung.key in told.rungs:
        until = max(until, rung.on)
    wanted = next_look(clock, row, today, until, told.steps)
    return wanted if wanted is not None and _later(row.next_look_on, wanted, clock, post) else None


def _later(kept: date | None, wanted: date, clock: Clock, post: PostDays) -> bool:
    if not keeps_its_days(clock) and not post.has(wanted):
        wanted = post.next(wanted)
    return kept is None or kept > wanted
