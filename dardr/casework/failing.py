"""Addresses that do not work: what comes back marks them, what was meant for them goes to whoever stands in.

An unknown address (RFC 3463: a status 5.1.x) is marked at once, any other trouble when it comes a second time. Nothing
more is sent to a marked address until a person says that it works again. Only the address a message was written to is
ever marked, never one that a report names.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.account_mail import PARTY as ACCOUNT
from dardr.casework.admin_log import note_change
from dardr.casework.noting import Values, note, reminder_values
from dardr.casework.outbox import short_key, write_rows
from dardr.casework.post_choices import choices_for
from dardr.casework.recipients import Recipients
from dardr.errors import Conflict, Forbidden, NotFound
from dardr.storage.engine import is_sqlite
from dardr.storage.outbox import (
    BOUNCED,
    FAILED,
    NO_ADDRESS,
    QUEUED,
    SENT,
    WAITING,
    WITHDRAWN,
    OutboxAttempt,
    OutboxMessage,
)
from dardr.storage.post_in import FailingAddress
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Record
from notifications.retry import Outcome
from workflows.clocks import Telling
from workflows.definition import Party, Role

UNKNOWN_ADDRESS = "5.1.1"
OF_OUR_ADDRESS = frozenset({"5.1.7", "5.1.8"})
"""They say that the sender's address is no good (RFC 3463 section 3.2), which tells nothing of the recipient's."""
STRIKES = 2
"""So many messages come back for another reason than an unknown address before it is taken for one that fails."""

CLEARERS = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.ADMINISTRATOR})
"""Who may say that an address works again."""

COPIED = ("record_id", "event_id", "deadline_id", "due_on", "rung", "message", "party", "subject")
"""Not the entry for a calendar: it invites somebody else."""


def returned(
    session: Session, now: datetime, outbox_id: int, why: str, *, status: str = UNKNOWN_ADDRESS, certain: bool = True
) -> bool:
    """A message did not arrive and will not: mark its address where that is due, and send it to who stands in.

    ``why`` is what the other side answered, ``status`` its enhanced code; not ``certain`` where the report speaks of
    another address than the one written to. True the first time; a second report about a message changes nothing.
    """
    row = session.scalar(sa.select(OutboxMessage).where(OutboxMessage.id == outbox_id).with_for_update())
    if row is None or not row.recipient or row.delivery == BOUNCED or row.status not in (SENT, FAILED):
        return False
    row.delivery, row.delivery_at = BOUNCED, now
    if row.status == SENT:
        session.add(OutboxAttempt(outbox_id=row.id, at=now, result=BOUNCED, answer=why or f"Returned with {status}."))
    session.flush()
    address = row.recipient.strip().lower()
    unknown = status.startswith("5.1.") and status not in OF_OUR_ADDRESS
    fails = (certain and unknown) or _came_back(session, address) >= STRIKES
    newly = fails and _mark(session, now, address, why or f"Returned with {status}.", row.id)
    _send_on(session, now, row)
    if newly:
        send_on_what_waits(session, now, address, f"{address} does not work.")
    return True


def refused(session: Session, now: datetime, outbox_id: int, outcome: Outcome) -> bool:
    """The mail server refused the recipient of a message for good: the same, where that speaks of the address."""
    status = status_of(outcome.code, outcome.text)
    if not status:
        return False
    return returned(session, now, outbox_id, f"{outcome.code or ''} {outcome.text}".strip(), status=status)


_ENHANCED = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_OF_THE_SENDER = re.compile(r"relay|authenticat|not permitted|spam|block|policy|denied by|blacklist|reputation", re.I)


def status_of(code: int | None, text: str) -> str:
    """What a refusal of a recipient says of the address, as a status; nothing where it speaks of something else.

    A server that takes no mail from us at all refuses every address: that is no fault of theirs.
    """
    said = _ENHANCED.search(text)
    if said is not None:
        if said[0] in OF_OUR_ADDRESS:
            return ""
        return said[0] if said[0].startswith(("5.0.", "5.1.", "5.2.", "5.4.")) else ""
    if _OF_THE_SENDER.search(text):
        return ""
    return {550: "5.1.1", 551: "5.1.6", 553: "5.1.3", 501: "5.1.3", 552: "5.2.2", 554: "5.0.0"}.get(code or 0, "")


def works_again(session: Session, actor: Actor, now: datetime, number: int) -> str:
    """A person says that an address works again; returns it. The edge commits.

    Raises Forbidden, NotFound, and Conflict where somebody said so before.
    """
    if not actor.everywhere & CLEARERS:
        raise Forbidden("A case manager, a team manager or an administrator can do this.")
    row = session.scalar(sa.select(FailingAddress).where(FailingAddress.id == number).with_for_update())
    if row is None:
        raise NotFound("That address is not on the list. Look at the list again.")
    if row.cleared_at is not None:
        raise Conflict(f"{row.address} is written to again already.")
    row.cleared_at, row.cleared_by = now, actor.id
    note_change(session, now, actor, "address_works_again", row.address, {"since": row.since.isoformat()})
    session.flush()
    return row.address


# --- marking ----------------------------------------------------------------------------------------------


def _came_back(session: Session, address: str) -> int:
    """How many messages to an address came back since it was last said to work."""
    cleared = sa.select(sa.func.max(FailingAddress.cleared_at)).where(FailingAddress.address == address)
    since = session.scalar(cleared)
    query = sa.select(sa.func.count()).where(
        sa.func.lower(OutboxMessage.recipient) == address, OutboxMessage.delivery == BOUNCED
    )
    return session.scalar(query.where(OutboxMessage.delivery_at > since) if since else query) or 0


def _mark(session: Session, now: datetime, address: str, why: str, outbox_id: int) -> bool:
    """True where it was not marked before; two at once agree through the unique index."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    values = {"address": address, "since": now, "why": why, "outbox_id": outbox_id}
    new = insert(FailingAddress).values(**values).on_conflict_do_nothing().returning(FailingAddress.id)
    return session.scalar(new) is not None


# --- sending on -------------------------------------------------------------------------------------------


def _send_on(session: Session, now: datetime, row: OutboxMessage) -> None:
    """Write to who stands in for the recipient of a message, unless they have it; never silent where nobody does."""
    carried = list(session.scalars(sa.select(Reminder).where(Reminder.outbox_id == row.id)))
    if carried:
        _remind(session, now, carried, row.recipient)
        return
    record = session.get(Record, row.record_id) if row.record_id is not None else None
    if record is None or row.party == ACCOUNT or row.party not in set(Party):
        return
    same = list(session.scalars(_the_same(row)))
    found, anybody = _others(session, record, row.party, row.recipient, (one.recipient for one in same))
    reached = any(one.recipient and one.delivery != BOUNCED and one.status not in (FAILED, WITHDRAWN) for one in same)
    chosen = choices_for(session, found)
    rows = [_copy(now, row, address, not_before=chosen[address].not_before(now), status=QUEUED) for address in found]
    if not anybody and not reached and row.status != FAILED:  # what failed is shown as it is
        rows.append(_copy(now, row, "", not_before=now, status=NO_ADDRESS))
    write_rows(session, rows)


def _the_same(row: OutboxMessage) -> sa.Select[OutboxMessage]:
    """The other messages that say the same to the same party."""
    alike = ("record_id", "event_id", "deadline_id", "due_on", "rung", "message", "party")
    return sa.select(OutboxMessage).where(
        OutboxMessage.id != row.id,
        *(getattr(OutboxMessage, name).is_not_distinct_from(getattr(row, name)) for name in alike),
    )


def _others(
    session: Session, record: Record, party: str, failed: str, have_it: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Who stands in for an address and does not have the message yet; and who stands in at all."""
    anybody = Recipients(session).addresses(record, party, but=frozenset({failed.strip().lower()}))
    have = {one.strip().lower() for one in have_it}
    return [one for one in anybody if one.lower() not in have], anybody


def _copy(now: datetime, row: OutboxMessage, to: str, *, not_before: datetime, status: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(row, name) for name in COPIED}
    meant = f"sent to {row.recipient} and came back" if row.delivery == BOUNCED else f"meant for {row.recipient}"
    says = f"This was {meant}. It reaches you in their place."
    return {
        **values,
        "text": f"{says}\n\n{row.text}" if to else row.text,
        "html": _ARTICLE.sub(lambda m: f"{m[0]}<p>{html.escape(says)}</p>", row.html, count=1) if to else row.html,
        "dedupe_key": short_key(f"{row.dedupe_key}:{to or 'nobody'}"),
        "recipient": to,
        "status": status,
        "not_before": not_before,
        "created_at": now,
        "settled_at": None if to else now,
        "attempts": 0,
    }


_ARTICLE = re.compile(r'<div[^>]*role="article"[^>]*>')


def _remind(session: Session, now: datetime, carried: list[Reminder], failed: str) -> None:
    """Remind who stands in, with the next post: what is over by then is not said, and the words are those of then."""
    records = {
        one.id: one for one in session.scalars(sa.select(Record).where(Record.id.in_({r.record_id for r in carried})))
    }
    rows: list[Values] = []
    for one in carried:
        alike = ("deadline_id", "hold_id", "kind", "rung", "due_on", "party", "record_id")
        told = session.scalars(
            sa.select(Reminder.address).where(
                Reminder.id != one.id, *(getattr(Reminder, n).is_not_distinct_from(getattr(one, n)) for n in alike)
            )
        )
        found, anybody = _others(session, records[one.record_id], one.party, failed, told)
        rows += [
            reminder_values(
                now, Telling(one.kind), one.key, one.party, address, record_id=one.record_id, rung=one.rung,
                due_on=one.due_on, deadline_id=one.deadline_id, hold_id=one.hold_id, alone=one.alone,
            )
            for address in (found if anybody else [""])
        ]  # fmt: skip
    note(session, rows)


def send_on_what_waits(session: Session, now: datetime, address: str, why: str) -> None:
    """What is written to an address (small letters) and not sent yet goes to who stands in for it; ``why`` is kept.

    The address is marked, or its person has left: nothing is to be written to it any more.
    """
    says = f"{why} It was written to who stands in, if anybody does."
    waiting = session.scalars(
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.status.in_((QUEUED, WAITING)),
            OutboxMessage.party != ACCOUNT,
            sa.func.lower(OutboxMessage.recipient) == address,
        )
        .with_for_update(skip_locked=True)
    )
    for row in list(waiting):
        row.status, row.settled_at, row.last_error = WITHDRAWN, now, says
        _send_on(session, now, row)
    reminders = list(
        session.scalars(
            sa.select(Reminder).where(
                Reminder.outbox_id.is_(None), Reminder.dropped_at.is_(None), sa.func.lower(Reminder.address) == address
            )
        )
    )
    if reminders:
        _remind(session, now, reminders, address)
    for one in reminders:
        one.dropped_at, one.dropped_because = now, says
    session.flush()
