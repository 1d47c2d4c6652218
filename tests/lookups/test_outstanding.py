"""Which agencies were late several times of late, and what each owes: worked out from dates, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.lookups.outstanding import often_late, outstanding
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from tests.builders import Case, a_review, actor


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "evidence", on=date(2026, 3, 2))


def an_action(case: Case) -> str:
    told = {"action_text": "Train staff", "lead_body": "northmere-council", "plan_source": "panel", "scope": "local"}
    ref = case.act("add_action", told).created[0]
    agreed = {"target_date": "2027-06-30", "outcome_measure": "An audit.", "agreed_by": "Head of service"}
    case.act("agree", agreed, ref=ref)
    return ref


def late_by(case: Case, ref: str, days: int) -> None:
    """One more update, so many days after its date; before it where negative."""
    due = case.deadline("action_update", ref=ref).due_on
    assert due is not None
    case.today = due + timedelta(days=days)
    case.act("record_update", {"progress": "On track."}, ref=ref)


def named(case: Case, today: date) -> list[tuple[str, list[int]]]:
    """The bodies named on a day, each with how many days late each of their answers was; -1 for one still awaited."""
    with case.database.read() as session:
        return [
            (one.body.key, [(line.done_on - line.due).days if line.done_on else -1 for line in one.late])
            for one in often_late(session, actor(session, "team_manager"), today)
        ]


def test_late_answers_and_what_is_awaited_count_and_what_came_in_time_does_not(case: Case) -> None:
    ref = an_action(case)
    for days in (5, -2, 9):
        late_by(case, ref, days)
    assert named(case, case.today) == []
    due = case.deadline("action_update", ref=ref).due_on
    assert due is not None
    assert named(case, due) == [], "a date is late the day after"
    assert named(case, due + timedelta(days=1)) == [("northmere-council", [-1, 9, 5])]
    for days in (-1, -1, -1, -1):
        late_by(case, ref, days)
    assert named(case, case.today) == [], "only the last six count"


def test_what_a_body_owed_is_listed_under_the_one_that_took_its_place(case: Case) -> None:
    ref = an_action(case)
    due = case.deadline("action_update", ref=ref).due_on
    assert due is not None
    with case.database.write() as session:
        before = session.scalars(sa.select(Body).where(Body.key == "northmere-council")).one()
        after = session.scalars(sa.select(Body).where(Body.key == "southmere-council")).one()
        before.until_on, before.successor_id = case.today, after.id
    with case.database.read() as session:
        found = {
            one.body.key: one for one in outstanding(session, actor(session, "case_manager"), due + timedelta(days=2))
        }
    assert ref in [line.ref for line in found["southmere-council"].lines]
    assert "northmere-council" not in found
    assert found["southmere-council"].since == due
    with case.database.read() as session:
        assert outstanding(session, actor(session, "other_agency_contact"), due, key="southmere-council") == []
