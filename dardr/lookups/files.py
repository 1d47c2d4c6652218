"""The stored files of a record and of the records that serve it: which a person may see, and one of them to open.

A file given in answer to an identity question (an e-mail, its attachments) is for those who see identities, like the
answer itself. What a file was called may tell a name, so its given name is theirs alone too.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import SEES_IDENTITIES, get_record, opens_files, roles_on, roles_on_each
from dardr.actors import Actor
from dardr.errors import Forbidden, NotFound
from dardr.lookups.records import apart_from, visible_items
from dardr.storage.files import StoredFile
from dardr.storage.reviews import AuditEvent, Record
from workflows.definition import FieldType, Role
from workflows.processes.document_1 import MARKINGS, SENSITIVE

KINDS = {
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.ms-outlook": "E-mail",
    "message/rfc822": "E-mail",
    "text/plain": "Text",
    "text/html": "Web page",
    "application/zip": "Zip folder",
}
"""What kind of file it is said to be, by its media type."""

BY_ENDING = {
    ".msg": "E-mail",
    ".eml": "E-mail",
    ".pdf": "PDF",
    ".doc": "Word",
    ".docx": "Word",
    ".xls": "Excel",
    ".xlsx": "Excel",
    ".pptx": "PowerPoint",
    ".txt": "Text",
    ".html": "Web page",
    ".zip": "Zip folder",
}
"""What kind of file it seems to be: its ending says more than the type a browser claimed."""

DOCUMENT = "document"
LABELS = dict(MARKINGS)
VERSION_ASKED = ("version", "version_for", "what_for")
"""The questions whose answers say which version of a document a file is, and what it is for."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One stored file as lists show it. ``name`` is what it was called, empty for those who may not read that.

    ``version`` and ``what_for`` are what the step that gave it said of it. ``scanned_at`` (UTC) is when a virus scanner
    found nothing in it, None where none looked. ``field`` is the name of the question that it answers.
    """

    number: int
    ref: str
    entry: int
    question: str
    step: str
    occurred_on: date
    added_at: datetime
    by: str
    kind: str
    size: int
    name: str
    download_name: str
    restricted: bool
    may_open: bool
    version: str = ""
    what_for: str = ""
    scanned_at: datetime | None = None
    field: str = ""


def files_of(session: Session, actor: Actor, ref: str) -> list[FileLine]:
    """The files of a record and of the records that serve it that this person may see, newest first.

    Raises NotFound where the record is not theirs to see.
    """
    record = get_record(session, actor, ref)
    documents = apart_from(session, actor, record, DOCUMENT)
    return _lines(session, actor, [record, *visible_items(session, actor, record), *documents])


def files_by_entry(session: Session, actor: Actor, ref: str) -> dict[tuple[str, int], list[FileLine]]:
    """The same by the reference and the number of the entry that gave them, oldest first: for a timeline."""
    found: dict[tuple[str, int], list[FileLine]] = {}
    for line in reversed(files_of(session, actor, ref)):
        found.setdefault((line.ref, line.entry), []).append(line)
    return found


def _lines(session: Session, actor: Actor, records: list[Record]) -> list[FileLine]:
    by_id = {record.id: record for record in records}
    roles = roles_on_each(session, actor, records)
    opened = set(session.scalars(sa.select(Record.id).where(Record.id.in_(list(by_id)), opens_files(actor))))
    rows = session.execute(
        sa.select(
            StoredFile.id, StoredFile.record_id, StoredFile.name, StoredFile.media_type, StoredFile.size,
            StoredFile.field, StoredFile.added_at, StoredFile.scanned_at, AuditEvent,
        )
        .join(AuditEvent, AuditEvent.id == StoredFile.event_id)
        .where(StoredFile.record_id.in_(list(by_id)))
        .order_by(StoredFile.id.desc())
    )  # fmt: skip
    found = []
    for row in rows:
        record, event = by_id[row.record_id], row.AuditEvent
        question, readers = asked(event, row.field)
        held = roles[record.id]
        if readers and not held & readers:
            continue
        suffix = suffix_of(row.name, row.media_type)
        version, what_for = _said_of_it(record, event)
        found.append(
            FileLine(
                number=row.id,
                ref=record.ref,
                entry=event.seq,
                question=question,
                step=_step(event),
                occurred_on=event.occurred_on,
                added_at=row.added_at,
                by=event.actor_name,
                kind=kind_of(row.name, row.media_type),
                size=row.size,
                name=row.name if held & SEES_IDENTITIES else "",
                download_name=download_name(record, row.id, suffix),
                restricted=bool(readers),
                may_open=record.id in opened,
                version=version,
                what_for=what_for,
                scanned_at=row.scanned_at,
                field=row.field,
            )
        )
    return found


def _said_of_it(record: Record, event: AuditEvent) -> tuple[str, str]:
    """Which version a file is and what for, by the answers of the step that gave it; empty where it was not asked."""
    entry: Mapping[str, Any] = record.facts if event.seq == 1 else {}
    for kept in record.facts.values():
        if isinstance(kept, list):
            entry = next((one for one in kept if isinstance(one, dict) and one.get("seq") == event.seq), entry)
    try:
        fields = workflows.get(event.process).action(event.action).fields
    except KeyError:
        return "", ""
    said = {f.name: str(entry.get(f.name) or "") for f in fields if f.name in VERSION_ASKED and not f.seen_by}
    for field in fields:
        if field.name in said:
            labels = {choice.value: choice.label for choice in field.choices}
            said[field.name] = labels.get(said[field.name], said[field.name])
    return said.get("version", ""), said.get("version_for") or said.get("what_for", "")


def asked(event: AuditEvent, field: str) -> tuple[str, frozenset[Role]]:
    """The question a file answers, and the roles that may read it; no roles: whoever sees the record.

    One that no action asks any more is treated as an identity question: the stricter rule.
    """
    try:
        fields = workflows.get(event.process).action(event.action).fields
    except KeyError:
        return "A file", SEES_IDENTITIES
    if not field:  # kept before the question was noted: an ordinary answer
        return next((f.label for f in fields if f.type is FieldType.FILE and not f.identity), "A file"), frozenset()
    found = next((f for f in fields if f.name == field), None)
    if found is None:
        return "A file", SEES_IDENTITIES
    return found.label, SEES_IDENTITIES if found.identity else found.seen_by


def _step(event: AuditEvent) -> str:
    try:
        return workflows.get(event.process).action(event.action).label
    except KeyError:
        return event.action.replace("_", " ").capitalize()


def kind_of(name: str, media_type: str) -> str:
    """What kind of file it seems to be, in a word."""
    suffix = suffix_of(name, media_type)
    return BY_ENDING.get(suffix) or KINDS.get(media_type) or suffix.lstrip(".").upper() or "File"


def suffix_of(name: str, media_type: str) -> str:
    """The ending of a file's name, which tells its kind and nothing else: ``.pdf``. Empty where it has none."""
    suffix = PurePath(name).suffix.lower()
    if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix):
        return suffix
    return mimetypes.guess_extension(media_type) or ""


def marking_of(record: Record) -> str:
    """How the files of a record are marked, in words; the ordinary marking of a review where nobody said."""
    return LABELS.get(str(record.facts.get("marking")), LABELS[SENSITIVE])


def download_name(record: Record, number: int, suffix: str) -> str:
    """What a file is called when it is saved: reference, number and marking, never the name it was given."""
    return f"{record.ref}-file-{number}-{marking_of(record).replace(' ', '-')}{suffix}"


def get_file(session: Session, actor: Actor, ref: str, number: int) -> tuple[Record, StoredFile]:
    """One stored file of a record. Raises NotFound where there is none, or it is not this person's to see.

    Raises Forbidden for somebody whose role shows which files there are, and not what is in them.
    """
    record = get_record(session, actor, ref)
    row = session.scalar(sa.select(StoredFile).where(StoredFile.id == number, StoredFile.record_id == record.id))
    event = session.get(AuditEvent, row.event_id) if row is not None and row.event_id else None
    if row is None or (event is not None and not _may_read(session, actor, record, event, row.field)):
        raise NotFound(f"There is no file {number} on {ref}, or it is not yours to see.")
    if session.scalar(sa.select(Record.id).where(Record.id == record.id, opens_files(actor))) is None:
        raise Forbidden("Your role shows which files there are. What is in them may name people.")
    return record, row


def _may_read(session: Session, actor: Actor, record: Record, event: AuditEvent, field: str) -> bool:
    _, readers = asked(event, field)
    return not readers or bool(roles_on(session, actor, record) & readers)
