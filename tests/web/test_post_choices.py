"""When e-mail comes: chosen by a person, by an agency's lead, by the partnership; what will not do is said."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.casework import choosing_post as choosing
from dardr.casework.post_choices import Choices, choices_for
from dardr.errors import Forbidden, Invalid
from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.people import AdminEvent
from tests import builders
from tests.web.conftest import Browser, signed_in

NOW = datetime(2026, 8, 3, 9, tzinfo=UTC)
GOOD: dict[str, Any] = {"days": ["0", "2"], "at": "9:15", "quiet_from": "18.00", "quiet_until": "08:00", "alone": True}


def holds(database: Database, person: str) -> Choices:
    address = builders.address(person)
    with database.read() as session:
        return choices_for(session, [address])[address]


def test_a_person_chooses_and_goes_back_to_what_is_set(app: Flask, database: Database) -> None:
    browser = signed_in(app, "case_manager")
    page = browser.get("/me/e-mail")
    assert "Your e-mail comes Monday to Friday from 07:30, and none between 19:00 and 07:30." in page.text
    saved = browser.send(
        "/me/e-mail", page, which="own", days=["0", "2", "3"], at="09:00", quiet_from="18:00", quiet_until="08:00",
        alone="yes",
    )  # fmt: skip
    assert saved.status_code == 303
    assert "Your e-mail comes Monday, Wednesday and Thursday from 09:00" in browser.get("/me").text
    assert holds(database, "case_manager") == Choices(frozenset({0, 2, 3}), time(9), time(18), time(8))
    browser.send("/me/e-mail", browser.get("/me/e-mail"), which="as_set")
    assert holds(database, "case_manager") == Choices()


def test_what_will_not_do_is_said_and_nothing_typed_is_lost(app: Flask, database: Database) -> None:
    browser = signed_in(app, "case_manager")
    page = browser.get("/me/e-mail")
    refused = browser.send(
        "/me/e-mail", page, which="own", at="half nine", quiet_from="19:00", quiet_until="07:30", alone="no"
    )
    assert refused.status_code == 422
    for said in ("Choose at least one day", "“half nine” is not a time", 'value="half nine"'):
        assert said in refused.text
    assert holds(database, "case_manager") == Choices()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"days": []}, "days"),
        ({"days": ["6"]}, "days"),
        ({"at": "7"}, "at"),
        ({"at": "25:00"}, "at"),
        ({"at": "06:00"}, "at"),
        ({"at": "22:00"}, "at"),
        ({"quiet_from": "08:00", "quiet_until": "07:00"}, "quiet_until"),
        ({"quiet_until": None}, "quiet_until"),
    ],
)
def test_each_thing_that_will_not_do_is_named(database: Database, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused, database.write() as session:
        choosing.choose_for_oneself(session, builders.actor(session, "case_manager"), NOW, {**GOOD, **changed})
    assert field in {reason.field for reason in refused.value.reasons}


def test_an_agency_and_its_people_and_the_partnership_one_after_the_other(database: Database) -> None:
    with database.write() as session:
        manager = builders.actor(session, "administrator")
        choosing.choose_for_partnership(session, manager, NOW, {**GOOD, "days": ["1"]})
    assert holds(database, "agency_contact").days == {1} == holds(database, "case_manager").days
    with database.write() as session:
        lead = builders.actor(session, "agency_lead")
        choosing.choose_for_body(session, lead, NOW, "northmere-council", {**GOOD, "days": ["3"]})
    assert holds(database, "agency_contact").days == {3} and holds(database, "case_manager").days == {1}
    with database.write() as session:
        choosing.choose_for_oneself(session, builders.actor(session, "agency_contact"), NOW, GOOD)
    assert holds(database, "agency_contact") == Choices(frozenset({0, 2}), time(9, 15), time(18), time(8))
    with database.write() as session:
        choosing.choose_for_partnership(session, builders.actor(session, "administrator"), NOW, None)
        assert "post" not in session.scalars(sa.select(Partnership).where(Partnership.home)).one().settings
        kept = list(session.scalars(sa.select(AdminEvent.what).order_by(AdminEvent.id)))[-4:]
    assert kept == [
        "post_of_partnership_chosen", "post_of_body_chosen", "post_chosen", "post_of_partnership_chosen"
    ]  # fmt: skip


def test_only_its_own_lead_and_the_team_choose_for_an_agency(app: Flask, database: Database) -> None:
    assert signed_in(app, "agency_lead").get("/agencies/mereshire-nhs/e-mail").status_code == 403
    assert signed_in(app, "agency_contact").get("/agencies/northmere-council/e-mail").status_code == 403
    lead = signed_in(app, "agency_lead")
    page = lead.get("/agencies/northmere-council/e-mail")
    assert page.status_code == 200 and "As Mereshire (fictional) has it: Monday to Friday" in page.text
    assert "Choose when e-mail comes to Northmere Council" in lead.get("/me").text
    with database.write() as session, pytest.raises(Forbidden):
        choosing.choose_for_body(session, builders.actor(session, "case_manager"), NOW, "northmere-council", None)
    with database.write() as session, pytest.raises(Forbidden):
        choosing.choose_for_partnership(session, builders.actor(session, "team_manager"), NOW, None)


def test_no_quiet_hours_are_the_same_time_twice(database: Database) -> None:
    with database.write() as session:
        me = builders.actor(session, "case_manager")
        found = choosing.choose_for_oneself(session, me, NOW, {**GOOD, "quiet_from": "00:00", "quiet_until": "00:00"})
    assert choosing.in_words(found).startswith("Your e-mail comes Monday and Wednesday from 09:15. What cannot wait")


def test_times_typed_beside_the_choice_to_have_none_of_ones_own_are_not_thrown_away(manager: Browser) -> None:
    typed = {"which": "as_set", "days": ["0"], "at": "10:15", "quiet_from": "19:00", "quiet_until": "07:30"}
    answer = manager.send("/me/e-mail", **typed)
    assert answer.status_code == 422
    assert "To keep them, choose “As chosen here”." in answer.text and 'value="10:15"' in answer.text
