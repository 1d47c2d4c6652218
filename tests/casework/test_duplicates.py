"""The same death told twice: what counts as likely, who is told, and how the second notification ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from dardr.access import get_record
from dardr.casework import audit
from dardr.lookups.areas import match_area
from dardr.lookups.duplicates import likely_same, likely_same_as
from dardr.storage.bodies import Csp, Partnership
from dardr.storage.engine import Database
from tests.builders import START, a_review, actor
from workflows.partial import PartialDate

ALL = ("date of death", "local partnership", "age", "how the death came about")
KNOWN = {"death_date": "2026-02-28", "csps": ["northmere"], "age": 34, "manner": "homicide"}


def found(database: Database, answers: Mapping[str, Any], by: str = "case_manager") -> list[tuple[str, ...]]:
    with database.read() as session:
        return [one.agrees_in for one in likely_same(session, actor(session, by), answers)]


@pytest.mark.parametrize(
    ("changes", "agrees"),
    [
        ({}, ALL),
        ({"age": 35}, ALL),
        ({"death_date": PartialDate.parse("2026-02")}, ALL),
        ({"death_date": "2026-02-20..2026-03-01", "manner": "unexplained"}, ALL[:3]),
        ({"manner": "suicide"}, ("date of death", "local partnership", "age")),
        ({"csps": []}, ("date of death", "age", "how the death came about")),
        ({"age": "not_known"}, ("date of death", "local partnership", "how the death came about")),
    ],
)  # fmt: skip
def test_what_is_likely_the_same(database: Database, changes: dict[str, Any], agrees: tuple[str, ...]) -> None:
    a_review(database, "notified", death_date="2026-02-28")
    assert found(database, {**KNOWN, **changes}) == [agrees]


@pytest.mark.parametrize(
    "changes",
    [
        {"death_date": "2026-02-27"},
        {"death_date": "2026-01"},
        {"death_date": "not_known"},
        {"death_date": "2026-02", "manner": "suicide"},
        {"age": 36, "csps": ["southmere"]},
        {"age": 36, "manner": "suicide"},
        {"age": "not_known", "csps": []},
    ],
)
def test_what_is_not(sqlite_database: Database, changes: dict[str, Any]) -> None:
    a_review(sqlite_database, "notified", death_date="2026-02-28")
    assert found(sqlite_database, {**KNOWN, **changes}) == []


@pytest.mark.parametrize(
    ("typed", "alike"),
    [
        ("Quintessa Unlikely", True),
        ("unlikely, QUINTESSA", True),
        ("Quintesa Unlikley", True),
        ("Quentin Likely", False),
        ("Q", False),
    ],
)
def test_names_that_are_alike_are_found_for_those_who_may_see_them(database: Database, typed: str, alike: bool) -> None:
    a_review(database, "notified", death_date="not_known", person_name="Quintessa Unlikely")
    told = {"person_name": typed}
    assert found(database, told) == ([("name (alike)",)] if alike else [])
    assert found(database, told, by="auditor") == []
    assert found(database, told, by="deciding_chair") == []


def test_a_name_is_not_enough_where_the_dates_exclude_it(sqlite_database: Database) -> None:
    a_review(sqlite_database, "notified", death_date="2025-02-28", person_name="Quintessa Unlikely")
    assert found(sqlite_database, {"person_name": "Quintessa Unlikely", "death_date": "2026-02-28"}) == []


def test_the_day_of_birth_is_enough(sqlite_database: Database) -> None:
    a_review(sqlite_database, "notified", death_date="2026-02-28", date_of_birth="1991-05-17")
    assert found(sqlite_database, {"date_of_birth": date(1991, 5, 17)}) == [("date of birth",)]
    assert found(sqlite_database, {"date_of_birth": date(1991, 5, 18)}) == []


@pytest.mark.parametrize("by", ["police_liaison", "agency_contact", "csp_member", "administrator", "steering_member"])
def test_nobody_is_told_of_a_record_they_may_not_see(sqlite_database: Database, by: str) -> None:
    a_review(sqlite_database, "notified", death_date="2026-02-28")
    assert found(sqlite_database, KNOWN, by=by) == []


def test_a_second_notification_is_joined_to_the_first_and_ends(database: Database) -> None:
    first = a_review(database, "screening", death_date="2026-02-28")
    second = a_review(database, "notified", death_date="2026-02-28", on=date(2026, 3, 9))
    assert likely_refs(database, second.ref) == [first.ref]
    second.act("join_notification", {"joined_to": first.ref})
    assert second.stage == "joined" and second.record().final
    assert second.state("decide_review") == "withdrawn" and first.state("decide_review") == "running"
    assert likely_refs(database, first.ref) == []
    with database.read() as session:
        assert audit.verify(session)["ok"]


def likely_refs(database: Database, ref: str) -> list[str]:
    with database.read() as session:
        manager = actor(session, "case_manager")
        return [one.ref for one in likely_same_as(session, manager, get_record(session, manager, ref))]


def test_the_page_of_a_notification_looks_a_year_around(sqlite_database: Database) -> None:
    told: dict[str, Any] = {"death_date": "not_known", "person_name": "Quintessa Unlikely"}
    first = a_review(sqlite_database, "notified", on=date(2024, 3, 4), **told)
    second = a_review(sqlite_database, "notified", on=date(2025, 3, 4), **told)
    third = a_review(sqlite_database, "notified", on=date(2026, 3, 4), **told)
    assert likely_refs(sqlite_database, second.ref) == [third.ref, first.ref]
    assert likely_refs(sqlite_database, third.ref) == [second.ref]


def test_told_apart_it_is_not_asked_again(sqlite_database: Database) -> None:
    first = a_review(sqlite_database, "notified", death_date="2026-02-28")
    second = a_review(sqlite_database, "notified", death_date="2026-02-28")
    assert likely_refs(sqlite_database, second.ref) == [first.ref]
    second.act("tell_deaths_apart", {"notification": first.ref, "what_differs": "Another street."})
    assert likely_refs(sqlite_database, second.ref) == []
    assert likely_refs(sqlite_database, first.ref) == [second.ref]


def test_after_the_decision_nothing_is_looked_for(sqlite_database: Database) -> None:
    first = a_review(sqlite_database, "evidence", death_date="2026-02-28")
    a_review(sqlite_database, "notified", death_date="2026-02-28")
    assert likely_refs(sqlite_database, first.ref) == []


# --- in whose area ------------------------------------------------------------------------------------------

AREAS = {"northmere": ["Upper Mere", "NM1", "Saint Brannock's"], "southmere": ["Lower Mere", "SM2"]}


@pytest.mark.parametrize(
    ("typed", "csps"),
    [
        ("Upper Mere", ("northmere",)),
        ("a village near upper mere, Mereshire", ("northmere",)),
        ("NM1 4QP", ("northmere",)),
        ("nm1", ("northmere",)),
        ("St Brannocks", ()),
        ("saint brannock s", ("northmere",)),
        ("NM11", ()),
        ("Uppermere", ()),
        ("Northmere", ("northmere",)),
        ("Upper Mere or SM2", ("northmere", "southmere")),
        ("Brighton", ()),
        ("", ()),
        (".*", ()),
    ],
)
def test_a_place_is_matched_with_what_the_partnerships_cover(
    database: Database, typed: str, csps: tuple[str, ...]
) -> None:
    with database.write() as session:
        for csp in session.query(Csp):
            csp.areas = AREAS[csp.key]
        partnership = session.query(Partnership).one().id
        matched = match_area(session, partnership, typed, START)
    assert matched.csps == csps and matched.outside == (not csps)


def test_where_no_area_is_written_down_no_place_is_outside(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        matched = match_area(session, session.query(Partnership).one().id, "Brighton", START)
    assert not matched.outside
