"""Rounds of updates go on by their dates: opened on the day planned, closed after the last day.

Asking agencies is what the partnership planned; nobody's update is recorded by itself. Run by the worker before each
sweep; what cannot go on is logged, left as it stands, and named by the nightly checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from dardr.access import get_record
from dardr.actors import Actor, by_the_calendar
from dardr.casework.act import take_action
from dardr.casework.open_actions import owing
from dardr.lookups.calendars import calendar_for_partnership
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.reviews import Record
from dardr.systime import london_date
from workflows.answers import stored_date
from workflows.calendar import ENGLAND_AND_WALES
from workflows.processes.update_round_1 import OPEN, PLANNED
from workflows.update_rounds import RoundDays, round_days

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rounds were opened and closed."""

    opened: int = 0
    closed: int = 0


def days_for(session: Session, partnership_id: int, meeting_on: date) -> RoundDays:
    """When a round for a meeting opens and closes by the partnership's settings, its closures counted (London days)."""
    settings = session.scalar(sa.select(Partnership.settings).where(Partnership.id == partnership_id)) or {}
    calendar = calendar_for_partnership(session, ENGLAND_AND_WALES, partnership_id, local=True)
    return round_days(meeting_on, settings, calendar)


def go_on(database: Database, now: datetime) -> Moved:
    """Open and close every round whose day has come by the London day of ``now`` (aware UTC). Each by itself."""
    today = london_date(now)
    opened = closed = 0
    with database.read() as session:
        rows = session.execute(
            sa.select(Record.ref, Record.stage, Record.facts)
            .where(Record.process_key == "update-round", Record.stage.in_((PLANNED, OPEN)))
            .order_by(Record.id)
        ).all()
    for ref, stage, facts in rows:
        day = stored_date(facts.get("opens_on" if stage == PLANNED else "closes_on"))
        if day is None or (today < day if stage == PLANNED else today <= day):
            continue
        try:
            with database.write() as session:
                done = _step(session, by_the_calendar(session, now), now, ref, stage)
        except Exception as error:
            log.error("update_round.not_moved", ref=ref, error=type(error).__name__)
            continue
        opened += done == PLANNED
        closed += done == OPEN
    return Moved(opened, closed)


def _step(session: Session, actor: Actor, now: datetime, ref: str, stage: str) -> str | None:
    """Open or close one round, if it still stands where it was seen; the stage it left."""
    today = london_date(now)
    record = get_record(session, actor, ref, lock=True)
    if record.stage != stage:
        return None
    if stage == OPEN:
        take_action(session, actor, now, ref, "close_updates", {}, today)
        return stage
    asked = list(owing(session, record.partnership_id))
    if not asked:
        return None  # nothing is open for anybody: the round waits until something is, or is called off
    take_action(session, actor, now, ref, "open_updates", {"bodies_asked": asked}, today)
    return stage
