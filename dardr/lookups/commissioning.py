"""Who is to chair a review: since when it waits, each invitation side by side, what is paid, what it costs.

It reads; people judge and choose. Whoever sees no invitations (``Process.seen_by``) finds none here either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, roles_on, visible
from dardr.actors import Actor
from dardr.casework.facts import running_by_record
from dardr.casework.fold import done
from dardr.lookups.chairs import CHAIR, INVITATION
from dardr.lookups.records import below, visible_items
from dardr.lookups.review import actions_of
from dardr.lookups.waiting import stage_since
from dardr.seeing import seen_facts
from dardr.storage.bodies import Body
from dardr.storage.reviews import Deadline, Record, RecordBody
from workflows.answers import stored_date
from workflows.definition import Process, Stage
from workflows.processes.chair_invitation_1.appointed import settled
from workflows.processes.chair_invitation_1.stages import APPOINTED

WAITING = "waiting_for_chair"
REVIEW_STEPS = ("invite_chair", "appoint_chair", "record_chair_left", "record_cost", "record_feedback")
"""The review's own steps that belong on this page, in the order in which they are taken."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment agreed with a chair. ``state`` is due, paid or not_due; sums are pounds, dates London."""

    name: str
    pounds: int
    due: date | None
    state: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of what the review costs: pounds, spent on a London day. ``kind`` is the answer to what it is for."""

    on: date | None
    kind: str
    what: str
    pounds: int


@dataclass(slots=True)
class Invitation:
    """One chair invited, with all that is compared before one is chosen. ``overlaps`` are interests in bodies of the
    review, each the entry of the register with only those bodies."""

    record: Record
    stage: Stage
    chair: Record | None
    since: date
    answer_due: date | None
    overlaps: list[dict[str, Any]]
    payments: list[Payment] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is recorded on it."""
        return self.record.facts

    @property
    def name(self) -> str:
        """What the chair is called: as the register says now, else as when invited."""
        return (self.chair.title if self.chair else "") or self.record.title or self.record.ref


@dataclass(slots=True)
class Commissioning:
    """What the page of the chair of one review shows. ``waiting_since`` is None while a chair is appointed."""

    record: Record
    process: Process
    facts: Mapping[str, Any]
    waiting_since: date | None
    waited: int
    appointed_on: date | None
    appointed_as: Invitation | None
    invitations: list[Invitation]
    costs: list[Cost]
    steps: list[dict[str, Any]]

    @property
    def next_words(self) -> str:
        """What is next for the review to have a chair, in a sentence; empty where nothing is."""
        conflict = next((i for i in self.invitations if i.stage.key == "conflict_found"), None)
        if conflict is not None:
            return (
                f"A conflict of interest of {conflict.name} was found. The deciding chair agrees how it is managed, or"
                " the appointment ends."
            )
        if self.waiting_since is None:
            return ""
        at = {i.stage.key: i for i in self.invitations}
        if "contracted" in at:
            return f"{at['contracted'].name} is under contract. Record the appointment."
        if "chosen" in at:
            return f"{at['chosen'].name} is chosen. Agree the contract and the data-protection terms, and record them."
        if "quoted" in at:
            return "Quotes are in. Check each chair for conflicts of interest, then the choice can be made."
        if "invited" in at or "interested" in at:
            return "Chairs are invited. Record what they answer."
        return "Nobody is invited. Invite a chair of the register, or record an appointment made otherwise."


def commissioning_of(session: Session, actor: Actor, ref: str, today: date) -> Commissioning:
    """The chair of one review as it stands on the London day ``today``. Raises NotFound."""
    record = get_record(session, actor, ref)
    process = workflows.get(record.process)
    invited = [one for one in visible_items(session, actor, record) if one.process_key == INVITATION]
    chairs = chairs_of(session, actor, invited)
    bodies = bodies_of_review(session, actor, record)
    since = stage_since(session, invited)
    running = running_by_record(session, [record.id, *(one.id for one in invited)])
    invitations = [
        _invitation(session, actor, one, chairs.get(str(one.facts.get("chair"))), bodies, since, running, today)
        for one in invited
    ]
    waiting = next((row.start_on for row in running.get(record.id, ()) if row.clock == WAITING), None)
    appointed = done(record.facts).get("appoint_chair")
    possible = {a["key"]: a for a in actions_of(session, actor, ref, today, with_items=False, with_fields=False)}
    named = record.facts.get("invitation")
    return Commissioning(
        record=record,
        process=process,
        facts=seen_facts(process, record.facts, roles_on(session, actor, record)),
        waiting_since=waiting,
        waited=(today - waiting).days if waiting else 0,
        appointed_on=appointed.occurred_on if appointed and waiting is None else None,
        appointed_as=next((i for i in invitations if i.record.ref == named and waiting is None), None),
        invitations=sorted(invitations, key=lambda i: (i.stage.final, i.stage.key not in APPOINTED, i.record.id)),
        costs=costs_of(process, record.facts, invitations),
        steps=[possible[key] for key in REVIEW_STEPS if key in possible and not _nothing_to_say(possible[key])],
    )


def _nothing_to_say(step: Mapping[str, Any]) -> bool:
    """That a chair left is not offered where there is none."""
    return step["key"] == "record_chair_left" and bool(step["blocked"])


def _invitation(
    session: Session,
    actor: Actor,
    record: Record,
    chair: Record | None,
    bodies: frozenset[str],
    since: Mapping[int, date],
    running: Mapping[int, list[Deadline]],
    today: date,
) -> Invitation:
    answer = next((row.due_on for row in running.get(record.id, ()) if row.clock == "chair_answer"), None)
    return Invitation(
        record=record,
        stage=workflows.get(record.process).stage(record.stage),
        chair=chair,
        since=since.get(record.id, record.opened_on),
        answer_due=answer,
        overlaps=overlaps(chair.facts if chair else {}, bodies),
        payments=payments_of(record.facts),
        steps=actions_of(session, actor, record.ref, today, with_items=False, with_fields=False),
    )


def chairs_of(session: Session, actor: Actor, invitations: Iterable[Record]) -> dict[str, Record]:
    """The chairs of the register who were invited, by reference, as far as the actor sees the register."""
    refs = {str(one.facts.get("chair")) for one in invitations}
    query = sa.select(Record).where(Record.ref.in_(refs), Record.process_key == CHAIR, visible(actor))
    return {one.ref: one for one in session.scalars(query)} if refs else {}


def bodies_of_review(session: Session, actor: Actor, record: Record) -> frozenset[str]:
    """The bodies a review concerns, by key: those that contribute, owe something, or were asked before the decision.

    The bodies whose place they took are among them, so that work for a body under its former name is found.
    """
    named = {str(key) for key in record.facts.get("agencies") or ()}
    items = [item.id for kind, item, _ in below(session, actor, [record.id]).get(record.id, ()) if kind == "item"]
    rows = session.execute(
        sa.select(Body.key).join(RecordBody, RecordBody.body_id == Body.id).where(RecordBody.record_id.in_(items))
    )
    named |= {key for (key,) in rows}
    every = {
        one: (key, successor)
        for one, key, successor in session.execute(
            sa.select(Body.id, Body.key, Body.successor_id).where(Body.partnership_id == record.partnership_id)
        )
    }
    grown = True
    while grown:
        before = {key for key, successor in every.values() if successor and every.get(successor, ("",))[0] in named}
        grown = not before <= named
        named |= before
    return frozenset(named)


def overlaps(chair: Mapping[str, Any], bodies: frozenset[str]) -> list[dict[str, Any]]:
    """The declared interests of a chair in these bodies: each entry, with those of its bodies alone."""
    found = []
    for entry in chair.get("interests") or ():
        shared = [key for key in entry.get("bodies") or () if key in bodies]
        if shared:
            found.append({**entry, "bodies": shared})
    return found


def payments_of(facts: Mapping[str, Any]) -> list[Payment]:
    """The payments agreed with a chair, in the order in which they were added."""
    over = settled(facts)
    paid = {str(one.get("payment")): one for one in facts.get("payments_made") or ()}
    found = []
    for one in facts.get("payments") or ():
        name, pounds = str(one.get("payment")), int(one.get("payment_pounds") or 0)
        state = "paid" if name in paid else "not_due" if name in over else "due"
        pounds = int(paid.get(name, {}).get("paid_pounds") or pounds)
        found.append(Payment(name, pounds, stored_date(one.get("payment_due_on")), state, stored_date(over.get(name))))
    return found


def costs_of(process: Process, facts: Mapping[str, Any], invitations: Iterable[Invitation]) -> list[Cost]:
    """What a review cost so far, oldest first: the costs recorded on it, and each stage payment made, once each."""
    asked = next((f for f in process.action("record_cost").fields if f.name == "cost_for"), None)
    labels = {choice.value: choice.label for choice in (asked.choices if asked else ())}
    found = [
        Cost(
            stored_date(one.get("on")),
            str(one.get("cost_for")),
            labels.get(str(one.get("cost_for")), ""),
            one["pounds"],
        )
        for one in facts.get("costs") or ()
    ]
    for one in invitations:
        found += [
            Cost(paid.on, "payment", f"Chair, stage payment: {paid.name}", paid.pounds)
            for paid in one.payments
            if paid.state == "paid"
        ]
    return sorted(found, key=lambda cost: cost.on or date.min)


# --- the appointment ----------------------------------------------------------------------------------------


def suggested(session: Session, actor: Actor, record: Record) -> dict[str, str]:
    """What the form of the appointment holds already: what is recorded of the chair under contract, newest first."""
    for one in reversed(visible_items(session, actor, record)):
        if one.process_key == INVITATION and one.stage == "contracted" and one.ref != record.facts.get("invitation"):
            return _of_invitation(one, chairs_of(session, actor, [one]).get(str(one.facts.get("chair"))))
    return {}


def _of_invitation(one: Record, chair: Record | None) -> dict[str, str]:
    facts, known = one.facts, chair.facts if chair else {}
    managed = facts.get("conflict_outcome") == "managed"
    pounds = facts.get("contract_pounds") or facts.get("quote_pounds")
    found = {
        "invitation": one.ref,
        "chair": chair.title if chair else one.title,
        "chair_conflicts": facts.get("conflict_note") if managed else "",
        "chair_trained": known.get("home_office_training"),
        "chair_is_author": known.get("writes_reports") if known.get("writes_reports") in ("yes", "no") else "",
        "chair_email": known.get("email"),
        "appointment_letter": facts.get("contract_kept_at"),
        "chair_fee": f"£{pounds:,}" if pounds else "",
    }
    if managed or facts.get("declaration_signed") == "yes":
        found["chair_independence"] = "declared_with_note" if managed else "declared"
    return {name: str(value) for name, value in found.items() if value}
