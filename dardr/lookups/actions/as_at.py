"""The plans as they stood at the end of a day: stages, facts and dates folded from events, not read as they are."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.facts import settings_of
from dardr.lookups.actions.dates import DUE
from dardr.lookups.actions.filters import ACTION, SHARE, ActionFilter, answered_for
from dardr.lookups.actions.rows import ActionRow, row_of
from dardr.lookups.quarterly.figures import due_then
from dardr.lookups.quarterly.history import History, Story, load
from dardr.lookups.quarterly.moves import moves
from dardr.storage.bodies import Body
from dardr.storage.reviews import Record, RecordLink
from workflows.rag import MOVES_TO_FLAG, Rule


def actions_as_at(session: Session, actor: Actor, day: date, asked: ActionFilter) -> list[ActionRow]:
    """The actions there were at the end of that London day, as they stood then, in the order of the register.

    What was recorded by then and had happened by then counts. Who may see an action today sees it as it was.
    """
    if actor.partnership_id is None:
        return []
    history = load(session, actor.partnership_id, (ACTION, SHARE), day, day)
    seen = set(session.scalars(sa.select(Record.id).where(Record.process_key == ACTION, visible(actor))))
    plan = [one for one in history.of(ACTION) if one.id in seen]
    served = _served(session, [one.id for one in plan])
    ours = sa.select(Body.key, Body.name).where(Body.partnership_id == actor.partnership_id)
    names: dict[str, str] = {key: name for key, name in session.execute(ours)}
    rule = Rule.of(settings_of(session, actor.partnership_id))
    wanted = _bodies(session, asked.agency) if asked.agency else None
    rows: list[ActionRow] = []
    for story in plan:
        facts = story.facts_on(day)
        lead = str(facts.get("lead_body") or "")
        if wanted is not None and not ({lead, *_shared(history, story, day)} & wanted):
            continue
        run = history.deadline_of(story, DUE)
        running = run is not None and run.stopped_on is None
        due = due_then(session, history, story, run)[1] if run is not None and running else None
        row = row_of(
            story.ref, story.id, story.process_on(day).stage(story.stage_on(day) or ""), facts, day,
            due=due.due if due else None, moves=len(moves(history, story)),
            bodies=[names[lead]] if lead in names else [], reviews=served.get(story.id, ()), rule=rule,
        )  # fmt: skip
        if _asked_for(row, asked):
            rows.append(row)
    return sorted(rows, key=lambda row: (row.due is None, row.due or date.max, row.final, row.id))


def _asked_for(row: ActionRow, asked: ActionFilter) -> bool:
    words = asked.text.strip().casefold()
    return all(
        (
            not asked.stage or row.stage == asked.stage,
            not asked.review or asked.review.strip().upper() in row.reviews,
            not asked.late or row.late,
            not asked.open_only or not row.final,
            not asked.moved or row.moves >= MOVES_TO_FLAG,
            not asked.theme or row.theme == asked.theme,
            not asked.scope or row.scope == asked.scope,
            not asked.undated or row.undated,
            not asked.unverified or row.stage == "complete_claimed",
            not words or words in row.ref.casefold() or words in row.text.casefold(),
        )
    )


def _shared(history: History, story: Story, day: date) -> set[str]:
    return {str(one.facts_on(day).get("body") or "") for one in history.serving(story, SHARE)}


def _bodies(session: Session, key: str) -> set[str]:
    ids = answered_for(session, key)
    return set(session.scalars(sa.select(Body.key).where(Body.id.in_(ids))))


def _served(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        sa.select(RecordLink.item_id, Record.ref)
        .join(Record, Record.id == RecordLink.review_id)
        .where(RecordLink.item_id.in_(sa.select(Record.id).where(Record.process_key == ACTION)),
               RecordLink.kind == "item", Record.process_key.in_(workflows.REVIEW_KEYS))
        .order_by(Record.id)
    )  # fmt: skip
    wanted = set(ids)
    for item, ref in rows:
        if item in wanted:
            found.setdefault(item, []).append(ref)
    return found
