"""Tasks people add by hand: on a review or alone, seen by the person asked, reminded of, handed on, struck out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.access import get_record, roles_on
from dardr.casework.recipients import Recipients
from dardr.casework.sweep import sweep
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Record
from tests import builders
from tests.builders import Case, a_review, address, at_ten, open_a
from workflows.definition import Party, Role

DUE = date(2026, 4, 20)


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "screening")


def ask(case: Case, to: str = "communications", **more: str) -> str:
    return case.act("add_task", {"title": "Ring the web team", "given_to": address(to), **more}).created[0]


def may_see(database: Database, who: str, ref: str) -> bool:
    with database.read() as session:
        try:
            return get_record(session, builders.actor(session, who), ref).ref == ref
        except NotFound:
            return False


def written(database: Database, ref: str) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(
            sa.select(OutboxMessage.recipient, OutboxMessage.message)
            .join(Record, Record.id == OutboxMessage.record_id)
            .where(Record.ref == ref)
            .order_by(OutboxMessage.id)
        )
        return [(to, message) for to, message in rows]


def test_a_task_belongs_to_its_review_and_to_the_person_asked(database: Database, case: Case) -> None:
    ref = ask(case, due_on=DUE.isoformat())
    assert ref == f"{case.ref}-T01"
    assert case.opened("task") == [ref]
    record = case.record(ref)
    assert (record.stage, record.title) == ("to_do", "Ring the web team")
    row = case.deadline("task_due", ref=ref)
    assert (row.due_on, row.clock_id) == (DUE, "L01")
    with database.read() as session:
        person = Recipients(session).people(record, Party.PERSON_ASKED)
    assert [p.address for p in person] == [address("communications")]


def test_the_person_asked_sees_it_and_nothing_else_of_the_review(database: Database, case: Case) -> None:
    ref = ask(case)
    assert may_see(database, "communications", ref)
    assert not may_see(database, "communications", case.ref)
    assert may_see(database, "second_case_manager", ref)
    for who in ("agency_contact", "csp_member", "steering_member", "administrator"):
        assert not may_see(database, who, ref), who


def test_somebody_whose_role_is_for_another_review_can_still_do_what_they_were_asked(
    database: Database, case: Case
) -> None:
    ref = ask(case, to="independent_chair")
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, a_review(database, "notified").ref)
    with database.read() as session:
        chair = builders.actor(session, "independent_chair")
        assert Role.PERSON_ASKED in roles_on(session, chair, case.record(ref))
    case.act("finish_task", {"task_outcome": "Done by telephone."}, by="independent_chair", ref=ref)
    assert case.record(ref).stage == "done"


def test_it_is_done_and_its_date_stops(case: Case) -> None:
    ref = ask(case, due_on=DUE.isoformat())
    case.act("finish_task", ref=ref, by="communications")
    assert case.state("task_due", ref=ref) == "met"
    with pytest.raises(Conflict):
        case.act("finish_task", ref=ref)
    case.act("reopen_task", {"reopened_reason": "It was not.", "due_on": "2026-05-01"}, ref=ref)
    assert case.deadline("task_due", ref=ref).due_on == date(2026, 5, 1)


def test_it_is_struck_out_with_a_reason(case: Case) -> None:
    ref = ask(case, due_on=DUE.isoformat())
    with pytest.raises(Invalid):
        case.act("strike_out_task", ref=ref)
    case.act("strike_out_task", {"not_needed_because": "They rang us."}, ref=ref)
    assert case.state("task_due", ref=ref) == "withdrawn"
    assert case.record(ref).final


def test_handed_over_it_is_the_other_persons_to_see_and_to_be_reminded_of(database: Database, case: Case) -> None:
    ref = ask(case, due_on=DUE.isoformat())
    sweep(database, at_ten(DUE - timedelta(days=3)))  # a Friday: the day before its date has no post
    case.act("hand_over_task", {"given_to": address("police_liaison")}, ref=ref, by="communications")
    assert not may_see(database, "communications", ref)
    assert may_see(database, "police_liaison", ref)
    sweep(database, at_ten(DUE))
    assert written(database, ref) == [
        (address("communications"), "deadline_reminder"),
        (address("police_liaison"), "deadline_reminder"),
    ]


def test_reminders_come_once_and_say_when_it_is_past(database: Database, case: Case) -> None:
    ref = ask(case, due_on=DUE.isoformat())
    for day in (DUE - timedelta(days=7), DUE - timedelta(days=7), DUE, DUE + timedelta(days=7)):
        sweep(database, at_ten(day))
    assert [message for _, message in written(database, ref)] == [
        "deadline_reminder", "deadline_reminder", "deadline_late",
    ]  # fmt: skip
    assert case.state("task_due", on=DUE + timedelta(days=1), ref=ref) == "late"


def test_a_changed_date_starts_its_reminders_afresh(database: Database, case: Case) -> None:
    ref = ask(case, due_on=DUE.isoformat())
    case.act("change_task", {"due_on": "2026-05-20"}, ref=ref)
    sweep(database, at_ten(DUE))
    assert written(database, ref) == []
    assert case.record(ref).title == "Ring the web team"
    assert [d.running for d in case.deadlines("task_due", ref=ref)] == [False, True]


def test_without_a_date_no_clock_runs(case: Case) -> None:
    assert case.deadlines(ref=ask(case)) == []


def test_a_task_of_no_review_stands_alone(database: Database) -> None:
    task = open_a(
        database, "task", {"title": "Order leaflets", "given_to": address("team_manager"), "asked_on": "2026-03-02"},
        on=builders.START,
    )  # fmt: skip
    assert task.ref == "TASK-2026-001"
    assert may_see(database, "team_manager", task.ref)
    assert not may_see(database, "agency_contact", task.ref)


def test_nobody_else_deals_with_it_and_only_people_here_can_be_asked(case: Case) -> None:
    with pytest.raises(Invalid):
        ask(case, to="nobody_here")
    ref = ask(case)
    with pytest.raises(Forbidden):
        case.act("finish_task", ref=ref, by="auditor")
    with pytest.raises(Forbidden):
        case.act("add_task", {"title": "x", "given_to": address("auditor")}, by="auditor")
