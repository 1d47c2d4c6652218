"""Sending what is written in the outbox: claim a batch under a lease, send outside any transaction, keep each answer.

Any number of workers may do this at once. A lease that expires is claimed again, with the same Message-ID, so that a
worker that ended between sending and settling costs at most a second copy that mail systems can recognise.
"""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dardr.access import roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.account_mail import PARTY as ACCOUNT
from dardr.casework.at_claim import overtaken
from dardr.casework.door_mail import NOTHING, PutIn, put_in
from dardr.casework.leavers import leavers
from dardr.casework.outbox import short_key
from dardr.casework.recipients import Recipients, addresses
from dardr.casework.sending import CLAIMABLE, LEASE, Claim, Claimed, Delivered, Round
from dardr.errors import Conflict, Forbidden, NotFound
from dardr.lookups.message_records import records_of_messages
from dardr.settings import get_settings
from dardr.storage import outbox as box
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from dardr.storage.reviews import Record
from notifications.mail import Mail
from notifications.retry import Kind
from notifications.smtp import Mailer
from workflows.definition import Role

MOST_TRIES = 20
"""A message that was claimed so often without ever being settled brings its worker down: it is set aside."""

NOT_READY = "It could not be made ready to be sent, by a fault of the service. Ask for help, then for another try."

log = structlog.get_logger(__name__)


def deliver(
    database: Database,
    mailer_factory: Callable[[], Mailer],
    now_fn: Callable[[], datetime],
    limit: int = 50,
    owner: str | None = None,
    *,
    mail_from: str | None = None,
    connections: int = 1,
) -> Delivered:
    """Send everything that is due, claimed ``limit`` at a time, over so many connections at once.

    ``now_fn`` gives the present instant (aware UTC). ``owner`` names this worker in the lease. ``mail_from`` is the
    sender's address; by default that of the settings. Never raises for what a server or a message does. What
    ``mailer_factory`` raises is passed on with nothing claimed.
    """
    mail_from = mail_from or get_settings().mail_from
    owner = (owner or f"{socket.gethostname()}:{os.getpid()}")[:40] + f":{uuid.uuid4().hex}"
    mailer = mailer_factory()  # before claiming: a claim that nobody can send would wait out its lease

    def more() -> Claim:
        now = now_fn()
        try:
            return claim(database, now, limit, owner, mail_from)
        except OperationalError:
            raise
        except Exception as error:
            log.error("outbox.batch_not_claimed", error=type(error).__name__)
            return _claim_one_by_one(database, now, limit, owner, mail_from)

    done = Delivered()
    while True:
        claimed, aside = more()
        done += aside
        if claimed:
            sending = Round(database, mailer, more, now_fn, owner, max(1, limit // 2), connections=connections)
            return done + asyncio.run(sending.run(claimed))
        if not (aside.overtaken or aside.failed):
            return done


# --- claim ------------------------------------------------------------------------------------------------


def _due(now: datetime, limit: int) -> sa.Select[OutboxMessage]:
    return (
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.status.in_(CLAIMABLE),
            OutboxMessage.not_before <= now,
            sa.or_(OutboxMessage.status != box.IN_FLIGHT, OutboxMessage.lease_until <= now),
        )
        .order_by(OutboxMessage.not_before, OutboxMessage.id)
        .limit(limit)
    )


def _claim_one_by_one(database: Database, now: datetime, limit: int, owner: str, mail_from: str) -> Claim:
    """One message of a batch cannot be made ready: it alone is set aside, where people see it, and the rest goes."""
    with database.read() as session:
        numbers = list(session.scalars(_due(now, limit).with_only_columns(OutboxMessage.id)))
    claimed: list[Claimed] = []
    aside = Delivered()
    for number in numbers:
        try:
            one, other = claim(database, now, 1, owner, mail_from, only=number)
        except OperationalError:
            raise
        except Exception as error:
            log.error("outbox.set_aside", outbox_id=number, error=type(error).__name__)
            with database.write() as session:
                session.execute(
                    sa.update(OutboxMessage)
                    .where(OutboxMessage.id == number, OutboxMessage.status.in_(CLAIMABLE))
                    .values(status=box.FAILED, settled_at=now, last_error=NOT_READY, lease_owner=None, lease_until=None)
                )
            one, other = [], Delivered(failed=1)
        claimed += one
        aside += other
    return claimed, aside


def claim(
    database: Database, now: datetime, limit: int, owner: str, mail_from: str, *, only: int | None = None
) -> Claim:
    """Take up to ``limit`` messages that are due, in one transaction; those no longer needed are set aside.

    ``only`` takes that one, if it is due.
    """
    with database.write() as session:
        due = _due(now, limit) if only is None else _due(now, 1).where(OutboxMessage.id == only)
        rows = list(session.scalars(due.with_for_update(skip_locked=True)))
        over = overtaken(session, rows, now)
        replies = _replies_to(session, rows)
        doors = put_in(session, [row for row in rows if row.id not in over], now)
        claimed: list[Claimed] = []
        failed = 0
        for row in rows:
            if row.status == box.IN_FLIGHT:
                answer = "The program ended before the mail server's answer was kept."
                session.add(OutboxAttempt(outbox_id=row.id, at=now, result=str(Kind.UNKNOWN), answer=answer))
            if row.id in over:
                _end(row, box.OVERTAKEN, now, over[row.id])
            elif row.attempts >= MOST_TRIES:
                _end(row, box.FAILED, now, f"Set aside after {row.attempts} tries that never came to an end.")
                failed += 1
            else:
                claimed.append(_take(row, now, owner, mail_from, replies.get(row.id), doors.get(row.id, NOTHING)))
        return claimed, Delivered(overtaken=len(over), failed=failed)


def _take(row: OutboxMessage, now: datetime, owner: str, mail_from: str, reply_to: str | None, door: PutIn) -> Claimed:
    row.status, row.lease_owner, row.lease_until = box.IN_FLIGHT, owner, now + LEASE
    row.attempts += 1
    tried_before = row.message_id is not None
    row.message_id = given = row.message_id or message_id(row, mail_from)
    mail = Mail(
        message_id=given,
        sender=mail_from,
        to=(row.recipient,),
        subject=row.subject,
        text=door.into(row.text),
        html=door.into(row.html) or None,
        sent_at=now,
        reply_to=reply_to,
        calendar=row.calendar,
        tried_before=tried_before,
    )
    return Claimed(row.id, mail, row.attempts, row.lease_until)


def message_id(row: OutboxMessage, mail_from: str) -> str:
    """The Message-ID of a row: from its id, and different in another database that sends for the same domain."""
    mark = sha256(f"{row.id}:{row.dedupe_key}:{row.created_at.isoformat()}".encode()).hexdigest()[:16]
    return f"<dardr-{row.id}-{mark}@{mail_from.rpartition('@')[2] or 'localhost'}>"


def _end(row: OutboxMessage, status: str, now: datetime, why: str) -> None:
    row.status, row.settled_at, row.last_error = status, now, why
    row.lease_owner = row.lease_until = None


def _replies_to(session: Session, rows: Sequence[OutboxMessage]) -> dict[int, str]:
    """By message, where an answer goes: the mailbox of the team whose record it speaks of, else of the home team."""
    teams = {one: (home, email) for one, home, email in session.execute(_TEAMS)}
    at_home = next((email for home, email in teams.values() if home), "")
    records = records_of_messages(session, rows)
    wanted = {one for found in records.values() for one in found}
    of = sa.select(Record.id, Record.partnership_id).where(Record.id.in_(wanted))
    partnerships = {one: partnership for one, partnership in session.execute(of)} if wanted else {}
    found: dict[int, str] = {}
    for row in rows:
        about = {partnerships[one] for one in records[row.id]}
        if about:
            found[row.id] = teams[min(about)][1]
        elif row.party != ACCOUNT:
            found[row.id] = at_home
    return {one: email for one, email in found.items() if email}


_TEAMS = sa.select(Partnership.id, Partnership.home, Partnership.team_email)


# --- by a person ------------------------------------------------------------------------------------------

MAY_HANDLE_POST = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.ADMINISTRATOR})


def retry(session: Session, actor: Actor, now: datetime, outbox_id: int) -> OutboxMessage:
    """Send a message again that was refused, came back, waits, or had no address. The edge commits.

    Raises NotFound for a message this person may not see, Forbidden, and Conflict where there is nothing to retry,
    still no address, or one that does not work.
    """
    row = _handled(session, actor, outbox_id)
    came_back = row.status == box.SENT and row.delivery == box.BOUNCED
    if row.status not in (box.FAILED, box.WAITING, box.WITHDRAWN, box.NO_ADDRESS) and not came_back:
        raise Conflict(f"This message is {row.status.replace('_', ' ')}: there is nothing to send again.")
    if row.recipient.strip().lower() in Recipients(session).broken():
        if leavers(session, [row.recipient]):
            raise Conflict(f"Whoever had {row.recipient} has left. Put somebody else in their place first.")
        raise Conflict(f"{row.recipient} does not work. Say first that it works again, or correct it where it is kept.")
    if not row.recipient:
        _find_address(session, now, row)
    row.status, row.not_before, row.settled_at, row.attempts = box.QUEUED, now, None, 0
    row.delivery, row.delivery_at = "", None
    _note(session, row, now, "retry", f"{actor.name} asked for another try.")
    return row


def withdraw(session: Session, actor: Actor, now: datetime, outbox_id: int) -> OutboxMessage:
    """Say that a message is not to be sent (any more). The edge commits.

    Raises NotFound, Forbidden, and Conflict for one that is being sent, was sent, or is settled.
    """
    row = _handled(session, actor, outbox_id)
    if row.status == box.IN_FLIGHT:
        raise Conflict("This message is being sent at this moment. Look again in a minute.")
    if row.status not in (box.QUEUED, box.WAITING, box.FAILED, box.NO_ADDRESS):
        raise Conflict(f"This message is {row.status}: there is nothing to withdraw.")
    row.status, row.settled_at = box.WITHDRAWN, now
    _note(session, row, now, "withdrawn", f"{actor.name} withdrew it.")
    return row


def _handled(session: Session, actor: Actor, outbox_id: int) -> OutboxMessage:
    row = session.scalar(sa.select(OutboxMessage).where(OutboxMessage.id == outbox_id).with_for_update())
    about = records_of_messages(session, [row])[row.id] if row is not None else set[int]()
    seen = list(session.scalars(sa.select(Record).where(Record.id.in_(about), visible(actor)))) if about else []
    if row is None or (about and not seen):
        raise NotFound(f"There is no message {outbox_id}, or it is not yours to see.")
    held = roles_on_each(session, actor, seen).values()
    roles = frozenset[Role]().union(*held) if about else actor.everywhere
    if not roles & MAY_HANDLE_POST:
        raise Forbidden("A case manager, a team manager or an administrator can do this.")
    return row


def _find_address(session: Session, now: datetime, row: OutboxMessage) -> None:
    """Somebody has been entered since: the first address takes this row, each further one a copy of it."""
    record = session.get(Record, row.record_id) if row.record_id is not None else None
    found = addresses(session, record, row.party) if record is not None and row.party else []
    if not found:
        raise Conflict("There is still no address for this message. Enter a contact first, then send it.")
    row.recipient = found[0]
    copied = ("record_id", "event_id", "deadline_id", "due_on", "rung", "message", "party", "subject", "text", "html")
    session.add_all(
        OutboxMessage(
            **{name: getattr(row, name) for name in copied},
            dedupe_key=short_key(f"{row.dedupe_key}:{address}"),
            recipient=address,
            status=box.QUEUED,
            not_before=now,
            created_at=now,
        )
        for address in found[1:]
    )


def _note(session: Session, row: OutboxMessage, now: datetime, result: str, answer: str) -> None:
    session.add(OutboxAttempt(outbox_id=row.id, at=now, result=result, answer=answer))
    session.flush()
