"""Bank holidays that come after the shipped list: added one by one or from GOV.UK's file, merged, never replaced.

A late holiday moves only clocks that count working days. Clocks of days and months stand, so no statutory date moves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework import deadlines
from dardr.errors import Forbidden, Invalid, Reason
from dardr.storage.installation import BankHoliday
from dardr.storage.reviews import Deadline, Record
from dardr.systime import london_date
from workflows.calendar import calendars
from workflows.counting import Unit
from workflows.definition import Role
from workflows.partial import parse_date

ENGLAND_AND_WALES = "england-and-wales"
MAY_CHANGE = frozenset({Role.ADMINISTRATOR, Role.TEAM_MANAGER})


@dataclass(frozen=True, slots=True)
class Moved:
    """A running clock whose date a new holiday moved."""

    ref: str
    clock: str
    before: date | None
    after: date | None

    def as_dict(self) -> dict[str, str | None]:
        """JSON-ready."""
        return {
            "ref": self.ref,
            "clock": self.clock,
            "before": self.before.isoformat() if self.before else None,
            "after": self.after.isoformat() if self.after else None,
        }


@dataclass(frozen=True, slots=True)
class Added:
    """What was added, what was known already, and which dates moved."""

    added: tuple[date, ...]
    known: int
    moved: tuple[Moved, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "added": [day.isoformat() for day in self.added],
            "known": self.known,
            "moved": [m.as_dict() for m in self.moved],
        }


def add_holidays(
    session: Session,
    actor: Actor,
    now: datetime,
    holidays: Mapping[date, str],
    *,
    division: str = ENGLAND_AND_WALES,
) -> Added:
    """Add bank holidays (London dates and their names) and work out again every running working-day clock.

    A day already known keeps its name; nothing is ever removed. Raises Forbidden, Invalid.
    """
    if not actor.roles & MAY_CHANGE:
        raise Forbidden("Bank holidays are changed by an administrator or the team manager.")
    shipped = calendars.get(division)
    known = {
        *shipped.holidays,
        *session.scalars(sa.select(BankHoliday.day).where(BankHoliday.division == division)),
    }
    for day, title in holidays.items():
        if day < shipped.first_day:
            raise Invalid([Reason("Working days are counted from 1 April 2011. Give a later day.", "date")])
        if not title.strip():
            raise Invalid([Reason("Give the name of the bank holiday.", "name")])
    fresh = {day: title.strip()[:100] for day, title in holidays.items() if day not in known}
    session.add_all(BankHoliday(division=division, day=day, title=title, added_at=now) for day, title in fresh.items())
    session.flush()
    session.info.pop("calendars", None)
    moved = _reproject_working_days(session, london_date(now)) if fresh else ()
    return Added(tuple(sorted(fresh)), len(holidays) - len(fresh), moved)


def _reproject_working_days(session: Session, today: date) -> tuple[Moved, ...]:
    rows = session.execute(
        sa.select(Deadline, Record.ref, Record.process)
        .join(Record, Record.id == Deadline.record_id)
        .where(
            Deadline.unit == str(Unit.WORKING_DAYS),
            Deadline.stopped_by_event.is_(None),
            Deadline.withdrawn_by_event.is_(None),
        )
        .order_by(Deadline.id)
    ).all()
    moved: list[Moved] = []
    for row, ref, process in rows:
        before = row.due_on
        deadlines.reproject(session, row, workflows.get(process), today)
        if row.due_on != before:
            moved.append(Moved(ref, row.clock, before, row.due_on))
    return tuple(moved)


def read_file(content: str, *, division: str = ENGLAND_AND_WALES) -> dict[date, str]:
    """The holidays of a division in the JSON that GOV.UK publishes. Raises Invalid naming what cannot be read."""
    try:
        events = json.loads(content)[division]["events"]
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(
            [
                Reason(
                    f"This is not GOV.UK's file of bank holidays: it has no list for {division}. Download it again.",
                    "file",
                )
            ]
        ) from error
    found: dict[date, str] = {}
    for number, event in enumerate(events, start=1):
        try:
            found[parse_date(str(event["date"]))] = str(event["title"])
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(
                [Reason(f"Holiday {number} of the file has no date or name that can be read.", "file")]
            ) from error
    return found
