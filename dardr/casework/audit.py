"""Proof of history: every record's events, walked from the first to the last, and every disagreement named.

``verify`` reads the database; ``audit_file`` writes and checks a copy that needs no database; ``signed_head`` signs
where every history stood on a 31 March.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from dardr.casework.audit_file import Head, export, heads_in_batches, links_query, verify_file
from dardr.casework.chain import Link, Walk
from dardr.casework.integrity import facts_match
from dardr.casework.signed_head import sign_head, signing_key, verify_head, year_end
from dardr.storage.engine import is_sqlite
from dardr.storage.reviews import AuditEvent, Record

__all__ = ["Report", "export", "sign_head", "signing_key", "verify", "verify_file", "verify_head", "year_end"]

Report = dict[str, Any]
"""``{"ok": bool, "events": int, "broken": [{"ref", "seq", "reason"}]}``."""


def verify(session: Session, progress: Callable[[int], None] | None = None) -> Report:
    """Check every event of every record: order, hashes, values, and that the record agrees with its history.

    Values that were lawfully destroyed and are marked so are accepted. Goes on after a disagreement, so that all are
    named. ``progress`` is told how many events were read since it was last called.
    """
    broken: list[dict[str, Any]] = list(_storage_trouble(session))
    events = 0
    for heads in heads_in_batches(session):
        read, wrong = _verify_batch(session, heads)
        events += read
        broken += wrong
        if progress:
            progress(read)
    orphans = session.execute(
        sa.select(AuditEvent.id, AuditEvent.seq).where(
            ~sa.exists(sa.select(Record.id).where(Record.id == AuditEvent.record_id))
        )
    ).all()
    for _event_id, seq in orphans:
        events += 1
        broken.append(_broken("", seq, "The event belongs to no record."))
    broken += _facts_that_differ(session, {one["ref"] for one in broken})
    return {"ok": not broken, "events": events, "broken": broken}


def _facts_that_differ(session: Session, named: set[str]) -> Iterator[dict[str, Any]]:
    """Records whose facts are not what their events come to, apart from those whose history is broken anyway."""
    differ = {finding.record_id for finding in facts_match(session) if finding.record_id is not None}
    for ref, seq in session.execute(
        sa.select(Record.ref, Record.last_seq).where(Record.id.in_(differ)).order_by(Record.id)
    ):
        if ref not in named:
            yield _broken(ref, seq, "What the record says is not what its history comes to: it was changed elsewhere.")


def _broken(ref: str, seq: int, reason: str) -> dict[str, Any]:
    return {"ref": ref, "seq": seq, "reason": reason}


def _verify_batch(session: Session, heads: list[Head]) -> tuple[int, list[dict[str, Any]]]:
    """All records of a batch in one read; where a row cannot even be read, one by one, to name it."""
    walks = {head.id: Walk(head.ref) for head in heads}
    broken: list[dict[str, Any]] = []
    events = 0
    try:
        with session.begin_nested():
            rows = session.execute(links_query(session, list(walks))).all()
    except Exception:
        rows = [row for head in heads for row in _one_by_one(session, head, broken)]
    for row in rows:
        walk = walks[row.record_id]
        events += 1
        seq = row.seq
        broken += [_broken(walk.ref, seq, reason) for reason in (*walk.step(link_of(row)), *_spelling(row))]
    for head in heads:
        walk = walks[head.id]
        wrong = walk.end(last_seq=head.last_seq, head=head.head, stage=head.stage, process=head.process)
        broken += [_broken(head.ref, walk.seq, reason) for reason in wrong]
    return events, broken


def _one_by_one(session: Session, head: Head, broken: list[dict[str, Any]]) -> list[Any]:
    ids = session.execute(
        sa.select(AuditEvent.id, AuditEvent.seq).where(AuditEvent.record_id == head.id).order_by(AuditEvent.seq)
    ).all()
    rows: list[Any] = []
    for event_id, seq in ids:
        try:
            with session.begin_nested():
                rows += session.execute(links_query(session, [head.id]).where(AuditEvent.id == event_id)).all()
        except Exception:
            broken.append(_broken(head.ref, seq, "The event cannot be read any more: its row was changed or damaged."))
    return rows


def link_of(row: Any) -> Link:
    """One row of ``links_query`` as the walk takes it."""
    return Link(
        seq=row.seq,
        action=row.action,
        from_stage=row.from_stage,
        to_stage=row.to_stage,
        process=row.process,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        occurred_on=row.occurred_on,
        recorded_at=row.recorded_at,
        values_hash=row.values_hash,
        identity_hash=row.identity_hash,
        previous_hash=row.previous_hash,
        hash=row.hash,
        has_values=row.values_id is not None,
        salt=row.salt,
        before=row.before,
        after=row.after,
        destroyed_under=row.destroyed_under,
        identity_checked=True,
        has_identity=row.identity_id is not None,
        identity_salt=row.identity_salt,
        identity_after=row.identity_after,
        identity_destroyed_under=row.identity_destroyed_under,
    )


def _spelling(row: Any) -> list[str]:
    """A changed byte may leave an instant readable as the same one (a T for the space); it was changed all the same."""
    if row.spelt is None:
        return []
    instant: datetime = row.recorded_at
    if row.spelt == instant.strftime("%Y-%m-%d %H:%M:%S.%f"):
        return []
    return ["The time of recording is not spelt as it was written: its row was changed."]


def _storage_trouble(session: Session) -> Iterator[dict[str, Any]]:
    """SQLite's own check of the tables that hold the history: damage that no row would show."""
    if not is_sqlite(session):
        return
    for table in ("audit_event", "event_values", "identity_values"):
        try:
            found = [row[0] for row in session.execute(sa.text(f"PRAGMA integrity_check('{table}')"))]
        except DatabaseError as error:
            found = [str(error.orig)]
        for sentence in found:
            if sentence != "ok":
                yield _broken("", 0, f"The database file is damaged in {table}: {sentence}")
