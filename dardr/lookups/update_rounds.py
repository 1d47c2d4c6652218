"""Rounds of updates for the Steering Group: which there are, and in one of them what each agency has said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import get_record, visible
from dardr.actors import Actor
from dardr.casework.open_actions import ITS_DATE, owing, to_do_stages
from dardr.errors import NotFound
from dardr.storage.bodies import Body
from dardr.storage.post_in import REPLY, IncomingMail
from dardr.storage.reviews import AuditEvent, Deadline, Record, RecordBody, RecordLink
from workflows.answers import stored_date
from workflows.processes.update_request_1 import ASKED, NOTHING, RETURNED

ROUND, REQUEST = "update-round", "update-request"


@dataclass(frozen=True, slots=True)
class Round:
    """One round: its days (London), and how many agencies were asked and have answered."""

    ref: str
    stage: str
    stage_label: str
    meeting_on: date | None
    opens_on: date | None
    closes_on: date | None
    asked: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One open action of an agency in a round: its date, and the day of the last update since the round opened."""

    ref: str
    stage_label: str
    due: date | None
    updated_on: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One agency in a round: how it stands, which way the answer came, what it told the group, its open actions.

    ``reply`` is the number, among the post that came in, of a reply nobody has dealt with yet.
    """

    ref: str
    body: str
    body_key: str
    stage: str
    stage_label: str
    answered_on: date | None
    later: bool
    came_by: str
    told: str
    reply: int | None
    lines: Sequence[ActionLine] = field(default_factory=tuple)

    @property
    def updated(self) -> int:
        """How many of its actions had an update in this round."""
        return sum(line.updated_on is not None for line in self.lines)


def rounds(session: Session, actor: Actor) -> list[Round]:
    """Every round that the actor may see, the latest meeting first. Two queries."""
    records = session.scalars(sa.select(Record).where(visible(actor), Record.process_key == ROUND)).all()
    request = sa.select(RecordLink.review_id, Record.stage, sa.func.count())
    counted = session.execute(
        request.join(Record, Record.id == RecordLink.item_id)
        .where(RecordLink.review_id.in_([one.id for one in records]), Record.process_key == REQUEST)
        .group_by(RecordLink.review_id, Record.stage)
    ).all()
    asked: dict[int, int] = {}
    answered: dict[int, int] = {}
    for round_id, stage, many in counted:
        if stage in (ASKED, RETURNED, NOTHING):
            asked[round_id] = asked.get(round_id, 0) + many
        if stage in (RETURNED, NOTHING):
            answered[round_id] = answered.get(round_id, 0) + many
    found = [_round(one, asked.get(one.id, 0), answered.get(one.id, 0)) for one in records]
    return sorted(found, key=lambda one: (one.meeting_on or date.min, one.ref), reverse=True)


def _round(record: Record, asked: int, answered: int) -> Round:
    stage = workflows.get(record.process).stage(record.stage)
    meeting, opens, closes = (stored_date(record.facts.get(name)) for name in ("meeting_on", "opens_on", "closes_on"))
    return Round(record.ref, stage.key, stage.label, meeting, opens, closes, asked, answered)


def one_round(session: Session, actor: Actor, ref: str) -> tuple[Record, list[Asked]]:
    """A round and what each agency said in it, those not heard from first. Raises NotFound.

    An action counts as updated where something was recorded on it since the agency was asked. Six queries.
    """
    record = get_record(session, actor, ref)
    if record.process_key != ROUND:
        raise NotFound(f"{ref} is not a round of updates.")
    rows = session.execute(
        sa.select(Record, Body.name, Body.key, Body.id)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .join(RecordBody, RecordBody.record_id == Record.id)
        .join(Body, Body.id == RecordBody.body_id)
        .where(RecordLink.review_id == record.id, Record.process_key == REQUEST, visible(actor))
        .order_by(Body.name)
    ).all()
    lines = _lines(session, actor, [body_id for *_, body_id in rows], stored_date(record.facts.get("opens_on")))
    answers = _answers(session, [one.id for one, *_ in rows])
    replied = _replied(session, [one.id for one, *_ in rows])
    process = workflows.newest(REQUEST)
    found = []
    for one, name, key, body_id in rows:
        answered_on = answers.get(one.id)
        closes = stored_date(one.facts.get("closes_on"))
        found.append(
            Asked(
                one.ref,
                name,
                key,
                one.stage,
                process.stage(one.stage).label,
                answered_on if one.stage in (RETURNED, NOTHING) else None,
                bool(answered_on and closes and answered_on > closes),
                str(one.facts.get("came_by") or ""),
                str(one.facts.get("to_the_group") or ""),
                replied.get(one.id) if one.stage == ASKED else None,
                tuple(lines.get(body_id, ())),
            )
        )
    return record, sorted(found, key=lambda one: (one.stage != ASKED, one.body))


def _lines(session: Session, actor: Actor, bodies: list[int], since: date | None) -> dict[int, list[ActionLine]]:
    """The open actions of these bodies, and those that were updated since the round opened."""
    moved = (
        sa.select(AuditEvent.record_id, sa.func.max(AuditEvent.occurred_on).label("on"))
        .where(AuditEvent.occurred_on >= (since or date.max), AuditEvent.action.in_(UPDATES))
        .group_by(AuditEvent.record_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(RecordBody.body_id, Record.ref, Record.stage, sa.func.min(Deadline.due_on), sa.func.max(moved.c.on))
        .join(Record, Record.id == RecordBody.record_id)
        .outerjoin(moved, moved.c.record_id == Record.id)
        .outerjoin(Deadline, ITS_DATE)
        .where(
            visible(actor),
            Record.process_key == "action",
            RecordBody.body_id.in_(bodies),
            sa.or_(Record.stage.in_(to_do_stages()), moved.c.on.is_not(None)),
        )
        .group_by(RecordBody.body_id, Record.id, Record.ref, Record.stage)
        .order_by(RecordBody.body_id, Record.id)
    )
    process = workflows.newest("action")
    found: dict[int, list[ActionLine]] = {}
    for body, ref, stage, due, on in rows:
        found.setdefault(body, []).append(ActionLine(ref, process.stage(stage).label, due, on))
    return found


UPDATES = (
    "record_update", "report_obstacle", "resume_work", "claim_complete", "start_work", "agree", "put_in_place",
)  # fmt: skip
"""What an agency does with an action that counts as its update in a round."""


def _replied(session: Session, ids: list[int]) -> dict[int, int]:
    """By request, the number of the latest reply to its e-mail that nobody has dealt with yet."""
    rows = session.execute(
        sa.select(IncomingMail.record_id, sa.func.max(IncomingMail.id))
        .where(IncomingMail.record_id.in_(ids), IncomingMail.kind == REPLY, IncomingMail.dealt_at.is_(None))
        .group_by(IncomingMail.record_id)
    )
    return {record_id: number for record_id, number in rows if record_id is not None}


def suggested_agencies(session: Session, actor: Actor, record: Record) -> dict[str, list[str]]:
    """What the form that opens a round holds already: every agency with an open action."""
    return {"bodies_asked": list(owing(session, record.partnership_id))}


def _answers(session: Session, ids: list[int]) -> dict[int, date]:
    """When each request was answered, by the last time it was."""
    rows = session.execute(
        sa.select(AuditEvent.record_id, sa.func.max(AuditEvent.occurred_on))
        .where(
            AuditEvent.record_id.in_(ids),
            AuditEvent.action.in_(("return_updates", "record_reply", "record_nothing")),
        )
        .group_by(AuditEvent.record_id)
    )
    return {record_id: on for record_id, on in rows}
