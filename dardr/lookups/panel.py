"""The panel of a review on one page: who sits there, its quorum, the terms of reference, the agencies' returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.attendance import quorum_of
from dardr.casework.fold import done
from dardr.casework.panel import Seat, seats_of
from dardr.errors import NotFound
from dardr.lookups.records import bodies_of, visible_items
from dardr.lookups.review import actions_of
from dardr.seeing import seen_facts
from dardr.storage.reviews import Record
from workflows.definition import Process, Role
from workflows.processes.dardr_s9_1.panel import RETURN_KINDS
from workflows.processes.who import CHAIRING

RETURN = "agency-return"
OF_THE_PANEL = ("add_panel_member", "agree_confidentiality", "appoint_panel", "set_quorum")
OF_THE_TERMS = ("draft_terms", "approve_terms", "start_evidence")
OF_THE_RETURNS = ("request_returns", "record_combined_chronology")
OF_A_SEAT = ("record_confidentiality", "name_substitute", "change_seat", "leave_panel")


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat as the page shows it, with what this person reads of it and may do with it."""

    seat: Seat
    facts: Mapping[str, Any]
    steps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One agency's return to the review: where it stands, its date, the checks of its quality, what may be done."""

    record: Record
    bodies: tuple[str, ...]
    stage_label: str
    open: bool
    quality: str
    may_remind: bool


@dataclass(slots=True)
class Panel:
    """Everything on the page of a panel."""

    record: Record
    process: Process
    facts: Mapping[str, Any]
    sitting: list[SeatLine]
    left: list[SeatLine]
    returns: list[ReturnLine]
    missing: list[str]
    sees_every_return: bool
    steps: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def returns_in(self) -> int:
        """How many of the returns asked for have ended."""
        return sum(not line.open for line in self.returns)

    @property
    def terms_approved(self) -> Any:
        """The last approval of the terms of reference, where there is one."""
        return done(self.record.facts).get("approve_terms")


def panel_of(session: Session, actor: Actor, ref: str, today: date) -> Panel:
    """The panel of a review as this person sees it. ``today`` is a London date. Raises NotFound, Forbidden."""
    record = get_record(session, actor, ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so it has no panel.")
    process = workflows.get(record.process)
    roles = roles_on(session, actor, record)
    facts = seen_facts(process, record.facts, roles)
    seats = [_seat(seat, roles) for seat in seats_of(session, record.id)]
    sitting = [line for line in seats if line.seat.sitting]
    possible = actions_of(session, actor, ref, today, with_items=False, with_fields=False)
    by_key = {action["key"]: action for action in possible}
    return Panel(
        record,
        process,
        facts,
        sitting,
        [line for line in seats if not line.seat.sitting],
        _returns(session, actor, record, roles),
        _missing(record, sitting),
        roles != {Role.PANEL_MEMBER},
        {
            name: [by_key[key] for key in keys if key in by_key]
            for name, keys in (("panel", OF_THE_PANEL), ("terms", OF_THE_TERMS), ("returns", OF_THE_RETURNS))
        },
    )


def _seat(seat: Seat, roles: frozenset[Role]) -> SeatLine:
    process = workflows.get(seat.record.process)
    steps = ()
    if seat.sitting and roles & CHAIRING:
        steps = tuple((key, process.action(key).label) for key in OF_A_SEAT)
    return SeatLine(seat, seen_facts(process, seat.facts, roles), steps)


def _returns(session: Session, actor: Actor, record: Record, roles: frozenset[Role]) -> list[ReturnLine]:
    """The returns to the review itself that this person may see; those for the decision are on its own page."""
    items = [
        item
        for item in visible_items(session, actor, record)
        if item.process_key == RETURN and item.facts.get("kind") in RETURN_KINDS
    ]
    whose = bodies_of(session, [item.id for item in items])
    return [_return(item, tuple(whose.get(item.id, ())), roles) for item in items]


def _return(item: Record, bodies: tuple[str, ...], roles: frozenset[Role]) -> ReturnLine:
    checks = item.facts.get("quality_checks") or []
    return ReturnLine(
        item,
        bodies,
        workflows.get(item.process).stage(item.stage).label,
        not item.final,
        str(checks[-1].get("quality") or "") if checks else "",
        bool(not item.final and roles & CHAIRING),
    )


def _missing(record: Record, sitting: list[SeatLine]) -> list[str]:
    """What a panel still lacks, in sentences that say what to do."""
    facts, was = record.facts, done(record.facts)
    found = []
    if not facts.get("chair"):
        found.append("No independent chair is recorded.")
    if not sitting:
        found.append("Nobody is recorded as a member of the panel.")
    elif not any(line.seat.facts.get("represents") == "specialist" for line in sitting):
        found.append("No specialist domestic abuse service is on the panel.")
    unsigned = sum(not line.seat.facts.get("confidentiality_signed_on") for line in sitting)
    if unsigned and facts.get("confidentiality") != "all":
        found.append(f"{unsigned} of {len(sitting)} confidentiality agreements are not recorded as signed.")
    quorum = quorum_of(facts)
    if sitting and not (quorum.bodies or quorum.specialist):
        found.append("No quorum is set. No national number is known; the panel sets its own.")
    if "approve_terms" not in was:
        found.append("The terms of reference are not approved.")
    elif facts.get("family_consulted_on_terms") == "no":
        found.append("The family has not been consulted on the terms of reference yet.")
    return found
