"""The action plan of a review, a line for each recommendation and action, in the columns of the Home Office template.

A plan is a live document: ``plan_of`` is how it stands now, a copy (``storage.plans.PlanCopy``) how it stood when the
report was submitted, when the Home Office's letter was answered, or on publication day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.fold import done
from dardr.lookups.actions.filters import SHARE
from dardr.lookups.actions.rows import dues_of
from dardr.lookups.recommendations import ANSWERS, SCOPE_WORDS, records_of
from dardr.lookups.records import bodies_of
from dardr.storage.bodies import Body
from dardr.storage.plans import PlanCopy
from dardr.storage.reviews import Record, RecordBody, RecordLink
from workflows.answers import stored_date
from workflows.calendar import in_words
from workflows.processes.action_1.milestones import milestones

COLUMNS: tuple[tuple[str, str], ...] = (
    ("recommendation", "Recommendation"),
    ("scope", "Scope"),
    ("action", "Action to take"),
    ("lead", "Lead agency"),
    ("milestones", "Key milestones in enacting the recommendation"),
    ("target_date", "Target date"),
    ("completion", "Date of completion and outcome"),
)
"""The columns of the Home Office template for action plans."""
OCCASIONS = {
    "submission": "As submitted to the Home Office",
    "amendment": "As the Home Office’s letter was answered",
    "publication": "As on publication day",
}
LEFT_OUT = ("taken_out",)
"""Recommendations that are not in the report and not in its plan."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a plan, all of it words. ``ref`` and ``action_ref`` are the records; empty where there is none."""

    ref: str
    number: str
    recommendation: str
    scope: str
    action_ref: str
    action: str
    lead: str
    milestones: str
    target_date: str
    completion: str

    @property
    def key(self) -> str:
        """What a line is called when copies are compared."""
        return f"{self.ref}/{self.action_ref}"

    @property
    def numbered(self) -> str:
        """The recommendation with its number."""
        return f"{self.number}. {self.recommendation}" if self.number else self.recommendation

    def cells(self) -> tuple[str, ...]:
        """The line in the order of ``COLUMNS``."""
        first = (self.numbered, self.scope)
        return (*first, self.action, self.lead, self.milestones, self.target_date, self.completion)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same on one line of two plans: the columns, with the words before and now."""

    line: PlanLine
    what: str
    changes: tuple[tuple[str, str, str], ...] = ()


def plan_of(
    session: Session, review: Record, seen: sa.ColumnElement[bool] | None = None, *, public: bool = False
) -> list[PlanLine]:
    """The plan as it stands: recommendations by number with their actions, then actions that answer none of them.

    ``seen`` leaves out what somebody may not see; without it the plan is whole. ``public``: in the words set for the
    published plan, where there are any.
    """
    condition = sa.true() if seen is None else seen
    recommendations = [one for one in records_of(session, review, condition) if one.stage not in LEFT_OUT]
    actions = _actions_of(session, review, condition)
    answers = _answers(session, [one.id for one in recommendations], actions)
    words = _Words(session, actions.values(), public=public)
    lines: list[PlanLine] = []
    shown: set[int] = set()
    for one in recommendations:
        theirs = answers.get(one.id, [])
        shown.update(theirs)
        lines += [words.line(one, actions[action]) for action in theirs] or [words.line(one, None)]
    return lines + [words.line(None, action) for action in actions.values() if action.id not in shown]


def _actions_of(session: Session, review: Record, seen: sa.ColumnElement[bool]) -> dict[int, Record]:
    found = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == review.id, RecordLink.kind == "item", Record.process_key == "action", seen)
        .order_by(Record.id)
    )
    return {one.id: one for one in found}


def _answers(session: Session, ids: list[int], actions: Mapping[int, Record]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for above, action in session.execute(
        sa.select(RecordLink.review_id, RecordLink.item_id)
        .where(RecordLink.review_id.in_(ids), RecordLink.kind == ANSWERS)
        .order_by(RecordLink.item_id)
    ):
        if action in actions:
            found.setdefault(above, []).append(action)
    return found


class _Words:
    """The words of the lines of one plan."""

    def __init__(self, session: Session, actions: Iterable[Record], *, public: bool) -> None:
        ids = [one.id for one in actions]
        self._dues, self._public = dues_of(session, ids), public
        lead, shares = bodies_of(session, ids), _sharing(session, ids)
        self._bodies = {one: [*lead.get(one, ()), *(f"with {name}" for name in shares.get(one, ()))] for one in ids}

    def line(self, recommendation: Record | None, action: Record | None) -> PlanLine:
        made: Mapping[str, Any] = recommendation.facts if recommendation is not None else {}
        does: Mapping[str, Any] = action.facts if action is not None else {}
        scope = str(made.get("scope") or does.get("scope") or "")
        return PlanLine(
            ref=recommendation.ref if recommendation is not None else "",
            number=str(made.get("number") or ""),
            recommendation=self._said(made, "recommendation_text") or str(does.get("recommendation") or ""),
            scope=SCOPE_WORDS.get(scope, scope),
            action_ref=action.ref if action is not None else "",
            action=self._said(does, "action_text"),
            lead=", ".join(self._bodies.get(action.id, ()))
            if action is not None
            else str(made.get("department") or ""),
            milestones="\n".join(_milestone_words(does)),
            target_date=self._target(action),
            completion=_completion(action) if action is not None else _of_department(recommendation),
        )

    def _said(self, facts: Mapping[str, Any], name: str) -> str:
        return str((self._public and facts.get("public_text")) or facts.get(name) or "")

    def _target(self, action: Record | None) -> str:
        if action is None:
            return ""
        day = self._dues.get(action.id) or stored_date(action.facts.get("target_date"))
        return in_words(day) if day else str(action.facts.get("target_as_given") or "No date agreed")


def _sharing(session: Session, ids: list[int]) -> dict[int, list[str]]:
    """The bodies that have a part of each action, whether that part has ended or not."""
    rows = session.execute(
        sa.select(RecordLink.review_id, Body.name)
        .join(Record, Record.id == RecordLink.item_id)
        .join(RecordBody, RecordBody.record_id == Record.id)
        .join(Body, Body.id == RecordBody.body_id)
        .where(RecordLink.review_id.in_(ids), RecordLink.kind == "item", Record.process_key == SHARE)
        .order_by(Body.name)
    )
    found: dict[int, list[str]] = {}
    for of, name in rows:
        found.setdefault(of, []).append(name)
    return found


def _milestone_words(facts: Mapping[str, Any]) -> Iterable[str]:
    for one in milestones(facts):
        if one.done_on:
            yield f"{one.text}: done {in_words(one.done_on)}"
        else:
            yield f"{one.text}, by {in_words(one.due)}" if one.due else one.text


ENDED_BY = ("verify", "verify_in_place", "claim_complete")


def _completion(action: Record) -> str:
    """Where the action stands; once it is done, since when and what came of it."""
    stage = workflows.get(action.process).stage(action.stage)
    facts, past = action.facts, done(action.facts)
    if not stage.final and action.stage != "complete_claimed":
        return stage.label
    on = next((past[key].occurred_on for key in ENDED_BY if key in past), None)
    outcome = facts.get("impact") or facts.get("not_accepted_reason") or facts.get("superseded_reason") or ""
    said = stage.label + (f", {in_words(on)}" if on and "accepted" not in action.stage else "")
    return f"{said}. {outcome}" if outcome else said


def _of_department(recommendation: Record | None) -> str:
    """Where a recommendation without an action stands."""
    if recommendation is None:
        return ""
    label = workflows.get(recommendation.process).stage(recommendation.stage).label
    reply = recommendation.facts.get("department_reply") if recommendation.stage == "replied" else ""
    return f"{label}. {reply}" if reply else label


# --- copies ---------------------------------------------------------------------------------------------------------


def copies_of(session: Session, review: Record) -> list[PlanCopy]:
    """The copies of a review's plan, the newest first."""
    query = sa.select(PlanCopy).where(PlanCopy.review_id == review.id).order_by(PlanCopy.id.desc())
    return list(session.scalars(query))


def content_of(lines: Iterable[PlanLine]) -> dict[str, Any]:
    """A plan as it is kept."""
    return {"lines": [asdict(line) for line in lines]}


def lines_of(copy: PlanCopy) -> list[PlanLine]:
    """The lines of a copy, as it was made."""
    return [PlanLine(**line) for line in copy.content["lines"]]


def differences(before: Iterable[PlanLine], now: Iterable[PlanLine]) -> list[Difference]:
    """What changed from one plan to another: lines added, gone, and the columns that read otherwise."""
    earlier = {line.key: line for line in before}
    found: list[Difference] = []
    for line in now:
        old = earlier.pop(line.key, None)
        if old is None:
            found.append(Difference(line, "added"))
            continue
        changed = [
            (heading, was, is_now)
            for (_, heading), was, is_now in zip(COLUMNS, old.cells(), line.cells(), strict=True)
            if was != is_now
        ]
        if changed:
            found.append(Difference(line, "changed", tuple(changed)))
    return [*found, *(Difference(line, "gone") for line in earlier.values())]
