"""The caseload as lines of a table, for files: every review asked for, without identities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.fold import public
from dardr.lookups.case_filters import CaseFilter, find, held_jointly
from dardr.lookups.caseload import CaseRow, batched, lines_of
from dardr.lookups.waiting import waiting_lines
from dardr.storage.reviews import Record
from workflows.clocks import STATE_LABELS
from workflows.definition import UNKNOWN_VALUES, Field, FieldType

NEWEST_REVIEW = "dardr-s9"
NOT_RECORDED = "Not recorded"
"""Nobody has answered the question yet: another thing than any of the four ways of not knowing."""

RECORDED = ("death_date", "age", "sex", "manner", "relationship", "suspected_status")
"""Recorded facts with a column of their own, where the question is there: what tables of reviews are made of."""


@cache
def _questions() -> tuple[Field, ...]:
    process = workflows.newest(NEWEST_REVIEW)
    asked = {f.name: f for a in (*process.actions, process.opening) for f in a.fields if not f.identity}
    return tuple(asked[name] for name in RECORDED if name in asked)


HEADINGS = (
    "Reference", "Name used", "Process", "Phase", "Stage", "Who acts next", "Waiting for", "Case manager",
    "Partnerships", "Notified on", "Next date: what", "Next date", "First date", "Agreed date", "How it stands",
    "What it rests on", "Hold in place", "Joint", "Ended", *(q.label for q in _questions()),
)  # fmt: skip


def case_lines(session: Session, actor: Actor, today: date, filters: CaseFilter) -> Iterator[list[Any]]:
    """A line for each review asked for that the actor may see, in order. ``today`` is a London date."""
    for found in batched(find(session, actor, today, filters).rows):
        ids = [row.id for row in found]
        waiting = waiting_lines(session, actor, ids, today)
        facts = {
            row.id: row
            for row in session.execute(
                sa.select(Record.id, Record.ref, Record.stage, Record.facts).where(Record.id.in_(ids))
            )
        }
        for row in lines_of(session, actor, found, today):
            yield _line(row, facts[row.id], waiting.get(row.id, ""))


def _line(row: CaseRow, record: Any, waiting: str) -> list[Any]:
    due = row.next_deadline
    joint = len(row.csps) > 1 or held_jointly(record.ref, record.stage, record.facts)
    answers = public(record.facts)
    return [
        row.ref,
        row.title,
        row.process,
        row.phase_label,
        row.stage_label,
        row.acts_next,
        waiting,
        row.case_manager,
        "; ".join(row.csps),
        row.opened_on,
        due.label if due else "",
        due.due if due else "",
        due.original_due if due else "",
        due.agreed_due if due else "",
        STATE_LABELS[due.state] if due else "",
        due.kind if due else "",
        row.held,
        joint,
        row.final,
        *(_answer(question, answers) for question in _questions()),
    ]


def _answer(question: Field, answers: Mapping[str, Any]) -> str:
    """An answer in the words of its question; the four ways of not knowing in theirs, and apart from no answer."""
    value = answers.get(question.name)
    if value is None or value in ("", []):
        return NOT_RECORDED
    if isinstance(value, list):
        return "; ".join(_one(question, str(one)) for one in value)
    return _one(question, str(value))


def _one(question: Field, text: str) -> str:
    labels = {c.value: c.label for c in question.choices} if question.type in (
        FieldType.CHOICE, FieldType.CHOICES
    ) else {}  # fmt: skip
    return labels.get(text) or UNKNOWN_VALUES.get(text, text)
