"""What an independent chair who works in Word reads of one review beside its drafts: terms, returns, meetings, papers.

Files of other steps (e-mails, the evidence of a decision, what a family said) are not among them: they may name people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from dardr.actors import STEPS_ON_PAPERS, Actor
from dardr.errors import NotFound
from dardr.lookups.deadlines import running_of
from dardr.lookups.documents import DocumentLine, documents_of
from dardr.lookups.files import FileLine, files_of, get_file
from dardr.lookups.meetings import MeetingLine, meetings_of
from dardr.lookups.returns import Line, returns_of
from dardr.lookups.review import actions_of
from dardr.storage.files import StoredFile
from dardr.storage.reviews import Record

TERMS, CHRONOLOGY = ("terms_file", "terms_draft"), ("combined_chronology_file",)
"""The questions on the review whose files are papers."""
OF_A_MEETING = ("paper_files", "some_files", "minutes_file")
SENT = (
    "draft_received",
    "summary_only",
    "received_unsigned",
    "queried",
    "resubmitted",
    "signed_off",
    "not_known_to_us",
)
"""Stages at which a return has something to read."""

Steps = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ReturnPaper:
    """One return: where it stands, its running date, its files, what the chair may say of it."""

    line: Line
    readable: bool
    files: tuple[FileLine, ...]
    steps: Steps


@dataclass(frozen=True, slots=True)
class MeetingPaper:
    """One meeting: its papers and minutes, and what the chair may hand in."""

    line: MeetingLine
    files: tuple[FileLine, ...]
    steps: Steps


@dataclass(slots=True)
class Papers:
    """The papers of one review, each kind newest first."""

    terms: list[FileLine]
    chronology: list[FileLine]
    returns: list[ReturnPaper]
    meetings: list[MeetingPaper]
    documents: list[DocumentLine]
    steps: Steps
    numbers: frozenset[tuple[str, int]] = field(default=frozenset())


def papers_of(session: Session, actor: Actor, review: Record, today: date) -> Papers:
    """The papers of a review that this person sees. ``today`` is a London date."""
    files: dict[str, list[FileLine]] = {}
    for line in files_of(session, actor, review.ref):
        files.setdefault(line.ref, []).append(line)
    running = {row["ref"]: row for row in running_of(session, actor, review.ref, today)}
    steps: dict[str, list[dict[str, Any]]] = {}
    for step in actions_of(session, actor, review.ref, today, with_fields=False):
        if step["key"] in STEPS_ON_PAPERS:
            steps.setdefault(step["ref"], []).append(step)

    def may(ref: str) -> Steps:
        return tuple(steps.get(ref, ()))

    found = returns_of(session, actor, review, running, today)
    meetings = reversed(meetings_of(session, actor, review))
    papers = Papers(
        _answering(files.get(review.ref, ()), TERMS),
        _answering(files.get(review.ref, ()), CHRONOLOGY),
        [
            ReturnPaper(one, one.record.stage in SENT, tuple(files.get(one.record.ref, ())), may(one.record.ref))
            for one in (*found.for_review, *found.for_decision)
        ],
        [
            MeetingPaper(one, tuple(_answering(files.get(one.record.ref, ()), OF_A_MEETING)), may(one.record.ref))
            for one in meetings
        ],
        [one for one in documents_of(session, actor, review.ref) if one.is_document and one.in_use],
        may(review.ref),
    )
    papers.numbers = frozenset((line.ref, line.number) for line in _all(papers))
    return papers


def paper_file(
    session: Session, actor: Actor, review: Record, ref: str, number: int, today: date
) -> tuple[Record, StoredFile]:
    """One file of the papers of a review. Raises NotFound for any other file, whoever may see it elsewhere."""
    if (ref, number) not in papers_of(session, actor, review, today).numbers:
        raise NotFound("This file is none of the papers of the review.")
    return get_file(session, actor, ref, number)


def _answering(files: Iterable[FileLine], questions: tuple[str, ...]) -> list[FileLine]:
    return [line for line in files if line.field in questions]


def _all(papers: Papers) -> Iterable[FileLine]:
    yield from papers.terms
    yield from papers.chronology
    for one in (*papers.returns, *papers.meetings):
        yield from one.files
    for document in papers.documents:
        if document.newest.file is not None:
            yield document.newest.file
