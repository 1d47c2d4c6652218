"""The points of a letter as they are pasted: which line begins a point, which number it has, which line goes on.

Letters number their points in many ways (``1.``, ``2)``, ``(a)``, ``iv.``, ``3.1``), break long points over several
lines, and put bullets below a numbered point. Numbers are kept as they stand in the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MARK = re.compile(
    r"(?:point\s+)?[(\[]?(?P<mark>\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{2,5})(?:[.)\]:]{1,2}|(?<=\.\d)(?=\s)|(?<=\.\d\d)(?=\s))\s+(?=\S)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[•●▪◦‣·*–—-]\s+(?=\S)")
_ROMAN = {"i": 1, "v": 5, "x": 10}
FURTHER_ON = 3
"""A figure so much above the one before still counts as the next point; a higher one is part of a sentence."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """One point: its number as in the letter (by its place, where the letter gives none), and its words."""

    number: str
    text: str


def points(lines: Iterable[str]) -> list[Numbered]:
    """The points in these lines, in their order.

    Where no line has a number, each line is a point and is counted. Where some have, a line without one goes on with
    the point before it. What stands before the first number is left out if it ends with a colon (a heading), and is a
    point without a number if not.
    """
    kept = [line.strip() for line in lines if line.strip()]
    found: list[list[str]] = []
    last = 0
    for line in kept:
        mark = _mark(line, last, found)
        if mark is not None:
            number, text, last = mark
            found.append([number, text])
        elif found and found[-1][0]:
            found[-1][1] = f"{found[-1][1]} {line}"
        else:
            found.append(["", line])
    if not any(number for number, _ in found):
        return [Numbered(str(place), _BULLET.sub("", line, count=1)) for place, line in enumerate(kept, 1)]
    return [Numbered(number, text) for number, text in found if number or not text.endswith(":")]


def _mark(line: str, last: int, found: list[list[str]]) -> tuple[str, str, int] | None:
    """The number with which a line begins, if it continues the numbering: (number, the words, the last figure)."""
    match = _MARK.match(line)
    if match is None:
        return None
    mark, text = match["mark"].lower(), line[match.end() :].strip()
    if mark[0].isdigit():
        figure = int(mark.split(".")[0])
        next_one = figure in (1, last) if "." in mark else figure == 1 and last != 1
        if not next_one and not last < figure <= last + FURTHER_ON:
            return None
        return mark, text, figure
    before = next((number for number, _ in reversed(found) if number), "")
    if not _follows(mark, before):
        return None
    return f"{last}{mark}" if last else mark, text, last


def _follows(mark: str, before: str) -> bool:
    """A letter or a Roman figure counts as a number only where it begins or carries on such a numbering."""
    letters = re.sub(r"^[\d.]+", "", before)
    if mark in ("a", "i") and mark != letters:
        return True
    if not letters:
        return False
    by_letter = len(mark) == len(letters) == 1 and ord(mark) == ord(letters) + 1
    return by_letter or 0 < _value(letters) == _value(mark) - 1


def _value(roman: str) -> int:
    """A Roman figure as a number; 0 where it is none."""
    if not roman or set(roman) - set(_ROMAN):
        return 0
    values = [_ROMAN[one] for one in roman]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def in_order(number: str) -> tuple[tuple[int, int, str], ...]:
    """What sorts numbers of points as people read them: 2 before 10, 2a after 2, those without a number last."""
    parts = re.findall(r"\d+|[a-z]+", number.lower())
    if not parts:
        return ((2, 0, ""),)
    return tuple((0, int(p), "") if p.isdigit() else (1, _value(p), p) for p in parts)
