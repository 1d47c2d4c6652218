"""The open actions of an agency: what is still its own to do, for the e-mail of a round and for the page that asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

import workflows
from dardr.lookups.actions.dates import DUE
from dardr.storage.bodies import Body
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordBody
from workflows.definition import Party

ITS_DATE = sa.and_(Deadline.record_id == Record.id, Deadline.clock == DUE, *RUNNING)
"""Joins an action to the run of the date agreed for it; to none where none counts."""


def to_do_stages() -> tuple[str, ...]:
    """The stages of an action in which the body that leads it is to do something."""
    stages = workflows.newest("action").stages
    return tuple(stage.key for stage in stages if stage.acts is Party.ACTION_OWNER and not stage.final)


def _open() -> sa.ColumnElement[bool]:
    return sa.and_(Record.process_key == "action", Record.stage.in_(to_do_stages()))


def open_actions(session: Session, record_id: int) -> list[tuple[str, date | None]]:
    """Reference and agreed date (London; None where none is) of each open action of the bodies that owe a record."""
    asked = aliased(RecordBody)
    rows = session.execute(
        sa.select(Record.ref, sa.func.min(Deadline.due_on))
        .join(RecordBody, RecordBody.record_id == Record.id)
        .join(asked, sa.and_(asked.body_id == RecordBody.body_id, asked.record_id == record_id))
        .outerjoin(Deadline, ITS_DATE)
        .where(_open())
        .group_by(Record.id, Record.ref)
        .order_by(Record.id)
    )
    return [(ref, due) for ref, due in rows]


def owing(session: Session, partnership_id: int) -> dict[str, int]:
    """How many open actions each body of a partnership has, by the body's key; bodies without one are left out."""
    rows = session.execute(
        sa.select(Body.key, sa.func.count())
        .join(RecordBody, RecordBody.body_id == Body.id)
        .join(Record, Record.id == RecordBody.record_id)
        .where(_open(), Record.partnership_id == partnership_id)
        .group_by(Body.key, Body.name)
        .order_by(Body.name)
    )
    return {key: int(many) for key, many in rows}


def worked_on_in_rounds(session: Session, partnership_ids: Iterable[int]) -> frozenset[int]:
    """The partnerships that have a round of updates before them or open: there nobody is asked action by action."""
    rows = session.scalars(
        sa.select(Record.partnership_id)
        .where(
            Record.process_key == "update-round",
            Record.final.is_(False),
            Record.partnership_id.in_(set(partnership_ids)),
        )
        .distinct()
    )
    return frozenset(rows)
