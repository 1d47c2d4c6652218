"""Sessions: listed, ended by oneself or an administrator, ended by time; nothing typed is lost when one ends."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.casework import drafts
from dardr.storage.drafts import Draft
from dardr.storage.engine import Database
from dardr.storage.people import AdminEvent, User, UserRole, WebSession
from tests import builders
from tests.web.conftest import PASSWORD, Browser, application, signed_in, token
from tests.web.second_factors import sent

KEPT = "/kept-forms"


def rows(database: Database, person: str) -> list[WebSession]:
    with database.read() as session:
        return list(
            session.scalars(
                sa.select(WebSession)
                .join(User, User.id == WebSession.user_id)
                .where(User.email == builders.address(person))
                .order_by(WebSession.id)
            )
        )


def kept(database: Database) -> list[Draft]:
    with database.read() as session:
        return list(session.scalars(sa.select(Draft).where(Draft.purpose == "form").order_by(Draft.id)))


# --- what a session is ------------------------------------------------------------------------------------


def test_a_session_is_a_row_that_the_cookie_only_points_to(either_database: Database, tmp_path: Path, clock) -> None:
    app = application(either_database, tmp_path)
    client = app.test_client()
    client.get("/sign-in", headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    browser = Browser(client)
    browser.sign_in("case_manager")
    (row,) = rows(either_database, "case_manager")
    with client.session_transaction() as cookie:
        assert row.key_hash not in str(dict(cookie))
    clock("2026-08-03T09:00")
    browser.get("/reviews")
    assert rows(either_database, "case_manager")[0].last_seen_at == row.last_seen_at, "not written with every page"
    clock("2026-08-03T09:02")
    browser.get("/reviews")
    assert rows(either_database, "case_manager")[0].last_seen_at - row.started_at == timedelta(minutes=2)
    clock("2026-08-03T09:04")
    browser.send("/me/stay", browser.get("/me"))
    assert rows(either_database, "case_manager")[0].last_seen_at - row.started_at == timedelta(minutes=4)


def test_an_hour_without_a_request_ends_it(manager: Browser, clock) -> None:
    clock("2026-08-03T10:00")
    assert manager.get("/reviews").status_code == 200
    clock("2026-08-03T11:00")
    assert manager.get("/reviews").status_code == 200
    clock("2026-08-03T12:01")
    assert manager.get("/reviews").headers["Location"] == "/sign-in?next=/reviews"


def test_a_cookie_from_before_the_session_was_ended_is_of_no_use(app: Flask) -> None:
    browser = signed_in(app, "case_manager")
    stolen = browser.client.get_cookie("dardr")
    assert stolen is not None
    browser.send("/sign-out", browser.get("/reviews"))
    thief = app.test_client()
    thief.set_cookie("dardr", stolen.value)
    assert thief.get("/reviews").status_code == 302


def test_your_account_shows_your_sessions_and_ends_them(app: Flask, database: Database) -> None:
    here, there, third = (signed_in(app, "case_manager") for _ in range(3))
    page = here.get("/me")
    assert page.text.count("(here)") == 1
    assert "Case manager, for the whole partnership" in page.text
    second = rows(database, "case_manager")[1]
    sent(here.client, f"/me/sessions/{second.id}/end", page)
    assert there.get("/reviews").status_code == 302
    assert third.get("/reviews").status_code == 200
    sent(here.client, "/me/sessions/end-others", page)
    assert third.get("/reviews").status_code == 302
    assert here.get("/reviews").status_code == 200


def test_nobody_ends_somebody_elses_session_on_their_own_page(app: Flask, database: Database) -> None:
    other, manager = signed_in(app, "team_manager"), signed_in(app, "case_manager")
    number = rows(database, "team_manager")[0].id
    assert sent(manager.client, f"/me/sessions/{number}/end", manager.get("/me")).status_code == 404
    assert other.get("/reviews").status_code == 200


@pytest.mark.parametrize("person", ["administrator", "team_manager"])
def test_whoever_looks_after_people_ends_anybodys(app: Flask, database: Database, person: str) -> None:
    theirs = [signed_in(app, "case_manager") for _ in range(2)]
    keeper = signed_in(app, person)
    page = keeper.get("/administration/sessions")
    assert "Alex Example" in page.text
    first = rows(database, "case_manager")[0]
    sent(keeper.client, f"/administration/sessions/{first.user_id}/{first.id}/end", page)
    assert [one.get("/reviews").status_code for one in theirs] == [302, 200]
    sent(keeper.client, f"/administration/sessions/{first.user_id}/end", page)
    assert theirs[1].get("/reviews").status_code == 302
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AdminEvent.what == "session_ended")) == 2


def test_others_do_not(app: Flask, database: Database) -> None:
    theirs = signed_in(app, "team_manager")
    manager = signed_in(app, "case_manager")
    number = rows(database, "team_manager")[0].user_id
    assert manager.get("/administration/sessions").status_code == 403
    assert sent(manager.client, f"/administration/sessions/{number}/end", manager.get("/me")).status_code == 403
    assert theirs.get("/reviews").status_code == 200


def test_a_role_changed_while_signed_in_counts_with_the_next_page(app: Flask, database: Database) -> None:
    manager = signed_in(app, "team_manager")
    assert manager.get("/administration/sessions").status_code == 200
    with database.write() as session:
        session.execute(sa.delete(UserRole).where(UserRole.role == "team_manager"))
    assert manager.get("/administration/sessions").status_code == 403


def test_the_frame_says_when_a_session_ends(manager: Browser) -> None:
    page = manager.get("/reviews").text
    assert "You will be signed out after 60 minutes without activity." in page
    assert 'data-idle="3600" data-warned="300"' in page


# --- nothing typed is lost --------------------------------------------------------------------------------


PAUSE = "2026-08-03T10:30"


def a_hold(case: builders.Case) -> tuple[str, dict[str, str | list[str]]]:
    return f"/records/{case.ref}/do/place_hold", {
        "_on-day": "2", "_on-month": "8", "_on-year": "2026",
        "kind": "trial",
        "reason": "Two lines\nthat took <time> & \"care\" to write.",
        "asked_by": "cps",
        "activities": ["family_interviews"],
    }  # fmt: skip


def test_a_form_sent_after_the_session_ended_is_kept_and_filled_in_again(
    either_database: Database, tmp_path: Path, clock
) -> None:
    app = application(either_database, tmp_path)
    case = builders.a_review(either_database, "evidence")
    browser = signed_in(app, "case_manager")
    path, typed = a_hold(case)
    form = browser.get(path)
    events = case.record().last_seq
    clock(PAUSE)
    answer = browser.send(path, form, **typed)
    assert answer.headers["Location"] == f"/sign-in?next={KEPT}"
    assert "What you typed is kept for you" in browser.get(answer.headers["Location"]).text
    assert case.record().last_seq == events, "nothing was done"
    (draft,) = kept(either_database)
    assert b"took" not in (draft.sealed or b""), "sealed"

    page = browser.get(answer.headers["Location"])
    back = browser.client.post(
        answer.headers["Location"],
        data={"csrf_token": token(page), "email": builders.address("case_manager"), "password": PASSWORD},
    )
    assert back.headers["Location"] == KEPT
    offered = browser.get(KEPT).text
    assert f"Place hold, {case.ref}" in offered and "took" not in offered
    link = re.search(r'href="([^"]+kept=\d+)"', offered)
    assert link, offered
    filled = browser.get(link[1])
    assert "is filled in again" in filled.text
    assert 'Two lines\nthat took &lt;time&gt; &amp; "care" to write.' in filled.text
    assert re.search(r'value="trial"[^>]*checked|checked[^>]*value="trial"', filled.text)
    assert re.search(r'name="_on-day"[^>]*value="2"|value="2"[^>]*name="_on-day"', filled.text)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', filled.text))
    assert browser.client.post(path, data={**hidden, **typed}).status_code in (302, 303)
    assert case.record().last_seq > events
    assert browser.get(KEPT).headers["Location"] == "/", "sent, and so let go"
    assert kept(either_database)[0].sealed is None


def test_another_person_never_sees_it(app: Flask, database: Database, clock) -> None:
    case = builders.a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path, typed = a_hold(case)
    form = browser.get(path)
    clock(PAUSE)
    browser.send(path, form, **typed)
    browser.sign_in("team_manager")
    assert browser.get(KEPT).headers["Location"] == "/"
    number = kept(database)[0].id
    page = browser.get(f"{path}?kept={number}").text
    assert "took" not in page and "is filled in again" not in page
    assert sent(browser.client, f"{KEPT}/{number}/let-go", browser.get("/me")).status_code == 404
    with database.read() as session:
        assert session.get_one(Draft, number).sealed is not None


def test_a_session_that_an_administrator_ended_loses_nothing_either(app: Flask, database: Database) -> None:
    case = builders.a_review(database, "evidence")
    browser, keeper = signed_in(app, "case_manager"), signed_in(app, "administrator")
    path, typed = a_hold(case)
    form = browser.get(path)
    number = rows(database, "case_manager")[0].user_id
    sent(keeper.client, f"/administration/sessions/{number}/end", keeper.get("/administration/sessions"))
    assert browser.send(path, form, **typed).headers["Location"].endswith(KEPT)
    assert len(kept(database)) == 1
    browser.send(path, form, **typed)
    assert len(kept(database)) == 1, "sent twice, kept once"


def test_signed_in_again_in_another_tab_the_open_form_can_still_be_sent(app: Flask, database: Database, clock) -> None:
    case = builders.a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path, typed = a_hold(case)
    form = browser.get(path)
    events = case.record().last_seq
    clock(PAUSE)
    assert browser.get("/reviews").status_code == 302
    browser.sign_in("case_manager")
    assert browser.send(path, form, **typed).status_code in (302, 303)
    assert case.record().last_seq > events


def test_somebody_elses_form_cannot_be_sent_after_them(app: Flask, database: Database, clock) -> None:
    case = builders.a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path, typed = a_hold(case)
    form = browser.get(path)
    clock(PAUSE)
    browser.sign_in("team_manager")
    assert browser.send(path, form, **typed).status_code == 400


def test_without_its_token_nothing_is_kept(app: Flask, database: Database, clock) -> None:
    case = builders.a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path, typed = a_hold(case)
    clock(PAUSE)
    assert browser.client.post(path, data=typed).status_code == 400
    assert browser.client.post(path, data={**typed, "csrf_token": "made-up"}).status_code == 400
    assert kept(database) == []


def test_somebody_who_left_keeps_nothing(app: Flask, database: Database) -> None:
    case = builders.a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path, typed = a_hold(case)
    form = browser.get(path)
    with database.write() as session:
        session.execute(sa.update(User).where(User.name == "Alex Example").values(active=False))
    assert browser.send(path, form, **typed).headers["Location"] == "/sign-in"
    assert kept(database) == []


def test_files_are_named_as_missing_and_passwords_are_not_kept(app: Flask, database: Database, clock) -> None:
    case = builders.a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path, typed = a_hold(case)
    form = browser.get(path)
    clock(PAUSE)
    browser.send(path, form, **typed, password="not to be kept", paper=(io.BytesIO(b"%PDF"), "letter.pdf"))
    held = drafts.values_of(kept(database)[0])
    assert held["files"] == ["paper"]
    assert "password" not in held["answers"] and "csrf_token" not in held["answers"]
    browser.sign_in("case_manager")
    assert "Files could not be kept: choose them again" in browser.get(KEPT).text


def test_what_was_kept_can_be_thrown_away(app: Flask, database: Database, clock) -> None:
    case = builders.a_review(database, "evidence")
    browser = signed_in(app, "case_manager")
    path, typed = a_hold(case)
    form = browser.get(path)
    clock(PAUSE)
    browser.send(path, form, **typed)
    browser.sign_in("case_manager")
    assert "A form was kept for you" in browser.get("/me").text
    sent(browser.client, f"{KEPT}/{kept(database)[0].id}/let-go", browser.get(KEPT))
    assert kept(database)[0].sealed is None


def test_a_page_keeps_its_form_just_before_the_end_without_staying_alive(manager: Browser, clock, database) -> None:
    page = manager.get("/reviews")
    clock("2026-08-03T09:59")
    fields = {"_page": "/records/A-1/do/x?y=1", "_action": "/records/A-1/do/x", "reason": "Half a senten"}
    assert sent(manager.client, f"{KEPT}/keep", page, **fields).status_code == 204
    (draft,) = kept(database)
    assert draft.path == "/records/A-1/do/x?y=1"
    assert drafts.values_of(draft)["answers"] == {"reason": ["Half a senten"]}
    clock("2026-08-03T10:01")
    assert manager.get("/reviews").status_code == 302, "no sign of somebody there"


def test_the_way_back_of_a_kept_form_stays_on_this_service(manager: Browser, database: Database) -> None:
    fields = {"_page": "https://elsewhere.example/a", "_action": "//elsewhere.example/b", "reason": "Words"}
    sent(manager.client, f"{KEPT}/keep", manager.get("/reviews"), **fields)
    assert "elsewhere" not in kept(database)[0].path
