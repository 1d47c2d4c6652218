"""Bringing in the rows of somebody's own plan: recommendations and actions of one review, by the same actions as ever.

Repeatable: a recommendation is known again by its words, an action by its words and who leads it. What is here is
never changed by a plan; only progress that is new is added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.act import take_action
from dardr.casework.own_plans.facts import DONE, DRAFT, LEAVE_ROW, SCOPES, UNDER_WAY, Bodies, status_of
from dardr.casework.sheets.standing import label_of_stage
from dardr.casework.tables.columns import Column, plain
from dardr.casework.tables.days import read_day
from dardr.casework.tables.reading import Line, Table, shown
from dardr.casework.trying import tried
from dardr.errors import DardrError, Invalid
from dardr.storage.reviews import Record, RecordLink
from dardr.systime import london_date
from workflows.processes.action_1.asking import SAID
from workflows.processes.action_1.stages import WORKING

NEW, CHANGED, UNCHANGED, REFUSED, LEFT_OUT = "new", "changed", "unchanged", "refused", "left_out"
FROM_ELSEWHERE = "It comes from a plan kept elsewhere until now. What shows it is still to be added here."
NOT_SAID = "The plan that was brought in does not say."


@dataclass(slots=True)
class RowResult:
    """What became of one row, or would: its state, the records, what was recorded, what a person should look at."""

    number: int
    text: str
    state: str = UNCHANGED
    recommendation: str = ""
    action: str = ""
    stands_at: str = ""
    reason: str = ""
    said: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What bringing a plan in did, or would do."""

    rows: list[RowResult] = field(default_factory=list)
    recommendations: int = 0
    remarks: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The shape every edge prints and keeps."""
        states = (NEW, CHANGED, UNCHANGED, REFUSED, LEFT_OUT)
        return {
            "recommendations": self.recommendations,
            **{state: sum(row.state == state for row in self.rows) for state in states},
            "remarks": list(self.remarks),
            "rows": [asdict(row) for row in self.rows],
        }


def bring_in(
    session: Session,
    actor: Actor,
    now: datetime,
    review: str,
    table: Table,
    columns: Sequence[Column],
    *,
    scope: str,
    keep: bool,
) -> Outcome:
    """Bring a plan in under a review at the instant ``now`` (UTC), in the caller's transaction.

    ``scope`` is taken where the plan says none. Without ``keep`` everything is tried and nothing of it stays. A row
    that cannot be taken is named with its reason, and the others go on.
    """
    outcome = Outcome(remarks=list(table.remarks))
    with tried(session, keep=keep):
        work = _Work(session, actor, now, review, columns, scope, outcome)
        for line in table.lines:
            result = RowResult(line.number, " ".join(work.text(line, "action").split())[:200])
            begun = outcome.recommendations
            try:
                with session.begin_nested():
                    work.row(line, result)
            except DardrError as error:
                result.state, result.reason = REFUSED, str(error)
                result.recommendation = result.action = ""
                outcome.recommendations = begun
                work.look()
            outcome.rows.append(result)
    return outcome


class _Work:
    """One plan on its way in."""

    def __init__(
        self, session: Session, actor: Actor, now: datetime, review: str, columns: Sequence[Column], scope: str,
        outcome: Outcome,
    ) -> None:  # fmt: skip
        self.session, self.actor, self.now, self.review = session, actor, now, review
        self.columns, self.scope, self.outcome = columns, scope, outcome
        self.bodies = Bodies.load(session, actor)
        self.before: tuple[str, str] = ("", "")
        self.look()

    def look(self) -> None:
        """Read what is on the plan here: recommendations and actions by their words."""
        serves = (
            sa.select(RecordLink.item_id)
            .join(Record, Record.id == RecordLink.review_id)
            .where(Record.ref == self.review, RecordLink.kind == "item")
        )
        rows = self.session.scalars(
            sa.select(Record).where(
                Record.id.in_(serves), Record.process_key.in_(("recommendation", "action")), visible(self.actor)
            )
        ).all()
        self.recommendations = {
            plain(str(r.facts.get("recommendation_text"))): r.ref for r in rows if r.process_key == "recommendation"
        }
        self.drafts = {r.ref for r in rows if r.process_key == "recommendation" and r.stage == "draft"}
        self.actions = {
            (plain(str(r.facts.get("action_text"))), str(r.facts.get("lead_body"))): r.ref
            for r in rows
            if r.process_key == "action"
        }

    def column(self, fact: str) -> Column | None:
        """The first column that holds this."""
        return next((one for one in self.columns if one.fact == fact), None)

    def text(self, line: Line, fact: str) -> str:
        """What a row says of it; several columns of it one below the other."""
        held = [shown(line.cells.get(one.heading)).strip() for one in self.columns if one.fact == fact]
        return "\n".join(one for one in held if one)

    def act(self, ref: str, action: str, values: dict[str, Any]) -> list[str]:
        """Take one action today; the references of what it opened."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        done = take_action(self.session, self.actor, self.now, ref, action, given, london_date(self.now))
        return list(done.created)

    def row(self, line: Line, result: RowResult) -> None:
        """Bring in one row. Raises Invalid, or what an action raises."""
        status = self._status(line)
        if status == LEAVE_ROW:
            result.state, result.reason = LEFT_OUT, "Its status was said to be left out."
            return
        result.recommendation = self._recommendation(line, result, status)
        text = self.text(line, "action")
        if not text:
            if not self.text(line, "recommendation"):
                raise Invalid("The row names no action. Write in the plan what will be done, or leave the row out.")
            result.said.append("No action is named for this recommendation.")
            return
        column = self.column("lead")
        named = self.text(line, "lead")
        leads = self.bodies.named(column, named) if column and named else []
        if not leads:
            raise Invalid(f"“{named}” is no body known here. Say which is meant." if named else "No agency is named.")
        if len(leads) > 1:
            result.said.append("Several agencies are named. The first leads; ask the others for their part.")
        known = self.actions.get((plain(text), leads[0]))
        if known is None:
            self._open(line, result, status, text, leads[0])
        else:
            self._again(line, result, known)

    def _status(self, line: Line) -> str:
        column, text = self.column("status"), self.text(line, "status")
        if column is None or not text:
            return UNDER_WAY if self.text(line, "outcome") or self.text(line, "progress") else DRAFT
        found = status_of(column, text)
        if not found:
            raise Invalid(f"What “{text[:60]}” means was not said. Go back to the words.")
        return found

    def _scope(self, line: Line, result: RowResult) -> str:
        said = plain(self.text(line, "scope"))
        found = next((one for one in SCOPES if one in said), "")
        if said and not found:
            result.said.append(f"The scope “{said[:40]}” is not known here; {self.scope} is taken.")
        return found or self.scope

    def _recommendation(self, line: Line, result: RowResult, status: str) -> str:
        """The recommendation of a row: the one here with these words, or a new one.

        A row that repeats no recommendation belongs to the one above it, as where cells are merged.
        """
        number, text = self.text(line, "number"), self.text(line, "recommendation")
        if not text and (not number or number == self.before[0]):
            number, text = self.before
        self.before = (number, text)
        if not text:
            return ""
        ref = self.recommendations.get(plain(text), "")
        if not ref:
            column, named = self.column("lead"), self.text(line, "lead")
            bodies = self.bodies.named(column, named) if column and named else []
            (ref,) = self.act(
                self.review,
                "add_recommendation",
                {
                    "number": number[:100], "recommendation_text": text, "rec_source": "panel",
                    "scope": self._scope(line, result), "addressees": bodies,
                },
            )  # fmt: skip
            self.recommendations[plain(text)] = ref
            self.drafts.add(ref)
            self.outcome.recommendations += 1
            result.state = NEW
        if status in (UNDER_WAY, DONE) and ref in self.drafts:
            self.act(ref, "make_recommendation", {})
            self.drafts.discard(ref)
        return ref

    def _open(self, line: Line, result: RowResult, status: str, text: str, lead: str) -> None:
        given = self.text(line, "target")
        column = self.column("target")
        day = read_day(line.cells.get(column.heading)) if column else read_day(None)
        measure = self.text(line, "measure")
        (ref,) = self.act(
            self.review,
            "add_action",
            {
                "action_text": text, "lead_body": lead, "plan_source": "panel",
                "recommendations": [result.recommendation] if result.recommendation else [],
                "scope": self._scope(line, result), "target_date": day.whole, "outcome_measure": measure,
            },
        )  # fmt: skip
        self.actions[(plain(text), lead)] = ref
        if given and not day.whole:
            result.said.append(f"“{given[:60]}” is no day: kept as it is written, and no date is agreed.")
        elif day.note:
            result.said.append(day.note)
        self._carry_on(line, ref, status, None if day.whole else given, day.whole, measure)
        record = self.session.scalars(sa.select(Record).where(Record.ref == ref)).one()
        result.state, result.action, result.stands_at = NEW, ref, label_of_stage(record)

    def _carry_on(
        self, line: Line, ref: str, status: str, written: str | None, target: str | None, measure: str
    ) -> None:
        """Take a new action to where the plan says it stands."""
        told = self._told(line)
        if status == DRAFT:
            notes = [*([f"The date as it was written: {written}"] if written else []), *([told] if told else [])]
            if notes:
                self.act(ref, "add_note", {"note": "\n".join(notes)})
            return
        begun = {"target_date": target, "target_as_given": written, "outcome_measure": measure, "start_note": told}
        self.act(ref, "bring_in_progress", begun)
        if status == DONE:
            outcome = self.text(line, "outcome")
            self.act(
                ref,
                "claim_complete",
                {
                    "evidence": outcome or "The plan that was brought in says that it is complete.",
                    "evidence_grade": SAID, "said_only_reason": FROM_ELSEWHERE, "impact": outcome or NOT_SAID,
                },
            )  # fmt: skip

    def _told(self, line: Line) -> str:
        steps, said, outcome = (self.text(line, fact) for fact in ("milestones", "progress", "outcome"))
        parts = [f"Steps on the way: {steps}" if steps else "", said, outcome]
        return "\n".join(part for part in parts if part)

    def _again(self, line: Line, result: RowResult, ref: str) -> None:
        """An action that is here: what is new of its progress is added, all else is only said."""
        record = self.session.scalars(sa.select(Record).where(Record.ref == ref, visible(self.actor))).one()
        result.action = ref
        column = self.column("target")
        day = read_day(line.cells.get(column.heading)).whole if column else None
        here = record.facts.get("target_date")
        if day and here and day != here:
            result.said.append("The plan gives another target date. The one here stays: it is moved on its own page.")
        told = self._told(line)
        held = [str(record.facts.get("start_note") or ""), *_said_before(record)]
        if told and record.stage in WORKING and not any(plain(told) in plain(one) for one in held):
            self.act(ref, "record_update", {"progress": told})
            result.state = CHANGED
            self.session.refresh(record)
        result.stands_at = label_of_stage(record)


def _said_before(record: Record) -> list[str]:
    return [str(one.get("progress") or "") for one in record.facts.get("updates") or ()]
