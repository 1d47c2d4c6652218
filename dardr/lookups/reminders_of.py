"""Every reminder of one date: those past, with what became of each, and those to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.gathered import DIGEST
from dardr.casework.recipients import NEVER_WRITTEN_TO
from dardr.casework.reminding import BY_HAND
from dardr.lookups.addresses import Addresses
from dardr.lookups.reminders_ahead import Ahead, ahead, as_read, why_then
from dardr.lookups.timeline import message_dict
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Record
from dardr.systime import london_date
from workflows.clocks import Telling
from workflows.definition import PARTY_LABELS, Party
from workflows.post_days import keeps_its_days

LATER = timedelta(days=42)
"""How far past the date, or past today, reminders to come are shown: weekly ones would never end."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """One reminder that was noted: on which London day, to whom and in which role, why then, and what became of it.

    ``address`` as ``Addresses.shown`` gives it.
    ``due`` is the date it spoke of. ``gathered``: it stood in the day's e-mail. ``mail`` is that e-mail as lists show
    it; None where none was written (yet). ``dropped`` says why none needed to be.
    """

    on: date
    address: str | None
    role: str
    why: str
    due: date | None
    gathered: bool
    mail: dict[str, object] | None
    dropped: str


def reminders_of(session: Session, actor: Actor, row: Deadline, record: Record) -> list[Reminded]:
    """What was noted and sent about one date so far, in order; the caller has asked who may see it."""
    addresses = Addresses(session, actor, [record])
    found: list[Reminded] = []
    carried: set[int] = set()
    rows = session.execute(
        sa.select(Reminder, OutboxMessage)
        .outerjoin(OutboxMessage, OutboxMessage.id == Reminder.outbox_id)
        .where(Reminder.deadline_id == row.id)
        .order_by(Reminder.id)
    )
    for one, mail in rows:
        party = Party(one.party)
        if mail is not None:
            carried.add(mail.id)
        found.append(
            Reminded(
                london_date(mail.settled_at or mail.not_before) if mail is not None else one.for_day,
                addresses.shown(one.address, record.id),
                PARTY_LABELS[party],
                why_then(Telling(one.kind), one.rung, party),
                one.due_on,
                mail is not None and mail.message == DIGEST,
                message_dict(record.ref, mail, addresses.shown(mail.recipient, record.id))
                if mail is not None
                else None,
                one.dropped_because,
            )
        )
    by_hand = session.scalars(
        sa.select(OutboxMessage)
        .where(OutboxMessage.deadline_id == row.id, OutboxMessage.id.not_in(carried))
        .order_by(OutboxMessage.id)
    )
    for mail in by_hand:
        party, recipient = Party(mail.party), addresses.shown(mail.recipient, record.id)
        found.append(
            Reminded(
                london_date(mail.settled_at or mail.created_at), recipient, PARTY_LABELS[party],
                _why_of_mail(mail.rung, party),
                mail.due_on, False, message_dict(record.ref, mail, recipient), "",
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: one.on)


def _why_of_mail(rung: str, party: Party) -> str:
    if rung == BY_HAND:
        return "Sent by a person"
    return why_then(Telling.ESCALATION if rung.startswith(Telling.ESCALATION) else Telling.REMINDER, rung, party)


def reminders_to_come(session: Session, actor: Actor, row: Deadline, record: Record, today: date) -> list[Ahead]:
    """What will be sent about one running date, in order, until six weeks past it or from now.

    A reminder that waits for its e-mail is among those noted already, not here.
    """
    if not row.running or row.due_on is None:
        return []
    until = max(today, row.due_on) + LATER
    found = ahead(session, actor, today, until, deadline_id=row.id)
    noted = {
        (rung, address)
        for rung, address in session.execute(
            sa.select(Reminder.rung, sa.func.lower(Reminder.address)).where(
                Reminder.deadline_id == row.id, Reminder.due_on == row.due_on
            )
        )
    }
    new = [one for one in found if (one.rung, (one.address or "").lower()) not in noted]
    return as_read(session, actor, sorted(new, key=lambda one: (one.on, one.address)))


def why_none(row: Deadline, record: Record) -> str:
    """Why no reminder of a date is to come, in a sentence."""
    clock = workflows.get(record.process).clock(row.clock)
    if not row.running:
        return "None: it has ended."
    if row.held:
        return "None while it is held. When it runs again, its reminders begin anew, from its new date."
    if clock.owner in NEVER_WRITTEN_TO and not clock.escalations:
        return f"None: {PARTY_LABELS[clock.owner]} is not written to from here."
    if row.due_on is None:
        return "None yet: it has no date."
    return "None in the weeks ahead."


def moves_with_post(row: Deadline, record: Record) -> bool:
    """True where reminders about a date wait for days with post; False for a date set by statute."""
    return not keeps_its_days(workflows.get(record.process).clock(row.clock))
