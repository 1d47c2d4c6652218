"""Lines of several agencies that may tell of one event, and those that contradict each other. Advice, with its reasons.

Nothing is merged here: a person decides on each pair. Only lines of different returns are compared, and only those
near each other in time that share words, so that the work grows with the lines and not with their square.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations, pairwise

import snowballstemmer
from rapidfuzz import fuzz

from dardr.casework.chronology.opposites import Said, opposed, said_in
from workflows.times_of_day import minutes_of

SAME, CONTRADICT, NEITHER = "same", "contradict", "neither"
DECISIONS: dict[str, str] = {
    SAME: "The same event",
    CONTRADICT: "The same event, told differently",
    NEITHER: "Two events",
}
"""What a person may decide about two lines: what is stored, and what people read."""

NARROW = timedelta(days=31)
"""A line whose words allow more days than these is compared by its words alone: it may be anywhere in a year."""
NEAR = timedelta(days=7)
"""Days between two accounts of one event that are told apart by their dates alone."""
HOURS_APART = 120
"""Minutes between two exact times of one event from which they are said to differ."""
ALIKE_SAME_DAY, ALIKE_OVERLAP, ALIKE_ELSEWHERE, ALIKE_OPPOSED = 50, 60, 80, 30
"""How alike (of 100) two lines must be: on one day; on days that overlap; on other days or vague ones; opposed."""
LEAST_SHARED = 2
CROWD = 40
"""A word that more lines of one week hold tells nothing; lines that share only such words are not compared."""

_WORD = re.compile(r"[a-z0-9']{2,}")
_STOP = frozenset(
    "a about after all also am an and any are as at be been before being but by can could did do does for from had has"
    " have he her hers him his how i if in into is it its me more most my no nor not of off on once only or other our"
    " out over own said same she should so some such than that the their them then there these they this those through"
    " to too under until up was we were what when where which while who whom why will with would you your re via per"
    " mr mrs ms dr also following noted recorded stated regarding".split()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as it is compared. ``source`` is the return it came by; days are London dates, None where unknown."""

    id: int
    source: int
    first: date | None
    last: date | None
    time: str
    text: str
    people: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Two lines that a person should look at: what they seem to be, how alike (of 100), and why, in sentences."""

    first: int
    second: int
    kind: str
    alike: int
    shared: tuple[str, ...]
    why: str


@dataclass
class Compared:
    """What was found, the surest first; ``crowded`` are the weeks (by their Monday) with too much alike to compare."""

    findings: list[Finding] = field(default_factory=list)
    crowded: list[date] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    entry: Entry
    terms: dict[str, str]
    text: str
    said: Said

    @property
    def narrow(self) -> bool:
        one = self.entry
        return one.first is not None and one.last is not None and one.last - one.first <= NARROW


_stem = lru_cache(maxsize=20_000)(snowballstemmer.stemmer("english").stemWord)


def terms_of(text: str) -> dict[str, str]:
    """The words of a text that tell it from others: each stem, with the word it was."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text.casefold()):
        if word not in _STOP:
            found.setdefault(_stem(word), word)
    return found


def compare(entries: Iterable[Entry]) -> Compared:
    """Pairs of lines of different returns that may tell of one event, with the reasons."""
    read = [_read(one) for one in entries]
    found = Compared()
    weeks = _weeks(read)
    pairs: set[tuple[int, int]] = set()
    for monday, members in sorted(weeks.items()):
        near, crowded = _candidates(read, members)
        pairs |= near
        if crowded:
            found.crowded.append(monday)
    pairs |= _by_rare_words(read)
    for a, b in sorted(pairs):
        if (finding := _judge(read[a], read[b])) is not None:
            found.findings.append(finding)
    found.findings.sort(key=lambda one: (one.kind != CONTRADICT, -one.alike, one.first, one.second))
    return found


def _read(entry: Entry) -> _Read:
    terms = terms_of(entry.text)
    return _Read(entry, terms, " ".join(sorted(terms)), said_in(entry.text))


def _weeks(read: Sequence[_Read]) -> dict[date, list[int]]:
    """The lines that may fall into each week or the days next to it, by the Monday of the week."""
    weeks: dict[date, list[int]] = defaultdict(list)
    for number, one in enumerate(read):
        if not one.narrow or one.entry.first is None or one.entry.last is None:
            continue
        day = one.entry.first - NEAR
        monday = day - timedelta(days=day.weekday())
        while monday <= one.entry.last + NEAR:
            weeks[monday].append(number)
            monday += timedelta(days=7)
    return weeks


def _candidates(read: Sequence[_Read], members: Sequence[int]) -> tuple[set[tuple[int, int]], bool]:
    """Pairs of one week that share words, and whether some lines were too many alike to be paired."""
    if len({read[number].entry.source for number in members}) < 2:
        return set(), False
    by_term: dict[str, list[int]] = defaultdict(list)
    for number in members:
        for term in read[number].terms:
            by_term[term].append(number)
        for topic in read[number].said.topics:
            by_term[f"topic {topic}"].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    crowded = False
    for term, numbers in by_term.items():
        if len(numbers) > CROWD:
            crowded = True
            continue
        weight = LEAST_SHARED if term.startswith("topic ") else 1
        for pair in _across(read, numbers):
            shared[pair] += weight
    found = {pair for pair, number in shared.items() if number >= LEAST_SHARED}
    return (found | _word_for_word(read, members), True) if crowded else (found, False)


def _across(read: Sequence[_Read], numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    for a, b in combinations(numbers, 2):
        if read[a].entry.source != read[b].entry.source:
            yield (a, b) if a < b else (b, a)


def _word_for_word(read: Sequence[_Read], members: Sequence[int]) -> set[tuple[int, int]]:
    """Of lines with the very same words, each with the next: where there are too many to pair each with each."""
    alike: dict[str, list[int]] = defaultdict(list)
    for number in members:
        alike[read[number].text].append(number)
    pairs = (pair for numbers in alike.values() for pair in pairwise(numbers))
    return {(a, b) for a, b in pairs if read[a].entry.source != read[b].entry.source}


def _by_rare_words(read: Sequence[_Read]) -> set[tuple[int, int]]:
    """Pairs with a line whose day is vague or unknown: those that share several words which few lines hold."""
    vague = {number for number, one in enumerate(read) if not one.narrow}
    if not vague:
        return set()
    by_term: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(read):
        for term in one.terms:
            by_term[term].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in by_term.values():
        if len(numbers) <= CROWD and not vague.isdisjoint(numbers):
            for a, b in _across(read, numbers):
                if a in vague or b in vague:
                    shared[(a, b)] += 1
    return {pair for pair, number in shared.items() if number > LEAST_SHARED}


# --- one pair ---------------------------------------------------------------------------------------------


def _judge(a: _Read, b: _Read) -> Finding | None:
    days = _days(a.entry, b.entry)
    if days is None:
        return None
    words, least = days
    shared = [a.terms[stem] for stem in a.terms if stem in b.terms]
    if not shared:
        return None
    alike = round(0.5 * fuzz.token_set_ratio(a.text, b.text) + 0.5 * fuzz.token_sort_ratio(a.text, b.text))
    against = opposed(a.said, b.said)
    if against and a.narrow and b.narrow:
        opposing = terms_of(" ".join(against))
        if all(stem in opposing for stem in a.terms if stem in b.terms):
            return None
        least = ALIKE_OPPOSED
    elif len(shared) < LEAST_SHARED:
        return None
    if alike < least:
        return None
    if (apart := _times_apart(a.entry, b.entry, words)) is not None:
        against.append(apart)
    if words == NOT_THE_SAME:
        against.append("The days differ.")
    why = f"{words}, {alike}% alike. Words in both: {', '.join(shared[:8])}."
    kind = CONTRADICT if against else SAME
    return Finding(a.entry.id, b.entry.id, kind, alike, tuple(shared), " ".join([why, *against]))


NOT_THE_SAME = "Days near each other"


def _days(a: Entry, b: Entry) -> tuple[str, int] | None:
    """How the days of two lines lie to each other, in words, and how alike they must be; None where too far apart."""
    if (a.first is None and a.last is None) or (b.first is None and b.last is None):
        return "One without a day that can be told", ALIKE_ELSEWHERE
    begin = max(a.first or date.min, b.first or date.min)
    end = min(a.last or date.max, b.last or date.max)
    if begin <= end:
        if a.first == a.last == b.first == b.last:
            return "Same day", ALIKE_SAME_DAY
        vague = any(one.first is None or one.last is None or one.last - one.first > NARROW for one in (a, b))
        return ("Days that may be the same", ALIKE_ELSEWHERE if vague else ALIKE_OVERLAP)
    return (NOT_THE_SAME, ALIKE_ELSEWHERE) if begin - end <= NEAR else None


def _times_apart(a: Entry, b: Entry, days: str) -> str | None:
    """A sentence where both give an exact time on one day and they are hours apart."""
    one, other = minutes_of(a.time) if a.time else None, minutes_of(b.time) if b.time else None
    if days != "Same day" or one is None or other is None:
        return None
    if max(one[0], other[0]) - min(one[1], other[1]) <= HOURS_APART:
        return None
    return f"Times: “{a.time}” and “{b.time}”."
