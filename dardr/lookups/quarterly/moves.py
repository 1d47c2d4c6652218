"""How often the date of an action had moved on a day, and when: told from the record as it stood."""

from __future__ import annotations

from datetime import date

from dardr.lookups.actions.dates import DUE, SENT_BACK
from dardr.lookups.quarterly.history import History, Story


def moves(history: History, story: Story) -> list[date]:
    """The days on which the date moved: another one agreed, or a later one given when a report was sent back."""
    runs = [d for d in history.deadlines if d.record_id == story.id and d.clock == DUE]
    back = {event.id for event in story.until(history.day) if event.action == SENT_BACK}
    found: list[date] = []
    before: date | None = None
    for run in runs:
        if before is not None and run.original_due_on is not None and run.original_due_on > before:
            found += [run.started_on] if run.started_by in back else []
        found += [agreed.agreed_on for agreed in run.agreed]
        before = run.agreed[-1].due_on if run.agreed else run.original_due_on
    return sorted(found)
