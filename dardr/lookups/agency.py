"""What one agency owes, waits for and has done, across reviews: of each only its reference and what is asked.

A body answers for the bodies it took the place of, so what they owed is on its page too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import OF_AGENCIES, roles_on_each, visible
from dardr.actors import Actor
from dardr.casework.recipients import OF_BODIES
from dardr.lookups.deadlines import open_holds, running_state, stands_of
from dardr.lookups.waiting import stage_since
from dardr.storage.bodies import Body
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordBody, RecordLink
from workflows.answers import stored_date
from workflows.definition import Action, Process, Role
from workflows.processes.agency_return_1 import OPENING as RETURN_ASKED
from workflows.processes.more_time import asked_last, waits_for_answer

SOON = timedelta(days=28)
"""What is due within so many days, or has no date, is asked for now; the rest is shown as due later."""
DONE_SHOWN = 20
LEVELS = 3
"""How far a review can be above what is asked: a comment is asked in a round, which serves the review."""

TAKES = {
    "action": "about 2 minutes",
    "action-share": "about 2 minutes",
    "comment-request": "as long as reading takes",
    "commissioner-reply": "about 5 minutes for each recommendation",
    "section15-answer": "about 10 minutes",
    "update-request": "about 2 minutes for each action",
}
RETURN_TAKES = {"information_return": "about 20 minutes"}
LONG = "more than one sitting; what you have written is kept"
"""About how long something takes somebody who has the answers at hand."""
FOR_THE_LEAD = "for your lead"
"""What stands in place of a button that is the lead's alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing asked of an agency. ``stands`` is what ``how_it_stands`` reads; None where no clock runs.

    ``steps`` are the actions that this person may take now, the one that leads on first; ``since`` is a London date.
    ``for_the_lead``: this person may take none of them, and the lead of their agency may.
    """

    record: Record
    kind: str
    what: str
    stage: str
    reviews: tuple[str, ...]
    due: date | None
    stands: dict[str, Any] | None
    takes: str
    steps: tuple[Action, ...]
    roles: frozenset[Role]
    since: date | None
    for_the_lead: bool

    @property
    def ref(self) -> str:
        """Its reference."""
        return self.record.ref


@dataclass(slots=True)
class Page:
    """The page of an agency: to do now, due later, waiting for others, done; each by date."""

    body: Body
    to_do: list[Line] = field(default_factory=list)
    later: list[Line] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    done: list[Line] = field(default_factory=list)

    @property
    def open(self) -> list[Line]:
        """What the agency can do something about, by date."""
        return [*self.to_do, *self.later]


def bodies_of_actor(session: Session, actor: Actor) -> list[Body]:
    """The bodies this person answers for, by name; those that another of them took the place of are part of that one.

    Somebody who was let in for one record only answers for the body that owes it.
    """
    held = {g.body_id for g in actor.grants if g.role in OF_AGENCIES and g.body_id is not None}
    if not held and (only := [g.record_id for g in actor.grants if g.role in OF_AGENCIES and g.record_id]):
        held = set(session.scalars(sa.select(RecordBody.body_id).where(RecordBody.record_id.in_(only))))
        held &= set(actor.body_ids) or held
    rows = session.scalars(sa.select(Body).where(Body.id.in_(held)).order_by(Body.name))
    return [row for row in rows if row.successor_id not in held]


def family(session: Session, body: Body) -> frozenset[int]:
    """The ids of a body and of those it took the place of, directly or through others."""
    found, last = {body.id}, {body.id}
    while last:
        last = set(session.scalars(sa.select(Body.id).where(Body.successor_id.in_(last)))) - found
        found |= last
    return frozenset(found)


def leads(session: Session, actor: Actor, body: Body) -> bool:
    """Whether this person is a lead of the body."""
    bodies = family(session, body)
    return any(g.role is Role.AGENCY_LEAD and g.body_id in bodies for g in actor.grants)


def page_of_agency(session: Session, actor: Actor, body: Body, today: date) -> Page:
    """Everything a body owes, waits for and has lately done, as far as this actor may see it.

    ``today`` is a London date. The number of queries does not depend on how much there is.
    """
    owed = sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(family(session, body)))
    query = sa.select(Record).where(Record.id.in_(owed), visible(actor))
    goes_on = sa.or_(Record.final.is_(False), _looked_at_again())
    records = list(session.scalars(query.where(goes_on).order_by(Record.id)))
    ended = list(session.scalars(query.where(sa.not_(goes_on)).order_by(Record.id.desc()).limit(DONE_SHOWN)))
    lines = lines_of(session, actor, [*records, *ended], today)
    found = Page(body)
    for line in lines:
        process = workflows.get(line.record.process)
        if line.record.final and line.due is None:
            found.done.append(line)
        elif not line.record.final and _waits_for_others(process, line.record):
            found.waiting.append(line)
        elif line.due is not None and line.due > today + SOON:
            found.later.append(line)
        else:
            found.to_do.append(line)
    for some in (found.to_do, found.later, found.waiting):
        some.sort(key=lambda one: (one.due is None, one.due or date.max, one.record.id))
    found.done.sort(key=lambda one: (one.since or date.min, one.record.id), reverse=True)
    return found


def _looked_at_again() -> sa.ColumnElement[bool]:
    """The condition on a record that a clock still runs on it although it has ended: its effect is looked at."""
    return sa.exists().where(Deadline.record_id == Record.id, *RUNNING)


def lines_of(session: Session, actor: Actor, records: Iterable[Record], today: date) -> list[Line]:
    """What is asked, one line for each record; the actor sees them all."""
    wanted = {record.id: record for record in records}
    clocks = _next_clock(session, wanted, today)
    reviews = reviews_above(session, wanted)
    since = stage_since(session, wanted.values())
    roles = roles_on_each(session, actor, wanted.values())
    found = []
    for one, record in wanted.items():
        process = workflows.get(record.process)
        stands = clocks.get(one)
        found.append(
            Line(
                record,
                kind_of(record),
                record.title if process.key in CALLED_BY_WHAT else "",
                process.stage(record.stage).label,
                tuple(reviews.get(one, ())),
                stands["due"] if stands else None,
                stands,
                _takes(record),
                _steps(process, record, roles[one]),
                roles[one],
                since.get(one),
                bool(roles[one] & OF_AGENCIES) and _leads_alone(process, record, roles[one]),
            )
        )
    return found


def lines_owed(session: Session, actor: Actor, refs: Iterable[str], today: date) -> list[Line]:
    """What is asked of the agency of this person, of these references; what is asked of others is left out."""
    owed = sa.select(RecordBody.record_id)
    records = session.scalars(sa.select(Record).where(Record.ref.in_(refs), Record.id.in_(owed), visible(actor)))
    return [line for line in lines_of(session, actor, records, today) if line.roles & OF_AGENCIES]


CALLED_BY_WHAT = ("action", "action-share", "comment-request", "update-request")
"""Records whose title says what is asked; the others are called by the body that owes them."""


def kind_of(record: Record) -> str:
    """What is asked, in words: of a return which one."""
    if record.process_key == "agency-return":
        asked = next(f for f in RETURN_ASKED.fields if f.name == "kind")
        return next((c.label for c in asked.choices if c.value == record.facts.get("kind")), "Return")
    label = workflows.get(record.process).label
    return {"action": "Action", "action-share": "Your part of an action"}.get(record.process_key, label)


def _waits_for_others(process: Process, record: Record) -> bool:
    """Whether the next move is not the agency's, or it has asked for more time and waits for the answer."""
    return process.stage(record.stage).acts not in OF_BODIES or waits_for_answer(record.facts)


def more_time_until(record: Record) -> date | None:
    """Until which London date more time was asked for, while nobody has answered."""
    return stored_date(asked_last(record.facts).get("more_time_until")) if waits_for_answer(record.facts) else None


def _takes(record: Record) -> str:
    if record.process_key == "agency-return":
        return RETURN_TAKES.get(str(record.facts.get("kind")), LONG)
    return TAKES.get(record.process_key, "")


def _steps(process: Process, record: Record, roles: frozenset[Role]) -> tuple[Action, ...]:
    """The main actions of an agency that are possible at this stage for somebody with these roles."""
    here = [a for a in process.actions if record.stage in a.source and a.roles & roles & OF_AGENCIES and a.main]
    return tuple(here)


def _leads_alone(process: Process, record: Record, roles: frozenset[Role]) -> bool:
    """Whether what is to do at this stage is for the lead of the agency, and not for somebody with these roles."""
    lead = frozenset({Role.AGENCY_LEAD})
    return not record.final and not _steps(process, record, roles) and bool(_steps(process, record, lead))


def _next_clock(session: Session, records: Mapping[int, Record], today: date) -> dict[int, dict[str, Any]]:
    """The running clock of each record that the agency owes and that comes first."""
    rows = session.scalars(
        sa.select(Deadline)
        .where(
            Deadline.record_id.in_(list(records)),
            *RUNNING,
        )
        .order_by(Deadline.due_on.is_(None), Deadline.due_on, Deadline.id)
    )
    holds = open_holds(session, records)
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        record = records[row.record_id]
        clock = workflows.get(record.process).clock(row.clock)
        if row.record_id in found or clock.owner not in OF_BODIES:
            continue
        state = running_state(clock, row, holds.get(record.id, set()), today)
        found[row.record_id] = {**stands_of(clock, row, state), "deadline": row.id}
    return found


def reviews_above(session: Session, record_ids: Iterable[int]) -> dict[int, list[str]]:
    """The references of the reviews (or reports of the Commissioner) that each of these serves, directly or not.

    Only references: whoever is asked for something may know for what, and no more.
    """
    found: dict[int, list[str]] = {}
    level = {one: {one} for one in record_ids}
    for _ in range(LEVELS):
        if not level:
            break
        rows = session.execute(
            sa.select(RecordLink.item_id, Record.id, Record.ref, Record.process_key)
            .join(Record, Record.id == RecordLink.review_id)
            .where(RecordLink.item_id.in_(list(level)), RecordLink.kind == "item")
            .order_by(Record.id)
        ).all()
        above: dict[int, set[int]] = {}
        for item, one, ref, key in rows:
            for start in level[item]:
                if key in TOPS:
                    found.setdefault(start, [])
                    if ref not in found[start]:
                        found[start].append(ref)
                else:
                    above.setdefault(one, set()).add(start)
        level = above
    return found


TOPS = (*workflows.REVIEW_KEYS, "section8-report", "section15-request")
