"""Clocks at their edges: due dates, states, rungs, the next look; and what holds for all of them."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workflows
from workflows.calendar import calendars
from workflows.clocks import (
    MISSED,
    STATE_LABELS,
    Agreed,
    Rung,
    State,
    due_on,
    escalation_days,
    next_escalation,
    next_look,
    reminder_on,
    rungs,
    span_of,
    state_of,
)
from workflows.counting import Pause
from workflows.definition import AgeOnly, Clock, DateGiven, Days, Kind, LocalSetting, Months, Party, Span, WorkingDays

REVIEW = workflows.get("dardr-s9")
REPLY = workflows.get("commissioner-reply").clock("D08")
ACTION = workflows.get("action")
CALENDAR = calendars.get("england-and-wales")
EVERY_CLOCK = tuple(clock for process in workflows.all_processes() for clock in process.clocks)
DAY = timedelta(days=1)


def length(clock: Clock) -> Span | None:
    return span_of(clock.length, {})


def due(clock: Clock, start: date, **more: object) -> date | None:
    return due_on(clock, start, length(clock), CALENDAR, **more).due  # type: ignore[arg-type]


# --- when it is due ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "last_day"),
    [
        (date(2025, 7, 1), date(2025, 8, 25)),  # a bank holiday, and still the last day
        (date(2025, 8, 5), date(2025, 9, 29)),
        (date(2026, 2, 2), date(2026, 3, 29)),  # a Sunday
        (date(2024, 2, 29), date(2024, 4, 24)),
        (date(2026, 12, 31), date(2027, 2, 24)),
        (date(2026, 10, 25), date(2026, 12, 19)),  # the clocks go back
    ],
)
def test_56_days_beginning_with_the_day_of_publication(published: date, last_day: date) -> None:
    assert due(REPLY, published) == last_day
    assert (last_day - published).days == 55
    assert state_of(REPLY, due=last_day, today=last_day) is State.RUNNING
    assert state_of(REPLY, due=last_day, today=last_day + DAY) is State.BREACHED


@pytest.mark.parametrize(
    ("aware", "decide_by"),
    [
        (date(2026, 3, 2), date(2026, 4, 2)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 3, 29)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2026, 3, 29), date(2026, 4, 29)),  # the clocks go forward
    ],
)
def test_one_month_to_decide(aware: date, decide_by: date) -> None:
    assert due(REVIEW.clock("D02"), aware) == decide_by


def test_six_months_for_the_report_from_the_end_of_august() -> None:
    assert due(REVIEW.clock("D05"), date(2026, 8, 31)) == date(2027, 2, 28)


def test_local_lengths_and_their_defaults() -> None:
    lengths = {clock.id: clock.length for clock in EVERY_CLOCK}
    found = {
        clock.id: length(clock)
        for process in workflows.all_processes()
        if process.regime != "s8a"
        for clock in process.clocks
    }
    assert found == {
        "D01": WorkingDays(5), "D02": Months(1), "D03": WorkingDays(5), "D04": None, "D05": Months(6),
        "D06": WorkingDays(5), "D08": Days(56), "D09": None, "D10": WorkingDays(40), "D11": WorkingDays(10),
        "D12": WorkingDays(10), "D13": None, "D14": WorkingDays(20), "D15": None, "D16": WorkingDays(2),
        "D17": Months(3), "D18": None, "L01": None, "L02": None,
        "L03": Days(28), "L04": None,
        "L05": WorkingDays(10), "L06": None, "L11": None, "L11C": None, "L12": None, "L13": None,
        "L14": None, "L15": None, "L16": None, "L16C": None,
        "L17": Days(84), "L20": None, "L18": Months(6), "L18C": None, "L19": Months(12),
        "L21": WorkingDays(2), "L21C": WorkingDays(10),
        "L07": WorkingDays(5), "L08": Days(56), "L09": None, "L10": Days(42), "L10C": Days(42),
    }  # fmt: skip
    assert isinstance(lengths["D13"], AgeOnly)
    assert isinstance(lengths["D09"], DateGiven) and isinstance(lengths["D18"], DateGiven)


def test_a_partnership_sets_and_unsets_its_own_lengths() -> None:
    setting = LocalSetting("imr_return", WorkingDays(40))
    assert span_of(setting, {"imr_return": {"n": 30, "unit": "days"}}) == Days(30)
    assert span_of(setting, {"imr_return": None}) is None
    assert span_of(setting, {}) == WorkingDays(40)
    found = due_on(REVIEW.clock("D04"), date(2026, 3, 2), None, CALENDAR)
    assert found.due is None and found.original is None and not found.held
    assert "No length is set" in found.receipt["sentences"][0]


def test_only_one_clock_has_a_date_of_statute() -> None:
    assert {clock.id for clock in EVERY_CLOCK if clock.date.kind is Kind.STATUTE} == {"D08"}
    assert {clock.id for clock in EVERY_CLOCK if clock.duty.kind is Kind.STATUTE} >= {"D06", "D07", "D08", "D09"}


def test_an_open_pause_holds_the_clock_and_says_what_would_be() -> None:
    clock = workflows.get("agency-return").clock("D10")
    start = date(2026, 3, 2)
    found = due_on(
        clock, start, Days(40), CALENDAR, pauses=[Pause(date(2026, 3, 12), None, "Trial", "trial")],
        today=date(2026, 3, 22),
    )  # fmt: skip
    assert (found.due, found.held, found.original) == (None, True, date(2026, 4, 11))
    assert found.receipt["if_restarted_today"] == "2026-04-21"


def test_a_given_date_moves_by_the_days_of_a_pause() -> None:
    clock = dataclasses.replace(workflows.get("agency-return").clock("D10"), length=DateGiven("due_on"))
    found = due_on(
        clock, date(2026, 3, 2), None, CALENDAR, given=date(2026, 4, 30),
        pauses=[Pause(date(2026, 3, 10), date(2026, 3, 20))],
    )  # fmt: skip
    assert (found.due, found.original) == (date(2026, 5, 10), date(2026, 4, 30))


def test_a_pause_before_the_agreement_is_in_the_agreed_date_one_after_it_moves_it() -> None:
    clock = REVIEW.clock("D14")
    agreed = Agreed(date(2026, 6, 1), date(2026, 4, 1), "the partnership", "The chair was ill")
    early = Pause(date(2026, 3, 5), date(2026, 3, 25))
    late = Pause(date(2026, 5, 1), date(2026, 5, 11))
    start = date(2026, 3, 2)
    with_early = due_on(clock, start, length(clock), CALENDAR, agreed=agreed, pauses=[early])
    with_late = due_on(clock, start, length(clock), CALENDAR, agreed=agreed, pauses=[early, late])
    assert with_early.due == date(2026, 6, 1)
    assert with_late.due == date(2026, 6, 11)
    assert with_late.original == due(clock, start)
    assert any("1 June 2026 was agreed by the partnership on 1 April 2026" in s for s in with_late.receipt["sentences"])


def test_an_agreed_date_does_not_move_a_clock_that_may_not_move() -> None:
    agreed = Agreed(date(2027, 1, 1), date(2026, 3, 3))
    assert due(REVIEW.clock("D02"), date(2026, 3, 2), agreed=agreed) == date(2026, 4, 2)


@pytest.mark.parametrize("clock", EVERY_CLOCK, ids=lambda clock: f"{clock.id}-{clock.key}")
def test_every_receipt_names_its_rule_and_both_authorities(clock: Clock) -> None:
    given_day = date(2026, 6, 1) if isinstance(clock.length, DateGiven) else None
    receipt = due_on(clock, date(2026, 3, 2), length(clock), CALENDAR, rule="x@1/D00", given=given_day).receipt
    assert receipt["id"] == clock.id and receipt["rule_version"] == "x@1/D00"
    assert receipt["clause"] == clock.date.source
    assert receipt["duty"]["source"] and receipt["date"]["kind"]
    assert receipt["sentences"] and "due" in receipt
    assert (receipt["can_be_paused"], receipt["can_be_moved_by_agreement"]) == (clock.pausable, clock.extendable)


# --- how it stands ----------------------------------------------------------------------------------------

DUE = date(2026, 4, 2)


@pytest.mark.parametrize(
    ("clock", "agreed", "day_after"),
    [
        (REVIEW.clock("D02"), False, State.PAST_GUIDE),
        (REVIEW.clock("D05"), False, State.PAST_GUIDE),
        (REVIEW.clock("D05"), True, State.LATE),
        (REVIEW.clock("D03"), False, State.LATE),
        (REVIEW.clock("D09"), False, State.LATE),
        (ACTION.clock("D18"), False, State.LATE),
        (REPLY, False, State.BREACHED),
    ],
    ids=lambda value: value.id if isinstance(value, Clock) else None,
)
def test_a_date_is_missed_from_the_day_after(clock: Clock, agreed: bool, day_after: State) -> None:
    assert state_of(clock, due=DUE, today=DUE, agreed=agreed) is State.RUNNING
    assert state_of(clock, due=DUE, today=DUE + DAY, agreed=agreed) is day_after
    assert day_after in MISSED


def test_done_in_time_and_after() -> None:
    clock = REVIEW.clock("D03")
    far = DUE + timedelta(days=90)
    assert state_of(clock, due=DUE, today=far, stopped_on=DUE) is State.MET
    assert state_of(clock, due=DUE, today=far, stopped_on=DUE + DAY) is State.MET_LATE
    assert state_of(clock, due=None, today=far, stopped_on=far) is State.MET
    assert state_of(clock, due=DUE, today=far, withdrawn=True, stopped_on=far) is State.WITHDRAWN


def test_held_and_deferred_are_never_late() -> None:
    clock = REVIEW.clock("D02")
    far = DUE + timedelta(days=400)
    assert state_of(clock, due=DUE, today=far, deferred=True) is State.DEFERRED
    assert state_of(clock, due=None, today=far, held=True) is State.HELD
    assert state_of(clock, due=DUE, today=far, deferred=True, stopped_on=far) is State.MET_LATE


def test_a_family_that_reads_is_never_late() -> None:
    clock = REVIEW.clock("D12")
    far = DUE + timedelta(days=400)
    assert state_of(clock, due=DUE, today=far) is State.RUNNING
    assert state_of(clock, due=DUE, today=far, agreed=True) is State.RUNNING
    assert state_of(clock, due=DUE, today=far, stopped_on=far) is State.MET


def test_no_date_is_never_missed() -> None:
    for clock in EVERY_CLOCK:
        assert state_of(clock, due=None, today=date(2099, 1, 1)) is State.RUNNING


def test_only_the_statutory_date_is_breached() -> None:
    for clock in EVERY_CLOCK:
        for agreed in (False, True):
            state = state_of(clock, due=DUE, today=DUE + DAY, agreed=agreed)
            assert (state is State.BREACHED) == (clock.id == "D08")
            assert (state is State.PAST_GUIDE) <= (clock.date.kind not in (Kind.STATUTE, Kind.LOCAL) and not agreed)


def test_every_state_has_words_that_blame_nobody() -> None:
    assert set(STATE_LABELS) == set(State)
    words = " ".join(STATE_LABELS.values()).lower()
    assert not {"breach", "stuck", "failed", "dead", "closed", "non-compliant"} & set(words.split())


# --- reminders --------------------------------------------------------------------------------------------

START_56 = date(2025, 7, 1)
DUE_56 = date(2025, 8, 25)


def on(clock: Clock, start: date, end: date, today: date) -> str | None:
    rung = reminder_on(clock, start, end, today)
    return rung.key if rung else None


def test_the_ladder_of_the_56_days() -> None:
    said: dict[date, str] = {}
    last = None
    day = START_56
    while day <= DUE_56 + timedelta(days=21):
        key = on(REPLY, START_56, DUE_56, day)
        if key != last and key is not None:
            said[day], last = key, key
        day += DAY
    # 28 days is more than half of the 55 from start to due, so that rung is left out.
    assert said == {
        date(2025, 8, 11): "-14", date(2025, 8, 18): "-7", date(2025, 8, 24): "-1", DUE_56: "+0",
        date(2025, 9, 1): "+7", date(2025, 9, 8): "+14", date(2025, 9, 15): "+21",
    }  # fmt: skip


@pytest.mark.parametrize(("days", "used"), [(56, (28, 14, 7, 1)), (55, (14, 7, 1)), (28, (14, 7, 1)), (27, (7, 1)),
                                            (14, (7, 1)), (13, (1,)), (2, (1,)), (1, ()), (0, ())])  # fmt: skip
def test_a_rung_is_used_only_within_half_the_time(days: int, used: tuple[int, ...]) -> None:
    start = date(2026, 3, 2)
    found = [-rung.days for rung in rungs(REPLY, start, start + timedelta(days=days), start) if rung.days < 0]
    assert tuple(found) == used


def test_a_worker_away_for_three_weeks_sends_one_message() -> None:
    start, end = date(2026, 1, 5), date(2026, 7, 6)
    clock = REVIEW.clock("D03")
    back = end + timedelta(days=23)
    assert reminder_on(clock, start, end, back) == Rung(21, end + timedelta(days=21))
    assert next_look(clock, start, end, back) == end + timedelta(days=28)


def test_nobody_is_reminded_of_the_family_or_the_home_office() -> None:
    for clock in (REVIEW.clock("D12"), REVIEW.clock("D13")):
        start, end = date(2026, 1, 5), date(2026, 3, 5)
        assert next_look(clock, start, end, None) is None
        for days in range(-60, 60):
            assert reminder_on(clock, start, end, end + timedelta(days=days)) is None


def test_no_date_no_reminder() -> None:
    assert reminder_on(REPLY, START_56, None, START_56) is None
    assert next_look(REPLY, START_56, None, None) is None
    assert escalation_days(REPLY, None) == [] and next_escalation(REPLY, None, {}) is None
    assert rungs(REPLY, START_56, None, DUE_56) == []


def test_escalation_has_its_day() -> None:
    assert [day for _, day in escalation_days(REPLY, DUE_56)] == [DUE_56 + DAY, DUE_56 + timedelta(days=14)]
    assert [(step.to, (day - DUE_56).days) for step, day in escalation_days(REVIEW.clock("D05"), DUE_56)] == [
        (Party.TEAM_MANAGER, 14), (Party.DECIDING_CHAIR, 28),
    ]  # fmt: skip
    assert escalation_days(REVIEW.clock("D12"), DUE_56) == []
    assert next_look(REPLY, START_56, DUE_56, DUE_56) == DUE_56 + DAY, "the day of the escalation is looked at"


def test_each_step_of_the_ladder_has_its_turn() -> None:
    clock = workflows.get("agency-return@1").clock("imr_return")
    due = date(2026, 12, 3)

    def after(told: dict[int, int]) -> tuple[Party, int] | None:
        found = next_escalation(clock, due, {step: due + timedelta(days=day) for step, day in told.items()})
        return (found[0].to, (found[1] - due).days) if found else None

    assert after({}) == (Party.AGENCY_LEAD, 7)
    assert after({7: 7}) == (Party.AGENCY_EXECUTIVE, 21)
    assert after({7: 10}) == (Party.AGENCY_EXECUTIVE, 21), "a weekend between does not move the rest"
    assert after({7: 100}) == (Party.AGENCY_EXECUTIVE, 114), "who was told late has the time the ladder gives"
    assert after({7: 7, 21: 21, 35: 35}) is None


def test_the_page_shows_rungs_to_come_and_those_past() -> None:
    shown = [rung.key for rung in rungs(REPLY, START_56, DUE_56, START_56)]
    assert shown == ["-14", "-7", "-1", "+0"]
    shown = [rung.key for rung in rungs(REPLY, START_56, DUE_56, DUE_56 + timedelta(days=15))]
    assert shown == ["-14", "-7", "-1", "+0", "+7", "+14"]


# --- what holds for all -----------------------------------------------------------------------------------

days_2026 = st.dates(date(2024, 1, 1), date(2026, 12, 31))
some_clock = st.sampled_from([c for c in EVERY_CLOCK if isinstance(c.length, Span | LocalSetting)])
spans = st.one_of(
    st.integers(1, 120).map(Days), st.integers(1, 60).map(WorkingDays), st.integers(1, 12).map(Months)
)


@given(some_clock, days_2026, spans, st.integers(1, 60), st.integers(0, 90))
def test_taking_a_pause_or_an_agreement_back_equals_never_having_had_it(
    clock: Clock, start: date, span: Span, into: int, paused: int
) -> None:
    never = due_on(clock, start, span, CALENDAR, rule="r")
    pause = Pause(start + timedelta(days=into), start + timedelta(days=into + paused + 1))
    agreed = Agreed(start + timedelta(days=500), start + timedelta(days=into))
    had = due_on(clock, start, span, CALENDAR, rule="r", pauses=[pause], agreed=agreed)
    assert had.original == never.original
    again = due_on(clock, start, span, CALENDAR, rule="r", pauses=[], agreed=None)
    assert again == never


@given(days_2026, spans, st.integers(1, 60), st.integers(1, 60))
def test_more_pause_never_gives_an_earlier_date(start: date, span: Span, into: int, paused: int) -> None:
    clock = REVIEW.clock("D14")
    without = due_on(clock, start, span, CALENDAR).due
    begins = start + timedelta(days=into)
    short = due_on(clock, start, span, CALENDAR, pauses=[Pause(begins, begins + timedelta(days=paused))]).due
    longer = due_on(clock, start, span, CALENDAR, pauses=[Pause(begins, begins + timedelta(days=paused + 5))]).due
    assert without is not None and short is not None and longer is not None
    assert without <= short <= longer


@given(some_clock, days_2026, spans, st.lists(st.integers(1, 25), min_size=1, max_size=60))
@settings(max_examples=200)
def test_no_rung_speaks_twice_whatever_days_a_worker_looks_on(
    clock: Clock, start: date, span: Span, steps: list[int]
) -> None:
    """A worker that is up only on some days, and looks only when ``next_look`` has come, as the sweep does."""
    end = due_on(clock, start, span, CALENDAR).due
    assert end is not None
    look, today = next_look(clock, start, end, None), start
    said: list[Rung] = []
    for step in steps:
        today += timedelta(days=step)
        if look is None or look > today:
            # Nothing new may be missed by not looking.
            rung = reminder_on(clock, start, end, today)
            assert rung is None or (said and rung == said[-1]) or rung in said
            continue
        rung = reminder_on(clock, start, end, today)
        if rung is not None and rung not in said:
            assert rung.on <= today
            assert not said or rung.on > said[-1].on
            said.append(rung)
        look = next_look(clock, start, end, today)
        assert look is None or look > today
    assert len({rung.key for rung in said}) == len(said)


@given(some_clock, days_2026, spans)
def test_looking_daily_reaches_every_rung_once(clock: Clock, start: date, span: Span) -> None:
    end = due_on(clock, start, span, CALENDAR).due
    assert end is not None
    until = end + timedelta(days=60)
    look, said = next_look(clock, start, end, None), []
    today = start
    while today <= until:
        if look is not None and look <= today:
            rung = reminder_on(clock, start, end, today)
            if rung is not None and rung not in said:
                said.append(rung)
            look = next_look(clock, start, end, today)
        today += DAY
    wanted = [rung for rung in rungs(clock, start, end, until) if rung.on >= start]
    assert said == wanted
