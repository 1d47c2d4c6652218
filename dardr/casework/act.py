"""The one function that changes a record. Web, API, command line and imports all call it.

It writes the stage, the typed facts, the hash-chained audit event, the clocks and the outgoing messages in the
caller's transaction: all of it, or nothing. The edge commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

import workflows
from dardr.actors import Actor
from dardr.casework import (
    answering,
    arming,
    chain,
    deadlines,
    effects,
    files,
    four_eyes,
    new_phase,
    notices,
    said_before,
    search_index,
)
from dardr.casework.facts import settings_of
from dardr.casework.fold import CLOCKS, fold_event, public
from dardr.casework.judging import judged, what_changed
from dardr.errors import Conflict
from dardr.storage.bodies import Body
from dardr.storage.reviews import AuditEvent, Deadline, EventValues, IdentityValues, Record, RecordBody
from dardr.storage.types import canonical
from dardr.systime import london_date
from workflows.definition import Action, FieldType, From, Process, Stage
from workflows.engine import advance
from workflows.processes.who import READERS


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did: where the record stands now, what it opened, and what looked odd."""

    ref: str
    stage: str
    revision: int
    created: tuple[str, ...]
    warnings: tuple[str, ...]
    event_id: int

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints."""
        return {
            "ref": self.ref,
            "stage": self.stage,
            "revision": self.revision,
            "created": list(self.created),
            "warnings": list(self.warnings),
        }


def take_action(
    session: Session,
    actor: Actor,
    now: datetime,
    ref: str,
    action_key: str,
    values: Mapping[str, Any],
    occurred_on: date,
    expected_revision: int | None = None,
    *,
    written_by: str = "",
) -> Done:
    """Do one action on one record, for ``actor``, at the instant ``now`` (UTC), having happened ``occurred_on``.

    ``values`` are answers as typed (text) or already typed; ``written_by`` is the name of who wrote them, where
    ``actor`` signs off what somebody else wrote: the history keeps both. Raises NotFound (no such record for this
    person), Forbidden (not theirs to do), Conflict (a guard, or somebody else was first), Invalid (an answer).
    """
    one = judged(session, actor, now, ref, action_key, values, occurred_on, expected_revision)
    record = one.record
    four_eyes.refuse_unsigned(session, actor, record, one.action)
    typed = {**one.typed, four_eyes.WRITTEN_BY: written_by} if written_by else one.typed
    try:
        return record_event(
            session, actor, now, record, one.process, one.action, typed, occurred_on, warnings=one.warnings
        )
    except StaleDataError as error:
        raise Conflict(what_changed(session, record)) from error


def record_event(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    process: Process,
    action: Action,
    typed: Mapping[str, Any],
    occurred_on: date,
    *,
    warnings: Iterable[str] = (),
) -> Done:
    """Write one judged action: event, facts, stage, clocks, consequences, messages. Only for this package."""
    today = london_date(now)
    seq = record.last_seq + 1
    opening = action is process.opening
    from_stage = None if opening else record.stage
    to_stage = advance(process, action, record.stage)
    typed = files.checked(typed)
    passed_on = effects.passed_on(action)
    stored = {name: files.as_fact(value) for name, value in typed.items()}
    secret = {f.name for f in action.fields if f.identity}
    identity = {n: v for n, v in stored.items() if n in secret}
    after = {n: v for n, v in stored.items() if n not in secret}
    before = {} if action.keep_as else {n: record.facts[n] for n in after if n in record.facts}

    touched = arming.touched_by(process, action.key)
    started = _begun(session, actor, now, record, process, action, after, occurred_on) if touched.starts else []
    hashed = {**after, CLOCKS: [_sealed(row) for row in started]} if started else after
    event = _write_event(
        session, actor, now, record, process, action, occurred_on, seq, from_stage, to_stage, before, hashed, identity
    )

    record.facts = fold_event(record.facts, action, after, seq=seq, actor_id=actor.id, occurred_on=occurred_on)
    stage = process.stage(to_stage)
    _stand(record, process, stage, event)
    for name, given in files.given(typed):
        if name not in passed_on:  # what is passed on is kept once, with the record that this opens
            files.store(session, now, record.id, event.id, given, field=name)
    _own(session, record, process, action, after, opening=opening)
    search_index.note_event(session, record, action, after, event, opening=opening)
    said_before.note_record(session, record)

    for row in started:
        row.started_by_event = event.id
    session.add_all(started)
    if touched:
        rows = deadlines.running(session, [record.id], touched.ends_some) if touched.ends_some and not opening else []
        rows = [row for row in rows if row not in started]  # the query wrote the new ones out, and found them
        arming.stop_and_withdraw(rows, started, process, action, after, record.facts, occurred_on, event)
    if action.stands_for or record.facts.get("tracker_reference") and opening:
        arming.look_from_tomorrow(deadlines.running(session, [record.id]), today)
    said = [*warnings, *(row.problem for row in started if row.problem)]
    created: list[str] = []
    if action.effects:
        happening = effects.Happening(
            session, actor, now, today, record, process, action, {**typed, **after, **files.only(typed)}, occurred_on,
            event, open_child=_child_opener(session, actor, now, record, occurred_on, said), created=created,
            warnings=said,
        )  # fmt: skip
        session.flush()
        effects.carry_out(happening)
    ended_before = process.stage(from_stage).final if from_stage is not None else stage.final
    if record.process_key == answering.ACTION and ended_before != stage.final:
        answering.settle(session, actor, now, record, occurred_on)
    notices.enqueue(session, now, record, process, action, event, record.facts)
    session.flush()
    if from_stage is not None:
        new_phase.note(session, actor, now, record, process, from_stage, occurred_on)
    return Done(record.ref, to_stage, record.revision, tuple(created), tuple(said), event.id)


def _begun(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    process: Process,
    action: Action,
    after: Mapping[str, Any],
    occurred_on: date,
) -> list[Deadline]:
    """The clocks that this event starts, before it is written: it keeps the hash of each receipt."""
    started_by = {
        "seq": record.last_seq + 1,
        "action": action.key,
        "occurred_on": occurred_on.isoformat(),
        "recorded_at": chain.instant_text(now),
        "recorded_by": actor.name,
    }
    settings, ground = settings_of(session, record.partnership_id), arming.ground_of(session, record)
    return arming.start(
        ground, record, process, action, after, record.facts, occurred_on, settings, started_by, london_date(now)
    )


def _stand(record: Record, process: Process, stage: Stage, event: AuditEvent) -> None:
    """Where the record stands after its newest event, in the columns that lists and access read."""
    record.last_seq, record.head = event.seq, event.hash
    record.stage, record.phase, record.final = stage.key, stage.phase, stage.final
    record.title = title_of(process, record.facts) or record.title
    record.readers = readers_of(process, record.facts)


def _sealed(row: Deadline) -> dict[str, Any]:
    """What the chain keeps of a started clock: its date, and the hash of the receipt that explains it."""
    return {
        "clock": row.clock,
        "due": row.due_on.isoformat() if row.due_on else None,
        "receipt": sha256(canonical(row.receipt).encode()).hexdigest(),
    }


def _write_event(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    process: Process,
    action: Action,
    occurred_on: date,
    seq: int,
    from_stage: str | None,
    to_stage: str,
    before: dict[str, Any],
    after: dict[str, Any],
    identity: dict[str, Any],
) -> AuditEvent:
    salt = chain.new_salt()
    identity_salt = chain.new_salt() if identity else None
    values_hash = chain.values_hash(salt, before, after)
    identity_hash = chain.values_hash(identity_salt, None, identity) if identity_salt else ""
    previous = record.head or chain.START
    event = AuditEvent(
        record_id=record.id,
        seq=seq,
        action=action.key,
        from_stage=from_stage,
        to_stage=to_stage,
        process=process.id,
        actor_id=actor.id,
        actor_name=actor.name,
        occurred_on=occurred_on,
        recorded_at=now,
        values_hash=values_hash,
        identity_hash=identity_hash,
        previous_hash=previous,
        hash=chain.event_hash(
            record.ref, seq, action.key, from_stage, to_stage, process.id, actor.id, actor.name, occurred_on, now,
            values_hash, identity_hash, previous,
        ),
    )  # fmt: skip
    session.add(event)
    session.flush()
    session.add(EventValues(event_id=event.id, salt=salt, before=before, after=after))
    if identity_salt:
        session.add(IdentityValues(event_id=event.id, record_id=record.id, salt=identity_salt, after=identity))
    return event


def _child_opener(
    session: Session, actor: Actor, now: datetime, record: Record, occurred_on: date, said: list[str]
) -> Any:
    def open_child(process_key: str, values: Mapping[str, Any], beside: bool = False) -> str:
        from dardr.casework.open_record import open_linked

        done = open_linked(session, actor, now, process_key, values, record, occurred_on, beside=beside)
        said.extend(warning for warning in done.warnings if warning not in said)
        return done.ref

    return open_child


def _own(
    session: Session, record: Record, process: Process, action: Action, after: Mapping[str, Any], *, opening: bool
) -> None:
    """Record which bodies owe this record: those named when it was opened, or to whom it was handed since."""
    if process.key in workflows.REVIEW_KEYS or process.key == "section8-report":
        return
    if opening and process.key == "chair-invitation":
        invited = sa.select(Record.title).where(Record.ref == after.get("chair"))
        record.title = session.scalar(invited) or ""
    named = [f for f in action.fields if f.choices_from in NAMES_BODIES and after.get(f.name) and f.name in OWNERS]
    if not named:
        if after.get(ANSWERS_FOR):
            _owed_also_by(session, record, str(after[ANSWERS_FOR]))
        return
    keys: list[str] = []
    for field in named:
        value = after[field.name]
        keys.extend(value if field.type is FieldType.CHOICES else [value])
    wanted = list(session.execute(sa.select(Body.id, Body.name).where(Body.key.in_(keys))))
    if not opening:
        session.execute(sa.delete(RecordBody).where(RecordBody.record_id == record.id))
    session.add_all(RecordBody(record_id=record.id, body_id=body_id) for body_id, _ in wanted)
    if not record.title or process.key in CALLED_BY_BODY:
        record.title = ", ".join(name for _, name in wanted)[:200]


def _owed_also_by(session: Session, record: Record, key: str) -> None:
    """Another body answers for the one that was asked: both owe the record, and both see it."""
    both = sa.select(Body.id).where(Body.key.in_([key, str(record.facts.get("body") or "")]))
    session.execute(sa.delete(RecordBody).where(RecordBody.record_id == record.id))
    session.add_all(RecordBody(record_id=record.id, body_id=body_id) for body_id in session.scalars(both).all())


CALLED_BY_BODY = ("agency-return", "commissioner-reply", "section15-answer")
"""Records that are called by the body that owes them."""
NAMES_BODIES = (From.BODIES, From.BODIES_TO_NAME)
ANSWERS_FOR = "answered_by"
"""Name of the question that says which body answers for the one that owes an item."""
OWNERS = frozenset({"body", "lead_body", "addressees"})
"""Names of questions that say which bodies owe an item."""


def readers_of(process: Process, facts: Mapping[str, Any]) -> str:
    """To which readers a record is kept, by the fact its process names; empty for everyone who sees what it serves."""
    named = str(facts.get(process.readers_in) or "") if process.readers_in else ""
    return named if named in READERS else ""


CALLED_BY = (
    "display_pseudonym", "pseudonym", "title", "share_text", "action_text", "recommendation_text", "point", "position",
)  # fmt: skip
"""Names of the facts a record is called by in lists; the first there is counts."""


CALLED_BY_KIND = ("parallel_kind", "audience")
"""The question by whose answer, in words, a record is called that has no title of its own: a proceeding."""


def title_of(process: Process, facts: Mapping[str, Any]) -> str:
    """What a record is called in lists: the pseudonym of a review, the title of an item. Never a real name."""
    shown = public(facts)
    kinds = [(f.name, choice) for f in process.opening.fields if f.name in CALLED_BY_KIND for choice in f.choices]
    kind = next((choice.label for name, choice in kinds if choice.value == shown.get(name)), "")
    return str(next((shown[name] for name in CALLED_BY if shown.get(name)), kind))[:200]
