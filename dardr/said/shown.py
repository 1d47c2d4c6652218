"""What two texts share, as people see it: in the words of each, and marked where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dardr.said.score import Shared
from dardr.said.terms import Found, found_in, is_light, stem

Parts = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is shared."""
MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class SharedWords:
    """What is shared: its name, the words for it in each text, and its part of the weight of what was asked, 0 to 1."""

    label: str
    asked: tuple[str, ...]
    found: tuple[str, ...]
    weight: float

    @property
    def said_otherwise(self) -> bool:
        """Whether the two texts put it differently."""
        return not {stem(word) for word in self.asked} & {stem(word) for word in self.found}

    def as_dict(self) -> dict[str, Any]:
        """The shape the command line prints."""
        return {
            "term": self.label,
            "asked": list(self.asked),
            "found": list(self.found),
            "weight": round(self.weight, 3),
        }


@dataclass(frozen=True, slots=True)
class Read:
    """A text with its terms, read once."""

    text: str
    found: tuple[Found, ...]

    @classmethod
    def of(cls, text: str) -> Read:
        """This text."""
        return cls(text, tuple(found_in(text)))


def shared_words(asked: Read, found: Read, shared: Iterable[Shared]) -> list[SharedWords]:
    """What is shared in the words of both texts, weightiest first. A family shared by one and the same words is said
    once, with the word. Words of every day are left out: they carry too little to be shown."""
    kept: dict[tuple[tuple[str, ...], tuple[str, ...]], SharedWords] = {}
    for part in shared:
        if is_light(part.term):
            continue
        words = (_words(asked, part.term), _words(found, part.term))
        before = kept.get(words)
        if before is None:
            label = part.label if part.label != part.term else (words[0][0] if words[0] else part.term)
            kept[words] = SharedWords(label, *words, part.weight)
        else:
            kept[words] = SharedWords(before.label, *words, before.weight + part.weight)
    return sorted(kept.values(), key=lambda one: -one.weight)


def _words(read: Read, term: str) -> tuple[str, ...]:
    said = (read.text[one.start : one.end].casefold() for one in read.found if one.term == term)
    return tuple(list(dict.fromkeys(said))[:MOST_WORDS])


def marked(read: Read, terms: Iterable[str]) -> Parts:
    """A text in pieces, each with whether it is one of these terms; words of every day are not marked."""
    wanted = {term for term in terms if not is_light(term)}
    pieces: list[tuple[str, bool]] = []
    text, at = read.text, 0
    for start, end in _spans([one for one in read.found if one.term in wanted]):
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return tuple(piece for piece in pieces if piece[0])


def _spans(found: Sequence[Found]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if spans and one.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], one.end))
        else:
            spans.append((one.start, one.end))
    return spans
