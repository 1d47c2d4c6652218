"""How the post stands: what waits, since when, and whether anything goes out at all. Numbers and instants only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.installation import Heartbeat
from dardr.storage.outbox import FAILED, IN_FLIGHT, NO_ADDRESS, QUEUED, SENT, WAITING, OutboxAttempt, OutboxMessage
from dardr.storage.post_in import BOUNCE, REPLY, IncomingMail
from dardr.storage.reminders import Reminder
from dardr.systime import LONDON
from workflows.calendar import in_words

LATE_AFTER: dict[str, timedelta] = {
    "deliver": timedelta(minutes=10),
    "sweep": timedelta(hours=2, minutes=30),
    "housekeeping": timedelta(hours=26),
}
"""How long after its last end a tick counts as missing. Sweeps pause for the hour after one in the morning."""

SENDS = ("deliver", "sweep")
"""The ticks without which no reminder is sent."""

WAITS_TOO_LONG = timedelta(hours=1)
ALARM_AFTER = timedelta(days=1)
"""E-mail cannot tell of itself that it does not go out: after so long every page of the team does."""

COUNTED = timedelta(hours=24)
"""What was sent and what came back is counted over so long a time."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """``worker_silent``: no worker was seen since ``since`` (aware UTC); else e-mails have waited since then."""

    worker_silent: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class PostState:
    """Numbers of messages, and of what goes with them, at one instant.

    ``due``: may leave now; ``waiting``: not sent yet, those that wait for their hour included; ``sent`` and
    ``came_back`` are of the time asked for; ``failed`` and ``no_address`` are all that stand so. ``oldest`` is since
    when the message has waited that has waited longest, its first try or its hour (aware UTC).
    """

    due: int
    waiting: int
    sent: int
    failed: int
    no_address: int
    came_back: int
    oldest: datetime | None
    reminders_waiting: int
    replies_unread: int


def post_state(session: Session, now: datetime, since: datetime) -> PostState:
    """The numbers at ``now``; what was sent is counted after ``since`` (both aware UTC)."""
    due_now = sa.case((OutboxMessage.not_before <= now, 1), else_=0)
    waiting, due = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(due_now), 0))
        .select_from(OutboxMessage)
        .where(OutboxMessage.status.in_((QUEUED, WAITING, IN_FLIGHT)))
    ).one()
    settled: dict[str, int] = {
        status: number
        for status, number in session.execute(
            sa.select(OutboxMessage.status, sa.func.count())
            .where(
                sa.or_(
                    OutboxMessage.status.in_((FAILED, NO_ADDRESS)),
                    sa.and_(OutboxMessage.status == SENT, OutboxMessage.settled_at > since),
                )
            )
            .group_by(OutboxMessage.status)
        )
    }
    came_in: dict[str, int] = {
        kind: number
        for kind, number in session.execute(
            sa.select(IncomingMail.kind, sa.func.count())
            .where(
                sa.or_(
                    sa.and_(IncomingMail.kind == REPLY, IncomingMail.dealt_at.is_(None)),
                    sa.and_(IncomingMail.kind == BOUNCE, IncomingMail.taken_in_at > since),
                )
            )
            .group_by(IncomingMail.kind)
        )
    }
    reminders = session.scalar(
        sa.select(sa.func.count())
        .select_from(Reminder)
        .where(Reminder.outbox_id.is_(None), Reminder.dropped_at.is_(None))
    )
    return PostState(
        due=int(due),
        waiting=waiting,
        sent=settled.get(SENT, 0),
        failed=settled.get(FAILED, 0),
        no_address=settled.get(NO_ADDRESS, 0),
        came_back=came_in.get(BOUNCE, 0),
        oldest=waiting_since(session, now),
        reminders_waiting=reminders or 0,
        replies_unread=came_in.get(REPLY, 0),
    )


def waiting_since(session: Session, now: datetime) -> datetime | None:
    """Since when the message has waited that has waited longest; None where none does.

    A message waits from its hour on, or from its first try: the time it is held for quiet hours does not count.
    """
    first_try = (
        sa.select(sa.func.min(OutboxAttempt.at))
        .where(OutboxAttempt.outbox_id == OutboxMessage.id, OutboxMessage.attempts > 0)
        .scalar_subquery()
    )
    return session.scalar(
        sa.select(sa.func.min(sa.func.coalesce(first_try, OutboxMessage.not_before))).where(
            OutboxMessage.status.in_((QUEUED, WAITING, IN_FLIGHT)),
            sa.or_(OutboxMessage.not_before <= now, OutboxMessage.attempts > 0),
        ),
    )


def not_being_sent(session: Session, now: datetime) -> bool:
    """True where reminders do not go out at the instant ``now``: no worker, or what is due waits for an hour."""
    seen = _seen(session)
    if any(name not in seen or now - seen[name] > LATE_AFTER[name] for name in SENDS):
        return True
    oldest = waiting_since(session, now)
    return oldest is not None and now - oldest > WAITS_TOO_LONG


def alarm(session: Session, now: datetime) -> Alarm | None:
    """What every page of the team must say because e-mail cannot: no worker for a day, or e-mail that waits so long."""
    seen = _seen(session)
    last = min((seen[name] for name in SENDS if name in seen), default=None)
    if last is not None and now - last > ALARM_AFTER:
        return Alarm(True, last)
    oldest = waiting_since(session, now)
    if oldest is not None and now - oldest > ALARM_AFTER:
        return Alarm(last is None, oldest)
    return None


def ages(session: Session, now: datetime) -> dict[str, float]:
    """Seconds since each tick of a worker last ended, by its name."""
    return {name: (now - at).total_seconds() for name, at in sorted(_seen(session).items())}


def day_line(state: PostState) -> str:
    """What the post did, in one sentence for the operator."""
    verb = "did not go out" if state.waiting and not state.sent else "went out"
    line = f"The post {verb}: {state.sent} sent, {state.failed} failed, {state.waiting} wait"
    if state.oldest is not None:
        local = state.oldest.astimezone(LONDON)
        line += f", the oldest since {in_words(local.date())} at {local:%H:%M}"
    return line + "."


def _seen(session: Session) -> dict[str, datetime]:
    rows = session.execute(sa.select(Heartbeat.tick, Heartbeat.at).where(Heartbeat.said != ""))
    return {tick: at for tick, at in rows}
