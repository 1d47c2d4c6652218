"""One action, or a part of one, as its page shows it: colour and reason, dates, steps, evidence, what it serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.facts import settings_of
from dardr.lookups.actions.dates import DateLine, dates_of
from dardr.lookups.actions.filters import ACTION, SHARE
from dardr.lookups.actions.rows import ActionRow, rows_of
from dardr.lookups.files import files_of
from dardr.lookups.records import bodies_of
from dardr.storage.bodies import Body
from dardr.storage.reviews import AuditEvent, EventValues, Record, RecordLink
from workflows.answers import stored_date
from workflows.processes.action_1.asking import GRADE_LABELS
from workflows.processes.action_1.ending import EFFECTS, FIRST_CHECK, NO_EFFECT
from workflows.processes.action_1.milestones import Milestone, milestones
from workflows.rag import Rule

SHOWS = ("add_evidence", "claim_complete", "record_effect", "recheck_in_place")
"""Actions that come with evidence."""
TOLD = {
    "claim_complete": "Reported complete",
    "return_to_owner": "More was asked for",
    "verify": "Verified",
    "verify_in_place": "Verified as in place",
    "reopen_action": "Taken up again",
    "record_effect": "Effect looked at",
    "recheck_in_place": "Looked at again",
    "answer_no_effect": "What follows from no effect",
}
"""What is told of the end of an action and of what comes after it."""
WORDS = ("verified_note", "more_wanted", "impact", "reopened_reason", "effect_seen", "recheck_seen", "effect_answer")
UPDATES = {
    "record_update": "",
    "report_obstacle": "something is in the way",
    "resume_work": "the work goes on",
    "start_work": "work has begun",
}
"""What is told of the work, and how each is called where its words do not say it."""
UPDATES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: what it is, of which grade, where it is kept, the file if there is one that may be had."""

    ref: str
    text: str
    grade: str
    reference: str
    of_day: date | None
    given_on: date
    by: str
    said_only_reason: str = ""
    file_number: int | None = None
    has_file: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was said or seen of an action: what it is called, by whom, on which day, in which words."""

    what: str
    on: date
    by: str
    words: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of another body."""

    ref: str
    body: str
    text: str
    stage: str
    final: bool
    row: ActionRow


@dataclass(frozen=True, slots=True)
class Served:
    """What the action serves: a review or a recommendation. ``may_see`` says whether its page is theirs."""

    ref: str
    process_key: str
    words: str
    may_see: bool


@dataclass
class OneAction:
    """Everything the page of an action shows besides what every record's page has."""

    row: ActionRow
    rule: Rule
    facts: Mapping[str, Any]
    dates: list[DateLine]
    steps: list[Milestone]
    evidence: list[Evidence]
    updates: list[Told]
    story: list[Told]
    parts: list[Part] = field(default_factory=list)
    recommendations: list[Served] = field(default_factory=list)
    reviews: list[Served] = field(default_factory=list)
    in_place_of: list[str] = field(default_factory=list)
    whole: Served | None = None

    @property
    def is_part(self) -> bool:
        """True for the part of one body."""
        return self.whole is not None

    @property
    def no_effect(self) -> bool:
        """True where a look found no effect and nobody has said yet what follows."""
        return self.row.stage == "complete_verified" and self.facts.get("effect") == NO_EFFECT

    @property
    def superseded_by(self) -> str:
        """The reference of the action that took its place, where it has none of its own any more."""
        return str(self.facts.get("superseded_by") or "").upper() if self.row.stage == "superseded" else ""

    @property
    def suggested(self) -> tuple[date, str] | None:
        """The day the body suggested last and why, where no other date was agreed since."""
        last = (list(self.facts.get("updates") or ()) or [{}])[-1]
        day = stored_date(last.get("suggested_date"))
        given = stored_date(last.get("on"))
        if day is None or given is None or any(line.on >= given and line.what == "Moved" for line in self.dates):
            return None
        return day, str(last.get("suggested_reason") or "")


def one_action(session: Session, actor: Actor, record: Record, today: date) -> OneAction:
    """What there is of an action, or of a part of one, for somebody who may see it. ``today`` is a London date."""
    parts = _parts(session, actor, record, today) if record.process_key == ACTION else []
    events = _events(session, [record.id, *(part.row.id for part in parts)])
    files = {(line.ref, line.entry): (line.number, line.may_open) for line in files_of(session, actor, record.ref)}
    own = [one for one in events if one[0] == record.ref]
    served = _served(session, actor, record)
    return OneAction(
        row=rows_of(session, [record], today)[0],
        rule=Rule.of(settings_of(session, record.partnership_id)),
        facts=record.facts,
        dates=dates_of(session, record),
        steps=milestones(record.facts),
        evidence=[_evidence(*one, files) for one in events if one[1].action in SHOWS and _shows_something(one[2])],
        updates=[_update(event, after) for _, event, after in reversed(own) if event.action in UPDATES],
        story=[_told(event, after) for _, event, after in own if event.action in TOLD],
        parts=parts,
        recommendations=[one for one in served if one.process_key not in (*workflows.REVIEW_KEYS, ACTION)],
        reviews=[one for one in served if one.process_key in workflows.REVIEW_KEYS],
        in_place_of=_in_place_of(session, actor, record),
        whole=next((one for one in served if one.process_key == ACTION), None),
    )


def _events(session: Session, ids: list[int]) -> list[tuple[str, AuditEvent, dict[str, Any]]]:
    rows = session.execute(
        sa.select(Record.ref, AuditEvent, EventValues.after)
        .join(Record, Record.id == AuditEvent.record_id)
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id.in_(ids), AuditEvent.action.in_({*SHOWS, *TOLD, *UPDATES}))
        .order_by(AuditEvent.id)
    )
    return [(ref, event, dict(after or {})) for ref, event, after in rows]


def _shows_something(after: Mapping[str, Any]) -> bool:
    return any(after.get(name) for name in ("evidence", "evidence_file", "evidence_reference"))


def _evidence(
    ref: str, event: AuditEvent, after: Mapping[str, Any], files: Mapping[tuple[str, int], tuple[int, bool]]
) -> Evidence:
    number, may_open = files.get((ref, event.seq), (None, False))
    return Evidence(
        ref=ref,
        text=str(after.get("evidence") or after.get("effect_seen") or after.get("recheck_seen") or ""),
        grade=GRADE_LABELS.get(str(after.get("evidence_grade") or ""), "Not graded"),
        reference=str(after.get("evidence_reference") or ""),
        of_day=stored_date(after.get("evidence_on")),
        given_on=event.occurred_on,
        by=event.actor_name,
        said_only_reason=str(after.get("said_only_reason") or ""),
        file_number=number if may_open else None,
        has_file=bool(after.get("evidence_file")),
    )


def _update(event: AuditEvent, after: Mapping[str, Any]) -> Told:
    words = next((str(after[n]) for n in ("progress", "obstacle", "obstacle_gone", "start_note") if after.get(n)), "")
    more = [f"What would help: {after['needs']}"] if after.get("needs") else []
    more += [f"Who could help: {after['who_could_help']}"] if after.get("who_could_help") else []
    return Told(UPDATES[event.action], event.occurred_on, event.actor_name, words,
                ". ".join(more))  # fmt: skip


def _told(event: AuditEvent, after: Mapping[str, Any]) -> Told:
    words = next((str(after[name]) for name in WORDS if after.get(name)), "")
    more = ""
    if event.action == "record_effect":
        when = "after 6 months" if after.get("effect_check") == FIRST_CHECK else "after 12 months"
        more = f"{dict(EFFECTS).get(str(after.get('effect')), '')}, {when}"
    return Told(TOLD[event.action], event.occurred_on, event.actor_name, words, more)


def _parts(session: Session, actor: Actor, record: Record, today: date) -> list[Part]:
    """The parts of other bodies; to somebody of one of these bodies its own only."""
    found = list(
        session.scalars(
            sa.select(Record)
            .join(RecordLink, RecordLink.item_id == Record.id)
            .where(RecordLink.review_id == record.id, RecordLink.kind == "item", Record.process_key == SHARE)
            .where(visible(actor))
            .order_by(Record.id)
        )
    )
    whose = bodies_of(session, [one.id for one in found])
    return [
        Part(row.ref, ", ".join(whose.get(one.id, ())), str(one.facts.get("share_text") or ""), row.stage_label,
             row.final, row)
        for one, row in zip(found, rows_of(session, found, today), strict=True)
    ]  # fmt: skip


def _served(session: Session, actor: Actor, record: Record) -> list[Served]:
    rows = session.execute(
        sa.select(Record, visible(actor))
        .join(RecordLink, RecordLink.review_id == Record.id)
        .where(RecordLink.item_id == record.id, RecordLink.kind.in_(("item", "answers")))
        .order_by(Record.id)
    )
    return [Served(one.ref, one.process_key, _words(one) if may_see else "", bool(may_see)) for one, may_see in rows]


def _words(record: Record) -> str:
    number = str(record.facts.get("number") or "")
    text = str(record.facts.get("recommendation_text") or record.facts.get("action_text") or record.title)
    return f"{number}: {text}" if number else text


def _in_place_of(session: Session, actor: Actor, record: Record) -> list[str]:
    """The references of the actions whose place this one took."""
    return list(
        session.scalars(
            sa.select(Record.ref)
            .join(RecordLink, RecordLink.item_id == Record.id)
            .where(RecordLink.review_id == record.id, RecordLink.kind == "place", Record.stage == "superseded")
            .where(visible(actor))
            .order_by(Record.id)
        )
    )


def body_names(session: Session, partnership_id: int | None) -> dict[str, str]:
    """The bodies of a partnership by key and name, those that ended included, in order of their names."""
    rows = session.execute(
        sa.select(Body.key, Body.name).where(Body.partnership_id == partnership_id).order_by(Body.name)
    )
    return {key: name for key, name in rows}
