"""What is said to somebody whose page was open while the record changed: what was done since, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

import workflows
from dardr.parts import contents_seen
from dardr.storage.reviews import AuditEvent, Record
from dardr.web.audience import actor
from dardr.web.transaction import session
from dardr.web.words import instant_words
from workflows.definition import Action


@dataclass(frozen=True, slots=True)
class Overtaken:
    """``said``: what was done since, oldest first. ``twice``: this person took the step already, and nobody anything
    else, as when a page is sent twice. ``over``: the record's stage knows the step no more.
    """

    said: list[str]
    twice: bool
    over: bool


def overtaken(record: Record, action: Action, seen: int) -> Overtaken:
    """What was done on a record after the event numbered ``seen``, as far as this person may know of it."""
    event = AuditEvent
    query = (
        sa.select(event.action, event.process, event.actor_id, event.actor_name, event.recorded_at)
        .where(event.record_id == record.id, event.seq > seen)
        .order_by(event.seq)
    )
    rows = session().execute(query).all()
    said = []
    contents = contents_seen(session(), actor(), record)
    for key, process, _, name, at in rows:
        if contents is not None and key not in contents.events:
            continue
        try:
            label = workflows.get(process).action(key).label
        except KeyError:
            label = key.replace("_", " ").capitalize()
        said.append(f"{label}, by {name}, {instant_words(at)}")
    return Overtaken(
        said or ["Something that belongs to this record was changed."],
        twice=bool(rows) and all((key, by) == (action.key, actor().id) for key, _, by, _, _ in rows),
        over=record.stage not in action.source,
    )
