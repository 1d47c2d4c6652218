"""When each tick comes, what happens to one that fails, and what one round of everything does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dardr import worker
from dardr.lookups.health import health
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.storage.installation import Heartbeat
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from dardr.systime import LONDON
from dardr.worker import EVENING, NIGHTLY, is_due, latest, run_once, ticking, triggers
from tests.builders import START, a_review, at_ten
from tests.ports import free_port
from tests.worker.post import Postbox, running

NIGHTS = [
    pytest.param(date(2026, 3, 29), id="clocks go forward"),
    pytest.param(date(2026, 10, 25), id="clocks go back"),
    pytest.param(date(2028, 2, 29), id="29 February"),
    pytest.param(date(2026, 12, 31), id="31 December"),
]


def settings(database: Database, port: int) -> Settings:
    return Settings(
        database_url=database.url, smtp_host="127.0.0.1", smtp_port=port, mail_from="reviews@mereshire.example"
    )


def beats(database: Database) -> dict[str, Heartbeat]:
    with database.read() as session:
        return {beat.tick: beat for beat in session.scalars(sa.select(Heartbeat))}


def fires(tick: str, day: date) -> list[datetime]:
    """When a tick comes on one London day."""
    start = datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=LONDON).astimezone(UTC)
    trigger, found, last = triggers()[tick], [], None
    now = start
    while (at := trigger.get_next_fire_time(last, now)) is not None and at.astimezone(UTC) < end:
        found.append(at.astimezone(LONDON))
        last, now = at, at.astimezone(UTC) + timedelta(microseconds=1)
    return found


@pytest.mark.parametrize("night", NIGHTS)
def test_every_day_has_its_ticks_and_none_comes_twice(night: date) -> None:
    for day in (night - timedelta(days=1), night, night + timedelta(days=1)):
        sweeps = fires(worker.SWEEP, day)
        spelt = [at.strftime("%H:%M") for at in sweeps]
        assert len(spelt) == len(set(spelt)) == 23 * 4
        assert not [text for text in spelt if text.startswith("01")]
        assert [at.strftime("%H:%M") for at in fires(worker.HOUSEKEEPING, day)] == ["04:20"]


@pytest.mark.parametrize("night", NIGHTS)
def test_mail_goes_out_all_night(night: date) -> None:
    trigger = triggers()[worker.DELIVER]
    now = last = datetime(night.year, night.month, night.day, tzinfo=UTC)
    for _ in range(3 * 60 * 4):
        at = trigger.get_next_fire_time(last, now)
        assert at is not None and at.astimezone(UTC) - last.astimezone(UTC) == timedelta(seconds=20)
        last = now = at


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-06-10T04:19", "2026-06-09T04:20"),
        ("2026-06-10T04:20", "2026-06-10T04:20"),
        ("2026-03-29T03:00", "2026-03-28T04:20"),
        ("2026-03-29T12:00", "2026-03-29T04:20"),
        ("2026-10-25T12:00", "2026-10-25T04:20"),
        ("2026-10-25T04:10", "2026-10-24T04:20"),
    ],
)
def test_the_last_night(now: str, wanted: str) -> None:
    assert latest(NIGHTLY, at(now)) == at(wanted)


def test_when_a_nightly_round_is_due() -> None:
    now = at("2026-06-10T09:00")
    assert is_due(NIGHTLY, None, "", now)
    assert is_due(NIGHTLY, at("2026-06-10T04:19"), "findings 0", now)
    assert not is_due(NIGHTLY, at("2026-06-10T04:20"), "findings 0", now)
    assert not is_due(NIGHTLY, at("2026-06-10T08:00"), worker.STARTED, now)
    assert is_due(NIGHTLY, at("2026-06-10T06:59"), worker.STARTED, now), "its worker is gone"
    assert is_due(NIGHTLY, at("2027-06-10T04:21"), "findings 0", now), "that was a clock that was wrong"


def test_the_line_about_the_post_comes_once_a_day(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 18:00, or at the next chance; it counts since the last one, and says what waits and since when."""
    a_review(database, "decision_pending")
    logged: list[str] = []
    monkeypatch.setattr(worker.log, "info", lambda event, **_: logged.append(event), raising=False)
    postbox = Postbox()
    first = at("2026-06-10T18:00")
    with running(postbox) as port:
        done = run_once(database, settings(database, port), first)
    assert done["sent"] == len(postbox.messages) > 0
    assert beats(database)["post"].said == f"The post went out: {done['sent']} sent, 0 failed, 0 wait."
    assert logged.count("post.of_the_day") == 1
    run_once(database, settings(database, free_port()), at("2026-06-11T17:59"))
    assert beats(database)["post"].at.date() == first.date()
    with database.write() as session:
        session.execute(sa.update(OutboxMessage).values(status="queued", attempts=0))
        session.execute(sa.delete(OutboxAttempt))
    run_once(database, settings(database, free_port()), at("2026-06-13T09:00"))
    said = beats(database)["post"].said
    assert said.startswith("The post did not go out: 0 sent, 0 failed, "), said
    assert said.endswith(" wait, the oldest since 13 June 2026 at 09:00."), said
    assert latest(EVENING, at("2026-10-25T12:00")) == at("2026-10-24T18:00")


def test_a_tick_that_fails_says_so_and_does_not_raise(database: Database) -> None:
    def trouble() -> dict[str, int]:
        raise RuntimeError("a sentence that might name somebody")

    assert ticking(database, worker.SWEEP, at_ten(START), trouble) == {"failed_ticks": 1}
    assert beats(database)["sweep"].said == "failed: RuntimeError"
    with database.read() as session:
        said = health(session, at_ten(START))
    assert not said["ok"] and any("failed: RuntimeError" in one for one in said["problems"])


def test_one_round_of_everything(database: Database) -> None:
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    row = case.deadline("imr_return", ref=case.opened("agency-return")[0])
    assert row.due_on is not None
    postbox = Postbox()
    with running(postbox) as port:
        now = at_ten(row.due_on)
        done = run_once(database, settings(database, port), now)
        assert done["enqueued"] >= 2 and done["sent"] >= done["enqueued"] and done["housekeeping"] == 1
        assert done["failed_ticks"] == 0
        again = run_once(database, settings(database, port), now)
    assert (again["enqueued"], again["sent"], again["housekeeping"]) == (0, 0, 0)
    assert len(postbox.messages) == done["sent"]
    assert set(beats(database)) == {"sweep", "deliver", "documents", "housekeeping", "post"}


def test_with_the_mail_server_away_everything_waits_and_nothing_fails(database: Database) -> None:
    case = a_review(database, "decision_pending")
    done = run_once(database, settings(database, free_port()), at_ten(case.today))
    assert done["sent"] == done["failed"] == 0 and done["waiting"] >= 1
    with database.read() as session:
        said = health(session, at_ten(case.today) + timedelta(hours=3))
    assert any("waited for more than an hour" in one for one in said["problems"])


def test_trouble_in_one_tick_leaves_the_others(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_review(database, "decision_pending")

    def trouble(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(worker, "sweep", trouble)
    monkeypatch.setattr(worker, "housekeeping", trouble)
    postbox = Postbox()
    with running(postbox) as port:
        done = run_once(database, settings(database, port), at_ten(case.today))
    assert done["failed_ticks"] == 2 and done["sent"] >= 1
    with database.read() as session:
        assert session.scalars(sa.select(OutboxMessage.id).where(OutboxMessage.status == "queued")).all() == []


def test_health_before_any_worker_ran(database: Database) -> None:
    with database.read() as session:
        said = health(session, at_ten(START))
    assert said["problems"] == ["The worker has never run here. Start it with: dardr worker"]


def test_health_misses_a_worker_that_stopped(database: Database) -> None:
    now = at_ten(START)
    run_once(database, settings(database, free_port()), now)
    with database.read() as session:
        assert health(session, now + timedelta(minutes=5))["problems"] == []
        later = health(session, now + timedelta(days=2))
    assert len([one for one in later["problems"] if "Is it running" in one]) == 3


def test_health_counts_one_thing_as_one(database: Database) -> None:
    now = at_ten(START)
    for _ in range(2):
        a_review(database, "decision_pending")
    with database.write() as session:
        waiting = list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))
        for row in waiting:
            row.status = "sent"
        waiting[0].status = "failed"
        session.flush()
        assert "1 e-mail could not be delivered." in " ".join(health(session, now)["problems"])
        waiting[0].status = "no_address"
        session.flush()
        assert "1 e-mail has no address." in " ".join(health(session, now)["problems"])
        waiting[1].status = "no_address"
        session.flush()
        assert "2 e-mails have no address." in " ".join(health(session, now)["problems"])
