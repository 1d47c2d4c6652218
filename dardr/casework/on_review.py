"""What is done on a review because something was recorded in full on a record that serves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.errors import Conflict
from dardr.storage.reviews import Record
from workflows.definition import DoesOnReview


def do(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    served: Iterable[Record],
    effect: DoesOnReview,
    answers: Mapping[str, Any],
    occurred_on: date,
) -> list[str]:
    """Take the action on each review among what ``record`` serves; what looked odd about it, in sentences.

    Raises what ``take_action`` raises: then nothing at all is recorded.
    """
    from dardr.casework.act import take_action

    values = {theirs: answers[ours] for theirs, ours in effect.copies if answers.get(ours) is not None}
    values |= {name: list(value) if isinstance(value, tuple) else value for name, value in effect.sets}
    if effect.ref_as:
        values[effect.ref_as] = record.ref.rpartition("-")[2]
    said: list[str] = []
    for review in served:
        if review.process_key not in workflows.REVIEW_KEYS:
            continue
        if effect.only_for and review.facts.get(effect.only_for) != record.ref:
            continue
        process = workflows.get(review.process)
        if review.stage not in process.action(effect.action).source:
            stage = process.stage(review.stage).label
            said.append(f"{review.ref} is at the stage “{stage}”, so it is kept here only and not shown on the review.")
            continue
        try:
            said += take_action(session, actor, now, review.ref, effect.action, values, occurred_on).warnings
        except Conflict:
            if not effect.only_for:
                raise  # else the review says so already
    return said
