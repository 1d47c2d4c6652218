"""What search can find: a row for each record's name, for each recorded answer in words, for each document's text.

Record texts are written with the event, in its transaction. Documents are read afterwards, by the worker. Answers of
the identity store, and answers that only some roles may read, are never written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

import workflows
from dardr import systime
from dardr.casework.document_text import text_of
from dardr.casework.files import content
from dardr.casework.own_questions import known_fields
from dardr.lookups.files import asked
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from dardr.storage.reviews import AuditEvent, EventValues, Record, RecordBody
from dardr.storage.search import SearchEntry
from workflows.definition import UNKNOWN_VALUES, Action, Field, FieldType

RECORD, ANSWER, DOCUMENT = "record", "answer", "document"

LONGEST_ANSWER = 100_000
PIECE = 250_000
"""Characters of a document in one row: PostgreSQL takes about a megabyte of different words at most."""

BATCH = 100
ROUND_SECONDS = 300
"""A round of reading ends after this long; the next one goes on."""

Progress = Callable[..., None]

log = structlog.get_logger(__name__)


# --- records ----------------------------------------------------------------------------------------------


def note_event(
    session: Session, record: Record, action: Action, after: Mapping[str, Any], event: AuditEvent, *, opening: bool
) -> None:
    """Make the words of an event findable, and the record by its name as it is now. In the event's transaction."""
    fields = (*action.fields, *_added(session, record.partnership_id, after))
    entries = list(_answers(record, fields, after, event))
    if opening:
        entries.append(_named(session, record))
    _write(session, entries)
    if not opening and any(
        field.name in after for field in action.fields if field.type in (FieldType.TEXT, FieldType.CHOICE)
    ):
        session.flush()
        _name_again(session, record)


def _added(session: Session, partnership_id: int, after: Mapping[str, Any]) -> list[Field]:
    """The questions of the partnership's own that were answered, in the words in which they were asked."""
    named = [name for name in after if name.startswith("own_")]
    if not named:
        return []
    known = known_fields(session, partnership_id)
    return [known[name] for name in named if name in known]


def _answers(
    record: Record, fields: Iterable[Field], after: Mapping[str, Any], event: AuditEvent
) -> Iterator[dict[str, Any]]:
    """The values of an entry for each answer with words."""
    for field in fields:
        text = _words(field, after.get(field.name))
        if text and text != record.title:
            yield {
                "record_id": record.id,
                "event_id": event.id,
                "kind": ANSWER,
                "label": field.label[:200],
                "text": text,
                "occurred_on": event.occurred_on,
            }


def _words(field: Field, value: Any) -> str:
    """The words of an answer that everyone who sees the record may read; nothing for any other."""
    if field.type is not FieldType.TEXT or field.identity or field.seen_by or value is None:
        return ""
    values = value if isinstance(value, list) else [value]
    said = [str(one) for one in values if isinstance(one, str) and one not in UNKNOWN_VALUES]
    return "\n".join(said).replace("\x00", " ").strip()[:LONGEST_ANSWER]


def _write(session: Session, entries: list[dict[str, Any]]) -> None:
    if entries:
        session.execute(sa.insert(SearchEntry), entries)


def _named(session: Session, record: Record) -> dict[str, Any]:
    """The values of the entry by which a record is found by its name."""
    return {
        "record_id": record.id,
        "event_id": None,
        "kind": RECORD,
        "label": "",
        "text": _name(session, record),
        "occurred_on": record.opened_on,
    }


def _name(session: Session, record: Record) -> str:
    """What a record is called and by whom it is owed: its reference, its name in lists, the bodies."""
    bodies = session.scalars(
        sa.select(Body.name)
        .join(RecordBody, RecordBody.body_id == Body.id)
        .where(RecordBody.record_id == record.id)
        .order_by(Body.name)
    )
    return "\n".join(part for part in (record.ref, record.title, *bodies) if part)


def _name_again(session: Session, record: Record) -> None:
    kept = session.scalar(
        sa.select(SearchEntry).where(SearchEntry.record_id == record.id, SearchEntry.kind == RECORD).limit(1)
    )
    text = _name(session, record)
    if kept is None:
        _write(session, [_named(session, record)])
    elif kept.text != text:
        kept.text = text


# --- documents --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DocumentsRead:
    """What a round did: documents with words, and without any that could be read."""

    documents: int = 0
    without_words: int = 0


def read_documents(database: Database, now: datetime, progress: Progress | None = None) -> DocumentsRead:
    """Put the words of documents not read yet into the index, oldest first. ``now`` is an aware UTC instant.

    Any number of workers may do this at once: what another has read meanwhile is left alone. A document that cannot
    be read is marked as read, and stops no other; one that cannot be opened with the key in use waits for the key. The
    words of a file that only some roles may read are in no index.
    """
    read = without = 0
    began, after = systime.monotonic(), 0
    while systime.monotonic() - began < ROUND_SECONDS:
        with database.read() as session:
            row = session.scalar(
                sa.select(StoredFile)
                .where(StoredFile.text_read_at.is_(None), StoredFile.id > after)
                .order_by(StoredFile.id)
                .limit(1)
            )
        if row is None:
            break
        after = row.id
        try:
            text = text_of(content(row)) if _for_all(database, row) else ""
        except Exception as error:
            log.warning("search.document_not_opened", file=row.id, error=type(error).__name__)
            continue
        if _keep(database, row, text, now):
            read, without = read + bool(text), without + (not text)
        if progress is not None:
            progress()
    return DocumentsRead(read, without)


def _for_all(database: Database, row: StoredFile) -> bool:
    """Whether everybody who sees the record may read the file: an e-mail or another answer that names people is not."""
    with database.read() as session:
        event = session.get(AuditEvent, row.event_id)
        return event is not None and not asked(event, row.field)[1]


def _keep(database: Database, row: StoredFile, text: str | None, now: datetime) -> bool:
    """Write the text of one document, unless another worker was first."""
    with database.write() as session:
        claimed = session.scalar(
            sa.update(StoredFile)
            .where(StoredFile.id == row.id, StoredFile.text_read_at.is_(None))
            .values(text_read_at=now)
            .returning(StoredFile.id)
        )
        if claimed is None:
            return False
        on = systime.london_date(row.added_at)
        session.add_all(
            SearchEntry(
                record_id=row.record_id,
                event_id=row.event_id,
                file_id=row.id,
                kind=DOCUMENT,
                text=piece,
                label="",
                occurred_on=on,
            )
            for piece in pieces(text or "")
        )
    return True


def pieces(text: str, size: int = PIECE) -> Iterator[str]:
    """A text in parts of at most ``size`` characters, cut between words."""
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            space = text.rfind(" ", start + 1, end)
            end = space if space > start else end
        yield text[start:end].strip()
        start = end


# --- all of it again --------------------------------------------------------------------------------------


def rebuild(
    database: Database, now: datetime, *, documents: bool = True, progress: Progress | None = None
) -> dict[str, int]:
    """Make the whole index again, from the events and the files, a hundred records at a time. UTC ``now``.

    ``documents`` False leaves document texts out, and takes away those that are there.
    """
    with database.read() as session:
        ids = list(session.scalars(sa.select(Record.id).order_by(Record.id)))
        files = session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) or 0
    step = progress or (lambda *_a, **_k: None)
    step(0, total=len(ids) + (files if documents else 0))
    entries = 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        with database.write() as session:
            entries += _records_again(session, batch)
        step(len(batch))
    with database.write() as session:
        session.execute(sa.delete(SearchEntry).where(SearchEntry.kind == DOCUMENT))
        session.execute(sa.update(StoredFile).values(text_read_at=None))
    read, without = 0, 0
    while documents:
        found = read_documents(database, now, step)
        read, without = read + found.documents, without + found.without_words
        if not (found.documents or found.without_words):
            break
    return {"records": len(ids), "entries": entries, "documents": read, "documents_without_words": without}


def _records_again(session: Session, ids: Iterable[int]) -> int:
    wanted = list(ids)
    session.execute(sa.delete(SearchEntry).where(SearchEntry.record_id.in_(wanted), SearchEntry.kind != DOCUMENT))
    records = {r.id: r for r in session.scalars(sa.select(Record).where(Record.id.in_(wanted)))}
    found = [_named(session, record) for record in records.values()]
    rows = session.execute(
        sa.select(AuditEvent, EventValues.after)
        .join(EventValues, EventValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id.in_(wanted))
        .order_by(AuditEvent.id)
    )
    for event, after in rows:
        try:
            action = workflows.get(event.process).action(event.action)
        except KeyError:
            continue
        record, given = records[event.record_id], after or {}
        found += _answers(record, (*action.fields, *_added(session, record.partnership_id, given)), given, event)
    _write(session, found)
    return len(found)
