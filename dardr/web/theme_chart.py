"""How many recommendations of each theme were made in each year, as figures for a drawing: a line of bars a theme.

The template draws it (SVG, no script). The same figures stand in the table under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LEFT, TOP, LINE, TALLEST = 210, 30, 46, 34
WIDTH = 960
WIDEST_BAR = 40


def chart(trend: Sequence[tuple[str, Sequence[int]]], years: Sequence[int]) -> dict[str, Any] | None:
    """What the template draws; None where there are not two years to compare."""
    if len(years) < 2 or not trend:
        return None
    most = max(count for _, counts in trend for count in counts) or 1
    step = (WIDTH - LEFT) / len(years)
    bar = min(WIDEST_BAR, step * 0.7)
    lines: list[dict[str, Any]] = []
    for number, (label, counts) in enumerate(trend):
        foot = TOP + LINE * (number + 1) - 6
        bars: list[dict[str, Any]] = []
        for place, count in enumerate(counts):
            height = round(TALLEST * count / most, 1)
            x = round(LEFT + step * place + (step - bar) / 2, 1)
            bars.append({"x": x, "y": foot - height, "height": height, "width": round(bar, 1), "count": count})
        lines.append({"label": label, "foot": foot, "bars": bars})
    ticks = [{"x": round(LEFT + step * (place + 0.5), 1), "year": year} for place, year in enumerate(years)]
    return {"width": WIDTH, "height": TOP + LINE * len(trend) + 4, "left": LEFT, "lines": lines, "ticks": ticks}
