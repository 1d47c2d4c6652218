"""The worker with GOV.UK Notify: the same outbox, never twice, and what becomes of a message afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework import outbox, sending
from dardr.casework.sending import LEASE, Answer, Delivered
from dardr.casework.transport import mailer_of
from dardr.errors import Conflict
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.post_in import FailingAddress
from dardr.worker import deliver_tick, results_tick, run_once
from notifications.messages import StageChanged
from tests.builders import START, at_ten
from tests.fixtures import sqlite_database
from tests.notify_server import KEY, TEMPLATE, Notify, serving

__all__ = ["sqlite_database"]
NOW = at_ten(START)


@pytest.fixture
def notify() -> Iterator[Notify]:
    with serving() as found:
        yield found


def settings(database: Database, notify: Notify, **changes: Any) -> Settings:
    given = {"transport": "notify", "notify_key": KEY, "notify_template": TEMPLATE, "notify_url": notify.address}
    return Settings(database_url=database.url, mail_from="reviews@mereshire.example", **{**given, **changes})


def write(database: Database, *to: str) -> None:
    with database.write() as session:
        message = StageChanged(
            ref="T-1", link="https://reviews.example/records/T", partnership="Team", stage_label="Evidence",
            changed_on=START,
        )  # fmt: skip
        for address in to:
            outbox.write(
                session, NOW, message, to=address, party="case_manager", dedupe=f"test:{address}", record_id=None
            )
        session.execute(sa.update(OutboxMessage).values(not_before=NOW))


def rows(database: Database) -> dict[str, OutboxMessage]:
    with database.read() as session:
        return {row.recipient: row for row in session.scalars(sa.select(OutboxMessage))}


def test_sent_and_what_became_of_it(sqlite_database: Database, notify: Notify) -> None:
    write(sqlite_database, "here@one.example", "gone@one.example", "full@one.example", "lost@one.example")
    use = settings(sqlite_database, notify)
    assert run_once(sqlite_database, use, NOW)["sent"] == 4
    by_address = {one["email_address"]: one for one in notify.notifications}
    for address, row in rows(sqlite_database).items():
        assert row.status == "sent" and row.delivery == ""
        assert (row.transport_ref, row.message_id) == (by_address[address]["id"], by_address[address]["reference"])
    by_address["here@one.example"]["status"] = "delivered"
    by_address["gone@one.example"]["status"] = "permanent-failure"
    by_address["full@one.example"]["status"] = "temporary-failure"
    by_address["lost@one.example"]["status"] = "technical-failure"
    later = NOW + timedelta(minutes=5)
    assert results_tick(sqlite_database, use, later) == {"delivered": 1, "returned": 2, "not_sent": 1}
    assert results_tick(sqlite_database, use, later) == {"delivered": 0, "returned": 0, "not_sent": 0}
    found = rows(sqlite_database)
    assert {address: (row.status, row.delivery) for address, row in found.items()} == {
        "here@one.example": ("sent", "delivered"), "gone@one.example": ("sent", "bounced"),
        "full@one.example": ("sent", "bounced"), "lost@one.example": ("failed", ""),
    }  # fmt: skip
    with sqlite_database.read() as session:
        assert list(session.scalars(sa.select(FailingAddress.address))) == ["gone@one.example"]
    assert results_tick(sqlite_database, use.model_copy(update={"transport": "smtp"}), later) is None


def test_handed_over_and_not_recorded_is_not_sent_twice(
    sqlite_database: Database, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a worker is killed after Notify took the message: the next one asks for it, and takes that one."""
    write(sqlite_database, "a@one.example")
    use = settings(sqlite_database, notify)

    def killed(_database: Database, answers: Sequence[Answer], *_: Any) -> Delivered:
        raise SystemError(f"{len(answers)} answers lost")

    monkeypatch.setattr(sending, "settle_all", killed)
    assert deliver_tick(sqlite_database, use, NOW)["sent"] == 0 and len(notify.notifications) == 1
    monkeypatch.undo()
    assert deliver_tick(sqlite_database, use, NOW + LEASE - timedelta(seconds=1))["sent"] == 0
    assert deliver_tick(sqlite_database, use, NOW + LEASE + timedelta(seconds=1))["sent"] == 1
    (row,) = rows(sqlite_database).values()
    assert len(notify.notifications) == 1 and row.transport_ref == notify.notifications[0]["id"]


def test_a_wrong_key_lets_everything_wait(sqlite_database: Database, notify: Notify) -> None:
    write(sqlite_database, "a@one.example", "b@one.example")
    wrong = settings(sqlite_database, notify, notify_key=KEY[:-1] + "1")
    assert deliver_tick(sqlite_database, wrong, NOW) == {"sent": 0, "failed": 0, "waiting": 2, "overtaken": 0}
    assert all("DARDR_NOTIFY_KEY" in (row.last_error or "") for row in rows(sqlite_database).values())
    later = NOW + timedelta(minutes=2)
    assert deliver_tick(sqlite_database, settings(sqlite_database, notify), later)["sent"] == 2


def test_without_a_key_nothing_starts(sqlite_database: Database, notify: Notify) -> None:
    for missing in ("notify_key", "notify_template"):
        with pytest.raises(Conflict, match=missing.upper()):
            mailer_of(settings(sqlite_database, notify, **{missing: ""}))
    with pytest.raises(Conflict, match="copy all of it"):
        run_once(sqlite_database, settings(sqlite_database, notify, notify_key="a key"), NOW)
