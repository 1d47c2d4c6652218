"""What runs beside a review and what waits for it: proceedings with hearings, holds, what is held back, disclosure.

Somebody who sees the holds and parallel processes of a review and no more gets those, and neither what is held back nor
the disclosure register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

import workflows
from dardr.access import roles_on, roles_on_each
from dardr.actors import Actor
from dardr.casework import hold_places
from dardr.casework.facts import holds_of_each
from dardr.casework.fold import done
from dardr.errors import Forbidden
from dardr.lookups.deadlines import deadlines_of
from dardr.lookups.records import below
from dardr.parts import contents_seen
from dardr.seeing import seen_facts
from dardr.storage.reviews import Hold, Record
from workflows.answers import stored_date
from workflows.definition import Process
from workflows.processes.proceeding_1.hearings import Hearing, hearings, in_time_order, moves_since_follow_up
from workflows.processes.who import APART

PROCEEDING, HELD_BACK, DISCLOSURE = "proceeding", "held-back", "disclosure"
SHOWN = "record_shown"


@dataclass(frozen=True, slots=True)
class Paused:
    """One running date that a hold pauses: of what, its first date, and its date if it ran again from today."""

    label: str
    ref: str
    of: str
    first_due: date | None
    if_today: date | None
    number: int


@dataclass(frozen=True, slots=True)
class Held:
    """A hold with all that is known of it. ``clocks`` are the names of the clocks it pauses, running or not.

    ``days`` is its age in calendar days; ``asks`` is True from the day after it was to be looked at again. ``told`` are
    those told of it, each with the day (ISO) they were told last.
    """

    id: int
    kind: str
    from_on: date
    until_on: date | None
    reason: str
    asked_by: str
    review_by: date | None
    activities: tuple[str, ...]
    clocks: tuple[str, ...]
    open: bool
    undone: bool
    days: int
    asks: bool
    proceeding: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    paused: tuple[Paused, ...] = ()


@dataclass(frozen=True, slots=True)
class Proceeding:
    """A proceeding with its hearings in the order of their days. ``moves`` are those nobody has followed up yet.

    ``facts`` are those that the person asking reads; ``may_see`` that its own page is theirs to open.
    """

    ref: str
    title: str
    stage: str
    stage_label: str
    ended: bool
    facts: Mapping[str, Any]
    hearings: tuple[Hearing, ...]
    moves: int
    may_see: bool
    due: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    holds: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that serves the review, as a line: something held back, a line of the disclosure register.

    ``shown_on`` is the London day on which disclosed material was shown, while that stands.
    """

    ref: str
    stage: str
    stage_label: str
    open: bool
    facts: Mapping[str, Any]
    opened_on: date
    due: dict[str, Any] | None = None
    shown_on: date | None = None


@dataclass(slots=True)
class Beside:
    """Everything that runs beside a review and that somebody may see. ``held_back`` and ``register`` are None where
    their part of the review does not show them."""

    record: Record
    process: Process
    proceedings: list[Proceeding]
    holds: list[Held]
    held_back: list[Kept] | None
    register: list[Kept] | None


def beside(session: Session, actor: Actor, record: Record, today: date) -> Beside:
    """What runs beside a review, for somebody who may see it, in whole or in part. ``today`` is a London date.

    Raises Forbidden where their part of the review has neither holds nor parallel processes.
    """
    contents = contents_seen(session, actor, record)
    if contents is not None and not contents.holds:
        raise Forbidden(
            f"Your role shows a part of {record.ref}, and this is not in it. Its first page shows your part."
        )
    serving = [
        (other, may_see)
        for kind, other, may_see in below(session, actor, [record.id]).get(record.id, ())
        if kind == "item" and (may_see or (contents is not None and other.process_key == PROCEEDING))
    ]
    dates = deadlines_of(session, actor, record.ref, today)
    found = _holds(session, record, dates, today)
    roles = roles_on_each(session, actor, [other for other, _ in serving])
    proceedings = [
        _proceeding(other, may_see, roles[other.id], found, dates)
        for other, may_see in serving
        if other.process_key == PROCEEDING
    ]
    apart = contents is None and bool(roles_on(session, actor, record) & APART)
    of = {
        key: [_kept(o, roles[o.id], dates) for o, _ in serving if o.process_key == key]
        for key in (HELD_BACK, DISCLOSURE)
    }
    return Beside(
        record,
        workflows.get(record.process),
        sorted(proceedings, key=lambda one: one.ended),
        sorted(found, key=lambda hold: (not hold.open, hold.from_on, hold.id)),
        of[HELD_BACK] if apart else None,
        of[DISCLOSURE] if apart else None,
    )


def _holds(session: Session, record: Record, dates: Iterable[dict[str, Any]], today: date) -> list[Held]:
    rows = holds_of_each(session, [record.id]).get(record.id, [])
    answers = hold_places.placed(session, record, rows)
    running = [row for row in dates if row["held"]]
    return [_held(record, hold, answers.get(hold.id, {}), running, today) for hold in rows]


def _held(
    record: Record, hold: Hold, answers: Mapping[str, Any], running: Iterable[dict[str, Any]], today: date
) -> Held:
    return Held(
        hold.id,
        hold.kind,
        hold.from_on,
        hold.until_on,
        hold.reason,
        hold.asked_by,
        hold.review_by,
        tuple(hold.activities or ()),
        tuple(hold.clocks or ()),
        hold.open,
        hold.undone_by_event is not None,
        ((hold.until_on or today) - hold.from_on).days,
        hold.open and hold.review_by is not None and hold.review_by < today,
        str(answers.get("proceeding") or ""),
        hold_places.told_of(record, hold, answers),
        tuple(_paused(row) for row in running if hold.open and row["clock"] in (hold.clocks or ())),
    )


def _paused(row: dict[str, Any]) -> Paused:
    return Paused(
        row["label"],
        row["ref"],
        row["record_label"],
        stored_date(row["original_due"]),
        stored_date(row["receipt"].get("if_restarted_today")),
        row["deadline"],
    )


def _proceeding(
    record: Record, may_see: bool, roles: Any, holds: Iterable[Held], dates: Iterable[dict[str, Any]]
) -> Proceeding:
    process = workflows.get(record.process)
    return Proceeding(
        record.ref,
        record.title,
        record.stage,
        process.stage(record.stage).label,
        record.final,
        seen_facts(process, record.facts, roles),
        tuple(in_time_order(hearings(record.facts))),
        moves_since_follow_up(record.facts),
        may_see,
        {row["clock"]: row for row in dates if row["ref"] == record.ref and row["running"]},
        tuple(hold for hold in holds if hold.proceeding == record.ref and not hold.undone),
    )


def _kept(record: Record, roles: Any, dates: Iterable[dict[str, Any]]) -> Kept:
    process = workflows.get(record.process)
    shown = done(record.facts).get(SHOWN)
    return Kept(
        record.ref,
        record.stage,
        process.stage(record.stage).label,
        not record.final,
        seen_facts(process, record.facts, roles),
        record.opened_on,
        next((row for row in dates if row["ref"] == record.ref and row["running"]), None),
        shown.occurred_on if shown and record.stage == "shown" else None,
    )
