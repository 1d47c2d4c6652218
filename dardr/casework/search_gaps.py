"""The nightly look at search itself: records it cannot find, documents that were never read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.integrity import Finding
from dardr.casework.search_index import RECORD
from dardr.settings import get_settings
from dardr.storage.files import StoredFile
from dardr.storage.reviews import Record
from dardr.storage.search import SearchEntry

WAITS_AT_MOST = timedelta(days=2)
"""A document is read within minutes; one older than this was overlooked, or its key is another one."""


def search_is_whole(session: Session, today: date) -> Iterator[Finding]:
    """Records that are missing from the search index, and documents not read for two days. ``today`` is London's."""
    there = sa.exists().where(SearchEntry.record_id == Record.id, SearchEntry.kind == RECORD)
    missing = session.scalar(sa.select(sa.func.count()).select_from(Record).where(sa.not_(there))) or 0
    if missing:
        said = "1 record is" if missing == 1 else f"{missing:,} records are"
        yield Finding(None, "search_incomplete", f"{said} missing from search. Run: dardr search rebuild")
    if not get_settings().search_documents:
        return
    before = datetime.combine(today, time(), UTC) - WAITS_AT_MOST
    unread = session.scalar(
        sa.select(sa.func.count()).where(StoredFile.text_read_at.is_(None), StoredFile.added_at < before)
    )
    if unread:
        said = "1 document was" if unread == 1 else f"{unread:,} documents were"
        yield Finding(
            None,
            "search_incomplete",
            f"{said} not read for search. Is the worker running? Is DARDR_MASTER_KEY the one they were stored with?",
        )
