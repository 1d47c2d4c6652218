"""What of the plans a case manager looks at: dates that moved often, actions without an effect, and without a date."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.lookups.actions.dates import DUE, moved
from dardr.lookups.actions.filters import ACTION, no_effect_since
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordLink
from workflows.processes.action_1.stages import UNFINISHED, WORKING
from workflows.rag import MOVES_TO_FLAG


@dataclass(frozen=True, slots=True)
class ToLookAt:
    """How many actions of somebody's reviews (or of the team's) there are to look at, by why."""

    moved: int
    no_effect: int
    undated: int

    def __bool__(self) -> bool:
        return bool(self.moved or self.no_effect or self.undated)


def to_look_at(session: Session, actor: Actor, *, mine: bool) -> ToLookAt:
    """Counted among the actions that the actor may see; ``mine``: of the reviews that they carry. Two queries."""
    conditions = [Record.process_key == ACTION, visible(actor)]
    if mine:
        review = aliased(Record)
        carried = (
            sa.select(RecordLink.item_id)
            .join(review, review.id == RecordLink.review_id)
            .where(RecordLink.kind == "item", review.process_key.in_(workflows.REVIEW_KEYS))
            .where(review.case_manager_id == actor.id)
        )
        conditions.append(Record.id.in_(carried))
    dated = sa.exists().where(
        Deadline.record_id == Record.id, Deadline.clock == DUE, Deadline.due_on.is_not(None), *RUNNING
    )
    undated = sa.and_(Record.stage.in_(WORKING), sa.not_(dated))
    without, no_date = (sa.func.sum(sa.case((one, 1), else_=0)) for one in (no_effect_since(), undated))
    no_effect, many_undated = session.execute(
        sa.select(without, no_date).where(*conditions, Record.stage.in_((*WORKING, "complete_verified")))
    ).one()
    open_ones = sa.select(Record.id).where(*conditions, Record.final.is_(False), Record.stage.in_(UNFINISHED))
    often = moved(open_ones).subquery()
    many = session.scalar(sa.select(sa.func.count()).select_from(often).where(often.c.moves >= MOVES_TO_FLAG))
    return ToLookAt(int(many or 0), int(no_effect or 0), int(many_undated or 0))
