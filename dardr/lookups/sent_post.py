"""One e-mail that was written here: to whom, when, its words, each try and answer, and what came back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.deliver import MAY_HANDLE_POST
from dardr.errors import NotFound
from dardr.lookups.addresses import Addresses
from dardr.lookups.message_records import records_of_messages
from dardr.lookups.post_in import came_back, came_to
from dardr.lookups.timeline import message_dict
from dardr.storage.outbox import OutboxAttempt, OutboxMessage
from dardr.storage.reviews import Record
from workflows.definition import Role

OPENS_SOMETHING = frozenset({"password_link", "notification_form_link"})
"""Messages whose words hold a link that lets in whoever has it: their words are shown to nobody."""


def one_message(session: Session, actor: Actor, number: int) -> dict[str, Any]:
    """One message with everything known of it, JSON-ready. Its words are None for who may not see all it speaks of.

    Raises NotFound where none of the records it speaks of is this person's to see; what speaks of no record is for
    administrators.
    """
    row = session.get(OutboxMessage, number)
    ids = records_of_messages(session, [row])[row.id] if row is not None else set[int]()
    seen = list(session.scalars(sa.select(Record).where(Record.id.in_(ids), visible(actor)).order_by(Record.id)))
    if row is None or not (seen or (not ids and Role.ADMINISTRATOR in actor.everywhere)):
        raise NotFound(f"There is no message {number}, or it is not yours to see.")
    held = roles_on_each(session, actor, seen)
    roles = frozenset[Role]().union(*held.values()) if seen else actor.everywhere
    may_read = len(seen) == len(ids) and row.message not in OPENS_SOMETHING
    first = seen[0] if seen else None
    recipient = Addresses(session, actor, seen).shown(row.recipient, first.id if first else None)
    tries = session.scalars(
        sa.select(OutboxAttempt).where(OutboxAttempt.outbox_id == row.id).order_by(OutboxAttempt.at, OutboxAttempt.id)
    )
    return {
        **message_dict(first.ref if first else None, row, recipient),
        "about": [{"ref": one.ref, "process": one.process_key} for one in seen],
        "not_before": row.not_before.isoformat(),
        "text": row.text if may_read else None,
        "tries": [
            {"at": one.at.isoformat(), "result": one.result, "answer": one.answer if recipient is not None else ""}
            for one in tries
        ],
        "came_back": [one.as_dict() for one in came_to(session, actor, row.id)],
        "address_fails": bool(came_back(session, [row.recipient])),
        "may_handle": bool(roles & MAY_HANDLE_POST),
    }
