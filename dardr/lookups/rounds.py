"""Rounds of comments: the table of one, what a reader gave, and where the versions of a report stand.

A round is seen by whoever sees its review whole. Its table shows the comments of the readers whose requests the person
sees, with the answers for those who read answers of an open round; once it is closed, all of it to whoever sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.comments import version_file
from dardr.casework.facts import clocks_of_each, load_items
from dardr.casework.serving import reviews_served
from dardr.errors import NotFound
from dardr.lookups.records import below, visible_items
from dardr.lookups.review import actions_of
from dardr.storage.reviews import Record, RecordLink
from workflows.answers import stored_date
from workflows.definition import Facts
from workflows.processes.comment_request_1.comments import comments_of
from workflows.processes.comment_request_1.giving import ASKED, COMMENTED, EXCUSED, NONE, REQUESTS
from workflows.processes.comment_round_1 import ANSWERERS, CLOSED, OPEN
from workflows.processes.comment_round_1.table import answers_of, without_answer
from workflows.processes.dardr_s9_1.versions import read_by_family
from workflows.processes.panel_seat_1 import LEFT

ROUND, SEAT = "comment-round", "panel-seat"
CLOCKS = ("reader_comments", "named_reader_comments")
FOR_PANEL = "for_panel"


@dataclass(frozen=True, slots=True)
class Line:
    """One comment or change in the table. ``answer`` is empty while it has none, or where it is not shown yet.

    ``made_on`` is the day its file gives, ``on`` the London day on which it was recorded; ``times`` how often it was
    answered. ``entry`` is the number of the entry that brought it to its request.
    """

    id: str
    reader: str
    request: str
    kind: str
    text: str = ""
    old: str = ""
    new: str = ""
    quote: str = ""
    where: str = ""
    around: str = ""
    author: str = ""
    made_on: date | None = None
    on: date | None = None
    way: str = ""
    entry: int = 0
    resolved: bool = False
    reply_to: str = ""
    answer: str = ""
    answer_how: str = ""
    where_changed: str = ""
    answered_on: date | None = None
    times: int = 0


@dataclass(slots=True)
class Group:
    """What was said of one paragraph. ``paragraph`` is its number in the version, None where it was not found there."""

    paragraph: int | None
    heading: str
    text: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader of a round: how they stand, by when, and how many comments came. ``due`` is a London date, and
    ``rests_on`` the kind of that date.

    ``left``: they had a seat on the panel, or their body had, and nobody of it sits there any more.
    """

    ref: str
    name: str
    stage: str
    stage_label: str
    due: date | None
    late: bool
    comments: int
    visible: bool
    left: bool = False
    rests_on: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Table:
    """A round with its readers and its comments by paragraph. ``whole``: everything is shown, of every reader."""

    record: Record
    reviews: list[Record]
    readers: list[Reader]
    groups: list[Group]
    whole: bool
    answers_shown: bool
    has_file: bool
    waiting: int = 0
    comments: int = 0
    changes: int = 0
    for_panel: int = 0

    @property
    def version(self) -> str:
        """The version that was sent."""
        return str(self.record.facts.get("version") or "")

    @property
    def stage_label(self) -> str:
        """Where the round stands, in words."""
        return workflows.get(self.record.process).stage(self.record.stage).label

    @property
    def closes_on(self) -> date | None:
        """The London day by which comments were asked for."""
        return stored_date(self.record.facts.get("closes_on"))

    @property
    def total(self) -> int:
        """How many lines there are to answer."""
        return self.comments + self.changes

    @property
    def answered(self) -> int:
        """How many of them have an answer."""
        return self.total - self.waiting

    def readers_at(self, *stages: str) -> list[Reader]:
        """The readers who stand there."""
        return [one for one in self.readers if one.stage in stages]

    @property
    def states(self) -> list[tuple[int, str]]:
        """How many readers stand how, in words; nobody is left out."""
        late = [one for one in self.readers if one.late]
        counted = (
            (self.readers_at(COMMENTED), "with comments"),
            (self.readers_at(NONE), "without comments"),
            ([one for one in self.readers_at(ASKED) if not one.late], "not heard from yet"),
            (late, "late"),
            (self.readers_at(EXCUSED), "not waited for"),
        )
        return [(len(found), words) for found, words in counted if found]


def table_of(session: Session, actor: Actor, ref: str, today: date) -> Table:
    """The table of a round, as this person sees it on the London day ``today``.

    Of one request it is what that reader gave. Raises NotFound for a record that is neither, or is not theirs to see.
    """
    record = get_record(session, actor, ref)
    if record.process_key in REQUESTS:
        return _of_request(session, actor, record, today)
    if record.process_key != ROUND:
        raise NotFound(f"{ref} is no round of comments.")
    requests = [
        (other, seen)
        for kind, other, seen in below(session, actor, [record.id]).get(record.id, ())
        if kind == "item" and other.process_key in REQUESTS
    ]
    closed = record.stage == CLOSED
    shown = [other for other, seen in requests if seen or closed]
    answers_shown = closed or bool(roles_on(session, actor, record) & ANSWERERS)
    return _table(session, record, requests, shown, today, answers_shown=answers_shown)


def _of_request(session: Session, actor: Actor, record: Record, today: date) -> Table:
    """What one reader gave, with the answers of the round once it is closed."""
    above = _round_of(session, record)
    shown = above is not None and (above.stage == CLOSED or bool(roles_on(session, actor, above) & ANSWERERS))
    table = _table(session, above or record, [(record, True)], [record], today, answers_shown=shown)
    table.record, table.whole = record, True
    return table


def _round_of(session: Session, request: Record) -> Record | None:
    """The round that a request belongs to: seen by a reader no further than the answers to their own comments."""
    return session.scalar(
        sa.select(Record)
        .join(RecordLink, RecordLink.review_id == Record.id)
        .where(RecordLink.item_id == request.id, RecordLink.kind == "item", Record.process_key == ROUND)
    )


def _table(
    session: Session,
    record: Record,
    requests: list[tuple[Record, bool]],
    shown: list[Record],
    today: date,
    *,
    answers_shown: bool,
) -> Table:
    reviews = reviews_served(session, record.id)
    answers = answers_of(record.facts) if answers_shown else {}
    raw = [(other, line) for other in shown for line in comments_of(other.ref, other.facts)]
    left = without_answer((line for _, line in raw), answers)
    own = [line for _, line in raw if "reply_to" not in line]
    return Table(
        record=record,
        reviews=reviews,
        readers=_readers(session, requests, today, _left_panel(session, reviews)),
        groups=_groups([(_line(other, line, answers), line) for other, line in raw]),
        whole=len(shown) == len(requests),
        answers_shown=answers_shown,
        has_file=version_file(session, reviews, str(record.facts.get("version") or "")) is not None,
        waiting=len(left),
        comments=sum(line["kind"] == "comment" for line in own),
        changes=sum(line["kind"] != "comment" for line in own),
        for_panel=sum(answers.get(line["id"], {}).get("answer") == FOR_PANEL for line in own),
    )


def _left_panel(session: Session, reviews: list[Record]) -> set[str]:
    """The seats whose members have left, by reference, and the bodies of which nobody sits there now, by key."""
    stages: dict[str, set[str]] = {}
    for review in reviews:
        for item in load_items(session, review):
            if item.process == SEAT:
                for key in (item.ref, item.facts.get("body")):
                    stages.setdefault(str(key or ""), set()).add(item.stage)
    return {key for key, found in stages.items() if key and found == {LEFT}}


def _readers(
    session: Session, requests: list[tuple[Record, bool]], today: date, left_panel: Collection[str]
) -> list[Reader]:
    clocks = clocks_of_each(session, [other.id for other, _ in requests])
    found = []
    for other, seen in requests:
        rows = [row for row in clocks.get(other.id, ()) if row.clock in CLOCKS]
        due = rows[-1].due_on if rows else None
        late = other.stage == ASKED and due is not None and due < today
        found.append(
            Reader(
                ref=other.ref,
                name=other.title,
                stage=other.stage,
                stage_label=workflows.get(other.process).stage(other.stage).label,
                due=due,
                rests_on=str(workflows.get(other.process).clock(rows[-1].clock).date.kind) if rows else "",
                late=late,
                comments=len(comments_of(other.ref, other.facts)) if seen else 0,
                visible=seen,
                left=(other.facts.get("seat") or other.facts.get("body")) in left_panel,
                facts=other.facts if seen else {},
            )
        )
    return found


def _line(request: Record, line: Mapping[str, Any], answers: Mapping[str, Mapping[str, Any]]) -> Line:
    answer = answers.get(line["id"], {})
    words = {
        name: line.get(name) or ""
        for name in ("text", "old", "new", "quote", "where", "around", "author", "way", "reply_to")
    }
    return Line(
        id=line["id"],
        reader=request.title,
        request=request.ref,
        kind=line["kind"],
        made_on=stored_date(str(line.get("made") or "")[:10]),
        on=stored_date(line.get("on")),
        entry=line.get("seq") or 0,
        resolved=bool(line.get("resolved")),
        answer=answer.get("answer") or "",
        answer_how=answer.get("answer_how") or "",
        where_changed=answer.get("where_changed") or "",
        answered_on=stored_date(answer.get("on")),
        times=answer.get("times") or 0,
        **words,
    )


def _groups(lines: Iterable[tuple[Line, Mapping[str, Any]]]) -> list[Group]:
    """By paragraph of the version, in its order; then what is not found in it by its own words; the rest at the end."""
    found: dict[tuple[int, int, str], Group] = {}
    for line, raw in lines:
        number, begins = raw.get("paragraph"), str(raw.get("begins") or "")
        if number is None and begins:
            same = next((key for key in found if key[0] == 1 and key[2] == begins), None)
            key = same or (1, int(raw.get("own") or 0), begins)
        else:
            key = (0, number, "") if number is not None else (2, 0, "")
        if key not in found:
            found[key] = Group(number, str(raw.get("heading") or ""), line.around if key[0] < 2 else "")
        found[key].lines.append(line)
    for group in found.values():
        group.lines = _with_replies(group.lines)
    return [found[key] for key in sorted(found)]


def _with_replies(lines: list[Line]) -> list[Line]:
    """The lines of a paragraph, each reply under what it answers."""
    here = {line.id for line in lines}
    replies: dict[str, list[Line]] = {}
    for line in lines:
        if line.reply_to in here:
            replies.setdefault(line.reply_to, []).append(line)
    ordered: list[Line] = []

    def add(line: Line) -> None:
        ordered.append(line)
        for reply in replies.get(line.id, ()):
            add(reply)

    for line in lines:
        if line.reply_to not in here:
            add(line)
    return ordered


# --- the report ---------------------------------------------------------------------------------------------

NOT_GIVEN, READING, READ = "not given", "being read", "read"
STEPS = (
    "record_version",
    "send_for_comments",
    "give_draft_to_family",
    "record_panel_approval",
    "send_to_partnership",
    "return_to_drafting",
    "sign_off",
)
"""The steps of the review that belong on the page of its report, in the order in which they are taken."""


@dataclass(slots=True)
class Version:
    """One version of the report: what it was for, and what has become of it. ``family`` says only how far they are."""

    name: str
    seq: int
    on: date | None
    entry: Mapping[str, Any]
    family: str
    rounds: list[Table] = field(default_factory=list)
    approvals: list[Mapping[str, Any]] = field(default_factory=list)
    signed_off_on: date | None = None


@dataclass(slots=True)
class Report:
    """The versions of a report, the newest first, and what can be done next."""

    record: Record
    versions: list[Version]
    steps: list[dict[str, Any]]

    @property
    def open_rounds(self) -> list[Table]:
        """The rounds that are open now."""
        return [one for version in self.versions for one in version.rounds if one.record.stage == OPEN]


def report_of(session: Session, actor: Actor, ref: str, today: date) -> Report:
    """Where the report of a review stands on the London day ``today``. Raises NotFound for what is no review."""
    record = get_record(session, actor, ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so it has no report.")
    rounds = [item for item in visible_items(session, actor, record) if item.process_key == ROUND]
    below(session, actor, [one.id for one in rounds])  # read at once what each asks for below
    possible = {one["key"]: one for one in actions_of(session, actor, ref, today, with_items=False, with_fields=False)}
    versions = [_version(record, entry) for entry in reversed(record.facts.get("versions") or [])]
    for version in versions:
        version.rounds = [
            table_of(session, actor, one.ref, today) for one in rounds if one.facts.get("version") == version.name
        ]
    return Report(record, versions, [possible[key] for key in STEPS if key in possible])


def _version(record: Record, entry: Mapping[str, Any]) -> Version:
    name = str(entry.get("version") or "")
    done = record.facts.get("_done") or {}
    signed = done.get("sign_off") if record.facts.get("version") == name else None
    return Version(
        name=name,
        seq=int(entry.get("seq") or 0),
        on=stored_date(entry.get("on")),
        entry=entry,
        family=family_state(record.facts, name),
        approvals=[one for one in record.facts.get("panel_approvals") or () if one.get("version") == name],
        signed_off_on=stored_date(signed[2]) if signed else None,
    )


def family_state(facts: Mapping[str, Any], version: str) -> str:
    """How far the family is with a version, and nothing of what they said."""
    seen = Facts(ref="", stage="", recorded=facts, today=date.min)
    if read_by_family(seen, version):
        return READ
    given = any(entry.get("version") == version for entry in facts.get("family_readings") or ())
    return READING if given else NOT_GIVEN
