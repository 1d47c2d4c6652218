"""Bringing in the rows of a tracker: each a review, each in a savepoint of its own, by the same actions as ever.

Repeatable: a row is known again by its reference. What the tracker changed since is recorded by an action where there
is one; what was changed here since is never overwritten, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.tables.columns import Column, held_twice
from dardr.casework.tables.reading import Line, Table, given, kept, shown
from dardr.casework.tracker import row as one_row
from dardr.casework.tracker.matching import BY_KEY, IDENTITY, LEAVE
from dardr.casework.tracker.standing import Choices
from dardr.casework.trying import tried
from dardr.errors import DardrError, Invalid, Reason
from dardr.storage.reviews import Record
from dardr.storage.tracker import TrackerLayout, TrackerRow
from dardr.storage.types import canonical

NEW, UNCHANGED, CHANGED, REFUSED, LEFT_OUT = "new", "unchanged", "changed", "refused", "left_out"
STATES = (NEW, CHANGED, REFUSED, LEFT_OUT, UNCHANGED)
LONGEST_KEY = 200


@dataclass
class Plan:
    """How a tracker is read: the name it is remembered by, its sheet, its heading row, and its columns in order."""

    name: str
    sheet: str
    heading_row: int
    columns: list[Column]

    def of(self, fact: str) -> Column | None:
        """The first column that holds this fact."""
        return next((c for c in self.columns if c.fact == fact), None)

    def check(self) -> None:
        """Raises Invalid where the rows could not be told apart, or one fact would come from two columns."""
        reasons = []
        keys = [c for c in self.columns if c.key or c.fact == "reference"]
        if not keys:
            reasons.append(
                Reason(
                    "Choose the column with your own reference, or tick the columns that tell the rows apart.", "key"
                )
            )
        if any(c.fact in (*IDENTITY, LEAVE) for c in keys):
            reasons.append(
                Reason("A column that is kept apart or left out cannot tell the rows apart. Tick another one.", "key")
            )
        reasons += held_twice(self.columns, BY_KEY.values())
        if reasons:
            raise Invalid(reasons)


@dataclass
class RowResult:
    """What became of one row, or would: its state, the review, what was recorded, and what a person should look at."""

    number: int
    key: str
    state: str = UNCHANGED
    ref: str = ""
    stands_at: str = ""
    reason: str = ""
    changes: list[dict[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What an import did, or would do."""

    rows: list[RowResult] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    layout: str = ""
    dry_run: bool = False

    def count(self, state: str) -> int:
        """How many rows are in that state."""
        return sum(row.state == state for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints and keeps."""
        return {
            "layout": self.layout,
            "dry_run": self.dry_run,
            **{state: self.count(state) for state in STATES},
            "remarks": list(self.remarks),
            "rows": [asdict(row) for row in self.rows],
        }


def bring_in(session: Session, actor: Actor, now: datetime, plan: Plan, table: Table, *, keep: bool) -> Outcome:
    """Bring in the rows of a table at the instant ``now`` (UTC), in the caller's transaction.

    Without ``keep`` everything is tried and nothing of it stays. A row that cannot be taken is named with its reason,
    and the others go on. Raises Invalid for a plan that cannot tell the rows apart.
    """
    plan.check()
    outcome = Outcome(remarks=list(table.remarks), layout=plan.name, dry_run=not keep)
    with tried(session, keep=keep):
        layout = _layout(session, actor, now, plan)
        choices = Choices.load(session, actor)
        seen: dict[str, int] = {}
        for position, line in enumerate(table.lines, 1):
            result = RowResult(line.number, _key(plan, line))
            try:
                _once(result, seen)
                with session.begin_nested():
                    _one(session, actor, now, plan, layout, choices, line, position, result)
            except DardrError as error:
                result.state, result.reason = REFUSED, str(error)
                result.ref, result.changes = "", []
            outcome.rows.append(result)
    return outcome


def _key(plan: Plan, line: Line) -> str:
    columns = [c for c in plan.columns if c.key] or [c for c in plan.columns if c.fact == "reference"]
    parts = [" ".join(shown(line.cells.get(c.heading)).split()) for c in columns]
    return " / ".join(parts)[:LONGEST_KEY] if all(parts) else ""


def _once(result: RowResult, seen: dict[str, int]) -> None:
    if not result.key:
        raise Invalid("This row has no reference, so it could not be found again. Give it one in the tracker.")
    first = seen.setdefault(result.key.casefold(), result.number)
    if first != result.number:
        raise Invalid(
            f"This row has the reference {result.key}, and so has row {first}. Give each review a reference of its own;"
            " where cells are merged, the reference counts for every row of the block."
        )


def _layout(session: Session, actor: Actor, now: datetime, plan: Plan) -> TrackerLayout:
    """The layout of that name as it is now, so that the tracker can be given back in its own columns."""
    found = session.scalar(
        sa.select(TrackerLayout).where(
            TrackerLayout.partnership_id == actor.partnership_id, TrackerLayout.name == plan.name
        )
    )
    if found is None:
        assert actor.partnership_id is not None
        found = TrackerLayout(partnership_id=actor.partnership_id, name=plan.name, columns=[], updated_at=now)
        session.add(found)
    found.sheet, found.heading_row, found.updated_at = plan.sheet[:120], plan.heading_row, now
    found.columns = [column.as_json() for column in plan.columns]
    session.flush()
    return found


def _one(
    session: Session,
    actor: Actor,
    now: datetime,
    plan: Plan,
    layout: TrackerLayout,
    choices: Choices,
    line: Line,
    position: int,
    result: RowResult,
) -> None:
    known = session.scalar(
        sa.select(TrackerRow).where(TrackerRow.layout_id == layout.id, TrackerRow.row_key == result.key)
    )
    work = one_row.Work(session, actor, now, plan.columns, choices, line, result.key)
    record = _record(session, actor, result.key, known)
    if record is None:
        left = work.leaves()
        if left:
            result.state, result.reason = LEFT_OUT, left
            return
        record = work.open()
        result.state = NEW
    else:
        base = {name: given(value) for name, value in known.given.items()} if known is not None else {}
        result.changes = work.update(record, base, known.imported_at if known is not None else None)
        result.state = CHANGED if result.changes else UNCHANGED
    session.flush()
    result.ref, result.stands_at = record.ref, choices.stages.get(record.stage, record.stage)
    result.said = work.said
    _keep(session, now, plan.columns, layout, line, position, result, known, record)


def _record(session: Session, actor: Actor, key: str, known: TrackerRow | None) -> Record | None:
    """The review a row became, or the one here that has its reference. Raises Invalid where it may not be seen."""
    if known is not None:
        found = session.scalar(sa.select(Record).where(Record.id == known.record_id, visible(actor)))
        if found is None:
            raise Invalid("The review this row became is not yours to see. Ask who carries it.")
        return found
    mine = sa.select(Record).where(Record.partnership_id == actor.partnership_id, Record.parent_id.is_(None))
    same = sa.or_(Record.ref == key, Record.facts["tracker_reference"].as_string() == key)
    found = session.scalar(mine.where(same, visible(actor)).order_by(Record.id).limit(1))
    if found is None and session.scalar(mine.where(same).limit(1)) is not None:
        raise Invalid("A review with this reference is here already, and is not yours to see. Ask who carries it.")
    return found


def _keep(
    session: Session,
    now: datetime,
    columns: Sequence[Column],
    layout: TrackerLayout,
    line: Line,
    position: int,
    result: RowResult,
    known: TrackerRow | None,
    record: Record,
) -> None:
    """Keep the row as given, but for what is kept apart or left out."""
    cells = {c.heading: kept(line.cells.get(c.heading)) for c in columns if c.fact not in (*IDENTITY, LEAVE)}
    hashed = sha256(canonical(cells).encode()).hexdigest()
    if known is None:
        known = TrackerRow(layout_id=layout.id, row_key=result.key, record_id=record.id, given={}, imported_at=now)
        session.add(known)
    if known.content_hash != hashed or known.position != position:
        known.given, known.content_hash, known.position, known.imported_at = cells, hashed, position, now
    session.flush()
