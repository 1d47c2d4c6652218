"""The two logs that auditors read: who read what, and who changed what that belongs to no record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.administer.roles import label_of_role
from dardr.storage.people import AdminEvent
from dardr.storage.reading import ReadEvent
from dardr.storage.reviews import Record
from workflows.definition import Role

DETAILS = {"email": "e-mail address"}
"""What a detail of a change is called, where its own name does not say it."""
WHAT_WAS_READ = {
    "identity": "Who the people are",
    "family": "What concerns the family",
    "file": "A file",
    "file_names": "Names of files",
    "message": "A filed e-mail",
    "post": "An e-mail that came in",
    "opened": "Opened for a reason",
}
WITHOUT_REASON = ("conflict_", "case_")
"""Changes whose reason may tell something of a case: auditors read it, administrators do not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a log is wanted: of one person, of one review (reads) or one kind of change."""

    person: int | None = None
    ref: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """One line of the read log; ``at`` is UTC."""

    at: datetime
    name: str
    ref: str
    process_key: str
    what: str
    detail: str


def _reads_query(actor: Actor, asked: Asked) -> sa.Select[ReadEvent, str | None, str | None]:
    query: sa.Select[Any, Any, Any] = (
        sa.select(ReadEvent, Record.ref, Record.process_key)
        .outerjoin(Record, Record.id == ReadEvent.record_id)
        .where(sa.or_(ReadEvent.record_id.is_(None), visible(actor)))
    )
    if asked.person is not None:
        query = query.where(ReadEvent.user_id == asked.person)
    if asked.ref:
        query = query.where(sa.func.lower(Record.ref) == asked.ref.lower())
    if asked.what:
        query = query.where(ReadEvent.what == asked.what)
    return query


def count_reads(session: Session, actor: Actor, asked: Asked) -> int:
    """How many lines of the read log were asked for."""
    return session.scalar(sa.select(sa.func.count()).select_from(_reads_query(actor, asked).subquery())) or 0


def reads(session: Session, actor: Actor, asked: Asked, *, offset: int = 0, limit: int | None = None) -> list[Read]:
    """The read log, newest first, of records this actor may see and of none."""
    rows = session.execute(_reads_query(actor, asked).order_by(ReadEvent.id.desc()).offset(offset).limit(limit))
    return [
        Read(row.at, row.user_name, ref or "", key or "", WHAT_WAS_READ.get(row.what, row.what), row.detail)
        for row, ref, key in rows
    ]


def openings(session: Session, actor: Actor, ref: str) -> list[tuple[datetime, str, int]]:
    """Who opened the files of one record, newest first: when (UTC), their name, the number of the file."""
    rows = session.execute(_reads_query(actor, Asked(ref=ref, what="file")).order_by(ReadEvent.id.desc()))
    return [
        (row.at, row.user_name, int(number))
        for row, _, _ in rows
        if (number := row.detail.removeprefix("file ")).isdecimal()
    ]


def readers(session: Session) -> list[tuple[int, str]]:
    """Everybody who is in the read log, by name."""
    rows = session.execute(sa.select(ReadEvent.user_id, sa.func.max(ReadEvent.user_name)).group_by(ReadEvent.user_id))
    return sorted(((one, name) for one, name in rows), key=lambda person: person[1])


def _changes_query(asked: Asked) -> sa.Select[AdminEvent]:
    query = sa.select(AdminEvent)
    if asked.person is not None:
        query = query.where(AdminEvent.actor_id == asked.person)
    if asked.what:
        query = query.where(AdminEvent.what == asked.what)
    return query


def count_changes(session: Session, asked: Asked) -> int:
    """How many changes were asked for."""
    return session.scalar(sa.select(sa.func.count()).select_from(_changes_query(asked).subquery())) or 0


def changes(
    session: Session, actor: Actor, asked: Asked, *, offset: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """The log of changes that belong to no record, newest first. What tells of a case only auditors read."""
    rows = session.scalars(_changes_query(asked).order_by(AdminEvent.id.desc()).offset(offset).limit(limit))
    all_of_it = Role.AUDITOR in actor.everywhere
    return [
        {
            "at": row.at,
            "name": row.actor_name,
            "what": row.what,
            "subject": row.subject,
            "details": {
                DETAILS.get(name, name): _in_words(name, value)
                for name, value in (row.details or {}).items()
                if all_of_it or name != "reason" or not row.what.startswith(WITHOUT_REASON)
            },
        }
        for row in rows
    ]


def _in_words(name: str, value: Any) -> Any:
    """A detail as it is read: roles by the names that people know them by."""
    if name == "role":
        return _role(value)
    return [_role(one) for one in value] if name == "roles" and isinstance(value, list) else value


def _role(value: Any) -> Any:
    return label_of_role(Role(value)) if value in set(Role) else value


def changers(session: Session) -> list[tuple[int, str]]:
    """Everybody who is in the log of changes, by name."""
    rows = session.execute(
        sa.select(AdminEvent.actor_id, sa.func.max(AdminEvent.actor_name))
        .where(AdminEvent.actor_id.is_not(None))
        .group_by(AdminEvent.actor_id)
    )
    return sorted(((one or 0, name) for one, name in rows), key=lambda person: person[1])


def kinds_of_change(session: Session) -> list[str]:
    """The kinds of change there are in the log."""
    return list(session.scalars(sa.select(AdminEvent.what).distinct().order_by(AdminEvent.what)))
