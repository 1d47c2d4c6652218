"""The decision notice to the Home Office: what was decided, by whom, on what answers, and what else runs."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from dardr.casework.documents.reading import Reading
from dardr.storage.bodies import Body, Csp
from dardr.storage.reviews import Deadline, Record, RecordLink
from notifications.documents import Consulted, Criterion, DecisionNotice
from workflows.answers import stored_date
from workflows.criteria import CriteriaRefused, assess_record
from workflows.definition import UNKNOWN_VALUES, FieldType, Past

FOR_A_REVIEW = ("decide_review", "decide_joint_review")
DECISIONS = (*FOR_A_REVIEW, "decide_no_review", "decide_other_review")
ASKED_AGAIN = ("record_reconsider", "reopen")
_DECIDED = {
    "decide_review": "A domestic abuse related death review will be held",
    "decide_joint_review": "A domestic abuse related death review will be held, jointly or aligned with another",
    "decide_no_review": "A domestic abuse related death review will not be held",
    "decide_other_review": "A domestic abuse related death review will not be held; another review is held instead",
}


def _decision(review: Reading) -> tuple[str, Past] | None:
    decided = review.last(DECISIONS)
    again = review.last(ASKED_AGAIN)
    return None if decided and again and again[1].seq > decided[1].seq else decided


def blocked(review: Reading) -> list[str]:
    """Why the notice cannot be made yet; empty where it can."""
    if _decision(review) is None:
        return ["The decision is not made. Record it first: the notice tells the Home Office what was decided."]
    if not review.text("decision_reasons"):
        return [
            "The decision was made before the review was recorded here, and its reasons are not on the record. The"
            " notice is in the papers of that time."
        ]
    return []


def decision_notice(review: Reading, today: date) -> DecisionNotice:
    """The notice, made on the London day ``today``."""
    decided = _decision(review)
    assert decided is not None
    action, past = decided
    held = action in FOR_A_REVIEW
    decision = _DECIDED[action]
    other = review.text("joint_with" if held else "other_review")
    if other and action in ("decide_joint_review", "decide_other_review"):
        decision = f"{decision}: {other}"
    return DecisionNotice(
        partnership=review.partnership.name,
        prepared_on=today,
        demonstration=review.demonstration,
        ref=review.record.ref,
        csp=", ".join(review.names(Csp, review.facts.get("csps")).values()),
        date_of_death=_as_held(review.facts.get("death_date")),
        aware_on=_as_held(review.facts.get("csp_aware_on")),
        review=held,
        decision=decision,
        decided_on=past.occurred_on,
        decided_by=review.label(action, "decided_by"),
        criteria_met=_criteria_met(review, action, held=held),
        reasons=review.lines("decision_reasons"),
        chair=review.text("chair") if held else "",
        expected_completion=expected(review),
        parallel_reviews=_parallel(review),
        contact=", ".join(filter(None, (review.partnership.team_name, review.partnership.team_email))),
        criteria=_criteria(review),
        consulted=_consulted(review),
        family_view=review.text("family_view") or review.text("family_wishes"),
        other_learning=review.text("alternative_learning"),
        dissent=review.text("dissent"),
    )


def _as_held(value: Any) -> date | str | None:
    """A date as it is held: whole, partial, or not known."""
    if value in (None, "") or value in UNKNOWN_VALUES:
        return None
    return stored_date(value) or str(value)


def expected(review: Reading) -> date | None:
    """The date that counts for the overview report: the agreed one, where there is one."""
    return review.session.scalar(
        sa.select(Deadline.due_on)
        .where(
            Deadline.record_id == review.record.id,
            Deadline.clock == "overview_report",
            Deadline.withdrawn_by_event.is_(None),
        )
        .order_by(Deadline.id.desc())
        .limit(1)
    )


def _parallel(review: Reading) -> tuple[str, ...]:
    opening = review.process.opening.key
    said = [
        review.words(opening, "parallel_processes", kind) for kind in review.facts.get("parallel_processes") or ()
    ]
    for record in _proceedings(review):
        status = review.words("record_parallel_process", "parallel_status", record.facts.get("parallel_status"))
        said = [one for one in said if one != record.title]
        said.append(f"{record.title}: {'ended' if record.final else status.lower()}")
    return tuple(said)


def _proceedings(review: Reading) -> list[Record]:
    """The proceedings that run beside a review, or ran."""
    query = sa.select(Record).join(RecordLink, RecordLink.item_id == Record.id)
    query = query.where(RecordLink.review_id == review.record.id, RecordLink.kind == "item")
    return list(review.session.scalars(query.where(Record.process_key == "proceeding").order_by(Record.id)))


def _criteria(review: Reading) -> tuple[Criterion, ...]:
    found = []
    evidence = review.text("criteria_evidence")
    for field in review.process.criteria:
        value = review.facts.get(field.name)
        if value in (None, "", []):
            continue
        if field.type is FieldType.CHOICE or value in UNKNOWN_VALUES:
            known = {c.value: c.label for c in field.choices}
            answer = UNKNOWN_VALUES.get(str(value)) or known.get(str(value), str(value))
        else:
            answer = "Yes" if value is True else "No" if value is False else str(value)
        found.append(Criterion(question=field.label, answer=answer, evidence=evidence))
    return tuple(found)


def _criteria_met(review: Reading, action: str, *, held: bool) -> str:
    """The criterion the decision named; for no review, what the decision table advised on the answers given."""
    if held:
        return review.label(action, "criteria_limb")
    try:
        advice = assess_record(review.process.regime, review.facts)
    except CriteriaRefused:
        return ""
    return f"{advice.words}. (What the decision table advises on the answers below; the decision is a person's.)"


def _consulted(review: Reading) -> tuple[Consulted, ...]:
    asked: dict[str, date | None] = {key: None for key in review.facts.get("consulted") or ()}
    for meeting in review.facts.get("core_group_meetings") or ():
        for key in meeting.get("present") or ():
            asked[key] = stored_date(meeting.get("on"))
    return tuple(Consulted(organisation=review.names(Body, [key], on)[key], on=on) for key, on in asked.items())
