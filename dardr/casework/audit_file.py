"""A copy of every history that can be checked anywhere, without the database and without anybody's identity.

JSON lines: a first line that says what it is, for each record a ``record`` line and its ``event`` lines in order, and
a last line with the totals, so that a file cut short is noticed. Identity values never leave: only their hashes do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.chain import Link, Walk, instant_text
from dardr.storage.engine import is_sqlite
from dardr.storage.reviews import AuditEvent, EventValues, IdentityValues, Record
from dardr.storage.types import canonical

FORMAT = "dardr-audit"
VERSION = 1
BATCH = 500


@dataclass(frozen=True, slots=True)
class Head:
    """A record as it speaks of itself: what its history must lead to."""

    id: int
    ref: str
    process: str
    stage: str
    last_seq: int
    head: str


def heads_in_batches(session: Session) -> Iterator[list[Head]]:
    """Every record, a few hundred at a time, so that memory stays flat however many there are."""
    after = 0
    while True:
        rows = session.execute(
            sa.select(Record.id, Record.ref, Record.process, Record.stage, Record.last_seq, Record.head)
            .where(Record.id > after)
            .order_by(Record.id)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        yield [Head(*row) for row in rows]
        after = rows[-1].id


def export(session: Session, file: TextIO, progress: Callable[[int], None] | None = None) -> int:
    """Write every history to ``file`` (text, UTF-8); how many events were written."""
    file.write(canonical({"kind": FORMAT, "version": VERSION}) + "\n")
    records = events = 0
    for batch in heads_in_batches(session):
        lines: dict[int, list[str]] = {row.id: [] for row in batch}
        for row in session.execute(links_query(session, list(lines))):
            lines[row.record_id].append(canonical(_event_line(row)))
        for row in batch:
            file.write(
                canonical(
                    {
                        "kind": "record",
                        "ref": row.ref,
                        "process": row.process,
                        "stage": row.stage,
                        "last_seq": row.last_seq,
                        "head": row.head,
                    }
                )
                + "\n"
            )
            file.writelines(line + "\n" for line in lines[row.id])
            records += 1
            events += len(lines[row.id])
        if progress:
            progress(sum(len(one) for one in lines.values()))
    file.write(canonical({"kind": "end", "records": records, "events": events}) + "\n")
    return events


def _event_line(row: Any) -> dict[str, Any]:
    return {
        "kind": "event",
        "seq": row.seq,
        "action": row.action,
        "from": row.from_stage,
        "to": row.to_stage,
        "process": row.process,
        "actor_id": row.actor_id,
        "actor": row.actor_name,
        "occurred_on": row.occurred_on.isoformat(),
        "recorded_at": instant_text(row.recorded_at),
        "values_hash": row.values_hash,
        "identity_hash": row.identity_hash,
        "previous_hash": row.previous_hash,
        "hash": row.hash,
        "has_values": row.values_id is not None,
        "salt": row.salt,
        "before": row.before,
        "after": row.after,
        "destroyed_under": row.destroyed_under,
    }


def verify_file(path: Path | str) -> dict[str, Any]:
    """Check an exported file by itself. The same shape as ``audit.verify``; raises OSError where it cannot be read.

    It proves that nothing in the file was changed since it was exported, except by somebody who wrote every later
    hash of that record anew: compare it with a signed head for that.
    """
    reading = _Reading()
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for number, text in enumerate(file, start=1):
            try:
                reading.line(number, json.loads(text))
            except (ValueError, KeyError, TypeError, AttributeError):
                reading.say(reading.at + 1, [f"Line {number} of the file cannot be read."])
    if not reading.ended:
        reading.finish()
        reading.say(0, ["The file is not whole: its last line is missing."])
    return {"ok": not reading.broken, "events": reading.events, "broken": reading.broken}


class _Reading:
    """An exported file being read, line by line."""

    def __init__(self) -> None:
        self.broken: list[dict[str, Any]] = []
        self.records = self.events = 0
        self.ended = False
        self._walk: Walk | None = None
        self._about: dict[str, Any] = {}

    @property
    def at(self) -> int:
        return self._walk.seq if self._walk else 0

    def say(self, seq: int, reasons: list[str]) -> None:
        ref = self._walk.ref if self._walk else ""
        self.broken.extend({"ref": ref, "seq": seq, "reason": reason} for reason in reasons)

    def finish(self) -> None:
        """The end of a record's events: does the record agree with the last of them?"""
        if self._walk is not None:
            self.say(self._walk.seq, self._walk.end(**self._about))
            self._walk = None

    def line(self, number: int, line: Mapping[str, Any]) -> None:
        kind = line["kind"]
        if number == 1:
            if (kind, line["version"]) != (FORMAT, VERSION):
                raise ValueError(kind)
        elif kind == "record":
            self.finish()
            self._walk = Walk(line["ref"])
            self._about = {name: line[name] for name in ("last_seq", "head", "stage", "process")}
            self.records += 1
        elif kind == "event" and self._walk is not None:
            self.events += 1
            self.say(line["seq"], self._walk.step(_link(line)))
        elif kind == "end":
            self.finish()
            self.ended = True
            if (line["records"], line["events"]) != (self.records, self.events):
                self.say(0, [f"The file ends by counting {line['events']} events, and holds {self.events}."])
        else:
            raise ValueError(kind)


def links_query(session: Session, record_ids: list[int]) -> sa.Select[*tuple[Any, ...]]:
    """Events of these records with their values, in order. On SQLite also the instant exactly as it is spelt."""
    spelt = sa.type_coerce(AuditEvent.recorded_at, sa.String) if is_sqlite(session) else sa.null()
    return (
        sa.select(
            AuditEvent.record_id,
            AuditEvent.seq,
            AuditEvent.action,
            AuditEvent.from_stage,
            AuditEvent.to_stage,
            AuditEvent.process,
            AuditEvent.actor_id,
            AuditEvent.actor_name,
            AuditEvent.occurred_on,
            AuditEvent.recorded_at,
            AuditEvent.values_hash,
            AuditEvent.identity_hash,
            AuditEvent.previous_hash,
            AuditEvent.hash,
            spelt.label("spelt"),
            EventValues.event_id.label("values_id"),
            EventValues.salt,
            EventValues.before,
            EventValues.after,
            EventValues.destroyed_under,
            IdentityValues.event_id.label("identity_id"),
            IdentityValues.salt.label("identity_salt"),
            IdentityValues.after.label("identity_after"),
            IdentityValues.destroyed_under.label("identity_destroyed_under"),
        )
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .outerjoin(IdentityValues, IdentityValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id.in_(record_ids))
        .order_by(AuditEvent.record_id, AuditEvent.seq)
    )


def _link(line: Mapping[str, Any]) -> Link:
    occurred_on, recorded_at = date.fromisoformat(line["occurred_on"]), datetime.fromisoformat(line["recorded_at"])
    if (occurred_on.isoformat(), instant_text(recorded_at)) != (line["occurred_on"], line["recorded_at"]):
        raise ValueError("a date may be spelt in one way only")
    return Link(
        seq=line["seq"],
        action=line["action"],
        from_stage=line["from"],
        to_stage=line["to"],
        process=line["process"],
        actor_id=line["actor_id"],
        actor_name=line["actor"],
        occurred_on=occurred_on,
        recorded_at=recorded_at,
        values_hash=line["values_hash"],
        identity_hash=line["identity_hash"],
        previous_hash=line["previous_hash"],
        hash=line["hash"],
        has_values=line["has_values"],
        salt=line["salt"],
        before=line["before"],
        after=line["after"],
        destroyed_under=line["destroyed_under"],
    )
