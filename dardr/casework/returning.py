"""A return in the making: kept after each page, shared by the people of the body, sent once.

What is typed is sealed and belongs to the body until it sends it; the team that copies a return from paper has a form
of its own. Sending takes the ordinary actions of the return in the caller's transaction: all of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import roles_on
from dardr.actors import Actor
from dardr.casework import drafts
from dardr.casework.act import Done, take_action
from dardr.errors import Conflict, Invalid, Reason
from dardr.lookups.returns import ANSWERING, analysis_of, suggestions_of
from dardr.storage.drafts import Draft
from dardr.storage.reviews import Record
from dardr.systime import london_date
from workflows.processes.agency_return_1.writing import PARTS, WHAT_IS_KNOWN

PURPOSE = "return"
MOST_SUGGESTIONS = 20
SUGGESTION = (
    "suggested_recommendation", "suggested_action", "suggested_measure", "suggested_agreed_by", "suggested_by",
)  # fmt: skip
"""What is asked of each action that a body proposes."""


@dataclass(frozen=True, slots=True)
class Saved:
    """When a part was last saved: its count, who did, and the instant (UTC, as text)."""

    count: int
    by: str
    at: str


@dataclass
class ReturnForm:
    """One return in the making. ``typed`` holds each answer under the name it has on its page, as typed."""

    record: Record
    draft: Draft | None
    typed: dict[str, list[str]] = field(default_factory=dict)
    saved: dict[str, Saved] = field(default_factory=dict)
    rows: int = 1

    def values(self) -> dict[str, Any]:
        """What is kept."""
        saved = {key: [one.count, one.by, one.at] for key, one in self.saved.items()}
        return {"typed": self.typed, "saved": saved, "rows": self.rows}


def form_of(session: Session, actor: Actor, record: Record) -> ReturnForm:
    """The form that this person's side has begun, or an empty one. It is kept from the first page that is saved."""
    draft = session.scalar(
        sa.select(Draft)
        .where(Draft.purpose == PURPOSE, Draft.path == _path(session, actor, record), Draft.sealed.is_not(None))
        .order_by(Draft.id.desc())
        .limit(1)
    )
    if draft is None:
        return ReturnForm(record, None)
    kept = drafts.values_of(draft)
    saved = {key: Saved(*one) for key, one in (kept.get("saved") or {}).items()}
    return ReturnForm(record, draft, dict(kept.get("typed") or {}), saved, int(kept.get("rows") or 1))


def _path(session: Session, actor: Actor, record: Record) -> str:
    """Whose form it is: the body's own people share one, the team has another."""
    side = "" if roles_on(session, actor, record) & ANSWERING else "#team"
    return f"/returns/{record.ref}{side}"


def keep(session: Session, actor: Actor, now: datetime, form: ReturnForm, part: str, before: int) -> None:
    """Keep a part as it was typed. ``before`` is how often it had been saved when its page was opened.

    Raises Conflict where somebody else saved it since.
    """
    last = form.saved.get(part)
    if last is not None and last.count != before:
        raise Conflict(
            f"{last.by} saved this part while you had it open. What you typed is still in the boxes, and nothing of"
            " theirs is lost: open the part in another window, compare, and save again if yours is right."
        )
    form.saved[part] = Saved((last.count if last else 0) + 1, actor.name, now.isoformat(timespec="seconds"))
    if form.draft is None:
        form.draft, _ = drafts.begin(session, now, PURPOSE, form.values(), path=_path(session, actor, form.record))
    else:
        drafts.save(form.draft, now, form.values())


@dataclass(frozen=True, slots=True)
class Written:
    """What a form holds when it is sent: answers as typed, by the name of their question.

    ``lines`` are the key lines with their analysis, ``suggestions`` the actions proposed, ``own`` the answers to the
    partnership's own questions.
    """

    answers: Mapping[str, Any]
    lines: Sequence[tuple[str, str]] = ()
    suggestions: Sequence[Mapping[str, Any]] = ()


_KNOWN = frozenset(one.name for one in WHAT_IS_KNOWN)
_PARTS = frozenset(one.name for one in PARTS)


def send(
    session: Session, actor: Actor, now: datetime, form: ReturnForm, written: Written, revision: int | None, how: str
) -> Done:
    """Send the return, or after a question send it again. ``how`` says where it is kept, for the record.

    Raises what ``take_action`` raises; Conflict too where somebody changed the return since ``revision``.
    """
    record, today = form.record, london_date(now)
    if revision is not None and record.revision != revision:
        raise Conflict("This return was changed while you had the page open. Look at it again, then send it.")
    again = record.stage == "queried"
    answers = dict(written.answers)
    _write(session, actor, now, record, written, today)
    if again:
        answer = {"query_answer": answers.get("query_answer")}
        done = take_action(session, actor, now, record.ref, "answer_query", answer, today)
    else:
        known = {k: v for k, v in answers.items() if k in _KNOWN or k.startswith("own_")}
        known.setdefault("return_reference", how)
        done = take_action(session, actor, now, record.ref, "receive_return", known, today)
    if form.draft is not None:
        drafts.sent(form.draft, now, record.ref)
    return done


def not_known(session: Session, actor: Actor, now: datetime, form: ReturnForm, answers: Mapping[str, Any]) -> Done:
    """Say that nobody is known to the body, and empty the form."""
    given = {name: answers.get(name) for name in ("searched", "not_known_after_draft") if answers.get(name)}
    done = take_action(session, actor, now, form.record.ref, "record_not_known", given, london_date(now))
    if form.draft is not None:
        drafts.sent(form.draft, now, form.record.ref)
    return done


def _write(session: Session, actor: Actor, now: datetime, record: Record, written: Written, today: date) -> None:
    """The parts, the analyses and the proposals that are new or changed."""
    facts, ref = record.facts, record.ref
    parts = {k: v for k, v in written.answers.items() if k in _PARTS and v}
    if any(facts.get(name) != value for name, value in parts.items()):
        take_action(session, actor, now, ref, "write_parts", parts, today)
    before = analysis_of(facts)
    for line, analysis in written.lines:
        if analysis and before.get(line) != analysis:
            given = {"key_line": line, "line_analysis": analysis}
            take_action(session, actor, now, ref, "answer_key_line", given, today)
    suggested = {int(one["suggestion"]): one for one in suggestions_of(facts)}
    for number, given in enumerate(written.suggestions, 1):
        one = suggested.pop(number, None)
        if one is None or any(one.get(name) != given.get(name) for name in SUGGESTION):
            _suggest(session, actor, now, ref, number, given, today)
    for number in suggested:
        take_action(session, actor, now, ref, "drop_suggestion", {"suggestion": number}, today)


def _suggest(
    session: Session, actor: Actor, now: datetime, ref: str, number: int, given: Mapping[str, Any], today: date
) -> None:
    try:
        take_action(session, actor, now, ref, "suggest_action", {"suggestion": number, **given}, today)
    except Invalid as error:
        reasons = [Reason(f"Action {number}: {r.reason}", f"{r.field}_{number}" if r.field else None)
                   for r in error.reasons]  # fmt: skip
        raise Invalid(reasons) from error


def may_write(session: Session, actor: Actor, record: Record) -> bool:
    """Whether this person fills in the return as it stands."""
    process = workflows.get(record.process)
    step = process.action("answer_query" if record.stage == "queried" else "receive_return")
    return record.stage in step.source and bool(step.roles & roles_on(session, actor, record))
