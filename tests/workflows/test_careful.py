"""Days to be careful about on paper: written, coming back each year, laid on a calendar; what is said and asked."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from tests.workflows.paper import EVERY_ROLE, Paper, opened
from workflows.calendar import in_words
from workflows.careful import CarefulDay, DayOfYear, laid_out, one_day, week_of
from workflows.engine import Verdict, judge
from workflows.processes.care import in_a_line, near_words, nearest_outside
from workflows.processes.careful_days import of_branch
from workflows.processes.family_branch_1.visits import visits_to_come
from workflows.questions import FieldType


def named(line: str, until: str = "", what: str = "a birthday") -> CarefulDay:
    first, last = one_day(line), one_day(until or line)
    assert first is not None and last is not None
    return CarefulDay(first[0], last[0], what)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("14 February: birthday", (DayOfYear(14, 2), "birthday")),
        ("3 Mar, the day itself", (DayOfYear(3, 3), "the day itself")),
        ("29 February", (DayOfYear(29, 2), "")),
        ("14 February 2027: a hearing", (DayOfYear(14, 2, 2027), "a hearing")),
        ("29 February 2027", None),
        ("31 February: nothing", None),
        ("February", None),
        ("14 Fe", None),
        ("2026-02-14", None),
    ],
)
def test_a_day_as_it_is_written(line: str, read: tuple[DayOfYear, str] | None) -> None:
    assert one_day(line) == read


def test_the_29th_of_february_is_the_28th_in_years_without_one() -> None:
    leap = named("29 February")
    assert list(laid_out([leap], date(2027, 1, 1), date(2028, 12, 31))) == [date(2027, 2, 28), date(2028, 2, 29)]


def test_days_come_back_over_the_turn_of_the_year_and_a_day_with_a_year_does_not() -> None:
    assert list(laid_out([named("30 December", "2 January")], date(2026, 12, 31), date(2027, 1, 5))) == [
        date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2),
    ]  # fmt: skip
    once = named("5 May 2027")
    assert list(laid_out([once], date(2026, 1, 1), date(2029, 1, 1))) == [date(2027, 5, 5)]


def test_a_day_named_twice_is_said_once() -> None:
    day = named("5 May")
    assert laid_out([day, day, named("5 May", what="a festival")], date(2027, 5, 5), date(2027, 5, 5)) == {
        date(2027, 5, 5): ["a birthday", "a festival"]
    }


def test_what_is_said_names_the_day_and_no_more_to_those_who_may_not_know() -> None:
    festival = named("10 March", "14 March", "a festival")
    assert near_words([festival], date(2027, 3, 12)) == "12 March 2027 is a day to be careful about: a festival."
    hidden = CarefulDay(festival.first, festival.last)
    assert near_words([hidden], date(2027, 3, 12)) == "12 March 2027 is a day to be careful about."
    assert near_words([festival], date(2027, 3, 7)) == (
        "7 March 2027 is near a day to be careful about: 10 March (a festival)."
    )
    assert near_words([festival], date(2027, 3, 6)) == ""
    assert in_a_line([festival, named("1 April")], date(2027, 3, 1), date(2027, 4, 30)) == (
        "10 to 14 March (a festival), 1 April (a birthday)"
    )


def test_the_nearest_day_lies_in_another_week_and_never_before_today() -> None:
    wednesday = date(2027, 3, 10)
    day = [named("12 March")]
    assert nearest_outside(day, wednesday, wednesday - timedelta(days=30)) == date(2027, 3, 5)
    assert nearest_outside(day, wednesday, date(2027, 3, 8)) == date(2027, 3, 15)
    assert nearest_outside(day, date(2027, 3, 17), date(2027, 3, 1)) is None
    two_weeks = [named("8 March", "21 March", "a festival")]
    assert nearest_outside(two_weeks, date(2027, 3, 19), date(2027, 3, 1)) == date(2027, 3, 22)
    assert week_of(date(2027, 3, 14)) == (date(2027, 3, 8), date(2027, 3, 14))


def test_a_whole_year_of_careful_days_leaves_nothing_to_propose() -> None:
    always = [named("1 January", "31 December", "everything")]
    assert nearest_outside(always, date(2027, 3, 19), date(2027, 3, 1)) is None


# --- as a branch names them -------------------------------------------------------------------------------


def branch() -> Paper:
    return opened("family-branch").take("confirm_recipient").take("record_taking_part")


def look(paper: Paper, key: str, careful: list[CarefulDay], **answers: Any) -> Verdict:
    """What stands in the way and what is said, with the days to be careful about gathered as they would be."""
    action = paper.process.action(key)
    given = paper._filled(action, answers)
    facts = dataclasses.replace(paper._facts(given, 1, frozenset()), careful=tuple(careful))
    return judge(paper.process, action, facts, EVERY_ROLE)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"careful_day": "in spring"}, "not a day and a month"),
        ({"careful_day": "14 February: a birthday"}, "more in it than a day"),
        ({"careful_day": "31 June"}, "not a day and a month"),
        ({"careful_day": "10 March 2027", "careful_until": "8 March 2027"}, "before the first"),
        ({"careful_day": "10 March 2027", "careful_until": "12 March"}, "with both days"),
        ({"careful_day": "10 March", "careful_until": "8 March"}, "more than 40 days"),
        ({"careful_day": "14 February"}, "on the list already"),
    ],
)
def test_a_day_that_will_not_do_is_refused_with_what_to_do(answers: dict[str, str], said: str) -> None:
    paper = branch().take("add_careful_day", careful_day="14 February")
    assert any(said in reason for reason in paper.reasons("add_careful_day", answers))


def test_days_are_added_struck_out_and_lines_of_before_still_read() -> None:
    paper = branch()
    paper.take("record_dates_to_avoid", dates_to_avoid=["3 September: first day of school", "1 May: her day"])
    paper.take("add_careful_day", careful_day="14 Feb", careful_kind="childs_birthday", careful_words="the eldest")
    assert [f"{day.words}: {day.what}" for day in of_branch(paper.facts)] == [
        "14 February: a child's birthday: the eldest", "3 September: first day of school", "1 May: her day",
    ]  # fmt: skip
    paper.take("strike_out_careful_day", which_careful_day="3 September: first day of school")
    paper.take("strike_out_careful_day", which_careful_day=str(paper.facts["careful_days"][0]["seq"]))
    assert [day.words for day in of_branch(paper.facts)] == ["1 May"]


def test_a_letter_in_such_a_week_is_asked_why_and_the_reason_is_kept() -> None:
    paper = branch()
    monday = paper.day - timedelta(days=paper.day.weekday()) + timedelta(weeks=3)
    day = CarefulDay(DayOfYear.of(monday), DayOfYear.of(monday), "a birthday")
    sunday = monday + timedelta(days=6)
    refused = look(paper, "prepare_letter", [day], letter_meant_for=sunday)
    assert [b.field for b in refused.blocked] == ["careful_because"]
    assert "a birthday" in refused.blocked[0].reason
    assert look(paper, "prepare_letter", [day], letter_meant_for=monday - timedelta(days=1)).possible
    assert look(paper, "prepare_letter", [day], letter_meant_for=sunday, careful_because="They chose it").possible
    paper.take("prepare_letter", letter_meant_for=sunday, careful_because="They chose it")
    assert paper.facts["letters_prepared"][-1]["careful_because"] == "They chose it"


def test_an_update_in_such_a_week_is_asked_why_and_the_next_one_near_is_said() -> None:
    paper = branch()
    today = CarefulDay(DayOfYear.of(paper.day), DayOfYear.of(paper.day), "the day of the death")
    assert not look(paper, "give_update", [today]).possible
    verdict = look(paper, "give_update", [today], careful_because="They asked us to ring today")
    assert verdict.possible and "the day of the death" in verdict.warnings[0]
    later = paper.day + timedelta(days=30)
    next_one = CarefulDay(DayOfYear.of(later), DayOfYear.of(later))
    said = look(paper, "give_update", [next_one], next_update_on=later).warnings
    assert len(said) == 1 and "is a day to be careful about. Check with" in said[0]


def test_a_meeting_near_a_careful_day_is_planned_and_said() -> None:
    paper = opened("meeting", meeting_on=date(2026, 6, 3), starts_at="10:00", planned_on=date(2026, 1, 5))
    day = CarefulDay(DayOfYear(5, 6), DayOfYear(5, 6), "a birthday")
    verdict = look(paper, "change_meeting", [day], meeting_on=date(2026, 6, 8))
    assert verdict.possible
    assert verdict.warnings == (
        "8 June 2026 is near a day to be careful about: 5 June (a birthday). Check with whoever is in touch with the"
        " family that it suits.",
    )


def test_a_visit_to_read_is_agreed_near_such_a_day_and_said_and_moved_or_called_off() -> None:
    paper = branch()
    on = paper.day + timedelta(days=30)
    day = CarefulDay(DayOfYear.of(on), DayOfYear.of(on), "a birthday")
    verdict = look(paper, "agree_visit", [day], visit_for="reading", visit_on=on)
    said = f"{in_words(on)} is a day to be careful about: a birthday."
    assert verdict.possible and verdict.warnings[0].startswith(said)
    assert paper.reasons("move_visit", {}) == paper.reasons("call_off_visit", {}) == [
        "No visit is agreed for a day to come."
    ]  # fmt: skip
    paper.take("agree_visit", visit_for="reading", visit_on=on, visit_at="10:00")
    paper.take("agree_visit", visit_for="chair", visit_on=on + timedelta(days=1))
    first, second = (str(entry["seq"]) for entry in paper.facts["visits"])
    moved = look(paper, "move_visit", [day], which_visit=first, visit_on=on + timedelta(days=2))
    assert moved.possible and "is near a day to be careful about" in moved.warnings[0]
    paper.take("move_visit", which_visit=first, visit_on=on + timedelta(days=2), visit_at="14:30")
    words = [visit.words for visit in visits_to_come(paper.facts, paper.done, paper.day)]
    assert words == [
        f"A meeting with the chair, {in_words(on + timedelta(days=1))}",
        f"They read the report, {in_words(on + timedelta(days=2))}, from 14:30",
    ]
    paper.take("call_off_visit", which_visit=second)
    assert [visit.seq for visit in visits_to_come(paper.facts, paper.done, paper.day)] == [int(first)]
    assert visits_to_come(paper.facts, paper.done, on + timedelta(days=3)) == []


@pytest.mark.parametrize("ended", ["record_withdrawal", "record_no_contact"])
def test_no_visit_outlasts_a_wish_to_be_left_alone(ended: str) -> None:
    paper = branch().take("agree_visit").take(ended)
    assert visits_to_come(paper.facts, paper.done, paper.day) == []
    again = "come_back" if ended == "record_withdrawal" else "end_no_contact"
    assert visits_to_come(paper.facts, paper.take(again).done, paper.day) == []


def test_a_visit_on_a_day_that_has_passed_or_at_no_time_is_refused() -> None:
    paper = branch()
    assert "Give a day to come" in paper.reasons("agree_visit", {"visit_on": paper.day - timedelta(days=1)})[0]
    assert paper.reasons("agree_visit", {"visit_at": "tea time"}) == [
        "“tea time” is not a time. Give it as 10:00 or 14:30."
    ]
    assert paper.take("record_no_contact").reasons("agree_visit")


# --- the wish to be left alone ----------------------------------------------------------------------------


def test_a_wish_with_an_end_has_a_date_to_look_again_and_ends_with_nothing_by_itself() -> None:
    paper = branch()
    until = paper.day + timedelta(days=90)
    assert paper.reasons("record_no_contact", {"no_contact_how_long": "until"}) == [
        "Give the day, or answer that they gave none."
    ]
    paper.take("record_no_contact", no_contact_how_long="until", no_contact_until=until)
    paper.day = until + timedelta(days=10)
    assert paper.reasons("give_update") and paper.reasons("prepare_letter", {})
    paper.take("look_at_no_contact", no_contact_how_long="until", no_contact_until=until + timedelta(days=60))
    assert in_words(until + timedelta(days=60)) in paper.reasons("prepare_letter", {})[0]
    paper.take("end_no_contact")
    assert not paper.reasons("give_update") and paper.reasons("look_at_no_contact")
    paper.take("record_no_contact")
    assert " until " not in paper.reasons("prepare_letter", {})[0]


def test_what_only_some_weeks_make_needed_is_never_required() -> None:
    process = branch().process
    asked = [field for action in process.actions for field in action.fields if field.when_asked]
    assert {field.name for field in asked} == {"careful_because", "despite_wish_because"}
    assert all(not field.required and field.type is FieldType.TEXT for field in asked)
