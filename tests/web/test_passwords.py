"""Choosing a password: with the one until now, or by a link in an e-mail that works once and for a day."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from itsdangerous import TimestampSigner

from dardr.casework.sign_ins import TRIES
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from tests import builders
from tests.web.conftest import PASSWORD, Browser, application, signed_in, token
from tests.web.second_factors import sent

NEW = "four quite ordinary words"
PAGE = "/sign-in/password"


def mails(database: Database) -> list[OutboxMessage]:
    with database.read() as session:
        return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def ask(app: Flask, person: str, **headers: str) -> str:
    """Ask for a link; the words of the page that answers."""
    client = app.test_client()
    page = client.get(PAGE, headers=headers)
    answer = client.post(PAGE, data={"csrf_token": token(page), "email": builders.address(person)}, headers=headers)
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>|\s+", " ", answer.text.replace(builders.address(person), "")).strip()


def link_in(mail: OutboxMessage) -> str:
    """The path of the link."""
    found = re.search(r"http://127\.0\.0\.1:8000(/sign-in/password/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def choose(app: Flask, link: str, password: str = NEW) -> tuple[int, str]:
    """Open a link and choose a password: the status, and where it leads or what is said."""
    browser = Browser(app.test_client())
    page = browser.get(link)
    if page.status_code != 200:
        return page.status_code, browser.get(page.headers["Location"]).text
    answer = sent(browser.client, link, page, password=password, password_confirm=password)
    return answer.status_code, answer.headers.get("Location", answer.text)


def test_a_link_by_e_mail_chooses_a_new_password_once(either_database: Database, tmp_path: Path) -> None:
    app = application(either_database, tmp_path)
    before = signed_in(app, "case_manager")
    assert "an e-mail with a link is on its way" in ask(app, "case_manager")
    (mail,) = mails(either_database)
    assert mail.recipient == builders.address("case_manager")
    assert mail.subject == "Your account: choose a new password"
    link = link_in(mail)
    assert choose(app, link, "too short")[0] == 200
    assert choose(app, link) == (302, "/sign-in")
    assert before.get("/reviews").status_code == 302, "signed out everywhere"
    assert Browser(app.test_client()).sign_in("case_manager").status_code == 200, "the old one is of no use"
    assert Browser(app.test_client()).sign_in("case_manager", NEW).status_code == 302
    status, said = choose(app, link, "another one, another one")
    assert (status, "used already" in said) == (302, True)
    assert "Your password was changed" in mails(either_database)[-1].text


def test_the_answer_is_the_same_for_an_address_nobody_has(app: Flask, database: Database) -> None:
    known = ask(app, "case_manager")
    with database.write() as session:
        session.execute(sa.update(User).where(User.name == "Casey Example").values(active=False))
    assert ask(app, "nobody_at_all") == known
    assert ask(app, "team_manager") == known, "nor for somebody who left"
    assert len(mails(database)) == 1


def test_a_link_is_of_no_use_to_a_leaver(app: Flask, database: Database) -> None:
    ask(app, "case_manager")
    with database.write() as session:
        session.execute(sa.update(User).where(User.name == "Alex Example").values(active=False))
    status, said = choose(app, link_in(mails(database)[0]))
    assert (status, "Ask for another" in said) == (302, True)


def test_a_link_works_for_a_day(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(app, "case_manager")
    link, seconds = link_in(mails(database)[0]), TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: seconds(signer) + 24 * 3600 + 60)
    assert choose(app, link)[1].count("older than 24 hours") == 1
    monkeypatch.undo()
    assert choose(app, link) == (302, "/sign-in")


def test_a_forged_link_is_refused(app: Flask, database: Database) -> None:
    ask(app, "case_manager")
    link = link_in(mails(database)[0])
    assert choose(app, link[:-3] + "abc")[0] == 302
    assert choose(app, f"{PAGE}/nonsense")[0] == 302


def test_the_link_begins_with_our_own_address_whatever_the_request_says(app: Flask, database: Database) -> None:
    ask(app, "case_manager", Host="elsewhere.example")
    assert "elsewhere" not in mails(database)[0].text + mails(database)[0].html


def test_a_link_helps_somebody_whose_account_waits(app: Flask, database: Database) -> None:
    for _ in range(TRIES):
        Browser(app.test_client()).sign_in("case_manager", "wrong, wrong, wrong")
    ask(app, "case_manager")
    assert choose(app, link_in(mails(database)[0])) == (302, "/sign-in")
    assert Browser(app.test_client()).sign_in("case_manager", NEW).status_code == 302


def test_a_first_password_is_chosen_by_a_link_that_an_administrator_sends(app: Flask, database: Database) -> None:
    with database.write() as session:
        session.execute(sa.update(User).where(User.name == "Alex Example").values(password=None))
        number = session.scalars(sa.select(User.id).where(User.name == "Alex Example")).one()
    administrator = signed_in(app, "administrator")
    page = administrator.get(f"/administration/people/{number}")
    assert "Send a link to choose a password" in page.text
    sent(administrator.client, f"/administration/sessions/{number}/password-link", page)
    (mail,) = mails(database)
    assert "An account was made for you in the service where" in mail.text
    assert choose(app, link_in(mail)) == (302, "/sign-in")
    assert Browser(app.test_client()).sign_in("case_manager", NEW).status_code == 302


def test_changing_it_needs_the_one_until_now(app: Flask, database: Database) -> None:
    manager, elsewhere = signed_in(app, "case_manager"), signed_in(app, "case_manager")

    def change(old: str, new: str = NEW, again: str = "") -> str:
        page = manager.get("/me/password")
        given = {"password": old, "new_password": new, "new_password_confirm": again or new}
        answer = sent(manager.client, "/me/password", page, **given)
        return answer.headers.get("Location", answer.text)

    assert "This is not your password" in change("not it, not it")
    assert "at least 12 characters" in change(PASSWORD, "short")
    assert "are not the same" in change(PASSWORD, NEW, "something else entirely")
    assert "Choose another password" in change(PASSWORD, PASSWORD)
    assert change(PASSWORD) == "/me"
    assert "Your password is changed" in manager.get("/me").text
    assert elsewhere.get("/reviews").status_code == 302
    assert Browser(app.test_client()).sign_in("case_manager", NEW).status_code == 302
    assert "Your password was changed" in mails(database)[-1].text


def test_somebody_at_a_screen_left_open_cannot_try_at_leisure(app: Flask) -> None:
    manager = signed_in(app, "case_manager")
    said = ""
    for number in range(TRIES + 1):
        page = manager.get("/me/password")
        given = {"password": f"guess number {number}", "new_password": NEW, "new_password_confirm": NEW}
        said = sent(manager.client, "/me/password", page, **given).text
    assert "too many tries" in said


def test_a_link_needs_a_form_to_be_asked_for(anyone: Browser) -> None:
    assert anyone.client.post(PAGE, data={"email": builders.address("case_manager")}).status_code == 400
