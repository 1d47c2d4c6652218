"""What goes wrong in one thing, told through whole rounds of a worker: the rest goes on, and nothing is said twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework import deliver as delivering
from dardr.casework import gathered
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline
from dardr.worker import run_once
from tests.builders import Case, a_review, at_ten
from tests.fixtures import sqlite_database
from tests.worker.post import Postbox, running

__all__ = ["sqlite_database"]


def settings(database: Database, port: int) -> Settings:
    return Settings(
        database_url=database.url, smtp_host="127.0.0.1", smtp_port=port, mail_from="reviews@mereshire.example"
    )


def asked(database: Database, *more: str) -> tuple[Case, Deadline, date]:
    """Bodies were asked for a return today; the date of the first."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs", *more]})
    row = case.deadline("imr_return", ref=case.opened("agency-return")[0])
    assert row.due_on is not None
    return case, row, row.due_on


def worked(database: Database, *moments: datetime) -> tuple[Postbox, list[dict[str, int]]]:
    """A worker's rounds at these moments, with a mail server that takes everything."""
    postbox = Postbox()
    with running(postbox) as port:
        done = [run_once(database, settings(database, port), moment) for moment in moments]
    assert not any(one["failed_ticks"] for one in done)
    return postbox, done


def told(database: Database, row: Deadline) -> Counter[str]:
    """How many messages about that date went to each address."""
    with database.read() as session:
        carried = sa.select(Reminder.outbox_id).where(Reminder.deadline_id == row.id)
        query = sa.select(OutboxMessage.recipient).where(OutboxMessage.id.in_(carried), OutboxMessage.status == "sent")
        return Counter(session.scalars(query))


def test_a_worker_away_for_three_weeks_says_each_thing_once(sqlite_database: Database) -> None:
    """From a week before the date to two weeks after it nothing ran: each person hears of it once, not once a rung."""
    case, row, due = asked(sqlite_database)
    worked(sqlite_database, at_ten(case.today), at_ten(due - timedelta(days=15)))
    before = told(sqlite_database, row)
    back = due + timedelta(days=14)
    worked(sqlite_database, at_ten(back), at_ten(back) + timedelta(minutes=15), at_ten(back) + timedelta(hours=8))
    new = told(sqlite_database, row) - before
    assert new and set(new.values()) == {1}, new


def test_a_clock_set_back_says_nothing_twice(sqlite_database: Database) -> None:
    """Two days back, and on through the same days again: what was said then is not said again."""
    _, row, due = asked(sqlite_database)
    once = [at_ten(due), at_ten(due + timedelta(days=1)), at_ten(due + timedelta(days=2))]
    postbox, _ = worked(sqlite_database, *once)
    first = told(sqlite_database, row)
    again, done = worked(sqlite_database, *(one + timedelta(minutes=3) for one in once))
    assert told(sqlite_database, row) == first and len(postbox.messages) > 0
    assert [one["enqueued"] for one in done] == [0, 0, 0] and again.messages == []


def test_a_poisoned_message_stops_no_other(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot become an e-mail is refused; one that cannot even be looked at is set aside; the rest goes."""
    case, _, _ = asked(sqlite_database)
    with sqlite_database.write() as session:
        queued = sa.select(OutboxMessage).where(OutboxMessage.status == "queued")
        waiting = list(session.scalars(queued.order_by(OutboxMessage.id)))
        assert len(waiting) >= 3
        waiting[0].subject = "Two\r\nBcc: everybody@one.example"
    poisoned = waiting[1].id
    whole = delivering.overtaken

    def trouble(session: Any, rows: Sequence[OutboxMessage], now: datetime) -> dict[int, str]:
        if poisoned in [row.id for row in rows]:
            raise RuntimeError("this one cannot be looked at")
        return whole(session, rows, now)

    monkeypatch.setattr(delivering, "overtaken", trouble)
    postbox, (done,) = worked(sqlite_database, at_ten(case.today))
    assert done["failed"] == 2 and done["sent"] == len(postbox.messages)
    with sqlite_database.read() as session:
        rows = {row.id: row for row in session.scalars(sa.select(OutboxMessage))}
    assert {rows[row.id].status for row in waiting[2:]} == {"sent"}
    failed = {row.id: row.last_error for row in rows.values() if row.status == "failed"}
    assert set(failed) == {waiting[0].id, poisoned} and failed[poisoned] == delivering.NOT_READY
    assert "line break" in (failed[waiting[0].id] or "")


def test_words_that_cannot_be_made_stop_no_other(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The template of one reminder fails: everything else goes, the reminder waits, and is said when it is mended."""
    case, row, due = asked(sqlite_database, "mereshire-police")
    worked(sqlite_database, at_ten(case.today))
    whole = gathered.reminders.reminder_message

    def trouble(
        session: Any, record: Any, process: Any, clock: Any, deadline: Deadline, *rest: Any, **more: Any
    ) -> Any:
        if deadline.id == row.id:
            raise RuntimeError("a template that does not render")
        return whole(session, record, process, clock, deadline, *rest, **more)

    monkeypatch.setattr(gathered.reminders, "reminder_message", trouble)
    _, (done,) = worked(sqlite_database, at_ten(due))
    assert not told(sqlite_database, row) and done["sent"] > 0
    monkeypatch.undo()
    worked(sqlite_database, at_ten(due) + timedelta(minutes=15))
    assert told(sqlite_database, row)
