"""Where every review stands over time, as figures for a drawing: a line for each review, a bar for each phase.

The template draws it (SVG, no script). A phase is told by its number in the bar and by its tone, never by tone
alone, and the same days stand in the table under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dardr.lookups.caseload import CaseRow
from dardr.lookups.progress import Reached
from workflows.calendar import in_words

LEFT, RIGHT, TOP, LINE, BAR = 190, 24, 44, 30, 18
WIDTH = 960
NARROWEST_NUMBER = 13
"""A bar narrower than this has no room for the number of its phase."""

LEAST_SPAN = timedelta(days=180)
AHEAD = timedelta(days=45)
FURTHEST_AHEAD = timedelta(days=730)
MOST_TICKS = 9


@dataclass(frozen=True, slots=True)
class Scale:
    """Days along the chart, from the left edge of the bars to the right."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Where a day lies, in units of the drawing."""
        share = (day - self.first) / (self.last - self.first)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, share)), 1)


def chart(rows: Sequence[CaseRow], reached: Mapping[int, Sequence[Reached]], today: date) -> dict[str, Any]:
    """What the template draws. ``today`` is a London date. Dates far ahead are marked at the edge."""
    begins = [bar.from_on for row in rows for bar in reached.get(row.id, ())]
    ends = [
        row.next_deadline.due
        for row in rows
        if row.next_deadline and row.next_deadline.due and row.next_deadline.due <= today + FURTHEST_AHEAD
    ]
    last = max([today + AHEAD, *(end + timedelta(days=14) for end in ends)])
    scale = Scale(min([today - LEAST_SPAN, *begins]), last)
    lines = [_line(number, row, reached.get(row.id, ()), scale) for number, row in enumerate(rows)]
    height = TOP + LINE * len(rows) + 12
    return {
        "width": WIDTH,
        "height": height,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "foot": height - 8,
        "top": TOP,
        "bar": BAR,
        "lines": lines,
        "ticks": [{"x": scale.at(day), "label": label} for day, label in ticks(scale)],
        "today": scale.at(today),
        "today_words": in_words(today),
        "from_words": in_words(scale.first),
    }


def _line(number: int, row: CaseRow, reached: Sequence[Reached], scale: Scale) -> dict[str, Any]:
    y = TOP + LINE * number
    bars = []
    for one in reached:
        x = scale.at(one.from_on)
        width = max(2.0, round(scale.at(one.until_on) - x, 1))
        bars.append(
            {
                "x": x,
                "width": width,
                "number": one.number,
                "shown": width >= NARROWEST_NUMBER,
                "middle": round(x + width / 2, 1),
                "says": f"{one.label}, {in_words(one.from_on)} to {in_words(one.until_on)}",
            }
        )
    due = row.next_deadline.due if row.next_deadline else None
    mark = None
    if due is not None:
        mark = {"x": scale.at(due), "late": row.late, "beyond": due > scale.last, "before": due < scale.first}
    return {"y": y, "ref": row.ref, "held": row.held, "bars": bars, "mark": mark}


def ticks(scale: Scale) -> list[tuple[date, str]]:
    """Beginnings of quarters along a chart, or of years where there are too many, each with its label."""
    for months in (3, 6, 12, 24, 60):
        found, day = [], date(scale.first.year, 1, 1)
        while day <= scale.last:
            if day >= scale.first:
                found.append((day, str(day.year) if months >= 12 else f"{day:%b} {day.year}"))
            month = day.month - 1 + months
            day = date(day.year + month // 12, month % 12 + 1, 1)
        if len(found) <= MOST_TICKS:
            return found
    return found[:: -(-len(found) // MOST_TICKS)]
