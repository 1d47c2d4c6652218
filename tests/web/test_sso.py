"""Signing in with a work account: a real provider on this machine, asked over HTTP, honest and forged."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dardr.errors import Conflict
from dardr.storage.engine import Database
from dardr.storage.people import AdminEvent, User, UserRole
from dardr.web.accounts import sso
from tests import builders
from tests.ports import free_port
from tests.web.conftest import Browser, application
from tests.web.second_factors import in_earnest
from workflows.definition import Role

STARTS_WITHIN = 30.0
ALEX = "alex-at-the-council"


@contextmanager
def provider(*options: str) -> Iterator[str]:
    """A provider in a process of its own; its address."""
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        until = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=2).close()
                break
            except OSError:
                assert time.monotonic() < until and child.poll() is None, "The provider did not start."
                time.sleep(0.2)
        yield address
    finally:
        child.terminate()
        child.wait(20)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """One honest provider for the module."""
    with provider() as address:
        yield address


def known_there(issuer: str, sub: str, **claims: Any) -> None:
    """Somebody has an account of the provider."""
    assert requests.put(f"{issuer}/users/{sub}", json=claims, timeout=10).status_code == 204


def with_sso(database: Database, folder: Path, issuer: str, **settings: object) -> Flask:
    given = {
        "oidc_issuer": issuer,
        "oidc_client_id": "dardr",
        "oidc_client_secret": "of a test",
        "oidc_name": "your council account",
        "base_url": "http://localhost",
        **settings,
    }
    return application(database, folder, **given)


def go_there(client: FlaskClient, sub: str, start: str = "/sign-in/with") -> str:
    """Begin here, say there who one is; the address to which the provider sends the browser back."""
    leads = client.get(start)
    assert leads.status_code == 302, leads.text
    answer = requests.post(leads.headers["Location"], data={"sub": sub}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert parts.path == "/sign-in/with/back"
    return f"{parts.path}?{parts.query}"


def come_in(client: FlaskClient, sub: str, start: str = "/sign-in/with") -> TestResponse:
    return client.get(go_there(client, sub, start))


def person(database: Database, key: str = "case_manager") -> User:
    with database.read() as session:
        return session.scalars(sa.select(User).where(User.email == builders.address(key))).one()


def roles(database: Database, email: str) -> set[str]:
    with database.read() as session:
        return set(
            session.scalars(sa.select(UserRole.role).join(User, User.id == UserRole.user_id).where(User.email == email))
        )


def logged(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(sa.select(AdminEvent.what).order_by(AdminEvent.id)))


# --- honest -----------------------------------------------------------------------------------------------


def test_the_first_time_joins_the_account_with_that_verified_address(
    either_database: Database, tmp_path: Path, issuer: str
) -> None:
    app = with_sso(either_database, tmp_path, issuer)
    known_there(issuer, ALEX, email="Case.Manager@mereshire.example", email_verified=True, name="Alex")
    client = app.test_client()
    assert "Sign in with your council account" in client.get("/sign-in").text
    answer = come_in(client, ALEX, "/sign-in/with?next=/deadlines")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/deadlines")
    assert client.get("/reviews").status_code == 200
    assert person(either_database).sso_subject == f"{issuer}|{ALEX}"
    assert "sso_joined" in logged(either_database)
    assert "with your work account" in client.get("/me").text
    known_there(issuer, ALEX, email="alex.new.address@mereshire.example", email_verified=True)
    assert come_in(app.test_client(), ALEX).headers["Location"] == "/", "the number counts, not the address"


def test_the_browser_is_sent_with_state_nonce_and_a_challenge(database: Database, tmp_path: Path, issuer: str) -> None:
    sent = with_sso(database, tmp_path, issuer).test_client().get("/sign-in/with").headers["Location"]
    asked = parse_qs(urlsplit(sent).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["code_challenge"][0]
    assert asked["state"][0] and asked["nonce"][0] and asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == ["http://localhost/sign-in/with/back"]


def test_an_address_that_is_not_verified_joins_nothing(database: Database, tmp_path: Path, issuer: str) -> None:
    app = with_sso(database, tmp_path, issuer)
    known_there(issuer, "unverified", email=builders.address("case_manager"), email_verified=False)
    answer = come_in(app.test_client(), "unverified")
    assert (answer.status_code, sso.STRANGER in answer.text) == (403, True)
    assert person(database).sso_subject is None


def test_a_setting_trusts_the_addresses_of_a_provider_that_does_not_say(
    database: Database, tmp_path: Path, issuer: str
) -> None:
    app = with_sso(database, tmp_path, issuer, oidc_trust_email=True)
    known_there(issuer, "entra", preferred_username=builders.address("case_manager"))
    assert come_in(app.test_client(), "entra").status_code == 302
    assert person(database).sso_subject == f"{issuer}|entra"


def test_a_stranger_gets_no_account(database: Database, tmp_path: Path, issuer: str) -> None:
    app = with_sso(database, tmp_path, issuer)
    known_there(issuer, "stranger", email="stranger@mereshire.example", email_verified=True, roles=["team"])
    answer = come_in(app.test_client(), "stranger")
    assert (answer.status_code, sso.STRANGER in answer.text) == (403, True)
    assert roles(database, "stranger@mereshire.example") == set()


def test_roles_follow_the_claim_and_leave_with_it(database: Database, tmp_path: Path, issuer: str) -> None:
    app = with_sso(
        database, tmp_path, issuer, oidc_roles_claim="groups", oidc_roles="team=case_manager, heads=team_manager"
    )
    email = "newcomer@mereshire.example"
    who = {"email": email, "email_verified": True, "name": "Newcomer Example"}
    known_there(issuer, "newcomer", **who, groups=["team", "heads", "canteen"])
    client = app.test_client()
    assert come_in(client, "newcomer").status_code == 302
    assert client.get("/reviews").status_code == 200
    assert roles(database, email) == {"case_manager", "team_manager"}
    with database.write() as session:  # a role that the mapping does not speak of is nobody's business there
        number = session.scalars(sa.select(User.id).where(User.email == email)).one()
        session.add(UserRole(user_id=number, role=str(Role.AUDITOR)))
    known_there(issuer, "newcomer", **who, groups=["team"])
    assert come_in(app.test_client(), "newcomer").status_code == 302
    assert roles(database, email) == {"case_manager", "auditor"}
    assert logged(database)[-4:] == ["sso_joined", "role_given", "role_given", "role_taken"]


@pytest.mark.parametrize("text", ["team", "team=", "=auditor", "team=chief", "team=panel_member"])
def test_a_mapping_that_is_not_understood_stops_the_start(text: str) -> None:
    with pytest.raises(Conflict, match="DARDR_OIDC_ROLES"):
        sso.mapped(text)


def test_an_issuer_alone_stops_the_start(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="DARDR_OIDC_CLIENT_ID"):
        application(database, tmp_path, oidc_issuer="https://login.example")


def test_a_leaver_is_refused(database: Database, tmp_path: Path, issuer: str) -> None:
    app = with_sso(database, tmp_path, issuer, oidc_roles="team=case_manager")
    known_there(issuer, ALEX, email=builders.address("case_manager"), email_verified=True, roles=["team"])
    assert come_in(app.test_client(), ALEX).status_code == 302
    with database.write() as session:
        session.execute(sa.update(User).where(User.name == "Alex Example").values(active=False))
    answer = come_in(app.test_client(), ALEX)
    assert (answer.status_code, sso.NO_ACCESS in answer.text) == (403, True)


def test_a_second_factor_is_asked_here_unless_the_provider_is_said_to_ask(
    database: Database, tmp_path: Path, issuer: str
) -> None:
    in_earnest(database)
    known_there(issuer, ALEX, email=builders.address("case_manager"), email_verified=True)
    here = with_sso(database, tmp_path, issuer).test_client()
    assert come_in(here, ALEX).headers["Location"] == "/me/second-factor"
    assert here.get("/reviews").status_code == 302
    there = with_sso(database, tmp_path, issuer, oidc_second_factor="provider").test_client()
    assert come_in(there, ALEX).headers["Location"] == "/"
    assert there.get("/reviews").status_code == 200
    known_there(issuer, ALEX, email=builders.address("case_manager"), email_verified=True, amr=["pwd", "mfa"])
    said = with_sso(database, tmp_path, issuer).test_client()
    assert come_in(said, ALEX).headers["Location"] == "/"
    assert said.get("/reviews").status_code == 200


# --- forged -----------------------------------------------------------------------------------------------


@pytest.fixture
def app(database: Database, tmp_path: Path, issuer: str) -> Flask:
    known_there(issuer, ALEX, email=builders.address("case_manager"), email_verified=True)
    return with_sso(database, tmp_path, issuer)


def refused(client: FlaskClient, answer: TestResponse, sentence: str = sso.FAILED) -> None:
    assert (answer.status_code, sentence in answer.text) == (403, True), answer.text
    assert client.get("/reviews").status_code == 302


def test_somebody_elses_state(app: Flask) -> None:
    """A link that signs another person in as oneself: their browser never asked."""
    link = go_there(app.test_client(), ALEX)
    other = app.test_client()
    refused(other, other.get(link))
    client = app.test_client()
    refused(client, client.get(go_there(client, ALEX).replace("state=", "state=x")))


def test_another_nonce(app: Flask) -> None:
    client = app.test_client()
    link = go_there(client, ALEX)
    with client.session_transaction() as cookie:
        (key,) = [key for key in cookie if key.startswith("_state_dardr_")]
        cookie[key] = {**cookie[key], "data": {**cookie[key]["data"], "nonce": "another"}}
    refused(client, client.get(link))


def test_a_code_used_twice_or_made_up(app: Flask) -> None:
    client = app.test_client()
    link = go_there(client, ALEX)
    assert client.get(link).status_code == 302
    second = app.test_client()
    made_up = go_there(second, ALEX)
    code = parse_qs(urlsplit(made_up).query)["code"][0]
    refused(second, second.get(made_up.replace(code, "made-up")))
    again = app.test_client()
    refused(again, again.get(link))


def test_a_token_whose_content_was_changed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    link = go_there(client, ALEX)
    ask = app.extensions[sso.EXTENSION].client.fetch_access_token

    def changed(**given: object) -> dict[str, object]:
        token = dict(ask(**given))
        head, body, seal = str(token["id_token"]).split(".")
        return {**token, "id_token": f"{head}.{body[:-6]}{'A' * 6}.{seal}"}

    monkeypatch.setattr(app.extensions[sso.EXTENSION].client, "fetch_access_token", changed)
    refused(client, client.get(link))


def test_another_person_who_was_given_the_same_address(app: Flask, database: Database, issuer: str) -> None:
    assert come_in(app.test_client(), ALEX).status_code == 302
    known_there(issuer, "successor", email=builders.address("case_manager"), email_verified=True)
    client = app.test_client()
    refused(client, come_in(client, "successor"), sso.OTHER_PERSON)
    assert person(database).sso_subject == f"{issuer}|{ALEX}"


def test_a_token_that_is_too_old(database: Database, tmp_path: Path) -> None:
    with provider("--token-max-age", "-3600") as stale:
        known_there(stale, ALEX, email=builders.address("case_manager"), email_verified=True)
        client = with_sso(database, tmp_path, stale).test_client()
        refused(client, come_in(client, ALEX))


def test_the_person_says_no(app: Flask) -> None:
    client = app.test_client()
    leads = client.get("/sign-in/with").headers["Location"]
    answer = requests.post(leads, data={"action": "deny"}, allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["Location"])
    refused(client, client.get(f"{parts.path}?{parts.query}"))


def test_a_provider_that_does_not_answer(database: Database, tmp_path: Path) -> None:
    app = with_sso(database, tmp_path, f"http://localhost:{free_port()}")
    answer = app.test_client().get("/sign-in/with")
    assert (answer.status_code, sso.UNREACHABLE in answer.text) == (502, True)


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_the_way_back_stays_here(app: Flask, address: str) -> None:
    client = app.test_client()
    leads = client.get("/sign-in/with", query_string={"next": address}).headers["Location"]
    answer = requests.post(leads, data={"sub": ALEX}, allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["Location"])
    assert client.get(f"{parts.path}?{parts.query}").headers["Location"] == "/"


def test_without_a_provider_there_is_nothing(database: Database, tmp_path: Path) -> None:
    browser = Browser(application(database, tmp_path).test_client())
    assert browser.get("/sign-in/with").status_code == 404
    assert browser.get("/sign-in/with/back").status_code == 404
    assert "Sign in with" not in browser.get("/sign-in").text
