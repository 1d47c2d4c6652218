"""Signing in and out: argon2, one sentence for every refusal, lock-out in the database, sessions that end."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from dardr.casework.passwords import hashed
from dardr.casework.sign_ins import TRIES
from dardr.storage.engine import Database
from dardr.storage.people import User
from dardr.web.accounts import REFUSED
from tests import builders
from tests.web.conftest import PASSWORD, Browser, application, signed_in, token


def row(database: Database, person: str) -> User:
    with database.read() as session:
        return session.scalars(sa.select(User).where(User.email == builders.address(person))).one()


def test_signing_in_leads_to_my_work_and_is_remembered(app: Flask, database: Database) -> None:
    browser = Browser(app.test_client())
    assert browser.get("/reviews").headers["Location"] == "/sign-in?next=/reviews"
    answer = browser.sign_in("case_manager")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "<h1" in (first := browser.get("/").text) and "My work" in first
    assert re.search(r'Signed in as <a [^>]*href="/me">Alex Example</a>', browser.get("/reviews").text)
    assert row(database, "case_manager").last_sign_in_at is not None


@pytest.mark.parametrize("person", ["agency_contact", "steering_member", "csp_member", "police_liaison", "auditor"])
def test_the_first_page_is_one_that_everybody_may_see(app: Flask, person: str) -> None:
    answer = signed_in(app, person).get("/")
    assert answer.status_code == 200 or not answer.headers["Location"].startswith("/sign-in")


def test_the_same_on_both_databases(either_database: Database, tmp_path: Path) -> None:
    browser = signed_in(application(either_database, tmp_path), "case_manager")
    assert browser.get("/reviews").status_code == 200


def test_an_address_is_read_without_its_case(anyone: Browser) -> None:
    page = anyone.get("/sign-in")
    answer = anyone.send("/sign-in", page, email="Case.Manager@Mereshire.example", password=PASSWORD)
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("person", "password"), [("case_manager", "not the password"), ("nobody_at_all", PASSWORD), ("case_manager", "")]
)
def test_every_refusal_reads_the_same(anyone: Browser, person: str, password: str) -> None:
    answer = anyone.sign_in(person, password)
    assert answer.status_code == 200
    assert REFUSED in answer.text
    assert "Error: Sign in" in answer.text


def test_somebody_without_access_any_more_cannot_sign_in(anyone: Browser, database: Database) -> None:
    with database.write() as session:
        session.execute(sa.update(User).where(User.name == "Alex Example").values(active=False))
    assert REFUSED in anyone.sign_in("case_manager").text


def test_the_command_line_s_own_person_cannot_sign_in(anyone: Browser, database: Database) -> None:
    with database.write() as session:
        operator = builders.actor(session, "operator")
        session.execute(sa.update(User).where(User.id == operator.id).values(password=hashed(PASSWORD)))
    page = anyone.get("/sign-in")
    assert REFUSED in anyone.send("/sign-in", page, email=operator.email, password=PASSWORD).text


def test_taking_access_away_ends_a_session(manager: Browser, database: Database) -> None:
    with database.write() as session:
        session.execute(sa.update(User).where(User.name == "Alex Example").values(active=False))
    assert manager.get("/reviews").status_code == 302


def test_an_account_waits_after_several_wrong_tries(app: Flask, database: Database, clock) -> None:
    for _ in range(TRIES):
        assert REFUSED in Browser(app.test_client()).sign_in("case_manager", "wrong, wrong, wrong").text
    assert row(database, "case_manager").locked_until is not None
    assert REFUSED in Browser(app.test_client()).sign_in("case_manager").text, "the right password, too early"
    assert Browser(app.test_client()).sign_in("team_manager").status_code == 302, "nobody else waits"
    clock("2026-08-03T09:16")
    assert Browser(app.test_client()).sign_in("case_manager").status_code == 302
    assert row(database, "case_manager").locked_until is None


def test_wrong_tries_are_counted_in_the_database_and_forgotten_by_success(app: Flask, database: Database) -> None:
    Browser(app.test_client()).sign_in("case_manager", "wrong, wrong, wrong")
    assert row(database, "case_manager").failed_sign_ins == 1
    signed_in(app, "case_manager")
    assert row(database, "case_manager").failed_sign_ins == 0


def test_a_session_ends_after_twelve_hours(manager: Browser, clock) -> None:
    for hour in range(10, 21):
        clock(f"2026-08-03T{hour}:00")
        assert manager.get("/reviews").status_code == 200
    clock("2026-08-03T20:59")
    assert manager.get("/reviews").status_code == 200
    clock("2026-08-03T21:01")
    assert manager.get("/reviews").status_code == 302


def test_signing_out_needs_a_form(manager: Browser) -> None:
    assert manager.get("/sign-out").status_code == 405
    assert manager.get("/reviews").status_code == 200
    assert manager.send("/sign-out", manager.get("/reviews")).status_code == 302
    assert manager.get("/reviews").status_code == 302


def test_a_form_without_its_token_is_refused(manager: Browser) -> None:
    answer = manager.client.post("/open/dardr-s9", data={})
    assert answer.status_code == 400
    assert "load the page again" in answer.text


def test_the_way_back_stays_on_this_service(anyone: Browser) -> None:
    page = anyone.get("/sign-in?next=https://elsewhere.example/")
    answer = anyone.send(
        "/sign-in?next=https://elsewhere.example/", page, email=builders.address("case_manager"), password=PASSWORD
    )
    assert not answer.headers.get("Location", "").startswith("https://elsewhere")


ELSEWHERE = (
    "https://elsewhere.example/", "//elsewhere.example", "///elsewhere.example", "/\\\\elsewhere.example",
    "\\\\elsewhere.example", " //elsewhere.example", "%20//elsewhere.example", "javascript:alert(1)",
    "https:elsewhere.example", "http://localhost@elsewhere.example/", "/%09/elsewhere.example",
)  # fmt: skip


@pytest.mark.parametrize("place", ["query", "field"])
@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_leads_nobody_elsewhere(anyone: Browser, address: str, place: str) -> None:
    page = anyone.client.get("/sign-in", query_string={"next": address})
    kept = re.search(r'action="/sign-in\?next=([^"]*)"', page.text)
    assert kept is None or re.fullmatch(r"/[^/].*", kept[1]), "only an address of this service is carried on"
    given = {"csrf_token": token(page), "email": builders.address("case_manager"), "password": PASSWORD}
    answer = anyone.client.post(
        "/sign-in",
        data=given if place == "query" else {**given, "next": address},
        query_string={"next": address} if place == "query" else None,
    )
    leads = urljoin("http://localhost/sign-in", answer.headers.get("Location", "/"))
    assert leads.startswith("http://localhost/"), leads
    assert answer.status_code == 302 or "elsewhere" not in answer.text


def test_a_hundred_wrong_passwords(database: Database, tmp_path: Path, clock) -> None:
    """From many addresses, so that the brake on one address is not what is seen."""
    app = application(database, tmp_path, proxies=1)

    def tried(password: str, address: str) -> TestResponse:
        client, forwarded = app.test_client(), {"X-Forwarded-For": address}
        page = client.get("/sign-in", headers=forwarded)
        given = {"csrf_token": token(page), "email": builders.address("case_manager"), "password": password}
        return client.post("/sign-in", data=given, headers=forwarded)

    for number in range(100):
        answer = tried(f"wrong password {number}", f"192.0.2.{number}")
        assert answer.status_code == 200
        assert REFUSED in answer.text
    assert REFUSED in tried(PASSWORD, "198.51.100.1").text, "the right one, while the account waits"
    clock("2026-08-03T09:16")
    assert tried(PASSWORD, "198.51.100.1").status_code == 302


def test_headers_of_a_page(anyone: Browser) -> None:
    answer = anyone.get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "'unsafe" not in policy
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


def test_cookies_are_secure_where_the_service_is(database: Database, tmp_path: Path) -> None:
    app = application(database, tmp_path, base_url="https://reviews.example")
    answer = app.test_client().get("/sign-in", base_url="https://reviews.example")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_short_password_is_not_kept() -> None:
    with pytest.raises(ValueError, match="at least 12"):
        hashed("too short")
    assert hashed(PASSWORD).startswith("$argon2")


def test_an_older_hash_is_made_anew_at_the_next_sign_in(app: Flask, database: Database) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with database.write() as session:
        session.execute(sa.update(User).values(password=weak))
    signed_in(app, "case_manager")
    assert row(database, "case_manager").password != weak
    assert row(database, "team_manager").password == weak
    signed_in(app, "case_manager")


def test_too_many_tries_from_one_address_are_slowed(app: Flask) -> None:
    browser = Browser(app.test_client())
    page = browser.get("/sign-in")
    answers = [browser.send("/sign-in", page, email=f"x{n}@y.example").status_code for n in range(31)]
    assert answers[:30] == [200] * 30
    assert answers[30] == 429


def slowed(app: Flask, forwarded: str) -> bool:
    """Whether 31 tries are too many when each says that it was forwarded for another address."""
    browser = Browser(app.test_client())
    page = browser.get("/sign-in")
    hidden = {"csrf_token": token(page), "email": "x@y.example", "password": "wrong"}
    codes = [
        browser.client.post("/sign-in", data=hidden, headers={"X-Forwarded-For": forwarded.format(n=n)}).status_code
        for n in range(31)
    ]
    assert set(codes[:30]) == {200}
    return codes[30] == 429


def test_behind_a_trusted_proxy_each_address_counts_by_itself(database: Database, tmp_path: Path) -> None:
    assert not slowed(application(database, tmp_path, proxies=1), "192.0.2.{n}")
    assert slowed(application(database, tmp_path, proxies=1), "192.0.2.{n}, 198.51.100.7")
    assert not slowed(application(database, tmp_path, proxies=2), "192.0.2.{n}, 198.51.100.7")
    assert slowed(application(database, tmp_path), "192.0.2.{n}")


def test_behind_a_trusted_proxy_forms_are_sent_over_tls(database: Database, tmp_path: Path) -> None:
    app = application(database, tmp_path, proxies=1, base_url="https://reviews.example")
    client, forwarded = app.test_client(), {"X-Forwarded-Proto": "https", "Host": "reviews.example"}
    page = client.get("/sign-in", headers=forwarded)
    given = {"csrf_token": token(page), "email": builders.address("case_manager"), "password": PASSWORD}
    refused = client.post("/sign-in", data=given, headers={**forwarded, "Referer": "https://elsewhere.example/"})
    assert refused.status_code == 400
    answer = client.post("/sign-in", data=given, headers={**forwarded, "Referer": "https://reviews.example/sign-in"})
    assert answer.status_code == 302
