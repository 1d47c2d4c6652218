"""The calendars as this installation counts them: the shipped list, the bank holidays added here, and closures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.calendars import CalendarSnapshot, LocalClosure
from dardr.storage.installation import BankHoliday
from dardr.storage.people import AdminEvent, User
from workflows.calendar import ENGLAND_AND_WALES, Calendar, calendars, in_words
from workflows.counting import add_months

KEPT = "calendars"
"""Where a session keeps the calendars it has read."""


def calendar_named(session: Session, name: str) -> Calendar:
    """The calendar of that name with the holidays added here; read once per transaction.

    Raises ``UnknownCalendar``, ``MissingHolidays``.
    """
    return calendar_for_partnership(session, name, None, local=False)


def calendar_for_partnership(session: Session, name: str, partnership_id: int | None, *, local: bool) -> Calendar:
    """The calendar of that name; with ``local``, the days on which the partnership's office is closed are left out too.

    Only the partnership's own targets are counted with its closures: never what an Act or guidance sets. Read once per
    transaction. Raises ``UnknownCalendar``, ``MissingHolidays``.
    """
    kept: dict[tuple[str, int | None], Calendar] = session.info.setdefault(KEPT, {})
    key = (name, partnership_id if local else None)
    if key not in kept:
        if key[1] is None:
            rows = session.execute(sa.select(BankHoliday.day, BankHoliday.title).where(BankHoliday.division == name))
            kept[key] = with_holidays(calendars.get(name), {day: title for day, title in rows})
        else:
            kept[key] = with_closures(
                calendar_for_partnership(session, name, None, local=False), closures(session, key[1])
            )
    return kept[key]


def forget(session: Session) -> None:
    """Read the calendars again: they have been changed in this transaction."""
    session.info.pop(KEPT, None)


def with_holidays(base: Calendar, added: Mapping[date, str]) -> Calendar:
    """A calendar with more bank holidays; a further year of which a whole list is known counts as published."""
    return base.with_added(added, horizon=_whole_years(base, added)) if added else base


def with_closures(base: Calendar, closed: Mapping[date, str]) -> Calendar:
    """A calendar with the days on which the office is closed, each said to be one."""
    if not closed:
        return base
    days = {day: f"{title} (the partnership’s office is closed)" for day, title in closed.items()}
    return base.with_closures({day: title for day, title in days.items() if day >= base.first_day})


def _whole_years(base: Calendar, added: Mapping[date, str]) -> date | None:
    """31 December of the last further year of which a whole list was added; None where there is none.

    One early announcement does not make a published year: a year counts when as many days of it are known as the
    calendar always has.
    """
    year = base.horizon.year
    while sum(day.year == year + 1 for day in {**base.holidays, **added}) >= base.at_least_per_year:
        year += 1
    return date(year, 12, 31) if year > base.horizon.year else None


def closures(session: Session, partnership_id: int) -> dict[date, str]:
    """The days, by date, on which the partnership's office is closed, past ones included."""
    rows = session.execute(
        sa.select(LocalClosure.day, LocalClosure.title)
        .where(LocalClosure.partnership_id == partnership_id, LocalClosure.removed_at.is_(None))
        .order_by(LocalClosure.day)
    )
    return {day: title for day, title in rows}


# --- how far it reaches -----------------------------------------------------------------------------------

WARNED = (3, 6, 12)
"""Months before the last published day at which people are told, each time anew."""
NEXT_LIST = (
    "Load the next list from https://www.gov.uk/bank-holidays.json: Administration, Bank holidays, or the command "
    "dardr calendar import FILE."
)


def horizon_warning(calendar: Calendar, today: date) -> str | None:
    """A sentence that says what to do, from twelve months before the last published day; None while there is time."""
    if calendar.horizon < today:
        return f"The published bank holidays ended on {in_words(calendar.horizon)}. {NEXT_LIST}"
    for months in WARNED:
        if calendar.horizon <= add_months(today, months):
            return (
                f"The published bank holidays end on {in_words(calendar.horizon)}, in less than {months} months. Dates "
                f"counted in working days past it are provisional. {NEXT_LIST}"
            )
    return None


# --- what the feed says -----------------------------------------------------------------------------------

FEED_READ, SET_ASIDE = "holidays_feed_read", "holidays_set_aside"
"""What the log of changes calls a feed that says something new, and days of it that somebody set aside."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What the feed said when it last said something new, and what of it is not counted here.

    ``waiting`` are days that somebody is to look at, since they would move a running date; ``lacks`` days known here
    and not in the feed, from its first day on: they stay.
    """

    at: datetime
    source: str
    days: Mapping[date, str]
    waiting: Mapping[date, str]
    lacks: Mapping[date, str]


def feed(session: Session) -> Feed | None:
    """What the feed says and how that stands to the calendar; None where none was ever read."""
    read = sa.select(AdminEvent).where(AdminEvent.what == FEED_READ)
    last = session.scalar(read.order_by(AdminEvent.id.desc()).limit(1))
    if last is None:
        return None
    days = {date.fromisoformat(one["date"]): str(one["title"]) for one in last.details["days"]}
    aside = {
        date.fromisoformat(day)
        for details in session.scalars(sa.select(AdminEvent.details).where(AdminEvent.what == SET_ASIDE))
        for day in details["days"]
    }
    known = calendar_named(session, ENGLAND_AND_WALES).holidays
    lowest = min(days, default=date.max)
    return Feed(
        last.at,
        str(last.details["source"]),
        days,
        {day: title for day, title in days.items() if day not in known and day not in aside},
        {day: title for day, title in known.items() if day >= lowest and day not in days},
    )


@dataclass(frozen=True, slots=True)
class Edition:
    """One list of bank holidays as it stood after a change: its hash, how many days, by whom and from where."""

    at: datetime
    snapshot: str
    days: int
    until_on: date
    source: str
    by: str


def editions(session: Session, division: str = ENGLAND_AND_WALES) -> list[Edition]:
    """The lists that have been in force here, the newest first."""
    rows = session.execute(
        sa.select(CalendarSnapshot, User.name)
        .outerjoin(User, User.id == CalendarSnapshot.by)
        .where(CalendarSnapshot.division == division)
        .order_by(CalendarSnapshot.id.desc())
    )
    return [
        Edition(row.at, row.snapshot, row.days, row.until_on, row.source, name or "the service itself")
        for row, name in rows
    ]
