"""Every recommendation a person may see: of the reviews here, of published ones, of the Commissioner's reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.lookups.became import EFFECT_SEEN, VERIFIED, Became, became
from dardr.lookups.recommended import BodyNames, Source, sources
from dardr.storage.bodies import Csp, Partnership
from dardr.storage.engine import remembered
from dardr.storage.recommendations import RecommendationText
from dardr.storage.reviews import Record, RecordCsp, RecordLink
from workflows.numbered import in_order

STANDINGS = {
    "no_action": "Without an action",
    "under_way": "Actions under way",
    "done": "Every action has ended",
    "verified": "Every action verified",
    "effect": "Effect checked",
}
"""Ways in which a recommendation stands, by its actions."""
NO_THEME = "none"
ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which recommendations are wanted; what is empty narrows nothing. ``agency`` and ``place`` are names."""

    text: str = ""
    theme: str = ""
    agency: str = ""
    year: int | None = None
    scope: str = ""
    kind: str = ""
    standing: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Linked:
    """An action that answers, as far as it is counted."""

    id: int
    final: bool
    verified: bool
    effect: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One recommendation, as far as it is filtered and counted."""

    id: int
    record_id: int
    made_in: int
    """The record it was made in: its review, or the record that lists it."""
    entry: int
    year: int | None
    themes: tuple[str, ...]
    bodies: tuple[str, ...]
    places: tuple[str, ...]
    actions: tuple[Linked, ...]

    def stands(self, how: str) -> bool:
        """Whether it stands so: one of ``STANDINGS``."""
        if how == "no_action":
            return not self.actions
        if how == "under_way":
            return any(not action.final for action in self.actions)
        if how == "done":
            return bool(self.actions) and all(action.final for action in self.actions)
        if how == "verified":
            return bool(self.actions) and all(action.verified for action in self.actions)
        return any(action.effect for action in self.actions)

    def seen(self) -> int:
        """For how many of its actions a change was seen."""
        return sum(action.effect == EFFECT_SEEN for action in self.actions)


def listed(session: Session, actor: Actor, asked: Asked) -> list[Listed]:
    """The recommendations asked for that this actor may see, the newest year first, then by number."""
    text = RecommendationText
    query = (
        sa.select(
            text.id, text.record_id, text.entry, text.year, text.number, text.themes, text.bodies, text.partnership_id,
            Record.ref, Record.parent_id,
        )
        .join(Record, Record.id == text.record_id)
        .where(visible(actor), *_conditions(asked))
    )  # fmt: skip
    rows = session.execute(query).all()
    names = BodyNames(session)
    places = _places(session, actor, rows)
    actions = _actions(session, actor, {row.record_id for row in rows})
    found: list[tuple[Any, Listed]] = []
    for row in rows:
        bodies = tuple(dict.fromkeys(names.called(row.partnership_id, body) for body in row.bodies))
        name = f"{row.ref}#{row.entry}" if row.entry else row.ref
        answering = tuple(action for named, action in actions.get(row.record_id, ()) if name in named)
        one = Listed(
            row.id, row.record_id, row.parent_id or row.record_id, row.entry, row.year, tuple(row.themes), bodies,
            places.get(row.record_id, ()), answering,
        )  # fmt: skip
        if _wanted(one, asked):
            found.append(((-(row.year or 0), row.ref, in_order(row.number), row.entry), one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _conditions(asked: Asked) -> list[sa.ColumnElement[bool]]:
    text = RecommendationText
    found: list[sa.ColumnElement[bool]] = []
    if asked.scope:
        found.append(text.scope == asked.scope)
    if asked.kind:
        found.append(text.kind == asked.kind)
    if asked.year is not None:
        found.append(text.year == asked.year)
    for word in asked.text.split()[:8]:
        found.append(
            sa.or_(text.text.icontains(word, autoescape=True), text.number == word, Record.ref == word.upper())
        )
    return found


def _wanted(one: Listed, asked: Asked) -> bool:
    if asked.theme and (asked.theme not in one.themes if asked.theme != NO_THEME else one.themes):
        return False
    if asked.agency and asked.agency not in one.bodies:
        return False
    if asked.place and asked.place not in one.places:
        return False
    return not asked.standing or one.stands(asked.standing)


def _places(session: Session, actor: Actor, rows: Iterable[Any]) -> dict[int, tuple[str, ...]]:
    """Where each record belongs: its CSPs where it has some, else its partnership."""
    of = {row.record_id: row.partnership_id for row in rows}
    if not of:
        return {}
    found: dict[int, list[str]] = {}
    for record_id, name in session.execute(
        sa.select(RecordCsp.record_id, Csp.name).join(Csp, Csp.id == RecordCsp.csp_id).order_by(Csp.name)
    ):
        found.setdefault(record_id, []).append(name)
    called = {one: name for one, name in session.execute(sa.select(Partnership.id, Partnership.name))}
    return {one: tuple(found.get(one, ())) or (called.get(partnership, ""),) for one, partnership in of.items()}


def _actions(session: Session, actor: Actor, record_ids: set[int]) -> dict[int, list[tuple[frozenset[str], Linked]]]:
    """By record the actions that answer it and that this actor may see, each with the references it names."""
    rows = session.execute(
        sa.select(
            RecordLink.review_id,
            Record.id,
            Record.stage,
            Record.final,
            Record.facts["recommendations"],
            Record.facts["effect"].as_string(),
        )
        .join(Record, Record.id == RecordLink.item_id)
        .where(RecordLink.kind == ANSWERS, Record.process_key == "action", visible(actor))
    )
    found: dict[int, list[tuple[frozenset[str], Linked]]] = {}
    for answered, action_id, stage, final, refs, effect in rows:
        if answered in record_ids:
            linked = Linked(action_id, final, stage in VERIFIED, effect or "")
            found.setdefault(answered, []).append((frozenset(map(str, refs or ())), linked))
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the recommendation, and what became of it."""

    source: Source
    became: Became


def page_rows(session: Session, actor: Actor, found: Sequence[Listed]) -> list[Row]:
    """The lines for these, in their order."""
    known, records = sources(session, actor, [one.id for one in found])
    told = became(session, actor, [(one.record_id, one.entry) for one in found], records)
    return [Row(known[one.id], told[one.record_id, one.entry]) for one in found if one.id in known]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: agencies, years and places that occur."""

    agencies: tuple[str, ...]
    years: tuple[int, ...]
    places: tuple[str, ...]


def choices_of(session: Session, actor: Actor) -> Choices:
    """What the filters offer to this actor."""
    every = remembered(session, ("recommendations", actor.id), lambda: listed(session, actor, Asked()))
    return Choices(
        tuple(sorted({body for one in every for body in one.bodies}, key=str.casefold)),
        tuple(sorted({one.year for one in every if one.year}, reverse=True)),
        tuple(sorted({place for one in every for place in one.places}, key=str.casefold)),
    )
