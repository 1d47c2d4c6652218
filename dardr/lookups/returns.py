"""What is known when a body answers: what the review asks, what the body said before, and how all returns stand.

A body sees of the review that asks it only what it needs to answer: what the approved terms of reference say of the
time and the questions. Nobody is named; the people are those known as "the person who died" and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on, visible
from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.casework.serving import reviews_served
from dardr.errors import NotFound
from dardr.storage.bodies import Body
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordLink
from workflows.answers import stored_date
from workflows.definition import Role
from workflows.processes.agency_return_1.stages import COME
from workflows.processes.more_time import answered_last, asked_last, waits_for_answer

RETURN = "agency-return"
ANSWERING = frozenset({Role.AGENCY_CONTACT, Role.AGENCY_LEAD})


@dataclass(frozen=True, slots=True)
class Terms:
    """What the terms of reference of a review say to whoever is asked; only of approved ones."""

    review: str
    scope_from: date | None = None
    scope_to: date | None = None
    scope_reason: str = ""
    key_lines: tuple[str, ...] = ()
    approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What the same body sent to the same review before: which return, on what day, its answers."""

    ref: str
    on: date | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What a body need not be asked again."""

    terms: tuple[Terms, ...] = ()
    before: Before | None = None

    @property
    def key_lines(self) -> tuple[str, ...]:
        """The key lines of every review that asks, each once, in their order."""
        return tuple(dict.fromkeys(line for terms in self.terms for line in terms.key_lines))


def return_of(session: Session, actor: Actor, ref: str) -> Record:
    """The return of that reference. Raises NotFound for anything else, or one not theirs to see."""
    record = get_record(session, actor, ref)
    if record.process_key != RETURN:
        raise NotFound(f"{ref} is not a return of an agency.")
    return record


def what_is_known(session: Session, record: Record) -> Known:
    """The terms of the reviews that a return serves, and what its body sent to them before."""
    reviews = reviews_served(session, record.id)
    return Known(tuple(_terms(review) for review in reviews), _before(session, record, [one.id for one in reviews]))


def _terms(review: Record) -> Terms:
    approved = done(review.facts).get("approve_terms")
    if approved is None:
        return Terms(review.ref)
    facts = review.facts
    return Terms(
        review.ref,
        stored_date(facts.get("scope_from")),
        stored_date(facts.get("scope_to")),
        str(facts.get("scope_reason") or ""),
        tuple(facts.get("key_lines") or ()),
        approved.occurred_on,
    )


def _before(session: Session, record: Record, reviews: list[int]) -> Before | None:
    """The last other return of the same body to the same review that came."""
    rows = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(
            RecordLink.review_id.in_(reviews),
            RecordLink.kind == "item",
            Record.process_key == RETURN,
            Record.id != record.id,
            Record.stage.in_(("signed_off", *COME)),
        )
        .order_by(Record.id.desc())
    )
    for one in rows:
        came = done(one.facts).get("receive_return")
        if came is not None and one.facts.get("body") == record.facts.get("body"):
            return Before(one.ref, came.occurred_on, one.facts)
    return None


# --- what was written -----------------------------------------------------------------------------------------


def analysis_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """The analysis of each key line, by the line; the last one written of each counts."""
    entries = facts.get("key_line_answers") or []
    return {str(one.get("key_line") or ""): str(one.get("line_analysis") or "") for one in entries}


def suggestions_of(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The actions that the body proposes, by their number; the last one written of each counts."""
    found: dict[int, Mapping[str, Any]] = {}
    entries = [(one.get("seq") or 0, one) for one in facts.get("suggested_actions") or []]
    entries += [(one.get("seq") or 0, one) for one in facts.get("suggestions_dropped") or []]
    for _, one in sorted(entries, key=lambda pair: pair[0]):
        number = int(one.get("suggestion") or 0)
        if one.get("suggested_action"):
            found[number] = one
        else:
            found.pop(number, None)
    return [found[number] for number in sorted(found)]


# --- all returns of a review ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One return as the page of all shows it; ``due`` is a London date."""

    record: Record
    body: str
    answered_by: str
    who_signs: str
    stage: str
    open: bool
    sent_again: int
    quality: str
    asked_until: date | None
    may_answer: bool
    row: Mapping[str, Any] | None = None
    signed_by: str = ""


@dataclass(slots=True)
class AtAGlance:
    """The returns of one review: those for the decision, those for the review itself."""

    record: Record
    for_decision: list[Line] = field(default_factory=list)
    for_review: list[Line] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """All of them."""
        return [*self.for_decision, *self.for_review]

    def count(self, *stages: str) -> int:
        """How many stand at one of these stages."""
        return sum(line.record.stage in stages for line in self.lines)

    @property
    def ended(self) -> int:
        """How many are waited for no more."""
        return sum(not line.open for line in self.lines)


def returns_of(
    session: Session, actor: Actor, record: Record, running: Mapping[str, Mapping[str, Any]], today: date
) -> AtAGlance:
    """The returns to a review that this person sees. ``running`` are its running dates, by reference of the record."""
    found = AtAGlance(record)
    items = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(
            RecordLink.review_id == record.id,
            RecordLink.kind == "item",
            Record.process_key == RETURN,
            visible(actor),
        )
        .order_by(Record.id)
    ).all()
    keys = {str(one.facts.get(name) or "") for one in items for name in ("body", "answered_by")}
    rows = session.execute(sa.select(Body.key, Body.name).where(Body.key.in_(keys)))
    called = {key: name for key, name in rows}
    chairing = workflows.get("agency-return").action("answer_more_time").roles & roles_on(session, actor, record)
    for item in items:
        line = _line(item, called, running.get(item.ref), bool(chairing))
        (found.for_decision if item.facts.get("kind") == "information_return" else found.for_review).append(line)
    return found


def _line(item: Record, called: Mapping[str, str], row: Mapping[str, Any] | None, may_answer: bool) -> Line:
    facts = item.facts
    checks = facts.get("quality_checks") or []
    waits = not item.final and waits_for_answer(facts)
    return Line(
        item,
        called.get(str(facts.get("body") or ""), item.title or item.ref),
        called.get(str(facts.get("answered_by") or ""), ""),
        str(facts.get("who_signs") or "answering"),
        workflows.get(item.process).stage(item.stage).label,
        not item.final,
        len(facts.get("query_answers") or []),
        str(checks[-1].get("quality") or "") if checks else "",
        stored_date(asked_last(facts).get("more_time_until")) if waits else None,
        may_answer,
        row,
        str(facts.get("signed_off_by") or "") if item.stage == "signed_off" else "",
    )


def due_of(session: Session, record: Record) -> date | None:
    """The London date by which a return is due now; None where none runs."""
    return session.scalar(
        sa.select(Deadline.due_on)
        .where(
            Deadline.record_id == record.id,
            Deadline.clock.in_(("imr_return", "information_return")),
            *RUNNING,
        )
        .order_by(Deadline.id.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class MoreTime:
    """What was asked for last and what was answered; nothing asked has no ``until``."""

    until: date | None = None
    reason: str = ""
    waiting: bool = False
    answer: str = ""
    words: str = ""


def more_time_of(facts: Mapping[str, Any]) -> MoreTime:
    """How the last request for more time stands."""
    asked, answer = asked_last(facts), answered_last(facts)
    return MoreTime(
        stored_date(asked.get("more_time_until")),
        str(asked.get("more_time_reason") or ""),
        waits_for_answer(facts),
        str(answer.get("more_time_answer") or ""),
        str(answer.get("more_time_words") or ""),
    )
