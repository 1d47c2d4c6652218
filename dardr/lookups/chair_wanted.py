"""The line of a review that waits for an independent chair: since when, for how many days, and how far it has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from dardr.lookups.chairs import INVITATION
from dardr.storage.reviews import Deadline
from workflows.calendar import in_words
from workflows.definition import Process, Stage

WAITING = "waiting_for_chair"
TELLING = "decided_review"
"""The stage at which those whom a decision concerns are told: other steps come before a chair then."""


def chair_wanted(stage: Stage, running: Iterable[Deadline], items: Iterable[tuple[Process, Stage]], today: date) -> str:
    """``An independent chair, since 3 March 2026 (41 days): 2 invited``; empty where a review waits for none.

    ``items`` are the records that serve it, as far as the reader may see them. ``today`` is a London date.
    """
    since = next((row.start_on for row in running if row.clock == WAITING), None)
    if since is None or stage.key == TELLING:
        return ""
    days = (today - since).days
    said = f"An independent chair, since {in_words(since)} ({days} {'day' if days == 1 else 'days'})"
    at = Counter(stage.label.lower() for process, stage in items if process.key == INVITATION and not stage.final)
    return f"{said}: {', '.join(f'{n} {label}' for label, n in at.items())}" if at else said
