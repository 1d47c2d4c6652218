"""The only module that reads the clock.

Everything else is told the time. Instants are aware UTC datetimes; statutory days are Europe/London dates.
A rehearsal database may run at another time: the edge that opened it calls ``pretend`` once.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_offset = timedelta(0)
_fixed: datetime | None = None


def utc_now() -> datetime:
    """The present instant, aware UTC, whole microseconds; or the pretended one of a rehearsal."""
    if _fixed is not None:
        return _fixed
    return datetime.now(UTC) + _offset


def london_date(instant: datetime) -> date:
    """The Europe/London calendar day of an aware instant."""
    return instant.astimezone(LONDON).date()


def london_now() -> datetime:
    """The present instant in London time."""
    return utc_now().astimezone(LONDON)


def monotonic() -> float:
    """Seconds for measuring how long something took; unrelated to dates."""
    return time.monotonic()


def parse_pretended(text: str) -> datetime:
    """Read ``2027-03-01T09:00`` (London time) or ``2027-03-01`` (nine in the morning) as an instant.

    Raises ValueError with a sentence.
    """
    try:
        naive = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"DARDR_NOW is {text!r}. Give a London date and time such as 2027-03-01T09:00."
        ) from error
    if len(text) <= 10:
        naive = naive.replace(hour=9)
    if naive.tzinfo is None:
        naive = naive.replace(tzinfo=LONDON)
    return naive.astimezone(UTC)


def pretend(instant: datetime | None, *, runs_on: bool = False) -> None:
    """Start this process at another instant: standing still (one command) or running on (a server).

    ``None`` returns to the real time. Only an edge that opened a rehearsal database may call this.
    """
    global _offset, _fixed
    _offset, _fixed = timedelta(0), None
    if instant is None:
        return
    if runs_on:
        _offset = instant - datetime.now(UTC)
    else:
        _fixed = instant
