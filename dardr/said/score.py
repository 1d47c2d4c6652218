"""How alike two texts are, from the terms they share. Every part of a score can be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt

from dardr.said.terms import NEAR, SAME, is_light, label_of

NAMED, FAMILY, LIGHT = 1.4, 0.7, 0.35
"""How much a thing with several names, a family of words and a word of every day count, against any other word.

Chosen by the drafts for tuning of ``tests/said_before``; the held-out ones had no say. Half or twice as much changes
little.
"""
SATURATION = 0.6
"""How soon a term that is said again stops adding."""
TYPICAL_LENGTH = 28.0
"""Terms in an ordinary recommendation; a longer one shares words by chance, and counts a little less."""
LENGTH_COUNTS = 0.3
AS_MANY_AS = 200
"""With fewer texts than this, how common a term is cannot be told from them."""
ENOUGH = 0.15
"""A score below this is chance: such texts are not shown."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A term that two texts share, and how much of their likeness it makes."""

    term: str
    weight: float

    @property
    def label(self) -> str:
        """The term as people read it."""
        return label_of(self.term)


def weight_of(term: str, texts: int, of: int) -> float:
    """What a term says that is in ``texts`` of ``of`` texts: the rarer, the more. Never negative.

    Where there are few, they are taken for part of as many as a partnership has in time: in one of three is not common.
    """
    rare = log(1 + (max(of, texts, AS_MANY_AS) - texts + 0.5) / (texts + 0.5))
    return rare * _counts(term)


def _counts(term: str) -> float:
    if term.startswith(SAME):
        return NAMED
    if term.startswith(NEAR):
        return FAMILY
    return LIGHT if is_light(term) else 1.0


def weights_of(terms: Iterable[str], texts: Mapping[str, int], of: int) -> dict[str, float]:
    """The weight of each term, from in how many of ``of`` texts it occurs."""
    return {term: weight_of(term, texts.get(term, 0), of) for term in terms}


def compared(
    asked: Mapping[str, int], weights: Mapping[str, float], times: Mapping[str, int], length: int
) -> tuple[float, list[Shared]]:
    """How alike the text asked about and another are, from 0 to 1, and the terms they share, weightiest first.

    ``times`` are the terms of the other and ``length`` how many it has in all. The score is the part of the weight of
    what was asked that the other has, a little less where the other is long.
    """
    whole = sum(weights[term] * _said(often) for term, often in asked.items())
    if not whole:
        return 0.0, []
    parts: list[Shared] = []
    for term, often in asked.items():
        if there := times.get(term):
            parts.append(Shared(term, weights[term] * sqrt(_said(often) * _said(there))))
    long = 1 - LENGTH_COUNTS + LENGTH_COUNTS * max(length / TYPICAL_LENGTH, 1.0)
    total = sum(part.weight for part in parts)
    shares = [Shared(part.term, part.weight / whole) for part in parts]
    return total / whole / sqrt(long), sorted(shares, key=lambda one: (-one.weight, one.term))


def _said(often: int) -> float:
    """What saying a term so often counts: once is 1, again and again a little more."""
    return often * (SATURATION + 1) / (often + SATURATION)
