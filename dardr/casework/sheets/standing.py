"""Actions as they stand, as the rows of a workbook: what is shown of each, and by what a change since is noticed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, load_only

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.sheets.columns import COLUMNS, SHARE, as_json, grades, shown, working
from dardr.lookups.agency import family
from dardr.lookups.records import bodies_of
from dardr.storage.bodies import Body
from dardr.storage.reviews import Deadline, Record, RecordBody, RecordLink
from workflows.answers import stored_date
from workflows.processes.action_1.asking import EVIDENCE_KEPT
from workflows.processes.action_1.milestones import Milestone, milestones

ACTION = "action"
OF_PLANS = (ACTION, SHARE)
ANSWERS = "answers"
"""The kind of link from a recommendation to an action that answers it."""
DUE_CLOCKS = ("action_due", "share_due")
SHOWN = load_only(
    Record.ref, Record.process_key, Record.process, Record.stage, Record.revision, Record.parent_id, Record.facts
)
"""What of a record is in its row."""
AT_ONCE = 400
"""Records asked for in one query."""


@dataclass(frozen=True, slots=True)
class Line:
    """One action as a row. ``cells`` are what is shown by column; ``marks`` are compared when the workbook is back.

    ``open``: the body that owes it can say something of it as it stands.
    """

    ref: str
    process: str
    record_id: int
    revision: int
    stage: str
    open: bool
    cells: Mapping[str, date | str | None]
    marks: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is kept beside the workbook: what each cell held, in the order of the columns."""
        return {
            "id": self.record_id,
            "revision": self.revision,
            "open": self.open,
            "cells": [as_json(self.cells.get(column.key)) for column in COLUMNS],
            "marks": dict(self.marks),
        }


def lines_of_body(session: Session, actor: Actor, body: Body) -> list[Line]:
    """The open actions of a body and of those it took the place of, as far as this actor may see them."""
    owed = sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(family(session, body)))
    records = session.scalars(
        sa.select(Record)
        .where(Record.id.in_(owed), Record.process_key.in_(OF_PLANS), Record.final.is_(False), visible(actor))
        .options(SHOWN)
    )
    return lines_of(session, records.all())


def lines_of_review(session: Session, actor: Actor, review: Record) -> list[Line]:
    """Every action of a review's plan that this actor may see, ended ones included."""
    serves = sa.select(RecordLink.item_id).where(RecordLink.review_id == review.id, RecordLink.kind == "item")
    records = session.scalars(
        sa.select(Record).where(Record.id.in_(serves), Record.process_key == ACTION, visible(actor)).options(SHOWN)
    )
    return lines_of(session, records.all())


def lines_of(session: Session, records: Sequence[Record]) -> list[Line]:
    """These actions as rows, by reference. The number of queries grows with their number by hundreds only."""
    ordered = sorted(records, key=lambda record: natural(record.ref))
    ids = [record.id for record in ordered]
    wholes = _wholes(session, ordered)
    asked = _recommendations(session, [*ids, *(whole.id for whole in wholes.values())])
    due = dates_of(session, ids)
    led: dict[int, list[str]] = {}
    for some in _some(ids):
        led.update(bodies_of(session, some))
    found = []
    for record in ordered:
        whole = wholes.get(record.id, record)
        dated = due.get(record.id) or stored_date(record.facts.get("target_date"))
        cells: dict[str, date | str | None] = {
            "ref": record.ref,
            "recommendation": asked.get(whole.id) or _text(whole.facts.get("recommendation")),
            "scope": _label(whole, "scope"),
            "action": _words_of(record),
            "lead": "; ".join(led.get(record.id, ())) or None,
            "milestones": _milestones(record),
            "target": dated or _without_a_day(record),
            "outcome": outcome(record),
            "status": label_of_stage(record),
        }
        found.append(
            Line(
                record.ref,
                record.process_key,
                record.id,
                record.revision,
                record.stage,
                can_be_told(record),
                cells,
                marks(record, dated),
            )
        )
    return found


def can_be_told(record: Record) -> bool:
    """Whether the body that owes it can say something of it as it stands."""
    return record.stage in working(record.process_key)


def marks(record: Record, dated: date | None) -> dict[str, Any]:
    """By what a change is noticed, for each column that the agency fills."""
    facts = record.facts
    updates = facts.get("updates") or ()
    suggested = [one for one in updates if one.get("suggested_date")]
    return {
        "status": record.stage,
        "progress": len(updates),
        "new_date": [dated.isoformat() if dated else None, len(suggested)],
        "evidence": [len(facts.get(EVIDENCE_KEPT) or ()), facts.get("evidence")],
        "impact": facts.get("impact"),
    }


MARK_OF = {"reason": "new_date", "grade": "evidence", "kept": "evidence", "help": "progress"}
"""Columns that say more of another one, and change with it."""


def now_held(record: Record, dated: date | None) -> dict[str, str]:
    """What is on record here now for each column that the agency fills, in words."""
    facts = record.facts
    updates = facts.get("updates") or [{}]
    suggested = next((one for one in reversed(updates) if one.get("suggested_date")), {})
    kept = (facts.get(EVIDENCE_KEPT) or [facts])[-1]
    return {
        "status": label_of_stage(record),
        "progress": str(updates[-1].get("progress") or ""),
        "help": str(updates[-1].get("needs") or ""),
        "new_date": shown(stored_date(suggested.get("suggested_date")) or dated),
        "reason": str(suggested.get("suggested_reason") or ""),
        "evidence": str(kept.get("evidence") or ""),
        "grade": grades().get(str(kept.get("evidence_grade") or ""), ""),
        "kept": str(kept.get("evidence_reference") or ""),
        "impact": str(facts.get("impact") or ""),
    }


def label_of_stage(record: Record) -> str:
    """Where it stands, in the words of its process."""
    return _stage(record.process, record.stage)


@cache
def _stage(process_id: str, stage: str) -> str:
    return workflows.get(process_id).stage(stage).label


def dates_of(session: Session, ids: Iterable[int]) -> dict[int, date]:
    """The date each action is to be done by, by record: as last agreed. Those without one are left out."""
    found: dict[int, date] = {}
    for some in _some(ids):
        rows = session.execute(
            sa.select(Deadline.record_id, sa.func.coalesce(Deadline.agreed_due_on, Deadline.due_on))
            .where(
                Deadline.record_id.in_(some),
                Deadline.clock.in_(DUE_CLOCKS),
                Deadline.withdrawn_by_event.is_(None),
            )
            .order_by(Deadline.id)
        )
        found.update({one: due for one, due in rows if due is not None})
    return found


def _wholes(session: Session, records: Sequence[Record]) -> dict[int, Record]:
    """The action of which each share is a part, by the share's id."""
    parents = {record.id: record.parent_id for record in records if record.process_key == SHARE and record.parent_id}
    wanted = sorted(set(parents.values()))
    held: dict[int, Record] = {}
    for some in _some(wanted):
        held.update({one.id: one for one in session.scalars(sa.select(Record).where(Record.id.in_(some)))})
    return {share: held[parent] for share, parent in parents.items() if parent in held}


def _recommendations(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The recommendations that each action answers, with their numbers, in words."""
    asks = aliased(Record)
    found: dict[int, list[str]] = {}
    for some in _some(sorted(set(ids))):
        rows = session.execute(
            sa.select(RecordLink.item_id, asks.facts)
            .join(asks, asks.id == RecordLink.review_id)
            .where(RecordLink.item_id.in_(some), RecordLink.kind == ANSWERS, asks.process_key == "recommendation")
            .order_by(asks.id)
        )
        for item, facts in rows:
            number, text = facts.get("number"), facts.get("recommendation_text")
            found.setdefault(item, []).append(f"{number}. {text}" if number else str(text or ""))
    return {one: "\n".join(texts) for one, texts in found.items()}


def _words_of(record: Record) -> str | None:
    """What is to be done; of a part its own words, and of which action it is a part."""
    facts = record.facts
    if record.process_key != SHARE:
        return _text(facts.get("action_text"))
    return f"{facts.get('share_text')}\nPart of the action: {facts.get('whole_action')}"


def _without_a_day(record: Record) -> str | None:
    """What a plan said instead of a day, kept as it was written."""
    written = _text(record.facts.get("target_as_given"))
    return f"No date agreed: “{written}”" if written else None


def _milestones(record: Record) -> str | None:
    """The steps on the way, one a line, each with its day and the day it was done."""
    return "\n".join(_step(one) for one in milestones(record.facts)) or None


def _step(one: Milestone) -> str:
    said = [f"by {shown(one.due)}"] if one.due else []
    said += [f"done {shown(one.done_on)}"] if one.done_on else []
    return f"{one.text} ({', '.join(said)})" if said else one.text


ENDS = {
    "claim_complete": "Reported complete",
    "verify": "Verified",
    "verify_in_place": "In place, verified",
    "record_not_accepted": "Not accepted",
}


def outcome(record: Record) -> str | None:
    """When an action was reported complete and verified, and what came of it; nothing while it goes on."""
    facts = record.facts
    if record.stage in (*working(record.process_key), "draft", "transferred"):
        return None
    if record.stage == "superseded":
        return f"Superseded by {facts.get('superseded_by')}"
    done = facts.get("_done") or {}
    dated = [(key, label) for key, label in ENDS.items() if key in done]
    if record.stage == "not_accepted":
        dated = dated[-1:]
    lines = [f"{label} {shown(stored_date(done[key][2]))}" for key, label in dated]
    names = ("not_accepted_reason",) if record.stage == "not_accepted" else ("impact", "evidence")
    return "\n".join([*lines, *(str(facts[name]) for name in names if facts.get(name))]) or None


def _label(record: Record, name: str) -> str | None:
    value = record.facts.get(name)
    return _choice(record.process, name, str(value)) if value else None


@cache
def _choice(process_id: str, name: str, value: str) -> str:
    """The words of a choice, as the process has them."""
    process = workflows.get(process_id)
    asked = (one for action in (process.opening, *process.actions) for one in action.fields if one.name == name)
    choices = next((one.choices for one in asked), ())
    return next((choice.label for choice in choices if choice.value == value), value)


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value not in (None, []) else None


def _some(ids: Iterable[int]) -> Iterable[list[int]]:
    every = list(ids)
    return (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE))


def natural(ref: str) -> list[tuple[int, int, str]]:
    """A reference in pieces, so that A2 sorts before A10."""
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", ref) if p]
