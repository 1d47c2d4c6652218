"""What the guards of a process may look at, gathered for one record and one person."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, defer

import workflows
from dardr.access import roles_on
from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.lookups.careful_days import named_days
from dardr.storage.bodies import Body, Partnership
from dardr.storage.engine import recalled, remembered, remembered_each
from dardr.storage.reviews import RUNNING, Deadline, Hold, Record, RecordBody, RecordLink
from workflows.careful import CarefulDay
from workflows.definition import Action, Facts, Guard, Item, OpenHold, Process, Warn
from workflows.processes.who import FAMILY_NOTES


def load_facts(
    session: Session,
    actor: Actor,
    record: Record,
    process: Process,
    today: date,
    submitted: Mapping[str, Any] | None = None,
    occurred_on: date | None = None,
    *,
    actions: Iterable[Action] | None = None,
    lock: bool = False,
) -> Facts:
    """The facts for judging ``actions`` (all of the process when None). ``lock`` also locks the items guards read."""
    wanted = tuple(process.actions if actions is None else actions)
    items: tuple[Item, ...] = ()
    if any(needs_items(g) for a in wanted for g in (*a.guards, *a.checks, *a.warnings)):
        items = load_items(session, record, lock=lock)
    beside: tuple[Item, ...] = ()
    if any(needs_beside(g) for a in wanted for g in (*a.guards, *a.checks)):
        beside = load_beside(session, record)
    careful: tuple[CarefulDay, ...] = ()
    if submitted is not None and any(needs_careful_days(g) for a in wanted for g in (*a.checks, *a.warnings)):
        careful = load_careful(session, actor, record)
    owing: frozenset[int] = frozenset()
    acting_for: frozenset[str] = frozenset()
    if any(needs_bodies(g) for a in wanted for g in (*a.guards, *a.checks)):
        owing = employers_who_owe(session, [record.id])[record.id]
        if actor.body_ids:
            acting_for = frozenset(session.scalars(sa.select(Body.key).where(Body.id.in_(actor.body_ids))))
    return Facts(
        ref=record.ref,
        stage=record.stage,
        recorded=record.facts,
        today=today,
        submitted=submitted,
        occurred_on=occurred_on,
        actor_id=actor.id,
        actor_body_ids=actor.body_ids,
        actor_body_keys=acting_for,
        owing_body_ids=owing,
        is_operator=actor.is_operator,
        done=done(record.facts),
        items=items,
        beside=beside,
        holds=load_holds(session, record.id),
        settings=settings_of(session, record.partnership_id),
        careful=careful,
    )


def employers_who_owe(session: Session, record_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The bodies that each record is owed by, by the record's id: its own, those of its parts, and for each of them the
    bodies that it became or came from. Whoever works for one of them is nobody from elsewhere."""
    wanted = list(record_ids)
    own = sa.select(RecordBody.record_id.label("of"), RecordBody.body_id).where(RecordBody.record_id.in_(wanted))
    part = aliased(Record)
    parts = (
        sa.select(RecordLink.review_id.label("of"), RecordBody.body_id)
        .join(part, part.id == RecordLink.item_id)
        .join(RecordBody, RecordBody.record_id == part.id)
        .where(RecordLink.review_id.in_(wanted), RecordLink.kind == "item", part.process_key == PART_OF_ACTION)
        .where(part.stage.not_in(WITHOUT_PART))
    )
    owing: dict[int, set[int]] = {one: set() for one in wanted}
    for of, body in session.execute(sa.union(own, parts)):
        owing[of].add(body)
    if any(owing.values()):
        kin = _kin(session)
        owing = {of: set().union(*(kin.get(body, {body}) for body in bodies)) for of, bodies in owing.items()}
    return {of: frozenset(bodies) for of, bodies in owing.items()}


PART_OF_ACTION = "action-share"
WITHOUT_PART = ("not_taken_on", "taken_out")


def _kin(session: Session) -> dict[int, set[int]]:
    """Bodies that took each other's place, by the id of each: all that are one line of succession."""
    rows = session.execute(sa.select(Body.id, Body.successor_id).where(Body.successor_id.is_not(None)))
    kin: dict[int, set[int]] = {}
    for body, successor in rows:
        line = kin.get(body, {body}) | kin.get(successor or body, {successor or body})
        kin.update(dict.fromkeys(line, line))
    return kin


def load_careful(session: Session, actor: Actor, record: Record) -> tuple[CarefulDay, ...]:
    """The days to be careful about around a record; what each is only for who reads of the family there."""
    named = named_days(session, [record.id]).get(record.id, [])
    if roles_on(session, actor, record) & FAMILY_NOTES:
        return tuple(named)
    return tuple(dict.fromkeys(dataclasses.replace(day, what="") for day in named))


def needs_items(guard: Guard | Warn) -> bool:
    """True for guards marked ``reads_items``, also inside a partial."""
    return _marked(guard, "reads_items")


def needs_careful_days(guard: Guard | Warn) -> bool:
    """True for checks and warnings marked ``reads_careful_days``, also inside a partial."""
    return _marked(guard, "reads_careful_days")


def needs_bodies(guard: Guard) -> bool:
    """True for guards marked ``reads_bodies``, also inside a partial."""
    return _marked(guard, "reads_bodies")


def needs_beside(guard: Guard) -> bool:
    """True for guards marked ``reads_beside``, also inside a partial."""
    return _marked(guard, "reads_beside")


@cache
def looking_beside() -> frozenset[str]:
    """The keys of the processes with a guard that looks at what else of its kind serves the same review."""
    return frozenset(
        process.key
        for process in workflows.all_processes()
        if any(needs_beside(guard) for a in process.actions for guard in (*a.guards, *a.checks))
    )


def _marked(guard: Guard | Warn, mark: str) -> bool:
    while isinstance(guard, partial):
        guard = guard.func
    return getattr(guard, mark, False)


def load_items(session: Session, record: Record, *, lock: bool = False) -> tuple[Item, ...]:
    """The linked items of a record as guards see them, in id order; locked in that order when asked."""
    return remembered(session, ("guarded", record.id), lambda: _read_items(session, record, lock=lock))


def _read_items(session: Session, record: Record, *, lock: bool) -> tuple[Item, ...]:
    query = (
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(
            RecordLink.review_id == record.id,
            RecordLink.kind == "item",
            Record.process_key.not_in(workflows.kept_apart()),
        )
        .order_by(Record.id)
    )
    if lock:
        query = query.with_for_update(of=Record).execution_options(populate_existing=True)
    return tuple(
        Item(item.ref, item.process_key, item.stage, workflows.get(item.process).stage(item.stage).final, item.facts)
        for item in session.scalars(query)
    )


def load_beside(session: Session, record: Record) -> tuple[Item, ...]:
    """The other records of the same process that serve what this one serves, in id order."""
    serves = sa.select(RecordLink.review_id).where(RecordLink.item_id == record.id, RecordLink.kind == "item")
    query = (
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id.in_(serves), RecordLink.kind == "item")
        .where(Record.process_key == record.process_key, Record.id != record.id)
        .order_by(Record.id)
    )
    return tuple(
        Item(item.ref, item.process_key, item.stage, workflows.get(item.process).stage(item.stage).final, item.facts)
        for item in session.scalars(query.execution_options(populate_existing=True)).unique()
    )


def load_holds(session: Session, record_id: int) -> tuple[OpenHold, ...]:
    """The holds of a record that stand: not ended, not undone."""
    return tuple(
        OpenHold(h.id, h.kind, h.from_on, h.review_by, tuple(h.activities), tuple(h.clocks))
        for h in holds_of_each(session, [record_id]).get(record_id, ())
        if h.open
    )


def holds_of_each(session: Session, record_ids: Iterable[int]) -> dict[int, list[Hold]]:
    """Every hold of these records by the record's id, oldest first, those ended and undone included."""

    def find(ids: list[int]) -> dict[int, list[Hold]]:
        found: dict[int, list[Hold]] = {}
        for hold in session.scalars(sa.select(Hold).where(Hold.record_id.in_(ids)).order_by(Hold.id)):
            found.setdefault(hold.record_id, []).append(hold)
        return found

    return remembered_each(session, "holds", record_ids, find)


CLOCKS_READ = "clocks"
"""Under what the clocks that a page has read are kept."""


def clocks_of_each(session: Session, record_ids: Iterable[int]) -> dict[int, list[Deadline]]:
    """Every clock of these records by the record's id, oldest first, those that have ended included."""

    def find(ids: list[int]) -> dict[int, list[Deadline]]:
        found: dict[int, list[Deadline]] = {}
        for row in session.scalars(sa.select(Deadline).where(Deadline.record_id.in_(ids)).order_by(Deadline.id)):
            found.setdefault(row.record_id, []).append(row)
        return found

    return remembered_each(session, CLOCKS_READ, record_ids, find)


def running_by_record(session: Session, record_ids: Iterable[int]) -> dict[int, list[Deadline]]:
    """The running clocks of these records by the record's id, oldest first; for lists, which show no receipt."""
    wanted = list(record_ids)
    if (known := recalled(session, CLOCKS_READ, wanted)) is not None:
        return {one: [row for row in rows if row.running] for one, rows in known.items()}

    def find(ids: list[int]) -> dict[int, list[Deadline]]:
        found: dict[int, list[Deadline]] = {}
        query = sa.select(Deadline).options(defer(Deadline.receipt)).where(Deadline.record_id.in_(ids), *RUNNING)
        for row in session.scalars(query.order_by(Deadline.id)):
            found.setdefault(row.record_id, []).append(row)
        return found

    return remembered_each(session, "running clocks", wanted, find)


def settings_of(session: Session, partnership_id: int) -> dict[str, Any]:
    """The partnership's own settings: local lengths by clock, and guards it switched on or off."""
    partnership = session.get(Partnership, partnership_id)
    session.info["partnership"] = partnership  # kept, so that one transaction reads the row once
    return dict(partnership.settings) if partnership else {}
