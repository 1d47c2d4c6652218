"""What watches the service: health, figures, and the alarm on every page when e-mail does not go out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr import systime
from dardr.lookups.health import health
from dardr.storage.engine import Database
from dardr.storage.installation import Heartbeat
from dardr.storage.outbox import OutboxMessage
from dardr.storage.post_in import MailboxPlace
from dardr.worker import SWEEP, ticking
from tests.builders import a_review
from tests.web.conftest import Browser, application, signed_in

SILENT = "have not gone out since"
WAITS = "have waited to be sent since"


def worked(database: Database, at: datetime) -> None:
    """A worker came to the end of what it does at that instant."""
    for tick in ("deliver", "sweep", "housekeeping"):
        ticking(database, tick, at, lambda: {"done": 1})


def settled(database: Database, **values: object) -> None:
    with database.write() as session:
        session.execute(sa.update(OutboxMessage).values(**values))


def figures(text: str) -> dict[str, float]:
    found = re.findall(r"^(dardr_\w+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


@pytest.fixture
def now() -> datetime:
    return systime.utc_now()


def test_health_says_whether_reminders_go_out(anyone: Browser, database: Database, now: datetime) -> None:
    said = anyone.get("/health")
    assert (said.status_code, said.get_json()["status"], said.get_json()["post"]) == (200, "degraded", "not being sent")
    assert anyone.get("/health?ready").status_code == 503
    worked(database, now)
    assert anyone.get("/health").get_json() == said.get_json() | {"status": "ok", "post": "ok"}
    assert anyone.get("/health?ready").status_code == 200
    a_review(database, "decision_pending")
    settled(database, not_before=now - timedelta(minutes=59))
    assert anyone.get("/health?ready").status_code == 200
    settled(database, not_before=now - timedelta(minutes=61))
    assert anyone.get("/health?ready").status_code == 503
    settled(database, not_before=now + timedelta(hours=9))
    assert anyone.get("/health?ready").status_code == 200, "what waits for its hour waits well"


def test_a_tick_that_only_fails_is_no_sign_of_life(anyone: Browser, database: Database, now: datetime) -> None:
    worked(database, now - timedelta(hours=3))

    def trouble() -> dict[str, int]:
        raise RuntimeError

    ticking(database, SWEEP, now, trouble)
    assert anyone.get("/health").get_json()["post"] == "not being sent"


def test_a_clock_that_was_set_back_and_a_mailbox_are_named(database: Database, now: datetime) -> None:
    worked(database, now + timedelta(days=2))
    with database.write() as session:
        session.add(MailboxPlace(mailbox="imaps://mail.example/INBOX", read_at=now, said="The log-in was refused."))
    with database.read() as session:
        problems = " ".join(health(session, now)["problems"])
    assert problems.count("set back") == 3
    assert "The mailbox imaps://mail.example/INBOX could not be read: The log-in was refused." in problems


def test_figures(anyone: Browser, database: Database, now: datetime) -> None:
    case, _ = (a_review(database, "decision_pending") for _ in range(2))
    worked(database, now - timedelta(seconds=30))
    with database.write() as session:
        first, *rest = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
        first.status, first.settled_at = "sent", now - timedelta(hours=1)
        for row in rest:
            row.not_before = now - timedelta(minutes=5)
    answer = anyone.get("/metrics")
    assert answer.status_code == 200 and answer.content_type.startswith("text/plain; version=")
    said = figures(answer.text)
    assert said["dardr_outbox_sent_24h"] == 1 and said["dardr_outbox_due"] == said["dardr_outbox_waiting"] == len(rest)
    assert said["dardr_outbox_oldest_waiting_seconds"] == 300 and said["dardr_post_going_out"] == 1
    assert said['dardr_tick_age_seconds{tick="sweep"}'] == 30
    assert case.ref not in answer.text and "@" not in answer.text


def test_figures_are_for_who_has_the_token(database: Database, tmp_path: Path) -> None:
    held = Browser(application(database, tmp_path, metrics_token="a token of ours").test_client())
    assert held.get("/metrics").status_code == 401
    for token, status in (("a token of ours", 200), ("a token of theirs", 401)):
        answer = held.client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}, 401),
        ({"headers": {"X-Forwarded-For": "192.0.2.7"}}, 401),
        ({"headers": {"Forwarded": "for=192.0.2.7"}}, 401),
        ({"environ_overrides": {"REMOTE_ADDR": "::1"}}, 200),
    ],
)
def test_without_a_token_only_this_machine_sees_them(anyone: Browser, sent: dict[str, object], status: int) -> None:
    assert anyone.client.get("/metrics", **sent).status_code == status  # type: ignore[arg-type]


def test_behind_a_web_server_nobody_sees_them_without_a_token(database: Database, tmp_path: Path) -> None:
    behind = Browser(application(database, tmp_path, proxies=1).test_client())
    assert behind.get("/metrics").status_code == 401


def test_the_alarm_is_on_every_page_of_the_team(
    app: Flask, manager: Browser, database: Database, clock: Callable[[str], None]
) -> None:
    """A worker that was not seen for a day, and e-mail that waits for a day, are told where e-mail is not needed."""
    case = a_review(database, "decision_pending")
    now, day = systime.utc_now(), timedelta(days=1)
    settled(database, status="sent", settled_at=now)
    worked(database, now - day + timedelta(minutes=1))
    pages = ("/reviews", f"/reviews/{case.ref}", "/care", "/deadlines")
    assert not any(SILENT in manager.get(page).text for page in pages)
    clock("2026-08-03T09:02")
    for page in pages:
        text = manager.get(page).text
        assert f"{SILENT} 2 August 2026" in text and 'href="/care"' in text, page
    assert SILENT not in signed_in(app, "panel_member").get("/reviews").text
    worked(database, systime.utc_now())
    assert SILENT in manager.get("/reviews").text, "asked again after a minute"
    clock("2026-08-03T09:04")
    assert SILENT not in manager.get("/reviews").text
    settled(database, status="waiting", attempts=3, not_before=now - day)
    clock("2026-08-03T09:06")
    assert f"{WAITS} 2 August 2026" in manager.get("/reviews").text


def test_care_shows_the_line_of_the_day(manager: Browser, database: Database) -> None:
    with database.write() as session:
        says = "The post went out: 12 sent, 0 failed, 0 wait."
        session.add(Heartbeat(tick="post", at=systime.utc_now(), took_ms=1, said=says))
    assert "The post went out: 12 sent, 0 failed, 0 wait." in manager.get("/care").text
