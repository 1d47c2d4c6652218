"""The nightly round: what does not fit is written down for people, and mail that failed is told once a day.

Every check is read by itself, so that one bad row, or one check that cannot run, stops nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from dardr.casework import doors, drafts, holidays, holidays_feed, notices, outbox
from dardr.casework.findings import Check, Finding
from dardr.casework.integrity import CHECKS, rebuild_next_looks
from dardr.casework.recipients import OF_BODIES
from dardr.casework.said_before import keep_up, said_before_is_whole
from dardr.casework.search_gaps import search_is_whole
from dardr.errors import DardrError
from dardr.settings import get_settings
from dardr.storage.bodies import Body, Partnership
from dardr.storage.engine import Database
from dardr.storage.installation import IntegrityFinding
from dardr.storage.outbox import FAILED, NO_ADDRESS, OutboxAttempt, OutboxMessage
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record, RecordBody
from dardr.systime import london_date
from notifications import messages
from notifications.messages import UndeliveredMail
from workflows.definition import PARTY_LABELS, Party, Role

MOST_IN_A_DIGEST = 100
ALL_CHECKS: tuple[Check, ...] = (*CHECKS, search_is_whole, said_before_is_whole)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one nightly round did: findings now standing, of which new, next looks put right, digests written."""

    findings: int = 0
    new: int = 0
    mended: int = 0
    digests: int = 0


def housekeeping(database: Database, now: datetime, checks: Sequence[Check] = ALL_CHECKS) -> Kept:
    """Run every check, keep what was found, put next looks right, and tell each team of mail that failed.

    ``now`` is an aware UTC instant. Never raises for what one check or one row does.
    """
    today = london_date(now)
    found = [*_calendar(database, now), *_said_before(database)]
    for check in checks:
        found += _run(database, check, today)
    mended = 0
    try:
        with database.write() as session:
            mended = rebuild_next_looks(session, today)
    except Exception as error:
        log.error("housekeeping.rebuild_failed", error=type(error).__name__)
        found.append(_could_not("rebuild_next_looks", error))
    with database.write() as session:
        new = keep(session, now, found)
        drafts.drop_expired(session, now)
        doors.sweep(session, now)
    digests = 0
    with database.read() as session:
        partnerships = list(session.scalars(sa.select(Partnership.id).order_by(Partnership.id)))
    for partnership_id in partnerships:
        try:
            with database.write() as session:
                digests += digest(session, now, partnership_id)
        except Exception as error:
            log.error("housekeeping.digest_failed", partnership=partnership_id, error=type(error).__name__)
    return Kept(len(found), new, mended, digests)


def _calendar(database: Database, now: datetime) -> list[Finding]:
    """Take note of a list that came with this version, and read the feed of bank holidays where there is one."""
    found: list[Finding] = []
    try:
        with database.write() as session:
            holidays.note_shipped(session, now)
        if source := get_settings().holidays_feed:
            days = holidays_feed.fetch(source)  # outside any transaction: a slow server holds nobody up
            with database.write() as session:
                holidays_feed.take_in(session, now, days, holidays_feed.said_of(source))
    except DardrError as error:
        found.append(Finding(None, "feed_not_read", str(error)))
    except Exception as error:
        log.error("housekeeping.calendar_failed", error=type(error).__name__)
        found.append(_could_not("the calendar", error))
    return found


def _said_before(database: Database) -> list[Finding]:
    """Bring the terms of recommendations up to date, and count how common each is."""
    try:
        keep_up(database)
    except Exception as error:
        log.error("housekeeping.said_before_failed", error=type(error).__name__)
        return [_could_not("the terms of recommendations", error)]
    return []


def _run(database: Database, check: Check, today: date) -> list[Finding]:
    found: list[Finding] = []
    try:
        with database.read() as session:
            found.extend(check(session, today))
    except Exception as error:
        log.error("housekeeping.check_failed", check=check.__name__, error=type(error).__name__)
        found.append(_could_not(check.__name__, error))
    return found


def _could_not(name: str, error: Exception) -> Finding:
    what = name.replace("_", " ")
    return Finding(
        None, "check_failed", f"A nightly check did not come to its end: {what} ({type(error).__name__}). Ask for help."
    )


def keep(session: Session, now: datetime, found: Sequence[Finding]) -> int:
    """Make the kept findings those of ``found``: old ones keep the day they were first found, mended ones go."""
    wanted = {(one.record_id, one.kind, one.sentence) for one in found}
    standing: set[tuple[int | None, str, str]] = set()
    for row in session.scalars(sa.select(IntegrityFinding)):
        key = (row.record_id, row.kind, row.sentence)
        if key in wanted and key not in standing:
            standing.add(key)
        else:
            session.delete(row)
    fresh = [one for one in dict.fromkeys((f.record_id, f.kind, f.sentence) for f in found) if one not in standing]
    session.add_all(
        IntegrityFinding(found_at=now, record_id=record_id, kind=kind, sentence=sentence)
        for record_id, kind, sentence in fresh
    )
    session.flush()
    return len(fresh)


# --- mail that failed -------------------------------------------------------------------------------------


def digest(session: Session, now: datetime, partnership_id: int) -> int:
    """Write to a team, once a day at most, which messages could not be delivered since it was last told."""
    today = london_date(now)
    failed = _failed_since(session, partnership_id, _last_told(session, partnership_id))
    if not failed:
        return 0
    addresses = _team(session, partnership_id)
    if not addresses:
        return 0
    home = notices.base_url()
    message = messages.FailedMailDigest(
        ref="E-mail",
        link=f"{home}/care",
        record="E-mail",
        today=today,
        undelivered=tuple(_undelivered(session, row, record, home) for row, record in failed[:MOST_IN_A_DIGEST]),
        **notices.team_frame(session, partnership_id),
    )
    return outbox.write_rows(
        session,
        [
            outbox.row(
                now,
                message,
                to=address,
                party=Party.PARTNERSHIP,
                dedupe=f"digest:{partnership_id}:{today}:{address}",
                record_id=None,
                rung=_mark(partnership_id),
            )
            for address in addresses
        ],
    )


def _mark(partnership_id: int) -> str:
    return f"digest:{partnership_id}"


def _last_told(session: Session, partnership_id: int) -> datetime:
    last = session.scalar(
        sa.select(sa.func.max(OutboxMessage.created_at)).where(
            OutboxMessage.message == messages.FailedMailDigest.template, OutboxMessage.rung == _mark(partnership_id)
        )
    )
    return last or datetime(1970, 1, 1, tzinfo=UTC)


def _failed_since(session: Session, partnership_id: int, since: datetime) -> list[tuple[OutboxMessage, Record]]:
    rows = session.execute(
        sa.select(OutboxMessage, Record)
        .join(Record, Record.id == OutboxMessage.record_id)
        .where(
            Record.partnership_id == partnership_id,
            OutboxMessage.status.in_((FAILED, NO_ADDRESS)),
            OutboxMessage.settled_at > since,
        )
        .order_by(OutboxMessage.id)
    )
    return [(row, record) for row, record in rows]


def _team(session: Session, partnership_id: int) -> list[str]:
    """The team's own address; where it has none, its case managers, else its administrators."""
    address = session.scalar(sa.select(Partnership.team_email).where(Partnership.id == partnership_id))
    if address:
        return [address]
    for role in (Role.CASE_MANAGER, Role.ADMINISTRATOR):
        found = session.scalars(
            sa.select(User.email)
            .join(UserRole, UserRole.user_id == User.id)
            .where(
                UserRole.role == str(role),
                UserRole.csp_id.is_(None),
                User.partnership_id == partnership_id,
                User.active.is_(True),
                User.is_operator.is_(False),
            )
            .order_by(User.id)
        ).all()
        if found:
            return list(dict.fromkeys(found))
    return []


ANSWER_CODE = re.compile(r"\b([245]\d\d)\b")


def _undelivered(session: Session, row: OutboxMessage, record: Record, home: str) -> UndeliveredMail:
    bodies = session.scalars(
        sa.select(Body.name)
        .join(RecordBody, RecordBody.body_id == Body.id)
        .where(RecordBody.record_id == record.id)
        .order_by(Body.name)
    ).all()
    party = Party(row.party) if row.party else Party.PARTNERSHIP
    of_body = bodies and party in OF_BODIES
    untried = row.status == NO_ADDRESS
    first = session.scalar(sa.select(sa.func.min(OutboxAttempt.at)).where(OutboxAttempt.outbox_id == row.id))
    code = ANSWER_CODE.search(row.last_error or "")
    return UndeliveredMail(
        ref=record.ref,
        link=notices.link_to(record.ref, record.process_key),
        message_label=row.message.replace("_", " ").capitalize(),
        sent_to=f"{' and '.join(bodies)}, {PARTY_LABELS[party].lower()}" if of_body else PARTY_LABELS[party],
        answer_code=int(code[1]) if code else None,
        first_tried_on=None if untried else london_date(first or row.created_at),
    )
