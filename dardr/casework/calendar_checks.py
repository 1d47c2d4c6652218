"""What the nightly checks say of the calendar: that it ends soon, and how the feed stands to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from dardr.casework.findings import Finding
from dardr.casework.holidays_feed import lacks_sentence, waiting_sentence
from dardr.lookups.calendars import calendar_named, feed, horizon_warning
from workflows.calendar import CannotCount, calendars


def calendar_reaches(session: Session, today: date) -> Iterator[Finding]:
    """The published bank holidays are there, and reach far enough ahead: told twelve, six and three months before."""
    for name in calendars.names():
        try:
            calendar = calendar_named(session, name)
            calendar.is_working_day(today)
        except CannotCount as error:
            yield Finding(None, "calendar_missing", str(error))
            continue
        if said := horizon_warning(calendar, today):
            yield Finding(None, "calendar_ends", said)


def feed_looked_at(session: Session, today: date) -> Iterator[Finding]:
    """No day of the feed waits for somebody to look at it, and the feed holds every day known here."""
    stands = feed(session)
    if stands is None:
        return
    if stands.waiting:
        yield Finding(None, "holidays_waiting", waiting_sentence(stands.waiting))
    if stands.lacks:
        yield Finding(None, "feed_lacks_days", lacks_sentence(stands.lacks))
