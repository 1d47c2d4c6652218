"""Meetings of panels: those one may see, those to come, one with its papers, who was there, what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on, visible
from dardr.actors import Actor
from dardr.casework.panel import MEETING, Seat, seats_of
from dardr.casework.serving import review_of
from dardr.errors import NotFound
from dardr.lookups.files import files_of, kind_of
from dardr.lookups.records import visible_items
from dardr.lookups.review import actions_of
from dardr.seeing import seen_facts
from dardr.storage.files import StoredFile
from dardr.storage.reviews import AuditEvent, EventValues, Record, RecordLink
from workflows.definition import Process
from workflows.processes.who import CHAIRING

FOR_SOME = "add_papers_for_some"


# --- lists ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One meeting in a list, with the review it belongs to."""

    record: Record
    review: Record
    stage_label: str

    @property
    def on(self) -> str:
        """The day it is planned for, ISO text."""
        return str(self.record.facts.get("meeting_on") or "")

    @property
    def order(self) -> tuple[str, str, str]:
        """By day, time and reference."""
        return self.on, str(self.record.facts.get("starts_at") or "").zfill(5), self.record.ref


def meetings_of(session: Session, actor: Actor, review: Record) -> list[MeetingLine]:
    """The meetings of one review that this person may see, by their day."""
    items = [item for item in visible_items(session, actor, review) if item.process_key == MEETING]
    return sorted((_line(item, review) for item in items), key=lambda line: line.order)


def to_come(session: Session, actor: Actor, today: date) -> tuple[list[MeetingLine], list[MeetingLine]]:
    """The meetings planned for today or later that this person may see, by their day; and those not recorded yet.

    ``today`` is a London date.
    """
    rows = session.scalars(
        sa.select(Record).where(Record.process_key == MEETING, Record.stage == "planned", visible(actor))
    ).all()
    reviews = _reviews(session, actor, [row.id for row in rows])
    lines = sorted((_line(row, reviews[row.id]) for row in rows if row.id in reviews), key=lambda line: line.order)
    return [one for one in lines if one.on >= today.isoformat()], [one for one in lines if one.on < today.isoformat()]


def _reviews(session: Session, actor: Actor, ids: list[int]) -> dict[int, Record]:
    rows = session.execute(
        sa.select(RecordLink.item_id, Record)
        .join(Record, Record.id == RecordLink.review_id)
        .where(RecordLink.item_id.in_(ids), RecordLink.kind == "item", visible(actor))
    )
    return {item_id: review for item_id, review in rows}


def _line(record: Record, review: Record) -> MeetingLine:
    return MeetingLine(record, review, workflows.get(record.process).stage(record.stage).label)


# --- one meeting ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperFile:
    """One file of a paper: its number, what kind of file it is, its size in bytes."""

    number: int
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of a meeting: what it is, where it is kept, its files; ``for_whom`` names members where it is for some.

    ``door`` is True where its files are opened as papers for this person, not as files of the record.
    """

    what: str
    on: str
    kept_at: str
    files: tuple[PaperFile, ...] = ()
    for_whom: tuple[str, ...] = ()
    door: bool = False


@dataclass(slots=True)
class Meeting:
    """One meeting as a person sees it."""

    record: Record
    review: Record
    process: Process
    facts: Mapping[str, Any]
    seats: dict[str, Seat]
    papers: list[Paper]
    minutes: list[PaperFile]
    tasks: list[Record]
    moves: list[tuple[str, str]]
    steps: list[dict[str, Any]]
    may_carry: bool
    invited: str = ""
    absent: list[str] = field(default_factory=list)

    def names(self, key: str) -> list[str]:
        """The members that an answer names."""
        return [_member(self.seats, ref) for ref in self.facts.get(key) or ()]


def meeting(session: Session, actor: Actor, ref: str, today: date) -> Meeting:
    """One meeting. ``today`` is a London date. Raises NotFound where it is none, or not theirs to see."""
    record = _meeting(session, actor, ref)
    process = workflows.get(record.process)
    roles = roles_on(session, actor, record)
    review = review_of(session, record)
    seats = {seat.record.ref: seat for seat in seats_of(session, review.id)}
    by_entry: dict[int, list[PaperFile]] = {}
    for line in reversed(files_of(session, actor, ref)):
        if line.ref == record.ref and line.may_open:
            by_entry.setdefault(line.entry, []).append(PaperFile(line.number, line.kind, line.size))
    done = record.facts.get("_done") or {}
    asked = done.get("record_minutes")
    accounted = {one for key in ("present", "substitutes", "apologies") for one in record.facts.get(key) or ()}
    held = record.stage in ("held", "minutes_agreed")
    day = str(record.facts.get("meeting_on") or "")
    invitation = done.get("send_invitations")
    return Meeting(
        record,
        review,
        process,
        seen_facts(process, record.facts, roles),
        seats,
        [
            *_papers(record, by_entry),
            *_papers_for_some(session, actor, record, seats, by_entry, bool(roles & CHAIRING)),
        ],
        by_entry.get(asked[0], []) if asked else [],
        [item for item in visible_items(session, actor, record) if item.process_key == "task"],
        _moves(session, record),
        actions_of(session, actor, ref, today, with_items=False, with_fields=False),
        bool(roles & CHAIRING),
        invitation[2] if invitation else "",
        [seat.label for one, seat in seats.items() if held and one not in accounted and _sat_on(seat, day)],
    )


def _sat_on(seat: Seat, day: str) -> bool:
    since = str(seat.facts.get("sits_from") or "")
    return since <= day and (seat.sitting or seat.left_on() >= day)


def _meeting(session: Session, actor: Actor, ref: str) -> Record:
    record = get_record(session, actor, ref)
    if record.process_key != MEETING:
        raise NotFound(f"{ref} is not a meeting. Check the reference.")
    return record


def _member(seats: Mapping[str, Seat], ref: str) -> str:
    seat = seats.get(ref)
    if seat is None:
        return ref
    who = str(seat.facts.get("member_name") or "")
    return f"{seat.label} ({who})" if who else seat.label


def _papers(record: Record, by_entry: Mapping[int, list[PaperFile]]) -> list[Paper]:
    return [
        Paper(
            str(entry.get("paper") or ""),
            str(entry.get("on") or ""),
            str(entry.get("paper_kept_at") or ""),
            tuple(by_entry.get(int(entry["seq"]), ())),
        )
        for entry in record.facts.get("papers") or ()
    ]


def _papers_for_some(
    session: Session,
    actor: Actor,
    record: Record,
    seats: Mapping[str, Seat],
    by_entry: Mapping[int, list[PaperFile]],
    sees_all: bool,
) -> list[Paper]:
    """The papers for chosen members: all of them for the chair and the team, for a member those meant for them."""
    mine = _own_seats(actor, seats)
    found = []
    for entry in record.facts.get("papers_for_some") or ():
        theirs = not mine.isdisjoint(entry.get("for_seats") or ())
        if not (sees_all or theirs):
            continue
        seq = int(entry["seq"])
        files = tuple(by_entry.get(seq, ())) if sees_all else tuple(_files_of_entry(session, record, seq))
        names = tuple(_member(seats, ref) for ref in entry.get("for_seats") or ()) if sees_all else ("You",)
        found.append(
            Paper(
                str(entry.get("some_paper") or ""), str(entry.get("on") or ""), str(entry.get("some_kept_at") or ""),
                files, names, not sees_all,
            )
        )  # fmt: skip
    return found


def _own_seats(actor: Actor, seats: Mapping[str, Seat]) -> frozenset[str]:
    """The seats this person sits on, or stands in for, now."""
    return frozenset(ref for ref, seat in seats.items() if actor.email.lower() in seat.accounts)


def _files_of_entry(session: Session, record: Record, seq: int) -> list[PaperFile]:
    rows = session.execute(
        sa.select(StoredFile.id, StoredFile.name, StoredFile.media_type, StoredFile.size)
        .join(AuditEvent, AuditEvent.id == StoredFile.event_id)
        .where(StoredFile.record_id == record.id, AuditEvent.seq == seq)
        .order_by(StoredFile.id)
    )
    return [PaperFile(one, kind_of(name, media_type), size) for one, name, media_type, size in rows]


def get_paper(session: Session, actor: Actor, ref: str, number: int) -> tuple[Record, StoredFile]:
    """One file of the papers for chosen members, for a member it is meant for.

    The only way to it besides the files of the record, which the chair and the team see. Raises NotFound.
    """
    record = _meeting(session, actor, ref)
    row = session.scalar(sa.select(StoredFile).where(StoredFile.id == number, StoredFile.record_id == record.id))
    event = session.get(AuditEvent, row.event_id) if row is not None and row.event_id else None
    if row is not None and event is not None and event.action == FOR_SOME:
        seats = {seat.record.ref: seat for seat in seats_of(session, review_of(session, record).id)}
        mine = _own_seats(actor, seats)
        for entry in record.facts.get("papers_for_some") or ():
            if int(entry["seq"]) == event.seq and not mine.isdisjoint(entry.get("for_seats") or ()):
                return record, row
    raise NotFound(f"There is no paper {number} of {ref}, or it is not meant for you.")


def _moves(session: Session, record: Record) -> list[tuple[str, str]]:
    """The days the meeting was planned for before, each with the day it was moved, oldest first."""
    rows = session.execute(
        sa.select(EventValues.before, EventValues.after, AuditEvent.occurred_on)
        .join(AuditEvent, AuditEvent.id == EventValues.event_id)
        .where(AuditEvent.record_id == record.id, AuditEvent.action == "change_meeting")
        .order_by(AuditEvent.seq)
    )
    found = []
    for before, after, on in rows:
        was, now = (before or {}).get("meeting_on"), (after or {}).get("meeting_on")
        if was and now and was != now:
            found.append((str(was), on.isoformat()))
    return found
