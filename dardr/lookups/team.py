"""What a team looks at besides its own work: what the nightly checks found, mail not delivered, who carries what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.lookups.calendars import feed
from dardr.storage.drafts import Draft
from dardr.storage.installation import IntegrityFinding
from dardr.storage.outbox import NO_ADDRESS, UNDELIVERED, OutboxMessage
from dardr.storage.reviews import Record
from workflows.definition import Role

MOST_COUNTED = 100
"""How many e-mails that did not arrive are counted: beyond that, the page that lists them says more than a number."""

NEW = "notified"
"""The stage of a notification that nobody has accepted for screening yet."""


FINDINGS = {
    "no_next_step": "nothing can be done next",
    "hold_past_review": "a hold past the day it was to be looked at again",
    "clock_not_armed": "a date that cannot be counted",
    "no_owner": "a return, reply or action that nobody owes",
    "no_contact": "an organisation nobody can be written to at",
    "no_case_manager": "a review without a case manager",
    "task_without_person": "a task whose person has left",
    "deadline_differs": "a date that differs from what was recorded",
    "facts_differ": "a record that differs from its history",
    "next_look_wrong": "a reminder that would have been missed, put right",
    "not_looked_at": "a date no reminder could be worked out for",
    "date_provisional": "a date counted past the published bank holidays",
    "calendar_ends": "bank holidays that end soon",
    "calendar_missing": "bank holidays that are missing",
    "holidays_waiting": "bank holidays of the feed that wait for a look",
    "feed_lacks_days": "a feed of bank holidays that lacks days known here",
    "feed_not_read": "a feed of bank holidays that cannot be read",
    "check_failed": "a check that did not come to its end",
}
"""What the nightly checks found, in a few words for a count."""


def finding_words(kind: str) -> str:
    """What was found, in a few words."""
    return FINDINGS.get(kind, kind.replace("_", " "))


@dataclass(frozen=True, slots=True)
class TeamHome:
    """Counts with, for the reviews, their references. ``findings`` is (kind, how many), the most frequent first.

    ``undelivered`` is counted to one more than ``MOST_COUNTED``.
    """

    findings: tuple[tuple[str, int], ...]
    without_case_manager: tuple[str, ...]
    new_notifications: tuple[str, ...]
    undelivered: int
    holidays_waiting: int = 0

    @property
    def quiet(self) -> bool:
        """True where there is nothing to look at."""
        return not (
            self.findings
            or self.without_case_manager
            or self.new_notifications
            or self.undelivered
            or self.holidays_waiting
        )


def team_home(session: Session, actor: Actor) -> TeamHome:
    """What needs the team's attention, as far as this actor may see the records; four queries."""
    about = sa.or_(IntegrityFinding.record_id.is_(None), visible(actor))
    findings = session.execute(
        sa.select(IntegrityFinding.kind, sa.func.count())
        .outerjoin(Record, Record.id == IntegrityFinding.record_id)
        .where(about)
        .group_by(IntegrityFinding.kind)
        .order_by(sa.func.count().desc(), IntegrityFinding.kind)
    )
    live = sa.select(Record.id).where(Record.process_key.in_(workflows.REVIEW_KEYS), Record.final.is_(False))
    new = live.where(Record.stage == NEW)
    reviews = session.execute(
        sa.select(Record.ref, Record.stage, Record.case_manager_id)
        .where(visible(actor), Record.id.in_(sa.union_all(live.where(Record.case_manager_id.is_(None)), new)))
        .order_by(Record.id)
    ).all()
    may = sa.and_(OutboxMessage.record_id.is_not(None), visible(actor))
    if Role.ADMINISTRATOR in actor.everywhere:
        may = sa.or_(may, OutboxMessage.record_id.is_(None))
    failed = (
        sa.select(OutboxMessage.id)
        .outerjoin(Record, Record.id == OutboxMessage.record_id)
        .where(UNDELIVERED, may)
        .limit(MOST_COUNTED + 1)
    )
    undelivered = session.scalar(sa.select(sa.func.count()).select_from(failed.subquery()))
    return TeamHome(
        tuple((kind, number) for kind, number in findings),
        tuple(row.ref for row in reviews if row.case_manager_id is None),
        tuple(row.ref for row in reviews if row.stage == NEW),
        int(undelivered or 0),
        _holidays_waiting(session, actor),
    )


def _holidays_waiting(session: Session, actor: Actor) -> int:
    """Days of the feed that would move a date, for those who may add them."""
    stands = feed(session) if actor.everywhere & {Role.ADMINISTRATOR, Role.TEAM_MANAGER} else None
    return len(stands.waiting) if stands else 0


def drafts_of(session: Session, actor: Actor, purpose: str, now: datetime) -> list[tuple[str, datetime]]:
    """What somebody began and has not sent: its address in the service, and when it was last saved, newest first."""
    rows = session.execute(
        sa.select(Draft.path, Draft.updated_at)
        .where(
            Draft.user_id == actor.id,
            Draft.purpose == purpose,
            Draft.sealed.is_not(None),
            Draft.submitted_ref.is_(None),
            sa.or_(Draft.until_at.is_(None), Draft.until_at > now),
        )
        .order_by(Draft.updated_at.desc())
    )
    return [(path, updated_at) for path, updated_at in rows]


def last_reminded(session: Session, deadline_ids: Iterable[int]) -> dict[int, datetime]:
    """When somebody was last written to about each of these deadlines."""
    wanted = list(deadline_ids)
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(OutboxMessage.deadline_id, sa.func.max(OutboxMessage.created_at))
        .where(OutboxMessage.deadline_id.in_(wanted), OutboxMessage.status != NO_ADDRESS)
        .group_by(OutboxMessage.deadline_id)
    )
    return {one: at for one, at in rows if one is not None}
