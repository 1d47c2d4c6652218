"""On which day a reminder is said: never later than its day, nothing twice, nothing late before the date has passed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workflows
from workflows.calendar import calendars
from workflows.clocks import Telling, escalation_days, rungs
from workflows.definition import Clock
from workflows.post_days import PostDays, Say, keeps_its_days, reminder_due, said_to, to_say

CALENDAR = calendars.get("england-and-wales")
POST = PostDays(CALENDAR)
RETURN = workflows.get("agency-return@1").clock("imr_return")
COMMENTS = workflows.get("comment-request").clock("reader_comments")
REPLY = workflows.get("commissioner-reply").clock("D08")
CLOCKS = tuple(
    clock
    for process in workflows.all_processes()
    for clock in process.clocks
    if clock.remind_before or clock.on_the_day or clock.repeat_after_every or clock.escalations
)
DAY = timedelta(days=1)


def said(clock: Clock, due: date, post: PostDays = POST, *, start: date | None = None, until: int = 40) -> list[Say]:
    start = start or due - timedelta(days=70)
    return list(to_say(clock, start, due, start, due + timedelta(days=until), post))


def before_and_on(found: list[Say]) -> list[tuple[str, str]]:
    return [(f"{one.on:%a %d %b}", one.rung) for one in found if one.on <= one.nominal and one.rung[0] in "-+"]


def test_reach_is_the_run_of_days_without_post_that_follows() -> None:
    thursday = date(2026, 4, 2)  # Good Friday is the 3rd, Easter Monday the 6th
    assert POST.reach(thursday) == date(2026, 4, 6)
    assert POST.next(thursday) == date(2026, 4, 7)
    assert [POST.reach(thursday + n * DAY) for n in (1, 2, 3)] == [thursday + n * DAY for n in (1, 2, 3)]
    assert POST.reach(date(2026, 4, 7)) == date(2026, 4, 7)
    festival = POST.without([date(2026, 4, 7) + n * DAY for n in range(4)])
    assert festival.reach(thursday) == date(2026, 4, 12)


def test_no_list_gone_wrong_silences_anybody() -> None:
    never = POST.without([date(2026, 1, 1) + n * DAY for n in range(400)])
    assert (never.next(date(2026, 1, 1)) - date(2026, 1, 1)).days <= 61


@pytest.mark.parametrize(("due", "expected"), [
    (date(2026, 6, 22), ["Fri 22 May", "Mon 08 Jun", "Mon 15 Jun", "Fri 19 Jun", "Mon 22 Jun"]),  # 25 May, 21 June
    (date(2026, 6, 21), ["Fri 22 May", "Fri 05 Jun", "Fri 12 Jun", "Fri 19 Jun"]),  # a Sunday: -1 and +0 are one
    (date(2026, 12, 28), ["Mon 30 Nov", "Mon 14 Dec", "Mon 21 Dec", "Thu 24 Dec"]),  # a bank holiday after Christmas
    (date(2027, 1, 1), ["Fri 04 Dec", "Fri 18 Dec", "Thu 24 Dec", "Thu 31 Dec"]),
    (date(2028, 2, 29), ["Tue 01 Feb", "Tue 15 Feb", "Tue 22 Feb", "Mon 28 Feb", "Tue 29 Feb"]),
    (date(2026, 3, 29), ["Fri 27 Feb", "Fri 13 Mar", "Fri 20 Mar", "Fri 27 Mar"]),  # the night the clocks go forward
    (date(2026, 10, 25), ["Fri 25 Sep", "Fri 09 Oct", "Fri 16 Oct", "Fri 23 Oct"]),  # and back
    (date(2026, 12, 31), ["Thu 03 Dec", "Thu 17 Dec", "Thu 24 Dec", "Wed 30 Dec", "Thu 31 Dec"]),
])  # fmt: skip
def test_the_last_day_with_post_before_it(due: date, expected: list[str]) -> None:
    found = [day for day, _ in before_and_on([s for s in said(RETURN, due) if s.on <= due])]
    assert found == expected


def test_a_family_s_day_moves_an_agency_s_reminder_to_the_day_before() -> None:
    """A date on Monday 22 June; that Monday and all of the week before it ask for care."""
    week = [date(2026, 6, 15) + n * DAY for n in range(5)]
    found = before_and_on(said(RETURN, date(2026, 6, 22), POST.without([*week, date(2026, 6, 22)])))
    assert ("Fri 12 Jun", "+0") in found, "the last day with post before all of it"
    assert not [day for day, _ in found if day in ("Mon 15 Jun", "Fri 19 Jun", "Mon 22 Jun")]


def test_a_date_in_an_act_keeps_its_days() -> None:
    """24 August 2025 is a Sunday and the 25th a bank holiday."""
    due = date(2025, 8, 25)
    found = said(REPLY, due, start=date(2025, 7, 1), until=8)
    assert [(one.on, one.rung, one.alone) for one in found] == [
        (date(2025, 8, 11), "-14", False), (date(2025, 8, 18), "-7", False), (date(2025, 8, 24), "-1", True),
        (due, "+0", True), (date(2025, 8, 26), "escalation+1", True), (date(2025, 9, 1), "+7", True),
    ]  # fmt: skip
    sunday = said(REPLY, date(2026, 11, 15), start=date(2026, 9, 21), until=0)  # its -7 is a Sunday as well
    assert [(one.on - date(2026, 11, 15)).days for one in sunday] == [-14, -7, -1, 0]
    assert [one.alone for one in sunday] == [True] * 4, "where there is no post it leaves by itself"


def test_what_is_late_is_not_said_before_the_date_has_passed() -> None:
    """Due on Thursday before Easter, every third day after it: Sunday, and no post until Tuesday."""
    due = date(2026, 4, 2)
    assert said_to(COMMENTS, due, due, POST) == due
    found = said(COMMENTS, due, until=6)
    assert [(f"{one.on:%a}", one.rung) for one in found if one.on >= due] == [
        ("Thu", "+0"),
        ("Tue", "+3"),
        ("Wed", "+6"),
    ]


days = st.dates(date(2024, 1, 1), date(2028, 6, 30))
careful = st.lists(st.integers(-60, 60), max_size=12)
some_clock = st.sampled_from(CLOCKS)


@given(some_clock, days, st.integers(0, 200), careful)
@settings(max_examples=150, deadline=None)
def test_what_holds_for_every_ladder(clock: Clock, due: date, length: int, avoid: list[int]) -> None:
    start, post = due - timedelta(days=length), POST.without([due + timedelta(days=n) for n in avoid])
    found = list(to_say(clock, start, due, start, due + timedelta(days=100), post))
    reminders = [one for one in found if one.telling is Telling.REMINDER]
    told = [one for one in found if one.telling is Telling.ESCALATION]
    assert len({(one.telling, one.rung) for one in found}) == len(found), "no rung twice"
    assert [one.on for one in found] == sorted(one.on for one in found)
    for one in reminders:
        if int(one.rung) <= 0:
            assert one.on <= max(one.nominal, post.next(start - DAY)), "never later than its day"
        else:
            assert one.on > due, "nothing late on or before the date"
        if keeps_its_days(clock):
            assert one.on == one.nominal
        else:
            assert post.has(one.on)
    for one in told:
        assert one.on >= one.nominal, "nobody else is told early"
    assert [one.step for one in told] == list(clock.escalations)[: len(told)]
    assert len(told) == len([day for _, day in escalation_days(clock, due) if day <= due + timedelta(days=80)]) or (
        clock.escalations and clock.escalations[-1].after_days > 80
    )
    # Whatever was to be said before the date was said, by this rung or by a later one, on its day or before it.
    first_day = post.next(start - DAY)
    for rung in rungs(clock, start, due, due):
        if rung.on >= first_day and not keeps_its_days(clock):
            assert any(int(one.rung) >= rung.days and one.on <= rung.on for one in reminders)


@given(some_clock, days, st.integers(0, 120), careful, st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_a_worker_that_was_away_says_one_thing(
    clock: Clock, due: date, length: int, avoid: list[int], away: int
) -> None:
    start, post = due - timedelta(days=length), POST.without([due + timedelta(days=n) for n in avoid])
    back = start + timedelta(days=away)
    found = [one for one in to_say(clock, start, due, back, back, post) if one.telling is Telling.REMINDER]
    rung = reminder_due(clock, start, due, back, post)
    assert len(found) <= 1
    assert [one.rung for one in found] == ([rung.key] if rung is not None and found else [])
