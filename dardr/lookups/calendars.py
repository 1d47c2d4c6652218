"""The calendars as this installation counts them: the shipped list with the bank holidays added here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.installation import BankHoliday
from workflows.calendar import Calendar, calendars


def calendar_named(session: Session, name: str) -> Calendar:
    """The calendar of that name with the holidays added here; read once per transaction.

    Raises ``UnknownCalendar``, ``MissingHolidays``.
    """
    kept: dict[str, Calendar] = session.info.setdefault("calendars", {})
    if name not in kept:
        rows = session.execute(sa.select(BankHoliday.day, BankHoliday.title).where(BankHoliday.division == name))
        added = {day: title for day, title in rows}
        base = calendars.get(name)
        kept[name] = base.with_added(added, horizon=_whole_years(base, added)) if added else base
    return kept[name]


def _whole_years(base: Calendar, added: Mapping[date, str]) -> date | None:
    """31 December of the last further year of which a whole list was added; None where there is none.

    One early announcement does not make a published year: a year counts when as many days of it are known as the
    calendar always has.
    """
    year = base.horizon.year
    while sum(day.year == year + 1 for day in added) >= base.at_least_per_year:
        year += 1
    return date(year, 12, 31) if year > base.horizon.year else None
