"""Real processes at once, and one that is ended without warning."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from datetime import timedelta

import sqlalchemy as sa

from dardr.casework.deliver import deliver
from dardr.casework.sending import LEASE
from dardr.casework.sweep import sweep
from dardr.storage.engine import Database
from dardr.storage.installation import Heartbeat
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline
from notifications.smtp import MemoryMailer
from tests import builders
from tests.builders import Case, a_review, at_ten
from tests.worker.conftest import Start
from tests.worker.post import Postbox, mailer, running

FROM = "reviews@mereshire.example"
BODIES = [key for key, _, _ in builders.BODIES][:10]


def many_returns(database: Database) -> Case:
    """A review that asked ten bodies for three returns each; what was said of that is sent."""
    case = a_review(database, "evidence")
    for kind in ("imr", "summary", "chronology"):
        case.act("request_returns", {"kind": kind, "bodies": BODIES})
    deliver(database, MemoryMailer, lambda: at_ten(case.today), mail_from=FROM)
    return case


def tell(*children: subprocess.Popen[str]) -> None:
    """A line to each: to begin, or to come to an end."""
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()


def ended(*children: subprocess.Popen[str]) -> None:
    """Wait until they have ended, well."""
    for child in children:
        assert child.wait(timeout=120) == 0


def test_three_sweeps_and_three_workers_at_once_send_nothing_twice(database: Database, start: Start) -> None:
    case = many_returns(database)
    with database.read() as session:
        due = session.scalars(sa.select(sa.func.min(Deadline.due_on)).where(Deadline.clock == "imr_return")).one()
        mine = list(session.scalars(sa.select(Deadline.id).where(Deadline.clock == "imr_return")))
    assert due is not None and case.today < due
    now = at_ten(due).isoformat()
    postbox = Postbox()
    with running(postbox) as port:
        sweeps = [start("sweep", database.url, now) for _ in range(3)]
        workers = [start("deliver", database.url, now, port) for _ in range(3)]
        tell(*sweeps, *workers)
        ended(*sweeps)
        tell(*workers)
        ended(*workers)
    with database.read() as session:
        noted = list(session.scalars(sa.select(Reminder).where(Reminder.deadline_id.in_(mine))))
        carried = {one.outbox_id for one in noted}
        rows = list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.id.in_(carried))))
        tries = session.execute(
            sa.select(OutboxAttempt.outbox_id, sa.func.count()).group_by(OutboxAttempt.outbox_id)
        ).all()
    told = Counter(one.address for one in noted)
    everybody = {f"contact@{key}.example" for key in BODIES}
    everybody |= {builders.address("agency_contact"), builders.address("other_agency_contact")}
    assert told == Counter(dict.fromkeys(everybody, 3)) and None not in carried
    assert Counter(row.recipient for row in rows) == Counter(everybody), "one e-mail each, with all three in it"
    assert {row.status for row in rows} == {"sent"}
    assert {count for _, count in tries} == {1}
    ids = [message["Message-ID"] for message in postbox.messages]
    assert len(ids) == len(set(ids))
    assert {row.message_id for row in rows} <= set(ids)


def test_killed_between_claim_and_settle(database: Database, start: Start) -> None:
    """The message was with the server when its worker was killed: it is sent again when the lease ends, as the same."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-police"]})
    row = case.deadline("imr_return", ref=case.opened("agency-return")[0])
    deliver(database, MemoryMailer, lambda: at_ten(case.today), mail_from=FROM)
    assert row.due_on is not None
    now = at_ten(row.due_on - timedelta(days=14))
    sweep(database, now)
    with database.write() as session:
        session.execute(
            sa.update(OutboxMessage)
            .where(OutboxMessage.status == "queued", OutboxMessage.deadline_id.is_distinct_from(row.id))
            .values(status="withdrawn")
        )
    postbox = Postbox()
    postbox.delay = 30
    with running(postbox) as port:
        child = start("deliver-once", database.url, now.isoformat(), port)
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
        assert postbox.arrived.wait(timeout=30)
        child.send_signal(signal.SIGKILL)
        assert child.wait(timeout=10) == -signal.SIGKILL
        with database.read() as session:
            (in_flight,) = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.deadline_id == row.id))
        assert in_flight.status == "in_flight" and in_flight.message_id

    again = Postbox()
    with running(again) as port:
        soon = now + LEASE - timedelta(seconds=1)
        assert deliver(database, mailer(port), lambda: soon, mail_from=FROM).sent == 0
        after = now + LEASE
        assert deliver(database, mailer(port), lambda: after, mail_from=FROM).sent == 1
    (first,), (second,) = postbox.messages, again.messages
    assert first["Message-ID"] == second["Message-ID"] == in_flight.message_id
    with database.read() as session:
        (settled,) = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.deadline_id == row.id))
        results = list(session.scalars(sa.select(OutboxAttempt.result).where(OutboxAttempt.outbox_id == settled.id)))
    assert settled.status == "sent" and results == ["unknown", "accepted"]


def test_a_worker_catches_up_at_once_and_ends_when_told_to(database: Database, start: Start) -> None:
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-police"]})
    row = case.deadline("imr_return", ref=case.opened("agency-return")[0])
    assert row.due_on is not None
    postbox = Postbox()
    with running(postbox) as port:
        child = start("work", database.url, at_ten(row.due_on).isoformat(), port)
        assert postbox.arrived.wait(timeout=60), "the first delivery comes within half a minute"
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
    with database.read() as session:
        beats = {beat.tick: beat for beat in session.scalars(sa.select(Heartbeat))}
        left = session.scalars(sa.select(OutboxMessage.id).where(OutboxMessage.status == "in_flight")).all()
    assert set(beats) == {"deliver", "sweep", "documents", "housekeeping", "post"}
    assert "enqueued" in beats["sweep"].said and "sent" in beats["deliver"].said
    assert beats["sweep"].at.date() == row.due_on
    assert left == []
