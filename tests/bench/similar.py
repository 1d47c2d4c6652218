"""Recommendations like a draft among 23,000, against one indexed query; and how the time grows with their number.

The one indexed query is the databases' own: the draft's words looked up in a full-text index, the five best by its
ranking, with their texts. It knows nothing of names, families, access, or of what became of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from dardr.actors import Actor, operator
from dardr.casework.said_before import count_words
from dardr.lookups.similar import similar
from dardr.said.terms import LEFT_OUT, counted
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import Installation
from dardr.storage.tables import metadata
from tests.bench.databases import KINDS, fresh
from tests.bench.report import Ratio
from tests.said_before.labelled import LABELLED

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SMALL, NATIONAL, LARGE = 2_300, 23_000, 46_000
OF_EACH = 10
"""Recommendations of one published review."""
RUNS = 5
TABLES = metadata.tables
WORDS_OF_PLACES = 4_000
"""Names of places, teams and forms: words that are in few recommendations each."""


def _texts(how_many: int) -> list[str]:
    """Recommendations made of the labelled ones: two halves of different ones, and a rare word or two."""
    chosen = random.Random(7)
    halves: list[tuple[str, str]] = []
    for one in LABELLED["recommendations"]:
        words = one["text"].split()
        halves.append((" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])))
    found: list[str] = []
    for _ in range(how_many):
        rare = [f"name{int(chosen.paretovariate(0.6)) % WORDS_OF_PLACES}x" for _ in range(chosen.randint(0, 3))]
        found.append(" ".join([chosen.choice(halves)[0], *rare, chosen.choice(halves)[1]]))
    return found


def load(database: Database, how_many: int) -> Actor:
    """So many recommendations of published reviews, in the index; and a full-text index of the same texts."""
    with database.write() as session:
        home = Partnership(key="b", name="Benchmark", team_email="team@bench.example", home=True, settings={})
        session.add(home)
        session.add(Installation(created_at=NOW))
        session.flush()
        home_id = home.id
    texts = _texts(how_many)
    records, rows, terms = [], [], []
    for first in range(0, how_many, OF_EACH):
        record_id = first // OF_EACH + 1
        some = texts[first : first + OF_EACH]
        records.append(
            {"id": record_id, "ref": f"PUB-{record_id}", "process": "historic@1", "process_key": "historic",
             "stage": "on_record", "phase": "on_record", "final": True, "partnership_id": home_id, "title": "Published",
             "opened_on": date(2026, 3, 2), "last_seq": 1, "head": "h", "revision": 1,
             "facts": {"recommendations": [{"text": text} for text in some]}}
        )  # fmt: skip
        for entry, text in enumerate(some, 1):
            found = counted(text)
            text_id = first + entry
            rows.append(
                {"id": text_id, "record_id": record_id, "entry": entry, "partnership_id": home_id, "kind": "dardr",
                 "number": str(entry), "text": text, "scope": "local", "year": 2010 + record_id % 16, "themes": [],
                 "bodies": [{"name": "Police"}], "length": sum(found.values()), "content_hash": "bench"}
            )  # fmt: skip
            terms += [{"term": term, "text_id": text_id, "times": times} for term, times in found.items()]
    terms.sort(key=lambda row: (row["term"], row["text_id"]))
    with database.write() as session:
        connection = session.connection()
        for name, some_rows in (("record", records), ("recommendation_text", rows), ("recommendation_term", terms)):
            for start in range(0, len(some_rows), 20_000):
                connection.execute(TABLES[name].insert(), some_rows[start : start + 20_000])
    with database.write() as session:
        count_words(session)
        _full_text(session.connection(), rows)
        actor = operator(session, NOW)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return actor


def _full_text(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("CREATE VIRTUAL TABLE bench_words USING fts5(text, tokenize='porter')")
        connection.execute(
            sa.text("INSERT INTO bench_words(rowid, text) VALUES (:id, :text)"),
            [{"id": row["id"], "text": row["text"]} for row in rows],
        )
        return
    connection.exec_driver_sql(
        "CREATE TABLE bench_words AS SELECT id, to_tsvector('english', text) AS words FROM recommendation_text"
    )
    connection.exec_driver_sql("CREATE INDEX bench_words_index ON bench_words USING gin(words)")


def _indexed(database: Database, draft: str) -> Callable[[], int]:
    """One indexed query for the same words: how many it found."""
    words = [word for word in dict.fromkeys(re.findall("[a-z]+", draft.lower())) if word not in LEFT_OUT]
    if database.engine.dialect.name == "sqlite":
        query = sa.text(
            "SELECT rowid, text FROM bench_words WHERE bench_words MATCH :asked ORDER BY rank LIMIT 5"
        ).bindparams(asked=" OR ".join(f'"{word}"' for word in words))
    else:
        query = sa.text(
            "SELECT t.id, t.text FROM recommendation_text t JOIN bench_words w ON w.id = t.id,"
            " to_tsquery('english', :asked) q WHERE w.words @@ q ORDER BY ts_rank(w.words, q) DESC LIMIT 5"
        ).bindparams(asked=" | ".join(words))

    def ask() -> int:
        with database.read() as session:
            return len(session.execute(query).all())

    return ask


def _ours(database: Database, actor: Actor, draft: str) -> Callable[[], int]:
    def ask() -> int:
        with database.read() as session:
            return len(similar(session, actor, draft))

    return ask


def _times(database: Database, actor: Actor) -> tuple[float, float]:
    """The median time of ours, and of the one indexed query, over the drafts: each the median of several runs."""
    ours, theirs = [], []
    for draft in [one["text"] for one in LABELLED["drafts"]][:20]:
        asked, indexed = _ours(database, actor, draft), _indexed(database, draft)
        assert asked() and indexed()
        pairs = [(_taken(asked), _taken(indexed)) for _ in range(RUNS)]
        ours.append(median(pair[0] for pair in pairs))
        theirs.append(median(pair[1] for pair in pairs))
    return median(ours), median(theirs)


def _taken(work: Callable[[], int]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def run() -> list[Ratio]:
    """Both databases: among 23,000 within ten times one indexed query; hardly longer among ten times, twice as many."""
    found: list[Ratio] = []
    for kind in KINDS:
        times: dict[int, tuple[float, float]] = {}
        for how_many in (SMALL, NATIONAL, LARGE):
            with fresh(kind) as database:
                times[how_many] = _times(database, load(database, how_many))
        ours, theirs = times[NATIONAL]
        found.append(
            Ratio(
                f"similar among {NATIONAL:,}, {kind}",
                f"{ours * 1000:.1f} ms",
                f"one query of a full-text index {theirs * 1000:.1f} ms",
                ours / theirs,
                10.0,
            )
        )
        for how_many, other, bound in ((NATIONAL, SMALL, 10.0), (LARGE, NATIONAL, 2.0)):
            found.append(
                Ratio(
                    f"similar among {how_many:,}, {kind}",
                    f"{times[how_many][0] * 1000:.1f} ms",
                    f"among {other:,}: {times[other][0] * 1000:.1f} ms",
                    times[how_many][0] / times[other][0],
                    bound,
                )
            )
    return found
