"""Which of many texts say much the same: groups around the text that most others are like. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dardr.said.score import Shared, compared, weights_of
from dardr.said.terms import is_light

ALIKE = 0.42
"""Two texts as alike as this, each seen from the other, say much the same."""
TOO_COMMON = 0.2
"""A term in more than this part of the texts finds no candidates: it makes nothing alike by itself."""
FEW = 25
COMPARED = 12
"""With how many others, the most promising, each text is compared."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A group: the text in its middle, and those like it with what each shares with it, the most alike first."""

    middle: int
    others: tuple[tuple[int, float, tuple[Shared, ...]], ...]


def groups(texts: Mapping[int, Mapping[str, int]], apart: Mapping[int, int]) -> list[Alike]:
    """Groups of texts, given the terms of each, the largest group first; a text is in one group at most.

    Every text of a group is like its middle: nothing is in it for being like a neighbour. ``apart`` says to what each
    text belongs (a review): two of the same are not said again.
    """
    postings: dict[str, list[int]] = {}
    for one, terms in texts.items():
        for term in terms:
            postings.setdefault(term, []).append(one)
    common = {term: len(ids) for term, ids in postings.items()}
    near: dict[int, list[tuple[int, float, tuple[Shared, ...]]]] = {one: [] for one in texts}
    lengths = {one: sum(terms.values()) for one, terms in texts.items()}
    weights = weights_of(common, common, len(texts))
    for one, terms in texts.items():
        for other in _promising(one, terms, postings, weights, len(texts)):
            if apart[other] == apart[one] or any(known == other for known, _, _ in near[one]):
                continue
            there, _ = compared(terms, weights, texts[other], lengths[other])
            back, shared = compared(texts[other], weights, terms, lengths[one])
            if (score := (there * back) ** 0.5) >= ALIKE:
                shown = tuple(part for part in shared if not is_light(part.term))
                near[one].append((other, score, shown))
                near[other].append((one, score, shown))
    return _around(near)


def _promising(
    one: int, terms: Mapping[str, int], postings: Mapping[str, Sequence[int]], weights: Mapping[str, float], of: int
) -> list[int]:
    worth: dict[int, float] = {}
    for term in terms:
        ids = postings[term]
        if len(ids) > max(FEW, of * TOO_COMMON):
            continue
        for other in ids:
            if other != one:
                worth[other] = worth.get(other, 0.0) + weights[term]
    return sorted(worth, key=lambda other: (-worth[other], other))[:COMPARED]


def _around(near: Mapping[int, list[tuple[int, float, tuple[Shared, ...]]]]) -> list[Alike]:
    """Take the text with the most neighbours, put those not taken yet around it, and go on."""
    taken: set[int] = set()
    found: list[Alike] = []
    for one in sorted(near, key=lambda n: (-len(near[n]), n)):
        if one in taken:
            continue
        others = [other for other in near[one] if other[0] not in taken]
        if not others:
            continue
        taken |= {one, *(other for other, _, _ in others)}
        found.append(Alike(one, tuple(sorted(others, key=lambda o: (-o[1], o[0])))))
    return sorted(found, key=lambda group: (-len(group.others), group.middle))
