"""What is done on the records that serve this one, because something was corrected here that holds for them too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.storage.reviews import Record, RecordLink
from workflows.definition import DoesOnItems


def do(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    effect: DoesOnItems,
    answers: Mapping[str, Any],
    occurred_on: date,
) -> list[str]:
    """Take the action on each record of that process that serves this one; what looked odd about it, in sentences.

    They are taken, and locked, in the order in which they were opened. One at a stage where the action is not possible
    is left as it is. Raises what ``take_action`` raises: then nothing at all is recorded.
    """
    from dardr.casework.act import take_action

    if effect.only_when and answers.get(effect.only_when[0]) not in effect.only_when[1]:
        return []
    values = {theirs: answers[ours] for theirs, ours in effect.copies if answers.get(ours) is not None}
    said: list[str] = []
    items = session.scalars(
        sa.select(Record)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .where(RecordLink.review_id == record.id, RecordLink.kind == "item", Record.process_key == effect.process)
        .order_by(Record.id)
    ).all()
    for item in items:
        process = workflows.get(item.process)
        if item.stage in process.action(effect.action).source:
            said += take_action(session, actor, now, item.ref, effect.action, values, occurred_on).warnings
        elif effect.left_out:
            stage = process.stage(item.stage).label
            said.append(f"{item.ref} ({item.title}) is at “{stage}”: {effect.left_out}")
    return said
