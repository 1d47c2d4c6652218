"""The feed of bank holidays: what it may do by itself, what waits for a person, every way in which it goes wrong."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework import holidays_feed
from dardr.casework.calendar_checks import feed_looked_at
from dardr.casework.holidays import add_holidays
from dardr.casework.holidays_feed import Read, fetch, said_of, set_aside, take_in
from dardr.casework.housekeeping import housekeeping
from dardr.errors import Conflict, Forbidden, Invalid
from dardr.lookups.calendars import calendar_named, editions, feed
from dardr.lookups.health import health
from dardr.storage.engine import Database
from dardr.storage.installation import IntegrityFinding
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent
from tests import builders
from tests.builders import a_review, at_ten
from tests.notifications import conftest as tls
from workflows.calendar import ENGLAND_AND_WALES, calendars, usual_holidays

certificate = tls.certificate

TODAY = date(2026, 9, 11)
LATE = date(2026, 9, 21)
SHIPPED = dict(calendars.get(ENGLAND_AND_WALES).holidays)
LISTED = {day: title for day, title in SHIPPED.items() if day.year >= 2020}
FURTHER = usual_holidays(2029)


def published(days: Mapping[date, str]) -> str:
    """The days as GOV.UK publishes them, with the notes of substitute days apart."""
    events = []
    for day, title in sorted(days.items()):
        plain = title.removesuffix(" (substitute day)")
        events.append({"title": plain, "date": day.isoformat(), "notes": "" if plain == title else "Substitute day"})
    return json.dumps({"england-and-wales": {"division": "england-and-wales", "events": events}, "scotland": {}})


# --- what becomes of it -----------------------------------------------------------------------------------


def read(database: Database, days: Mapping[date, str], day: date = TODAY) -> Read:
    with database.write() as session:
        return take_in(session, at_ten(day), days, "gov.example/bank-holidays.json")


def findings(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {one.kind: one.sentence for one in feed_looked_at(session, TODAY)}


@pytest.fixture
def returns(sqlite_database: Database) -> Database:
    """A database with a return that is due after the late holiday."""
    case = a_review(sqlite_database, "screening", on=TODAY, day_by_day=False)
    case.act("request_information", {"bodies": ["mereshire-nhs"]})
    return sqlite_database


def test_what_moves_nothing_is_added_and_the_rest_waits_for_a_look(database: Database) -> None:
    case = a_review(database, "screening", on=TODAY, day_by_day=False)
    case.act("request_information", {"bodies": ["mereshire-nhs"]})
    (ref,) = case.opened("agency-return")
    due = case.deadline("information_return", ref=ref).due_on
    done = read(database, {**LISTED, **FURTHER, LATE: "A day of mourning"})
    assert done.added == tuple(sorted(FURTHER)), "the newly published year"
    assert done.waiting == {LATE: "A day of mourning"} and done.lacks == {}
    assert case.deadline("information_return", ref=ref).due_on == due
    assert "21 September 2026" in findings(database)["holidays_waiting"]
    with database.read() as session:
        assert calendar_named(session, ENGLAND_AND_WALES).horizon == date(2029, 12, 31)
        assert editions(session)[0].by == "the service itself"
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage).where(
            OutboxMessage.message == "holiday_moved_dates")) == 0  # fmt: skip
    with database.write() as session:
        add_holidays(session, builders.actor(session, "team_manager"), at_ten(TODAY), done.waiting, source="the feed")
    assert findings(database) == {}
    moved = case.deadline("information_return", ref=ref).due_on
    assert due and moved and moved > due


def test_a_late_day_that_moves_nothing_is_added_at_once(sqlite_database: Database) -> None:
    done = read(sqlite_database, {**LISTED, LATE: "A day of mourning"})
    assert done.added == (LATE,) and done.waiting == {}


def test_the_same_feed_every_night_is_noted_once(returns: Database) -> None:
    days = {**LISTED, LATE: "A day of mourning"}
    for night in range(3):
        done = read(returns, days, TODAY + timedelta(days=night))
        assert done.waiting == {LATE: "A day of mourning"}
    with returns.read() as session:
        said = list(session.scalars(sa.select(AdminEvent.what).where(AdminEvent.what.like("%holidays%"))))
        assert said == ["holidays_feed_read"]


def test_a_feed_that_shrinks_takes_nothing_away(returns: Database) -> None:
    read(returns, LISTED)
    shrunk = {day: title for day, title in LISTED.items() if day.year != 2027}
    done = read(returns, shrunk)
    assert done.added == () and set(done.lacks) == {day for day in LISTED if day.year == 2027}
    assert "lacks 8 days that are known here" in findings(returns)["feed_lacks_days"]
    with returns.read() as session:
        assert any("lacks 8 days that are known here" in one for one in health(session, at_ten(TODAY))["problems"])
        assert dict(calendar_named(session, ENGLAND_AND_WALES).holidays) == SHIPPED
    read(returns, LISTED)
    assert findings(returns) == {}


def test_a_feed_that_begins_later_lacks_nothing(returns: Database) -> None:
    later = {day: title for day, title in LISTED.items() if day.year >= 2025}
    assert read(returns, later).lacks == {} and findings(returns) == {}


def test_a_feed_of_every_day_is_not_believed(returns: Database) -> None:
    every = {date(2027, 1, 1) + timedelta(days=n): "Holiday" for n in range(365)}
    with pytest.raises(Invalid, match="365|36[0-9]|35[0-9]"):
        read(returns, every)
    some = {date(2027, 2, 1) + timedelta(days=n): "Holiday" for n in range(30)}
    with pytest.raises(Invalid, match="38 bank holidays in 2027"):
        read(returns, {**LISTED, **some})
    with returns.read() as session:
        assert feed(session) is None and dict(calendar_named(session, ENGLAND_AND_WALES).holidays) == SHIPPED


def test_days_are_left_out_by_a_person_with_a_reason(returns: Database) -> None:
    read(returns, {**LISTED, LATE: "A mistake"})
    with returns.write() as session:
        manager = builders.actor(session, "team_manager")
        with pytest.raises(Forbidden):
            set_aside(session, builders.actor(session, "case_manager"), at_ten(TODAY), "No.")
        with pytest.raises(Invalid, match="Say why"):
            set_aside(session, manager, at_ten(TODAY), " ")
        assert set_aside(session, manager, at_ten(TODAY), "For Scotland only.") == (LATE,)
        with pytest.raises(Conflict, match="No day of the feed waits"):
            set_aside(session, manager, at_ten(TODAY), "Again.")
    assert read(returns, {**LISTED, LATE: "A mistake"}).waiting == {} and findings(returns) == {}


def test_the_nightly_round_reads_it(returns: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "bank-holidays.json"
    monkeypatch.setenv("DARDR_HOLIDAYS_FEED", str(file))

    def night(number: int) -> dict[str, str]:
        housekeeping(returns, at_ten(TODAY) + timedelta(days=number))
        with returns.read() as session:
            rows = session.scalars(sa.select(IntegrityFinding).where(IntegrityFinding.record_id.is_(None)))
            return {one.kind: one.sentence for one in rows if "feed" in one.kind or "holiday" in one.kind}

    assert "could not be opened" in night(0)["feed_not_read"]
    file.write_text("<!doctype html><title>Bank holidays</title>")
    assert "not a list of bank holidays" in night(1)["feed_not_read"]
    file.write_text(published({**LISTED, LATE: "A day of mourning"}))
    assert list(night(2)) == ["holidays_waiting"]
    file.write_text(published({}))
    found = night(3)
    assert "it names no day" in found["feed_not_read"] and "holidays_waiting" in found, "what waited still waits"


def test_where_a_feed_is_is_said_without_secrets() -> None:
    assert said_of("https://me:secret@gov.example/list.json?key=1") == "gov.example/list.json"
    assert said_of("/srv/secret-folder/bank-holidays.json") == "bank-holidays.json"


# --- fetching it ------------------------------------------------------------------------------------------


class Feed(BaseHTTPRequestHandler):
    """Answers by its path: a feed, and everything that is none."""

    asked: list[str] = []

    def do_GET(self) -> None:
        Feed.asked.append(self.path)
        getattr(self, "give_" + self.path.strip("/"))()

    def say(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def give_good(self) -> None:
        self.say(published(LISTED).encode())

    def give_html(self) -> None:
        self.say(b"<!doctype html><title>Bank holidays</title>")

    def give_bytes(self) -> None:
        self.say(b"\xff\xfe\x00")

    def give_gone(self) -> None:
        self.say(b"", 404)

    def give_moved(self) -> None:
        self.say(b"", 301, Location="/good")

    def give_plain(self) -> None:
        self.say(b"", 302, Location="http://127.0.0.1:9/bank-holidays.json")

    def give_circle(self) -> None:
        self.say(b"", 302, Location="/circle")

    def give_large(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(50):
            self.wfile.write(b" " * 1024 * 1024)

    def give_nothing(self) -> None:
        time.sleep(2)

    def give_drops(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(40):
            self.wfile.write(b" " * 70_000)
            time.sleep(0.1)

    def log_message(self, format: str, *args: Any) -> None:
        """Quietly."""


@pytest.fixture
def server(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An https server whose certificate is trusted."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    made.handle_error = lambda *_: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    yield f"https://localhost:{made.server_port}"
    made.shutdown()
    made.server_close()
    thread.join(timeout=5)


@pytest.mark.parametrize("path", ["good", "moved"])
def test_a_good_feed_is_read(server: str, path: str) -> None:
    assert fetch(f"{server}/{path}") == LISTED


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("html", "not a list of bank holidays"),
        ("bytes", "it is not text"),
        ("gone", "the server answered 404"),
        ("plain", "only https addresses are asked"),
        ("circle", "sends from one address to the next"),
        ("large", "larger than a megabyte"),
        ("nothing", "took too long"),
        ("drops", "took too long"),
    ],
)
def test_a_feed_that_is_none_says_so(server: str, path: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if path in ("nothing", "drops"):
        monkeypatch.setattr(holidays_feed, {"nothing": "ANSWER_WITHIN", "drops": "WHOLE_WITHIN"}[path], 0.3)
    with pytest.raises(Conflict, match=sentence) as error:
        fetch(f"{server}/{path}")
    assert "Nothing was changed" in str(error.value)


def test_nothing_is_asked_without_tls_or_of_a_server_nobody_vouches_for(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Feed.asked.clear()
    with pytest.raises(Conflict, match="only https addresses are asked"):
        fetch("http://127.0.0.1:9/bank-holidays.json")
    with pytest.raises(Conflict, match="only https addresses are asked"):
        fetch("file:///etc/passwd")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(Conflict, match="certificate was not accepted"):
        fetch(f"{server}/good")
    with pytest.raises(Conflict, match="could not be reached"):
        fetch("https://127.0.0.1:9/")
    assert Feed.asked == []


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    file.write_bytes(b" " * (1024 * 1024 + 1))
    with pytest.raises(Conflict, match="larger than a megabyte"):
        fetch(str(file))
