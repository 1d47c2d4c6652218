"""The register of the family's questions: all of a review, without who asked; or those of one branch, with answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.fold import done, public
from dardr.errors import NotFound
from dardr.lookups.family import BRANCH, QUESTION
from dardr.lookups.records import visible_items
from dardr.storage.bodies import Body
from dardr.storage.reviews import Record, RecordLink
from workflows.answers import stored_date
from workflows.processes.family_question_1 import BY_WHOM


@dataclass(frozen=True, slots=True)
class Question:
    """One question as the register shows it. ``number`` is its place in the list it is shown in, from 1."""

    number: int
    ref: str
    asked: str
    asked_on: date | None
    stage: str
    stage_label: str
    final: bool
    answered_by: str
    answer: str
    where: str
    cannot_because: str
    told_on: date | None


def questions_of(session: Session, actor: Actor, review: Record, branch_ref: str | None = None) -> list[Question]:
    """The questions of a review, oldest first; with ``branch_ref`` only those that this branch asked.

    Raises NotFound where the branch is not one of this review's, or not this actor's to see.
    """
    items = visible_items(session, actor, review)
    asked = [item for item in items if item.process_key == QUESTION]
    if branch_ref is not None:
        branch = next((item for item in items if item.process_key == BRANCH and item.ref == branch_ref), None)
        if branch is None:
            raise NotFound(f"There is no branch {branch_ref} on {review.ref}, or it is not yours to see.")
        theirs = set(session.scalars(sa.select(RecordLink.item_id).where(RecordLink.review_id == branch.id)))
        asked = [item for item in asked if item.id in theirs]
    here = sa.select(Body.key, Body.name).where(Body.partnership_id == review.partnership_id)
    names = {key: name for key, name in session.execute(here)}
    return [_question(number, item, names) for number, item in enumerate(asked, 1)]


def _question(number: int, item: Record, names: dict[str, str]) -> Question:
    facts, past = public(item.facts), done(item.facts)
    labels = {choice.value: choice.label for choice in BY_WHOM.choices}
    by = labels.get(str(facts.get("answered_by") or ""), "")
    if facts.get("answered_by") == "agency" and facts.get("asked_of_body"):
        by = names.get(facts["asked_of_body"], by)
    told = past.get("tell_answer")
    again = past.get("reopen_question")
    return Question(
        number=number,
        ref=item.ref,
        asked=str(facts.get("question") or ""),
        asked_on=stored_date(facts.get("asked_on")),
        stage=item.stage,
        stage_label=workflows.get(item.process).stage(item.stage).label,
        final=item.final,
        answered_by=by,
        answer=str(facts.get("answer_given") or "") if item.stage == "answered" else "",
        where=str(facts.get("where_in_report") or facts.get("answered_elsewhere") or "")
        if item.stage == "answered"
        else "",
        cannot_because=str(facts.get("cannot_answer_because") or "") if item.stage == "cannot_be_answered" else "",
        told_on=told.occurred_on if told and (again is None or told.seq > again.seq) else None,
    )
