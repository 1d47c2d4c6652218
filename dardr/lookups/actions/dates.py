"""The dates of an action: the one first agreed, each that came after it with who and why, and how often it moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.storage.engine import remembered_each
from dardr.storage.reviews import AgreedDate, AuditEvent, Deadline, EventValues, Record

DUE = "action_due"
"""The clock that counts to the date agreed for an action, or for a part of one."""
SENT_BACK = "return_to_owner"
"""A report of completion that was sent back gives a new date: it counts as a move where it is later."""

GIVEN = {
    "agree": "Agreed",
    "agree_date": "Agreed",
    "accept_transfer": "Agreed by the body that took it on",
    SENT_BACK: "Given when more was asked for",
    "reopen_action": "Given when it was taken up again",
    "reopen_part": "Given when it was taken up again",
}
"""How a date came about that is not the first one, by the action that gave it."""


@dataclass(frozen=True, slots=True)
class DateLine:
    """One line of the history of an action's date: what happened, the date given by it, who recorded it and why.

    ``moved`` counts towards “the date moved three times”; ``undone`` was struck out as a mistake and counts no more.
    """

    due: date
    what: str
    on: date
    by: str
    why: str = ""
    agreed_by: str = ""
    moved: bool = False
    undone: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "due": self.due.isoformat(),
            "what": self.what,
            "on": self.on.isoformat(),
            "by": self.by,
            "why": self.why,
            "agreed_by": self.agreed_by,
            "moved": self.moved,
            "undone": self.undone,
        }


def moved(only: Iterable[int] | sa.Select[int] | None = None) -> sa.Select[int, int]:
    """How often the date of each action moved, by record: new dates agreed, and later dates given when sent back."""
    if only is None:
        wanted: sa.ColumnElement[bool] = sa.true()
    else:
        wanted = Deadline.record_id.in_(only if isinstance(only, sa.Select) else list(only))
    agreed = (
        sa.select(AgreedDate.record_id.label("of"), sa.literal(1).label("one"))
        .join(Deadline, Deadline.id == AgreedDate.deadline_id)
        .where(Deadline.clock == DUE, AgreedDate.undone_by_event.is_(None), wanted)
    )
    runs = (
        sa.select(
            Deadline.record_id.label("of"),
            AuditEvent.action.label("by"),
            Deadline.original_due_on.label("due"),
            sa.func.lag(Deadline.due_on).over(partition_by=Deadline.record_id, order_by=Deadline.id).label("before"),
        )
        .join(AuditEvent, AuditEvent.id == Deadline.started_by_event)
        .where(Deadline.clock == DUE, wanted)
    ).subquery()
    back = sa.select(runs.c.of, sa.literal(1).label("one")).where(
        runs.c.by == SENT_BACK, runs.c.before.is_not(None), runs.c.due > runs.c.before
    )
    every = sa.union_all(agreed, back).subquery()
    return sa.select(every.c.of, sa.func.count().label("moves")).group_by(every.c.of)


def moves_of(session: Session, record_ids: Iterable[int]) -> dict[int, int]:
    """How often the date of each of these actions moved, in one query; those that never moved are left out."""

    def find(ids: list[int]) -> dict[int, int]:
        return {of: moves for of, moves in session.execute(moved(ids))}

    return remembered_each(session, "moves of dates", record_ids, find)


def dates_of(session: Session, record: Record) -> list[DateLine]:
    """Every date an action (or a share of one) has had, the first one first, with who recorded it and why."""
    runs = session.execute(
        sa.select(Deadline, AuditEvent, EventValues.after)
        .join(AuditEvent, AuditEvent.id == Deadline.started_by_event)
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .where(Deadline.record_id == record.id, Deadline.clock == DUE, Deadline.original_due_on.is_not(None))
        .order_by(AuditEvent.seq)
    )
    agreed = session.execute(
        sa.select(AgreedDate, AuditEvent)
        .join(Deadline, Deadline.id == AgreedDate.deadline_id)
        .join(AuditEvent, AuditEvent.id == AgreedDate.event_id)
        .where(AgreedDate.record_id == record.id, Deadline.clock == DUE)
        .order_by(AuditEvent.seq)
    )
    process = workflows.get(record.process)
    lines: list[tuple[int, DateLine]] = []
    before: date | None = None
    for run, event, after in runs:
        given = run.original_due_on
        if given is None:
            continue
        later = event.action == SENT_BACK and before is not None and given > before
        label = GIVEN.get(event.action, process.action(event.action).label) if before is not None else "First agreed"
        said = dict(after or {})
        why = str(said.get("more_wanted") or said.get("reopened_reason") or "")
        lines.append(
            (
                event.seq,
                DateLine(
                    given, label, event.occurred_on, event.actor_name, why,
                    str(said.get("agreed_by") or ""), moved=later,
                ),
            )
        )  # fmt: skip
        before = run.due_on
    for one, event in agreed:
        gone = one.undone_by_event is not None
        line = DateLine(
            one.due_on, "Moved", event.occurred_on, event.actor_name, one.reason, one.agreed_by,
            moved=not gone, undone=gone,
        )  # fmt: skip
        lines.append((event.seq, line))
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]
