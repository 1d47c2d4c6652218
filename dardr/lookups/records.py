"""How records are named and shaped for reading: fields as JSON, items, facts without anything internal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.storage.bodies import Body, Csp
from dardr.storage.engine import remembered_each
from dardr.storage.reviews import Record, RecordBody, RecordCsp, RecordLink
from workflows.definition import PARTY_LABELS, UNKNOWN_VALUES, Action, Choice, Field, FieldType


def field_dict(field: Field, choices: Sequence[Choice] = ()) -> dict[str, Any]:
    """One question, JSON-ready. For a choice the values of not knowing follow the choices themselves."""
    offered = [{"value": c.value, "label": c.label} for c in (choices or field.choices)]
    unknown = field.unknown and field.unknown_offered
    if unknown and field.type in (FieldType.CHOICE, FieldType.CHOICES):
        offered += [{"value": value, "label": label} for value, label in UNKNOWN_VALUES.items()]
    return {
        "name": field.name,
        "label": field.label,
        "type": str(field.type),
        "required": field.required,
        "choices": offered,
        "help": field.help,
        "many": field.many,
        "unknown": unknown,
        "future": field.future,
        "long": field.long,
        "identity": field.identity,
        "seen_by": sorted(str(role) for role in field.seen_by),
        "default": field.default,
    }


def fields_of(action: Action, choices: Mapping[str, Sequence[Choice]]) -> list[dict[str, Any]]:
    """The questions of an action with their choices as looked up."""
    return [field_dict(f, choices.get(f.name, ())) for f in action.fields if not f.filled]


def bodies_of(session: Session, record_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of the bodies each record is owed by, in one query."""

    def find(ids: list[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        rows = session.execute(
            sa.select(RecordBody.record_id, Body.name)
            .join(Body, Body.id == RecordBody.body_id)
            .where(RecordBody.record_id.in_(ids))
            .order_by(Body.name)
        )
        for record_id, name in rows:
            found.setdefault(record_id, []).append(name)
        return found

    return remembered_each(session, "bodies", record_ids, find)


def csps_of(session: Session, record: Record) -> list[dict[str, str]]:
    """The CSPs a record belongs to, by key and name."""
    rows = session.execute(
        sa.select(Csp.key, Csp.name)
        .join(RecordCsp, RecordCsp.csp_id == Csp.id)
        .where(RecordCsp.record_id == record.id)
        .order_by(Csp.name)
    )
    return [{"key": key, "name": name} for key, name in rows]


def linked(session: Session, actor: Actor, record: Record) -> list[tuple[str, str, Record]]:
    """Every record linked to this one that the actor may see: (way, kind, record).

    The way is ``item`` for one that serves this record, ``serves`` for one that this serves, ``answers`` for a
    recommendation that this action answers, ``answered by`` the other way round; between reviews the way is ``with``,
    and the kind says why they are linked.
    """
    found: list[tuple[str, str, Record]] = []
    above = sa.select(RecordLink.kind, Record).join(Record, RecordLink.review_id == Record.id)
    for kind, other, may_see in below(session, actor, [record.id]).get(record.id, ()):
        if may_see:
            found.append((_WAY_BELOW.get(kind, "with"), kind, other))
    for kind, other in session.execute(
        above.where(RecordLink.item_id == record.id, visible(actor)).order_by(Record.id)
    ):
        found.append((_WAY_ABOVE.get(kind, "with"), kind, other))
    return found


_WAY_BELOW = {"item": "item", "answers": "answered by"}
_WAY_ABOVE = {"item": "serves", "answers": "answers"}


def visible_items(session: Session, actor: Actor, record: Record) -> list[Record]:
    """The records that serve this one and that the actor may see, oldest first."""
    linked_below = below(session, actor, [record.id]).get(record.id, ())
    return [other for kind, other, may_see in linked_below if kind == "item" and may_see]


def below(session: Session, actor: Actor, record_ids: Iterable[int]) -> dict[int, list[tuple[str, Record, bool]]]:
    """What is linked to each of these from below, oldest first: (kind, record, whether the actor may see it).

    What the actor may not see counts for whether a step is possible, and is never shown.
    """

    def find(ids: list[int]) -> dict[int, list[tuple[str, Record, bool]]]:
        found: dict[int, list[tuple[str, Record, bool]]] = {}
        query = (
            sa.select(RecordLink.review_id, RecordLink.kind, Record, visible(actor))
            .join(Record, RecordLink.item_id == Record.id)
            .where(RecordLink.review_id.in_(ids), Record.process_key.not_in(workflows.kept_apart()))
            .order_by(Record.id)
        )
        for review_id, kind, other, may_see in session.execute(query):
            found.setdefault(review_id, []).append((kind, other, bool(may_see)))
        return found

    return remembered_each(session, f"below, for {actor.id}", record_ids, find)


def apart_from(session: Session, actor: Actor, record: Record, process_key: str) -> list[Record]:
    """The records of one process kept apart (its documents) that serve this one and the actor may see, oldest first."""
    query = (
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == record.id, Record.process_key == process_key, visible(actor))
        .order_by(Record.id)
    )
    return list(session.scalars(query))


def label_of(record: Record, bodies: Sequence[str] = ()) -> str:
    """What a record is called in lists: its title and whose it is, else what kind of record it is."""
    kind = workflows.get(record.process).label
    whose = ", ".join(bodies)
    if record.title and whose and whose.casefold() not in record.title.casefold():
        return f"{record.title} ({whose})"
    return record.title or (f"{kind}: {whose}" if whose else kind)


def brief(record: Record, bodies: Sequence[str] = ()) -> dict[str, Any]:
    """One record as a line of another's page: what it is, where it stands, who acts next."""
    process = workflows.get(record.process)
    stage = process.stage(record.stage)
    return {
        "ref": record.ref,
        "process": record.process,
        "kind": process.label,
        "label": label_of(record, bodies),
        "stage": record.stage,
        "stage_label": stage.label,
        "acts_next": PARTY_LABELS[stage.acts],
        "open": not record.final,
        "bodies": list(bodies),
        "opened_on": record.opened_on.isoformat(),
        "revision": record.revision,
    }
