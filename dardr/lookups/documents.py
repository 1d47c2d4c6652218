"""The documents of a record in one list: those filed with their versions, and the files given with other steps.

Who may read a document decides who finds it (``access.visible``); a file of another step is shown as its question says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record
from dardr.actors import Actor
from dardr.lookups.files import DOCUMENT, LABELS, FileLine, files_of, marking_of
from dardr.lookups.records import apart_from
from dardr.storage.reviews import Record
from workflows.processes.document_1 import EVERYONE, IN_USE, KIND, SENSITIVE, WHO_READS

WITH_A_STEP = "with_a_step"
"""What the kind of a file is that was given with another step, when a list is asked for by kind."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document: its name, what it is for, what changed, and its file or where it is kept."""

    entry: int
    name: str
    what_for: str
    changes: str
    kept_where: str
    on: date
    file: FileLine | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of the list: a document in its newest version, or a file that was given with another step."""

    ref: str
    title: str
    kind: str
    kind_label: str
    marking: str
    stage_label: str
    in_use: bool
    newest: Version
    readers: str = ""
    versions: int = 1
    by: str = ""
    order: tuple[Any, ...] = field(default=(), compare=False)

    @property
    def is_document(self) -> bool:
        """True for a document with versions, False for the file of another step."""
        return self.kind != WITH_A_STEP


def documents_of(session: Session, actor: Actor, ref: str) -> list[DocumentLine]:
    """Every document and file of a record and of what serves it that this person sees, newest first.

    Raises NotFound where the record is not theirs to see.
    """
    record = get_record(session, actor, ref)
    own: dict[str, list[FileLine]] = {}
    found: list[DocumentLine] = []
    documents = {one.ref: one for one in apart_from(session, actor, record, DOCUMENT)}
    for file in files_of(session, actor, ref):
        if file.ref in documents:
            own.setdefault(file.ref, []).append(file)
        else:
            found.append(_of_a_step(file))
    found += [_document(one, own.get(one.ref, [])) for one in documents.values()]
    return sorted(found, key=lambda line: line.order, reverse=True)


def versions_of(record: Record, files: list[FileLine]) -> list[Version]:
    """The versions of a document, newest first."""
    by_entry = {file.entry: file for file in files}
    entries: list[dict[str, Any]] = [
        {**record.facts, "seq": 1, "on": record.facts.get("filed_on") or record.opened_on.isoformat()},
        *(record.facts.get("versions") or []),
    ]
    return [
        Version(
            entry=int(one["seq"]),
            name=str(one.get("version") or ""),
            what_for=str(one.get("version_for") or ""),
            changes=str(one.get("version_changes") or ""),
            kept_where=str(one.get("kept_where") or ""),
            on=date.fromisoformat(str(one["on"])),
            file=by_entry.get(int(one["seq"])),
        )
        for one in reversed(entries)
    ]


def readers_of(record: Record) -> str:
    """Who may read a document, in words; empty where everyone does who sees what it serves."""
    chosen = record.facts.get("readers", EVERYONE)
    return "" if chosen == EVERYONE else dict(WHO_READS).get(chosen, "")


def _document(record: Record, files: list[FileLine]) -> DocumentLine:
    versions = versions_of(record, files)
    kind = str(record.facts.get("document_kind") or "other")
    newest = versions[0]
    return DocumentLine(
        ref=record.ref,
        title=record.title,
        kind=kind,
        kind_label={choice.value: choice.label for choice in KIND.choices}.get(kind, kind),
        marking=marking_of(record),
        stage_label=workflows.get(record.process).stage(record.stage).label,
        in_use=record.stage == IN_USE,
        newest=newest,
        readers=readers_of(record),
        versions=len(versions),
        by=newest.file.by if newest.file else "",
        order=(newest.on, newest.file.number if newest.file else 0, record.id),
    )


def _of_a_step(file: FileLine) -> DocumentLine:
    return DocumentLine(
        ref=file.ref,
        title=file.question,
        kind=WITH_A_STEP,
        kind_label=file.step,
        marking=LABELS[SENSITIVE],
        stage_label="",
        in_use=True,
        newest=Version(file.entry, file.version, file.what_for, "", "", file.occurred_on, file),
        by=file.by,
        order=(file.occurred_on, file.number, 0),
    )
