"""A sweep of many running deadlines, a hundred of them due, against the bare indexed query and a hundred inserts.

All hundred are for one person, who gets one message.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import sqlalchemy as sa

from dardr.casework.sweep import sweep
from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import Installation
from dardr.storage.people import User
from dardr.storage.tables import metadata
from tests.bench.databases import KINDS, fresh
from tests.bench.report import Ratio

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DUE = 100
SMALL, LARGE = 100_000, 1_000_000
BATCH = 20_000
RUNS = 7
TABLES = metadata.tables


def load(database: Database, how_many: int) -> None:
    """Agency returns, each with its event and one running clock; the first hundred call for a reminder today."""
    with database.write() as session:
        home = Partnership(key="b", name="Benchmark", team_email="team@bench.example", home=True, settings={})
        session.add(home)
        session.flush()
        session.add(Installation(created_at=NOW))
        session.add(
            User(
                email="a@bench.example",
                name="A",
                partnership_id=home.id,
                fs_uniquifier="a",
                created_at=NOW,
                active=True,
            )
        )
        body = Body(partnership_id=home.id, key="b", name="Body")
        session.add(body)
        session.flush()
        session.add(BodyContact(body_id=body.id, email="contact@bench.example"))
        body_id, home_id = body.id, home.id
    start = TODAY - timedelta(days=20)
    for first in range(1, how_many + 1, BATCH):
        ids = range(first, min(first + BATCH, how_many + 1))
        with database.write() as session:
            connection = session.connection()
            connection.execute(
                TABLES["record"].insert(),
                [
                    {"id": n, "ref": f"B-{n}", "process": "agency-return@1", "process_key": "agency-return",
                     "stage": "requested", "phase": "panel", "final": False, "partnership_id": home_id, "title": "Body",
                     "opened_on": start, "facts": {"kind": "imr"}, "last_seq": 1, "head": "h", "revision": 1}
                    for n in ids
                ],
            )  # fmt: skip
            if first <= DUE:
                owed = [{"record_id": n, "body_id": body_id} for n in ids if n <= DUE]
                connection.execute(TABLES["record_body"].insert(), owed)
            connection.execute(
                TABLES["audit_event"].insert(),
                [
                    {"id": n, "record_id": n, "seq": 1, "action": "request_return", "to_stage": "requested",
                     "process": "agency-return@1", "actor_id": 1, "actor_name": "A", "occurred_on": start,
                     "recorded_at": NOW, "values_hash": "h", "identity_hash": "", "previous_hash": "p", "hash": "h"}
                    for n in ids
                ],
            )  # fmt: skip
            connection.execute(
                TABLES["deadline"].insert(),
                [
                    {"record_id": n, "clock": "imr_return", "clock_id": "D10", "started_by_event": n, "matches": {},
                     "start_on": start, "n": 40, "unit": "working-days", "held": False, "receipt": {},
                     "original_due_on": _due(n), "due_on": _due(n),
                     "next_look_on": TODAY if n <= DUE else TODAY + timedelta(days=3 + n % 60)}
                    for n in ids
                ],
            )  # fmt: skip
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")


def _due(n: int) -> date:
    return TODAY + timedelta(days=14) if n <= DUE else TODAY + timedelta(days=40 + n % 60)


def _again(database: Database) -> None:
    with database.write() as session:
        session.execute(sa.delete(TABLES["reminder"]))
        session.execute(sa.delete(TABLES["outbox_message"]))
        session.execute(sa.update(TABLES["deadline"]).where(TABLES["deadline"].c.id <= DUE).values(next_look_on=TODAY))


def _bare(database: Database, *, in_one: bool = False) -> float:
    """The indexed query and a hundred inserts of the very rows a sweep wrote, in one transaction.

    ``in_one`` sends the hundred as one batch, as the sweep itself does.
    """
    outbox, reminder = TABLES["outbox_message"], TABLES["reminder"]
    with database.read() as session:
        mails = [dict(row._mapping) for row in session.execute(sa.select(outbox))]
        written = [{**row._mapping, "outbox_id": None} for row in session.execute(sa.select(reminder))]
    for row in written:
        row.pop("id")
    _again(database)
    deadline = TABLES["deadline"]
    started = perf_counter()
    with database.write() as session:
        found = session.execute(
            sa.select(deadline.c.id, deadline.c.due_on, deadline.c.record_id).where(deadline.c.next_look_on <= TODAY)
        ).all()
        session.connection().execute(outbox.insert(), mails)
        if in_one:
            session.connection().execute(reminder.insert(), written)
        else:
            for row in written:
                session.connection().execute(reminder.insert(), row)
    assert len(found) == DUE and len(written) == DUE and len(mails) == 1
    return perf_counter() - started


def _sweep(database: Database) -> float:
    _again(database)
    started = perf_counter()
    swept = sweep(database, NOW)
    taken = perf_counter() - started
    assert (swept.reminders, swept.enqueued) == (DUE, 1), swept
    return taken


def run() -> list[Ratio]:
    """Both databases: at most three times the bare work, and hardly longer with ten times as many deadlines."""
    found: list[Ratio] = []
    for kind in KINDS:
        ours: dict[int, float] = {}
        for how_many in (SMALL, LARGE):
            with fresh(kind) as database:
                load(database, how_many)
                _sweep(database)
                pairs = [(_sweep(database), _bare(database), _bare(database, in_one=True)) for _ in range(RUNS)]
                ours[how_many] = sorted(p[0] for p in pairs)[RUNS // 2]
                bare = sorted(p[1] for p in pairs)[RUNS // 2]
                batch = sorted(p[2] for p in pairs)[RUNS // 2]
            if how_many == SMALL:
                found.append(
                    Ratio(
                        f"sweep of {how_many:,} deadlines, {DUE} due, {kind}",
                        f"{ours[how_many] * 1000:.0f} ms",
                        f"query and {DUE} inserts {bare * 1000:.0f} ms (as one batch {batch * 1000:.0f} ms)",
                        ours[how_many] / bare,
                        3.0,
                    )
                )
        found.append(
            Ratio(
                f"sweep of {LARGE:,}, {kind}",
                f"{ours[LARGE] * 1000:.0f} ms",
                f"of {SMALL:,}: {ours[SMALL] * 1000:.0f} ms",
                ours[LARGE] / ours[SMALL],
                1.3,
            )
        )
    return found
