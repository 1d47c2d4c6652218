"""Taking in what comes back to the team's mailbox: sealed, matched to what it answers, and never discarded.

A message is known by the SHA-256 of its bytes, so that several workers, and a mailbox read anew, take it in once. It is
matched by the Message-IDs it speaks of; an answer of a calendar program by what identifies our invitation; else by our
reference in its subject, where somebody we know wrote it; else it waits until a person says where it belongs. Only a
report that names a Message-ID of ours marks an address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dardr.casework.answered_invitations import invitation_of, meeting_of
from dardr.casework.failing import returned
from dardr.casework.files import largest, seal_with_new_key
from dardr.casework.mailbox_token import token_of
from dardr.errors import Conflict
from dardr.settings import Settings
from dardr.storage.bodies import BodyContact
from dardr.storage.engine import Database, is_sqlite
from dardr.storage.outbox import DELAYED, DELIVERED, SENT, OutboxAttempt, OutboxMessage
from dardr.storage.people import User
from dardr.storage.post_in import ACCEPTED, IncomingMail, MailboxPlace
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Record
from dardr.systime import london_date
from notifications.incoming import Incoming, IncomingKind, read_incoming
from notifications.mailboxes import Found, Mailbox, MailboxTrouble, Place, mailbox_of

FIRST_LOOK = timedelta(days=14)
"""Of a mailbox that was not read before, only what came in so lately is taken in: it holds other people's mail too."""

TOO_LARGE = "It was too large to be taken in whole: its beginning is kept here, and the whole of it is in the mailbox."
UNREADABLE = "It could not be read as an e-mail. It is kept as it came."
NOT_MATCHED = "It could not be looked at by the service, and is kept for somebody to read."

REF = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]{2,20}-\d{4}-\d{3,}(?:-[A-Z]{1,3}\d{2,})?(?![A-Za-z0-9])")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class TakenIn:
    """What one look at the mailboxes did. ``answers`` are those to invitations, of calendar programs.

    ``trouble`` counts mailboxes that could not be read to their end.
    """

    replies: int = 0
    answers: int = 0
    automatic: int = 0
    bounced: int = 0
    delayed: int = 0
    unmatched: int = 0
    trouble: int = 0


def mailboxes_of(settings: Settings) -> list[Mailbox]:
    """The mailboxes the settings name, in their order; none where none is set. Raises Conflict with what is wrong."""
    try:
        token = token_of(settings)
        return [mailbox_of(one, settings.mailbox_password, token) for one in settings.mailbox.split()]
    except ValueError as error:
        raise Conflict(f"{error} Look at DARDR_MAILBOX.") from error


def take_in(database: Database, settings: Settings, now: datetime) -> TakenIn:
    """Take in what is new in every mailbox, each message in a transaction of its own.

    ``now`` is an aware UTC instant. Never raises for what a mailbox or a message does; where a mailbox stands, or what
    is wrong with it, is kept beside it. Raises Conflict where the settings do not fit each other.
    """
    done = TakenIn()
    for box in mailboxes_of(settings):
        said, place = "", Place()
        try:
            with database.read() as session:
                row = session.get(MailboxPlace, box.name)
                place = Place(row.validity, row.last_uid) if row is not None else place
                since = london_date((row.read_at if row is not None else now) - FIRST_LOOK)
            for found in box.messages(place, since, largest()):
                place = found.place
                _keep(database, box, found, now, done)
        except MailboxTrouble as error:
            said = str(error)
        except Exception as error:  # a database that does not take anything: the next look begins where this ended
            log.error("post_in.failed", error=type(error).__name__)
            said = f"The mailbox was not read to its end ({type(error).__name__})."
        done.trouble += bool(said)
        with database.write() as session:
            _note_place(session, box, place, now, said)
    return done


def _keep(database: Database, box: Mailbox, found: Found, now: datetime, done: TakenIn) -> None:
    """One message and how far the mailbox is read. What cannot be looked at is kept unmatched, for a person."""
    try:
        with database.write() as session:
            _take(session, found, now, done)
            _note_place(session, box, found.place, now, "")
    except Exception as error:
        log.error("post_in.not_looked_at", error=type(error).__name__)
        with database.write() as session:
            _insert(session, found, Incoming(IncomingKind.REPLY), now, None, None, NOT_MATCHED)
            _note_place(session, box, found.place, now, "")


def _note_place(session: Session, box: Mailbox, place: Place, now: datetime, said: str) -> None:
    """How far a mailbox was read. Two workers agree on the later place, as long as the folder is the same."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    values = {"validity": place.validity, "last_uid": place.last_uid, "read_at": now, "said": said}
    new = insert(MailboxPlace).values(mailbox=box.name, **values)
    further = sa.case(
        (
            sa.and_(MailboxPlace.validity == place.validity, MailboxPlace.last_uid > place.last_uid),
            MailboxPlace.last_uid,
        ),
        else_=place.last_uid,
    )
    session.execute(new.on_conflict_do_update(index_elements=["mailbox"], set_={**values, "last_uid": further}))


COUNTED = {
    IncomingKind.REPLY: "replies",
    IncomingKind.ANSWER: "answers",
    IncomingKind.AUTOMATIC: "automatic",
    IncomingKind.BOUNCE: "bounced",
    IncomingKind.DELAYED: "delayed",
}


# --- one message ------------------------------------------------------------------------------------------


def _take(session: Session, found: Found, now: datetime, done: TakenIn) -> None:
    """Keep one message and do what follows from it; nothing for one that is here, or that we sent ourselves."""
    digest = sha256(found.content).hexdigest()
    if session.scalar(sa.select(IncomingMail.id).where(IncomingMail.digest == digest)) is not None:
        return
    said = read_incoming(found.content)
    if _is_our_own(session, said, now):
        return
    sent, record_id = _belongs(session, said)
    if said.kind is IncomingKind.ANSWER and (sent is None or not sent.calendar):
        said = replace(said, kind=IncomingKind.REPLY)  # to another invitation, or of somebody who got ours passed on
    notes = [TOO_LARGE] if found.cut else []
    notes += [UNREADABLE] if not said.readable else []
    if not _insert(session, found, said, now, sent.id if sent else None, record_id, " ".join(notes)):
        return
    name = COUNTED[said.kind]
    setattr(done, name, getattr(done, name) + 1)
    done.unmatched += sent is None and record_id is None
    if sent is not None:
        _follow(session, now, sent, said)


def _insert(
    session: Session,
    found: Found,
    said: Incoming,
    now: datetime,
    outbox_id: int | None,
    record_id: int | None,
    note: str,
) -> bool:
    """False where another worker has it.

    What a person wrote, or nobody can place, waits to be dealt with; of answers to invitations all but a bare yes.
    """
    wrapped_key, sealed = seal_with_new_key(found.content)
    received = min(said.received_at or now, now)
    waits = said.kind is IncomingKind.REPLY
    kind = str(said.kind)
    if said.kind is IncomingKind.ANSWER and said.answer is not None:
        kind = str(said.answer.says)
        waits = kind != ACCEPTED or not said.wordless
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    new = (
        insert(IncomingMail)
        .values(
            digest=sha256(found.content).hexdigest(),
            received_at=received,
            taken_in_at=now,
            kind=kind,
            sender=said.sender,
            outbox_id=outbox_id,
            record_id=record_id,
            wrapped_key=wrapped_key,
            sealed=sealed,
            dealt_at=None if waits else now,
            note=note,
        )
        .on_conflict_do_nothing(index_elements=["digest"])
        .returning(IncomingMail.id)
    )
    return session.scalar(new) is not None


def _is_our_own(session: Session, said: Incoming, now: datetime) -> bool:
    """True for a message that this service sent, and that arrived in the mailbox it reads."""
    if not said.message_id:
        return False
    row = session.scalar(sa.select(OutboxMessage).where(OutboxMessage.message_id == said.message_id).limit(1))
    if row is None:
        return False
    _arrived(row, now)
    return True


def _belongs(session: Session, said: Incoming) -> tuple[OutboxMessage | None, int | None]:
    """The message of ours that it answers, and the record it belongs to, as far as they are known."""
    meeting = meeting_of(session, said.answer) if said.answer is not None else None
    if meeting is not None and said.answer is not None:
        return invitation_of(session, meeting, said.answer), meeting.id
    sent = _answered(session, said)
    return sent, _about(session, said, sent)


def _answered(session: Session, said: Incoming) -> OutboxMessage | None:
    """The message of ours it speaks of: the first of its Message-IDs that is one."""
    if not said.about:
        return None
    rows = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message_id.in_(said.about)))
    ours = {row.message_id: row for row in rows}
    return next((ours[one] for one in said.about if one in ours), None)


def _about(session: Session, said: Incoming, sent: OutboxMessage | None) -> int | None:
    """The record it belongs to; None where that has to be said by a person."""
    if sent is not None and sent.record_id is not None:
        return sent.record_id
    named = _named(session, said.subject)
    if sent is not None:
        carried = set(session.scalars(sa.select(Reminder.record_id).where(Reminder.outbox_id == sent.id)))
        chosen = carried if len(carried) == 1 else carried & set(named)
        return next(iter(chosen)) if len(chosen) == 1 else None
    by_somebody = said.kind in (IncomingKind.REPLY, IncomingKind.ANSWER, IncomingKind.AUTOMATIC)
    if len(named) == 1 and by_somebody and _known(session, said.sender):
        return named[0]
    return None


def _named(session: Session, subject: str) -> Sequence[int]:
    refs = set(REF.findall(subject))
    return session.scalars(sa.select(Record.id).where(Record.ref.in_(refs))).all() if refs else []


def _known(session: Session, address: str) -> bool:
    """Somebody with an account, a contact of a body, or somebody we have written to."""
    if not address:
        return False
    places = (User.email, BodyContact.email, OutboxMessage.recipient)
    return any(session.scalar(sa.select(one).where(sa.func.lower(one) == address).limit(1)) for one in places)


# --- what follows -----------------------------------------------------------------------------------------


def _follow(session: Session, now: datetime, sent: OutboxMessage, said: Incoming) -> None:
    """What a message tells of the one it answers: that it came back, is late, or arrived. Moves no date."""
    match said.kind:
        case IncomingKind.BOUNCE:
            certain = not said.failed or sent.recipient.strip().lower() in said.failed
            returned(session, now, sent.id, said.why, status=said.status or "5.0.0", certain=certain)
        case IncomingKind.DELAYED:
            if sent.status == SENT and not sent.delivery:
                sent.delivery, sent.delivery_at = DELAYED, now
                session.add(OutboxAttempt(outbox_id=sent.id, at=now, result=DELAYED, answer=said.why or "Still tried."))
        case IncomingKind.ANSWER:
            _arrived(sent, now)
        case _:
            if said.sender == sent.recipient.strip().lower():
                _arrived(sent, now)


def _arrived(row: OutboxMessage, now: datetime) -> None:
    if row.status == SENT and row.delivery in ("", DELAYED):
        row.delivery, row.delivery_at = DELIVERED, now
