"""Where in a version of the report a comment belongs: the paragraphs of a reader's copy against those of the version.

Copies with tracked changes have the version's paragraphs word for word, and are matched so. Where somebody changed
words without tracking, the nearest like paragraph at that place is taken, and the difference is shown as a change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rapidfuzz import fuzz

from dardr.casework.word_comments import UNTRACKED, Paragraph, Remark, WordReading

LIKE = 60
"""Out of 100: from here on two paragraphs at the same place are the same one, changed."""
NEAR = 20
"""How many paragraphs on are looked at for a like one."""
ANOTHER_VERSION = 0.5
"""Below this share of paragraphs found again a file is probably a copy of another version."""
SHORTEST_QUOTE = 12
"""Characters: fewer stand in too many paragraphs."""
NUMBERED = re.compile(r"(?:para(?:graph)?s?\.?\s*)?(\d+(?:\.\d+)*)\.?", re.IGNORECASE)
PLAIN_NUMBER = re.compile(r"(\d+(?:\.\d+)*)\.?(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Matched:
    """The paragraphs of a copy in the version. ``places``: the version's number by the index in the copy.

    ``share`` is how many of the copy's paragraphs are in the version, from 0 to 1. ``untracked`` are differences that
    no tracked change explains.
    """

    places: dict[int, int] = field(default_factory=dict)
    share: float = 1.0
    untracked: list[Remark] = field(default_factory=list)


def match(version: WordReading, copy: WordReading) -> Matched:
    """Find the paragraphs of a copy in the version it was made from."""
    ours = [p for p in version.paragraphs if p.number]
    theirs = [(index, p) for index, p in enumerate(copy.paragraphs) if p.number]
    places: dict[int, int] = {}
    untracked: list[Remark] = []
    same = SequenceMatcher(None, [p.text for p in ours], [p.text for _, p in theirs])
    for kind, a, b, c, d in same.get_opcodes():
        if kind == "equal":
            places.update({index: p.number for p, (index, _) in zip(ours[a:b], theirs[c:d], strict=True)})
        else:
            untracked += _alike(ours[a:b], theirs[c:d], places)
    _elsewhere(ours, theirs, places)
    found = sum(index in places for index, _ in theirs)
    share = found / len(theirs) if theirs else 0.0
    _put_in(copy, places)
    return Matched(places, share, _still_different(untracked, places) if share >= ANOTHER_VERSION else [])


def _put_in(copy: WordReading, places: dict[int, int]) -> None:
    """A paragraph that somebody put in, tracked, belongs after the one before it."""
    last: int | None = None
    for index, paragraph in enumerate(copy.paragraphs):
        if paragraph.number:
            last = places.get(index, last)
        elif not paragraph.text and last is not None:
            places.setdefault(index, last)


def _still_different(untracked: list[Remark], places: dict[int, int]) -> list[Remark]:
    """The differences without those of paragraphs that were found at another place after all."""
    found = set(places.values())
    return [
        one for one in untracked if (one.offset not in found if one.at is None else one.old or one.at not in places)
    ]


def _alike(ours: list[Paragraph], theirs: list[tuple[int, Paragraph]], places: dict[int, int]) -> list[Remark]:
    """Paragraphs at one place that are not the same: those that are like each other in order, and what is left over."""
    found: list[Remark] = []
    begin = 0
    for index, paragraph in theirs:
        near = range(begin, min(begin + NEAR, len(ours)))
        at = max(near, key=lambda one: fuzz.ratio(paragraph.text, ours[one].text), default=None)
        if at is None or fuzz.ratio(paragraph.text, ours[at].text) < LIKE:
            found.append(Remark(UNTRACKED, "", "", index, new=paragraph.text))
            continue
        found += [_left_out(one) for one in ours[begin:at]]
        places[index] = ours[at].number
        found.append(Remark(UNTRACKED, "", "", index, old=ours[at].text, new=paragraph.text))
        begin = at + 1
    return [*found, *(_left_out(one) for one in ours[begin:])]


def _left_out(paragraph: Paragraph) -> Remark:
    """A paragraph of the version that is not in the copy; ``offset`` is its number in the version."""
    return Remark(UNTRACKED, "", "", None, old=paragraph.text, offset=paragraph.number)


def _elsewhere(ours: list[Paragraph], theirs: list[tuple[int, Paragraph]], places: dict[int, int]) -> None:
    """Paragraphs that stand at another place in the copy: found by their words, where these stand there once."""
    by_text: dict[str, list[int]] = {}
    for one in ours:
        by_text.setdefault(one.text, []).append(one.number)
    for index, paragraph in theirs:
        if index not in places and len(numbers := by_text.get(paragraph.text, [])) == 1:
            places[index] = numbers[0]


def place_of_words(version: WordReading, where: str) -> Paragraph | None:
    """The paragraph that somebody names by its number, or by a few words from it; None where it is not one alone."""
    named = NUMBERED.fullmatch(where.strip())
    if named is not None:
        found = [p for p in version.paragraphs if p.number and _number_of(p) == named[1]]
    else:
        words = " ".join(where.split()).strip(" .…\"'“”").casefold()
        found = [p for p in version.paragraphs if p.number and words in p.text.casefold()]
        if len(words) < SHORTEST_QUOTE and len(found) != 1:
            return None
    return found[0] if len(found) == 1 else None


def _number_of(paragraph: Paragraph) -> str:
    """The number with which the words of a paragraph begin."""
    begins = PLAIN_NUMBER.match(paragraph.text)
    return begins[1] if begins else ""
