"""What each agency owes and since when, and which agencies have been late several times of late.

Being late is worked out from dates, never stored. What an agency answered after its date counts, and what it has not
answered although the date has passed; what is held, withdrawn or without a date does not.
"""

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
from dardr.casework.recipients import OF_BODIES
from dardr.lookups.agency import Line, lines_of
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.reviews import RUNNING, AuditEvent, Deadline, Record, RecordBody
from workflows.clocks import MISSED, State

SETTING = "agency_often_late"
"""The partnership's setting: [how many late, of how many of the last]."""
OFTEN = (3, 6)
"""Without a choice of the partnership: three of the last six. No Act and no guidance says a number."""
LARGEST = 50


@dataclass(frozen=True, slots=True)
class Dated:
    """One date of an agency: what was owed, on which record, when it was due and when it was done, if it was."""

    ref: str
    label: str
    due: date
    done_on: date | None


@dataclass(frozen=True, slots=True)
class OftenLate:
    """An agency that was late at least so many times of its last: the list is what a kind talk begins with."""

    body: Body
    late: tuple[Dated, ...]
    of: int


@dataclass(slots=True)
class Agency:
    """One agency with what it owes now, by date; ``late`` are those whose date has passed."""

    body: Body
    lines: list[Line] = field(default_factory=list)
    contact: str = ""

    @property
    def late(self) -> list[Line]:
        """What is past its date."""
        return [line for line in self.lines if line.stands and State(line.stands["state"]) in MISSED]

    @property
    def since(self) -> date | None:
        """The earliest date that has passed."""
        return min((line.due for line in self.late if line.due), default=None)


def outstanding(session: Session, actor: Actor, today: date, *, key: str = "") -> list[Agency]:
    """What each agency owes, as far as the actor may see it: those past a date first. ``key`` names one agency.

    ``today`` is a London date. What a body owed that another took the place of is listed under that one.
    """
    bodies = {
        row.id: row for row in session.scalars(sa.select(Body).where(Body.partnership_id == actor.partnership_id))
    }
    rows = session.execute(
        sa.select(RecordBody.body_id, Record)
        .join(Record, Record.id == RecordBody.record_id)
        .where(Record.final.is_(False), visible(actor), RecordBody.body_id.in_(bodies))
    ).all()
    records = {record.id: record for _, record in rows}
    lines = {line.record.id: line for line in lines_of(session, actor, records.values(), today)}
    found: dict[int, Agency] = {}
    for body_id, record in rows:
        acts = workflows.get(record.process).stage(record.stage).acts
        if acts not in OF_BODIES:
            continue
        head = _head(bodies, body_id)
        agency = found.setdefault(head.id, Agency(head))
        if all(line.record.id != record.id for line in agency.lines):
            agency.lines.append(lines[record.id])
    contacts = _contacts(session, found)
    for body_id, agency in found.items():
        agency.contact = contacts.get(body_id, "")
        agency.lines.sort(key=lambda one: (one.due is None, one.due or date.max, one.record.id))
    wanted = [one for one in found.values() if not key or one.body.key == key]
    return sorted(wanted, key=lambda one: (-len(one.late), one.since or date.max, one.body.name))


def _head(bodies: Mapping[int, Body], body_id: int) -> Body:
    """The body that answers for this one today."""
    seen, row = {body_id}, bodies[body_id]
    while (after := bodies.get(row.successor_id or 0)) is not None and after.id not in seen:
        row = after
        seen.add(row.id)
    return row


def _contacts(session: Session, body_ids: Any) -> dict[int, str]:
    """The first contact of each body, else its lead."""
    found: dict[int, str] = {}
    rows = session.execute(
        sa.select(BodyContact.body_id, BodyContact.name, BodyContact.email)
        .where(BodyContact.body_id.in_(list(body_ids)))
        .order_by(BodyContact.kind != "contact", BodyContact.kind != "lead", BodyContact.id)
    )
    for body, name, email in rows:
        found.setdefault(body, f"{name}, {email}" if name else email)
    return found


# --- often late -------------------------------------------------------------------------------------------


def numbers(session: Session, partnership_id: int) -> tuple[int, int]:
    """How many late, of how many of the last: the partnership's choice, or what holds without one."""
    chosen = settings_of(session, partnership_id).get(SETTING)
    if isinstance(chosen, list) and len(chosen) == 2 and all(isinstance(one, int) for one in chosen):
        return chosen[0], chosen[1]
    return OFTEN


def often_late(session: Session, actor: Actor, today: date) -> list[OftenLate]:
    """The agencies that were late at least so many times of their last, most often first; one query for all.

    ``today`` is a London date. An answer given late counts as the date that was passed; so does what is still owed.
    """
    if actor.partnership_id is None:
        return []
    least, of = numbers(session, actor.partnership_id)
    clocks = {c.key for p in workflows.all_processes() for c in p.clocks if c.owner in OF_BODIES}
    again = {key for p in workflows.all_processes() for c in p.clocks if c.owner in OF_BODIES and c.restarts
             for key in c.starts_on}  # fmt: skip
    answered = sa.case(
        (Deadline.stopped_on.is_not(None), Deadline.stopped_on),
        (AuditEvent.action.in_(again), AuditEvent.occurred_on),
        else_=None,
    )
    running = sa.and_(*RUNNING, Deadline.due_on < today)
    ranked = (
        sa.select(
            RecordBody.body_id.label("body_id"),
            Record.ref.label("ref"),
            Record.process.label("process"),
            Deadline.clock.label("clock"),
            Deadline.due_on.label("due"),
            answered.label("done_on"),
            sa.func.row_number()
            .over(partition_by=RecordBody.body_id, order_by=(Deadline.due_on.desc(), Deadline.id.desc()))
            .label("place"),
        )
        .join(Record, Record.id == Deadline.record_id)
        .join(RecordBody, RecordBody.record_id == Record.id)
        .outerjoin(AuditEvent, AuditEvent.id == Deadline.withdrawn_by_event)
        .where(
            visible(actor),
            Deadline.clock.in_(clocks),
            Deadline.due_on.is_not(None),
            sa.or_(Deadline.stopped_on.is_not(None), AuditEvent.action.in_(again), running),
        )
        .subquery()
    )
    rows = session.execute(sa.select(ranked).where(ranked.c.place <= of).order_by(ranked.c.body_id, ranked.c.place))
    late: dict[int, list[Dated]] = {}
    for row in rows:
        if row.done_on is None or row.done_on > row.due:
            label = workflows.get(row.process).clock(row.clock).label
            late.setdefault(row.body_id, []).append(Dated(row.ref, label, row.due, row.done_on))
    often = {one: dates for one, dates in late.items() if len(dates) >= least}
    bodies = session.scalars(
        sa.select(Body).where(Body.id.in_(often), sa.or_(Body.until_on.is_(None), Body.until_on >= today))
    )
    found = [OftenLate(body, tuple(often[body.id]), of) for body in bodies]
    return sorted(found, key=lambda one: (-len(one.late), one.body.name))
