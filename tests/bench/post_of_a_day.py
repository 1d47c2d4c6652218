"""A day's sweep and its e-mails at national size, against the bare queries; memory as the size grows tenfold."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import sqlalchemy as sa

from dardr.casework.sweep import Swept, sweep
from dardr.long_running import keep_what_is_loaded
from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import Installation
from dardr.storage.people import User
from dardr.storage.tables import metadata
from tests.bench.databases import KINDS, fresh
from tests.bench.report import Ratio

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
TODAY = date(2026, 3, 3)  # a Tuesday
ACTIONS, PEOPLE = 90_000, 5_000
EVERY = 18
"""Of how many actions one is spoken of today: each has five reminders in the three months between two updates."""
BATCH = 20_000
RUNS = 5
TABLES = metadata.tables


def load(database: Database, actions: int, people: int) -> None:
    """Actions owed by bodies with two contacts each, every one with a running clock and an eighteenth of them due."""
    bodies = people // 2
    with database.write() as session:
        home = Partnership(key="b", name="Benchmark", team_email="team@bench.example", home=True, settings={})
        session.add_all([home, Installation(created_at=NOW)])
        session.flush()
        session.add(
            User(email="a@bench.example", name="A", partnership_id=home.id, fs_uniquifier="a", created_at=NOW,
                 active=True)
        )  # fmt: skip
        session.flush()
        session.execute(
            sa.insert(Body),
            [{"id": n, "partnership_id": home.id, "key": f"b{n}", "name": f"Body {n}"} for n in range(1, bodies + 1)],
        )
        session.execute(
            sa.insert(BodyContact),
            [
                {"body_id": n, "kind": "contact", "name": "", "email": f"contact{which}@body{n}.example"}
                for n in range(1, bodies + 1)
                for which in (1, 2)
            ],
        )
        home_id = home.id
    start = TODAY - timedelta(days=77)
    for first in range(1, actions + 1, BATCH):
        ids = range(first, min(first + BATCH, actions + 1))
        with database.write() as session:
            connection = session.connection()
            connection.execute(
                TABLES["record"].insert(),
                [
                    {"id": n, "ref": f"B-{n}", "process": "action@1", "process_key": "action", "stage": "agreed",
                     "phase": "actions", "final": False, "partnership_id": home_id, "title": "", "opened_on": start,
                     "facts": {}, "last_seq": 1, "head": "h", "revision": 1}
                    for n in ids
                ],
            )  # fmt: skip
            connection.execute(
                TABLES["record_body"].insert(), [{"record_id": n, "body_id": _body(n, bodies)} for n in ids]
            )
            connection.execute(
                TABLES["audit_event"].insert(),
                [
                    {"id": n, "record_id": n, "seq": 1, "action": "agree", "to_stage": "agreed",
                     "process": "action@1", "actor_id": 1, "actor_name": "A", "occurred_on": start,
                     "recorded_at": NOW, "values_hash": "h", "identity_hash": "", "previous_hash": "p", "hash": "h"}
                    for n in ids
                ],
            )  # fmt: skip
            connection.execute(
                TABLES["deadline"].insert(),
                [
                    {"record_id": n, "clock": "action_update", "clock_id": "D17", "started_by_event": n, "matches": {},
                     "start_on": start, "n": 3, "unit": "months", "held": False, "receipt": {},
                     "original_due_on": _due(n), "due_on": _due(n),
                     "next_look_on": TODAY if n % EVERY == 0 else TODAY + timedelta(days=3 + n % 60)}
                    for n in ids
                ],
            )  # fmt: skip
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")


def _body(n: int, bodies: int) -> int:
    return n // EVERY % bodies + 1


def _due(n: int) -> date:
    """Of those spoken of today some are two weeks off, some a week, some due now and some past."""
    return TODAY + timedelta(days=(14, 7, 0, -7)[n // EVERY % 4]) if n % EVERY == 0 else TODAY + timedelta(days=90)


def _again(database: Database) -> None:
    deadline = TABLES["deadline"]
    with database.write() as session:
        session.execute(sa.delete(TABLES["reminder"]))
        session.execute(sa.delete(TABLES["outbox_message"]))
        session.execute(sa.update(deadline).where(deadline.c.record_id % EVERY == 0).values(next_look_on=TODAY))


def _sweep(database: Database) -> tuple[float, Swept]:
    _again(database)
    started = perf_counter()
    swept = sweep(database, NOW)
    return perf_counter() - started, swept


def _bare(database: Database, *, in_one: bool = False) -> float:
    """The indexed query, the inserts of the very rows the sweep wrote, and where each was put, in one transaction.

    ``in_one`` sends each kind as one batch.
    """
    outbox, reminder, deadline = TABLES["outbox_message"], TABLES["reminder"], TABLES["deadline"]
    with database.read() as session:
        mails = [dict(row._mapping) for row in session.execute(sa.select(outbox))]
        notes = [dict(row._mapping) for row in session.execute(sa.select(reminder))]
        looks = {row.id: row.next_look_on for row in session.execute(sa.select(deadline.c.id, deadline.c.next_look_on))}
    _again(database)
    started = perf_counter()
    with database.write() as session:
        connection = session.connection()
        due = session.execute(
            sa.select(deadline.c.id, deadline.c.due_on, deadline.c.record_id).where(deadline.c.next_look_on <= TODAY)
        ).all()
        table, b_id = reminder.c, sa.bindparam("b_id")
        for statement, rows in (
            (reminder.insert(), [{**note, "outbox_id": None} for note in notes]),
            (outbox.insert(), mails),
            (
                sa.update(reminder).where(table.id == b_id).values(outbox_id=sa.bindparam("b_to")),
                [{"b_id": note["id"], "b_to": note["outbox_id"]} for note in notes],
            ),
            (
                sa.update(deadline).where(deadline.c.id == b_id).values(next_look_on=sa.bindparam("b_on")),
                [{"b_id": row.id, "b_on": looks[row.id]} for row in due],
            ),
        ):
            for some in [rows] if in_one else ([row] for row in rows):
                connection.execute(statement, some)
    assert due and mails and notes
    return perf_counter() - started


def _peak(database: Database) -> float:
    _again(database)
    tracemalloc.start()
    sweep(database, NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1_000_000


def run() -> list[Ratio]:
    """Both databases: at most three times the bare queries; memory hardly more at ten times the size."""
    found: list[Ratio] = []
    keep_what_is_loaded()  # as a worker does before its first sweep
    for kind in KINDS:
        peaks: list[float] = []
        for share in (10, 1):
            with fresh(kind) as database:
                load(database, ACTIONS // share, PEOPLE // share)
                _, swept = _sweep(database)
                assert swept.enqueued == PEOPLE // share, swept
                peaks.append(_peak(database))
                if share > 1:
                    continue
                runs = [(_sweep(database)[0], _bare(database), _bare(database, in_one=True)) for _ in range(RUNS)]
                ours, bare, batch = (sorted(times)[RUNS // 2] for times in zip(*runs, strict=True))
                what = f"a day's post of {ACTIONS:,} actions to {PEOPLE:,} people, {kind}"
                bare_words = f"the bare queries {bare:.1f} s (as batches {batch:.1f} s)"
                found.append(Ratio(what, f"{ours:.1f} s", bare_words, ours / bare, 3.0))
        found.append(
            Ratio(
                f"its memory, {kind}",
                f"{peaks[1]:.1f} MB",
                f"of a tenth {peaks[0]:.1f} MB",
                peaks[1] / peaks[0],
                1.3,
            )
        )
    return found
