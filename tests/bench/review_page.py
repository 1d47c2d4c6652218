"""The page of a review with 300 documents, 40 items and 2,000 events, as a ratio to the page of one with ten of each.

Both reviews are in one database and were carried by real actions. The two pages are asked for in turns, in this
process, and the processor's time is compared: what else the machine does at the time changes nothing.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from dardr import systime
from dardr.casework.act import take_action
from dardr.casework.files import FileGiven
from dardr.casework.passwords import hashed
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, Record, RecordLink
from dardr.web.app import create_app
from tests.bench.databases import KINDS, fresh
from tests.bench.report import Ratio
from tests.builders import BODIES, a_partnership, a_review, actor, address, at_ten

BOUND = 1.5
TIMES = 40
PASSWORD = "correct horse battery"
NOW = "2026-10-01T09:00"
STARTED = date(2026, 7, 1)
AT_A_TIME = 50
"""Actions in one transaction while the reviews are filled."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a review holds."""

    documents: int
    items: int
    events: int


SMALL, LARGE = Size(10, 10, 10), Size(300, 40, 2000)


def run() -> list[Ratio]:
    """The page on SQLite and on PostgreSQL."""
    systime.pretend(systime.parse_pretended(NOW))
    try:
        return [_on(kind) for kind in KINDS]
    finally:
        systime.pretend(None)


def _on(kind: str) -> Ratio:
    with fresh(kind) as database, tempfile.TemporaryDirectory(prefix="dardr-bench-") as folder:
        with database.write() as session:
            a_partnership(session, rehearsal=True)
            session.execute(sa.update(User).values(password=hashed(PASSWORD)))
        settings = Settings(data_folder=Path(folder), secret_key="of the benchmark", master_key="11" * 32)
        app = create_app(database, settings)
        refs = []
        for size in (SMALL, LARGE):
            refs.append(a_review(database, at="evidence").ref)
            _fill(database, refs[-1], size)
        client = app.test_client()
        _sign_in(client)
        small, large = _in_turns(client, [f"/reviews/{ref}" for ref in refs])
    return Ratio(
        f"Page of a review with {LARGE.documents} documents, {LARGE.items} items and {LARGE.events:,} events ({kind})",
        f"{large * 1000:.1f} ms of processor time",
        f"{small * 1000:.1f} ms with ten of each",
        large / small,
        BOUND,
    )


def _fill(database: Database, ref: str, size: Size) -> None:
    """Documents, items with a date each, and the rest of the events as notes of calls and contacts."""
    todo = [*islice(_documents(), size.documents), *islice(_items(), size.items)]
    _do(database, ref, todo)
    with database.read() as session:
        own = sa.select(Record.id).where(Record.ref == ref)
        serving = sa.select(RecordLink.item_id).where(RecordLink.review_id.in_(own))
        events = session.scalar(
            sa.select(sa.func.count())
            .select_from(AuditEvent)
            .where(sa.or_(AuditEvent.record_id.in_(own), AuditEvent.record_id.in_(serving)))
        )
    _do(database, ref, list(islice(_notes(), max(0, size.events - (events or 0)))))


Todo = tuple[str, Mapping[str, Any]]


def _documents() -> Iterator[Todo]:
    number = 0
    while True:
        number += 1
        given = FileGiven("paper.txt", f"Paper {number}. ".encode() * 40, "text/plain")
        yield (
            "file_document",
            {"title": f"Paper {number}", "document_kind": "evidence", "version": "1", "file": given},
        )


def _items() -> Iterator[Todo]:
    number = 0
    bodies = cycle(key for key, _, _ in BODIES)
    while True:
        number += 1
        due = (STARTED + timedelta(days=100 + number)).isoformat()
        if number % 2:
            yield "request_returns", {"kind": "summary", "bodies": [next(bodies)], "due_on": due}
        else:
            task = {"title": f"Task {number}", "given_to": address("case_manager"), "due_on": due}
            yield "add_task", task


def _notes() -> Iterator[Todo]:
    number = 0
    while True:
        number += 1
        yield "note_call", {"with_whom": "agency", "call_direction": "sent", "note": f"Call {number} about the papers."}
        yield "add_note", {"note": f"Note {number}: the papers were looked through again."}


def _do(database: Database, ref: str, todo: list[Todo]) -> None:
    for first in range(0, len(todo), AT_A_TIME):
        with database.write() as session:
            by = actor(session, "case_manager")
            for number, (action, values) in enumerate(todo[first : first + AT_A_TIME]):
                day = STARTED + timedelta(days=(first + number) % 80)
                take_action(session, by, at_ten(day), ref, action, values, day)


def _sign_in(client: FlaskClient) -> None:
    page = client.get("/sign-in")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    form = {"csrf_token": token[1], "email": address("case_manager"), "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 302


def _in_turns(client: FlaskClient, paths: list[str]) -> list[float]:
    """The median processor time of each page, in seconds, asked for in turns."""
    taken: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(TIMES + 2):
        for path in paths:
            started = process_time()
            page = client.get(path)
            taken[path].append(process_time() - started)
            assert page.status_code == 200, page.status_code
    return [median(taken[path][2:]) for path in paths]
