"""One filed e-mail to read: who wrote it, to whom, about what, and its text. For those who see identities only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import SEES_IDENTITIES, get_record, roles_on
from dardr.actors import Actor
from dardr.casework.correspondence import filing
from dardr.casework.files import content
from dardr.casework.message_files import CannotReadMessage, read_message
from dardr.errors import Forbidden, NotFound
from dardr.storage.files import StoredFile
from dardr.storage.reviews import AuditEvent, EventValues, IdentityValues, Record


@dataclass(frozen=True, slots=True)
class FiledMessage:
    """A filed e-mail. ``identity`` holds sender, recipients and subject; ``values`` what everybody may see.

    ``destroyed_under`` says under what its content was destroyed; there is nothing else to read then.
    """

    event: AuditEvent
    values: dict[str, Any]
    identity: dict[str, Any]
    text: str
    destroyed_under: str | None


def find_message(session: Session, actor: Actor, ref: str, entry: int) -> tuple[Record, AuditEvent]:
    """The event that filed an e-mail. Raises NotFound, or Forbidden for a role that sees no identities here."""
    record = get_record(session, actor, ref)
    event = session.scalar(sa.select(AuditEvent).where(AuditEvent.record_id == record.id, AuditEvent.seq == entry))
    if event is None or not _files_a_message(event):
        raise NotFound(f"Entry {entry} of {ref} is no e-mail. Look at the timeline for the entries that are.")
    if not roles_on(session, actor, record) & SEES_IDENTITIES:
        raise Forbidden("An e-mail may name people, so it is for those who carry or chair this review.")
    return record, event


def read_filed(session: Session, event: AuditEvent) -> FiledMessage:
    """What was kept of a filed e-mail. The text is read from the stored file each time, and kept nowhere else."""
    values, kept = session.get(EventValues, event.id), session.get(IdentityValues, event.id)
    row = session.scalar(
        sa.select(StoredFile).where(StoredFile.event_id == event.id, StoredFile.source_id.is_not(None))
    )
    try:
        text = read_message(content(row)).text if row is not None else ""
    except CannotReadMessage:
        text = ""
    return FiledMessage(
        event=event,
        values=dict(values.after or {}) if values else {},
        identity=dict(kept.after or {}) if kept else {},
        text=text,
        destroyed_under=kept.destroyed_under if kept else None,
    )


def _files_a_message(event: AuditEvent) -> bool:
    try:
        return filing(workflows.get(event.process).action(event.action)) is not None
    except KeyError:
        return False
