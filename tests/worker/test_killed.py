"""Two hundred workers killed at random moments during a run of a thousand messages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from dardr.casework import outbox
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from notifications.messages import StageChanged
from tests.worker.conftest import ROOT

NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
MESSAGES, KILLS, SEED = 1000, 200, 20260610


def write(database: Database) -> None:
    """A thousand messages, each to somebody else."""
    message = StageChanged(
        ref="T-1", link="https://reviews.example/records/T", partnership="Team", stage_label="Evidence",
        changed_on=NOW.date(),
    )  # fmt: skip
    with database.write() as session:
        outbox.write_rows(
            session,
            [
                outbox.row(
                    NOW, message, to=f"r{n}@one.example", party="case_manager", dedupe=f"killed:{n}", record_id=None
                )
                for n in range(MESSAGES)
            ],
        )
        session.execute(sa.update(OutboxMessage).values(not_before=NOW))


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.timeout(900)  # a quarter of a minute on a quiet machine; on a busy one each process waits for its turn
def test_each_message_arrives_once_or_once_more_for_each_kill_in_the_gap(database: Database) -> None:
    write(database)
    database.close()
    ran = subprocess.run(
        [sys.executable, "-m", "tests.worker.killing", database.url, NOW.isoformat(), str(KILLS), str(SEED)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=840,
    )  # fmt: skip
    said = json.loads(ran.stdout.splitlines()[-1])
    by_message: dict[str, list[int]] = defaultdict(list)
    ids: dict[str, set[str]] = defaultdict(set)
    for one in said["accepted"]:
        by_message[one["id"]].append(one["worker"])
        ids[one["to"][0]].add(one["id"])
    in_the_gap = Counter(worker for workers in by_message.values() for worker in workers[:-1])
    times = Counter(len(workers) for workers in by_message.values())
    print(
        f"seed {SEED}: {said['killed']} workers killed; accepted once {times[1]}, twice {times[2]}, "
        f"more often {sum(n for often, n in times.items() if often > 2)}, lost {MESSAGES - len(ids)}; "
        f"kills in the gap {len(in_the_gap)}"
    )
    assert said["killed"] == KILLS, "there was work left for every one of them"
    assert len(ids) == MESSAGES and {len(of_one) for of_one in ids.values()} == {1}, "the same Message-ID each time"
    assert all(workers == sorted(set(workers)) for workers in by_message.values()), "no worker sends one twice"
    assert max(in_the_gap.values(), default=0) <= 1, "a kill costs at most one second copy"
    assert sum((often - 1) * number for often, number in times.items()) == len(in_the_gap) <= KILLS
    with database.read() as session:
        rows = session.execute(sa.select(OutboxMessage.status, OutboxMessage.message_id, OutboxMessage.recipient)).all()
    assert {row.status for row in rows} == {"sent"} and len(rows) == MESSAGES
    assert {row.recipient: {row.message_id} for row in rows} == ids
