"""What a decision rests on and leads to: what agencies said, the criteria, the decision, what follows, the boards.

It reads; it decides nothing. Steps carry the reasons for which they are not possible yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on_each
from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.lookups.records import bodies_of, visible_items
from dardr.lookups.review import actions_of
from dardr.storage.people import User
from dardr.storage.reviews import Record
from workflows.criteria import Assessment, CriteriaRefused
from workflows.criteria_table import ROWS, Row, assessed
from workflows.definition import Field, Past, Process

FOR_A_REVIEW = ("decide_review", "decide_joint_review")
AGAINST = ("decide_no_review", "decide_other_review")
DECISIONS = (*FOR_A_REVIEW, *AGAINST)
ASKED_AGAIN = ("record_reconsider", "reopen")

CHOICES = (*DECISIONS, "defer_decision", "end_deferral", "transfer_out")
BEFORE = ("request_information", "secure_records", "record_core_group", "record_criteria", "ready_for_decision")
"""What is done before the chair decides, in its usual order."""
TOLD = ("second_person_check", "tell_home_office", "tell_family", "tell_others")
"""What every decision is followed by, in its usual order."""
AFTER_REVIEW = (*TOLD, "start_commissioning")
AFTER_NO_REVIEW = (*TOLD, "record_scrutiny_no_further", "record_reconsider", "record_direction")
DIRECTED = ("record_direction_complied",)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done, can be done, or cannot be done yet."""

    key: str
    label: str
    done_on: date | None = None
    done_by: str = ""
    possible: bool = False
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What one body said when it was asked, as far as the person reading may see it."""

    ref: str
    body: str
    stage: str
    stage_label: str
    open: bool
    facts: Mapping[str, Any]
    may_enter: bool = False


@dataclass(frozen=True, slots=True)
class Partner:
    """A board the review is held with: its entry, and its last decision, sign-off and publication."""

    entry: Mapping[str, Any]
    decision: Mapping[str, Any] | None
    sign_off: Mapping[str, Any] | None
    publication: Mapping[str, Any] | None
    left: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Deciding:
    """What the decision page shows."""

    record: Record
    process: Process
    assessment: Assessment | None
    row: int
    rows: tuple[Row, ...]
    answered: tuple[tuple[Field, Any], ...]
    unread: str
    said: tuple[Said, ...]
    meetings: tuple[Mapping[str, Any], ...]
    deferred: Mapping[str, Any] | None
    decision: str | None
    decided: Past | None
    decided_by: str
    before: tuple[Step, ...]
    choices: tuple[Step, ...]
    after: tuple[Step, ...]
    partners: tuple[Partner, ...]
    partner_steps: tuple[Step, ...] = field(default=())


def deciding(session: Session, actor: Actor, ref: str, today: date) -> Deciding:
    """The decision of one review as it stands on the London day ``today``. Raises NotFound."""
    record = get_record(session, actor, ref)
    process = workflows.get(record.process)
    possible = {a["key"]: a for a in actions_of(session, actor, ref, today, with_items=False, with_fields=False)}
    history = done(record.facts)
    names = _names(session, history)
    decision = _standing_decision(history)
    assessment, row, unread = _assessed(process, record.facts)
    steps = _Steps(process, history, names, possible, _round_began(history))
    after = AFTER_REVIEW if decision in FOR_A_REVIEW else AFTER_NO_REVIEW if decision else ()
    directed = DIRECTED if "record_direction" in history else ()
    deferrals = record.facts.get("deferrals") or []
    return Deciding(
        record=record,
        process=process,
        assessment=assessment,
        row=row,
        rows=ROWS,
        answered=tuple((f, record.facts[f.name]) for f in process.criteria if f.name in record.facts),
        unread=unread,
        said=_said(session, actor, record),
        meetings=tuple(record.facts.get("core_group_meetings") or ()),
        deferred=deferrals[-1] if deferrals and "end_deferral" in possible else None,
        decision=decision,
        decided=history.get(decision) if decision else None,
        decided_by=names.get(history[decision].actor_id, "") if decision else "",
        before=steps.of(BEFORE),
        choices=tuple(s for s in steps.of(CHOICES) if s.possible),
        after=steps.of((*after, *directed)),
        partners=partners_of(record.facts),
        partner_steps=tuple(
            s for s in steps.of(PARTNER_STEPS) if s.possible and (s.key == PARTNER_STEPS[0] or not s.blocked)
        ),
    )


PARTNER_STEPS = (
    "record_partner",
    "record_partner_decision",
    "record_partner_sign_off",
    "record_partner_publication",
    "record_partner_left",
)


def _names(session: Session, history: Mapping[str, Past]) -> dict[int, str]:
    ids = {past.actor_id for past in history.values()}
    return {row.id: row.name for row in session.execute(sa.select(User.id, User.name).where(User.id.in_(ids)))}


def _round_began(history: Mapping[str, Past]) -> int:
    """Where the question was asked again, only what was done since counts."""
    return max((history[key].seq for key in ASKED_AGAIN if key in history), default=0)


def _standing_decision(history: Mapping[str, Past]) -> str | None:
    made = [(history[key].seq, key) for key in DECISIONS if key in history]
    if not made:
        return None
    seq, key = max(made)
    return key if seq > _round_began(history) else None


def _assessed(process: Process, facts: Mapping[str, Any]) -> tuple[Assessment | None, int, str]:
    if not any(f.name in facts for f in process.criteria):
        return None, 0, ""
    try:
        assessment, row = assessed(process.regime, facts)
    except CriteriaRefused as error:
        return None, 0, str(error)
    return assessment, row, ""


@dataclass(frozen=True, slots=True)
class _Steps:
    process: Process
    history: Mapping[str, Past]
    names: Mapping[int, str]
    possible: Mapping[str, Mapping[str, Any]]
    since: int

    def of(self, keys: tuple[str, ...]) -> tuple[Step, ...]:
        return tuple(self._one(key) for key in keys)

    def _one(self, key: str) -> Step:
        past = self.history.get(key)
        counted = past if past is not None and past.seq > self.since else None
        may = self.possible.get(key)
        return Step(
            key,
            self.process.action(key).label,
            counted.occurred_on if counted else None,
            self.names.get(counted.actor_id, "") if counted else "",
            may is not None,
            tuple(may["blocked"]) if may else (),
        )


def _said(session: Session, actor: Actor, record: Record) -> tuple[Said, ...]:
    items = [
        item
        for item in visible_items(session, actor, record)
        if item.process_key == "agency-return" and item.facts.get("kind") == "information_return"
    ]
    whose = bodies_of(session, [item.id for item in items])
    roles = roles_on_each(session, actor, items)
    return tuple(
        Said(
            item.ref,
            ", ".join(whose.get(item.id, ())) or item.title,
            item.stage,
            workflows.get(item.process).stage(item.stage).label,
            not item.final,
            item.facts,
            bool(roles[item.id] & workflows.get(item.process).action("receive_return").roles),
        )
        for item in items
    )


def partners_of(facts: Mapping[str, Any]) -> tuple[Partner, ...]:
    """The boards that a review is held with, those that left included, in the order in which they were named."""

    def last(kept_as: str, name: str) -> Mapping[str, Any] | None:
        return next((e for e in reversed(facts.get(kept_as) or []) if e.get("partner") == name), None)

    return tuple(
        Partner(
            entry,
            last("partner_decisions", entry["partner"]),
            last("partner_sign_offs", entry["partner"]),
            last("partner_publications", entry["partner"]),
            last("partners_left", entry["partner"]),
        )
        for entry in facts.get("partners") or ()
    )
