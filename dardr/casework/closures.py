"""Days on which the partnership's office is closed: they count for its own targets alone, never for the law's dates.

As with bank holidays, what a change would move is shown first, and then each person is told of the dates of theirs that
moved. A closure that is taken back stays in the table with who took it back and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework import moved_dates
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import home
from dardr.casework.deadlines import calendar_for
from dardr.casework.holidays import MAY_CHANGE, a_title, one_at_a_time
from dardr.casework.moved_dates import Moved
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.lookups.calendars import calendar_named, closures, forget, with_closures
from dardr.storage.calendars import LocalClosure
from dardr.systime import london_date
from workflows.calendar import ENGLAND_AND_WALES, Calendar, in_words
from workflows.definition import Clock

MOST_A_YEAR = 60
"""Days of one year on which an office may be closed besides weekends and bank holidays."""


@dataclass(frozen=True, slots=True)
class ClosurePreview:
    """What closing the office on a day, or opening it again, would move: the partnership's own targets only."""

    day: date
    title: str
    closing: bool
    moved: tuple[Moved, ...]
    snapshot: str

    @property
    def people(self) -> int:
        """How many addresses would be written to."""
        return len({address.lower() for one in self.moved for address in one.told})

    @property
    def digest(self) -> str:
        """A hash of what was shown: where it differs when it is confirmed, something has changed meanwhile."""
        said = (str(self.day), self.title, str(self.closing), self.snapshot, moved_dates.digest(self.moved))
        return sha256("\n".join(said).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "day": self.day.isoformat(),
            "title": self.title,
            "closing": self.closing,
            "moved": [one.as_dict() for one in self.moved],
            "people": self.people,
        }


@dataclass(frozen=True, slots=True)
class ClosureDone:
    """What was changed, which dates moved, and how many people are told."""

    day: date
    title: str
    closed: bool
    moved: tuple[Moved, ...]
    told: int

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "day": self.day.isoformat(),
            "title": self.title,
            "closed": self.closed,
            "moved": [one.as_dict() for one in self.moved],
            "told": self.told,
        }


def preview_closing(session: Session, actor: Actor, now: datetime, day: date, title: str) -> ClosurePreview:
    """What it would move if the office were closed on ``day`` (a London date). Nothing is written.

    Raises Forbidden, Invalid (no name, no working day, too many), Conflict (closed already).
    """
    of, closed = _may(session, actor)
    title = a_title(title, "what the day is, such as Staff training day")
    calendar = calendar_named(session, ENGLAND_AND_WALES)
    if day < calendar.first_day:
        raise Invalid([Reason("Working days are counted from 1 April 2011. Give a later day.", "date")])
    if day in closed:
        raise Conflict([Reason(f"The office is closed on {in_words(day)} already: {closed[day]}.", "date")])
    if why := calendar.why_not_working(day):
        raise Invalid([Reason(f"{in_words(day)} is no working day as it is: {why}. Give another day.", "date")])
    if sum(one.year == day.year for one in closed) >= MOST_A_YEAR:
        said = f"The office is closed on {MOST_A_YEAR} days of {day.year} already. Check them."
        raise Invalid([Reason(said, "date")])
    return _preview(session, actor, now, of, day, title, {**closed, day: title}, closing=True)


def preview_opening(session: Session, actor: Actor, now: datetime, day: date) -> ClosurePreview:
    """What it would move if the office were open on ``day`` after all. Raises Forbidden, NotFound."""
    of, closed = _may(session, actor)
    if day not in closed:
        raise NotFound(f"The office is not kept as closed on {in_words(day)}.")
    rest = {one: title for one, title in closed.items() if one != day}
    return _preview(session, actor, now, of, day, closed[day], rest, closing=False)


def close_office(
    session: Session, actor: Actor, now: datetime, day: date, title: str, *, as_previewed: str = ""
) -> ClosureDone:
    """Keep that the office is closed on ``day``, work its own targets out again, and tell whose dates moved.

    ``as_previewed`` is the ``digest`` of the preview that was agreed to. Raises what ``preview_closing`` does, and
    Conflict where what would happen is not what was shown.
    """
    of = _alone(session)
    seen = preview_closing(session, actor, now, day, title)
    _agreed(seen, as_previewed)
    session.add(LocalClosure(partnership_id=of, day=day, title=seen.title, added_by=actor.id, added_at=now))
    return _done(session, actor, now, of, seen)


def open_office(session: Session, actor: Actor, now: datetime, day: date, *, as_previewed: str = "") -> ClosureDone:
    """Take back that the office is closed on ``day``; else as ``close_office``. Raises NotFound where it is not."""
    of = _alone(session)
    seen = preview_opening(session, actor, now, day)
    _agreed(seen, as_previewed)
    session.execute(
        sa.update(LocalClosure)
        .where(LocalClosure.partnership_id == of, LocalClosure.day == day, LocalClosure.removed_at.is_(None))
        .values(removed_by=actor.id, removed_at=now)
    )
    return _done(session, actor, now, of, seen)


def _may(session: Session, actor: Actor) -> tuple[int, dict[date, str]]:
    """The partnership and its closures. Raises Forbidden."""
    if not actor.roles & MAY_CHANGE:
        raise Forbidden("Days on which the office is closed are changed by an administrator or the team manager.")
    of = home(session).id
    return of, closures(session, of)


def _alone(session: Session) -> int:
    """The partnership; nobody else changes a calendar until this transaction ends."""
    one_at_a_time(session)
    forget(session)
    return home(session).id


def _preview(
    session: Session, actor: Actor, now: datetime, of: int, day: date, title: str, closed: Mapping[date, str],
    *, closing: bool,
) -> ClosurePreview:  # fmt: skip
    plain = calendar_named(session, ENGLAND_AND_WALES)
    supposed = with_closures(plain, closed)

    def calendar_of(clock: Clock, partnership_id: int) -> Calendar:
        ours = clock.local_closures and partnership_id == of and clock.calendar == plain.name
        return supposed if ours else calendar_for(session, clock, partnership_id)

    moved = moved_dates.would_move(session, calendar_of, london_date(now), actor, local_of=of)
    return ClosurePreview(day, title, closing, moved, supposed.snapshot)


def _agreed(seen: ClosurePreview, as_previewed: str) -> None:
    if as_previewed and as_previewed != seen.digest:
        raise Conflict("Something has changed since this was shown: the calendar, or a date that it moves. Look again.")


def _done(session: Session, actor: Actor, now: datetime, of: int, seen: ClosurePreview) -> ClosureDone:
    session.flush()
    forget(session)
    today = london_date(now)
    moved = moved_dates.move(session, lambda clock, one: calendar_for(session, clock, one), today, actor, local_of=of)
    change = "office_closed" if seen.closing else "office_open"
    newest = sa.select(sa.func.max(LocalClosure.id)).where(
        LocalClosure.partnership_id == of, LocalClosure.day == seen.day
    )
    key = f"{change}:{session.scalar(newest)}"
    told = moved_dates.tell(session, now, moved, change, {seen.day: seen.title}, key)
    note_change(
        session, now, actor, change, in_words(seen.day), {"title": seen.title, "moved": len(moved), "told": told}
    )
    return ClosureDone(seen.day, seen.title, seen.closing, moved, told)
