"""All that is asked before a record is changed: may this person, is it possible now, do the answers hold.

It reads and locks, and changes nothing. ``dardr.casework.act.take_action`` asks it first; so does whoever shows what
an action would do, or keeps it for somebody else to sign off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework import answering, files, filling, own_questions
from dardr.casework.facts import load_facts, needs_beside, needs_items
from dardr.casework.serving import served
from dardr.errors import Conflict, Forbidden, Invalid, Reason
from dardr.lookups import choices
from dardr.storage.reviews import AuditEvent, Record
from dardr.systime import london_date
from workflows import answers as reading
from workflows.calendar import in_words
from workflows.definition import GIVEN_ROLES, Action, Blocked, DoesOnReview, Process
from workflows.engine import Verdict, judge


@dataclass(frozen=True, slots=True)
class Judged:
    """An action that may be taken: on which record, with which answers as typed, and what looks odd about it."""

    record: Record
    process: Process
    action: Action
    typed: dict[str, Any]
    warnings: tuple[str, ...]


def judged(
    session: Session,
    actor: Actor,
    now: datetime,
    ref: str,
    action_key: str,
    values: Mapping[str, Any],
    occurred_on: date,
    expected_revision: int | None = None,
) -> Judged:
    """All that ``take_action`` asks before it changes anything; raises what it raises, and changes nothing."""
    if action_key in _reaching_up():
        # What serves a review is locked after it, as everywhere, so that nobody waits for each other.
        for one in session.scalars(sa.select(Record.id).where(Record.ref == ref)).all():
            served(session, one, lock=True)
    if action_key in _ending_actions():
        answering.lock_with_answered(session, ref)
    record = get_record(session, actor, ref, lock=True, in_part=True)
    if expected_revision is not None and record.revision != expected_revision:
        raise Conflict(what_changed(session, record))
    process = workflows.get(record.process)
    action = _action(process, record, action_key)
    if actor.door is not None and not actor.door.may_take(action_key):
        raise Forbidden("The link you came by does not open this step. Ask the team.")
    today = london_date(now)
    found = choices.resolve(session, actor, process, action, record, today)
    values = filling.with_filled(session, actor, record, action, values, found, today)
    asked = own_questions.whole(session, record.partnership_id, action, record.facts)
    typed, problems = reading.read(asked.fields, values, found)
    typed = files.checked(typed, problems)
    locks = any(needs_items(g) for g in (*action.guards, *action.checks, *action.warnings))
    facts = load_facts(session, actor, record, process, today, typed, occurred_on, actions=(action,), lock=locks)
    verdict = judge(process, action, facts, roles_on(session, actor, record))
    refuse_if_needed(action, verdict, problems)
    warnings = [*verdict.warnings]
    if occurred_on < record.opened_on:
        warnings.append(
            f"{in_words(occurred_on)} is before this record begins ({in_words(record.opened_on)}). Check the date."
        )
    return Judged(record, process, action, typed, tuple(warnings))


@cache
def _reaching_up() -> frozenset[str]:
    """The keys of the actions that look at, or change, more of the review than their own record."""
    return frozenset(
        action.key
        for process in workflows.all_processes()
        for action in process.actions
        if any(isinstance(effect, DoesOnReview) for effect in action.effects)
        or any(needs_beside(guard) for guard in (*action.guards, *action.checks))
    )


@cache
def _ending_actions() -> frozenset[str]:
    """The keys of what ends an action of a plan, or takes it up again: recommendations end with their actions."""
    process = workflows.get(answering.ACTION)
    final = {stage.key for stage in process.stages if stage.final}
    return frozenset(
        action.key
        for action in process.actions
        if action.to is not None and (action.to in final or final.intersection(action.source))
    )


def _action(process: Process, record: Record, key: str) -> Action:
    try:
        action = process.action(key)
    except KeyError:
        action = None
    if action is None or action is process.opening:
        here = ", ".join(a.key for a in process.actions if record.stage in a.source)
        raise Conflict(f"There is no step called “{key}” in {process.label}. Possible here: {here or 'none'}.")
    return action


def refuse_if_needed(action: Action, verdict: Verdict, problems: Iterable[Blocked]) -> None:
    """Raise with every reason at once, or return."""
    if not verdict.permitted:
        who = ", ".join(sorted(str(r).replace("_", " ") for r in action.roles & frozenset(GIVEN_ROLES))) or "nobody"
        raise Forbidden(f"“{action.label}” is not yours to do here. It can be done by: {who}.")
    problems = tuple(problems)
    unread = {p.field for p in problems}
    # Of an answer that cannot be read, one sentence is enough.
    blocked = [b for b in verdict.blocked if b.field is None or b.field not in unread]
    reasons = [Reason(b.reason, b.field) for b in (*blocked, *problems)]
    if not reasons:
        return
    if problems or all(b.field for b in verdict.blocked):
        raise Invalid(reasons)
    raise Conflict(reasons)


def what_changed(session: Session, record: Record) -> str:
    """What was done on a record last, by whom, for somebody who was not first."""
    last = session.execute(
        sa.select(AuditEvent.action, AuditEvent.actor_name, AuditEvent.process)
        .where(AuditEvent.record_id == record.id)
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    ).first()
    if last is None:
        return "This record has changed since you opened it. Look at it again, then do this."
    label = workflows.get(last.process).action(last.action).label
    return (
        f"This record has changed since you opened it: “{label}” by {last.actor_name}. "
        "Nothing you typed was saved. Look at what changed, then do this again if it is still right."
    )
