"""Which actions a list shows, asked of the database: it gives a page of them and the counts."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.lookups.actions.dates import DUE, moved
from dardr.lookups.case_filters import escaped
from dardr.storage.bodies import Body
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordBody, RecordLink
from workflows.processes.action_1.ending import NO_EFFECT
from workflows.processes.action_1.stages import UNFINISHED, WORKING
from workflows.rag import MOVES_TO_FLAG

ACTION = "action"
SHARE = "action-share"


@dataclass(frozen=True, slots=True)
class ActionFilter:
    """What to leave out. Nothing given means every action; ``open_only`` those that have not ended.

    ``agency`` is the key of a body: actions it leads or has a share of, its predecessors' included. ``review`` is the
    reference of a review that the action serves. ``moved`` leaves those whose date moved three times or more,
    ``undated`` those under way without a date agreed, ``unverified`` those reported complete.
    """

    agency: str = ""
    review: str = ""
    stage: str = ""
    text: str = ""
    theme: str = ""
    scope: str = ""
    late: bool = False
    moved: bool = False
    undated: bool = False
    unverified: bool = False
    no_effect: bool = False
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class FoundActions:
    """One page of a list in order: records with the date that counts now; of how many, and how many of them late."""

    rows: list[Any]
    total: int
    late: int


def find(
    session: Session,
    actor: Actor,
    today: date,
    asked: ActionFilter,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> FoundActions:
    """The actions asked for that the actor may see: those whose date passed first, then by date, then the undated."""
    wanted = sa.select(Record.id, Record.final, _due().label("due")).where(*_conditions(session, actor, today, asked))
    each = wanted.subquery("wanted")
    passed = sa.case((each.c.due < today, 1), else_=0)
    placed = (
        sa.select(
            each.c.id,
            each.c.due,
            sa.func.count().over().label("total"),
            sa.func.sum(passed).over().label("late"),
        )
        .order_by(each.c.due.is_(None), each.c.due, each.c.final, each.c.id)
        .limit(sys.maxsize if limit is None else limit)
        .offset(offset)
    ).subquery("placed")
    rows = session.execute(
        sa.select(Record, placed.c.due, placed.c.total, placed.c.late)
        .join(placed, placed.c.id == Record.id)
        .order_by(placed.c.due.is_(None), placed.c.due, Record.final, Record.id)
    ).all()
    if not rows:
        beyond = session.scalar(sa.select(sa.func.count()).select_from(each)) if offset else 0
        return FoundActions([], int(beyond or 0), 0)
    return FoundActions([(record, due) for record, due, _, _ in rows], int(rows[0].total), int(rows[0].late))


def _due() -> sa.ScalarSelect[date | None]:
    """The date agreed that runs for each action, held ones apart."""
    return (
        sa.select(sa.func.max(Deadline.due_on))
        .where(Deadline.record_id == Record.id, Deadline.clock == DUE, Deadline.held.is_(False), *RUNNING)
        .correlate(Record)
        .scalar_subquery()
    )


def _conditions(session: Session, actor: Actor, today: date, asked: ActionFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Record.process_key == ACTION, visible(actor)]
    if asked.stage:
        found.append(Record.stage == asked.stage)
    if asked.unverified:
        found.append(Record.stage == "complete_claimed")
    if asked.open_only:
        found += [Record.final.is_(False), Record.stage.in_(UNFINISHED)]
    if asked.text.strip():
        part = f"%{escaped(asked.text.strip())}%"
        found.append(sa.or_(Record.ref.ilike(part, escape="\\"), Record.title.ilike(part, escape="\\")))
    for name in ("theme", "scope"):
        if wanted := getattr(asked, name):
            found.append(Record.facts[name].as_string() == wanted)
    if asked.agency:
        found.append(_of_bodies(answered_for(session, asked.agency)))
    if asked.review:
        found.append(_of_review(asked.review))
    return found + _of_dates(today, asked)


def _of_dates(today: date, asked: ActionFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    running = sa.exists().where(Deadline.record_id == Record.id, Deadline.clock == DUE, *RUNNING)
    if asked.late:
        found.append(running.where(Deadline.due_on < today, Deadline.held.is_(False)))
    if asked.undated:
        found += [Record.stage.in_(WORKING), sa.not_(running.where(Deadline.due_on.is_not(None)))]
    if asked.moved:
        counted = moved().subquery()
        found.append(Record.id.in_(sa.select(counted.c.of).where(counted.c.moves >= MOVES_TO_FLAG)))
    if asked.no_effect:
        found.append(no_effect_since())
    return found


def no_effect_since() -> sa.ColumnElement[bool]:
    """The condition on an action that a look after its last verification found no effect, and nobody has answered."""
    done = Record.facts["_done"]
    since = done["record_effect"][0].as_integer() > done["verify"][0].as_integer()
    return sa.and_(Record.stage == "complete_verified", Record.facts["effect"].as_string() == NO_EFFECT, since)


def answered_for(session: Session, key: str) -> list[int]:
    """The body of that key and every body whose place it took, by id; empty where there is none."""
    first = session.scalar(sa.select(Body.id).where(Body.key == key))
    if first is None:
        return []
    found, waiting = [first], [first]
    while waiting:
        waiting = [one for one in session.scalars(sa.select(Body.id).where(Body.successor_id.in_(waiting)))
                   if one not in found]  # fmt: skip
        found += waiting
    return found


def _of_bodies(bodies: list[int]) -> sa.ColumnElement[bool]:
    """Led by one of these bodies, or with a share that one of them has."""
    led = sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(bodies))
    share = aliased(Record)
    shared = (
        sa.select(RecordLink.review_id)
        .join(share, share.id == RecordLink.item_id)
        .join(RecordBody, RecordBody.record_id == share.id)
        .where(share.process_key == SHARE, RecordBody.body_id.in_(bodies))
    )
    return sa.or_(Record.id.in_(led), Record.id.in_(shared))


def _of_review(ref: str) -> sa.ColumnElement[bool]:
    """Serving the review of that reference, or answering a recommendation of that reference."""
    above = aliased(Record)
    serving = (
        sa.select(RecordLink.item_id)
        .join(above, above.id == RecordLink.review_id)
        .where(above.ref == ref.strip().upper(), RecordLink.kind.in_(("item", "answers")))
    )
    return Record.id.in_(serving)


def stages() -> dict[str, str]:
    """The stages of an action by key, in their order, as people read them."""
    return {stage.key: stage.label for stage in workflows.newest(ACTION).stages}
