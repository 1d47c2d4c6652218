"""Comparing the lines of many agencies: how the work grows when each gives four times as many lines of the same years.

A comparison of every line with every other would take sixteen times as long. Both sizes are compared in turns, and the
processor's time is measured.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from statistics import median
from time import process_time

from dardr.casework.chronology.comparing import Entry, compare
from tests.bench.report import Ratio

BOUND = 8.0
TIMES = 3
AGENCIES, LINES = 20, 500
FIRST_DAY, DAYS = date(2018, 1, 1), 5 * 365
USUAL = "police attended flat appointment clinic call referral made visit letter sent risk partner children".split()
RARE = 3000
"""Words besides the usual ones, as of people, places and things that each service writes of."""


def lines(each: int) -> list[Entry]:
    """As many lines of each agency, on days of five years, half of their words usual ones."""
    pick = random.Random(11)
    found = []
    for number in range(AGENCIES * each):
        day = FIRST_DAY + timedelta(days=pick.randrange(DAYS))
        last = day + timedelta(days=pick.choice((0, 0, 0, 0, 0, 14, 30, 200)))
        words = pick.choices(USUAL, k=10) + [f"thing{pick.randrange(RARE)}" for _ in range(10)]
        found.append(Entry(number, number % AGENCIES, day, last, "", " ".join(words)))
    return found


def run() -> list[Ratio]:
    """What the benchmark measures."""
    few, many = lines(LINES // 4), lines(LINES)
    taken: dict[int, list[float]] = {len(few): [], len(many): []}
    for _ in range(TIMES):
        for entries in (few, many):
            began = process_time()
            compare(entries)
            taken[len(entries)].append(process_time() - began)
    ours, theirs = median(taken[len(many)]), median(taken[len(few)])
    return [
        Ratio(
            f"Comparing the chronologies of {AGENCIES} agencies, {LINES} lines each",
            f"{ours:.2f} s",
            f"{LINES // 4} lines each, {theirs:.2f} s",
            ours / theirs,
            BOUND,
        )
    ]
