"""Authenticator apps and recovery codes: of whom they are asked, wrong ones, used ones, and beginning afresh."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from dardr.casework.sign_ins import TRIES
from dardr.cli import main
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import AdminEvent, User
from dardr.web.accounts import REFUSED
from tests import builders
from tests.web.conftest import PASSWORD, Browser, application, signed_in
from tests.web.second_factors import code, in_earnest, recovery_codes, sent, set_up


def row(database: Database, person: str) -> User:
    with database.read() as session:
        return session.scalars(sa.select(User).where(User.email == builders.address(person))).one()


def again(app: Flask, person: str, password: str = PASSWORD) -> Browser:
    """Another browser, in which address and password were given."""
    browser = Browser(app.test_client())
    browser.sign_in(person, password)
    return browser


def give_code(browser: Browser, given: str) -> str:
    """Send a code; the address to which it leads, or the page that refuses it."""
    answer = sent(browser.client, "/sign-in/code", browser.get("/sign-in/code"), code=given)
    return answer.headers.get("Location", answer.text)


@pytest.mark.parametrize("person", ["case_manager", "team_manager", "administrator"])
def test_roles_that_see_identities_set_it_up_before_anything_else(
    either_database: Database, tmp_path: Path, person: str
) -> None:
    app = application(either_database, tmp_path)
    in_earnest(either_database)
    browser = Browser(app.test_client())
    assert browser.sign_in(person).headers["Location"] == "/me/second-factor"
    assert browser.get("/reviews").headers["Location"].startswith("/sign-in")
    assert "a password alone does not let you in" in browser.get("/me/second-factor").text
    key = set_up(browser)
    assert browser.get("/reviews").headers["Location"] == "/me/recovery-codes"
    assert len(recovery_codes(browser)) == 10
    assert browser.get("/reviews").status_code == 200
    stored = row(either_database, person)
    assert key not in str(stored.tf_totp_secret), "the secret is kept encrypted"

    later = again(app, person)
    assert later.get("/reviews").headers["Location"].startswith("/sign-in")
    assert give_code(later, code(key, 30)) == "/"
    assert later.get("/reviews").status_code == 200


@pytest.mark.parametrize("person", ["auditor", "agency_contact"])
def test_it_is_offered_to_everybody_else(app: Flask, database: Database, person: str) -> None:
    in_earnest(database)
    browser = signed_in(app, person)
    assert "Set up" in browser.get("/me").text
    key = set_up(browser)
    assert give_code(again(app, person), code(key, 30)) == "/"
    page = browser.get("/me/second-factor")
    assert "Stop asking for a code" in page.text
    sent(browser.client, "/me/second-factor", page, setup="disable")
    assert again(app, person).get("/me").status_code == 200


def test_a_role_that_asks_for_it_asks_with_the_next_page(app: Flask, database: Database) -> None:
    in_earnest(database)
    browser = signed_in(app, "auditor")
    assert browser.get("/reviews").status_code == 200
    with database.write() as session:
        session.execute(sa.text("update user_role set role='team_manager' where role='auditor'"))
    assert browser.get("/reviews").headers["Location"] == "/me/second-factor"


def test_whoever_must_have_it_cannot_stop_it(app: Flask, database: Database) -> None:
    in_earnest(database)
    browser = Browser(app.test_client())
    browser.sign_in("case_manager")
    set_up(browser)
    page = browser.get("/me/second-factor")
    assert "Stop asking for a code" not in page.text
    sent(browser.client, "/me/second-factor", page, setup="disable")
    assert row(database, "case_manager").tf_totp_secret is not None


def test_offered_only_where_the_setting_says_so(database: Database, tmp_path: Path) -> None:
    in_earnest(database)
    app = application(database, tmp_path, second_factor="offered")
    assert signed_in(app, "case_manager").get("/reviews").status_code == 200


def test_the_page_of_the_code_is_of_no_use_without_a_password(anyone: Browser) -> None:
    for path in ("/sign-in/code", "/sign-in/recovery-code", "/me/second-factor"):
        assert anyone.get(path).headers["Location"] == "/sign-in"
    assert anyone.get("/sign-in/which").status_code == 404


def test_a_code_works_once(app: Flask) -> None:
    key = set_up(signed_in(app, "case_manager"))
    used = code(key, 30)
    assert give_code(again(app, "case_manager"), used) == "/"
    assert "was used before" in give_code(again(app, "case_manager"), used)


def test_wrong_codes_lock_the_account_like_wrong_passwords(app: Flask, clock) -> None:
    key = set_up(signed_in(app, "case_manager"))
    for _ in range(TRIES):
        assert "This code is not right" in give_code(again(app, "case_manager"), "000000")
    assert REFUSED in Browser(app.test_client()).sign_in("case_manager").text
    clock("2026-08-03T09:16")
    assert give_code(again(app, "case_manager"), code(key, 30)) == "/"


def test_the_right_code_is_refused_while_the_account_waits(app: Flask) -> None:
    key = set_up(signed_in(app, "case_manager"))
    waiting = again(app, "case_manager")
    for _ in range(TRIES):
        Browser(app.test_client()).sign_in("case_manager", "wrong, wrong, wrong")
    assert REFUSED in give_code(waiting, code(key, 30))


def test_a_recovery_code_works_once_and_wrong_ones_are_counted(app: Flask, database: Database) -> None:
    browser = signed_in(app, "case_manager")
    set_up(browser)
    first, *_ = recovery_codes(browser)
    assert first not in str(row(database, "case_manager").recovery_codes), "codes are kept encrypted"

    def give(typed: str) -> str:
        other = again(app, "case_manager")
        answer = sent(other.client, "/sign-in/recovery-code", other.get("/sign-in/recovery-code"), code=typed)
        return answer.headers.get("Location", answer.text)

    assert give(f" {first.upper()} ") == "/"
    assert len(row(database, "case_manager").recovery_codes or []) == 9
    assert "not one of your recovery codes" in give(first)
    for _ in range(TRIES - 1):
        give("0000-0000-0000")
    assert row(database, "case_manager").locked_until is not None


def test_an_administrator_begins_somebody_afresh(app: Flask, database: Database) -> None:
    browser = signed_in(app, "case_manager")
    set_up(browser)
    number = row(database, "case_manager").id
    administrator = signed_in(app, "administrator")
    page = administrator.get("/administration/sessions")
    assert "Alex Example" in page.text
    sent(administrator.client, f"/administration/sessions/{number}/reset-second-factor", page)
    assert row(database, "case_manager").tf_totp_secret is None
    assert browser.get("/reviews").status_code == 302, "signed out"
    assert signed_in(app, "case_manager").get("/reviews").status_code == 200
    with database.read() as session:
        logged = session.scalars(sa.select(AdminEvent).where(AdminEvent.what == "second_factor_reset")).one()
        mail = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient.like("case.manager%"))).all()
    assert (logged.actor_name, logged.subject) == ("Harper Example", "Alex Example")
    assert "An administrator reset your second factor" in mail[-1].text


def test_a_team_manager_does_not(app: Flask, database: Database) -> None:
    set_up(signed_in(app, "case_manager"))
    manager = signed_in(app, "team_manager")
    page = manager.get("/administration/sessions")
    path = f"/administration/sessions/{row(database, 'case_manager').id}/reset-second-factor"
    assert sent(manager.client, path, page).status_code == 403
    assert row(database, "case_manager").tf_totp_secret is not None


def test_the_command_line_begins_somebody_afresh(app: Flask, database: Database, monkeypatch) -> None:
    set_up(signed_in(app, "case_manager"))
    monkeypatch.setenv("DARDR_DATABASE_URL", database.url)
    said = CliRunner().invoke(main, ["user", "reset-second-factor", builders.address("case_manager")])
    assert (said.exit_code, "Alex Example" in said.output) == (0, True), said.output
    assert row(database, "case_manager").tf_totp_secret is None
    again_ = CliRunner().invoke(main, ["user", "reset-second-factor", builders.address("case_manager")])
    assert again_.exit_code == 1


def test_a_recovery_code_sent_twice_at_once_lets_one_in(either_database: Database, tmp_path: Path) -> None:
    app = application(either_database, tmp_path)
    browser = signed_in(app, "case_manager")
    set_up(browser)
    first, *_ = recovery_codes(browser)
    both = [again(app, "case_manager") for _ in range(2)]
    pages = [one.get("/sign-in/recovery-code") for one in both]
    together = threading.Barrier(2)

    def give(number: int) -> int:
        together.wait(10)
        return sent(both[number].client, "/sign-in/recovery-code", pages[number], code=first).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give, range(2))) == [200, 302]


def test_the_way_of_signing_in_is_changed_only_soon_after_the_password(app: Flask) -> None:
    browser = signed_in(app, "auditor")
    assert browser.get("/me/passkeys").status_code == 200
    with browser.client.session_transaction() as cookie:
        cookie["fs_paa"] -= 3600
        cookie.pop("fs_gexp", None)
    assert browser.get("/me/passkeys").headers["Location"] == "/sign-in/again?next=/me/passkeys"
    page = browser.get("/sign-in/again?next=/me/passkeys")
    wrong = sent(browser.client, "/sign-in/again?next=/me/passkeys", page, password="wrong, wrong, wrong")
    assert REFUSED in wrong.text
    right = sent(browser.client, "/sign-in/again?next=/me/passkeys", page, password=PASSWORD)
    assert right.headers["Location"] == "/me/passkeys"
    assert browser.get("/me/passkeys").status_code == 200


def test_a_locked_account_is_on_the_log_of_administration(app: Flask, database: Database) -> None:
    for _ in range(TRIES):
        Browser(app.test_client()).sign_in("case_manager", "wrong, wrong, wrong")
    with database.read() as session:
        (logged,) = session.scalars(sa.select(AdminEvent).where(AdminEvent.what == "account_locked"))
    assert (logged.subject, logged.details) == ("Alex Example", {"after_wrong": "password"})
