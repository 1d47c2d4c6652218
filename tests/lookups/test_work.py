"""My work: whose something is, where its date belongs, and as many queries for twenty reviews as for two."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from dardr.lookups.team import team_home
from dardr.lookups.work import Line, Work, work_of
from dardr.storage.engine import Database
from dardr.storage.installation import IntegrityFinding
from tests import builders
from tests.builders import Case, a_review, address, at_ten, open_a
from workflows.definition import Role


def work(database: Database, who: str, today: date, *, of: str = "", team: bool = False) -> Work:
    with database.read() as session:
        person = builders.actor(session, of) if of else None
        return work_of(session, builders.actor(session, who), today, person=person, team=team)


def whats(lines: list[Line]) -> set[str]:
    return {line.what for line in lines}


@pytest.fixture
def pending(database: Database) -> Case:
    case = a_review(database, "decision_pending")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    return case


def test_the_decision_is_the_deciding_chairs_to_do_and_the_case_managers_to_wait_for(
    database: Database, pending: Case
) -> None:
    due = pending.deadline("decide_review").due_on
    assert due is not None
    today = due - timedelta(days=3)
    (line,) = work(database, "deciding_chair", today).this_week
    assert (line.what, line.ref, line.due) == ("Decide whether to hold a review", pending.ref, due)
    assert line.do is not None and line.do[2] == "decide_review"
    mine = work(database, "case_manager", today)
    assert mine.owed() == []
    assert whats(mine.waiting) == {"Decide whether to hold a review"}
    assert mine.waiting[0].owner == "Deciding chair (Devon Example)"


def test_a_date_goes_where_it_belongs_as_the_days_go_by(database: Database, pending: Case) -> None:
    due = pending.deadline("decide_review").due_on
    assert due is not None
    where = {-20: "later", -10: "next_week", -6: "this_week", 0: "this_week", 1: "past_guide"}
    for days, key in where.items():
        found = work(database, "deciding_chair", due + timedelta(days=days))
        assert [line.ref for line in getattr(found, key)] == [pending.ref], (days, key)
        assert len(found.owed()) == 1


def test_a_return_is_late_for_the_agency_only_past_a_date_set_and_is_reminded_of_by_whom_it_serves(
    database: Database,
) -> None:
    case = a_review(database, "evidence")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council"]})
    ref = case.opened("agency-return")[0]
    due = case.deadline("imr_return", ref=ref).due_on
    assert due is not None
    after = due + timedelta(days=1)
    for who in ("agency_contact", "agency_lead"):
        (line,) = work(database, who, after).past_target
        assert (line.ref, line.review_ref, line.title) == (ref, ref, ""), "nothing of the review"
        assert line.do is not None and line.do[2] == "receive_return"
    assert work(database, "other_agency_contact", after).owed() == []
    (waits,) = [line for line in work(database, "case_manager", after).waiting if line.ref == ref]
    assert (waits.owner, waits.review_ref) == ("Northmere Council", case.ref)
    assert waits.remind.startswith("imr_return-")
    assert [line for line in work(database, "second_case_manager", after).waiting if line.ref == ref] == []
    agreed = (after + timedelta(days=5)).isoformat()
    case.today = after
    case.act("agree_new_date", {"clock": "imr_return", "new_date": agreed, "reason": "A colleague left."}, ref=ref)
    later = work(database, "agency_contact", after + timedelta(days=6))
    assert [line.ref for line in later.late] == [ref] and later.past_target == []


def test_a_review_nobody_carries_is_every_case_managers(database: Database) -> None:
    case = a_review(database, "notified")
    for who in ("case_manager", "second_case_manager"):
        assert [(line.ref, line.do and line.do[2]) for line in work(database, who, case.today).undated] == [
            (case.ref, "accept_notification")
        ]
    case.act("assign_case_manager", {"case_manager": address("second_case_manager")})
    assert work(database, "case_manager", case.today).owed() == []


def test_a_check_by_a_second_person_is_not_offered_to_the_first(database: Database) -> None:
    case = a_review(database, "decision_pending")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    step = builders.decision()
    case.act(step.action, step.values, by="case_manager")
    mine = work(database, "case_manager", case.today)
    assert "second_person_check" not in {line.do[2] for line in mine.owed() if line.do}
    assert "A colleague, as the second person" in {line.owner for line in mine.waiting}
    team = work(database, "team_manager", case.today, team=True)
    assert "second_person_check" in {line.do[2] for line in team.owed() if line.do}


def test_tasks_are_in_the_work_of_the_person_asked(database: Database, pending: Case) -> None:
    due = pending.today + timedelta(days=2)
    with_date = pending.act(
        "add_task", {"title": "Book a room", "given_to": address("communications"), "due_on": due.isoformat()}
    ).created[0]
    without = pending.act("add_task", {"title": "Ring back", "given_to": address("communications")}).created[0]
    found = work(database, "communications", pending.today)
    assert [(line.ref, line.what, line.do and line.do[2]) for line in found.this_week] == [
        (with_date, "Book a room", "finish_task")
    ]
    assert [(line.ref, line.what) for line in found.undated] == [(without, "Ring back")]
    assert found.this_week[0].title == "", "the name of a review they may not see stays there"
    waiting = {line.ref for line in work(database, "case_manager", pending.today).waiting}
    assert {with_date, without} <= waiting
    own = open_a(
        database, "task", {"title": "Order leaflets", "given_to": address("team_manager"), "asked_on": "2026-03-02"},
        on=builders.START,
    )  # fmt: skip
    assert own.ref in {line.ref for line in work(database, "team_manager", pending.today).undated}


def test_the_team_is_everything_its_people_owe(database: Database, pending: Case) -> None:
    other = a_review(database, "screening")
    other.act("assign_case_manager", {"case_manager": address("second_case_manager")})
    team = work(database, "case_manager", pending.today, team=True)
    assert other.ref in {line.ref for line in team.owed()}
    assert pending.ref in {line.ref for line in team.waiting}
    person = work(database, "team_manager", pending.today, of="second_case_manager")
    assert {line.ref for line in person.owed()} == {other.ref}


def test_those_who_see_no_review_have_no_work_of_one(database: Database, pending: Case) -> None:
    for who in ("steering_member", "csp_member", "administrator", "auditor", "agency_contact"):
        found = work(database, who, pending.today + timedelta(days=90))
        assert found.owed() == [] and found.waiting == [], who


def test_what_the_team_looks_at(database: Database, pending: Case) -> None:
    new = a_review(database, "notified")
    with database.write() as session:
        record_id = builders.actor(session, "case_manager") and new.record().id
        session.add_all(
            [
                IntegrityFinding(found_at=at_ten(new.today), record_id=record_id, kind="no_next_step", sentence="x"),
                IntegrityFinding(found_at=at_ten(new.today), record_id=None, kind="calendar_ends", sentence="y"),
            ]
        )
    with database.read() as session:
        home = team_home(session, builders.actor(session, "case_manager"))
        assert home.new_notifications == home.without_case_manager == (new.ref,)
        assert dict(home.findings) == {"no_next_step": 1, "calendar_ends": 1}
        nothing = team_home(session, builders.actor(session, "administrator"))
    assert nothing.new_notifications == () and dict(nothing.findings) == {"calendar_ends": 1}


def test_twenty_reviews_take_no_more_queries_than_two(database: Database) -> None:
    def queries(team: bool) -> int:
        counted = 0

        def count(*_args: object) -> None:
            nonlocal counted
            counted += 1

        with database.read() as session:
            actor = builders.actor(session, "case_manager")
            event.listen(database.engine, "before_cursor_execute", count)
            try:
                found = work_of(session, actor, builders.START + timedelta(days=60), team=team)
                assert found.owed()
            finally:
                event.remove(database.engine, "before_cursor_execute", count)
        return counted

    def fill(times: int) -> None:
        for _ in range(times):
            a_review(database, "notified")
            case = a_review(database, "evidence")
            case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council", "mereshire-nhs"]})

    fill(1)
    two = {team: queries(team) for team in (False, True)}
    fill(4)
    assert {team: queries(team) for team in (False, True)} == two
    assert max(two.values()) <= 26


def test_somebody_with_a_role_for_one_review_owes_what_is_theirs_there(database: Database) -> None:
    case = a_review(database, "evidence")
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
        assert session.scalar(sa.text("SELECT count(*) FROM user_role WHERE record_id IS NOT NULL")) == 1
    found = work(database, "independent_chair", case.today)
    assert {(line.what, line.ref) for line in found.later} == {("Overview report", case.ref)}


def test_what_a_concluded_review_still_owes_is_there_with_its_review(sqlite_database: Database) -> None:
    """Its family is still told how things go, and somebody looks again at whether the report stays online."""
    case = a_review(sqlite_database, "concluded", day_by_day=False)
    branch = {"title": "Branch 1", "added_on": case.today.isoformat()}
    ref = open_a(sqlite_database, "family-branch", branch, on=case.today, parent_ref=case.ref).ref
    case.act("record_informed_only", {"updates_by": "case_manager"}, ref=ref)
    day = case.today + timedelta(days=20)
    case.act("look_again_online", {"online_view": "It stays.", "look_again_online_on": day.isoformat()})
    found = work(sqlite_database, "case_manager", day + timedelta(days=60)).owed()
    looks = "Look again at whether the report stays online"
    assert {line.what: (line.ref, line.review_ref, line.due) for line in found} == {
        "Next update to the family: Branch 1": (ref, case.ref, case.today + timedelta(weeks=6)),
        looks: (case.ref, case.ref, day),
    }
    assert {line.what: line.do and line.do[2] for line in found}[looks] == "look_again_online"
    case.act("end_looks_online", {"no_more_looks_why": "Nobody asks any more."})
    assert looks not in whats(work(sqlite_database, "case_manager", day + timedelta(days=60)).owed())


def test_what_is_waited_for_after_the_end_is_counted_and_only_the_earliest_of_it_read(database: Database) -> None:
    case = a_review(database, "action_monitoring")
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    for number in range(3):
        words = {"action_text": f"Train the people, part {number}.", "lead_body": "northmere-council"}
        case.act("add_action", {**words, "plan_source": "panel", "scope": "local", "theme": "training"})
        ref = case.opened("action")[-1]
        due = (case.today + timedelta(days=30)).isoformat()
        case.act("agree", {"target_date": due, "outcome_measure": "An audit", "agreed_by": "Director"}, ref=ref)
        case.act("start_work", {}, ref=ref)
        if number:
            case.act("claim_complete", {"evidence": "Attendance list", **builders.CLAIM}, ref=ref)
            case.act("verify", {}, ref=ref, by="steering_member")
        case.today += timedelta(days=1)
    today = case.today + timedelta(days=200)
    for team in (False, True):
        for who in ("case_manager", "team_manager"):
            with database.read() as session:
                me = builders.actor(session, who)
                every = work_of(session, me, today, team=team)
                near = sum(line.due is not None and line.due < today + timedelta(days=14) for line in every.waiting)
                for most in (1, 2, 3, 50):
                    few = work_of(session, me, today, team=team, most=most)
                    assert few.waiting[:most] == every.waiting[:most]
                    assert few.owed() == every.owed()
                    assert len(few.waiting) + few.beyond == len(every.waiting)
                    soon = sum(one.due is not None and one.due < today + timedelta(days=14) for one in few.waiting)
                    assert soon + few.beyond_soon == near
                one = work_of(session, me, today, team=team, most=1)
                assert bool(one.beyond) is (team or who == "case_manager"), (team, who)


def test_looks_at_the_effect_of_an_action_that_has_ended_are_its_owners_and_the_case_manager_waits(
    sqlite_database: Database,
) -> None:
    case = a_review(sqlite_database, "evidence", on=date(2026, 3, 2))
    case.act("add_action", {"action_text": "Ask at every visit", "plan_source": "panel", "scope": "local",
                            "theme": "policy", "lead_body": "northmere-council"})  # fmt: skip
    (ref,) = case.opened("action")
    agreed = {"target_date": "2026-12-01", "outcome_measure": "Audit", "agreed_by": "Director"}
    case.act("agree", agreed, ref=ref)
    case.act("claim_complete", {"evidence": "Register"}, ref=ref, by="agency_contact")
    case.act("verify", ref=ref, by="steering_member")
    first = case.deadline("effect_check_first", ref=ref).due_on
    assert first is not None and case.record(ref).final
    soon = work(sqlite_database, "agency_contact", first - timedelta(days=3))
    (line,) = [one for one in soon.this_week if one.ref == ref]
    assert line.due == first and line.do == ("Record what effect it has had", ref, "record_effect")
    after = work(sqlite_database, "agency_contact", first + timedelta(days=20))
    assert [one.due for one in after.past_target if one.ref == ref] == [first]
    waits = work(sqlite_database, "case_manager", first + timedelta(days=20))
    assert first in [one.due for one in waits.waiting if one.ref == ref and one.remind]
