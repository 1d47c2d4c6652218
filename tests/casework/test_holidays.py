"""A bank holiday announced late moves only working-day clocks; a file is merged, never replaced."""

from __future__ import annotations

import json
from datetime import date

import pytest

import workflows
from dardr.casework.calendar_checks import calendar_reaches
from dardr.casework.deadlines import calendar_for
from dardr.casework.holidays import ENGLAND_AND_WALES, Added, add_holidays, read_file
from dardr.errors import Forbidden, Invalid
from dardr.lookups.calendars import calendar_named
from dardr.lookups.health import health
from dardr.storage.engine import Database
from tests import builders
from tests.builders import a_review, at_ten
from workflows.calendar import calendars, usual_holidays

LATE = date(2026, 3, 18)


def add(database: Database, days: dict[date, str], who: str = "administrator") -> Added:
    with database.write() as session:
        return add_holidays(session, builders.actor(session, who), at_ten(date(2026, 3, 10)), days)


def test_only_working_day_clocks_move(database: Database) -> None:
    case = a_review(database, "screening")
    month = case.deadline("decide_review").due_on
    case.act("request_information", {"bodies": ["mereshire-nhs"]})
    (ref,) = case.opened("agency-return")
    before = case.deadline("information_return", ref=ref)
    assert before.due_on is not None and before.start_on is not None
    holiday = before.due_on

    done = add(database, {holiday: "Day of mourning"})

    after = case.deadline("information_return", ref=ref)
    assert after.due_on is not None and after.due_on > before.due_on
    assert [(m.clock, m.before, m.after) for m in done.moved] == [("information_return", before.due_on, after.due_on)]
    assert any(skipped["why"] == "Day of mourning" for skipped in after.receipt["skipped"])
    assert case.deadline("decide_review").due_on == month
    again = add(database, {holiday: "Another name"})
    assert (again.added, again.known, again.moved, again.told, again.snapshot) == ((), 1, (), 0, done.snapshot)


def test_who_may_and_what_is_refused(database: Database) -> None:
    a_review(database, "notified")
    with pytest.raises(Forbidden):
        add(database, {LATE: "Holiday"}, who="case_manager")
    with pytest.raises(Invalid, match="name of the bank holiday"):
        add(database, {LATE: " "})
    with pytest.raises(Invalid, match="1 April 2011"):
        add(database, {date(2001, 1, 1): "Holiday"})


def test_the_published_file_is_merged(database: Database) -> None:
    a_review(database, "notified")
    events = [{"title": "New Year's Day", "date": "2026-01-01"}, {"title": "Late holiday", "date": LATE.isoformat()}]
    done = add(database, read_file(json.dumps({"england-and-wales": {"events": events}})))
    assert done.added == (LATE,) and done.known == 1
    shrunk = add(database, read_file(json.dumps({"england-and-wales": {"events": []}})))
    assert shrunk.added == () and add(database, {LATE: "x"}).known == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("not json", "not GOV.UK's file"),
        ('{"scotland": {"events": []}}', "no list for england-and-wales"),
        ('{"england-and-wales": {"events": [{"title": "x", "date": "2026-02-31"}]}}', "Holiday 1 of the file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        read_file(content)


def test_a_whole_further_year_moves_the_horizon_everywhere(database: Database) -> None:
    case = a_review(database, "notified")
    shipped = calendars.get(ENGLAND_AND_WALES)
    year = shipped.horizon.year + 1
    with database.read() as session:
        assert calendar_named(session, ENGLAND_AND_WALES).horizon == shipped.horizon
    soon = date(shipped.horizon.year, 11, 1)
    with database.read() as session:
        assert [f.kind for f in calendar_reaches(session, soon)] == ["calendar_ends"]
    days = usual_holidays(year) | usual_holidays(year + 1)
    add(database, days)
    with database.read() as session:
        assert calendar_named(session, ENGLAND_AND_WALES).horizon == date(year + 1, 12, 31)
        assert calendar_for(session, workflows.get("agency-return").clock("D10"), 1).horizon == date(year + 1, 12, 31)
        assert not list(calendar_reaches(session, soon)), "the alarm ends when the next lists are loaded"
        assert health(session, at_ten(case.today))["bank_holidays_until"] == {ENGLAND_AND_WALES: f"{year + 1}-12-31"}


def test_one_early_announcement_is_no_published_year(database: Database) -> None:
    a_review(database, "notified")
    horizon = calendars.get(ENGLAND_AND_WALES).horizon
    add(database, {date(horizon.year + 1, 6, 4): "An occasion"})
    with database.read() as session:
        assert calendar_named(session, ENGLAND_AND_WALES).horizon == horizon
