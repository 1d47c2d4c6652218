"""How the columns of somebody's own table were matched the last time, found again by its headings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.tables.columns import plain
from dardr.storage.plans import ColumnMatch
from dardr.storage.types import canonical


def headings_hash(purpose: str, headings: Collection[str]) -> str:
    """The fingerprint of headings, for one purpose (``chronology``, ``plan``), whatever their case and order."""
    return sha256(canonical([purpose, sorted(plain(one) for one in headings)]).encode()).hexdigest()


def match_of(session: Session, partnership_id: int, purpose: str, headings: Collection[str]) -> ColumnMatch | None:
    """How these headings were matched, and under what name; None where they were never matched here."""
    return session.scalar(
        sa.select(ColumnMatch).where(
            ColumnMatch.partnership_id == partnership_id,
            ColumnMatch.headings_hash == headings_hash(purpose, headings),
        )
    )


def remember(
    session: Session,
    now: datetime,
    partnership_id: int,
    purpose: str,
    headings: Collection[str],
    columns: list[Any],
    *,
    by: int,
    name: str = "",
) -> None:
    """Keep how these headings were matched, in the place of what was kept before. ``by`` is the person's id."""
    key = headings_hash(purpose, headings)
    found = match_of(session, partnership_id, purpose, headings)
    if found is None:
        found = ColumnMatch(partnership_id=partnership_id, headings_hash=key, columns=columns, by=by, updated_at=now)
        session.add(found)
    found.columns, found.by, found.updated_at, found.name = columns, by, now, name[:120]
    session.flush()
