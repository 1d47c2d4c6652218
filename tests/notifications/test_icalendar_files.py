"""Files for calendar programs keep the rules of their format, whatever a title says and whatever day it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from notifications.icalendar_files import (
    CANCEL,
    LONDON,
    REQUEST,
    Entry,
    Mailbox,
    feed,
    invitation,
    method_of,
    single,
    times,
)
from tests.icalendar_rules import complaints, unfolded

CHANGED = datetime(2026, 3, 2, 10, 0, 1, 5, UTC)
NOW = datetime(2026, 8, 3, 8, tzinfo=UTC)
DUE = Entry(
    uid="deadline-12@0123.dardr",
    sequence=4,
    changed=CHANGED,
    summary="DARDR-2026-009-R01: return due",
    first=date(2026, 12, 3),
    last=date(2026, 12, 3),
    url="https://reviews.example/records/DARDR-2026-009-R01",
)
TEAM = Mailbox("team@reviews.example", 'Safety, "Kent"; Team')
READER = Mailbox("a.reader@agency.example")


def a_meeting(day: date, begins: int, ends: int | None) -> Entry:
    first, last = times(day, begins, ends)
    return replace(DUE, uid="meeting-3@0123.dardr", summary="Meeting DARDR-2026-009-M01", first=first, last=last)


CLOCKS_CHANGE = (date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31))
DAYS = st.one_of(
    st.dates(date(2011, 4, 1), date(2060, 1, 1)),
    st.sampled_from((*CLOCKS_CHANGE, date(2028, 2, 29), date(2026, 12, 31))),
)
WORDS = st.one_of(st.text(max_size=200), st.text("é,;:\\\n\r\t\"'ß 漢\u2028\x00\x1b😀", max_size=120))


@given(day=DAYS, title=WORDS, more=WORDS, place=WORDS)
def test_whatever_a_title_says_the_file_keeps_the_rules_and_says_it(
    day: date, title: str, more: str, place: str
) -> None:
    entry = replace(DUE, first=day, last=day, summary=title, description=more, location=place)
    written = single(entry, NOW)
    assert complaints(written) == []
    (event,) = Calendar.from_ical(written).events
    kept = " ".join("".join(c for c in title if c.isprintable() or c.isspace()).split())
    said = str(event["summary"])
    assert "\n" not in said
    assert "".join(c for c in said if c.isprintable() and c != " ") == "".join(
        c for c in kept if c.isprintable() and c != " "
    )
    assert event.start == day and event.end == day + timedelta(days=1)


@given(day=DAYS, begins=st.integers(0, 1439), ends=st.one_of(st.none(), st.integers(0, 1439)))
def test_a_meeting_at_any_time_of_any_day_begins_when_the_clocks_say_and_ends_later(
    day: date, begins: int, ends: int | None
) -> None:
    first, last = times(day, begins, ends)
    for written in (
        single(a_meeting(day, begins, ends), NOW),
        invitation(REQUEST, a_meeting(day, begins, ends), NOW, TEAM, READER).encode(),
        invitation(CANCEL, replace(a_meeting(day, begins, ends), cancelled=True), NOW, TEAM, READER).encode(),
    ):
        assert complaints(written) == []
        (event,) = Calendar.from_ical(written).events
        start, end = event.start, event.end
        assert isinstance(start, datetime) and isinstance(end, datetime)
        assert start.astimezone(UTC) == first.astimezone(UTC) < last.astimezone(UTC) == end.astimezone(UTC)
    if ends is None:
        assert last.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("day", "begins", "ends", "utc"),
    [
        (date(2026, 10, 25), "01:30", "02:30", ("00:30", "02:30")),  # the first half past one; two hours on the clock
        (date(2026, 10, 25), "01:30", "01:45", ("00:30", "00:45")),
        (date(2026, 10, 25), "00:30", None, ("23:30", "01:30")),  # ends at the second half past one
        (date(2026, 3, 29), "01:30", "01:45", ("01:30", "01:45")),  # clocks leave it out: at half past two
        (date(2026, 3, 29), "01:30", "02:15", ("01:30", "02:15")),
        (date(2026, 3, 29), "00:30", "02:30", ("00:30", "01:30")),
        (date(2028, 2, 29), "10:00", "12:00", ("10:00", "12:00")),
        (date(2026, 7, 1), "10:00", "12:00", ("09:00", "11:00")),
        (date(2026, 7, 1), "12:00", "10:00", ("11:00", "13:00")),
    ],
)
def test_the_nights_on_which_clocks_change(day: date, begins: str, ends: str | None, utc: tuple[str, str]) -> None:
    minutes = [None if one is None else int(one[:2]) * 60 + int(one[3:]) for one in (begins, ends)]
    first, last = times(day, minutes[0] or 0, minutes[1])
    assert (f"{first.astimezone(UTC):%H:%M}", f"{last.astimezone(UTC):%H:%M}") == utc
    assert first.tzinfo is LONDON and last.tzinfo is LONDON


def test_a_meeting_is_written_in_london_time_and_an_hour_that_comes_twice_in_universal_time() -> None:
    ordinary = unfolded(single(a_meeting(date(2026, 7, 1), 600, 720), NOW))
    assert "DTSTART;TZID=Europe/London:20260701T100000" in ordinary
    assert "DTEND;TZID=Europe/London:20260701T120000" in ordinary
    twice = unfolded(single(a_meeting(date(2026, 10, 25), 30, None), NOW))
    assert "DTSTART:20261024T233000Z" in twice and "DTEND:20261025T013000Z" in twice


def test_a_feed_is_the_same_bytes_whenever_it_is_asked_for_and_says_when_to_ask_again() -> None:
    written = feed("Yours,\nhere", [DUE, a_meeting(date(2026, 7, 1), 600, 720)])
    assert written == feed("Yours,\nhere", [DUE, a_meeting(date(2026, 7, 1), 600, 720)])
    assert complaints(written) == []
    lines = unfolded(written)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT4H" in lines and "X-PUBLISHED-TTL:PT4H" in lines
    assert "X-WR-CALNAME:Yours\\, here" in lines
    assert "DTSTART;VALUE=DATE:20261203" in lines and "DTEND;VALUE=DATE:20261204" in lines
    assert lines.count("DTSTAMP:20260302T100001Z") == 2 and not any(line.startswith("METHOD") for line in lines)


def test_an_empty_feed_is_still_a_calendar() -> None:
    assert complaints(feed("Yours", [])) == []
    assert Calendar.from_ical(feed("Yours", [])).events == []


def test_an_invitation_names_the_team_and_one_reader() -> None:
    written = invitation(REQUEST, a_meeting(date(2026, 7, 1), 600, 720), NOW, TEAM, READER)
    assert method_of(written) == "REQUEST"
    (event,) = Calendar.from_ical(written).events
    assert str(event["organizer"]) == "mailto:team@reviews.example"
    assert event["organizer"].params["CN"] == "Safety, 'Kent'; Team"
    assert str(event["attendee"]) == "mailto:a.reader@agency.example"
    assert event["attendee"].params["PARTSTAT"] == "NEEDS-ACTION"
    cancelled = replace(a_meeting(date(2026, 7, 1), 600, 720), cancelled=True, sequence=5)
    taken_back = invitation(CANCEL, cancelled, NOW, TEAM, READER)
    assert method_of(taken_back) == "CANCEL" and method_of("SUMMARY:METHOD:X") is None
    (gone,) = Calendar.from_ical(taken_back).events
    assert gone["uid"] == event["uid"] and gone.sequence > event.sequence and gone["status"] == "CANCELLED"


def test_an_address_in_other_letters_is_still_an_address() -> None:
    written = invitation(REQUEST, a_meeting(date(2026, 7, 1), 600, None), NOW, TEAM, Mailbox("jürgen+x@agency.example"))
    assert complaints(written.encode()) == []
    assert "mailto:j%C3%BCrgen+x@agency.example" in "".join(unfolded(written.encode()))


@pytest.mark.parametrize(
    "spoilt",
    [
        (b"\r\n", b"\n"),
        (b"DTEND;VALUE=DATE:20261204", b"DTEND;VALUE=DATE:20261203"),
        (b"UID:", b"X-UID:"),
        (b"DTSTAMP:20260803T080000Z", b"DTSTAMP:20260803T080000"),
        (b"VERSION:2.0\r\n", b""),
        (b"SUMMARY:", b"SUMMARY:one, two; "),
        (b"SUMMARY:", b"SUMMARY:" + b"x" * 80),
        (b"SUMMARY:", b"SUMMARY:\x07"),
        (b"STATUS:CONFIRMED", b"STATUS:PERHAPS"),
        (b"CALSCALE:GREGORIAN", b"METHOD:REQUEST"),
    ],
)
def test_the_rules_find_what_is_wrong(spoilt: tuple[bytes, bytes]) -> None:
    written = single(DUE, NOW)
    assert complaints(written) == [] and spoilt[0] in written
    assert complaints(written.replace(*spoilt)) != []
