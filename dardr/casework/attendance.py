"""Who was at a meeting, and whether that was enough: worked out from the seats and the quorum the panel set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dardr.casework.panel import seats_of
from dardr.casework.serving import review_of
from dardr.storage.reviews import Record
from workflows.definition import Action
from workflows.processes.meeting_1.rules import Quorum

OUTCOME = "quorum_outcome"
THERE = ("present", "substitutes")


def with_quorum_judged(
    session: Session, record: Record, action: Action, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The answers with whether there was a quorum, for an action that records attendance; the same for any other.

    Attendance that is left out is what was recorded before. A body counts once, by a member or a substitute.
    """
    if not any(field.filled and field.name == OUTCOME for field in action.fields):
        return values
    review = review_of(session, record)
    came = {ref for name in THERE for ref in _refs(values.get(name) or record.facts.get(name))}
    seats = [
        (s.body, str(s.facts.get("represents") or "")) for s in seats_of(session, review.id) if s.record.ref in came
    ]
    outcome, words, bodies = quorum_of(review.facts).judge(seats)
    return {**values, OUTCOME: outcome, "quorum_words": words, "bodies_present": bodies}


def quorum_of(facts: Mapping[str, Any]) -> Quorum:
    """The quorum that the facts of a review set."""
    number = facts.get("quorum_bodies")
    return Quorum(int(number) if number else None, facts.get("quorum_specialist") == "yes")


def _refs(given: Any) -> list[str]:
    return [str(one) for one in (given if isinstance(given, list | tuple) else [given] if given else [])]
