"""Who the people in a review are: the one lookup, with the page of people, that reads the identity store for reading.

Ask ``find_review`` first, keep in the read log that it is read, and read then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as made_of
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import SEES_IDENTITIES, get_record, roles_on
from dardr.actors import Actor
from dardr.errors import Forbidden
from dardr.lookups.choices import PERSON_RECORDED
from dardr.storage.reviews import AuditEvent, IdentityValues, Record
from workflows.definition import Action, Field, FieldType, Process

PERSON_CORRECTED = "correct_person"
ENTRY, ENTRY_STANDS = "person_entry", "person_entry_stands"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as it was given: by whom, of which London day, recorded when (UTC)."""

    value: Any
    by: str
    occurred_on: date
    recorded_at: datetime


@dataclass(slots=True)
class Known:
    """One question and every answer to it, the newest first; the others are what it replaced."""

    field: Field
    answers: list[Said] = made_of(default_factory=list)

    @property
    def latest(self) -> Said:
        """The answer that counts."""
        return self.answers[0]


@dataclass(slots=True)
class Person:
    """One person recorded besides the ones the notification asks about. ``number`` is the entry that recorded them."""

    number: int
    known: dict[str, Known] = made_of(default_factory=dict)
    stands: bool = True


@dataclass(slots=True)
class Identities:
    """Everything the identity store holds of one review that people read, and what was lawfully destroyed of it."""

    facts: list[Known]
    people: list[Person]
    destroyed_under: list[str]


def find_review(session: Session, actor: Actor, ref: str) -> Record:
    """The review whose people this actor may read of. Raises NotFound, or Forbidden for those who only see the rest."""
    record = get_record(session, actor, ref)
    if not may_read(session, actor, record):
        raise Forbidden("Who the people are is for those who carry this review and for its independent chair.")
    return record


def may_read(session: Session, actor: Actor, record: Record) -> bool:
    """True where this actor holds a role on the record that shows identities, and did not come by a link."""
    return actor.door is None and bool(roles_on(session, actor, record) & SEES_IDENTITIES)


def read_identities(session: Session, record: Record) -> Identities:
    """The people of a review, the newest answer of each question first. Only for an actor ``find_review`` let in."""
    facts: dict[str, Known] = {}
    people: dict[int, Person] = {}
    destroyed: list[str] = []
    process = workflows.get(record.process)
    rows = session.execute(
        sa.select(AuditEvent, IdentityValues)
        .join(IdentityValues, IdentityValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id == record.id)
        .order_by(AuditEvent.seq)
    )
    for event, kept in rows:
        action = _action(event)
        if kept.destroyed_under:
            destroyed.append(kept.destroyed_under)
        if action is None or action.keep_as or not kept.after:
            continue  # an entry of a list, such as a filed e-mail, is read where it was filed
        values = dict(kept.after)
        if action.key in (PERSON_RECORDED, PERSON_CORRECTED):
            _of_a_person(people, action, event, values)
        else:
            _add(facts, action, event, values)
    order = {name: number for number, name in enumerate(_asked(process))}
    return Identities(
        sorted(facts.values(), key=lambda known: order.get(known.field.name, len(order))),
        list(people.values()),
        list(dict.fromkeys(destroyed)),
    )


def _of_a_person(people: dict[int, Person], action: Action, event: AuditEvent, values: dict[str, Any]) -> None:
    named = str(values.pop(ENTRY, event.seq))
    number = event.seq if action.key == PERSON_RECORDED else int(named) if named.isdecimal() else 0
    person = people.setdefault(number, Person(number)) if action.key == PERSON_RECORDED else people.get(number)
    if person is None:
        return
    stands = values.pop(ENTRY_STANDS, None)
    person.stands = person.stands if stands is None else stands == "yes"
    _add(person.known, action, event, values)


def _add(known: dict[str, Known], action: Action, event: AuditEvent, values: dict[str, Any]) -> None:
    for asked in action.fields:
        if asked.identity and asked.type is not FieldType.FILE and values.get(asked.name) not in (None, "", []):
            said = Said(values[asked.name], event.actor_name, event.occurred_on, event.recorded_at)
            known.setdefault(asked.name, Known(asked)).answers.insert(0, said)


def _action(event: AuditEvent) -> Action | None:
    try:
        return workflows.get(event.process).action(event.action)
    except KeyError:
        return None


def _asked(process: Process) -> Iterable[str]:
    return dict.fromkeys(f.name for a in (process.opening, *process.actions) for f in a.fields if f.identity)
