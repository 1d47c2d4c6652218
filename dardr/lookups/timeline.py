"""What was done on a record and its items, by whom, and what was written to whom about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on, roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.fold import public
from dardr.casework.four_eyes import WRITTEN_BY
from dardr.errors import Forbidden
from dardr.lookups.addresses import Addresses
from dardr.lookups.post_in import came_about
from dardr.lookups.records import visible_items
from dardr.parts import Contents, contents_seen
from dardr.seeing import seen_values
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import AuditEvent, EventValues, Record
from workflows.definition import MOVE, Action, Role


def timeline(session: Session, actor: Actor, ref: str, *, with_items: bool = True) -> dict[str, list[dict[str, Any]]]:
    """The events of a record and of the records that serve it, the e-mails, and what came in, each in its order.

    ``{"events": [...], "messages": [...], "came_in": [...]}``; days are London dates, instants UTC. Values kept in the
    identity store are not here, nor answers that other roles read; ``restricted`` says where there are some. Somebody
    who sees a part of a review gets the events of that part and their own. Raises NotFound, and Forbidden where it has
    no timeline.
    """
    record = get_record(session, actor, ref, in_part=True)
    if (contents := contents_seen(session, actor, record)) is not None:
        return {"events": _events_in_part(session, actor, record, contents), "messages": [], "came_in": []}
    records = {record.id: record}
    if with_items:
        records |= {item.id: item for item in visible_items(session, actor, record)}
    roles = roles_on_each(session, actor, records.values())
    return {
        "events": _events(session, records, roles),
        "messages": _messages(session, records, Addresses(session, actor, records.values())),
        "came_in": [one.as_dict() for one in came_about(session, actor, records)],
    }


def _events_in_part(session: Session, actor: Actor, record: Record, contents: Contents) -> list[dict[str, Any]]:
    """The events of the part, and what this person recorded themselves, without what was there before."""
    if not contents.events:
        raise Forbidden(f"Your role shows a part of {record.ref}, and its timeline is not in it.")
    shown = sa.or_(AuditEvent.action.in_(contents.events), AuditEvent.actor_id == actor.id)
    roles = {record.id: roles_on(session, actor, record)}
    found = _events(session, {record.id: record}, roles, shown)
    return [
        event if event["action"] in contents.events else {**event, "before": {}, "restricted": False} for event in found
    ]


def _events(
    session: Session,
    records: dict[int, Record],
    roles: dict[int, frozenset[Role]],
    *only: sa.ColumnElement[bool],
) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(AuditEvent, EventValues)
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id.in_(list(records)), *only)
        .order_by(AuditEvent.recorded_at, AuditEvent.id)
    )
    return [_event(records[event.record_id], event, values, roles[event.record_id]) for event, values in rows]


def _event(record: Record, event: AuditEvent, values: EventValues | None, roles: frozenset[Role]) -> dict[str, Any]:
    action = _action(event)
    before = _values(event, values.before if values else None)
    after = _values(event, values.after if values else None)
    seen = seen_values(action, after, roles)
    return {
        "ref": record.ref,
        "seq": event.seq,
        "action": event.action,
        "label": action.label if action else event.action,
        "from": event.from_stage,
        "to": event.to_stage,
        "from_label": _stage(event, event.from_stage),
        "to_label": _stage(event, event.to_stage),
        "process": event.process,
        "actor": event.actor_name,
        "written_by": str((values.after or {}).get(WRITTEN_BY) or "") if values else "",
        "occurred_on": event.occurred_on.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "before": seen_values(action, before, roles),
        "after": seen,
        "restricted": len(seen) < len(after),
        "destroyed_under": values.destroyed_under if values else None,
        "identity": bool(event.identity_hash),
        "hash": event.hash,
    }


def _values(event: AuditEvent, values: dict[str, Any] | None) -> dict[str, Any]:
    """What an event recorded. A move to another version records no facts, but which version and why."""
    if event.action == MOVE.key:
        return {name.removeprefix("_"): value for name, value in (values or {}).items()}
    return public(values)


def _action(event: AuditEvent) -> Action | None:
    try:
        return workflows.get(event.process).action(event.action)
    except KeyError:
        return None


def _stage(event: AuditEvent, key: str | None) -> str:
    if key is None:
        return ""
    try:
        return workflows.get(event.process).stage(key).label
    except KeyError:
        return key


def _messages(session: Session, records: dict[int, Record], addresses: Addresses) -> list[dict[str, Any]]:
    """Every e-mail about these records, also one that gathered what was to be said about several."""
    carried: dict[int, set[int]] = {}
    pairs = sa.select(Reminder.outbox_id, Reminder.record_id).where(
        Reminder.record_id.in_(list(records)), Reminder.outbox_id.is_not(None)
    )
    for outbox_id, record_id in session.execute(pairs):
        carried.setdefault(outbox_id or 0, set()).add(record_id)
    about = OutboxMessage.record_id.in_(list(records))
    rows = session.scalars(
        sa.select(OutboxMessage)
        .where(sa.or_(about, OutboxMessage.id.in_(carried)) if carried else about)
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    )
    about_which = ((row, records[_first(row, carried)]) for row in rows)
    return [message_dict(record.ref, row, addresses.shown(row.recipient, record.id)) for row, record in about_which]


def _first(row: OutboxMessage, carried: dict[int, set[int]]) -> int:
    return row.record_id if row.record_id is not None and row.id not in carried else min(carried[row.id])


def messages(session: Session, actor: Actor, statuses: Sequence[str]) -> list[dict[str, Any]]:
    """The e-mails of these statuses about records this actor may see, newest first.

    Administrators also see those that are about no record.
    """
    may = sa.and_(OutboxMessage.record_id.is_not(None), visible(actor))
    if Role.ADMINISTRATOR in actor.everywhere:
        may = sa.or_(may, OutboxMessage.record_id.is_(None))
    rows = session.execute(
        sa.select(OutboxMessage, Record)
        .outerjoin(Record, Record.id == OutboxMessage.record_id)
        .where(OutboxMessage.status.in_(list(statuses)), may)
        .order_by(OutboxMessage.id.desc())
        .limit(1000)
    ).all()
    addresses = Addresses(session, actor, {about for _, about in rows if about is not None})
    return [
        message_dict(about.ref if about else None, row, addresses.shown(row.recipient, row.record_id))
        for row, about in rows
    ]


def message_dict(ref: str | None, row: OutboxMessage, recipient: str | None) -> dict[str, Any]:
    """One e-mail as lists show it, JSON-ready; the text as it was sent is in the message itself.

    ``recipient`` is its address as this person may read it (``Addresses.shown``): None keeps back what the server said,
    too, which often repeats it.
    """
    return {
        "id": row.id,
        "ref": ref,
        "message": row.message,
        "party": row.party,
        "recipient": recipient,
        "subject": row.subject,
        "status": row.status,
        "attempts": row.attempts,
        "last_error": row.last_error if recipient is not None else None,
        "message_id": row.message_id,
        "delivery": row.delivery,
        "delivery_at": row.delivery_at.isoformat() if row.delivery_at else None,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "created_at": row.created_at.isoformat(),
        "settled_at": row.settled_at.isoformat() if row.settled_at else None,
    }
