"""What RFC 5545 and 5546 ask of a file for a calendar, checked line by line, and read back by another reader.

Written from the texts of the two, not from what the library that writes our files does: it reads bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar

NAME = r"[A-Za-z0-9-]+"
LINE = re.compile(rf'({NAME})((?:;{NAME}=(?:"[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*)(?:,[^;:]*)?)*):(.*)')
ONCE = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "STATUS", "URL", "CLASS", "TRANSP")
TEXT = ("SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME")
STATUSES = ("TENTATIVE", "CONFIRMED", "CANCELLED")
NEEDED_BY_METHOD = {
    "REQUEST": ("ORGANIZER", "ATTENDEE", "SUMMARY", "DTSTART", "DTSTAMP", "UID"),
    "CANCEL": ("ORGANIZER", "SEQUENCE", "DTSTAMP", "UID"),
}
"""RFC 5546, 3.2.2 and 3.2.5: what a VEVENT of each method must have."""


@dataclass
class Part:
    """One component: its name, its properties as (name, parameters, value), and the components in it."""

    name: str
    properties: list[tuple[str, str, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def count(self, name: str) -> int:
        return sum(1 for one, _, _ in self.properties if one == name)

    def get(self, name: str) -> tuple[str, str] | None:
        return next(((given, value) for one, given, value in self.properties if one == name), None)


def complaints(data: bytes) -> list[str]:
    """Everything that is wrong with a file, in words; an empty list where nothing is."""
    found = _lines(data)
    if found:
        return found
    calendar = _parts(data)
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    zones = {
        value for part in calendar.parts if part.name == "VTIMEZONE" for _, value in [part.get("TZID") or ("", "")]
    }
    method = (calendar.get("METHOD") or ("", ""))[1]
    found += [f"{name} is not there once" for name in ("PRODID", "VERSION") if calendar.count(name) != 1]
    found += ["a calendar without a component"] if not calendar.parts else []
    found += [f"the UID {uid} is there {n} times" for uid, n in Counter(_uid(one) for one in events).items() if n > 1]
    found += _unescaped(calendar, "the calendar")
    for event in events:
        found += _of_event(event, method, zones)
    if method and not events:
        found.append(f"{method} about nothing")
    found += [f"another reader says: {error}" for part in Calendar.from_ical(data).walk() for error in part.errors]
    return found


def _lines(data: bytes) -> list[str]:
    found = []
    if not data.endswith(b"\r\n"):
        found.append("the last line is not ended")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        found.append("a line that does not end in CRLF")
    for line in data.removesuffix(b"\r\n").split(b"\r\n"):
        if len(line) > 75:
            found.append(f"a line of {len(line)} octets: {line[:30]!r}")
        if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line):
            found.append(f"a control character in {line[:30]!r}")
        line.decode()  # no character is cut in two by the folding
    return found


def unfolded(data: bytes) -> list[str]:
    """The lines of a file as they are meant."""
    return data.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def _parts(data: bytes) -> Part:
    stack = [Part("")]
    for line in unfolded(data):
        read = LINE.fullmatch(line)
        assert read, f"not a line of a calendar: {line}"
        name, given, value = read[1].upper(), read[2], read[3]
        if name == "BEGIN":
            stack.append(Part(value))
            stack[-2].parts.append(stack[-1])
        elif name == "END":
            assert stack.pop().name == value, f"{value} ends and did not begin"
        else:
            stack[-1].properties.append((name, given, value))
    assert len(stack) == 1 and [part.name for part in stack[0].parts] == ["VCALENDAR"]
    return stack[0].parts[0]


def _of_event(event: Part, method: str, zones: set[str]) -> list[str]:
    uid = _uid(event)
    found = [f"{uid}: {name} is there {event.count(name)} times" for name in ONCE if event.count(name) > 1]
    for name in ("UID", "DTSTAMP", "DTSTART", *NEEDED_BY_METHOD.get(method, ())):
        if not event.count(name):
            found.append(f"{uid}: no {name}")
    if method == "" and event.count("ATTENDEE"):
        found.append(f"{uid}: somebody invited by a file without a method")
    status = event.get("STATUS")
    if status and status[1] not in STATUSES:
        found.append(f"{uid}: the status {status[1]}")
    if method == "CANCEL" and status != ("", "CANCELLED"):
        found.append(f"{uid}: cancelled with the status {status}")
    found += _unescaped(event, uid)
    for name, given, value in event.properties:
        if name in ("ORGANIZER", "ATTENDEE") and not re.fullmatch(r"mailto:[!-~]+@[!-~]+", value):
            found.append(f"{uid}: {name} is no address: {value}")
        if name == "SEQUENCE" and not value.isdecimal():
            found.append(f"{uid}: the sequence {value}")
        zone = re.search(r"TZID=([^;:]+)", given)
        if zone and zone[1] not in zones:
            found.append(f"{uid}: {name} is in a time zone that is not in the file: {zone[1]}")
    return found + _times(event, uid)


def _unescaped(part: Part, of: str) -> list[str]:
    """Text in which a comma, a semicolon or a backslash stands without the backslash before it."""
    return [
        f"{of}: {name} is not escaped: {value}"
        for name, _, value in part.properties
        if name in TEXT and re.search(r"[,;\\]", re.sub(r"\\[\\,;nN]", "", value))
    ]


def _times(event: Part, uid: str) -> list[str]:
    start, end = event.get("DTSTART"), event.get("DTEND")
    stamp = event.get("DTSTAMP")
    found = [] if stamp and re.fullmatch(r"\d{8}T\d{6}Z", stamp[1]) else [f"{uid}: DTSTAMP is not in universal time"]
    if start is None or end is None:
        return found
    first, last = _moment(*start), _moment(*end)
    if isinstance(first, datetime) != isinstance(last, datetime):
        return [*found, f"{uid}: begins and ends in different ways"]
    if isinstance(first, datetime) and isinstance(last, datetime):
        first, last = first.astimezone(ZoneInfo("UTC")), last.astimezone(ZoneInfo("UTC"))
    if not first < last:
        found.append(f"{uid}: ends before it begins")
    return found


def _moment(given: str, value: str) -> date | datetime:
    if "VALUE=DATE" in given.split(";"):
        return datetime.strptime(value, "%Y%m%d").date()
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=ZoneInfo("UTC"))
    zone = re.search(r"TZID=([^;:]+)", given)
    assert zone, "a time without a time zone"
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone[1]))


def _uid(event: Part) -> str:
    return (event.get("UID") or ("", "(none)"))[1]
