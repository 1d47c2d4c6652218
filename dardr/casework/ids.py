"""References that people quote: DARDR-2026-009 for a review, DARDR-2026-009-A03 for its third action."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

import workflows
from dardr.storage.reviews import RefCounter
from workflows.definition import Process


def next_ref(session: Session, process: Process, *, year: int, parent_ref: str | None, label: str = "") -> str:
    """The next free reference of this kind. Counters are rows, so two people never get the same one.

    ``label`` is what the partnership calls its reviews (DARDR, DHR); references given before keep theirs.
    """
    if parent_ref and process.child_suffix:
        prefix, width, glue = f"{parent_ref}-{process.child_suffix}", 2, ""
    else:
        prefix, width, glue = f"{_called(process, label)}-{year}", 3, "-"
    number = session.scalar(
        sa.update(RefCounter)
        .where(RefCounter.prefix == prefix)
        .values(last=RefCounter.last + 1)
        .returning(RefCounter.last)
        .execution_options(synchronize_session=False)
    )
    if number is None:
        insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
        number = session.scalar(
            insert(RefCounter)
            .values(prefix=prefix, last=1)
            .on_conflict_do_update(index_elements=["prefix"], set_={"last": RefCounter.last + 1})
            .returning(RefCounter.last)
        )
    return f"{prefix}{glue}{number:0{width}d}"


def _called(process: Process, label: str) -> str:
    if label and process.key in workflows.REVIEW_KEYS:
        return label
    return process.ref_prefix or process.key.upper()


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
