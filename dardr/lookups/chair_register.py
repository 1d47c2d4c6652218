"""The register of independent chairs: who is on it, what they chair now, what was said of their work and of reviews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.own_questions import known_fields
from dardr.lookups.chairs import CHAIR, INVITATION
from dardr.storage.reviews import AuditEvent, EventValues, Record, RecordLink
from workflows.definition import Field, FieldType, Stage
from workflows.processes.chair_1 import RATED
from workflows.processes.chair_invitation_1.stages import APPOINTED, ENDED
from workflows.processes.dardr_s9_1.learning import ASKED_OF_ALL

SHOWN = {"listed": "Take reviews", "working": "Chair a review now", "all": "Everybody, also who left"}
"""Which chairs a list shows."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """One invitation of a chair: to which review (empty where it is not the reader's to see), and where it stands."""

    ref: str
    stage: Stage
    review: str
    review_process: str

    @property
    def now(self) -> bool:
        """True while the chair is chosen for the review, or chairs it."""
        return self.stage.key in APPOINTED


@dataclass(slots=True)
class Listed:
    """One chair of the register with what is needed to choose whom to ask."""

    record: Record
    stage: Stage
    engagements: list[Engagement] = field(default_factory=list)
    ratings: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def working(self) -> list[Engagement]:
        """The reviews the chair has now."""
        return [one for one in self.engagements if one.now]

    @property
    def without_feedback(self) -> list[str]:
        """The reviews, of those the reader sees, on which the work has ended and after which nothing was said of it."""
        said = {"", *(entry.get("about_review") for entry in self.record.facts.get("chair_feedback") or ())}
        return [one.review for one in self.engagements if one.stage.key == ENDED and one.review not in said]


def register(session: Session, actor: Actor, shown: str = "listed", only: str = "") -> list[Listed]:
    """The chairs of the register that the actor sees, by name; ``shown`` is a key of ``SHOWN``, ``only`` one ref.

    Always the same number of queries.
    """
    query = sa.select(Record).where(visible(actor), Record.process_key == CHAIR)
    if only:
        query = query.where(Record.ref == only)
    chairs = list(session.scalars(query.order_by(sa.func.lower(Record.title), Record.id)))
    engaged = engagements(session, actor)
    found = [
        Listed(
            one,
            workflows.get(one.process).stage(one.stage),
            engaged.get(one.ref, []),
            ratings_of(one.facts),
        )
        for one in chairs
    ]
    if shown == "listed":
        return [one for one in found if one.stage.key == "listed"]
    return [one for one in found if one.working] if shown == "working" else found


def engagements(session: Session, actor: Actor) -> dict[str, list[Engagement]]:
    """The invitations the actor sees, by the chair's reference, newest first."""
    review = aliased(Record)
    seen = sa.select(Record.id).where(visible(actor))
    rows = session.execute(
        sa.select(Record, review.ref, review.process_key, review.id.in_(seen))
        .join(RecordLink, RecordLink.item_id == Record.id)
        .join(review, review.id == RecordLink.review_id)
        .where(visible(actor), Record.process_key == INVITATION, RecordLink.kind == "item")
        .order_by(Record.id.desc())
    )
    found: dict[str, list[Engagement]] = {}
    for one, ref, process, may_see in rows:
        stage = workflows.get(one.process).stage(one.stage)
        found.setdefault(str(one.facts.get("chair")), []).append(
            Engagement(one.ref, stage, ref if may_see else "", process)
        )
    return found


def ratings_of(facts: Mapping[str, Any]) -> dict[str, Counter[str]]:
    """How often each answer was given to each rating of a chair; questions nobody answered are left out."""
    return _counted(facts.get("chair_feedback") or (), RATED)


def _counted(entries: Iterable[Mapping[str, Any]], names: Iterable[str]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    kept = list(entries)
    for name in names:
        given = Counter(str(one[name]) for one in kept if one.get(name))
        if given:
            found[name] = given
    return found


# --- what people said of reviews --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with choices, and how often each was answered, in the order of the choices."""

    label: str
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was said across reviews: from how many reviews, by whom, and the answers to questions with choices."""

    entries: int
    reviews: int
    by_whom: tuple[tuple[str, int], ...]
    asked: tuple[Asked, ...]


def feedback_on_reviews(session: Session, actor: Actor) -> Feedback:
    """A summary of the feedback on the reviews that the actor sees, the partnership's own questions included."""
    rows = session.execute(
        sa.select(AuditEvent.record_id, EventValues.after)
        .join(EventValues, EventValues.event_id == AuditEvent.id)
        .join(Record, Record.id == AuditEvent.record_id)
        .where(AuditEvent.action == "record_feedback", visible(actor), Record.process_key.in_(workflows.REVIEW_KEYS))
    ).all()
    entries = [dict(after or {}) for _, after in rows]
    action = workflows.newest("dardr-s9").action("record_feedback")
    fields = {one.name: one for one in action.fields}
    own = {
        name: one for name, one in known_fields(session, actor.partnership_id).items() if one.type is FieldType.CHOICE
    }
    asked = [*(fields[name] for name in ASKED_OF_ALL), *own.values()]
    counted = _counted(entries, [one.name for one in asked])
    by_whom = _counted(entries, ["feedback_from"]).get("feedback_from", Counter[str]())
    return Feedback(
        len(entries),
        len({record for record, _ in rows}),
        _in_order(fields["feedback_from"], by_whom),
        tuple(Asked(one.label, _in_order(one, counted[one.name])) for one in asked if one.name in counted),
    )


def _in_order(question: Field, counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((one.label, counted[one.value]) for one in question.choices if counted[one.value])
