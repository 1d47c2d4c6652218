"""Recommendations as people read them: of one review as a register, and one with its wordings, answers and actions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import sees_whole, visible
from dardr.actors import Actor
from dardr.lookups.actions.rows import ActionRow, rows_of
from dardr.lookups.recommendation_choices import RECOMMENDATION, by_number, current_bodies
from dardr.storage.bodies import Body
from dardr.storage.reviews import AuditEvent, EventValues, Record, RecordBody, RecordLink
from workflows.answers import stored_date
from workflows.processes.recommendation_1.answering import RESPONSES
from workflows.processes.recommendation_1.wording import SCOPES, SOURCES, THEMES

ANSWERS = "answers"
WORDED_BY = ("draft_recommendation", "change_recommendation")
"""The actions that give a recommendation its words."""
RESPONSE_WORDS = dict(RESPONSES)
SCOPE_WORDS, THEME_WORDS, SOURCE_WORDS = dict(SCOPES), dict(THEMES), dict(SOURCES)
NO_RESPONSE = ("none", "some")


@dataclass(frozen=True, slots=True)
class Response:
    """What one body said to a recommendation, on which London day, on the word of whom (a post)."""

    body: str
    key: str
    response: str
    reason: str
    by: str
    on: date | None
    counts: bool = True

    @property
    def words(self) -> str:
        """Accepted, accepted in part, not accepted."""
        return RESPONSE_WORDS.get(self.response, self.response)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "body": self.body,
            "response": self.response,
            "reason": self.reason or None,
            "by": self.by,
            "on": self.on.isoformat() if self.on else None,
        }


@dataclass(frozen=True, slots=True)
class RecommendationRow:
    """One recommendation with the latest answer of each body, the bodies still to answer, and its actions."""

    ref: str
    number: str
    text: str
    stage: str
    stage_label: str
    final: bool
    scope: str
    source: str
    themes: tuple[str, ...]
    addressees: tuple[str, ...]
    department: str
    responses: tuple[Response, ...]
    awaited: tuple[str, ...]
    actions: tuple[ActionRow, ...]
    id: int

    @property
    def scope_label(self) -> str:
        """Local, regional, national."""
        return SCOPE_WORDS.get(self.scope, self.scope)

    @property
    def source_label(self) -> str:
        """Where it comes from, in words."""
        return SOURCE_WORDS.get(self.source, self.source)

    @property
    def theme_labels(self) -> tuple[str, ...]:
        """Its themes, in words."""
        return tuple(THEME_WORDS.get(theme, theme) for theme in self.themes)

    @property
    def without_action(self) -> bool:
        """True for one that has not ended, is not a department's to do, and is answered by no action."""
        return not self.final and self.scope != "national" and not self.actions

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "ref": self.ref,
            "number": self.number or None,
            "recommendation": self.text,
            "stage": self.stage,
            "stage_label": self.stage_label,
            "open": not self.final,
            "source": self.source,
            "scope": self.scope,
            "themes": list(self.themes),
            "addressees": list(self.addressees),
            "department": self.department or None,
            "responses": [one.as_dict() for one in self.responses],
            "not_answered_by": list(self.awaited),
            "actions": [{"ref": a.ref, "status": a.stage, "rag": a.rag.as_dict()} for a in self.actions],
        }


@dataclass(frozen=True, slots=True)
class RecommendationFilter:
    """What to leave out of a register; nothing given means every recommendation."""

    text: str = ""
    stage: str = ""
    scope: str = ""
    theme: str = ""
    unanswered: bool = False
    without_action: bool = False

    def wants(self, row: RecommendationRow) -> bool:
        """Whether the register shows this one."""
        words = self.text.strip().casefold()
        return all(
            (
                not self.stage or row.stage == self.stage,
                not self.scope or row.scope == self.scope,
                not self.theme or self.theme in row.themes,
                not self.unanswered or bool(row.awaited),
                not self.without_action or row.without_action,
                not words or words in f"{row.ref} {row.number} {row.text}".casefold(),
            )
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording that a recommendation has had, from which day on, and why it was changed."""

    text: str
    on: date
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class OneRecommendation:
    """Everything the page of a recommendation shows."""

    row: RecommendationRow
    wordings: tuple[Wording, ...]
    responses: tuple[Response, ...]
    reviews: tuple[Record, ...]
    whole: bool


def of_review(
    session: Session, actor: Actor, review: Record, today: date, asked: RecommendationFilter | None = None
) -> list[RecommendationRow]:
    """The recommendations of one review that this person may see, in the order of their numbers."""
    asked = asked or RecommendationFilter()
    return [row for row in rows(session, actor, records_of(session, review, visible(actor)), today) if asked.wants(row)]


def records_of(session: Session, review: Record, seen: sa.ColumnElement[bool]) -> list[Record]:
    """The recommendation records of a review in the order of their numbers; two of one number by their age."""
    found = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == review.id, RecordLink.kind == "item", Record.process_key == RECOMMENDATION, seen)
    )
    return sorted(found, key=by_number)


def rows(session: Session, actor: Actor, records: Iterable[Record], today: date) -> list[RecommendationRow]:
    """These recommendations as lines, in the order given, in a number of queries that does not grow with them."""
    every = list(records)
    actions = answering(session, [one.id for one in every], today, visible(actor))
    bodies = _Bodies(session, every, today)
    return [_row(one, bodies, actions.get(one.id, ())) for one in every]


def _row(record: Record, bodies: _Bodies, actions: Iterable[ActionRow]) -> RecommendationRow:
    facts = record.facts
    responses = bodies.responses(facts)
    counting = {one.key: one for one in responses if one.counts}
    addressed = bodies.addressees(facts)
    return RecommendationRow(
        ref=record.ref,
        number=str(facts.get("number") or ""),
        text=str(facts.get("recommendation_text") or ""),
        stage=record.stage,
        stage_label=workflows.get(record.process).stage(record.stage).label,
        final=record.final,
        scope=str(facts.get("scope") or ""),
        source=str(facts.get("rec_source") or ""),
        themes=tuple(str(theme) for theme in facts.get("themes") or ()),
        addressees=tuple(addressed.values()),
        department=str(facts.get("department") or ""),
        responses=tuple(counting.values()),
        awaited=tuple(name for key, name in addressed.items() if key not in counting and record.stage == "made"),
        actions=tuple(actions),
        id=record.id,
    )


class _Bodies:
    """The bodies that recommendations name, each by the one that stands for it today."""

    def __init__(self, session: Session, records: Iterable[Record], today: date) -> None:
        keys: dict[str, None] = {}
        for record in records:
            keys |= dict.fromkeys(str(key) for key in record.facts.get("addressees") or ())
            keys |= dict.fromkeys(str(e.get("responding_body")) for e in record.facts.get("responses") or ())
        self._now: dict[str, Body] = current_bodies(session, keys, today) if keys else {}

    def addressees(self, facts: Mapping[str, Any]) -> dict[str, str]:
        """The names of the bodies addressed, by the key of the body that stands for each today."""
        found = [self._now[str(key)] for key in facts.get("addressees") or () if str(key) in self._now]
        return {body.key: body.name for body in found}

    def responses(self, facts: Mapping[str, Any]) -> list[Response]:
        """Every answer, the latest first; of each body the latest counts, whatever it was called then."""
        found: list[Response] = []
        answered: set[str] = set()
        for entry in reversed(facts.get("responses") or []):
            body = self._now.get(str(entry.get("responding_body")))
            key = body.key if body else str(entry.get("responding_body"))
            found.append(
                Response(
                    body=body.name if body else key,
                    key=key,
                    response=str(entry.get("response") or ""),
                    reason=str(entry.get("response_reason") or ""),
                    by=str(entry.get("responded_by") or ""),
                    on=stored_date(entry.get("on")),
                    counts=key not in answered,
                )
            )
            answered.add(key)
        return found


def answering(
    session: Session, ids: Iterable[int], today: date, seen: sa.ColumnElement[bool]
) -> dict[int, tuple[ActionRow, ...]]:
    """The actions that answer each of these records, oldest first, of those that ``seen`` lets through."""
    pairs: dict[int, list[Record]] = {}
    for above, action in session.execute(
        sa.select(RecordLink.review_id, Record)
        .join(Record, Record.id == RecordLink.item_id)
        .where(RecordLink.review_id.in_(list(ids)), RecordLink.kind == ANSWERS, seen)
        .order_by(Record.id)
    ):
        pairs.setdefault(above, []).append(action)
    every = {action.id: action for actions in pairs.values() for action in actions}
    lines = {row.id: row for row in rows_of(session, every.values(), today)}
    return {above: tuple(lines[one.id] for one in actions) for above, actions in pairs.items()}


def one_recommendation(session: Session, actor: Actor, record: Record, today: date) -> OneRecommendation:
    """One recommendation. Who sees the wording only (an agency) gets its own answers and actions, and no history."""
    whole = sees_whole(session, actor, record)
    bodies = _Bodies(session, [record], today)
    row = _row(record, bodies, answering(session, [record.id], today, visible(actor)).get(record.id, ()))
    responses = bodies.responses(record.facts)
    if not whole:
        mine = set(session.scalars(sa.select(Body.key).where(Body.id.in_(actor.body_ids))))
        responses = [one for one in responses if one.key in mine]
        return OneRecommendation(row, (), tuple(responses), (), whole)
    reviews = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.review_id == Record.id)
        .where(RecordLink.item_id == record.id, RecordLink.kind == "item", visible(actor))
        .order_by(Record.id)
    )
    return OneRecommendation(row, _wordings(session, record), tuple(responses), tuple(reviews), whole)


def _wordings(session: Session, record: Record) -> tuple[Wording, ...]:
    """Every wording it has had, the newest first."""
    found: list[Wording] = []
    for event, values in session.execute(
        sa.select(AuditEvent, EventValues)
        .join(EventValues, EventValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id == record.id, AuditEvent.action.in_(WORDED_BY))
        .order_by(AuditEvent.seq)
    ):
        after = values.after or {}
        text = str(after.get("recommendation_text") or "")
        if text and (not found or found[-1].text != text):
            found.append(Wording(text, event.occurred_on, event.actor_name, str(after.get("change_reason") or "")))
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A recommendation that asks a body for its answer: of it the reference, the number and the wording."""

    ref: str
    number: str
    text: str


def to_answer(session: Session, actor: Actor, bodies: Collection[int], today: date) -> list[ToAnswer]:
    """The recommendations made that are addressed to one of these bodies (by id) and that none of them has answered."""
    addressed = sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(list(bodies)))
    every = session.scalars(
        sa.select(Record)
        .where(
            Record.process_key == RECOMMENDATION,
            Record.stage == "made",
            Record.id.in_(addressed),
            visible(actor, in_part=True),
        )
        .order_by(Record.id)
    ).all()
    known = _Bodies(session, every, today)
    keys = set(session.scalars(sa.select(Body.key).where(Body.id.in_(list(bodies)))))
    found: list[ToAnswer] = []
    for one in every:
        answered = {response.key for response in known.responses(one.facts)}
        if not answered & keys:
            facts = one.facts
            found.append(ToAnswer(one.ref, str(facts.get("number") or ""), str(facts["recommendation_text"])))
    return found
