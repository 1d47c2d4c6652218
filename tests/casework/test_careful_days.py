"""The days to be careful about, gathered: every branch's own, the day of the death, hearings; never whose they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.casework.sweep import sweep
from dardr.errors import Invalid
from dardr.lookups.careful_days import A_DAY, careful_days
from dardr.storage.engine import Database
from dardr.storage.reminders import Reminder
from dardr.storage.reviews import Deadline, Record
from tests.builders import Case, a_review, at_ten, open_a


@pytest.fixture
def case(sqlite_database: Database) -> Case:
    return a_review(sqlite_database, "evidence")


def a_branch(case: Case, title: str) -> str:
    values = {"title": title, "added_on": case.today.isoformat()}
    return open_a(case.database, "family-branch", values, on=case.today, parent_ref=case.ref).ref


def days(case: Case, refs: list[str], first: date, last: date) -> dict[str, dict[date, str]]:
    with case.database.read() as session:
        ids = {ref: session.query(Record.id).filter_by(ref=ref).scalar() for ref in refs}
        found = careful_days(session, ids.values(), first, last)
    return {ref: found.get(one, {}) for ref, one in ids.items()}


def test_two_branches_keep_their_days_apart_and_the_review_has_both(case: Case) -> None:
    one, other = a_branch(case, "Branch 1"), a_branch(case, "Branch 2")
    case.act("record_dates_to_avoid", {"dates_to_avoid": ["14 October: birthday"]}, ref=one)
    case.act("record_dates_to_avoid", {"dates_to_avoid": ["15 October: birthday"]}, ref=other)
    case.act("record_parallel_process", {"parallel_kind": "inquest", "parallel_status": "under_way"})
    serving = case.opened("proceeding")[0]
    found = days(case, [case.ref, one, other, serving], date(2026, 10, 12), date(2026, 10, 18))
    both = [date(2026, 10, 14), date(2026, 10, 15)]
    assert {ref: list(named) for ref, named in found.items()} == {
        case.ref: both, one: both[:1], other: both[1:], serving: both,
    }  # fmt: skip
    assert {word for named in found.values() for word in named.values()} == {A_DAY}


def test_the_day_of_the_death_comes_back_each_year_where_it_is_known_whole(case: Case) -> None:
    died = date.fromisoformat(case.record().facts["death_date"])
    again = died.replace(year=died.year + 1)
    week = timedelta(days=3)
    assert list(days(case, [case.ref], again - week, again + week)[case.ref]) == [again]
    case.act("correct_facts", {"death_date": f"{died:%Y-%m}", "correction_reason": "Not known so closely"})
    assert days(case, [case.ref], again - week, again + week)[case.ref] == {}


def test_hearings_count_while_they_are_to_come_and_long_ones_by_their_ends(case: Case) -> None:
    case.act("record_parallel_process", {"parallel_kind": "criminal", "parallel_status": "under_way"})
    trial = case.opened("proceeding")[0]
    listed = {"hearing_kind": "trial", "hearing_standing": "tentative"}
    case.act("add_hearing", {**listed, "hearing_from": "2026-11-02", "hearing_to": "2026-11-04"}, ref=trial)
    case.act("add_hearing", {**listed, "hearing_from": "2027-03-01", "hearing_to": "2027-03-31"}, ref=trial)

    def found(first: date, last: date) -> list[date]:
        return list(days(case, [case.ref], first, last)[case.ref])

    assert found(date(2026, 11, 1), date(2026, 11, 8)) == [date(2026, 11, n) for n in (2, 3, 4)]
    assert found(date(2027, 3, 1), date(2027, 4, 10)) == [date(2027, 3, 1), date(2027, 3, 31)]
    case.act("record_hearing_outcome", {"hearing": "1", "hearing_outcome": "Adjourned"}, ref=trial)
    assert found(date(2026, 11, 1), date(2026, 11, 8)) == []


# --- reminders to agencies near such days -----------------------------------------------------------------


def asked(case: Case) -> tuple[str, Deadline]:
    """A management review asked of a trust, and the run of its clock."""
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    (ref,) = case.opened("agency-return")
    return ref, case.deadline("imr_return", ref=ref)


def careful(case: Case, *days: tuple[str, str], branch: str = "") -> str:
    ref = branch or a_branch(case, f"Branch {case.record().last_seq}")
    for first, last in days:
        until = {"careful_until": last} if last else {}
        given = {"careful_day": first, "careful_kind": "festival", "careful_asked_by": "family", **until}
        case.act("add_careful_day", given, ref=ref)
    return ref


def told_on(case: Case, row: Deadline, rung: int) -> list[date]:
    """On which days the agency was told of one step before a date, with a sweep on each day."""
    assert row.due_on is not None
    for n in range(rung - 21, rung + 8):
        sweep(case.database, at_ten(row.due_on + timedelta(days=n)))
    with case.database.read() as session:
        query = sa.select(Reminder.for_day).where(
            Reminder.deadline_id == row.id, Reminder.rung == f"{rung:+d}", Reminder.outbox_id.is_not(None)
        )
        return sorted(set(session.scalars(query)))


def words(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def test_a_reminder_on_a_careful_monday_goes_on_the_friday_before(case: Case) -> None:
    _, row = asked(case)
    assert row.due_on is not None
    on = row.due_on - timedelta(days=14)
    monday = on - timedelta(days=on.weekday())
    careful(case, (words(monday), words(on) if on != monday else ""))
    assert told_on(case, row, -14) == [monday - timedelta(days=3)]


def test_a_week_long_festival_and_a_week_with_every_weekday_careful(case: Case) -> None:
    _, row = asked(case)
    assert row.due_on is not None
    on = row.due_on - timedelta(days=14)
    monday = on - timedelta(days=on.weekday())
    one = careful(case, (words(monday), words(monday + timedelta(days=1))))
    careful(case, (words(monday + timedelta(days=2)), words(monday + timedelta(days=4))))
    assert told_on(case, row, -14) == [monday - timedelta(days=3)], "two branches, their days together"
    assert one


def test_a_reminder_by_hand_on_such_a_day_is_asked_why_and_the_reason_is_kept(case: Case) -> None:
    ref, row = asked(case)
    careful(case, (words(case.today), ""))
    given = {"clock": f"imr_return-{row.id}"}
    with pytest.raises(Invalid, match="today, is a day to be careful about") as refused:
        case.act("send_reminder", given, ref=ref)
    assert [one.field for one in refused.value.reasons] == ["careful_today_because"]
    case.act("send_reminder", {**given, "careful_today_because": "The trust asked to be written to today"}, ref=ref)
    assert case.record(ref).facts["reminders_sent"][-1]["careful_today_because"].startswith("The trust asked")


def test_a_day_struck_out_moves_nothing_and_one_added_later_does(case: Case) -> None:
    _, row = asked(case)
    assert row.due_on is not None
    on = row.due_on - timedelta(days=14)
    ref = careful(case, (words(on), ""))
    number = case.record(ref).facts["careful_days"][0]["seq"]
    struck = {"which_careful_day": str(number), "careful_day_undone": "They no longer wish it"}
    case.act("strike_out_careful_day", struck, ref=ref)
    assert told_on(case, row, -14) == [on]
