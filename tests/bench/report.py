"""How a benchmark says what it found: a table of ratios, and whether each is within its bound."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Ratio:
    """One measured ratio, with what it compares, in words, and its bound."""

    what: str
    ours: str
    theirs: str
    ratio: float
    bound: float
    at_least: bool = False

    @property
    def within(self) -> bool:
        """True where the bound is kept."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound


def show(ratios: list[Ratio]) -> bool:
    """Print them; True when all are within their bounds."""
    table = Table(title="Ratios of one run on this machine", show_lines=False)
    for heading in ("What", "Ours", "Compared with", "Ratio", "Bound", ""):
        table.add_column(heading, overflow="fold")
    for r in ratios:
        bound = f"{'at least' if r.at_least else 'at most'} {r.bound:g}"
        table.add_row(r.what, r.ours, r.theirs, f"{r.ratio:.2f}", bound, "ok" if r.within else "OUTSIDE")
    Console(width=140).print(table)
    return all(r.within for r in ratios)


def seconds(work: Any, *, times: int = 3) -> float:
    """The median time ``work`` takes, in seconds, over several runs."""
    taken: list[float] = []
    for _ in range(times):
        started = perf_counter()
        work()
        taken.append(perf_counter() - started)
    return median(taken)
