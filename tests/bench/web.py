"""Pages at national size with 16 users at once, as ratios to the same pages bare, asked for in the same way.

A bare page is the same template with the same macros and values, and one indexed query (``tests/bench/served.py``).
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import sqlalchemy as sa

from dardr.casework.passwords import hashed
from dardr.storage.engine import Database
from dardr.storage.people import User
from dardr.storage.reviews import Record
from tests.bench import national
from tests.bench.databases import KINDS, fresh
from tests.bench.report import Ratio
from tests.builders import address
from tests.ports import free_port
from tests.web.serving import ROOT

USERS = 16
EACH = 12
"""Requests of each user for each page, after two that are not counted."""
BOUND = 3.0
NATIONAL = national.Size()
PASSWORD = "correct horse battery"


@dataclass
class Person:
    """One signed-in person on one connection that is kept open."""

    port: int
    person: str
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """One request; its status and its text."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept": "text/html"}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://127.0.0.1:{self.port}/"
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # the server ended a connection that was idle
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, text

    def sign_in(self) -> None:
        """Sign in with a password. Raises AssertionError where that is refused."""
        _, page = self.ask("GET", "/sign-in")
        form = {"csrf_token": _hidden(page, "csrf_token"), "email": address(self.person), "password": PASSWORD}
        status, text = self.ask("POST", "/sign-in", form)
        assert status == 302, text[:500]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no {name} on the page"
    return found[1]


@contextmanager
def _server(database: Database, folder: Path) -> Iterator[int]:
    port = free_port()
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("DARDR_")},
        "DARDR_DATABASE_URL": database.url,
        "DARDR_DATA_FOLDER": str(folder),
        "DARDR_SECRET_KEY": "22" * 32,
        "DARDR_MASTER_KEY": "11" * 32,
        "DARDR_NOW": f"{national.TODAY.isoformat()}T09:00",
    }
    with (folder / "server.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.served", str(port)], cwd=ROOT, env=env, stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    asked.request("GET", "/health")
                    asked.getresponse().read()
                    break
                except OSError as error:
                    if time.monotonic() > until or child.poll() is not None:
                        said = (folder / "server.log").read_text()
                        raise AssertionError(f"The server did not start: {said}") from error
                    time.sleep(0.2)
            yield port
        finally:
            child.terminate()
            child.wait(30)


def _timed(people: list[Person], one: Callable[[Person, int], None]) -> list[float]:
    """Everybody does the same at once, again and again; the seconds of each counted request."""
    taken: list[float] = []
    failed: list[BaseException] = []
    guard = threading.Lock()

    def work(person: Person) -> None:
        try:
            for turn in range(EACH + 2):
                began = perf_counter()
                one(person, turn)
                if turn >= 2:
                    with guard:
                        taken.append(perf_counter() - began)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return taken


def _page(*paths: str) -> Callable[[Person, int], None]:
    def ask(person: Person, turn: int) -> None:
        path = paths[turn % len(paths)]
        status, text = person.ask("GET", path)
        assert status == 200, f"{path}: {status} {text[:300]}"

    return ask


def _note(people: list[Person], refs: list[str]) -> Callable[[Person, int], None]:
    """A note on a review: the form is asked for before the time is taken, its sending is what is timed."""
    which = cycle(refs)
    forms: dict[int, list[tuple[str, dict[str, str]]]] = {id(person): [] for person in people}
    for person in people:
        for _ in range(EACH + 2):
            ref = next(which)
            _, page = person.ask("GET", f"/records/{ref}/do/add_note")
            hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
            forms[id(person)].append((ref, {**hidden, "note": "A note.", **NOTE_ON}))

    def act(person: Person, turn: int) -> None:
        ref, form = forms[id(person)][turn]
        status, text = person.ask("POST", f"/records/{ref}/do/add_note", form)
        said = re.findall(r"error-summary.*?</ul>", text, re.DOTALL)
        assert status == 303, f"{ref}: {status} {said}"

    return act


NOTE_ON = {
    "_on-day": str(national.TODAY.day),
    "_on-month": str(national.TODAY.month),
    "_on-year": str(national.TODAY.year),
}


def _measured(database: Database, kind: str, port: int) -> list[Ratio]:
    people = [Person(port, national.carrier(n + 1)) for n in range(USERS)]
    for person in people:
        person.sign_in()
    with database.read() as session:
        live = list(
            session.scalars(
                sa.select(Record.ref)
                .where(Record.process_key == "dardr-s9", Record.final.is_(False))
                .order_by(Record.id.desc())
                .limit(USERS * (EACH + 2))
            )
        )
        plans = list(
            session.scalars(
                sa.select(Record.ref)
                .where(Record.process_key == "dardr-s9", Record.stage == "action_monitoring", Record.final.is_(False))
                .limit(10)
            )
        )
        evidence = list(
            session.scalars(
                sa.select(Record.ref).where(Record.process_key == "dardr-s9", Record.stage == "evidence").limit(40)
            )
        )
    pages: dict[str, list[str]] = {
        "My work": ["/"],
        "caseload, first page": ["/reviews"],
        "caseload, page 20": ["/reviews?page=20"],
        "review in evidence": [f"/reviews/{ref}" for ref in evidence[:10]],
        "review with its whole plan": [f"/reviews/{ref}" for ref in plans],
        "register of actions, first page": ["/actions"],
        "register of actions, page 20": ["/actions?page=20"],
        "actions to verify": ["/actions/verify"],
        "search, a common word": [f"/search?q={national.COMMON}"],
        "search, a rare word": [f"/search?q={national.RARE}"],
    }
    ratios: list[Ratio] = []
    for what, paths in pages.items():
        for path in paths:
            people[0].ask("GET", path)
        ours = _timed(people, _page(*paths))
        bare = _timed(people, _page(*(f"/bare?of={urllib.parse.quote(path)}" for path in paths)))
        ratios += _ratios(what, kind, ours, bare)
    form = f"/records/{live[0]}/do/add_note"
    people[0].ask("GET", form)
    bare = _timed(people, _page(f"/bare?of={form}"))
    ratios += _ratios("an action (a note), against its bare form", kind, _timed(people, _note(people, live)), bare)
    return ratios


def _ratios(what: str, kind: str, ours: list[float], bare: list[float]) -> list[Ratio]:
    return [
        Ratio(
            f"{what}, {USERS} users, {name} ({kind})",
            f"{of(ours) * 1000:.0f} ms",
            f"bare {of(bare) * 1000:.0f} ms",
            of(ours) / of(bare),
            BOUND,
        )
        for name, of in (("median", median), ("95th percentile", _p95))
    ]


def _p95(taken: list[float]) -> float:
    return quantiles(taken, n=20)[-1]


def run(size: national.Size = NATIONAL, kinds: tuple[str, ...] = KINDS) -> list[Ratio]:
    """Every page on both databases, at national size."""
    ratios: list[Ratio] = []
    for kind in kinds:
        with fresh(kind) as database, tempfile.TemporaryDirectory(prefix="dardr-bench-web-") as folder:
            counts = national.load(database, size)
            print(f"{kind}: {counts}", file=sys.stderr)
            with database.write() as session:
                session.execute(sa.update(User).values(password=hashed(PASSWORD)))
            with _server(database, Path(folder)) as port:
                ratios += _measured(database, kind, port)
    return ratios
