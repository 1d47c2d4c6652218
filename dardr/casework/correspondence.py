"""Filing an e-mail: what its file says becomes the answers of the action, and it is filed once on a record.

Who wrote it, to whom and about what are kept as identity values, because they hold names. Which way it went and with
which body are worked out from the addresses, as a suggestion that people may change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.file_checks import problem_of
from dardr.casework.files import FileGiven, largest, largest_words
from dardr.casework.message_files import CannotReadMessage, CapturedMessage, read_message
from dardr.errors import Conflict, Invalid, Reason
from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.files import StoredFile
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, Record
from dardr.systime import LONDON
from workflows.calendar import in_words
from workflows.definition import Action, Choice, FilesMessage

SHARED_DOMAINS = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk",
        "msn.com", "yahoo.com", "yahoo.co.uk", "icloud.com", "me.com", "aol.com", "btinternet.com", "sky.com",
        "proton.me", "protonmail.com",
    }
)  # fmt: skip
"""Anybody may have an address there, so the domain tells nothing about a body."""


def filing(action: Action) -> FilesMessage | None:
    """How an action files an e-mail, if it does."""
    return next((effect for effect in action.effects if isinstance(effect, FilesMessage)), None)


def with_message_read(
    session: Session,
    record: Record,
    action: Action,
    values: Mapping[str, Any],
    choices: Mapping[str, Sequence[Choice]],
    today: date,
) -> Mapping[str, Any]:
    """The answers with what the message file says, for an action that files one; the same answers for any other.

    ``today`` is a London date: a message dated after it has no date that can be believed. Raises Invalid where the
    file cannot be read as a message.
    """
    effect = filing(action)
    if effect is None:
        return values
    given = values.get(effect.name)
    given = given[0] if isinstance(given, list | tuple) and len(given) == 1 else given
    asked = {f.name for f in action.fields if not f.filled}
    if not isinstance(given, FileGiven):
        return values
    found = read_file(given, effect.name)
    return {
        **_guess(session, record, found, [choice.value for choice in choices.get("body", ())]),
        **{name: value for name, value in values.items() if name in asked and value not in (None, "", [])},
        **_filled(found, today),
    }


def read_file(given: FileGiven, field: str = "message") -> CapturedMessage:
    """The message in a file given. Raises Invalid with the sentence why it cannot be one."""
    if given.too_large or len(given.content) > largest():
        raise Invalid([Reason(f"This file cannot be filed: {too_large()}", field)])
    try:
        return read_message(given.content)
    except CannotReadMessage as error:
        raise Invalid([Reason(f"This file cannot be filed: {error}", field)]) from error


def too_large() -> str:
    """Why a large file is refused."""
    return f"it is larger than {largest_words()}. Save its attachments apart, and file those."


def sent_on(found: CapturedMessage, today: date) -> date | None:
    """The London day of a message; None where it has no date, or one after ``today``."""
    day = found.sent_at.astimezone(LONDON).date() if found.sent_at else None
    return day if day is not None and day <= today else None


def _filled(found: CapturedMessage, today: date) -> dict[str, Any]:
    came = [one for one in found.attachments if one.content]
    kept, notes = _sorted_out(came)
    sent: datetime | None = None
    if found.sent_at is not None and sent_on(found, today):
        sent = found.sent_at.astimezone(LONDON)
    return {
        "sent_at": sent,
        "attachment_count": str(len(came)),
        "attachments": kept,
        "attachment_notes": notes,
        "sender": found.sender.words,
        "recipients": [one.words for one in found.recipients],
        "subject": found.subject,
        "message_id": found.message_id,
    }


def _sorted_out(came: Sequence[FileGiven]) -> tuple[list[FileGiven], list[str]]:
    """The attachments that are kept as files of their own, and a sentence for each that is none or cannot be opened.

    An e-mail is kept as it came, with everything in it: what could do harm is only not taken out of it.
    """
    kept: list[FileGiven] = []
    notes: list[str] = []
    for number, one in enumerate(came, 1):
        this = "The attachment" if len(came) == 1 else f"Attachment {number} of {len(came)}"
        problem = problem_of(one.name, one.content)
        if problem is None or not problem.harmful:
            kept.append(replace(one, kept_anyway=True))
        if problem is not None:
            fate = "It is left inside the e-mail." if problem.harmful else "It is kept as it came."
            notes.append(f"{this} {problem.what} {fate}")
    return kept, notes


# --- filed once -------------------------------------------------------------------------------------------


def source_id(message_id: str, sha256_of_file: str) -> str:
    """What a message is known by: its own Message-ID, or the hash of its file where it has none."""
    key = message_id.strip().strip("<>") or f"sha256:{sha256_of_file}"
    return key if len(key) <= 255 else "sha256:" + sha256(key.encode()).hexdigest()


def filed_before(session: Session, record: Record, key: str) -> AuditEvent | None:
    """The entry that filed the message of that ``source_id`` on a record; None where it is not there."""
    filing_it = (
        sa.select(AuditEvent)
        .join(StoredFile, StoredFile.event_id == AuditEvent.id)
        .where(StoredFile.record_id == record.id, StoredFile.source_id == key)
    )
    return session.scalar(filing_it.limit(1))


def keep_source(
    session: Session, record: Record, event: AuditEvent, answers: Mapping[str, Any], effect: FilesMessage
) -> None:
    """Note which message the stored file is. Raises Conflict where the record has it already."""
    given = answers.get(effect.name)
    digest = given["sha256"] if isinstance(given, dict) else given.sha256 if isinstance(given, FileGiven) else ""
    key = source_id(str(answers.get("message_id") or ""), digest)
    if (before := filed_before(session, record, key)) is not None:
        on = in_words(before.recorded_at.astimezone(LONDON).date())
        raise Conflict(
            [Reason(f"This e-mail is on {record.ref} already: filed on {on} as entry {before.seq}.", effect.name)]
        )
    session.flush()
    session.execute(
        sa.update(StoredFile)
        .where(StoredFile.event_id == event.id, StoredFile.field == effect.name)
        .values(source_id=key)
    )


# --- which way, and with whom -----------------------------------------------------------------------------


def _guess(session: Session, record: Record, found: CapturedMessage, known: Sequence[str]) -> dict[str, Any]:
    """Which way a message went and with which body, from its addresses; nothing where they do not tell."""
    ours, our_domain = _our_addresses(session, record.partnership_id)
    by_address, by_domain, kinds = _body_addresses(session, record.partnership_id, known)

    def body_of(address: str) -> str | None:
        address = address.casefold()
        if address in by_address:
            return by_address[address]
        domain = address.rpartition("@")[2]
        return by_domain.get(domain) if domain != our_domain else None

    def is_ours(address: str) -> bool:
        address = address.casefold()
        return address in ours or (bool(our_domain) and address.rpartition("@")[2] == our_domain)

    sender = found.sender.email
    if sender and (body := body_of(sender)):
        return {"direction": "received", "body": body, "with_whom": _with(kinds[body])}
    if sender and is_ours(sender):
        bodies = {body for one in found.recipients if (body := body_of(one.email))}
        guess: dict[str, Any] = {"direction": "sent"}
        if len(bodies) == 1:
            (body,) = bodies
            guess |= {"body": body, "with_whom": _with(kinds[body])}
        return guess
    return {"direction": "received"} if sender else {}


def _with(kind: str) -> str:
    return "police" if kind == "police" else "agency"


def _our_addresses(session: Session, partnership_id: int) -> tuple[set[str], str]:
    """The team's addresses, and the domain of its mailbox where that is its own."""
    partnership = session.get(Partnership, partnership_id)
    team = partnership.team_email.casefold() if partnership else ""
    people = session.scalars(
        sa.select(User.email).where(User.partnership_id == partnership_id, User.body_id.is_(None))
    )
    domain = team.rpartition("@")[2]
    return {team, *(one.casefold() for one in people)} - {""}, "" if domain in SHARED_DOMAINS else domain


def _body_addresses(
    session: Session, partnership_id: int, known: Sequence[str]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Bodies by address and by domain (where only one body has it), and the kind of each body."""
    rows = session.execute(
        sa.select(Body.key, Body.kind, BodyContact.email)
        .join(BodyContact, BodyContact.body_id == Body.id)
        .where(Body.partnership_id == partnership_id, Body.key.in_(list(known)))
    )
    by_address: dict[str, str] = {}
    domains: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    for key, kind, address in rows:
        by_address[address.casefold()] = key
        domains.setdefault(address.casefold().rpartition("@")[2], set()).add(key)
        kinds[key] = kind
    alone = {name: next(iter(keys)) for name, keys in domains.items() if len(keys) == 1 and name not in SHARED_DOMAINS}
    return by_address, alone, kinds
