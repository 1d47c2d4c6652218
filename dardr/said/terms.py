"""The terms of a text: what it says, apart from how it is put.

A term is the stem of a word (``train`` of trained, training), a thing that has several names in this field (``=GP``:
GP, general practitioner, primary care), or a family of words (``~training``: training, workshop, briefing), which
counts for less. Which names and families there are is data: ``field_words.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib import resources
from threading import Lock

from snowballstemmer import stemmer

LONGEST_READ = 20_000
"""Characters of a text that are read: a recommendation is a paragraph; what follows is somebody's report."""
LONGEST_TERM = 40
SAME, NEAR = "=", "~"
READ_AS = "2"
"""Another one with every change of how terms are read from a text."""

LEFT_OUT = frozenset(
    "i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself "
    "it its itself they them their theirs themselves what which who whom whose this that these those am is are was "
    "were be been being have has had having do does did doing done a an the and but if or because as until while of at "
    "by for with about against between into through during before after above below to from up down in out on off over "
    "under again further then once here there when where why how all any both each few more most other some such no "
    "nor not only own same so than too very s t can will just don should now would could may might must shall need "
    "needs also within whether including include includes every everybody everyone anyone anybody somebody someone "
    "something anything one two three another else rather upon per via etc whenever whatever towards".split()
)
"""Words that say nothing of what is recommended."""

LIGHT = frozenset(
    "able accept account act action add agree aim allow apply appropriate area around ask attend available avoid "
    "base basis become begin behave believe best bring build call care carry case cause change choose clear close "
    "come common complete concern consider consistent contain continue cover create current daily day deal decide "
    "decision deliver depend describe different do draw effect effective emphasis end enough establish example "
    "exist expect explain express extend fact far feel find first focus follow form full future general get give go "
    "good great group grow happen hear high hold home hope hour idea identify immediate important individual "
    "involve issue join keep key know large last late lead learn least leave let level life like likely line link "
    "list little live local long look low main make manage many matter mean measure meet member mind month move "
    "name national nature necessary never new note number offer often open opportunity order part particular "
    "partner pass people period person place plan point possible practice present problem produce programme prompt "
    "properly provide put question range reach read ready reason receive regard regular relate relation relevant "
    "rely remain remember remind require respond response rest result return right role route run satisfy say see "
    "seek seem send serious set show sign simple situation small sort speak specific stage stand start state stay "
    "step stop strong such sure take talk tell term test thing think time today together treat true try turn type "
    "understand use usual view visit wait walk want way week will work write wrong year recommend recommendation "
    "review agency agencies organisation service partnership ensure".split()
)
"""Words of every day: they are shared by chance more often than not, and count for little."""

_TAG = re.compile(r"<[^<>]{0,300}>")
_WORD = re.compile(r"[a-z0-9]+(?:['&][a-z0-9]+)*")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018`", "'"))
_lock = Lock()
_snowball = stemmer("english")


@dataclass(frozen=True, slots=True)
class Found:
    """A term where it stands in a text: from one character to another."""

    term: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Words:
    """The names and families of the field, by the stems of their words."""

    same: Mapping[tuple[str, ...], tuple[str, ...]]
    near: Mapping[tuple[str, ...], tuple[str, ...]]
    longest: int
    labels: Mapping[str, str]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of one English word in small letters."""
    with _lock:  # a stemmer keeps the word it works on
        return _snowball.stemWord(word)[: LONGEST_TERM - 1]


def _data() -> str:
    return (resources.files("dardr.said") / "field_words.toml").read_text(encoding="utf-8")


@cache
def version_of_words() -> str:
    """Eight characters that change with the words of the field, and with what is left out."""
    read = [READ_AS, _data(), *sorted(LEFT_OUT)]
    return sha256("\n".join(read).encode()).hexdigest()[:8]


@cache
def _words() -> _Words:
    data = tomllib.loads(_data())
    labels: dict[str, str] = {}
    read: dict[str, dict[tuple[str, ...], tuple[str, ...]]] = {}
    for kind, sign in (("same", SAME), ("near", NEAR)):
        found: dict[tuple[str, ...], tuple[str, ...]] = {}
        for group in data[kind]:
            term = (sign + group["label"])[:LONGEST_TERM]
            labels[term] = group["label"]
            for said in group["words"]:
                key = tuple(stem(word) for word, _, _ in _tokens(said))
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), term)))
        read[kind] = found
    longest = max(len(key) for found in read.values() for key in found)
    return _Words(read["same"], read["near"], longest, labels)


@cache
def _light() -> frozenset[str]:
    return frozenset(stem(word) for word in LIGHT)


def is_light(term: str) -> bool:
    """Whether a term is a word of every day, which says little of its own."""
    return term in _light()


def label_of(term: str) -> str:
    """What people read for a term: the name of the thing or family, or the stem as it is."""
    return _words().labels.get(term, term)


def found_in(text: str) -> list[Found]:
    """Every term of a text, with where it stands, in order. A text without any word of its own has none."""
    words = _words()
    tokens = [(stem(word), word, start, end) for word, start, end in _tokens(text[:LONGEST_READ])]
    stems = [token[0] for token in tokens]
    found: list[Found] = []
    covered = -1
    for at, (one, word, start, end) in enumerate(tokens):
        for length, terms in _phrases(words.near, stems, at, words.longest):
            found += [Found(term, start, tokens[at + length - 1][3]) for term in terms]
        if at <= covered:
            continue
        named = next(iter(_phrases(words.same, stems, at, words.longest)), None)
        if named:
            covered = at + named[0] - 1
            found += [Found(term, start, tokens[covered][3]) for term in named[1]]
        elif word not in LEFT_OUT and not word.isdigit() and len(word) > 1:
            found.append(Found(one, start, end))
    return found


def _phrases(
    known: Mapping[tuple[str, ...], tuple[str, ...]], stems: list[str], at: int, longest: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The longest phrase that begins here, with its number of words and its terms; nothing where none does."""
    for length in range(min(longest, len(stems) - at), 0, -1):
        terms = known.get(tuple(stems[at : at + length]))
        if terms:
            yield length, terms
            return


def counted(text: str) -> Counter[str]:
    """How often each term occurs in a text."""
    return Counter(one.term for one in found_in(text))


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text in small letters without accents and apostrophes, each with where it stands in the text."""
    plain, places = _folded(text)
    for match in _WORD.finditer(plain):
        start, end = match.span()
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        yield match[0].replace("'", ""), start, end


def _folded(text: str) -> tuple[str, list[int] | None]:
    """Small letters without accents or tags; and of each character where it was, unless that is where it is."""
    text = _TAG.sub(lambda tag: " " * len(tag[0]), text.translate(_APOSTROPHES))
    if text.isascii():
        return text.lower(), None
    plain: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        for one in unicodedata.normalize("NFKD", character.lower()):
            if not unicodedata.combining(one):
                plain.append(one)
                places.append(at)
    return "".join(plain), places
