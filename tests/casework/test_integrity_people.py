"""The nightly checks on who carries what: a review without a case manager, a task whose person left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.casework.carried import TIME_TO_ASSIGN, reviews_carried, tasks_carried
from dardr.casework.findings import Check, Finding
from dardr.casework.integrity import CHECKS, bodies_reachable, deadlines_match, something_possible
from dardr.storage.bodies import BodyContact
from dardr.storage.engine import Database
from dardr.storage.people import User, UserRole
from tests.builders import Case, a_review, address


def found(database: Database, check: Check, today: date) -> list[Finding]:
    with database.read() as session:
        return list(check(session, today))


def leave(database: Database, who: str) -> None:
    with database.write() as session:
        session.execute(sa.update(User).where(User.email == address(who)).values(active=False))


def test_a_review_nobody_carries_is_found_after_two_weeks(database: Database) -> None:
    case = a_review(database, "screening")
    last = case.record().opened_on + TIME_TO_ASSIGN
    assert found(database, reviews_carried, last) == []
    (finding,) = found(database, reviews_carried, last + timedelta(days=1))
    assert (finding.record_id, finding.kind) == (case.record().id, "no_case_manager")
    assert finding.sentence == f"Nobody carries {case.ref}. Record who its case manager is."
    case.act("assign_case_manager", {"case_manager": address("case_manager")})
    assert found(database, reviews_carried, last + timedelta(days=1)) == []
    leave(database, "case_manager")
    (gone,) = found(database, reviews_carried, case.today)
    assert "no longer has access" in gone.sentence


def test_a_review_that_has_ended_needs_nobody(database: Database) -> None:
    case = a_review(database, "concluded")
    assert found(database, reviews_carried, case.today + timedelta(days=400)) == []


def test_a_task_whose_person_left(database: Database) -> None:
    case = a_review(database, "screening")
    task = case.act("add_task", {"title": "Ring back", "given_to": address("communications")}).created[0]
    assert found(database, tasks_carried, case.today) == []
    leave(database, "communications")
    (finding,) = found(database, tasks_carried, case.today)
    assert (finding.record_id, finding.kind) == (case.record(task).id, "task_without_person")
    assert "Hand it to somebody else" in finding.sentence
    case.act("hand_over_task", {"given_to": address("case_manager")}, ref=task)
    assert found(database, tasks_carried, case.today) == []


def test_a_body_without_a_contact_names_a_record_that_it_owes(database: Database) -> None:
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    with database.write() as session:
        session.execute(sa.delete(BodyContact))
        session.execute(sa.delete(UserRole).where(UserRole.role.like("agency%")))
    (finding,) = found(database, bodies_reachable, case.today)
    assert finding.record_id == case.record(case.opened("agency-return")[0]).id
    assert finding.sentence.endswith("Enter a contact.")


def test_a_clock_that_could_not_start(database: Database) -> None:
    case = a_review(database, "notified", death_date="2010-01", police_identified_on="2010-02-01", in_writing="no")
    (finding,) = [f for f in found(database, deadlines_match, case.today) if f.kind == "clock_not_armed"]
    assert finding.record_id == case.record().id and "Give a later date" in finding.sentence


def test_a_review_on_which_nothing_can_be_done_next(database: Database) -> None:
    case: Case = a_review(database, "screening")
    assert found(database, something_possible, case.today) == []
    with database.write() as session:
        session.execute(sa.delete(UserRole))
    (finding,) = found(database, something_possible, case.today)
    assert finding.kind == "no_next_step" and "Look at the reasons" in finding.sentence


@pytest.mark.parametrize("check", [reviews_carried, tasks_carried])
def test_they_run_every_night(check: Check) -> None:
    every: Sequence[Check] = CHECKS
    assert check in every


def test_the_words_of_every_kind_are_known() -> None:
    from dardr.lookups.team import FINDINGS, finding_words

    assert finding_words("no_case_manager") == FINDINGS["no_case_manager"]
    assert finding_words("something_new") == "something new"
