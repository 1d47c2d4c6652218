"""``dardr search rebuild``: the index made again from what is on record."""

from __future__ import annotations

import sqlalchemy as sa

from dardr.storage.engine import Database
from dardr.storage.search import SearchEntry
from tests.cli.conftest import Dardr


def entries(url: str) -> list[str]:
    database = Database(url)
    try:
        with database.read() as session:
            return sorted(session.scalars(sa.select(SearchEntry.text)))
    finally:
        database.close()


def test_the_index_is_made_again(dardr: Dardr) -> None:
    dardr.ok(
        "review", "open", "--process", "section8-report", "--field", "title=A lighthouse report",
        "--field", "report_published_on=2025-07-01", "--field", "report_url=https://reports.example/1",
    )  # fmt: skip
    before = entries(dardr.url)
    assert any("lighthouse" in text for text in before)
    database = Database(dardr.url)
    with database.write() as session:
        session.execute(sa.delete(SearchEntry))
    database.close()
    said = dardr.ok("search", "rebuild")
    assert (said["records"], said["documents"], said["entries"]) == (1, 0, len(before))
    assert entries(dardr.url) == before
    assert "Made again" in dardr("search", "rebuild").out
