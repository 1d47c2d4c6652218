"""When something happened, in an agency's own words: the days that the words allow, and how exact they are.

The words are kept as they are. What they do not say is not made up: words that cannot be read have no day. The rules
for words that are not exact are written here once, and shown to readers (``RULES``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from workflows.times_of_day import take_time
from workflows.when_points import Point, point

EXACTNESS: dict[str, str] = {
    "day": "The day",
    "about": "About",
    "between": "Between two days",
    "part": "A part of a month or year",
    "month": "The month",
    "year": "The year",
    "before": "Before a day",
    "after": "After a day",
    "none": "No day can be told",
}
"""How exact a time is: what is stored, and what people read."""

RULES: tuple[str, ...] = (
    "A day, a month or a year is taken as it is written; the day comes before the month.",
    "A year of two figures is the last one with those figures.",
    "“About” a day is a week before and after it; about a month or a year, one before and after it.",
    "Early, middle and late are thirds of a month, a year or a decade.",
    "Spring is March to May, summer June to August, autumn September to November. Winter is December to February: with"
    " one year alone, of either winter.",
    "A night is the day on which it begins and the next.",
    "Words that cannot be read have no day. Nothing is guessed.",
)

ABOUT_A_DAY = timedelta(days=7)
LONGEST = 300

_ABOUT = re.compile(
    r"^(?:on or (?:about|around)|in or (?:about|around)|about|approx(?:imately)?\.?|circa|ca?\.|ca?(?= )|around|roughly"
    r"|~|est(?:imated)?\.?|possibly|probably|believed to be|thought to be)\s*(?:in |on )?(?:the )?"
)
_ABOUT_AFTER = re.compile(
    r"\s*\(?(?:\?|approx(?:imately)?\.?|circa|est(?:imated)?\.?|exact date (?:not known|unknown))\)?$"
)
_LEADING = re.compile(
    r"^(?:date:?|on|in|during|throughout|some ?time in|at some point in|various dates in|various|dated)\s+(?:the )?"
)
_PART = re.compile(
    r"^(early|beginning of|start of|mid|middle of|late|end of|latter part of)(?:-| )+(?:in )?(?:the )?(.+)$"
)
_SEASON = re.compile(r"^(spring|summer|autumn|winter)(?: of)?,? ([0-9]{4})(?:\s*[/-]\s*([0-9]{2}|[0-9]{4}))?$")
_WEEK = re.compile(r"^(?:the )?(?:week commencing|week beginning|week of|w/c|wc|w\.c\.)\s*:?(?: the)? *(.+)$")
_WEEK_ENDING = re.compile(r"^(?:the )?(?:week ending|w/e|we)\s*:?(?: the)? *(.+)$")
_NIGHT = re.compile(r"^(?:the |over ?)?(?:night of|night|overnight(?: on)?)\s+(?:of )?(?:the )?(.+)$")
_NIGHT_AFTER = re.compile(r"^(.+?),?\s+(?:\(?at night\)?|\(?overnight\)?|night)$")
_BEFORE = re.compile(r"^(before|prior to|by|until|up to|no later than)\s+(?:the )?(.+)$")
_AFTER = re.compile(r"^(after|since|from|no earlier than)\s+(?:the )?(.+?)(?: onwards?| on)?$")
_BETWEEN = re.compile(r"^(?:between|from)\s+(?:the )?(.+)$")
_TO = re.compile(r"\s+(?:to|until|till|through)\s+(?:the )?")
_CHRISTMAS = re.compile(r"^(?:over |at )?(?:christmas|xmas),? ([0-9]{4})$")
_TWO_DAYS = re.compile(r"^([0-9]{1,2})(?:st|nd|rd|th)?\s*[/&]\s*([0-9]{1,2}(?:st|nd|rd|th)? .+)$")
_THIRDS = {"early": 0, "beginning of": 0, "start of": 0, "mid": 1, "middle of": 1}
_SEASON_MONTHS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11)}


@dataclass(frozen=True, slots=True)
class When:
    """What words say of when something happened.

    ``first`` and ``last`` are the earliest and latest London day they allow (one is None for before and after, both
    where no day can be told), ``exactness`` a key of ``EXACTNESS``, ``time`` the time of day as it stood. ``note``
    says how they were read, or why not, where that is not plain.
    """

    given: str
    first: date | None = None
    last: date | None = None
    exactness: str = "none"
    time: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether a day can be told."""
        return self.first is not None or self.last is not None


def read_when(given: str, latest: date) -> When:
    """What words say of when something happened. Never raises, never guesses.

    ``latest`` is the London day on which the words were given: what they tell of was before it, so that a year of two
    figures is never after it; a day after it is kept, and said.
    """
    kept = " ".join(given.split())
    text = _plain(kept)
    if not text or len(kept) > LONGEST:
        return When(kept, note="" if not text else "Too long to be a time.")
    text, time = take_time(text)
    found = replace(_read(text, latest), given=kept, time=time)
    if not found.known:
        why = "" if found.note or not text else "No day can be read from these words."
        return replace(found, note=found.note or why)
    earliest = found.first or found.last
    if earliest is not None and earliest > latest:
        return replace(found, note=f"{found.note} This is after the day on which it was given.".strip())
    return found


def _plain(text: str) -> str:
    tidy = text.casefold().replace("\u2013", "-").replace("\u2014", "-").replace("\u2011", "-").replace("\u2212", "-")
    tidy = tidy.replace("\u2019", "'").replace("..", " - ")
    tidy = re.sub(r"([0-9]{4}-[0-9]{2}-[0-9]{2})t(?=[0-9])", r"\1 ", tidy)
    return " ".join(tidy.split()).strip(" ,;:")


def _read(text: str, latest: date) -> When:
    """One way after the other, the plainest first."""
    if not text:
        return When("")
    if (one := point(text, latest)) is not None:
        return _of(one)
    for way in (_about, _part, _named, _night, _week, _range, _one_sided):
        if (found := way(text, latest)) is not None:
            return found
    if (match := _LEADING.match(text)) is not None:
        return _read(text[match.end() :], latest)
    return When("")


def _of(one: Point) -> When:
    exactness = {"day": "day", "month": "month", "year": "year"}.get(one.kind, "between")
    return When("", one.first, one.last, exactness, note=one.note)


def _stretch(first: date, last: date, exactness: str, note: str = "") -> When | None:
    return When("", first, last, exactness, note=note) if first <= last else None


def _about(text: str, latest: date) -> When | None:
    match = _ABOUT.match(text)
    inner = text[match.end() :] if match else _ABOUT_AFTER.sub("", text)
    if inner == text or not inner:
        return None
    found = _read(inner, latest)
    if not found.known:
        return None
    first, last = found.first, found.last
    if found.exactness == "day" and first and last:
        return replace(found, first=first - ABOUT_A_DAY, last=last + ABOUT_A_DAY, exactness="about")
    if found.exactness == "month" and first and last:
        before, after = first - timedelta(days=1), last + timedelta(days=1)
        return replace(found, first=before.replace(day=1), last=_end_of_month(after), exactness="about")
    if found.exactness == "year" and first and last:
        return replace(
            found, first=first.replace(year=first.year - 1), last=last.replace(year=last.year + 1), exactness="about"
        )
    return found  # what is vague already is not made vaguer


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _part(text: str, latest: date) -> When | None:
    match = _PART.match(text)
    one = point(match[2], latest) if match else None
    if match is None or one is None or one.kind not in ("month", "year", "decade"):
        return None
    third = _THIRDS.get(match[1], 2)
    year, month = one.first.year, one.first.month
    if one.kind == "month":
        first = date(year, month, (1, 11, 21)[third])
        last = one.last if third == 2 else date(year, month, (10, 20)[third])
    elif one.kind == "year":
        first, last = date(year, 1 + 4 * third, 1), _end_of_month(date(year, 4 + 4 * third, 1))
    else:
        first, last = date(year + (0, 3, 7)[third], 1, 1), date(year + (3, 6, 9)[third], 12, 31)
    return _stretch(first, last, "part", one.note)


def _named(text: str, _latest: date) -> When | None:
    """A season, or Christmas."""
    if (match := _CHRISTMAS.match(text)) is not None and point(match[1], _latest) is not None:
        return _stretch(date(int(match[1]), 12, 24), date(int(match[1]), 12, 26), "part")
    if (match := _SEASON.match(text)) is None or point(match[2], _latest) is None:
        return None
    name, year, second = match[1], int(match[2]), match[3]
    if name != "winter":
        begin, end = _SEASON_MONTHS[name]
        return None if second else _stretch(date(year, begin, 1), _end_of_month(date(year, end, 1)), "part")
    if second is None:
        return _stretch(
            date(year, 1, 1), _end_of_month(date(year + 1, 2, 1)), "part", "This may be either winter of that year."
        )
    if int(second) % 100 != (year + 1) % 100:
        return None
    return _stretch(date(year, 12, 1), _end_of_month(date(year + 1, 2, 1)), "part")


def _night(text: str, latest: date) -> When | None:
    match = _NIGHT.match(text) or _NIGHT_AFTER.match(text)
    if match is None:
        return None
    one = point(match[1], latest)
    if one is not None and one.kind == "day":
        return _stretch(one.first, one.first + timedelta(days=1), "between", one.note)
    return _range(match[1], latest)


def _week(text: str, latest: date) -> When | None:
    for pattern, before, after in ((_WEEK, 0, 6), (_WEEK_ENDING, 6, 0)):
        match = pattern.match(text)
        one = point(match[1], latest) if match else None
        if one is not None and one.kind == "day":
            return _stretch(one.first - timedelta(days=before), one.first + timedelta(days=after), "between", one.note)
    return None


def _range(text: str, latest: date) -> When | None:
    """Two points: ``between 3 and 7 May 2020``, ``3-7 May 2020``, ``May to July 2020``, ``2021-2022``, ``4/5 June``."""
    if (match := _BETWEEN.match(text)) is not None:
        inner = match[1]
        if text.startswith("between"):
            return _ends(inner.split(" and ", 1), latest) or _range(inner, latest)
        return _ends(_TO.split(inner, maxsplit=1), latest) or _by_dash(inner, latest)
    if (match := _TWO_DAYS.match(text)) is not None:
        return _ends([match[1], match[2]], latest)
    return _ends(_TO.split(text, maxsplit=1), latest) or _by_dash(text, latest)


def _by_dash(text: str, latest: date) -> When | None:
    for mark in (" - ", "-", "/"):
        at = text.find(mark)
        while at >= 0:
            if (found := _ends([text[:at], text[at + len(mark) :]], latest)) is not None:
                return found
            at = text.find(mark, at + 1)
    return None


def _ends(parts: list[str], latest: date) -> When | None:
    if len(parts) != 2:
        return None
    left, right = point(parts[0], latest), point(parts[1], latest)
    if left is None and right is not None:
        left = point(parts[0], latest, like=right)
    elif right is None and left is not None:
        right = point(parts[1], latest, like=left)
    if left is None or right is None:
        return None
    notes = " ".join(dict.fromkeys(one.note for one in (left, right) if one.note))
    if left.first > right.last:
        return None
    return _stretch(left.first, right.last, "between", notes)


def _one_sided(text: str, latest: date) -> When | None:
    if (match := _BEFORE.match(text)) is not None:
        found = _read(match[2], latest)
        if found.first is None or found.last is None:
            return None
        last = found.last if match[1] in ("by", "until", "up to", "no later than") else found.first - timedelta(days=1)
        return When("", None, last, "before", note=found.note)
    if (match := _AFTER.match(text)) is not None:
        found = _read(match[2], latest)
        if found.first is None or found.last is None:
            return None
        first = found.last + timedelta(days=1) if match[1] == "after" else found.first
        return When("", first, None, "after", note=found.note)
    return None
