"""What went to the Home Office and what came back: each submission, its letter, the points of the letter.

A submission is counted from the record: the first is 1, and one that was made before the review was recorded here
counts too. A letter belongs to the submission before it, and a point to the letter of its date.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record
from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.lookups.files import files_of
from dardr.lookups.records import apart_from, visible_items
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, EventValues, Record
from workflows.answers import whole_date
from workflows.definition import Process
from workflows.numbered import in_order
from workflows.processes.dardr_s9_1.bring_in import PREFIX, stood_for
from workflows.processes.dardr_s9_1.submission import LETTERS, PARTS, SUBMITTED, ordinal, pack_of

POINT = "qa-point"
ACKNOWLEDGED = "record_acknowledgement"
ASKED = "chase_home_office"
SIGNED = "sign_off"
OUTCOMES = {
    "record_letter_publish": "It may be published",
    "record_letter_amend": "To be published once points are answered",
    "record_letter_resubmit": "To be changed and sent again",
}
ANSWERS = {"accepted": "Accepted", "partly": "Accepted in part", "not_accepted": "Not accepted"}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a letter, with its answer as it stands and who answered and cleared it."""

    ref: str
    revision: int
    stage: str
    number: str
    text: str
    letter_dated: date | None
    answer: str = ""
    how: str = ""
    where: str = ""
    version: str = ""
    answered_by: str = ""
    answered_on: date | None = None
    cleared_by: str = ""
    cleared_on: date | None = None

    @property
    def answer_words(self) -> str:
        """The answer as people read it; empty where there is none yet."""
        return ANSWERS.get(self.answer, "")

    @property
    def open(self) -> bool:
        """Not cleared yet, and not struck out."""
        return self.stage in ("open", "answered")


@dataclass(slots=True)
class Letter:
    """One letter of the Home Office, with its points in the order of their numbers."""

    key: str
    dated: date | None
    recorded_on: date
    recorded_by: str
    entry: int
    reference: str = ""
    own_words: str = ""
    summary: str = ""
    considered_on: date | None = None
    points: list[Point] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """What the letter says is to be done."""
        return OUTCOMES[self.key]

    @property
    def standing(self) -> list[Point]:
        """Its points without those struck out."""
        return [one for one in self.points if one.stage != "struck_out"]

    def counts(self) -> list[tuple[str, int]]:
        """How many points were accepted, in part, not, and how many are still to be answered or cleared."""
        found = [
            (words, sum(p.answer == key and p.stage != "open" for p in self.standing)) for key, words in ANSWERS.items()
        ]
        found.append(("To be answered", sum(p.stage == "open" for p in self.standing)))
        found.append(("To be cleared", sum(p.stage == "answered" for p in self.standing)))
        return [(words, number) for words, number in found if number]


@dataclass(slots=True)
class Submission:
    """One time that the report went to the Home Office, with what was asked and what came back."""

    number: int
    sent_on: date | None
    sent_by: str
    reference: str = ""
    on_paper: bool = False
    version: str = ""
    pack: Mapping[str, Any] = field(default_factory=dict)
    acknowledged_on: date | None = None
    questions: list[tuple[date, str]] = field(default_factory=list)
    letter: Letter | None = None

    @property
    def ordinal(self) -> str:
        """``first``, ``second`` and so on."""
        return ordinal(self.number)

    def until(self, today: date) -> date:
        """The day to which it was with the Home Office: that of its letter, or ``today``."""
        return self.letter.dated or self.letter.recorded_on if self.letter else today


@dataclass(frozen=True, slots=True)
class Quality:
    """All between the first submission of a review and its clearance. ``unplaced``: points of no known letter."""

    record: Record
    process: Process
    submissions: tuple[Submission, ...]
    unplaced: tuple[Point, ...]
    pre_check: Mapping[str, Any] | None
    pack: Mapping[str, Any]

    @property
    def last(self) -> Submission | None:
        """The submission that counts now."""
        return self.submissions[-1] if self.submissions else None

    @property
    def waiting(self) -> Submission | None:
        """The submission that is with the Home Office."""
        return self.last if self.record.stage in ("submitted", "home_office_qa") else None

    @property
    def letters(self) -> list[Letter]:
        """Every letter, oldest first."""
        return [one.letter for one in self.submissions if one.letter]

    @property
    def points(self) -> list[Point]:
        """Every point of every letter."""
        return [*(point for letter in self.letters for point in letter.points), *self.unplaced]


def quality(session: Session, actor: Actor, ref: str) -> Quality:
    """The way of one review through quality assurance. Raises NotFound."""
    record = get_record(session, actor, ref)
    process = workflows.get(record.process)
    rounds = submissions_of(session, record)
    points = points_of(session, actor, record)
    letters = {one.letter.dated: one.letter for one in rounds if one.letter}
    unplaced = []
    for point in points:
        letter = letters.get(point.letter_dated)
        (letter.points if letter else unplaced).append(point)
    last = done(record.facts).get(SUBMITTED)
    checks = record.facts.get("pre_checks") or []
    return Quality(
        record,
        process,
        tuple(rounds),
        tuple(unplaced),
        checks[-1] if checks else None,
        pack_of(record.facts, after=last.seq if last else 0),
    )


def points_of(session: Session, actor: Actor, record: Record) -> list[Point]:
    """The points of a review that this person sees, in the order of their numbers; those without one come last."""
    items = [item for item in visible_items(session, actor, record) if item.process_key == POINT]
    history = {item.id: done(item.facts) for item in items}
    people = {past.actor_id for known in history.values() for past in known.values()}
    names = {row.id: row.name for row in session.execute(sa.select(User.id, User.name).where(User.id.in_(people)))}
    found = []
    for item in items:
        facts, known = item.facts, history[item.id]
        answered, cleared = known.get("answer_point"), known.get("clear_point")
        found.append(
            Point(
                item.ref,
                item.revision,
                item.stage,
                str(facts.get("point_number") or ""),
                str(facts.get("point") or ""),
                whole_date(facts.get("letter_dated")),
                answer=str(facts.get("answer") or ""),
                how=str(facts.get("answer_how") or ""),
                where=str(facts.get("where_in_report") or ""),
                version=str(facts.get("changed_in") or ""),
                answered_by=names.get(answered.actor_id, "") if answered else "",
                answered_on=answered.occurred_on if answered else None,
                cleared_by=names.get(cleared.actor_id, "") if cleared and item.stage == "cleared" else "",
                cleared_on=cleared.occurred_on if cleared and item.stage == "cleared" else None,
            )
        )
    return sorted(found, key=lambda point: in_order(point.number))


def submissions_of(session: Session, record: Record) -> list[Submission]:
    """Every submission of a review, oldest first, with what came back; the letters are without their points."""
    found: list[Submission] = []
    after, signed = 0, ""
    for event, after_values in _events(session, record):
        values = after_values or {}
        if event.action.startswith(PREFIX):
            found += _on_paper(event, values)
            continue
        if event.action == SIGNED:
            signed = str(values.get("version") or "")
        elif event.action == SUBMITTED:
            pack = pack_of(record.facts, after=after, before=event.seq)
            after = event.seq
            found.append(
                Submission(
                    len(found) + 1,
                    event.occurred_on,
                    event.actor_name,
                    str(values.get("submission_reference") or ""),
                    version=str(pack.get("pack_version") or signed),
                    pack=pack,
                )
            )
        elif found and event.action == ACKNOWLEDGED:
            found[-1].acknowledged_on = event.occurred_on
        elif found and event.action == ASKED:
            found[-1].questions.append((event.occurred_on, str(values.get("asked") or "")))
        elif found and event.action in LETTERS:
            found[-1].letter = _letter(event.action, event, values)
    return found


def _events(session: Session, record: Record) -> list[tuple[AuditEvent, dict[str, Any] | None]]:
    query = (
        sa.select(AuditEvent, EventValues.after)
        .outerjoin(EventValues, EventValues.event_id == AuditEvent.id)
        .where(
            AuditEvent.record_id == record.id,
            sa.or_(
                AuditEvent.action.in_((SIGNED, SUBMITTED, ACKNOWLEDGED, ASKED, *LETTERS)),
                AuditEvent.action.startswith(PREFIX, autoescape=True),
            ),
        )
        .order_by(AuditEvent.seq)
    )
    return [(event, after) for event, after in session.execute(query)]


def _on_paper(event: AuditEvent, values: Mapping[str, Any]) -> list[Submission]:
    """The submission that was made before the review was recorded here, where the stage it came in at says so."""
    steps = {one.action for one in stood_for(event.action.removeprefix(PREFIX))}
    if SUBMITTED not in steps:
        return []
    letter = next((key for key in LETTERS if key in steps), None)
    return [
        Submission(
            1,
            whole_date(values.get("submitted_on")),
            event.actor_name,
            str(values.get("known_from") or ""),
            on_paper=True,
            letter=_letter(letter, event, values) if letter else None,
        )
    ]


def _letter(key: str, event: AuditEvent, values: Mapping[str, Any]) -> Letter:
    return Letter(
        key,
        whole_date(values.get("letter_dated")),
        event.occurred_on,
        event.actor_name,
        event.seq,
        str(values.get("letter_reference") or ""),
        str(values.get("letter_outcome") or ""),
        str(values.get("letter_summary") or ""),
        whole_date(values.get("qa_meeting_on")),
    )


def parts_of(pack: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of a pack, each with which document it is; empty where it is missing."""
    return [(label, _which(name, str(pack.get(name) or ""))) for name, label in PARTS]


def _which(name: str, value: str) -> str:
    return f"Version {value}" if value and name == "pack_version" else value


@dataclass(frozen=True, slots=True)
class InPack:
    """One part of a pack: what was said of it, and the document of the record it is, where it names one.

    ``document`` is the reference of its page; ``to_look_at`` says what has changed there since, empty where nothing.
    """

    label: str
    which: str
    document: str = ""
    to_look_at: str = ""


NAMES_A_DOCUMENT = re.compile(r"\b([A-Z0-9]{2,20}-\d{4}-\d{3,}-D\d{2,})\b(?:, version (.+))?")


def pack_in_detail(session: Session, actor: Actor, record: Record, pack: Mapping[str, Any]) -> list[InPack]:
    """The parts of a pack, each tied to the document of the review that it names, as far as this person sees it."""
    documents = {one.ref: one for one in apart_from(session, actor, record, "document")}
    with_file = {file.entry for file in files_of(session, actor, record.ref) if file.ref == record.ref}
    return [_in_pack(record, documents, with_file, name, label, str(pack.get(name) or "")) for name, label in PARTS]


def _in_pack(
    record: Record, documents: Mapping[str, Record], with_file: Collection[int], name: str, label: str, value: str
) -> InPack:
    if name == "pack_version" and value:
        entries = [one for one in record.facts.get("versions") or () if str(one.get("version")) == value]
        kept = any(one.get("seq") in with_file for one in entries)
        return InPack(label, f"Version {value}", "", "" if kept else "No file is recorded with this version.")
    named = NAMES_A_DOCUMENT.search(value)
    document = documents.get(named[1]) if named else None
    if named is None or document is None:
        return InPack(label, value)
    newest = _newest_version(document)
    if document.final:
        return InPack(label, value, document.ref, "It was withdrawn, or another has taken its place.")
    if named[2] and named[2].strip() != newest:
        return InPack(label, value, document.ref, f"Version {newest} has come since.")
    return InPack(label, value, document.ref)


def _newest_version(document: Record) -> str:
    return str([document.facts, *(document.facts.get("versions") or ())][-1].get("version") or "")


ON_RECORD = {"pack_executive_summary": "executive_summary", "pack_action_plan": "action_plan"}
"""Parts of the pack that are documents of the review, by their kind there."""


def suggested_pack(session: Session, actor: Actor, record: Record) -> dict[str, str]:
    """What the form of the pack holds already, of parts not in it yet: the version signed off (else the newest),
    and the documents in use on the record, each with its newest version."""
    last = done(record.facts).get(SUBMITTED)
    held = pack_of(record.facts, after=last.seq if last else 0)
    found: dict[str, str] = {}
    if version := _version_to_send(record):
        found["pack_version"] = version
    for document in apart_from(session, actor, record, "document"):
        for name, kind in ON_RECORD.items():
            if document.facts.get("document_kind") == kind and not document.final:
                newest = _newest_version(document)
                found[name] = f"{document.ref}, version {newest}" if newest else document.ref
    return {name: value for name, value in found.items() if not held.get(name)}


def _version_to_send(record: Record) -> str:
    history = done(record.facts)
    signed, sent = history.get(SIGNED), history.get("send_to_partnership")
    if signed and record.facts.get("version") and signed.seq > (sent.seq if sent else 0):
        return str(record.facts["version"])
    versions = record.facts.get("versions") or []
    return str(versions[-1]["version"]) if versions else ""
