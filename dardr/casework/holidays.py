"""Bank holidays that come after the shipped list: added one by one, from GOV.UK's file or feed; merged, never replaced.

What a list would move is shown first (``preview_holidays``) and then written (``add_holidays``): each person is told of
the dates of theirs that moved. A late holiday moves only clocks that count working days. Clocks of days and months
stand, so no date that an Act sets in days moves.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
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
from dardr.casework.deadlines import calendar_for
from dardr.casework.moved_dates import Moved, Staying
from dardr.errors import Conflict, Forbidden, Invalid, Reason
from dardr.lookups.calendars import calendar_named, closures, forget, with_closures, with_holidays
from dardr.storage.bodies import Partnership
from dardr.storage.calendars import CalendarSnapshot
from dardr.storage.installation import BankHoliday
from dardr.systime import london_date
from workflows.calendar import Calendar, calendars
from workflows.definition import Clock, Role
from workflows.partial import parse_date

ENGLAND_AND_WALES = "england-and-wales"
MAY_CHANGE = frozenset({Role.ADMINISTRATOR, Role.TEAM_MANAGER})
MOST_A_YEAR = 16
"""Bank holidays of one year that are believed: there are eight, and there have never been more than ten."""
LONGEST_NAME = 100
BY_HAND = "added by hand"
SHIPPED = "the list that came with this version"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a list of holidays would do: the days in it, and the running dates that move and that stay.

    ``fresh`` are the days that are new here; ``other_name`` those known under another name (ours stays); ``kept`` those
    known here that the list lacks, from its first day on: they stay. ``before`` and ``after`` are the calendar as it is
    and as it would be.
    """

    division: str
    fresh: Mapping[date, str]
    known: int
    other_name: tuple[tuple[date, str, str], ...]
    kept: Mapping[date, str]
    moved: tuple[Moved, ...]
    staying: tuple[Staying, ...]
    before: Calendar
    after: Calendar

    @property
    def people(self) -> int:
        """How many addresses would be written to."""
        return len({address.lower() for one in self.moved for address in one.told})

    @property
    def digest(self) -> str:
        """A hash of all that was shown: where it differs when it is confirmed, something has changed meanwhile."""
        days = "\n".join(f"{day} {self.fresh[day]}" for day in sorted(self.fresh))
        said = (self.division, self.before.snapshot, days, moved_dates.digest(self.moved))
        return sha256("\n\n".join(said).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "new": _days(self.fresh),
            "known": self.known,
            "other_name": [
                {"date": day.isoformat(), "here": ours, "there": theirs} for day, ours, theirs in self.other_name
            ],
            "kept": _days(self.kept),
            "moved": [one.as_dict() for one in self.moved],
            "staying": [one.as_dict() for one in self.staying],
            "people": self.people,
            "snapshot": self.before.snapshot,
            "snapshot_after": self.after.snapshot,
            "horizon": self.before.horizon.isoformat(),
            "horizon_after": self.after.horizon.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Added:
    """What was added, what was known already, which dates moved, and how many people are told."""

    added: tuple[date, ...]
    known: int
    moved: tuple[Moved, ...]
    told: int
    snapshot: str

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "added": [day.isoformat() for day in self.added],
            "known": self.known,
            "moved": [m.as_dict() for m in self.moved],
            "told": self.told,
            "snapshot": self.snapshot,
        }


def preview_holidays(
    session: Session,
    actor: Actor,
    now: datetime,
    holidays: Mapping[date, str],
    *,
    division: str = ENGLAND_AND_WALES,
    whole: bool = False,
) -> Preview:
    """What ``add_holidays`` would do with these days, worked out without writing anything.

    ``whole``: they are a whole published list, so that days known here and not in it are named. Raises Forbidden,
    Invalid.
    """
    _may(actor)
    return preview(session, actor, now, holidays, division=division, whole=whole)


def preview(
    session: Session,
    actor: Actor | None,
    now: datetime,
    holidays: Mapping[date, str],
    *,
    division: str = ENGLAND_AND_WALES,
    whole: bool = False,
) -> Preview:
    """``preview_holidays`` for the installation itself, which may look at what its feed says. Raises Invalid."""
    before = calendar_named(session, division)
    clean = _checked(before, holidays)
    fresh = {day: clean[day] for day in sorted(clean) if day not in before.holidays}
    after = with_holidays(before, fresh)
    lowest = min(clean, default=date.max)
    moved: tuple[Moved, ...] = ()
    if fresh:
        moved = moved_dates.would_move(session, _supposing(session, division, after), london_date(now), actor)
    return Preview(
        division,
        fresh,
        len(clean) - len(fresh),
        tuple(
            (day, before.holidays[day], clean[day])
            for day in sorted(clean)
            if day in before.holidays and _plain(before.holidays[day]) != _plain(clean[day])
        ),
        {day: title for day, title in before.holidays.items() if day >= lowest and day not in clean} if whole else {},
        moved,
        moved_dates.staying_on(session, fresh, moved),
        before,
        after,
    )


def add_holidays(
    session: Session,
    actor: Actor,
    now: datetime,
    holidays: Mapping[date, str],
    *,
    division: str = ENGLAND_AND_WALES,
    source: str = BY_HAND,
    as_previewed: str = "",
) -> Added:
    """Add bank holidays (London dates and their names), work out every working-day clock again, and tell whose moved.

    A day already known keeps its name; nothing is ever removed. ``source`` is kept with the new list's hash.
    ``as_previewed`` is the ``digest`` of the preview that was agreed to. Raises Forbidden, Invalid, and Conflict where
    what would happen is not what was shown.
    """
    _may(actor)
    return add(session, actor, now, holidays, division=division, source=source, as_previewed=as_previewed)


def add(
    session: Session,
    actor: Actor | None,
    now: datetime,
    holidays: Mapping[date, str],
    *,
    division: str = ENGLAND_AND_WALES,
    source: str = BY_HAND,
    as_previewed: str = "",
) -> Added:
    """``add_holidays`` for the installation itself (``actor`` None): what its feed says and moves nothing."""
    one_at_a_time(session)
    forget(session)
    seen = preview(session, actor, now, holidays, division=division)
    if as_previewed and as_previewed != seen.digest:
        raise Conflict("Something has changed since this was shown: the calendar, or a date that it moves. Look again.")
    if not seen.fresh:
        return Added((), seen.known, (), 0, seen.before.snapshot)
    session.add_all(
        BankHoliday(division=division, day=day, title=title, added_at=now) for day, title in seen.fresh.items()
    )
    session.flush()
    moved, told = _changed(session, actor, now, division, source, seen.fresh)
    note_change(
        session,
        now,
        actor,
        "bank_holidays_added",
        division,
        {"days": _days(seen.fresh), "source": source, "moved": len(moved), "told": told},
    )
    return Added(tuple(seen.fresh), seen.known, moved, told, calendar_named(session, division).snapshot)


def note_shipped(session: Session, now: datetime) -> int:
    """Take note of a list that came with another version of the program; how many running dates it moved.

    A new version may bring a further year. Then what runs is worked out again, and people are told, as for every list.
    """
    count = 0
    one_at_a_time(session)
    forget(session)
    for division in calendars.names():
        calendar = calendar_named(session, division)
        last = session.scalar(
            sa.select(CalendarSnapshot)
            .where(CalendarSnapshot.division == division)
            .order_by(CalendarSnapshot.id.desc())
            .limit(1)
        )
        if last is None:
            _keep_edition(session, None, now, calendar, SHIPPED)
        elif last.snapshot != calendar.snapshot:
            further = {day: title for day, title in calendar.holidays.items() if day > last.until_on}
            moved, _ = _changed(session, None, now, division, SHIPPED, further)
            count += len(moved)
    return count


def one_at_a_time(session: Session) -> None:
    """Let nobody else change a calendar until this transaction ends: of two who confirm at once, one waits."""
    session.execute(sa.select(Partnership.id).where(Partnership.home.is_(True)).with_for_update()).all()


def _changed(
    session: Session, actor: Actor | None, now: datetime, division: str, source: str, days: Mapping[date, str]
) -> tuple[tuple[Moved, ...], int]:
    """Keep which list is in force from now on, work out what runs on it, and tell whose dates moved."""
    forget(session)
    calendar = calendar_named(session, division)
    _keep_edition(session, actor, now, calendar, source)
    today = london_date(now)
    moved = moved_dates.move(session, lambda clock, of: calendar_for(session, clock, of), today, actor)
    return moved, moved_dates.tell(session, now, moved, "bank_holiday", days, calendar.snapshot)


def _keep_edition(session: Session, actor: Actor | None, now: datetime, calendar: Calendar, source: str) -> None:
    session.add(
        CalendarSnapshot(
            division=calendar.name,
            at=now,
            snapshot=calendar.snapshot,
            days=len(calendar.holidays),
            until_on=calendar.horizon,
            source=source,
            by=actor.id if actor is not None else None,
        )
    )


def _supposing(session: Session, division: str, calendar: Calendar) -> moved_dates.CalendarOf:
    """The calendar of each clock, were this one in force."""
    local: dict[int, Calendar] = {}

    def of(clock: Clock, partnership_id: int) -> Calendar:
        if clock.calendar != division:
            return calendar_for(session, clock, partnership_id)
        if not clock.local_closures:
            return calendar
        if partnership_id not in local:
            local[partnership_id] = with_closures(calendar, closures(session, partnership_id))
        return local[partnership_id]

    return of


def _may(actor: Actor) -> None:
    if not actor.roles & MAY_CHANGE:
        raise Forbidden("Bank holidays are changed by an administrator or the team manager.")


def _checked(before: Calendar, holidays: Mapping[date, str]) -> dict[date, str]:
    """The days with their names in order. Raises Invalid for a day or a number of days that cannot be right."""
    clean: dict[date, str] = {}
    for day, title in holidays.items():
        if day < before.first_day:
            raise Invalid([Reason("Working days are counted from 1 April 2011. Give a later day.", "date")])
        clean[day] = a_title(title)
    years = Counter(day.year for day in {**before.holidays, **clean})
    for year in {day.year for day in clean}:
        if years[year] > MOST_A_YEAR:
            said = f"That would make {years[year]} bank holidays in {year}, and there are eight in most years."
            raise Invalid([Reason(f"{said} Check the list.", "file")])
    return clean


def a_title(text: str, what: str = "the name of the bank holiday") -> str:
    """The name of a day, on one line. Raises Invalid where there is none."""
    clean = " ".join("".join(c for c in text if unicodedata.category(c) != "Cc" or c.isspace()).split())
    if not clean:
        raise Invalid([Reason(f"Give {what}.", "name")])
    return clean[:LONGEST_NAME]


def _plain(title: str) -> str:
    return title.replace("’", "'").casefold()


def _days(days: Mapping[date, str]) -> list[dict[str, str]]:
    return [{"date": day.isoformat(), "title": days[day]} for day in sorted(days)]


def read_file(content: str, *, division: str = ENGLAND_AND_WALES) -> dict[date, str]:
    """The holidays of a division in the JSON that GOV.UK publishes, from the first day on which working days count.

    Raises Invalid naming what cannot be read.
    """
    try:
        events = json.loads(content)[division]["events"]
        if not isinstance(events, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid(
            [
                Reason(
                    f"This is not GOV.UK's file of bank holidays: it has no list for {division}. Download it again.",
                    "file",
                )
            ]
        ) from error
    found: dict[date, str] = {}
    first_day = calendars.get(division).first_day
    for number, event in enumerate(events, start=1):
        try:
            day, title = parse_date(str(event["date"])), a_title(str(event["title"]))
            note = str(event.get("notes") or "").strip().lower()
        except (ValueError, KeyError, TypeError, AttributeError, Invalid) as error:
            raise Invalid(
                [Reason(f"Holiday {number} of the file has no date or name that can be read.", "file")]
            ) from error
        if day >= first_day:
            found[day] = f"{title} (substitute day)" if note == "substitute day" else title
    return found
