"""One record: what is known, what can be done next, and why something cannot be done yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.facts import holds_of_each, load_facts
from dardr.casework.own_questions import whole
from dardr.lookups.choices import nothing_to_choose, of_the_record, resolve_fields
from dardr.lookups.records import bodies_of, brief, csps_of, fields_of, linked, visible_items
from dardr.seeing import seen_facts
from dardr.storage.people import User
from dardr.storage.reviews import Record
from workflows import engine
from workflows.definition import Action, Choice, Facts, From, Process, Role


def show(session: Session, actor: Actor, ref: str, today: date) -> dict[str, Any]:
    """A record as people read it: no identity, nothing internal. ``today`` is a London date. Raises NotFound."""
    record = get_record(session, actor, ref)
    process = workflows.get(record.process)
    stage, phase = process.stage(record.stage), process.phase_of(record.stage)
    others = linked(session, actor, record)
    whose = bodies_of(session, [record.id, *(other.id for _, _, other in others)])
    manager = session.get(User, record.case_manager_id) if record.case_manager_id else None
    return {
        **brief(record, whose.get(record.id, ())),
        "title": record.title,
        "regime": process.regime,
        "stage_means": stage.means,
        "phase": record.phase,
        "phase_label": phase.label,
        "case_manager": manager.name if manager else None,
        "facts": seen_facts(process, record.facts, roles_on(session, actor, record)),
        "items": [brief(other, whose.get(other.id, ())) for way, _, other in others if way == "item"],
        "serves": [brief(other, whose.get(other.id, ())) for way, _, other in others if way == "serves"],
        "links": [
            {**brief(other, whose.get(other.id, ())), "link": kind} for way, kind, other in others if way == "with"
        ],
        "answered_by": [brief(other, whose.get(other.id, ())) for way, _, other in others if way == "answered by"],
        "answers": [brief(other, whose.get(other.id, ())) for way, _, other in others if way == "answers"],
        "csps": csps_of(session, record),
        "holds": holds_of(session, record, today),
    }


def holds_of(session: Session, record: Record, today: date) -> list[dict[str, Any]]:
    """The holds of a record, open ones first. ``wants_review`` from the day after the review-by date."""
    rows = sorted(holds_of_each(session, [record.id]).get(record.id, ()), key=lambda hold: (hold.from_on, hold.id))
    found = [
        {
            "hold": row.id,
            "kind": row.kind,
            "from": row.from_on.isoformat(),
            "until": row.until_on.isoformat() if row.until_on else None,
            "reason": row.reason,
            "asked_by": row.asked_by,
            "clocks": list(row.clocks or ()),
            "activities": list(row.activities or ()),
            "review_by": row.review_by.isoformat() if row.review_by else None,
            "open": row.open,
            "undone": row.undone_by_event is not None,
            "wants_review": (row.open and row.review_by is not None and row.review_by < today),
        }
        for row in rows
    ]
    return sorted(found, key=lambda hold: not hold["open"])


def actions_of(
    session: Session, actor: Actor, ref: str, today: date, *, with_items: bool = True, with_fields: bool = True
) -> list[dict[str, Any]]:
    """What this actor may do on a record and on its open items, each with every reason why it is not possible yet.

    Only actions of the stage, and of a role the actor holds on that record. The day it happened is asked besides
    the fields of every action. ``with_fields`` False leaves the questions out and does not look up their choices:
    enough for a page that only links to each action. Raises NotFound.
    """
    record = get_record(session, actor, ref, in_part=True)  # the roles of each action decide
    lists: dict[From, tuple[Choice, ...]] = {}
    found = _actions(session, actor, record, today, lists, with_fields)
    if with_items:
        for item in visible_items(session, actor, record):
            if not item.final:
                found += _actions(session, actor, item, today, lists, with_fields)
    return found


THE_SAME_FOR_ALL = (From.BODIES, From.CSPS, From.PEOPLE, From.CASE_MANAGERS)
"""Lists of choices that do not depend on the record, looked up once for all."""


def _actions(
    session: Session,
    actor: Actor,
    record: Record,
    today: date,
    lists: dict[From, tuple[Choice, ...]],
    with_fields: bool,
) -> list[dict[str, Any]]:
    process = workflows.get(record.process)
    roles = roles_on(session, actor, record)
    permitted = engine.permitted_actions(process, record.stage, roles)
    if not permitted:
        return []
    facts = load_facts(session, actor, record, process, today)
    permitted += _brings_in(process, record, facts, roles)
    kept = dict(lists)
    found = []
    for action in permitted:
        asked = action.fields if with_fields else of_the_record(action)
        choices = resolve_fields(session, actor, process, asked, record, today, kept)
        questions = whole(session, record.partnership_id, action, record.facts) if with_fields else None
        verdict = engine.judge(process, action, facts, roles)
        to = action.to or record.stage
        found.append(
            {
                "ref": record.ref,
                "process": record.process,
                "key": action.key,
                "label": action.label,
                "help": action.help,
                "main": action.main,
                "to": to,
                "to_label": process.stage(to).label,
                "moves": to != record.stage,
                "fields": fields_of(questions, choices) if questions else [],
                "blocked": [blocked.reason for blocked in verdict.blocked] or nothing_to_choose(asked, choices),
                "roles": sorted(str(role) for role in action.roles),
                "keep_as": action.keep_as,
                "authority": action.authority.as_dict() if action.authority else None,
            }
        )
    lists.update({source: kept[source] for source in THE_SAME_FOR_ALL if source in kept})
    return found


def _brings_in(process: Process, record: Record, facts: Facts, roles: Collection[Role]) -> list[Action]:
    """The actions that bring in a live review, where they are for this one: no other review is shown them."""
    return [
        action
        for action in process.brings_in
        if record.stage in action.source and engine.judge(process, action, facts, roles).possible
    ]
