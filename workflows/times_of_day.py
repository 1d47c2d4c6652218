"""Times of day in words: taken out of what was given, kept as they stand, and read as minutes where they are exact."""

from __future__ import annotations

import re

_HALF = r"\s?[ap]\.?m\b\.?"
_ONE = (
    rf"(?:[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]+)?)?(?:{_HALF})?"
    rf"|[0-9]{{1,2}}\.[0-9]{{2}}(?:{_HALF}|\s?h(?:ou)?rs?\b)"
    rf"|[0-9]{{1,2}}{_HALF}"
    r"|[0-9]{4}\s?h(?:ou)?rs?\b|[0-9]{4}h\b|\bmidnight\b|\bnoon\b|\bmidday\b)(?:\s?h(?:ou)?rs\b)?"
)
_ROUGHLY = r"(?:(?:at\s+)?(?:c\.?|ca\.?|circa|about|approx\.?|approximately|around|before|after|by)\s*)?"
_TIME = re.compile(
    rf"(?:^|(?<=[\s,;(t]))(?:at\s+|from\s+|between\s+|@\s*)?"
    rf"(?P<time>{_ROUGHLY}{_ONE}(?:\s*(?:-|to|and|until|till)\s*{_ONE})?)(?:z|\s?gmt|\s?bst)?(?=$|[\s,;)])"
)
_DOTTED = re.compile(r"(?:^|(?<=\s))at\s+(?P<time>[0-9]{1,2}\.[0-9]{2})(?=$|[\s,;)])")
_PART = re.compile(
    r"^(?:the\s+|in the\s+)?(early hours|early morning|morning|afternoon|evening|late evening)\s+of\s+(?:the\s+)?"
)
_PART_AFTER = re.compile(
    r",?\s+(?:in the\s+|\()?(early hours|early morning|morning|afternoon|evening|late evening|am|pm)\)?$"
)
_MIDNIGHT = re.compile(r"00:00(?::00)?")
_EXACT = re.compile(
    rf"(?P<hour>[0-9]{{1,2}})(?:[:.]?(?P<minute>[0-9]{{2}}))?(?::[0-9]{{2}}(?:\.[0-9]+)?)?(?P<half>{_HALF})?(?:\s?h(?:ou)?rs?|h)?"
)
LONGEST = 40


def take_time(text: str) -> tuple[str, str]:
    """What is left of the words once a time of day is taken out, and that time as it stood. ``text``: small letters."""
    match = _TIME.search(text) or _DOTTED.search(text)
    if match is not None:
        said = match["time"].strip()
        left = f"{text[: match.start()]} {text[match.end() :]}"
        left = re.sub(r"\(\s*\)", " ", left)
        left = re.sub(r"^\s*(?:on|,)\s+|[\s,;]+(?:at|on)?\s*$", "", " ".join(left.split()))
        said = re.sub(r"^([0-9]{1,2}:[0-9]{2}):[0-9]{2}(?:\.[0-9]+)?$", r"\1", re.sub(r"\s+and\s+", " to ", said))
        return left.strip(" ,;"), "" if _MIDNIGHT.fullmatch(said) else said[:LONGEST]
    for pattern in (_PART, _PART_AFTER):
        if (match := pattern.search(text)) is not None:
            return (text[: match.start()] + text[match.end() :]).strip(" ,;"), match[1]
    return text, ""


def minutes_of(said: str) -> tuple[int, int] | None:
    """The first and the last minute of a day that an exact time, or a range of two, names; None for any other words."""
    parts = [one.strip() for one in re.split(r"\s*(?:-|\bto\b|\band\b|\buntil\b|\btill\b)\s*", said.casefold())]
    found = [_minute(one) for one in parts]
    if len(found) > 2 or any(one is None for one in found):
        return None
    first, last = found[0] or 0, found[-1] or 0
    return (first, last) if first <= last else None


def _minute(text: str) -> int | None:
    named = {"midnight": 0, "noon": 720, "midday": 720}.get(text)
    if named is not None:
        return named
    match = _EXACT.fullmatch(text)
    if match is None:
        return None
    hour, minute = match["hour"], match["minute"]
    half = (match["half"] or "").strip().replace(".", "")
    if minute is None and not half:
        return None
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None
