"""The page of an agency: what it owes across reviews, and nothing of others."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from tests.builders import Case, a_review
from tests.web.conftest import signed_in


@pytest.fixture
def case(database: Database) -> Case:
    """A review with a return asked of two bodies and an action of one."""
    case = a_review(database, "evidence", display_pseudonym="Willow 2025")
    case.act("request_returns", {"kind": "imr", "bodies": ["northmere-council", "mereshire-nhs"]})
    return case


def test_an_agency_sees_what_it_owes_and_nothing_of_others(case: Case, app: Flask) -> None:
    returns = {case.record(ref).title: ref for ref in case.opened("agency-return")}
    page = signed_in(app, "agency_contact").get("/agency")
    assert "You have 1 thing to do" in page.text
    assert returns["Northmere Council"] in page.text
    assert case.ref in page.text
    assert "Willow" not in page.text
    assert returns["Mereshire NHS Trust"] not in page.text


def test_the_team_reads_the_page_as_the_agency_sees_it_and_nobody_else_does(case: Case, app: Flask) -> None:
    returns = {case.record(ref).title: ref for ref in case.opened("agency-return")}
    page = signed_in(app, "case_manager").get("/agencies/northmere-council")
    assert page.status_code == 200
    assert "They have 1 thing to do" in page.text
    assert returns["Mereshire NHS Trust"] not in page.text
    assert "/do/" not in page.text
    assert signed_in(app, "agency_contact").get("/agencies/northmere-council").status_code == 403


def test_another_agencys_page_is_not_opened_by_its_address(case: Case, app: Flask) -> None:
    assert signed_in(app, "other_agency_contact").get("/agency?body=northmere-council").status_code == 404


def test_a_successor_sees_what_the_body_before_it_owed(case: Case, app: Flask, database: Database) -> None:
    with database.write() as session:
        before = session.scalars(sa.select(Body).where(Body.key == "mereshire-nhs")).one()
        after = session.scalars(sa.select(Body).where(Body.key == "northmere-council")).one()
        before.until_on, before.successor_id = date(2026, 6, 1), after.id
    page = signed_in(app, "agency_contact").get("/agency")
    assert "You have 2 things to do" in page.text


def test_what_more_time_was_asked_for_waits_for_others(case: Case, app: Flask) -> None:
    ref = next(one for one in case.opened("agency-return") if case.record(one).title == "Northmere Council")
    case.act("ask_for_more_time", {"more_time_until": "2026-12-01", "more_time_reason": "Two people left."}, ref=ref)
    page = signed_in(app, "agency_contact").get("/agency")
    assert "Nothing to do just now" in page.text
    assert page.text.index("Waiting for others") < page.text.index("more time asked for, until 1 December 2026")
