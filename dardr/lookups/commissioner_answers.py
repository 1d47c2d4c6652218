"""A section 8 report recommendation by recommendation: which bodies it names, and what each has answered.

Whoever sees the report sees all of its recommendations; whoever sees a reply only, those that name its body.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.lookups.commissioner_choices import named_in, texts_of
from dardr.storage.bodies import Body
from dardr.storage.reviews import Record, RecordBody, RecordLink
from workflows.answers import stored_date
from workflows.numbered import in_order
from workflows.processes.commissioner_reply_1 import NOT_OWED, RESPONSES

WORDS = dict(RESPONSES)


@dataclass(frozen=True, slots=True)
class OfBody:
    """What one body answers to a recommendation that names it: ``response`` in words, empty while there is none.

    ``ref`` is its reply; ``on`` the London day on which the last answer was given.
    """

    body: str
    ref: str
    response: str = ""
    text: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Recommended:
    """One recommendation of a report, with the bodies it names, in the order of their names."""

    number: str
    text: str
    bodies: tuple[OfBody, ...]

    @property
    def answered(self) -> int:
        """How many of the bodies have answered it."""
        return sum(bool(one.response) for one in self.bodies)


def by_recommendation(session: Session, actor: Actor, reports: Iterable[str]) -> dict[str, list[Recommended]]:
    """By the reference of each of these reports, its recommendations in the order of their numbers.

    What the actor may not see is left out; a report of which nothing may be seen has no entry.
    """
    above = session.execute(
        sa.select(Record, visible(actor)).where(Record.ref.in_(list(reports)), Record.process_key == "section8-report")
    ).all()
    replies = _replies(session, actor, [report.id for report, _ in above])
    found: dict[str, list[Recommended]] = {}
    for report, may_see in above:
        texts, own = texts_of(report), replies.get(report.id, [])
        named = {number for record, _ in own for number in named_in(record)}
        lines = [
            Recommended(
                number,
                texts.get(number, ""),
                tuple(_of_body(*one, number) for one in own if number in named_in(one[0])),
            )
            for number in sorted({*named, *(texts if may_see else ())}, key=in_order)
        ]
        if lines:
            found[report.ref] = lines
    return found


def _replies(session: Session, actor: Actor, reports: list[int]) -> dict[int, list[tuple[Record, str]]]:
    """By report, the replies owed that the actor may see, each with the name of its body."""
    rows = session.execute(
        sa.select(RecordLink.review_id, Record, Body.name)
        .join(Record, Record.id == RecordLink.item_id)
        .join(RecordBody, RecordBody.record_id == Record.id)
        .join(Body, Body.id == RecordBody.body_id)
        .where(
            RecordLink.review_id.in_(reports),
            RecordLink.kind == "item",
            Record.process_key == "commissioner-reply",
            Record.stage != NOT_OWED,
            visible(actor),
        )
        .order_by(Body.name, Record.id)
    )
    found: dict[int, list[tuple[Record, str]]] = {}
    for report, record, name in rows:
        found.setdefault(report, []).append((record, name))
    return found


def _of_body(record: Record, name: str, number: str) -> OfBody:
    """The last answer counts: a new one replaces it."""
    given: list[dict[str, Any]] = list(record.facts.get("answers") or [])
    last = next((one for one in reversed(given) if str(one.get("recommendation", "")).strip() == number), None)
    if last is None:
        return OfBody(name, record.ref)
    return OfBody(
        name, record.ref, WORDS.get(str(last.get("response")), ""), str(last.get("response_text") or ""),
        stored_date(last.get("on")),
    )  # fmt: skip
