"""Where the lines of a chronology lie in time, as figures for a drawing: a row for each agency.

The template draws it (SVG, no script): a mark for each line whose day is known, a bar for one that may be any of
several days. The list under it says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dardr.lookups.chronology import Line, Merged
from dardr.web.case_chart import LEFT, LINE, RIGHT, TOP, WIDTH, Scale, ticks
from workflows.calendar import in_words

BAR = 14
LEAST_SPAN = timedelta(days=60)
MOST_MARKS = 2000
"""Marks that are drawn at most; what is not drawn is said."""


def chart(merged: Merged, lines: Sequence[Line]) -> dict[str, Any] | None:
    """What the template draws; None where fewer than two lines have a day."""
    dated = [line for line in lines if line.row.first_on is not None and line.row.last_on is not None]
    if len(dated) < 2:
        return None
    first = min(line.row.first_on or date.max for line in dated)
    last = max(line.row.last_on or date.min for line in dated)
    scale = Scale(first, max(last, first + LEAST_SPAN))
    order = [one for one in merged.agencies if any(line.record_id == one for line in dated)]
    rows = [_row(number, one, merged, dated[:MOST_MARKS], scale) for number, one in enumerate(order)]
    height = TOP + LINE * len(rows) + 12
    return {
        "width": WIDTH,
        "height": height,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "foot": height - 8,
        "top": TOP,
        "bar": BAR,
        "rows": rows,
        "gaps": [
            {"x": scale.at(gap.after_on), "width": max(1.0, round(scale.at(gap.before_on) - scale.at(gap.after_on), 1))}
            for gap in merged.gaps
            if gap.source is None and gap.before_on <= scale.last
        ],
        "ticks": [{"x": scale.at(day), "label": label} for day, label in ticks(scale)],
        "says": f"{len(dated)} lines between {in_words(first)} and {in_words(last)}, {len(rows)} agencies",
        "left_out": max(0, len(dated) - MOST_MARKS),
    }


def _row(number: int, record_id: int, merged: Merged, dated: Sequence[Line], scale: Scale) -> dict[str, Any]:
    marks = []
    for line in dated:
        first, last = line.row.first_on, line.row.last_on
        if line.record_id == record_id and first is not None and last is not None:
            x = scale.at(first)
            marks.append({"x": x, "width": max(3.0, round(scale.at(last) - x, 1)), "vague": first != last,
                          "significant": line.row.significant})  # fmt: skip
    name = merged.agencies[record_id]
    return {"y": TOP + LINE * number, "name": name if len(name) <= 26 else f"{name[:25]}…", "marks": marks}
