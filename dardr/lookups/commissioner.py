"""What bodies here owe the Domestic Abuse Commissioner: each reply to a section 8 report, each answer under section 15.

Everybody sees what they may see of it: the team, the Steering Group and the auditor all of it, the people of a body its
own. However many there are, the number of queries stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework import deadlines as casework
from dardr.casework.facts import clocks_of_each
from dardr.lookups.addresses import Addresses
from dardr.lookups.commissioner_choices import answered, named_in
from dardr.storage.bodies import Body
from dardr.storage.outbox import SENT, OutboxMessage
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Record, RecordBody, RecordLink
from dardr.systime import london_date
from workflows.answers import stored_date
from workflows.clocks import MISSED, State
from workflows.processes.section15_answer_1 import OUTCOMES
from workflows.processes.section15_request_1 import ASKED
from workflows.specified import DEPARTMENT, NOT_LISTED, SPECIFIED

REPORT, REPLY = "section8-report", "commissioner-reply"
REQUEST, ANSWER = "section15-request", "section15-answer"
OUTCOME_WORDS = dict(OUTCOMES)
SOON = 14
"""Calendar days within which a date counts as near."""
WHICH = ("open", "passed", "soon", "all")
"""What the page can be narrowed to: what is owed still, whose date has passed, whose is near, everything."""


@dataclass(frozen=True, slots=True)
class Told:
    """The last e-mail that reminded of something: on which London day it was sent, and to which
    addresses, as far as they are for whoever asks."""

    on: date
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that one body owes (the partnership itself, where ``body`` is empty), and how it stands on a day.

    ``when`` is its clock as lists show it, None where no clock was ever set; ``deadline`` the number of its receipt.
    ``place`` is where it was published (a reply), ``outcome`` what was answered (an answer).
    """

    ref: str
    process: str
    body_key: str
    body: str
    gone: str
    body_kind: str
    specified_as: str
    stage: str
    stage_label: str
    ended: bool
    when: dict[str, Any] | None
    deadline: int | None
    days: int | None
    named: tuple[str, ...] = ()
    answered: int = 0
    done_on: date | None = None
    place: str = ""
    outcome: str = ""
    commissioner_copy_on: date | None = None
    secretary_copy_on: date | None = None
    told: Told | None = None

    @property
    def passed(self) -> bool:
        """True where its date has passed and it is not done."""
        return self.when is not None and State(self.when["state"]) in MISSED

    @property
    def near(self) -> bool:
        """True where its date is within two weeks and it is not done."""
        return self.running and not self.passed and self.days is not None and self.days <= SOON

    @property
    def running(self) -> bool:
        """True where the clock still runs: a reply that is not published, an answer not sent."""
        return self.when is not None and self.when["running"]

    @property
    def to_check(self) -> bool:
        """True for a body that was on no list of the Act on that day."""
        return self.body_kind == NOT_LISTED

    @property
    def owes_secretary_copy(self) -> bool:
        """True for a specified public authority, which sends a copy to the Secretary of State too."""
        return self.body_kind == SPECIFIED

    @property
    def department(self) -> bool:
        """True for a government department, whose Minister replies."""
        return self.body_kind == DEPARTMENT


@dataclass(frozen=True, slots=True)
class Asked:
    """One report or request with what is owed for it. ``may_open``: the person may see the record of it too.

    ``last_day`` is the last of the 56 days of a report, or the date that a request gives; None where it gives none.
    """

    ref: str
    process: str
    title: str
    on: date | None
    last_day: date | None
    ended: bool
    may_open: bool
    url: str = ""
    lines: list[Owed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it: reports and requests, the newest first, and how many lines there are before they are narrowed."""

    reports: list[Asked]
    requests: list[Asked]
    bodies: list[tuple[str, str]]
    owed: int
    passed: int
    near: int
    to_check: int


def overview(session: Session, actor: Actor, today: date, *, which: str = "open", body: str = "") -> Overview:
    """Every report and request this person may see, with what each body owes. ``today`` is a London date.

    ``which`` is one of ``WHICH``, ``body`` the key of a body; a report of which no line is left is left out, unless
    everything is asked for, or it names nobody yet.
    """
    records = list(
        session.scalars(
            sa.select(Record)
            .where(visible(actor), Record.process_key.in_((REPORT, REPLY, REQUEST, ANSWER)))
            .order_by(Record.id)
        )
    )
    owing = [record for record in records if record.process_key in (REPLY, ANSWER)]
    lines = _lines(session, actor, owing, today)
    requests = [record for record in records if record.process_key == REQUEST]
    own = [record for record in requests if record.facts.get("partnership_asked") == ASKED]
    lines |= {record.id: line for record, line in zip(own, _own_lines(session, actor, own, today), strict=True)}
    every = list(lines.values())
    asked = _asked(session, records, lines)
    kept = [one for one in (_narrowed(one, which, body) for one in asked) if one is not None]
    return Overview(
        reports=[one for one in kept if one.process == REPORT],
        requests=[one for one in kept if one.process == REQUEST],
        bodies=sorted({(one.body_key, one.body) for one in every if one.body_key}, key=lambda one: one[1].casefold()),
        owed=sum(not line.ended for line in every),
        passed=sum(line.passed for line in every),
        near=sum(line.near for line in every),
        to_check=sum(line.to_check and not line.ended for line in every),
    )


def _narrowed(one: Asked, which: str, body: str) -> Asked | None:
    of_body = [line for line in one.lines if not body or line.body_key == body]
    wanted = {
        "all": of_body,
        "passed": [line for line in of_body if line.passed],
        "soon": [line for line in of_body if line.near],
    }.get(which, [line for line in of_body if not line.ended])
    names_nobody = not one.lines and not body and which in ("open", "all") and not (one.ended and which == "open")
    if not wanted and not names_nobody:
        return None
    return Asked(
        one.ref, one.process, one.title, one.on, one.last_day, one.ended, one.may_open, one.url,
        sorted(wanted, key=_order),
    )  # fmt: skip


def _order(line: Owed) -> tuple[bool, date, str]:
    due = line.when["due"] if line.when and line.when["due"] else date.max
    return line.ended, due, line.body.casefold()


# --- reports and requests ---------------------------------------------------------------------------------


def _asked(session: Session, records: Sequence[Record], lines: dict[int, Owed]) -> list[Asked]:
    """What was asked, the newest first. For who sees a reply and not its report, the reply says which report it was."""
    found: dict[str, Asked] = {}
    for record in records:
        if record.process_key in (REPORT, REQUEST):
            found[record.ref] = _of_record(record, lines.get(record.id))
    above = _above(session, [one.id for one in records if one.id in lines and one.process_key in (REPLY, ANSWER)])
    for record in records:
        line = lines.get(record.id)
        if line is None or record.process_key == REQUEST:
            continue
        ref = above.get(record.id, record.ref)
        if ref not in found:
            found[ref] = _of_line(ref, record)
        found[ref].lines.append(line)
    for one in found.values():
        last = max((line.when["due"] for line in one.lines if line.when and line.when["due"]), default=None)
        if one.last_day is None and last is not None and one.process == REPORT:
            found[one.ref] = Asked(
                one.ref, one.process, one.title, one.on, last, one.ended, one.may_open, one.url, one.lines
            )
    return sorted(found.values(), key=lambda one: (one.on or date.min, one.ref), reverse=True)


def _of_record(record: Record, own: Owed | None) -> Asked:
    facts, report = record.facts, record.process_key == REPORT
    return Asked(
        ref=record.ref,
        process=record.process_key,
        title=record.title,
        on=stored_date(facts.get("report_published_on" if report else "requested_on")),
        last_day=None if report else stored_date(facts.get("answer_by")),
        ended=record.final,
        may_open=True,
        url=str(facts.get("report_url" if report else "request_url") or ""),
        lines=[own] if own else [],
    )


def _of_line(ref: str, record: Record) -> Asked:
    facts, reply = record.facts, record.process_key == REPLY
    return Asked(
        ref=ref,
        process=REPORT if reply else REQUEST,
        title=str(facts.get("report_title" if reply else "request_title") or ""),
        on=stored_date(facts.get("report_published_on" if reply else "requested_on")),
        last_day=None if reply else stored_date(facts.get("answer_by")),
        ended=record.final,
        may_open=False,
        url=str(facts.get("report_url") or "") if reply else "",
    )


def _above(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The reference of the report or request that each of these belongs to."""
    rows = session.execute(
        sa.select(RecordLink.item_id, Record.ref)
        .join(Record, Record.id == RecordLink.review_id)
        .where(RecordLink.item_id.in_(ids), RecordLink.kind == "item", Record.process_key.in_((REPORT, REQUEST)))
    )
    return {item: ref for item, ref in rows}


# --- lines ------------------------------------------------------------------------------------------------


def _lines(session: Session, actor: Actor, records: Sequence[Record], today: date) -> dict[int, Owed]:
    ids = [record.id for record in records]
    clocks, bodies, told = clocks_of_each(session, ids), _bodies(session, ids), last_told(session, actor, records)
    found: dict[int, Owed] = {}
    for record in records:
        facts = record.facts
        key, name, gone = bodies.get(record.id, (str(facts.get("body") or ""), record.title, ""))
        when, deadline = _when(record, clocks.get(record.id, ()), today)
        named = tuple(named_in(record))
        reply, copied = record.process_key == REPLY, record.stage == "copied"
        found[record.id] = Owed(
            ref=record.ref,
            process=record.process_key,
            body_key=key,
            body=name,
            gone=gone,
            body_kind=str(facts.get("body_kind") or ""),
            specified_as=str(facts.get("specified_as") or ""),
            stage=record.stage,
            stage_label=workflows.get(record.process).stage(record.stage).label,
            ended=record.final,
            when=when,
            deadline=deadline,
            days=_days(when, today),
            named=named,
            answered=len(answered(record)) if reply else 0,
            done_on=stored_date(facts.get("published_on" if reply else "answered_on")) if _is_done(record) else None,
            place=str(facts.get("published_at") or "") if reply and _is_done(record) else "",
            outcome=OUTCOME_WORDS.get(str(facts.get("outcome")), "") if _is_done(record) else "",
            commissioner_copy_on=stored_date(facts.get("commissioner_copy_on")) if copied else None,
            secretary_copy_on=stored_date(facts.get("secretary_of_state_copy_on")) if copied else None,
            told=told.get(record.id),
        )
    return found


def _is_done(record: Record) -> bool:
    """Published, or answered: not so where it was taken up again since."""
    return record.stage in ("published", "copied", "answered")


def _own_lines(session: Session, actor: Actor, records: Sequence[Record], today: date) -> list[Owed]:
    """What the partnership itself was asked for, and owes."""
    ids = [record.id for record in records]
    clocks, told = clocks_of_each(session, ids), last_told(session, actor, records)
    found = []
    for record in records:
        facts = record.facts
        when, deadline = _when(record, clocks.get(record.id, ()), today)
        done = stored_date(facts.get("own_answered_on"))
        found.append(
            Owed(
                ref=record.ref,
                process=record.process_key,
                body_key="",
                body="",
                gone="",
                body_kind="",
                specified_as="",
                stage=record.stage,
                stage_label="Answered" if done else workflows.get(record.process).stage(record.stage).label,
                ended=record.final or done is not None,
                when=when,
                deadline=deadline,
                days=_days(when, today),
                done_on=done,
                outcome=OUTCOME_WORDS.get(str(facts.get("own_outcome")), ""),
                told=told.get(record.id),
            )  # fmt: skip
        )
    return found


def _bodies(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Of each record the body that owes it: key, name, and, where it has ended, the name of its successor or a dash."""
    after = aliased(Body)
    rows = session.execute(
        sa.select(RecordBody.record_id, Body.key, Body.name, Body.until_on, after.name)
        .join(Body, Body.id == RecordBody.body_id)
        .outerjoin(after, after.id == Body.successor_id)
        .where(RecordBody.record_id.in_(ids))
    )
    return {one: (key, name, (successor or "-") if until else "") for one, key, name, until, successor in rows}


def _when(record: Record, rows: Iterable[Deadline], today: date) -> tuple[dict[str, Any] | None, int | None]:
    """The newest run of the record's clock that was not withdrawn, as lists show clocks, and its number."""
    kept = [row for row in rows if row.withdrawn_by_event is None]
    if not kept:
        return None, None
    row = kept[-1]
    clock = workflows.get(record.process).clock(row.clock)
    return {
        "clock": row.clock,
        "due": row.due_on,
        "original_due": row.original_due_on,
        "agreed_due": row.agreed_due_on,
        "state": str(casework.state(row, clock, today)),
        "kind": str(clock.date.kind),
        "problem": row.problem,
        "stopped_on": row.stopped_on,
        "running": row.running,
    }, row.id


def _days(when: dict[str, Any] | None, today: date) -> int | None:
    """Calendar days left until the date of a running clock, below 0 once it has passed."""
    return (when["due"] - today).days if when and when["running"] and when["due"] else None


def last_told(session: Session, actor: Actor, records: Sequence[Record]) -> dict[int, Told]:
    """The last e-mail sent about a date of each record, by itself or gathered with others, and to whom."""
    ids, addresses = [record.id for record in records], Addresses(session, actor, records)
    alone = sa.select(OutboxMessage.record_id, OutboxMessage.settled_at, OutboxMessage.recipient).where(
        OutboxMessage.record_id.in_(ids), OutboxMessage.deadline_id.is_not(None), OutboxMessage.status == SENT
    )
    gathered = (
        sa.select(Reminder.record_id, OutboxMessage.settled_at, OutboxMessage.recipient)
        .join(OutboxMessage, OutboxMessage.id == Reminder.outbox_id)
        .where(Reminder.record_id.in_(ids), OutboxMessage.status == SENT)
    )
    sent: dict[int, list[tuple[datetime, str]]] = {}
    for query in (alone, gathered):
        for record_id, at, recipient in session.execute(query):
            if record_id is not None and at is not None:
                sent.setdefault(record_id, []).append((at, recipient))
    found = {}
    for record_id, mails in sent.items():
        on = london_date(max(mails)[0])
        to = {address for at, address in mails if london_date(at) == on and addresses.shown(address, record_id)}
        found[record_id] = Told(on, tuple(sorted(to)))
    return found
