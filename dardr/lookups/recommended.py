"""Each recommendation with where it comes from: its review or report, its year, whom it was addressed to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.said_before import COMMISSIONERS, PUBLISHED, RECOMMENDATION
from dardr.storage.bodies import Body, Partnership
from dardr.storage.recommendations import RecommendationText
from dardr.storage.reviews import Record, RecordLink

KINDS = {
    "dardr": "Domestic abuse related death review",
    "sar": "Safeguarding adult review",
    "lcspr": "Local child safeguarding practice review",
    "commissioner": "Report of the Domestic Abuse Commissioner",
}
"""What a recommendation was made in, as people read it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One recommendation, and where it comes from. ``entry`` 0: a record of its own, else its place in a list."""

    id: int
    record_id: int
    entry: int
    ref: str
    process_key: str
    number: str
    text: str
    kind: str
    scope: str
    year: int | None
    themes: tuple[str, ...]
    bodies: tuple[str, ...]
    review: str
    review_ref: str
    review_process: str
    partnership: str
    """The partnership's name where it is another one than the reader's."""

    @property
    def record_ref(self) -> str:
        """The reference of the record that has a page."""
        return self.ref.partition("#")[0]

    @property
    def kind_label(self) -> str:
        """What it was made in, in words."""
        return KINDS.get(self.kind, self.kind.upper())


def sources(session: Session, actor: Actor, ids: Sequence[int]) -> tuple[dict[int, Source], dict[int, Record]]:
    """These recommendations by id, and their records by theirs. Who may see them was asked before.

    In a number of queries that does not depend on how many they are.
    """
    rows = list(
        session.execute(
            sa.select(RecommendationText, Record)
            .join(Record, Record.id == RecommendationText.record_id)
            .where(RecommendationText.id.in_(ids))
        )
    )
    records = {record.id: record for _, record in rows}
    reviews = _reviews(session, actor, [r for r in records.values() if r.process_key == RECOMMENDATION])
    names = BodyNames(session, {text.partnership_id for text, _ in rows})
    partnerships = _partnerships(session, actor, {text.partnership_id for text, _ in rows})
    found: dict[int, Source] = {}
    for text, record in rows:
        own = record.process_key == RECOMMENDATION
        review, review_ref, review_process = reviews.get(record.id, ("", "", "")) if own else _listed(record)
        found[text.id] = Source(
            text.id,
            record.id,
            text.entry,
            f"{record.ref}#{text.entry}" if text.entry else record.ref,
            record.process_key,
            text.number,
            text.text,
            text.kind,
            text.scope,
            text.year,
            tuple(text.themes),
            tuple(dict.fromkeys(names.called(text.partnership_id, one) for one in text.bodies)),
            review,
            review_ref,
            review_process,
            partnerships.get(text.partnership_id, ""),
        )
    return found, records


def _listed(record: Record) -> tuple[str, str, str]:
    """A published review by the name it was published under, a report of the Commissioner by its title."""
    facts = record.facts
    if record.process_key == COMMISSIONERS:
        return str(facts.get("title") or record.ref), record.ref, record.process_key
    assert record.process_key == PUBLISHED
    return str(facts.get("pseudonym") or record.ref), record.ref, record.process_key


def _reviews(session: Session, actor: Actor, recommendations: Sequence[Record]) -> dict[int, tuple[str, str, str]]:
    """The review each was made in: its name and reference where this person may see it, else nothing."""
    if not recommendations:
        return {}
    rows = session.execute(
        sa.select(RecordLink.item_id, Record.ref, Record.title, Record.process_key)
        .join(Record, Record.id == RecordLink.review_id)
        .where(RecordLink.item_id.in_([r.id for r in recommendations]), RecordLink.kind == "item", visible(actor))
        .order_by(Record.id.desc())
    )
    return {item: (title or ref, ref, process) for item, ref, title, process in rows}


class BodyNames:
    """What bodies are called: the register's name for a key, and for a published name in whatever capitals."""

    def __init__(self, session: Session, partnerships: Iterable[int] | None = None) -> None:
        query = sa.select(Body.partnership_id, Body.key, Body.name)
        if partnerships is not None:
            query = query.where(Body.partnership_id.in_(set(partnerships)))
        self._by_key: dict[tuple[int, str], str] = {}
        self._by_name: dict[str, str] = {}
        for partnership, key, name in session.execute(query):
            self._by_key[partnership, key] = name
            self._by_name[name.casefold()] = name

    def called(self, partnership: int, body: dict[str, str]) -> str:
        """The name of a body as a recommendation of that partnership keeps it: by its key, or as it was published."""
        if "key" in body:
            return self._by_key.get((partnership, body["key"]), body["key"])
        return self._by_name.get(body["name"].casefold(), body["name"])


def _partnerships(session: Session, actor: Actor, ids: set[int]) -> dict[int, str]:
    others = ids - {actor.partnership_id or 0}
    if not others:
        return {}
    return {
        one: name
        for one, name in session.execute(sa.select(Partnership.id, Partnership.name).where(Partnership.id.in_(others)))
    }
