"""Properties that any correct count has, tried on many dates, lengths and pauses."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.calendar import load_shipped
from workflows.counting import Counting, Pause, Roll, Unit, add_months, count, every_skipped_day

CALENDAR = load_shipped()
EDGES = [
    date(2024, 2, 29), date(2028, 2, 29), date(2026, 12, 31), date(2026, 3, 29), date(2026, 10, 25),
    date(2025, 8, 25), date(2022, 9, 19), date(2026, 12, 25), date(2026, 1, 31), date(2028, 12, 29),
]  # fmt: skip
STARTS = st.sampled_from(EDGES) | st.dates(date(2011, 4, 1), date(2030, 12, 31))
LENGTHS = st.integers(1, 90)
UNITS, COUNTINGS, ROLLS = st.sampled_from(Unit), st.sampled_from(Counting), st.sampled_from(Roll)


@st.composite
def pauses_near(draw: st.DrawFn, start: date) -> list[Pause]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        begin = start + timedelta(days=draw(st.integers(-30, 150)))
        found.append(Pause(begin, begin + timedelta(days=draw(st.integers(1, 40))), "trial"))
    return found


@st.composite
def cases(draw: st.DrawFn):
    start = draw(STARTS)
    return start, draw(LENGTHS), draw(UNITS), draw(COUNTINGS), draw(ROLLS), draw(pauses_near(start))


def _due(start, n, unit, counting, roll, pauses, extend=0) -> date:
    answer = count(start, n, unit, counting, roll, CALENDAR, pauses, extend)
    assert answer.due is not None
    return answer.due


def _paused(day: date, pauses: list[Pause]) -> bool:
    return any(pause.from_ <= day < (pause.until or date.max) for pause in pauses)


def _month_end(start: date, n: int, counting: Counting) -> date:
    """The date of a month count without pauses, found by trying every day."""
    index = start.year * 12 + start.month - 1 + n
    day = date(index // 12, index % 12 + 1, 1)
    while day.day < start.day and (day + timedelta(days=1)).month == day.month:
        day += timedelta(days=1)
    return day - timedelta(days=1) if counting is Counting.BEGINNING_WITH and day.day == start.day else day


def _by_walking(start: date, n: int, unit: Unit, counting: Counting, roll: Roll, pauses: list[Pause]) -> date:
    """The same rules the slow way: one day at a time."""
    if unit is Unit.MONTHS:
        day, end = start, _month_end(start, n, counting)
        while day <= end:
            end += timedelta(days=_paused(day, pauses))
            day += timedelta(days=1)
    else:
        end = start - timedelta(days=counting is Counting.BEGINNING_WITH)
        left = n
        while left:
            end += timedelta(days=1)
            counts = unit is Unit.DAYS or CALENDAR.is_working_day(end)
            left -= counts and not _paused(end, pauses)
    step = {Roll.NONE: 0, Roll.NEXT: 1, Roll.PREVIOUS: -1}[roll]
    while step and not CALENDAR.is_working_day(end):
        end += timedelta(days=step)
    return end


@given(cases())
def test_the_arithmetic_equals_walking_day_by_day(case: tuple[Any, ...]):
    assume(not (case[4] is Roll.PREVIOUS and case[0] < date(2011, 4, 6)))
    assert _due(*case) == _by_walking(*case)


@given(cases(), st.data())
def test_more_pause_never_gives_an_earlier_date(case: tuple[Any, ...], data: Any):
    start, n, unit, counting, roll, pauses = case
    more = pauses + data.draw(pauses_near(case[0]))
    assume(case[0] > date(2011, 4, 6))
    assert _due(start, n, unit, counting, roll, more) >= _due(start, n, unit, counting, roll, pauses)


@given(cases())
def test_a_pause_counts_once_however_it_is_cut_or_repeated(case: tuple[Any, ...]):
    start, n, unit, counting, roll, pauses = case
    assume(case[0] > date(2011, 4, 6))
    cut = []
    for pause in pauses:
        assert pause.until is not None
        middle = pause.from_ + (pause.until - pause.from_) // 2
        cut += [Pause(pause.from_, pause.until)]
        cut += [Pause(pause.from_, middle), Pause(middle, pause.until)] if middle > pause.from_ else []
    assert _due(start, n, unit, counting, roll, cut) == _due(start, n, unit, counting, roll, pauses)


@given(cases(), st.integers(1, 30))
def test_an_extension_equals_the_longer_length_and_undoing_it_equals_never_having_had_it(
    case: tuple[Any, ...], extend: int
):
    start, n, unit, counting, roll, pauses = case
    assume(start > date(2011, 4, 6))
    before = count(start, n, unit, counting, roll, CALENDAR, pauses).receipt.as_dict()
    extended = _due(start, n, unit, counting, roll, pauses, extend=extend)
    assert extended == _due(start, n + extend, unit, counting, roll, pauses)
    assert extended >= _due(start, n, unit, counting, roll, pauses)
    assert count(start, n, unit, counting, roll, CALENDAR, pauses, 0).receipt.as_dict() == before


@given(cases())
def test_counting_back_from_the_date_gives_the_length(case: tuple[Any, ...]):
    start, n, unit, counting, _, pauses = case
    assume(unit is not Unit.MONTHS)
    due = _due(start, n, unit, counting, Roll.NONE, pauses)
    first = start if counting is Counting.BEGINNING_WITH else start + timedelta(days=1)
    days = [first + timedelta(days=k) for k in range((due - first).days + 1)]
    counted = [d for d in days if not _paused(d, pauses) and (unit is Unit.DAYS or CALENDAR.is_working_day(d))]
    assert len(counted) == n
    assert counted[-1] == due


@given(cases())
def test_the_receipt_accounts_for_every_day(case: tuple[Any, ...]):
    start, n, unit, counting, roll, pauses = case
    assume(start > date(2011, 4, 6))
    receipt = count(start, n, unit, counting, roll, CALENDAR, pauses).receipt.as_dict()
    json.dumps(receipt)
    every = list(every_skipped_day(receipt, CALENDAR))
    assert len({day.date for day in every}) == len(every) == receipt["skipped_total"]
    last = date.fromisoformat(receipt["rolled_from"] or receipt["due"])
    from_start = unit is Unit.MONTHS or counting is Counting.BEGINNING_WITH
    span = (last - start).days + (1 if from_start else 0)
    if unit is not Unit.MONTHS:
        assert span - len(every) == n
    assert sum(day.why.startswith("paused: ") for day in every) == sum(p["days_taken_out"] for p in receipt["pauses"])
    if unit is Unit.WORKING_DAYS:
        assert sum(day.date.weekday() >= 5 for day in every) == receipt["skipped_weekend_days"]
    if receipt["skipped_complete"]:
        assert receipt["skipped"] == [day.as_dict() for day in every]
    assert all(sentence.endswith(".") for sentence in receipt["sentences"])


@given(cases())
def test_an_open_pause_restarted_today_is_the_pause_that_ends_today(case: tuple[Any, ...]):
    start, n, unit, counting, roll, pauses = case
    assume(start > date(2011, 4, 6))
    begin = start + timedelta(days=3)
    today = begin + timedelta(days=11)
    held = count(start, n, unit, counting, roll, CALENDAR, [*pauses, Pause(begin)], today=today)
    closed = _due(start, n, unit, counting, roll, [*pauses, Pause(begin, today)])
    if held.due is None:
        assert held.receipt.if_restarted_today == closed
    else:
        assert held.due == _due(start, n, unit, counting, roll, pauses)


@given(STARTS, st.integers(1, 240), st.integers(1, 240))
def test_months_keep_the_day_or_the_months_last_and_never_chain(start, n, more):
    end = add_months(start, n)
    assert (end.year - start.year) * 12 + end.month - start.month == n
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)
    assert add_months(start, n + more) >= add_months(end, more)


@given(STARTS, LENGTHS, UNITS, ROLLS)
def test_beginning_with_is_never_later_than_after(start, n, unit, roll):
    assume(start > date(2011, 4, 6))
    assert _due(start, n, unit, Counting.BEGINNING_WITH, roll, []) <= _due(start, n, unit, Counting.AFTER, roll, [])
