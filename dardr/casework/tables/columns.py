"""Which column of somebody's own table holds which fact: guessed by its heading, looked at by a person, remembered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, utils

from dardr.casework.tables.reading import Table, shown
from dardr.errors import Reason

KEEP = ""
"""Kept as given, and taken for no fact."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a column may hold. ``kind`` is for those who take it in: text, day, csp, person, stage, note, identity.

    ``headings`` are the words it is headed by elsewhere, in plain letters; ``many``: several columns may hold it.
    """

    key: str
    label: str
    kind: str
    headings: tuple[str, ...] = ()
    many: bool = False


GOOD = 86
"""How alike (of 100) a heading or word must be to be suggested."""


@dataclass
class Column:
    """One column: its heading, the fact it holds, and what its words mean (a status, a body)."""

    heading: str
    fact: str = KEEP
    words: dict[str, str] = field(default_factory=dict)
    key: bool = False

    def as_json(self) -> dict[str, Any]:
        """As a layout keeps it."""
        return {"heading": self.heading, "fact": self.fact, "words": dict(self.words), "key": self.key}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Column:
        """The column that a layout keeps."""
        return cls(str(kept["heading"]), str(kept["fact"]), dict(kept.get("words") or {}), bool(kept.get("key")))


def plain(text: str) -> str:
    """Words without case, punctuation and brackets, to compare them by."""
    return utils.default_process(re.sub(r"\(.*?\)", " ", text)).strip()


def suggest(table: Table, facts: Sequence[Fact], remembered: Iterable[Column] = ()) -> list[Column]:
    """The columns of a table with the fact each is likely to hold; those remembered by their heading first."""
    known = {plain(c.heading): c for c in remembered}
    columns = [
        Column(h, known[plain(h)].fact, dict(known[plain(h)].words), known[plain(h)].key)
        if plain(h) in known
        else Column(h)
        for h in table.headings
    ]
    new = [c.heading for c in columns if plain(c.heading) not in known]
    likely = guessed(new, facts, {c.fact for c in columns if c.fact})
    for column in columns:
        column.fact = likely.get(column.heading, column.fact)
    return columns


def guessed(headings: Iterable[str], facts: Sequence[Fact], taken: Collection[str] = ()) -> dict[str, str]:
    """The fact each heading is likely to hold, the likeliest pairs first; one heading for a fact that is not ``many``.

    ``taken`` are the keys of facts that have their column already. Of equal pairs the column further left comes first.
    """
    pairs = [
        (score, heading, fact)
        for heading in headings
        for fact in facts
        if (score := max((_likeness(plain(heading), one) for one in fact.headings), default=0)) >= GOOD
    ]
    found: dict[str, str] = {}
    gone = set(taken)
    for _, heading, fact in sorted(pairs, key=lambda pair: -pair[0]):
        if heading not in found and (fact.many or fact.key not in gone):
            found[heading] = fact.key
            gone.add(fact.key)
    return found


def _likeness(heading: str, known: str) -> float:
    """How alike (of 100); the same words come before any that are only alike."""
    return 101 if heading == known else fuzz.token_sort_ratio(heading, known)


def held_twice(columns: Iterable[Column], facts: Iterable[Fact]) -> list[Reason]:
    """Why a match cannot stand: a fact that would come from two columns."""
    reasons = []
    for fact in facts:
        held = [column.heading for column in columns if column.fact == fact.key]
        if len(held) > 1 and not fact.many:
            reasons.append(Reason(f"{' and '.join(held)} cannot both be “{fact.label}”. Choose one.", "columns"))
    return reasons


def words_of(table: Table, heading: str) -> list[str]:
    """The distinct words of a column, in their order."""
    found: dict[str, str] = {}
    for line in table.lines:
        text = shown(line.cells.get(heading))
        if text:
            found.setdefault(plain(text) or text, text)
    return list(found.values())


def means(column: Column, text: str) -> str:
    """What a word of a column was said to mean; nothing where nobody said."""
    return column.words.get(plain(text), "")
