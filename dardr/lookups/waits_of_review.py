"""Everything one review waits for, line by line: its next step, what serves it, holds, dates that cannot be counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dardr.lookups.deadlines import running_state, stands_of
from dardr.lookups.records import label_of
from dardr.lookups.waiting import HOLD_WORDS, Standing, Waits, mover_of
from workflows.calendar import in_words
from workflows.definition import Party


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing a review waits for. ``kind`` is stage, step, item, task, hold, held or unarmed.

    ``since`` is the London date the wait began; ``due`` the date it should end by, where there is one; ``stands`` how
    that date stands, where it is a clock of an item. ``ends`` are the actions that would end it: (label, reference,
    key).
    """

    kind: str
    ref: str
    process: str
    what: str
    who: str
    since: date | None
    due: date | None = None
    reasons: tuple[str, ...] = ()
    ends: tuple[tuple[str, str, str], ...] = ()
    stands: dict[str, Any] | None = None


def waiting_for(waits: Waits, record_id: int) -> list[Wait]:
    """Everything one review waits for, its own next step first. Empty for a record that has ended."""
    standing = waits.of[record_id]
    if standing.stage.final:
        return []
    ref, key = standing.record.ref, standing.process.key
    ready = [step for step in standing.steps if not step.reasons]
    blocked = [step for step in standing.steps if step.reasons]
    leads = ready or blocked[:1]
    found = [
        Wait(
            "stage", ref, key, standing.next_words, waits.who(standing, waits.mover(standing)), standing.since,
            standing.due, () if ready else tuple(reason for step in leads for reason in step.reasons),
            tuple((step.action.label, ref, step.action.key) for step in leads),
        )
    ]  # fmt: skip
    found += [
        Wait("step", ref, key, step.action.label, waits.who(standing, mover_of(standing.stage.acts, step.action)),
             standing.since, None, step.reasons, ((step.action.label, ref, step.action.key),))
        for step in blocked if step not in leads
    ]  # fmt: skip
    found += [_of_item(waits, item) for item in standing.open_items]
    for one in (standing, *standing.open_items):
        found += _of_holds(waits, one)
        found += _of_clocks(waits, one)
    return found


def _of_item(waits: Waits, item: Standing) -> Wait:
    record = item.record
    here = [a for a in item.process.actions if a.main and item.stage.key in a.source]
    steps = [a for a in here if a.to not in (None, item.stage.key)] or here
    return Wait(
        "task" if item.process.key == "task" else "item",
        record.ref,
        item.process.key,
        f"{label_of(record, item.bodies)}: {item.stage.label[:1].lower()}{item.stage.label[1:]}",
        waits.who(item),
        item.since,
        item.due,
        ends=tuple((a.label, record.ref, a.key) for a in steps),
        stands=_stands(waits, item),
    )


def _stands(waits: Waits, standing: Standing) -> dict[str, Any] | None:
    """How the earliest date of its own that is running stands; None where there is none. A family's time has none."""
    dated = (r for r in standing.deadlines if r.due_on and standing.process.clock(r.clock).owner is not Party.FAMILY)
    row = min(dated, key=lambda row: row.due_on or date.max, default=None)
    if row is None:
        return None
    clock, holds = standing.process.clock(row.clock), {hold.kind for hold in standing.holds}
    state = running_state(clock, row, holds, waits.today)
    return stands_of(clock, row, state)


def _of_holds(waits: Waits, standing: Standing) -> list[Wait]:
    changes = next((a for a in standing.process.actions if a.key == "change_hold_review_by"), None)
    ending = {"deferral": "end_deferral"}
    found = []
    for hold in standing.holds:
        key = ending.get(hold.kind, "end_hold")
        ends = [a for a in standing.process.actions if a.key == key and standing.stage.key in a.source]
        if changes is not None and standing.stage.key in changes.source:
            ends.append(changes)
        past = hold.review_by is not None and hold.review_by < waits.today
        found.append(
            Wait(
                "hold",
                standing.record.ref,
                standing.process.key,
                f"On hold for {HOLD_WORDS.get(hold.kind, hold.kind.replace('_', ' '))}",
                waits.who(standing, Party.CASE_MANAGER),
                hold.from_on,
                hold.review_by,
                (f"It was to be looked at again by {in_words(hold.review_by)}.",) if past and hold.review_by else (),
                tuple((a.label, standing.record.ref, a.key) for a in ends),
            )
        )
    return found


def _of_clocks(waits: Waits, standing: Standing) -> list[Wait]:
    found = []
    for row in standing.deadlines:
        clock = standing.process.clock(row.clock)
        if row.problem:
            found.append(
                Wait("unarmed", standing.record.ref, standing.process.key, f"{clock.label}: no date can be counted",
                     waits.who(standing, Party.CASE_MANAGER), None, None, (row.problem,))
            )  # fmt: skip
        elif row.held:
            found.append(
                Wait("held", standing.record.ref, standing.process.key, f"{clock.label}: no date while the hold lasts",
                     waits.who(standing, clock.owner), row.start_on)
            )  # fmt: skip
    return found
