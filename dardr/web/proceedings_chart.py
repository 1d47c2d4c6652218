"""The proceedings beside a review over time, as figures for a drawing: a line for each, its hearings, the holds.

The template draws it (SVG, no script). A mark tells by its shape whether a date is fixed or tentative, never by tone
alone, and the same days stand in the tables of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from dardr.lookups.proceedings import Held, Proceeding
from dardr.web.case_chart import LEFT, LINE, RIGHT, TOP, WIDTH, Scale, ticks
from workflows.calendar import in_words
from workflows.processes.proceeding_1.hearings import FIXED, Hearing

BEFORE, AFTER = timedelta(days=60), timedelta(days=90)
FURTHEST = timedelta(days=1500)
"""Days further from today than this are marked at the edge of the drawing."""
LONGEST_LABEL = 26


def chart(proceedings: Sequence[Proceeding], holds: Sequence[Held], today: date) -> dict[str, Any] | None:
    """What the template draws; None where there is no day to draw. ``today`` is a London date."""
    standing = [hold for hold in holds if not hold.undone]
    days = [day for one in proceedings for hearing in one.hearings for day in _days(hearing)]
    days += [hold.from_on for hold in standing]
    if not days:
        return None
    near = [day for day in days if abs(day - today) <= FURTHEST]
    scale = Scale(min([today - BEFORE, *near]), max([today + AFTER, *(day + timedelta(days=14) for day in near)]))
    lines = [
        {
            "y": TOP + LINE * number,
            "label": one.title[:LONGEST_LABEL],
            "marks": [_mark(hearing, scale) for hearing in one.hearings if _days(hearing) and not hearing.struck_out],
        }
        for number, one in enumerate(proceedings)
    ]
    bars = [
        {
            "y": TOP + LINE * (len(lines) + number),
            "x": scale.at(hold.from_on),
            "width": max(2.0, round(scale.at(hold.until_on or today) - scale.at(hold.from_on), 1)),
            "open": hold.open,
            "label": f"Hold {number + 1}",
            "says": f"from {in_words(hold.from_on)}"
            + (f" to {in_words(hold.until_on)}" if hold.until_on else ", open"),
        }
        for number, hold in enumerate(standing)
    ]
    height = TOP + LINE * (len(lines) + len(bars)) + 12
    return {
        "width": WIDTH,
        "height": height,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "foot": height - 8,
        "lines": lines,
        "bars": bars,
        "ticks": [{"x": scale.at(day), "label": label} for day, label in ticks(scale)],
        "today": scale.at(today),
        "today_words": in_words(today),
    }


def _days(hearing: Hearing) -> list[date]:
    """The days of a hearing that has a date and was not struck out."""
    if hearing.struck_out or hearing.now.first is None:
        return []
    return [hearing.now.first, hearing.now.last or hearing.now.first]


def _mark(hearing: Hearing, scale: Scale) -> dict[str, Any]:
    first, last = _days(hearing)
    x = scale.at(first)
    return {
        "x": x,
        "width": round(scale.at(last) - x, 1),
        "fixed": hearing.now.standing == FIXED,
        "done": bool(hearing.outcome),
        "says": f"{hearing.label}, {hearing.now.words}, {hearing.standing_words.lower()}",
    }


def key(proceedings: Iterable[Proceeding]) -> bool:
    """Whether any hearing is drawn at all, so that the meaning of the marks is told."""
    return any(_days(hearing) for one in proceedings for hearing in one.hearings)
