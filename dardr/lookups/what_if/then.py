"""One step on: what would start if what starts now were done on its day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dardr.casework import arming
from dardr.lookups.what_if.world import Run, World
from workflows.definition import DateGiven


def further(world: World, started: Iterable[Run]) -> list[dict[str, Any]]:
    """For each clock that would start, the clocks that would start in their turn were it done on its last day.

    Only those whose date follows from that day: not those for which a date is given, or that another fact decides.
    """
    found: list[dict[str, Any]] = []
    for run in started:
        due = run.row.due_on
        if due is None:
            continue
        standing = run.standing
        for key in run.clock.stops_on:
            action = standing.process.action(key)
            starts = [c for c in arming.touched_by(standing.process, key).starts if not isinstance(c.length, DateGiven)]
            for clock in starts:
                answers = {clock.counts_from: due.isoformat()} if clock.counts_from else {}
                row = arming.start_one(
                    world.ground(standing), clock, standing.process, answers, standing.facts, due,
                    world.settings(standing), max(due, world.today),
                )  # fmt: skip
                if row is None or row.due_on is None:
                    continue
                found.append(
                    {
                        "after": run.clock.id,
                        "ref": standing.ref,
                        "step": action.label,
                        "done_on": due.isoformat(),
                        "id": clock.id,
                        "label": clock.label,
                        "due": row.due_on.isoformat(),
                        "sentences": list(row.receipt.get("sentences") or ()),
                    }
                )
    return found
