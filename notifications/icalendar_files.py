"""Dates as calendar programs read them: a file of one date, a feed of many, an invitation that goes with an e-mail.

The rules are those of RFC 5545 (the format) and RFC 5546 (invitations). What is said here stands on locked screens and
in calendars that are shared: whoever makes an entry gives references and neutral words, never a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vDuration, vText

LONDON = ZoneInfo("Europe/London")
REQUEST, CANCEL = "REQUEST", "CANCEL"
"""The methods of an invitation: come, or come on another day; and the meeting does not take place."""
LASTS = timedelta(hours=2)
"""How long a calendar shows a meeting that was planned without an end."""
READ_AGAIN = timedelta(hours=4)
"""How often a calendar program is asked to read a feed again."""

_IN_ADDRESS = "@!$'*+-._~"
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One date in a calendar.

    ``uid`` stays the same for ever, ``sequence`` rises when the date changes. ``first`` and ``last`` are London dates,
    both included (a day, or several), or aware instants, the second of which is the end. ``changed`` (aware UTC) is
    when something about it last changed. An entry is ``busy`` where somebody is expected to be there.
    """

    uid: str
    sequence: int
    changed: datetime
    summary: str
    first: date | datetime
    last: date | datetime
    url: str
    description: str = ""
    location: str = ""
    busy: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody in an invitation: an e-mail address, and a name where it is the team's."""

    address: str
    name: str = ""


def times(day: date, begins: int, ends: int | None) -> tuple[datetime, datetime]:
    """When a meeting begins and ends, in London time; ``begins`` and ``ends`` are minutes of the day as clocks show.

    Of a time that clocks show twice, in October, the first is meant; of one they leave out, in March, the one that
    would have been. Without an end, or with one that is not after the beginning, it lasts two hours.
    """
    midnight = datetime.combine(day, time(), LONDON)
    start = (midnight + timedelta(minutes=begins)).astimezone(UTC)
    end = start + LASTS
    if ends is not None:
        said = (midnight + timedelta(minutes=ends)).astimezone(UTC)
        if said > start:
            end = said
        elif ends > begins:  # the hour in between was left out in March
            end = start + timedelta(minutes=ends - begins)
    return start.astimezone(LONDON), end.astimezone(LONDON)


# --- files ------------------------------------------------------------------------------------------------


def single(entry: Entry, now: datetime) -> bytes:
    """A file with one date, to be put into a calendar once. ``now`` is an aware UTC instant."""
    return _written([_event(entry, now)])


def feed(name: str, entries: Iterable[Entry]) -> bytes:
    """All dates of a feed, in the order given. The same entries give the same bytes, whenever they are asked for."""
    calendar = _calendar()
    for property_name in ("name", "x-wr-calname"):
        calendar.add(property_name, vText(_line(name)))
    calendar.add("refresh-interval", vDuration(READ_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(READ_AGAIN))
    return _written([_event(entry, entry.changed) for entry in entries], calendar)


def invitation(method: str, entry: Entry, now: datetime, organizer: Mailbox, attendee: Mailbox) -> str:
    """What goes with an e-mail about a meeting to one person: ``REQUEST`` or ``CANCEL``, for one attendee.

    ``now`` is an aware UTC instant.
    """
    calendar = _calendar()
    calendar.add("method", method)
    event = _event(entry, now)
    event.add("organizer", _address(organizer))
    invited = _address(attendee)
    if method == REQUEST:
        invited.params["ROLE"] = "REQ-PARTICIPANT"
        invited.params["PARTSTAT"] = "NEEDS-ACTION"
        invited.params["RSVP"] = "TRUE"
    event.add("attendee", invited)
    return _written([event], calendar).decode()


def method_of(text: str) -> str | None:
    """The method of an invitation, as its e-mail has to name it too; None where there is none."""
    found = re.search(r"^METHOD:([A-Z]+)\r?$", text, re.MULTILINE)
    return found[1] if found else None


# --- parts ------------------------------------------------------------------------------------------------


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//dardr//dates//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _written(events: Iterable[Event], calendar: Calendar | None = None) -> bytes:
    """The whole file. London's time zone is always in it: a calendar without any part is not one."""
    calendar = calendar or _calendar()
    calendar.add_component(_london())
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()


def _event(entry: Entry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", entry.changed.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", entry.sequence)
    event.add("summary", _line(entry.summary))
    _place_in_time(event, entry)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("url", entry.url)
    if entry.description:
        event.add("description", _text(entry.description))
    if entry.location:
        event.add("location", _line(entry.location))
    return event


def _place_in_time(event: Event, entry: Entry) -> None:
    first, last = entry.first, entry.last
    if isinstance(first, datetime) and isinstance(last, datetime):
        if not (_says_itself(first) and _says_itself(last)):
            first, last = first.astimezone(UTC), last.astimezone(UTC)
        event.add("dtstart", first)
        event.add("dtend", last)
        return
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))  # the day after the last one: the end is not part of it


def _says_itself(instant: datetime) -> bool:
    """Whether the time as London's clocks show it means this instant: of an hour that comes twice, only the first."""
    return instant.replace(tzinfo=LONDON, fold=0).astimezone(UTC) == instant.astimezone(UTC)


def _london() -> Timezone:
    """London's time: on the last Sundays of March and October, at one o'clock universal time."""
    zone = Timezone()
    zone.add("tzid", "Europe/London")
    for part, name, begins, before, after, month in (
        (TimezoneDaylight(), "BST", "1996-03-31T01:00", timedelta(0), timedelta(hours=1), 3),
        (TimezoneStandard(), "GMT", "1996-10-27T02:00", timedelta(hours=1), timedelta(0), 10),
    ):
        part.add("tzname", name)
        part.add("dtstart", datetime.fromisoformat(begins))  # local time, as the format asks
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1SU"})
        zone.add_component(part)
    return zone


def _address(one: Mailbox) -> vCalAddress:
    found = vCalAddress("mailto:" + quote(one.address, safe=_IN_ADDRESS))
    if one.name:
        found.params["CN"] = vText(_line(one.name).replace('"', "'"))
    return found


def _text(words: str) -> str:
    """Words without control characters, lines ended one way."""
    return _NOT_IN_TEXT.sub(" ", words.replace("\r\n", "\n").replace("\r", "\n"))


def _line(words: str) -> str:
    """The same in one line."""
    return " ".join(_text(words).split())
