"""More time for what an agency owes: asked for with a date and a reason, answered, and wrong on purpose."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import AgreedDate
from tests.builders import Case, a_review
from tests.web.conftest import Browser, signed_in
from tests.web.test_returns import COUNCIL, wrong


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "evidence")


@pytest.fixture
def imr(case: Case) -> str:
    """An IMR asked of the council."""
    case.act("request_returns", {"kind": "imr", "bodies": [COUNCIL]})
    return case.opened("agency-return")[-1]


@pytest.fixture
def lane(app: Flask) -> Browser:
    """The council's contact."""
    return signed_in(app, "agency_contact")


def dated(day: date, name: str = "more_time_until") -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def test_more_time_is_asked_answered_and_moves_the_date(
    case: Case, imr: str, lane: Browser, app: Flask, database: Database
) -> None:
    due = case.deadline("imr_return", ref=imr).due_on
    assert due is not None
    page, later = f"/records/{imr}/more-time", due + timedelta(days=21)
    assert lane.send(page, **dated(due), more_time_reason="Ill").status_code == 422, "no more time than there is"
    assert lane.send(page, **dated(date(2026, 1, 5)), more_time_reason="Ill").status_code == 422, "a day gone by"
    assert lane.send(page, **dated(later)).status_code == 422, "no reason"
    assert lane.send(page, **dated(later), more_time_reason="Two authors are ill").status_code == 303
    assert "asked for already" in lane.get(page).text
    again = lane.send(page, lane.get(f"/returns/{imr}/parts/known"), **dated(later), more_time_reason="Again")
    assert again.status_code == 409
    assert case.deadline("imr_return", ref=imr).due_on == due
    assert case.state("more_time_answer", ref=imr) == "running"
    manager = signed_in(app, "case_manager")
    assert "Answer about more time" in manager.get("/").text
    assert "asks for more time" in manager.get(f"/reviews/{case.ref}/agencies").text
    assert "Two authors are ill" in manager.get(f"/returns/{imr}").text
    other = due + timedelta(days=14)
    answer = f"/records/{imr}/do/answer_more_time"
    assert manager.send(answer, more_time_answer="another").status_code == 422
    on = dated(date(2026, 8, 3), "_on")
    done = manager.send(answer, more_time_answer="another", **dated(other, "more_time_given"), **on)
    assert done.status_code == 303, wrong(done)
    row = case.deadline("imr_return", ref=imr)
    assert (row.due_on, row.original_due_on) == (other, due)
    assert case.deadline("more_time_answer", ref=imr).stopped_on is not None
    with database.read() as session:
        agreed = session.scalars(sa.select(AgreedDate)).all()[-1]
        assert (agreed.due_on, agreed.reason) == (other, "Two authors are ill")
        mails = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.subject.contains("new date"))).all()
        assert mails and all("ill" not in mail.text.split() for mail in mails)
    assert "More time is agreed" in lane.get(f"/returns/{imr}").text


def test_no_is_said_with_words(case: Case, imr: str, lane: Browser) -> None:
    due = case.deadline("imr_return", ref=imr).due_on
    assert due is not None
    lane.send(f"/records/{imr}/more-time", **dated(due + timedelta(days=21)), more_time_reason="Ill")
    case.act("answer_more_time", {"more_time_answer": "no", "more_time_words": "The panel meets first"}, ref=imr)
    assert case.deadline("imr_return", ref=imr).due_on == due
    assert "The panel meets first" in lane.get(f"/returns/{imr}").text


def test_no_time_is_needed_after_the_sign_off(case: Case, imr: str, lane: Browser) -> None:
    case.act("sign_off_return", {"signed_off_by": "Director", "return_reference": "Here"}, ref=imr)
    page = lane.get(f"/records/{imr}/more-time")
    assert "no time is needed" in page.text
    sent = lane.send(f"/records/{imr}/more-time", lane.get("/me"), **dated(date(2027, 3, 1)), more_time_reason="Why")
    assert sent.status_code in (400, 409)
    assert not case.record(imr).facts.get("more_time_asked")


def test_more_time_for_what_has_none_is_not_found(case: Case, lane: Browser, app: Flask) -> None:
    assert signed_in(app, "case_manager").get(f"/records/{case.ref}/more-time").status_code == 404
