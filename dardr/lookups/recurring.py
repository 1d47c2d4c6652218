"""What is recommended again and again: counts by theme, agency, year and place, and groups that say much the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.lookups.all_recommendations import NO_THEME, Asked, Linked, Listed, Row, listed, page_rows
from dardr.lookups.became import EFFECT_SEEN, Became
from dardr.lookups.recommended import Source
from dardr.said.groups import Alike, groups
from dardr.said.shown import Parts, Read, SharedWords, marked, shared_words
from dardr.storage.recommendations import RecommendationTerm
from workflows.processes.recommendation_1.wording import THEMES

BY = {"theme": "Theme", "agency": "Agency", "year": "Year", "place": "Place"}
"""How recommendations may be counted; each is also a filter of the list."""
MOST_COMPARED = 1000
"""The newest so many are compared with each other."""
MOST_GROUPS = 30
MOST_YEARS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One theme, agency, year or place: how many recommendations, and how far they were carried out.

    An action that answers several recommendations counts once.
    """

    key: str
    label: str
    recommendations: int
    with_action: int
    actions: int
    verified: int
    checked: int
    seen: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One recommendation of a group; ``shared`` with the one in its middle, which shares nothing with itself."""

    source: Source
    became: Became
    shared: tuple[SharedWords, ...]
    parts: Parts


@dataclass(frozen=True, slots=True)
class Group:
    """Recommendations of several reviews that say much the same: the one in the middle first."""

    rows: tuple[GroupRow, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The years in which it was said."""
        return tuple(sorted({row.source.year for row in self.rows if row.source.year}))


@dataclass(frozen=True, slots=True)
class Recurring:
    """The counts, the groups, and each theme's number by year. ``cut``: older ones were not compared."""

    total: int
    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    years: tuple[int, ...]
    trend: tuple[tuple[str, tuple[int, ...]], ...]
    cut: bool


def recurring(session: Session, actor: Actor, asked: Asked, by: str) -> Recurring:
    """What recurs among the recommendations asked for that this actor may see, counted ``by`` one of ``BY``."""
    every = listed(session, actor, asked)
    years = tuple(sorted({one.year for one in every if one.year}))[-MOST_YEARS:]
    return Recurring(
        len(every),
        tuple(_lines(every, by)),
        tuple(_groups(session, actor, every[:MOST_COMPARED])),
        years,
        tuple(_trend(every, years)),
        len(every) > MOST_COMPARED,
    )


def _lines(every: Sequence[Listed], by: str) -> list[Line]:
    found: dict[str, list[Listed]] = {}
    for one in every:
        for key in _KEYS[by](one):
            found.setdefault(key, []).append(one)
    lines = [_line(key, _label(by, key), ones) for key, ones in found.items()]
    if by == "year":
        return sorted(lines, key=lambda line: line.key, reverse=True)
    return sorted(lines, key=lambda line: (-line.recommendations, line.label.casefold()))


_KEYS: dict[str, Callable[[Listed], Iterable[str]]] = {
    "theme": lambda one: one.themes or (NO_THEME,),
    "agency": lambda one: one.bodies,
    "year": lambda one: (str(one.year),) if one.year else (),
    "place": lambda one: one.places,
}


def _label(by: str, key: str) -> str:
    if by == "theme":
        return dict(THEMES).get(key, "No theme recorded")
    return key


def _line(key: str, label: str, ones: Sequence[Listed]) -> Line:
    actions: dict[int, Linked] = {action.id: action for one in ones for action in one.actions}
    each = actions.values()
    return Line(
        key,
        label,
        len(ones),
        sum(bool(one.actions) for one in ones),
        len(actions),
        sum(action.verified for action in each),
        sum(bool(action.effect) for action in each),
        sum(action.effect == EFFECT_SEEN for action in each),
    )


def _trend(every: Sequence[Listed], years: Sequence[int]) -> list[tuple[str, tuple[int, ...]]]:
    """Each theme with its number of recommendations in each of these years; themes that never occur are left out."""
    found: list[tuple[str, tuple[int, ...]]] = []
    for key, label in (*THEMES, (NO_THEME, "No theme recorded")):
        of = [one.year for one in every if key in _KEYS["theme"](one)]
        if of:
            found.append((label, tuple(of.count(year) for year in years)))
    return found


def _groups(session: Session, actor: Actor, every: Sequence[Listed]) -> list[Group]:
    if not every:
        return []
    known = {one.id: one for one in every}
    texts: dict[int, dict[str, int]] = {one: {} for one in known}
    term = RecommendationTerm
    ids = list(known)
    for text_id, word, times in session.execute(
        sa.select(term.text_id, term.term, term.times).where(term.text_id.in_(ids))
    ):
        texts[text_id][word] = times
    found = groups(texts, {one.id: one.made_in for one in every})[:MOST_GROUPS]
    wanted = [known[one] for group in found for one in (group.middle, *(other for other, _, _ in group.others))]
    rows = {row.source.id: row for row in page_rows(session, actor, wanted)}
    read = {one: Read.of(row.source.text) for one, row in rows.items()}
    return [_group(group, rows, read) for group in found]


def _group(group: Alike, rows: Mapping[int, Row], read: Mapping[int, Read]) -> Group:
    middle = read[group.middle]
    every = {part.term for _, _, shared in group.others for part in shared}
    first = rows[group.middle]
    found = [GroupRow(first.source, first.became, (), marked(middle, every))]
    for other, _, shared in group.others:
        row, words = rows[other], tuple(shared_words(middle, read[other], shared))
        found.append(GroupRow(row.source, row.became, words, marked(read[other], [part.term for part in shared])))
    return Group(tuple(found))
