"""Recommendations that say something like a text, among those a person may see, with what became of each.

The rarest terms of the text find candidates in the index; every term they share with it makes their score, and is
given with it (``dardr.said``). The time this takes hardly grows with the number of recommendations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.said_before import ALL_TEXTS
from dardr.lookups.became import Became, became
from dardr.lookups.recommended import Source, sources
from dardr.said.score import ENOUGH, Shared, compared, weights_of
from dardr.said.shown import Parts, Read, SharedWords, marked, shared_words
from dardr.said.terms import LONGEST_READ, counted, is_light
from dardr.storage.recommendations import RecommendationTerm, RecommendationText, RecommendationWord
from dardr.storage.reviews import Record

LOOKED_UP = 5000
"""About how many places of the index are read to find candidates."""
AT_LEAST = 3
"""So many terms find candidates, however common they are."""
CANDIDATES = 100
"""How many candidates are compared at a time, and ROUNDS how often where the best of them are not this person's."""
ROUNDS = 8
MOST = 50


@dataclass(frozen=True, slots=True)
class Similar:
    """One recommendation like the text: from 0 to about 1, by what they share, and what became of it."""

    source: Source
    score: float
    shared: tuple[SharedWords, ...]
    became: Became
    parts: Parts = field(default=())
    """Its words in pieces, each with whether it is shared."""

    @property
    def ref(self) -> str:
        """Its reference: ``DARDR-2026-009-REC01``, or ``PUB-2014-003#5`` for the fifth of a published review."""
        return self.source.ref

    def as_dict(self) -> dict[str, Any]:
        """The shape the command line prints."""
        return {
            "ref": self.ref,
            "number": self.source.number,
            "text": self.source.text,
            "score": round(self.score, 3),
            "shared_terms": [one.label for one in self.shared],
            "shared_words": [one.as_dict() for one in self.shared],
            "review": self.source.review,
            "year": self.source.year,
            "bodies": list(self.source.bodies),
            "kind": self.source.kind,
            "scope": self.source.scope,
            "became": self.became.as_dict(),
        }


def has_words(text: str) -> bool:
    """Whether a text has any word that recommendations could share: not only words that are everywhere, or figures."""
    return any(not is_light(term) for term in counted(text))


def similar(
    session: Session,
    actor: Actor,
    text: str,
    *,
    limit: int = 5,
    scope: str = "",
    kind: str = "",
    but: str = "",
) -> list[Similar]:
    """The recommendations most like ``text`` that this actor may see, at most ``limit`` (to 50), the most alike first.

    ``scope`` and ``kind`` narrow them (``local``, ``sar``); ``but`` is the reference of one to leave out: the one that
    is being written. A text without a word to compare gives none; of a very
    long one the beginning is read.
    """
    text = text[:LONGEST_READ]
    asked = counted(text)
    if all(is_light(term) for term in asked):
        return []
    texts, of = _how_common(session, list(asked))
    weights = weights_of(asked, texts, of)
    found: list[tuple[float, int, list[Shared]]] = []
    passed: set[int] = set()
    order = _candidates(session, weights, texts, scope=scope, kind=kind, most=CANDIDATES * ROUNDS)
    for start in range(0, len(order), CANDIDATES):
        batch = [one for one in order[start : start + CANDIDATES] if one not in passed]
        found += _compared(session, actor, batch, asked, weights, but)
        if len(found) >= limit:
            break
    best = sorted(found, key=lambda one: (-one[0], one[1]))[: max(0, min(limit, MOST))]
    return _shown(session, actor, text, best)


def _how_common(session: Session, terms: Sequence[str]) -> tuple[dict[str, int], int]:
    """In how many recommendations each term is, and how many there are: as counted at night where there are many."""
    words = RecommendationWord
    kept = {
        term: texts
        for term, texts in session.execute(
            sa.select(words.term, words.texts).where(words.term.in_([*terms, ALL_TEXTS]))
        )
    }
    if of := kept.pop(ALL_TEXTS, 0):
        return kept, of
    of = session.scalar(sa.select(sa.func.count()).select_from(RecommendationText)) or 0
    one = RecommendationTerm
    counts = sa.select(one.term, sa.func.count()).where(one.term.in_(terms)).group_by(one.term)
    return {term: texts for term, texts in session.execute(counts)}, of


def _candidates(
    session: Session, weights: Mapping[str, float], texts: Mapping[str, int], *, scope: str, kind: str, most: int
) -> list[int]:
    """The ids of texts that share the weightiest terms, the most promising first."""
    chosen: list[str] = []
    read = 0
    for term in sorted(weights, key=lambda one: (-weights[one], one)):
        if len(chosen) >= AT_LEAST and read + texts.get(term, 0) > LOOKED_UP:
            continue
        chosen.append(term)
        read += texts.get(term, 0)
    one = RecommendationTerm
    worth = sa.func.sum(sa.case({term: weights[term] for term in chosen}, value=one.term))
    query = sa.select(one.text_id).where(one.term.in_(chosen))
    if scope or kind:
        query = query.join(RecommendationText, RecommendationText.id == one.text_id)
        query = query.where(RecommendationText.scope == scope) if scope else query
        query = query.where(RecommendationText.kind == kind) if kind else query
    query = query.group_by(one.text_id).order_by(worth.desc(), one.text_id).limit(most)
    return list(session.scalars(query))


def _compared(
    session: Session, actor: Actor, ids: Sequence[int], asked: Mapping[str, int], weights: Mapping[str, float], but: str
) -> list[tuple[float, int, list[Shared]]]:
    """Of these texts those this actor may see and that are like enough, each with its score and what is shared."""
    may_see = (
        sa.select(RecommendationText.id, RecommendationText.length)
        .join(Record, Record.id == RecommendationText.record_id)
        .where(RecommendationText.id.in_(ids), visible(actor))
    )
    if but:
        ref, _, entry = but.partition("#")
        same = (
            sa.and_(Record.ref == ref, RecommendationText.entry == int(entry))
            if entry.isdecimal()
            else Record.ref == ref
        )
        may_see = may_see.where(sa.not_(same))
    lengths = {one: length for one, length in session.execute(may_see)}
    if not lengths:
        return []
    times: dict[int, dict[str, int]] = {}
    one = RecommendationTerm
    rows = session.execute(
        sa.select(one.text_id, one.term, one.times).where(one.text_id.in_(lengths), one.term.in_(list(asked)))
    )
    for text_id, term, often in rows:
        times.setdefault(text_id, {})[term] = often
    found: list[tuple[float, int, list[Shared]]] = []
    for text_id, there in times.items():
        score, shared = compared(asked, weights, there, lengths[text_id])
        if score >= ENOUGH and any(not is_light(part.term) for part in shared):
            found.append((score, text_id, shared))
    return found


def _shown(session: Session, actor: Actor, text: str, best: Sequence[tuple[float, int, list[Shared]]]) -> list[Similar]:
    if not best:
        return []
    known, records = sources(session, actor, [text_id for _, text_id, _ in best])
    places = [(known[text_id].record_id, known[text_id].entry) for _, text_id, _ in best]
    told = became(session, actor, places, records)
    asked = Read.of(text)
    found: list[Similar] = []
    for score, text_id, shared in best:
        source = known[text_id]
        there = Read.of(source.text)
        found.append(
            Similar(
                source,
                score,
                tuple(shared_words(asked, there, shared)),
                told[source.record_id, source.entry],
                marked(there, [part.term for part in shared]),
            )
        )
    return found
