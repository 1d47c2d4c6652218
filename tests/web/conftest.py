"""The web application on a database of this test's own, with people who can sign in, at a time that stands still."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from dardr import systime
from dardr.settings import Settings
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import Installation
from dardr.storage.people import User
from dardr.web.app import create_app
from tests import builders
from tests.conftest import RUN_FOLDER

PASSWORD = "correct horse battery"
QUICK: dict[str, Any] = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
"""Checking a password is slow on purpose: a quarter of a second for every sign-in of every test."""
HASHED = PasswordHasher(**QUICK).hash(PASSWORD)
NOW = "2026-08-03T09:00"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Callable[[str], None]]:
    """Sets the time, London; it is the third of August 2026 until told otherwise."""

    def stand_at(text: str) -> None:
        systime.pretend(systime.parse_pretended(text))

    stand_at(NOW)
    yield stand_at
    systime.pretend(None)


def prepared(url: str) -> Database:
    """A database with the fictional partnership, everybody with the same password."""
    database = Database(url)
    with database.write() as session:
        if session.scalar(sa.select(Partnership.id)) is None:
            builders.a_partnership(session)
        session.execute(sa.update(Installation).values(rehearsal=True))
        session.execute(sa.update(User).values(password=HASHED))
    return database


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """On SQLite alone, for what does not depend on the kind of database."""
    database = prepared(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def either_database(database_url: str) -> Iterator[Database]:
    """Once on SQLite and once on PostgreSQL."""
    database = prepared(database_url)
    yield database
    database.close()


def application(database: Database, folder: Path, **settings: Any) -> Flask:
    """The application with keys of its own; quick with passwords; its templates are compiled once in a run."""
    app = create_app(
        database, Settings(data_folder=folder, secret_key="secret of a test", master_key="11" * 32, **settings)
    )
    app.extensions["security"].pwd_context.update(**{f"argon2__{name}": value for name, value in QUICK.items()})
    compiled = Path(os.environ[RUN_FOLDER]) / "templates"
    compiled.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    return app


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    """The application on SQLite."""
    return application(database, tmp_path)


def token(page: TestResponse) -> str:
    """The token that every form carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, "This page has no form."
    return found[1]


@dataclass
class Browser:
    """A browser without scripts: follows links, sends forms with their hidden fields, keeps its cookies."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open an address."""
        return self.client.get(path)

    def send(self, path: str, form_of: TestResponse | None = None, /, **fields: Any) -> TestResponse:
        """Send the form of a page (of the page at ``path``, if no other is given), its hidden fields included."""
        page = form_of if form_of is not None else self.get(path)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        return self.client.post(path, data={**hidden, **fields}, content_type="multipart/form-data")

    def sign_in(self, person: str, password: str = PASSWORD) -> TestResponse:
        """Sign in as one of the people of the fictional partnership."""
        page = self.get("/sign-in")
        return self.client.post(
            "/sign-in",
            data={"csrf_token": token(page), "email": builders.address(person), "password": password},
        )


def signed_in(app: Flask, person: str) -> Browser:
    """A browser in which somebody has signed in."""
    browser = Browser(app.test_client())
    answer = browser.sign_in(person)
    assert answer.status_code == 302, answer.text
    return browser


@pytest.fixture
def anyone(app: Flask) -> Browser:
    """A browser in which nobody has signed in."""
    return Browser(app.test_client())


@pytest.fixture
def manager(app: Flask) -> Browser:
    """A browser of the case manager."""
    return signed_in(app, "case_manager")


def dated(name: str, iso: str) -> dict[str, str]:
    """The three fields of a date."""
    year, month, day = iso.split("-")
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}
