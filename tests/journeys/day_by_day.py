"""Days that pass one by one: each morning the worker sweeps and sends, then people act, then the worker sends again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.audit import verify
from dardr.casework.deliver import deliver
from dardr.casework.fold import fold_event
from dardr.casework.gathered import is_late
from dardr.casework.integrity import deadlines_match, facts_match
from dardr.casework.sweep import sweep
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import AuditEvent, Deadline, EventValues, Hold, Record
from dardr.systime import LONDON, london_date
from notifications.smtp import MemoryMailer
from tests.builders import Case, notification, open_a
from workflows.clocks import Telling
from workflows.definition import Party

SENDER = "reviews@mereshire.example"


@dataclass(frozen=True, order=True)
class Post:
    """One e-mail that was sent: on which day, which message, to whom, about which record, on which rung."""

    on: date
    message: str
    to: str
    ref: str
    rung: str


def _message_of(session: Session, row: OutboxMessage, reminder: Reminder) -> str:
    """The message that would carry a reminder by itself."""
    if row.message != "daily_digest":
        return row.message
    record = session.get_one(Record, reminder.record_id)
    if reminder.hold_id is not None:
        return "deferral_review" if session.get_one(Hold, reminder.hold_id).kind == "deferral" else "hold_review"
    if reminder.kind != Telling.REMINDER:
        return {Telling.ESCALATION: "escalation", Telling.AGREED_DATE: "agreed_date_wanted"}[Telling(reminder.kind)]
    clock = workflows.get(record.process).clock(session.get_one(Deadline, reminder.deadline_id).clock)
    if clock.message != "deadline_reminder":
        return clock.message
    return "deadline_late" if is_late(reminder.rung) else "deadline_reminder"


class Days:
    """The calendar of one journey. ``go_to`` lets days pass; a ``Case`` begun here follows them."""

    def __init__(self, database: Database, today: date) -> None:
        self.database = database
        self.today = today
        self.mailer = MemoryMailer()
        self.cases: list[Case] = []

    # --- people ----------------------------------------------------------------------------------------

    def open(self, process: str, values: dict[str, Any], *, by: str = "case_manager") -> Case:
        """Open a record today."""
        return self.follow(open_a(self.database, process, values, on=self.today, by=by))

    def notify(self, **values: Any) -> Case:
        """A death is notified today."""
        return self.open("dardr-s9", notification(self.today, **values), by="police_liaison")

    def follow(self, case: Case) -> Case:
        """Let a case have the day it is here."""
        case.today = self.today
        self.cases.append(case)
        return case

    # --- days ------------------------------------------------------------------------------------------

    def at(self, hour: int) -> datetime:
        """An hour of today in London, as an instant."""
        return datetime.combine(self.today, time(hour), LONDON).astimezone(UTC)

    def go_to(self, day: date | str) -> None:
        """Let the days pass until the morning of ``day``: every evening sends, every morning sweeps and sends."""
        until = date.fromisoformat(day) if isinstance(day, str) else day
        assert until >= self.today, f"{until} is before {self.today}"
        while self.today < until:
            self.send(18)
            self.today += timedelta(days=1)
            sweep(self.database, self.at(8))
            self.send(8)
            for case in self.cases:
                case.today = self.today

    def send(self, hour: int) -> None:
        """Deliver what waits, at an hour of today."""
        instant = self.at(hour)
        deliver(self.database, lambda: self.mailer, lambda: instant, mail_from=SENDER)

    # --- what came of it -------------------------------------------------------------------------------

    def post(self, *messages: str, ref: str | None = None) -> list[Post]:
        """What was told by e-mail, oldest first: of these messages, about this record, or all.

        One for each reminder, under the message it has by itself, whatever gathered e-mail carried it.
        """
        with self.database.read() as session:
            rows = session.execute(
                sa.select(OutboxMessage, Reminder, Record.ref)
                .outerjoin(Reminder, Reminder.outbox_id == OutboxMessage.id)
                .join(Record, Record.id == sa.func.coalesce(Reminder.record_id, OutboxMessage.record_id))
                .where(OutboxMessage.status == "sent")
                .order_by(OutboxMessage.id, Reminder.id)
            ).all()
            found = []
            for row, reminder, about in rows:
                assert row.settled_at is not None
                name = row.message if reminder is None else _message_of(session, row, reminder)
                rung = row.rung if reminder is None else reminder.rung
                if (not messages or name in messages) and ref in (None, about):
                    found.append(Post(london_date(row.settled_at), name, row.recipient, about, rung))
        return sorted(found)

    def gathered(self) -> list[tuple[date, str]]:
        """On which day, to whom, a gathered e-mail was sent: one a day for each person at most."""
        with self.database.read() as session:
            rows = session.execute(
                sa.select(OutboxMessage.settled_at, OutboxMessage.recipient).where(
                    OutboxMessage.status == "sent", OutboxMessage.message == "daily_digest"
                )
            )
            return sorted((london_date(at), to.lower()) for at, to in rows if at is not None)

    def prove(self) -> None:
        """What must hold after every journey: proven history, facts that are its fold, post that is what was sent."""
        self.send(18)
        with self.database.read() as session:
            report = verify(session)
            assert report["ok"], report["broken"]
            events = session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
            assert report["events"] == events
            checks = (*facts_match(session, self.today), *deadlines_match(session, self.today))
            assert [finding.sentence for finding in checks] == []
            for record in session.scalars(sa.select(Record)):
                assert self._fold(session, record.id) == record.facts, record.ref
            rows = session.scalars(sa.select(OutboxMessage)).all()
        assert len(self.gathered()) == len(set(self.gathered()))
        unsent = {row.party for row in rows if row.status not in ("sent", "overtaken", "withdrawn")}
        assert unsent <= {Party.INDEPENDENT_CHAIR}, "only a chair who has no access yet may have no address"
        assert len([row for row in rows if row.status == "sent"]) == len(self.mailer.sent)
        assert not [row.party for row in rows if row.party in (Party.FAMILY, Party.HOME_OFFICE, Party.COMMISSIONER)]
        for mail in self.mailer.sent:
            for name in ("Quillfeather", "Zephyrine", "homicide", "Fictional, for a test"):
                assert name not in mail.subject + mail.text + (mail.html or "")

    @staticmethod
    def _fold(session: Any, record_id: int) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for event, values in session.execute(
            sa.select(AuditEvent, EventValues)
            .join(EventValues, EventValues.event_id == AuditEvent.id)
            .where(AuditEvent.record_id == record_id)
            .order_by(AuditEvent.seq)
        ):
            facts = fold_event(
                facts,
                workflows.get(event.process).action(event.action),
                values.after,
                seq=event.seq,
                actor_id=event.actor_id,
                occurred_on=event.occurred_on,
            )
        return facts
