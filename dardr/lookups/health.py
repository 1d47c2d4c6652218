"""Is everything that should happen in the background happening? Counts and instants only, nobody's name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.calendar_checks import feed_looked_at
from dardr.lookups.calendars import calendar_named, horizon_warning
from dardr.lookups.post_state import LATE_AFTER, WAITS_TOO_LONG, waiting_since
from dardr.storage.installation import Heartbeat, IntegrityFinding
from dardr.storage.outbox import FAILED, NO_ADDRESS, OutboxMessage
from dardr.storage.post_in import MailboxPlace
from dardr.storage.reviews import RUNNING, Deadline
from dardr.systime import LONDON, london_date
from workflows.calendar import calendars, in_words

AHEAD = timedelta(hours=1)
"""A tick that ended so much later than now: this machine's clock, or another worker's, was set back."""


def health(session: Session, now: datetime) -> dict[str, Any]:
    """How the background work stands at the instant ``now`` (aware UTC).

    ``problems`` are sentences that say what to do; ``ok`` is True where there are none. Findings and messages that
    could not be delivered are problems too: somebody has to look.
    """
    ticks = {row.tick: row for row in session.scalars(sa.select(Heartbeat))}
    counts: dict[str, int] = {
        status: number
        for status, number in session.execute(
            sa.select(OutboxMessage.status, sa.func.count()).group_by(OutboxMessage.status)
        )
    }
    findings = session.scalar(sa.select(sa.func.count()).select_from(IntegrityFinding)) or 0
    problems = [*_ticks(ticks, now), *_post(session, counts, now)]
    if findings:
        problems.append(f"The nightly checks found {findings} thing{'s' if findings > 1 else ''} to look at.")
    overlooked = session.scalar(
        sa.select(sa.func.count())
        .select_from(Deadline)
        .where(
            Deadline.next_look_on < london_date(now) - timedelta(days=1),
            *RUNNING,
        )
    )
    if overlooked:
        said = "1 deadline was" if overlooked == 1 else f"{overlooked} deadlines were"
        problems.append(f"{said} not looked at for more than a day. Is the worker running?")
    known = [calendar_named(session, name) for name in calendars.names()]
    problems += [said for calendar in known if (said := horizon_warning(calendar, london_date(now)))]
    problems += [one.sentence for one in feed_looked_at(session, london_date(now))]
    return {
        "ok": not problems,
        "problems": problems,
        "ticks": {
            name: {"at": row.at.isoformat(), "took_ms": row.took_ms, "said": row.said}
            for name, row in sorted(ticks.items())
        },
        "outbox": counts,
        "findings": findings,
        "bank_holidays_until": {calendar.name: calendar.horizon.isoformat() for calendar in known},
    }


def _ticks(ticks: dict[str, Heartbeat], now: datetime) -> list[str]:
    if not any(row.said for row in ticks.values()):
        return ["The worker has never run here. Start it with: dardr worker"]
    found: list[str] = []
    for name, longest in LATE_AFTER.items():
        row = ticks.get(name)
        if row is not None and row.at - now > AHEAD:
            found.append(f"The worker's {name} ended later than now. Was the clock of one of the machines set back?")
        elif row is None or now - row.at > longest:
            found.append(f"The worker's {name} has not come to its end lately. Is it running? Start: dardr worker")
        elif row.said.startswith("failed"):
            found.append(f"The worker's last {name} {row.said}. Look at its log.")
    return found


def _post(session: Session, counts: dict[str, int], now: datetime) -> list[str]:
    found: list[str] = []
    if counts.get(FAILED):
        found.append(f"{_mails(counts[FAILED])} could not be delivered. See: dardr outbox list --status failed")
    if counts.get(NO_ADDRESS):
        verb = "has" if counts[NO_ADDRESS] == 1 else "have"
        found.append(f"{_mails(counts[NO_ADDRESS])} {verb} no address. See: dardr outbox list --status no_address")
    oldest = waiting_since(session, now)
    if oldest is not None and now - oldest > WAITS_TOO_LONG:
        local = oldest.astimezone(LONDON)
        found.append(
            "E-mails have waited for more than an hour. Is the worker running, and the mail server reachable? "
            f"The oldest waits since {in_words(local.date())} at {local:%H:%M}."
        )
    unread = session.execute(sa.select(MailboxPlace.mailbox, MailboxPlace.said).where(MailboxPlace.said != ""))
    found += [f"The mailbox {name} could not be read: {said}" for name, said in unread]
    return found


def _mails(number: int) -> str:
    return "1 e-mail" if number == 1 else f"{number} e-mails"
