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
from dardr.storage.reminders import Reminder
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


def mails(database: Database, ref: str) -> list[OutboxMessage]:
    with database.read() as session:
        carried = sa.select(Reminder.outbox_id).join(Record, Record.id == Reminder.record_id).where(Record.ref == ref)
        query = sa.select(OutboxMessage).where(OutboxMessage.id.in_(carried)).order_by(OutboxMessage.id)
        return list(session.scalars(query))


def noted(database: Database, ref: str) -> list[tuple[str, str, bool, str]]:
    """What waits, or waited, for the e-mail of a day: to whom, what, whether by itself, and why it was not said."""
    with database.read() as session:
        rows = session.execute(
            sa.select(Reminder.address, Reminder.kind, Reminder.alone, Reminder.dropped_because)
            .join(Record, Record.id == Reminder.record_id)
            .where(Record.ref == ref)
            .order_by(Reminder.id)
        )
        return [(to, kind, alone, why) for to, kind, alone, why in rows]


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
    sweep(database, at_ten(case.today))
    sweep(database, at_ten(DUE - timedelta(days=3)))  # a Friday: the day before its date has no post
    case.act("hand_over_task", {"given_to": address("police_liaison")}, ref=ref, by="communications")
    assert not may_see(database, "communications", ref)
    assert may_see(database, "police_liaison", ref)
    sweep(database, at_ten(DUE - timedelta(days=3)))
    sweep(database, at_ten(DUE))
    assert written(database, ref) == [
        (address("communications"), "task_given"),
        (address("communications"), "deadline_reminder"),
        (address("police_liaison"), "task_given"),
        (address("police_liaison"), "deadline_reminder"),
    ]


def test_reminders_come_once_and_say_when_it_is_past(database: Database, case: Case) -> None:
    ref = ask(case, due_on=DUE.isoformat())
    for day in (case.today, DUE - timedelta(days=7), DUE - timedelta(days=7), DUE, DUE + timedelta(days=7)):
        sweep(database, at_ten(day))
    assert [message for _, message in written(database, ref)] == [
        "task_given", "deadline_reminder", "deadline_reminder", "deadline_late",
    ]  # fmt: skip
    assert case.state("task_due", on=DUE + timedelta(days=1), ref=ref) == "late"


def test_a_changed_date_starts_its_reminders_afresh(database: Database, case: Case) -> None:
    ref = ask(case, due_on=DUE.isoformat())
    case.act("change_task", {"due_on": "2026-05-20"}, ref=ref)
    sweep(database, at_ten(case.today))
    sweep(database, at_ten(DUE))
    (mail,) = mails(database, ref)
    assert (mail.message, "Wednesday 20 May 2026" in mail.text) == ("task_given", True)
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


def test_who_is_asked_hears_of_it_in_the_e_mail_of_the_day_by_reference_alone(database: Database, case: Case) -> None:
    first, second = ask(case, due_on=DUE.isoformat(), task_note="Ask for Robin"), ask(case)
    assert mails(database, first) == []  # nothing at once
    sweep(database, at_ten(case.today))
    (mail,) = mails(database, first)
    assert [one.id for one in mails(database, second)] == [mail.id]
    assert (mail.message, mail.recipient, mail.subject) == ("daily_digest", address("communications"), "2 new tasks")
    assert "New for you" in mail.text and f"Task {first}: you were asked to do it by Monday 20 April 2026." in mail.text
    assert f"Task {second}: you were asked to do it.\n" in mail.text
    for part in (mail.subject, mail.text, mail.html):
        assert "web team" not in part and "Robin" not in part
    assert sweep(database, at_ten(case.today)).enqueued == 0


@pytest.mark.parametrize(("due", "alone"), [("2026-03-03", True), ("2026-03-04", True), ("2026-03-05", False)])
def test_what_is_due_within_two_working_days_goes_by_itself(
    database: Database, case: Case, due: str, alone: bool
) -> None:
    case.today = date(2026, 3, 2)  # a Monday
    ref = ask(case, due_on=due)
    assert noted(database, ref) == [(address("communications"), "given", alone, "")]


def test_over_a_weekend_two_working_days_are_four_days(database: Database, case: Case) -> None:
    case.today = date(2026, 3, 6)  # a Friday
    assert [noted(database, ask(case, due_on=due))[0][2] for due in ("2026-03-10", "2026-03-11")] == [True, False]


def test_what_was_done_or_handed_on_before_the_post_went_is_not_said(database: Database, case: Case) -> None:
    done, handed_on = ask(case), ask(case)
    case.act("finish_task", ref=done, by="communications")
    case.act("hand_over_task", {"given_to": address("police_liaison")}, ref=handed_on, by="communications")
    sweep(database, at_ten(case.today))
    assert noted(database, done) == [(address("communications"), "given", False, "It is done, or no longer needed.")]
    assert noted(database, handed_on) == [
        (address("communications"), "given", False, "It was given to somebody else."),
        (address("police_liaison"), "given", False, ""),
    ]
    assert [mail.recipient for mail in mails(database, handed_on)] == [address("police_liaison")]


def test_nobody_is_told_of_a_task_they_gave_themselves(database: Database, case: Case) -> None:
    assert noted(database, ask(case, to="case_manager")) == []
