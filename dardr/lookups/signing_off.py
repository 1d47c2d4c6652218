"""What the deciding chair signs: the versions and what has happened to each, every condition, who has signed already.

It reads; it signs nothing. Conditions are those of the process, met or with the reason why not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.facts import load_facts
from dardr.lookups.files import FileLine, files_by_entry
from dardr.lookups.quality import parts_of
from dardr.lookups.records import visible_items
from dardr.lookups.sent_back import SentBack, sent_back
from dardr.storage.reviews import AuditEvent, EventValues, Record
from workflows.definition import Action, Facts, Past, Process
from workflows.engine import judge
from workflows.processes.dardr_s9_1 import joint, versions
from workflows.processes.dardr_s9_1.sign_off import BY_CHAIR, BY_OFFICER, CONDITIONS
from workflows.processes.dardr_s9_1.submission import ordinal, pack_in_hand, submissions

SIGN, SEND_BACK = "sign_off", "return_to_drafting"
LAST_ROUND = ("send_to_partnership", "record_letter_resubmit")
"""What a sign-off must come after to count: the report was sent, or sent back by the Home Office, since."""
BESIDE = {"comment-round": "Comments on the report", "held-back": "Information held back"}
"""What else is looked at before signing, by the process that holds it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, as it reads where it is met; ``reason`` says why it is not, and is empty where it is."""

    label: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the report, and what has happened to it."""

    name: str
    on: date | str | None
    what_for: str
    read: bool
    approved: bool
    newest: bool
    files: tuple[FileLine, ...] = ()

    @property
    def ready(self) -> bool:
        """Read by the family and approved by the panel in this very version."""
        return self.read and self.approved


@dataclass(frozen=True, slots=True)
class Signed:
    """The partnership's sign-off, where one stands: by the chair's own hand, or by an officer with the minute."""

    version: str
    on: date
    recorded_by: str
    by_chair: bool
    by_officer: bool
    minute: str
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Another board that takes part: what it signed and when, or nothing yet."""

    name: str
    version: str = ""
    on: str = ""
    minute: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Other work on the review that is looked at before signing."""

    label: str
    ref: str
    title: str
    stage: str
    open: bool
    process: str


@dataclass(frozen=True, slots=True)
class SigningOff:
    """What the page of the sign-off shows."""

    record: Record
    process: Process
    conditions: tuple[Condition, ...]
    versions: tuple[Version, ...]
    signed: Signed | None
    boards: tuple[Board, ...]
    assured: Mapping[str, Any] | None
    beside: tuple[Beside, ...]
    sent_back: Mapping[str, Any] | None
    each_return: tuple[SentBack, ...]
    submission: str
    pack: list[tuple[str, str]]
    may_sign: bool
    may_send_back: bool
    here: bool

    @property
    def missing(self) -> list[str]:
        """The reasons of the conditions that are not met."""
        return [one.reason for one in self.conditions if one.reason]


def signing_off(session: Session, actor: Actor, ref: str, today: date) -> SigningOff:
    """The sign-off of one review as it stands on the London day ``today``. Raises NotFound."""
    record = get_record(session, actor, ref)
    process = workflows.get(record.process)
    action = process.action(SIGN)
    roles = roles_on(session, actor, record)
    facts = load_facts(session, actor, record, process, today, actions=(action,))
    files = files_by_entry(session, actor, ref)
    here = record.stage in action.source
    return SigningOff(
        record=record,
        process=process,
        conditions=_conditions(process, action, facts),
        versions=_versions(facts, record, files),
        signed=_signed(session, facts, record, files),
        boards=_boards(facts),
        assured=(facts.listed("assurances") or [None])[-1],
        beside=_beside(session, actor, record),
        sent_back=_sent_back(facts),
        each_return=tuple(sent_back(session, record)),
        submission=ordinal(submissions(facts.recorded, facts.done) + (1 if _before_submission(record) else 0)),
        pack=parts_of(pack_in_hand(facts)),
        may_sign=bool(action.roles & roles) and here,
        may_send_back=bool(process.action(SEND_BACK).roles & roles) and here,
        here=here,
    )


def _before_submission(record: Record) -> bool:
    return record.stage in ("evidence", "drafting", "csp_sign_off")


def _conditions(process: Process, action: Action, facts: Facts) -> tuple[Condition, ...]:
    """Those with words of their own, and whatever else the process asks where it is not met."""
    found = []
    for label, guard in CONDITIONS:
        if guard is versions.version_since_letter and "record_letter_resubmit" not in facts.done:
            continue  # nobody asked for it
        blocked = guard(facts)
        found.append(Condition(label, blocked.reason if blocked else ""))
    said = {one.reason for one in found}
    if facts.stage in action.source:
        others = [b.reason for b in judge(process, action, facts, action.roles).blocked if b.reason not in said]
        found += [Condition(reason, reason) for reason in others]
    return tuple(found)


def _versions(facts: Facts, record: Record, files: Mapping[tuple[str, int], list[FileLine]]) -> tuple[Version, ...]:
    entries = facts.listed("versions")
    asked = next(f for f in workflows.get(record.process).action("record_version").fields if f.name == "what_for")
    words = {choice.value: choice.label for choice in asked.choices}
    return tuple(
        Version(
            str(entry.get("version")),
            entry.get("on"),
            words.get(str(entry.get("what_for")), ""),
            versions.read_by_family(facts, entry.get("version")),
            versions.approved_by_panel(facts, entry.get("version")),
            entry is entries[-1],
            tuple(files.get((record.ref, entry.get("seq", 0)), ())),
        )
        for entry in reversed(entries)
    )


def _since(facts: Facts) -> int:
    return max((facts.done[key].seq for key in LAST_ROUND if key in facts.done), default=0)


def _signed(
    session: Session, facts: Facts, record: Record, files: Mapping[tuple[str, int], list[FileLine]]
) -> Signed | None:
    past: Past | None = facts.done.get(SIGN)
    if past is None or past.seq < _since(facts):
        return None
    said = session.execute(
        sa.select(AuditEvent.actor_name, EventValues.after)
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .where(AuditEvent.record_id == record.id, AuditEvent.seq == past.seq)
    ).one()
    values = said.after or {}
    return Signed(
        str(values.get("version") or ""),
        past.occurred_on,
        said.actor_name,
        values.get("signed_by") == BY_CHAIR,
        values.get("signed_by") == BY_OFFICER,
        str(values.get("sign_off_minute") or ""),
        tuple(files.get((record.ref, past.seq), ())),
    )


def _boards(facts: Facts) -> tuple[Board, ...]:
    since = _since(facts)
    last = {entry.get("partner"): entry for entry in facts.listed("partner_sign_offs") if entry.get("seq", 0) > since}
    return tuple(
        Board(name, str(e.get("version") or ""), str(e.get("on") or ""), str(e.get("partner_minute") or ""))
        for name in joint.taking_part(facts)
        for e in (last.get(name) or {},)
    )


def _beside(session: Session, actor: Actor, record: Record) -> tuple[Beside, ...]:
    return tuple(
        Beside(
            BESIDE[item.process_key],
            item.ref,
            item.title or "",
            workflows.get(item.process).stage(item.stage).label,
            not item.final,
            item.process_key,
        )
        for item in visible_items(session, actor, record)
        if item.process_key in BESIDE
    )


def _sent_back(facts: Facts) -> Mapping[str, Any] | None:
    """The last time the report was sent back, where it has not been sent to the partnership again since."""
    past = facts.done.get(SEND_BACK)
    sent = facts.done.get("send_to_partnership")
    if past is None or (sent is not None and sent.seq > past.seq):
        return None
    return {"on": past.occurred_on, "reason": facts.recorded.get("return_reason")}
