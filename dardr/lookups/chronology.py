"""The chronologies of the agencies of one review as one: every line this person may see, in the order of time.

A line is seen by whoever sees the return it came by, and what is in its files; a member of the panel sees besides the
lines of returns that the chair shared with their organisation. Nothing is merged: what people decided about two lines
stands beside both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, opens_files, roles_on
from dardr.actors import Actor
from dardr.casework.chronology.comparing import Compared, Entry, Finding, compare
from dardr.casework.chronology.gaps import Gap, gap_days, gaps
from dardr.casework.chronology.keeping import standing_lines
from dardr.casework.facts import settings_of
from dardr.errors import NotFound
from dardr.storage.bodies import Body
from dardr.storage.chronologies import ChronologyLine, ChronologyMark, ChronologyNote
from dardr.storage.people import User
from dardr.storage.reviews import Record, RecordLink
from workflows.definition import Role
from workflows.processes.who import CHAIRING

RETURN = "agency-return"
NOT_WAITED_FOR = ("withdrawn",)
"""Returns that are not asked for any more: their lines are no part of the chronology."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was noted on a line, by whom and when (UTC)."""

    comment: str
    key_lines: tuple[str, ...]
    in_report: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a line and another one (``other`` is its number, ``other_id`` its id)."""

    id: int
    other_id: int
    other: str
    decided: str
    why: str
    by: str
    at: datetime


@dataclass(slots=True)
class Line:
    """One line as people read it. ``number`` is the short reference of its return and its place: ``R02-14``.

    ``placed``: no day can be told, and it stands where its agency put it.
    """

    id: int
    number: str
    record_id: int
    ref: str
    agency: str
    row: ChronologyLine
    placed: bool = False
    note: Note | None = None
    decisions: list[Decision] = field(default_factory=list)
    flags: list[tuple[Finding, str, int]] = field(default_factory=list)
    """What may be the same or contradict it and is not decided: the finding, the other line's number, and its id."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines to look at, with what the comparison found and what was decided."""

    first: Line
    second: Line
    finding: Finding | None
    decision: Decision | None


@dataclass
class Merged:
    """The chronology of one review as this person sees it. ``whole``: every return is seen by them."""

    record: Record
    lines: list[Line]
    returns: list[tuple[Record, int]]
    whole: bool
    may_decide: bool
    key_lines: tuple[str, ...]
    gap_days: int
    gaps: list[Gap]
    compared: Compared
    pairs: list[Pair]

    @property
    def by_id(self) -> dict[int, Line]:
        """The lines by their id."""
        return {line.id: line for line in self.lines}

    @property
    def undecided(self) -> list[Pair]:
        """The pairs that nobody has decided on."""
        return [pair for pair in self.pairs if pair.decision is None]

    @property
    def agencies(self) -> dict[int, str]:
        """The name of the agency of each return."""
        return {record.id: record.title for record, _ in self.returns}


def merged_of(session: Session, actor: Actor, ref: str) -> Merged:
    """Every line of the chronologies of a review that the actor may see. Raises NotFound, Forbidden."""
    record = get_record(session, actor, ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review. A chronology is that of a review.")
    shown, hidden = returns_shown(session, actor, record)
    rows = standing_lines(session, [one.id for one in shown])
    by_return = {one.id: one for one in shown}
    lines = _in_order([_line(by_return[row.record_id], row) for row in rows])
    entries = [entry_of(line) for line in lines]
    days = gap_days(settings_of(session, record.partnership_id))
    found = compared(tuple(entries))
    merged = Merged(
        record=record,
        lines=lines,
        returns=[(one, sum(row.record_id == one.id for row in rows)) for one in shown],
        whole=not hidden,
        may_decide=bool(roles_on(session, actor, record) & CHAIRING),
        key_lines=tuple(str(one) for one in record.facts.get("key_lines") or ()),
        gap_days=days,
        gaps=gaps(entries, days),
        compared=found,
        pairs=[],
    )
    _add_notes(session, merged)
    merged.pairs = _pairs(session, merged)
    return merged


def returns_shown(session: Session, actor: Actor, review: Record) -> tuple[list[Record], int]:
    """The returns of a review whose lines this person reads, and how many there are besides."""
    theirs = sa.select(RecordLink.item_id).where(RecordLink.review_id == review.id, RecordLink.kind == "item")
    rows = session.execute(
        sa.select(Record, opens_files(actor))
        .where(Record.id.in_(theirs), Record.process_key == RETURN, Record.stage.not_in(NOT_WAITED_FOR))
        .order_by(Record.id)
    ).all()
    shared_with = _bodies_on_panel(session, actor, review)
    shown = [one for one, opens in rows if opens or shared_with & set(one.facts.get("shared_with") or ())]
    return shown, len(rows) - len(shown)


def _bodies_on_panel(session: Session, actor: Actor, review: Record) -> frozenset[str]:
    """The keys of the bodies for which somebody sits on the panel of a review; none for anybody else."""
    if Role.PANEL_MEMBER not in roles_on(session, actor, review) or not actor.body_ids:
        return frozenset()
    return frozenset(session.scalars(sa.select(Body.key).where(Body.id.in_(actor.body_ids))))


def _line(record: Record, row: ChronologyLine) -> Line:
    number = f"{record.ref.rpartition('-')[2]}-{row.position}"
    return Line(row.id, number, record.id, record.ref, row.source or record.title, row)


def _in_order(lines: list[Line]) -> list[Line]:
    """By the earliest day each allows; one without a day after the line before which its agency has it, or last."""
    keyed: list[tuple[tuple[date, date, int, int], Line]] = []
    before: dict[int, tuple[date, date]] = {}
    for line in lines:  # in the order of each return
        first, last = line.row.first_on, line.row.last_on
        if first is not None or last is not None:
            days = (first or last or date.max, last or first or date.max)
            before[line.record_id] = days
        else:
            line.placed = line.record_id in before
            days = before.get(line.record_id, (date.max, date.max))
        keyed.append(((*days, line.record_id, line.row.position), line))
    return [line for _, line in sorted(keyed, key=lambda one: one[0])]


def entry_of(line: Line) -> Entry:
    """A line as it is compared with others."""
    row = line.row
    text = f"{row.what} {row.response}".strip()
    return Entry(row.id, line.record_id, row.first_on, row.last_on, row.at_time, text, row.people)


@lru_cache(maxsize=4)
def compared(entries: tuple[Entry, ...]) -> Compared:
    """The comparison of these very lines: the same ones are compared once while people look through them."""
    return compare(entries)


def _names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(sa.select(User.id, User.name).where(User.id.in_(set(ids))))
    return {one: name for one, name in rows}


def _add_notes(session: Session, merged: Merged) -> None:
    notes = notes_of(session, merged.record.id)
    for line in merged.lines:
        if line.id in notes:
            line.note = notes[line.id][0]


def notes_of(session: Session, review_id: int) -> Mapping[int, list[Note]]:
    """What was noted on each line for a review, the latest first."""
    rows = list(
        session.scalars(
            sa.select(ChronologyNote).where(ChronologyNote.review_id == review_id).order_by(ChronologyNote.id.desc())
        )
    )
    names = _names(session, (row.by for row in rows))
    found: dict[int, list[Note]] = {}
    for row in rows:
        note = Note(row.comment, tuple(row.key_lines), row.in_report, names.get(row.by, ""), row.at)
        found.setdefault(row.line_id, []).append(note)
    return found


def _pairs(session: Session, merged: Merged) -> list[Pair]:
    """What was found and what was decided, pair by pair; those without a decision first."""
    lines = merged.by_id
    marks = session.scalars(
        sa.select(ChronologyMark)
        .where(ChronologyMark.review_id == merged.record.id, ChronologyMark.undone_at.is_(None))
        .order_by(ChronologyMark.id)
    ).all()
    names = _names(session, (mark.by for mark in marks))
    decided: dict[tuple[int, int], Decision] = {}
    for mark in marks:
        if mark.first_id not in lines or mark.second_id not in lines:
            continue
        for one, other in ((mark.first_id, mark.second_id), (mark.second_id, mark.first_id)):
            decision = Decision(
                mark.id, other, lines[other].number, mark.decided, mark.why, names.get(mark.by, ""), mark.at
            )
            decided[one, other] = decision
            lines[one].decisions.append(decision)
    pairs: list[Pair] = []
    for finding in merged.compared.findings:
        first, second = lines[finding.first], lines[finding.second]
        decision = decided.get((finding.first, finding.second))
        pairs.append(Pair(first, second, finding, decision))
        if decision is None:
            first.flags.append((finding, second.number, second.id))
            second.flags.append((finding, first.number, first.id))
    found = {frozenset((one.first.id, one.second.id)) for one in pairs}
    for (one, other), decision in decided.items():
        if one < other and frozenset((one, other)) not in found:
            pairs.append(Pair(lines[one], lines[other], None, decision))
    return sorted(pairs, key=lambda pair: pair.decision is not None)


def pair_of(merged: Merged, first_id: int, second_id: int) -> Pair:
    """Two lines this person sees, whatever the comparison says of them. Raises NotFound."""
    for pair in merged.pairs:
        if {pair.first.id, pair.second.id} == {first_id, second_id}:
            return pair
    lines = merged.by_id
    if first_id not in lines or second_id not in lines or first_id == second_id:
        raise NotFound("These two lines are not in this chronology, or not yours to see.")
    return Pair(lines[first_id], lines[second_id], None, None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are asked for. Empty answers ask for all. Days are London dates."""

    agency: str = ""
    people: str = ""
    from_on: date | None = None
    to_on: date | None = None
    key_line: str = ""
    only: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return self != Wanted()


ONLY = {
    "significant": "Marked significant by the agency",
    "in_report": "Going into the report",
    "commented": "With a comment of the chair",
    "flagged": "To be looked at: the same event, or told differently",
    "no_day": "Without a day that can be told",
}
"""Kinds of lines that can be asked for alone."""


def chosen(lines: Sequence[Line], wanted: Wanted) -> list[Line]:
    """The lines that are asked for, in their order."""
    return [line for line in lines if _is_wanted(line, wanted)]


def _is_wanted(line: Line, wanted: Wanted) -> bool:
    row = line.row
    if wanted.agency and line.ref != wanted.agency:
        return False
    if wanted.people and wanted.people.casefold() not in row.people.casefold():
        return False
    if wanted.from_on and (row.last_on or row.first_on or date.min) < wanted.from_on:
        return False
    if wanted.to_on and (row.first_on or row.last_on or date.max) > wanted.to_on:
        return False
    if wanted.key_line and (line.note is None or wanted.key_line not in line.note.key_lines):
        return False
    return not wanted.only or _is(line, wanted.only)


def _is(line: Line, only: str) -> bool:
    checks: dict[str, Any] = {
        "significant": line.row.significant,
        "in_report": line.note is not None and line.note.in_report,
        "commented": line.note is not None and bool(line.note.comment),
        "flagged": bool(line.flags),
        "no_day": line.row.exactness == "none",
    }
    return bool(checks.get(only, True))
