"""What the report says of chairs and panels: which reviews wait for a chair, and what people said of finished ones."""

from __future__ import annotations

from collections import Counter

from dardr.lookups.chair_wanted import TELLING, WAITING
from dardr.lookups.quarterly.figures import live, until
from dardr.lookups.quarterly.history import History, Story
from dardr.lookups.quarterly.periods import Period
from dardr.lookups.quarterly.report import Answers, ChairWanted, Feedback
from workflows.processes.dardr_s9_1.learning import CHAIRED_WELL, HOW_IT_WENT

FEW = 3
"""Of fewer reviews than this, what was said of chairing would point at one chair: it is not shown."""


def waiting(history: History, reviews: list[Story]) -> list[ChairWanted]:
    """The live reviews without an independent chair at the end of the history's day, the longest wait first."""
    found = []
    for review in live(history, reviews):
        run = history.deadline_of(review, WAITING)
        if run is None or run.start_on is None or run.stopped_on is not None or run.withdrawn:
            continue
        if review.stage_on(history.day) != TELLING:
            found.append(ChairWanted(review.ref, run.start_on, (history.day - run.start_on).days))
    return sorted(found, key=lambda one: (-one.days, one.ref))


def feedback(history: History, reviews: list[Story], period: Period) -> Feedback:
    """What was said in the period of chairing, panels and the way reviews are done, added up over all reviews."""
    said = [
        (review.ref, event.after)
        for review in reviews
        for event in review.between(("record_feedback",), until(period, history.day))
    ]
    of = {ref for ref, _ in said}
    asked = [field for field in HOW_IT_WENT if field.name != CHAIRED_WELL or len(of) >= FEW]
    return Feedback(
        len(said),
        len(of),
        [
            Answers(field.name, field.label, {choice.label: given[choice.value] for choice in field.choices})
            for field in asked
            if (given := Counter(str(after[field.name]) for _, after in said if after.get(field.name)))
        ],
        len(of) < FEW,
    )
