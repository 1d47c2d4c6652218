"""What every test may ask for: a migrated database of either kind, and a browser.

``database_url``, ``engine`` and ``session_factory`` run a test twice, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests import compiled_once, postgres, states

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

RUN_FOLDER = "TESTS_RUN_FOLDER"

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

WAITS_AT_MOST = 30_000
"""Milliseconds until what a page should show counts as missing: a busy machine says nothing about the page."""

compiled_once.statements()
compiled_once.routes()

# Two busy cores: a slow example says nothing about the code. In CI the same examples each time.
hypothesis.settings.register_profile("dardr", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("dardr")


def _starts_the_run(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a folder of its own, and keep the settings of this machine out of the tests."""
    if _starts_the_run(config):
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="dardr-tests-")
    for name in [name for name in os.environ if name.startswith("DARDR_")]:
        del os.environ[name]
    home = Path(os.environ[RUN_FOLDER]) / "data"
    os.environ["XDG_DATA_HOME"] = os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = str(home)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's PostgreSQL server and remove the run's folder."""
    if _starts_the_run(config) and RUN_FOLDER in os.environ:
        folder = Path(os.environ.pop(RUN_FOLDER))
        postgres.stop_server_of_the_run(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """A folder that all workers of this run share."""
    return Path(os.environ[RUN_FOLDER])


# ------------------------------------------------------------------------------------------------- SQLite


@pytest.fixture(scope="session")
def migrated_sqlite_file(run_folder: Path) -> Path:
    """A SQLite file at the newest migration, made once per run; to be copied, never opened."""
    file = run_folder / "template.sqlite3"
    with postgres.locked(run_folder / "sqlite.lock"):
        if not file.exists():
            from dardr.storage import migrate

            fresh = run_folder / "template.fresh.sqlite3"
            migrate.upgrade(f"sqlite:///{fresh}")
            connection = sqlite3.connect(fresh)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            fresh.rename(file)
    return file


WITH_A_PARTNERSHIP = frozenset({"database", "sqlite_database", "either_database"})
"""Fixtures that put the fictional partnership into their database: a test that has one begins with it."""


def _put_a_partnership(url: str) -> None:
    from tests.fixtures import with_people

    with with_people(url):
        pass


@pytest.fixture(scope="session")
def sqlite_file_with_people(migrated_sqlite_file: Path, run_folder: Path) -> Path:
    """The same with the fictional partnership and its people in it."""
    file = run_folder / "people.sqlite3"
    with postgres.locked(run_folder / "sqlite.lock"):
        if not file.exists():
            fresh = run_folder / "people.fresh.sqlite3"
            shutil.copyfile(migrated_sqlite_file, fresh)
            _put_a_partnership(f"sqlite:///{fresh}")
            connection = sqlite3.connect(fresh)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            fresh.rename(file)
    return file


def _note_its_history(request: pytest.FixtureRequest, url: str, template: str, folder: Path) -> None:
    if "monkeypatch" not in request.fixturenames:
        states.begin(url, template, folder)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, migrated_sqlite_file: Path, tmp_path: Path, run_folder: Path) -> str:
    """The address of a migrated SQLite database of this test's own."""
    peopled = bool(WITH_A_PARTNERSHIP & set(request.fixturenames))
    template = request.getfixturevalue("sqlite_file_with_people") if peopled else migrated_sqlite_file
    file = tmp_path / "dardr.sqlite3"
    shutil.copyfile(template, file)
    _note_its_history(request, url := f"sqlite:///{file}", template.name, run_folder)
    return url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


# --------------------------------------------------------------------------------------------- PostgreSQL


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> postgres.PostgresServer:
    """The PostgreSQL server of this run."""
    return postgres.server_of_the_run(run_folder)


@pytest.fixture
def postgres_url(
    request: pytest.FixtureRequest, postgres_server: postgres.PostgresServer, run_folder: Path
) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of this test's own."""
    postgres.make_template(postgres_server, run_folder)
    template = postgres.TEMPLATE
    if WITH_A_PARTNERSHIP & set(request.fixturenames):
        template = postgres.WITH_PEOPLE
        postgres.make_template(postgres_server, run_folder, template, _put_a_partnership)
    with postgres.database(postgres_server, f"test_{uuid.uuid4().hex}", template) as url:
        _note_its_history(request, url, template, run_folder)
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """The address of a PostgreSQL database without a table."""
    with postgres.database(postgres_server, f"empty_{uuid.uuid4().hex}", template=None) as url:
        yield url


# ------------------------------------------------------------------------------------------ both databases

BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own; the test runs once for each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without a table; the test runs once for each kind."""
    return request.getfixturevalue(f"empty_{request.param}_url")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The application's own engine on this test's database."""
    from dardr.storage.engine import make_engine

    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session_factory(engine: Engine) -> sessionmaker[Session]:
    """The application's own sessions on this test's database."""
    from dardr.storage import engine as storage_engine

    return storage_engine.session_factory(engine)


# ------------------------------------------------------------------------------------------------ browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Per module: while it runs, ``asyncio.run`` does not work in this thread."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAITS_AT_MOST)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser profile of its own; any request off this machine fails the test.

    Requests are listened to and not routed: a route takes the browser's cache away, and styles, scripts and typefaces
    would be fetched again for every page. What is not on this machine is not found (``CHROMIUM_FLAGS``).
    """
    elsewhere: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:")):
            elsewhere.append(request.url)

    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    context.on("request", note)
    yield context.new_page()
    context.close()
    assert not elsewhere, f"The page asked for something off this machine: {elsewhere}"
