"""Links to dates: made once, read by programs, taken back; and what somebody reads who should not have one any more."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar, Event
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from dardr.casework.administer.bodies import end_body
from dardr.casework.calendar_links import MOST_LINKS, hashed
from dardr.casework.conflicts import record_conflict
from dardr.storage.bodies import Body
from dardr.storage.calendars import CalendarLink
from dardr.storage.engine import Database
from dardr.storage.installation import BankHoliday
from dardr.storage.people import AdminEvent, User, UserRole
from dardr.web.secret_paths import masked
from tests.builders import Case, a_review, actor, address, at_ten
from tests.icalendar_rules import complaints
from tests.web.conftest import Browser, application, prepared, signed_in

LINK = re.compile(r"http://127\.0\.0\.1:8000(/calendar/feed/[^<\s]+\.ics)")


@dataclass
class World:
    """A review with two returns asked for and a meeting, and the application on it."""

    case: Case
    app: Flask
    meeting: str
    returns: dict[str, str]

    @property
    def database(self) -> Database:
        return self.case.database

    def read(self, path: str, **headers: str) -> TestResponse:
        """What a calendar program reads: nobody is signed in."""
        return self.app.test_client().get(path, headers=headers)

    def events(self, path: str) -> dict[str, Event]:
        """The entries at a link by their summary; the file keeps the rules."""
        answer = self.read(path)
        assert answer.status_code == 200 and complaints(answer.data) == []
        return {str(event["summary"]): event for event in Calendar.from_ical(answer.data).events}


@pytest.fixture(scope="module")
def begun(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Case, str]:
    """A database with the review, made once: each test has a copy of it."""
    file = tmp_path_factory.mktemp("links") / "dardr.sqlite3"
    file.write_bytes(migrated_sqlite_file.read_bytes())
    database = prepared(f"sqlite:///{file}")
    case = a_review(database, "evidence", display_pseudonym="Willow 2025")
    case.act("request_returns", {"bodies": ["mereshire-nhs", "northmere-council"], "kind": "imr"})
    on = (case.today + timedelta(days=10)).isoformat()
    planned = {"title": "First look", "starts_at": "10:00", "held": "online", "meeting_on": on, "place": "Room 7"}
    meeting = case.act("plan_meeting", planned).created[0]
    database.close()
    return file, case, meeting


@pytest.fixture
def world(begun: tuple[Path, Case, str], tmp_path: Path) -> Iterator[World]:
    file, before, meeting = begun
    copied = tmp_path / "dardr.sqlite3"
    copied.write_bytes(file.read_bytes())
    database = Database(f"sqlite:///{copied}")
    case = Case(database, before.ref, before.today)
    bodies = {str(case.record(ref).title): ref for ref in case.opened("agency-return")}
    returns = {key: ref for key in ("NHS", "Council") for title, ref in bodies.items() if key in title}
    yield World(case, application(database, tmp_path), meeting, returns)
    database.close()


def make(browser: Browser, whose: str = "person", label: str = "Phone") -> str:
    """Make a link; its path."""
    answer = browser.send("/me/calendar-links", whose=whose, label=label)
    assert answer.status_code == 200, answer.text
    found = LINK.search(answer.text)
    assert found
    return found[1]


def council(world: World) -> str:
    """How a form names the body of the agency lead."""
    with world.database.read() as session:
        return f"body-{session.scalar(sa.select(Body.id).where(Body.key == 'northmere-council'))}"


def a_lead(world: World) -> Browser:
    return signed_in(world.app, "agency_lead")


# --- made, read, taken back -------------------------------------------------------------------------------


def test_a_link_is_shown_once_and_only_its_hash_is_kept(world: World) -> None:
    manager = signed_in(world.app, "case_manager")
    path = make(manager)
    secret = path.removeprefix("/calendar/feed/").removesuffix(".ics")
    assert len(secret) >= 43
    page = manager.get("/me/calendar-links").text
    assert "Phone" in page and "not read yet" in page and secret not in page
    with world.database.read() as session:
        (link,) = session.scalars(sa.select(CalendarLink))
        assert link.key_hash == hashed(secret) and secret not in repr(vars(link))
        (noted,) = session.scalars(sa.select(AdminEvent).where(AdminEvent.what == "calendar_link_made"))
        assert secret not in f"{noted.subject} {noted.details}"


def test_the_dates_of_a_case_manager_are_what_they_carry_in_neutral_words(world: World) -> None:
    path = make(signed_in(world.app, "case_manager"))
    answer = world.read(path)
    assert answer.headers["Cache-Control"] == "private, no-cache" and "Set-Cookie" not in answer.headers
    assert answer.mimetype == "text/calendar"
    for word in (b"Willow", b"Example", b"NHS", b"Council", b"Room", b"First look", b"amily"):
        assert word not in answer.data, word
    events = world.events(path)
    assert {f"{ref}: return due" for ref in world.returns.values()} < set(events)
    assert f"Meeting {world.meeting}" in events
    due = events[f"{world.returns['NHS']}: return due"]
    assert due.start == world.case.deadline("imr_return", ref=world.returns["NHS"]).due_on
    assert str(due["url"]).endswith(f"/records/{world.returns['NHS']}")
    assert "last read 3 August 2026" in signed_in(world.app, "case_manager").get("/me/calendar-links").text


def test_a_link_that_was_taken_back_and_one_that_never_was_answer_the_same(world: World) -> None:
    manager = signed_in(world.app, "case_manager")
    path = make(manager)
    with world.database.read() as session:
        number = session.scalar(sa.select(CalendarLink.id))
    answer = manager.send(f"/me/calendar-links/{number}/take-back", manager.get("/me/calendar-links"))
    assert answer.status_code == 302
    gone, guessed = world.read(path), world.read("/calendar/feed/" + "A" * 43 + ".ics")
    assert gone.status_code == guessed.status_code == 404
    without_nonces = [re.sub(r'nonce="[^"]+"', "", one.text) for one in (gone, guessed)]
    assert without_nonces[0] == without_nonces[1]
    assert gone.headers["Cache-Control"] == guessed.headers["Cache-Control"] == "no-store"
    again = manager.send(f"/me/calendar-links/{number}/take-back", manager.get("/me/calendar-links"))
    assert again.status_code == 404
    with world.database.read() as session:
        assert session.scalar(sa.select(AdminEvent.id).where(AdminEvent.what == "calendar_link_taken_back"))


@pytest.mark.parametrize("path", ["/calendar/feed/.ics", "/calendar/feed/x.ics", "/calendar/feed/%00%ff.ics"])
def test_what_is_no_secret_finds_nothing(world: World, path: str) -> None:
    assert world.read(path).status_code == 404
    assert world.read("/calendar/feed/" + "é" * 3000 + ".ics").status_code == 404


def test_nothing_new_is_not_sent_again(world: World) -> None:
    path = make(signed_in(world.app, "case_manager"))
    first = world.read(path)
    same = world.read(path, **{"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304 and same.data == b"" and same.headers["Cache-Control"] == "private, no-cache"
    world.case.act("change_meeting", {"starts_at": "11:00"}, ref=world.meeting)
    changed = world.read(path, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and changed.headers["ETag"] != first.headers["ETag"]


# --- what changes -----------------------------------------------------------------------------------------


def test_a_date_that_moves_keeps_its_name_and_its_number_rises(world: World) -> None:
    path = make(signed_in(world.app, "case_manager"))
    before = world.events(path)
    ref = world.returns["NHS"]
    agreed = world.case.deadline("imr_return", ref=ref).due_on
    assert agreed is not None
    new = {"clock": "imr_return", "new_date": (agreed + timedelta(days=14)).isoformat(), "reason": "Leave."}
    world.case.act("agree_new_date", new, ref=ref)
    on = (world.case.today + timedelta(days=17)).isoformat()
    world.case.act("change_meeting", {"meeting_on": on}, ref=world.meeting)
    after = world.events(path)
    for one in (f"{ref}: return due", f"Meeting {world.meeting}"):
        assert after[one]["uid"] == before[one]["uid"] and after[one].sequence > before[one].sequence
        assert after[one].start > before[one].start
    assert len({str(event["uid"]) for event in after.values()}) == len(after)


def test_a_new_bank_holiday_may_move_dates_and_makes_every_number_rise(world: World) -> None:
    path = make(signed_in(world.app, "case_manager"))
    before = world.events(path)[f"{world.returns['NHS']}: return due"]
    with world.database.write() as session:
        day = date(2029, 1, 1)
        session.add(BankHoliday(division="england-and-wales", day=day, title="Late", added_at=at_ten(date(2026, 8, 3))))
    after = world.events(path)[f"{world.returns['NHS']}: return due"]
    assert after.sequence == before.sequence + 1 and after.uid == before.uid
    assert before.LAST_MODIFIED is not None
    assert after.LAST_MODIFIED == at_ten(date(2026, 8, 3)) > before.LAST_MODIFIED


def test_what_is_done_held_or_cancelled_is_left_out(world: World) -> None:
    path = make(signed_in(world.app, "case_manager"))
    nhs, own = (f"{world.returns[key]}: return due" for key in ("NHS", "Council"))
    assert {nhs, own, f"Meeting {world.meeting}"} <= set(world.events(path))
    world.case.act("cancel_meeting", {"cancelled_because": "No room."}, ref=world.meeting)
    hold = {"kind": "trial", "reason": "The trial.", "asked_by": "cps", "activities": ["family_interviews"]}
    world.case.act("place_hold", {**hold, "clocks": ["imr_return"]})
    left = set(world.events(path))
    assert not {nhs, own, f"Meeting {world.meeting}"} & left
    assert left, "the other dates stay"


# --- whose ------------------------------------------------------------------------------------------------


def test_a_body_reads_what_it_owes_and_nothing_of_others(world: World) -> None:
    path = make(a_lead(world), council(world), "Outlook")
    assert set(world.events(path)) == {f"{world.returns['Council']}: return due"}
    assert b"Review dates: Northmere Council" in world.read(path).data


def test_only_a_lead_makes_the_link_of_a_body_and_only_the_manager_that_of_the_team(world: World) -> None:
    for person, whose in (
        ("agency_contact", council(world)),
        ("other_agency_contact", council(world)),
        ("case_manager", "team"),
        ("administrator", "team"),
        ("agency_lead", "team"),
        ("team_manager", council(world)),
    ):
        answer = signed_in(world.app, person).send("/me/calendar-links", whose=whose, label="Phone")
        assert answer.status_code == 403, (person, whose)
    page = a_lead(world).get("/me/calendar-links").text
    assert "What Northmere Council owes" in page and "dates of the team" not in page


def test_the_team_reads_every_running_date_but_nothing_that_is_kept_to_some(world: World) -> None:
    path = make(signed_in(world.app, "team_manager"), "team")
    events = set(world.events(path))
    assert {f"{ref}: return due" for ref in world.returns.values()} | {f"Meeting {world.meeting}"} <= events
    with world.database.write() as session:
        manager = actor(session, "team_manager")
        record_conflict(
            session, manager, at_ten(world.case.today), world.case.ref, "A relative.", address("second_case_manager")
        )
    assert world.events(path) == {}, "the link is read by people of whom one may not see this review"


def test_whoever_has_left_reads_an_empty_calendar(world: World) -> None:
    """Empty and not gone: so a program on their telephone forgets what it showed."""
    paths = [
        make(signed_in(world.app, "case_manager")),
        make(a_lead(world), council(world)),
        make(signed_in(world.app, "team_manager"), "team"),
    ]
    assert all(world.events(path) for path in paths)
    with world.database.write() as session:
        session.execute(sa.update(User).values(active=False))
    assert [world.events(path) for path in paths] == [{}, {}, {}]


def test_a_role_that_was_taken_away_and_a_conflict_of_interest_count_from_the_next_reading(world: World) -> None:
    lead, manager = make(a_lead(world), council(world)), make(signed_in(world.app, "case_manager"))
    with world.database.write() as session:
        session.execute(sa.update(UserRole).where(UserRole.role == "agency_lead").values(role="agency_contact"))
        by = actor(session, "team_manager")
        record_conflict(session, by, at_ten(world.case.today), world.case.ref, "A relative.", address("case_manager"))
    assert world.events(lead) == {} and world.events(manager) == {}


def test_a_body_that_was_merged_gives_its_dates_to_its_successor(world: World, clock: Callable[[str], None]) -> None:
    old = make(a_lead(world), council(world))
    with world.database.write() as session:
        southmere = session.scalar(sa.select(Body.id).where(Body.key == "southmere-council"))
        colleague = session.scalars(sa.select(User).where(User.email == address("other_agency_contact"))).one()
        session.execute(
            sa.update(UserRole).where(UserRole.user_id == colleague.id).values(role="agency_lead", body_id=southmere)
        )
    heir = signed_in(world.app, "other_agency_contact")
    new = make(heir, f"body-{southmere}")
    assert world.events(new) == {}
    with world.database.write() as session:
        by = actor(session, "administrator")
        now = at_ten(date(2026, 8, 3))
        end_body(session, by, now, "northmere-council", date(2026, 8, 3), successor="southmere-council")
    assert set(world.events(old)) == {f"{world.returns['Council']}: return due"}, "until its last day"
    clock("2026-08-04T09:00")
    assert world.events(old) == {}
    assert set(world.events(new)) == {f"{world.returns['Council']}: return due"}


def test_others_links_are_taken_back_by_those_who_look_after_accounts(world: World) -> None:
    make(signed_in(world.app, "case_manager"), label="Lost phone")
    with world.database.read() as session:
        number = session.scalar(sa.select(CalendarLink.id))
    path = f"/me/calendar-links/{number}/take-back"
    stranger = signed_in(world.app, "second_case_manager")
    assert "Lost phone" not in stranger.get("/me/calendar-links").text
    assert stranger.send(path, stranger.get("/me/calendar-links")).status_code == 404
    administrator = signed_in(world.app, "administrator")
    page = administrator.get("/me/calendar-links")
    assert "Lost phone" in page.text and "the dates of Alex Example" in page.text
    assert administrator.send(path, page).status_code == 302


# --- bad input, busy times, secrets -----------------------------------------------------------------------


def test_a_link_without_a_name_too_long_a_name_or_too_many(world: World) -> None:
    manager = signed_in(world.app, "case_manager")
    for fields, said in (
        ({"whose": "person", "label": "  "}, "Give the link a name"),
        ({"whose": "person", "label": "x" * 101}, "longer than 100"),
        ({"whose": "everybody", "label": "Phone"}, "Choose whose dates"),
        ({"label": "Phone"}, "Choose whose dates"),
    ):
        answer = manager.send("/me/calendar-links", **fields)
        assert answer.status_code == 422 and said in answer.text
        assert f'value="{fields["label"]}"' in answer.text
    for n in range(MOST_LINKS):
        make(manager, label=f"<b>{n}, one;\ntwo</b>")
    assert "<b>" not in manager.get("/me/calendar-links").text
    answer = manager.send("/me/calendar-links", whose="person", label="One more")
    assert answer.status_code == 422 and "Take back one" in answer.text


def test_while_the_database_is_busy_a_feed_is_still_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only that it was read is not kept; a database that cannot be read at all is a page that says so."""
    path = make(signed_in(world.app, "case_manager"))

    def busy() -> Iterator[None]:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(world.database, "write", busy)
    assert world.events(path)

    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr("dardr.web.pages.calendar_links.link_at", gone)
    answer = world.read(path)
    assert answer.status_code == 503 and answer.headers["Cache-Control"] == "no-store"


def test_a_feed_is_slowed_where_it_is_asked_for_too_often(world: World) -> None:
    client = world.app.test_client()
    answers = [client.get("/calendar/feed/guess.ics").status_code for _ in range(61)]
    assert set(answers[:60]) == {404} and answers[60] == 429


def test_the_secret_is_in_no_log(world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    path = make(signed_in(world.app, "case_manager"))
    secret = path.removeprefix("/calendar/feed/").removesuffix(".ics")
    caplog.clear()
    capsys.readouterr()
    assert world.read(path).status_code == 200

    def fault(*_: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr("dardr.web.pages.calendar_links.feed_of", fault)
    answer = world.read(path)
    assert answer.status_code == 500 and secret not in answer.text
    out = capsys.readouterr()
    assert secret not in caplog.text + out.out + out.err


def test_the_server_masks_addresses_that_are_secrets() -> None:
    said = (
        'Error handling request GET /calendar/feed/abc_DEF-1.ics HTTP/1.1 and "/notify/link/x?y" /sign-in/password/zz'
    )
    assert masked(said) == (
        'Error handling request GET /calendar/feed/... HTTP/1.1 and "/notify/link/...?y" /sign-in/password/...'
    )
    assert masked("/reviews/DARDR-2026-001") == "/reviews/DARDR-2026-001"
