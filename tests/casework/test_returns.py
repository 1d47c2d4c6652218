"""A return over time: a late one goes up, one without a signature is chased for it, more time moves all of that."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dardr.casework.sweep import sweep
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reminders import Reminder
from tests import builders
from tests.builders import Case, a_review, at_ten

COUNCIL = "northmere-council"
ACTION = {"action_text": "Train triage staff", "plan_source": "agency", "scope": "local"}


@pytest.fixture
def case(sqlite_database: Database) -> Case:
    """A review with an IMR asked of the council."""
    case = a_review(sqlite_database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": [COUNCIL]})
    return case


def told(case: Case, day: date, clock: str, ref: str) -> set[str]:
    """Who is written to about one date on one day."""
    noted = sa.select(Reminder.address).where(Reminder.deadline_id == case.deadline(clock, ref=ref).id)
    with case.database.read() as session:
        before = len(session.scalars(noted).all())
    sweep(case.database, at_ten(day))
    with case.database.read() as session:
        return {address.lower() for address in session.scalars(noted.order_by(Reminder.id)).all()[before:]}


def test_a_late_return_goes_up_step_by_step(case: Case) -> None:
    (ref,) = case.opened("agency-return")
    due = case.deadline("imr_return", ref=ref).due_on
    assert due is not None
    lead = builders.address("agency_lead")
    days = {step: told(case, due + timedelta(days=step), "imr_return", ref) for step in (0, 1, 7, 21, 35)}
    assert lead not in days[0] | days[1] and lead in days[7]
    assert builders.address("deciding_chair") in days[35] and builders.address("deciding_chair") not in days[21]


def test_a_return_without_a_signature_is_chased_for_it_and_no_more_for_itself(case: Case) -> None:
    (ref,) = case.opened("agency-return")
    case.act("receive_return", {"known": "yes", "return_reference": "Here"}, ref=ref, by="agency_contact")
    assert case.state("imr_return", ref=ref) == "met"
    due = case.deadline("return_signature", ref=ref).due_on
    assert due is not None
    assert builders.address("agency_lead") in told(case, due, "return_signature", ref)
    case.today = due
    case.act("query_return", {"query": "What was known of the risk?"}, ref=ref)
    assert case.deadline("return_signature", ref=ref).withdrawn_by_event is not None
    case.act("answer_query", {"query_answer": "See part 3"}, ref=ref, by="agency_contact")
    assert case.state("return_signature", ref=ref) == "running", "sent again, the signature is waited for anew"
    case.act("sign_off_return", {"signed_off_by": "Director", "return_reference": "Here"}, ref=ref, by="agency_lead")
    assert case.state("return_signature", ref=ref) == "met"


def test_more_time_for_an_action_moves_its_date_and_tells_its_owner(case: Case) -> None:
    case.act("add_action", {**ACTION, "lead_body": COUNCIL})
    ref = case.opened("action")[0]
    first = case.today + timedelta(days=60)
    agreed = {"target_date": first.isoformat(), "outcome_measure": "An audit", "agreed_by": "Director"}
    case.act("agree", agreed, ref=ref)
    later = first + timedelta(days=30)
    asked = {"more_time_until": later.isoformat(), "more_time_reason": "The trainer left"}
    case.act("ask_for_more_time", asked, ref=ref, by="agency_contact")
    assert case.deadline("action_due", ref=ref).due_on == first
    case.act("answer_more_time", {"more_time_answer": "agreed"}, ref=ref)
    row = case.deadline("action_due", ref=ref)
    assert (row.due_on, row.original_due_on) == (later, first)
    with case.database.read() as session:
        mails = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "more_time_answered")).all()
    assert mails and all("trainer" not in mail.text for mail in mails)
