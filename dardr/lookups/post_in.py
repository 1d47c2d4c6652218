"""Post that came in, as people see it: what waits to be read, of which record it is, and addresses that do not work.

What a message says is read only by those who carry the record it belongs to; one that belongs nowhere yet, by those
who carry the partnership's reviews. Everybody else who sees the record sees that something came, and when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from dardr.access import refs_in_conflict, roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.files import unseal
from dardr.casework.message_files import CannotReadMessage, read_message
from dardr.errors import NotFound
from dardr.lookups.message_records import carried_records
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.people import User
from dardr.storage.post_in import FailingAddress, IncomingMail
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Record, RecordLink
from notifications.incoming import read_incoming
from workflows.definition import Role
from workflows.processes.who import CASEWORK

MOST = 500
WITHOUT_CONTENT = (defer(IncomingMail.sealed), defer(IncomingMail.wrapped_key))


@dataclass(frozen=True, slots=True)
class Came:
    """One message that came in. ``about`` are the records it may belong to: reference and kind of process.

    ``settled`` says that it is known which one it is; ``readable`` that this person may read it. ``mine``: it is for
    them to deal with, because they carry the review or nobody does.
    """

    id: int
    kind: str
    sender: str
    received_at: datetime
    about: tuple[tuple[str, str], ...]
    settled: bool
    readable: bool
    mine: bool
    outbox_id: int | None
    dealt_at: datetime | None
    dealt_by: str
    note: str

    @property
    def waits(self) -> bool:
        """True until somebody has dealt with it."""
        return self.dealt_at is None

    def as_dict(self) -> dict[str, Any]:
        """What everybody who sees the record may know of it, JSON-ready: that it came, and when."""
        return {
            "id": self.id,
            "ref": self.about[0][0] if self.about else None,
            "kind": self.kind,
            "received_at": self.received_at.isoformat(),
            "dealt_at": self.dealt_at.isoformat() if self.dealt_at else None,
            "readable": self.readable,
        }


@dataclass(frozen=True, slots=True)
class Failing:
    """An address that does not work: since when, why, and whose it is as far as that is known."""

    id: int
    address: str
    since: datetime
    why: str
    outbox_id: int | None
    whose: tuple[str, ...]
    cleared_at: datetime | None
    cleared_by: str


# --- messages ---------------------------------------------------------------------------------------------


def came_in(session: Session, actor: Actor, *, dealt: bool = False) -> list[Came]:
    """What this person may read, newest first: what waits to be dealt with, or what somebody has dealt with."""
    query = (
        sa.select(IncomingMail)
        .options(*WITHOUT_CONTENT)
        .where(IncomingMail.dealt_at.is_not(None) if dealt else IncomingMail.dealt_at.is_(None))
        .order_by(IncomingMail.received_at.desc(), IncomingMail.id.desc())
        .limit(MOST)
    )
    return [one for one in _shown(session, actor, list(session.scalars(query))) if one.readable]


def came_about(session: Session, actor: Actor, record_ids: Collection[int]) -> list[Came]:
    """What came in about records that this person sees, oldest first, whether they may read it or not."""
    if not record_ids:
        return []
    carried = sa.select(Reminder.outbox_id).where(Reminder.record_id.in_(record_ids), Reminder.outbox_id.is_not(None))
    query = (
        sa.select(IncomingMail)
        .options(*WITHOUT_CONTENT)
        .where(
            sa.or_(
                IncomingMail.record_id.in_(record_ids),
                sa.and_(IncomingMail.record_id.is_(None), IncomingMail.outbox_id.in_(carried)),
            )
        )
        .order_by(IncomingMail.received_at, IncomingMail.id)
    )
    return _shown(session, actor, list(session.scalars(query)))


def came_to(session: Session, actor: Actor, outbox_id: int) -> list[Came]:
    """What came in answer to one message, oldest first, whether this person may read it or not."""
    query = sa.select(IncomingMail).options(*WITHOUT_CONTENT).where(IncomingMail.outbox_id == outbox_id)
    return _shown(session, actor, list(session.scalars(query.order_by(IncomingMail.received_at, IncomingMail.id))))


def readable_among(session: Session, actor: Actor, rows: Sequence[IncomingMail]) -> frozenset[int]:
    """The numbers of those that this person may read."""
    return frozenset(one.id for one in _shown(session, actor, rows) if one.readable)


def find_mail(session: Session, actor: Actor, number: int) -> tuple[IncomingMail, Came]:
    """One message, with its content still sealed. Raises NotFound where it is not for this person to read."""
    row = session.get(IncomingMail, number)
    shown = _shown(session, actor, [row]) if row is not None else []
    if row is None or not shown[0].readable:
        raise NotFound("There is no such e-mail, or it is not yours to read. Look at the list of post that came in.")
    return row, shown[0]


def words_of(row: IncomingMail) -> tuple[str, str]:
    """The subject and the plain text of a message, unsealed; what cannot be read as an e-mail, as it came."""
    content = content_of(row)
    said = read_incoming(content)
    try:
        found = read_message(content)
        return found.subject or said.subject, found.text or said.text
    except CannotReadMessage:
        return said.subject, said.text


def content_of(row: IncomingMail) -> bytes:
    """The bytes of a message. Raises NotFound where the master key is another one."""
    return unseal(row.wrapped_key, row.sealed)


def _shown(session: Session, actor: Actor, rows: Sequence[IncomingMail]) -> list[Came]:
    """These messages for one person; a number of queries that does not depend on how many they are."""
    about = _records_of(session, rows)
    ids = {one for found in about.values() for one in found}
    records = {row.id: row for row in session.scalars(sa.select(Record).where(Record.id.in_(ids)))} if ids else {}
    seen = list(session.scalars(sa.select(Record).where(Record.id.in_(ids), visible(actor)))) if ids else []
    roles = roles_on_each(session, actor, seen)
    shown = {one.id for one in seen}
    carried = {one for one, held in roles.items() if held & CASEWORK}
    kept_from = refs_in_conflict(session, actor)
    managers = _carried_by(session, records.values())
    names = _names(session, (row.dealt_by for row in rows))
    found: list[Came] = []
    for row in rows:
        mine = about[row.id]
        conflict = any(records[one].ref in kept_from for one in mine)
        readable = not conflict and bool(mine & carried if mine else _sorts_post(actor))
        found.append(
            Came(
                id=row.id,
                kind=row.kind,
                sender=row.sender,
                received_at=row.received_at,
                about=tuple((records[one].ref, records[one].process_key) for one in sorted(mine & shown)),
                settled=row.record_id is not None,
                readable=readable,
                mine=readable and (not mine or any(managers[one] <= {actor.id} for one in mine & carried)),
                outbox_id=row.outbox_id,
                dealt_at=row.dealt_at,
                dealt_by=names.get(row.dealt_by or 0, ""),
                note=row.note,
            )
        )
    return found


def _sorts_post(actor: Actor) -> bool:
    """Who reads what belongs to no record yet: the team, as far as they see all its reviews."""
    return bool(actor.everywhere & (CASEWORK - ({Role.CASE_MANAGER} if actor.assigned_only else set())))


def _records_of(session: Session, rows: Sequence[IncomingMail]) -> dict[int, set[int]]:
    """The records each belongs to, or may belong to: those the message carried that it answers."""
    open_to = {row.outbox_id for row in rows if row.record_id is None and row.outbox_id is not None}
    carried = carried_records(session, open_to)
    return {row.id: {row.record_id} if row.record_id else carried.get(row.outbox_id or 0, set()) for row in rows}


def _carried_by(session: Session, records: Iterable[Record]) -> dict[int, set[int]]:
    """Who carries each record, or the reviews it serves; empty where nobody does."""
    found = {one.id: {one.case_manager_id} - {None} for one in records}
    if found:
        links = session.execute(
            sa.select(RecordLink.item_id, Record.case_manager_id)
            .join(Record, Record.id == RecordLink.review_id)
            .where(RecordLink.item_id.in_(found), RecordLink.kind == "item", Record.case_manager_id.is_not(None))
        )
        for item, manager in links:
            found[item].add(manager)
    return found  # type: ignore[return-value]


def _names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {one: name for one, name in session.execute(sa.select(User.id, User.name).where(User.id.in_(wanted)))}


# --- addresses --------------------------------------------------------------------------------------------


def failing_addresses(session: Session, *, cleared: bool = False) -> list[Failing]:
    """The addresses that do not work, newest first; or those that a person said work again."""
    rows = list(
        session.scalars(
            sa.select(FailingAddress)
            .where(FailingAddress.cleared_at.is_not(None) if cleared else FailingAddress.cleared_at.is_(None))
            .order_by(FailingAddress.since.desc(), FailingAddress.id.desc())
            .limit(MOST)
        )
    )
    whose = _whose(session, [row.address for row in rows])
    names = _names(session, (row.cleared_by for row in rows))
    return [
        Failing(
            row.id, row.address, row.since, row.why, row.outbox_id, tuple(whose.get(row.address, ())),
            row.cleared_at, names.get(row.cleared_by or 0, ""),
        )
        for row in rows
    ]  # fmt: skip


def _whose(session: Session, addresses: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not addresses:
        return found
    contacts = session.execute(
        sa.select(sa.func.lower(BodyContact.email), Body.name)
        .join(Body, Body.id == BodyContact.body_id)
        .where(sa.func.lower(BodyContact.email).in_(addresses))
        .order_by(Body.name)
    )
    people = session.execute(
        sa.select(sa.func.lower(User.email), User.name).where(sa.func.lower(User.email).in_(addresses))
    )
    for address, name in (*contacts, *people):
        if name not in found.setdefault(address, []):
            found[address].append(name)
    return found


def came_back(session: Session, addresses: Iterable[str]) -> dict[str, datetime]:
    """Of these addresses (small letters) those that do not work now, and since when."""
    wanted = {one.strip().lower() for one in addresses}
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(FailingAddress.address, FailingAddress.since).where(
            FailingAddress.cleared_at.is_(None), FailingAddress.address.in_(wanted)
        )
    )
    return {address: since for address, since in rows}
