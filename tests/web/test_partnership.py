"""The page of a local partnership's members: their reviews by phase and date, and nothing of the case."""

from __future__ import annotations

import re
from datetime import date

from flask import Flask

from dardr.casework.conflicts import record_conflict
from dardr.lookups.partnership import TOLD, partnership
from dardr.storage.engine import Database
from tests import builders
from tests.builders import a_review, address, at_ten
from tests.web.conftest import signed_in
from tests.web.people_at_work import a_plan
from workflows import REVIEW_KEYS, all_processes
from workflows.definition import Party, Role


def shown(app: Flask, person: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", signed_in(app, person).get("/partnership").text))


def test_a_member_finds_reviews_by_phase_dates_actions_and_answers(app: Flask, database: Database) -> None:
    held = a_review(database, "evidence", display_pseudonym="Rowan 2023", person_name="Robin Sample")
    a_plan(held)
    hold = {"kind": "trial", "reason": "The trial is in spring.", "asked_by": "cps", "activities": ["overview_report"]}
    held.act("place_hold", hold)
    pending = a_review(database, "decision_pending")
    text = shown(app, "csp_member")
    assert "Northmere Community Safety Partnership Your partnership" in text
    assert "2 reviews under way" in text
    assert f"Decision 1 {pending.ref}" in text and f"Panel 1 {held.ref} (on hold)" in text and "Drafting 0 none" in text
    assert re.search(rf"Overview report {held.ref} \w+ \d+ \w+ 2026 guidance", text)
    assert re.search(rf"Decide whether to hold a review {pending.ref} \w+ \d+ \w+ 2026 guidance", text)
    assert "Northmere Council 0 1 1 0 2" in text  # a date moved three times; one waiting to be verified
    assert "2 recommendations made. Accepted in part: 1 ." in text
    assert "Recommendation 5.1 : Northmere Council" in text
    for hidden in ("Rowan", "Robin", "spring", "trial", "family"):
        assert hidden not in text.replace("about the person who died or their family", ""), hidden


def test_nothing_of_another_partnership_and_nothing_on_an_empty_one(app: Flask, database: Database) -> None:
    ref = a_review(database, "evidence").ref
    text = shown(app, "other_csp_member")
    assert ref not in text and "under way" not in text.replace("is under way", "")
    for said in (
        "No review of your partnership is under way.", "No date of a review is running.", "No action is open.",
        "No recommendation is made yet.", "Nothing is owed to the Commissioner that concerns your partnership.",
    ):  # fmt: skip
        assert said in text


def test_a_conflict_of_interest_hides_the_review_here_too(app: Flask, database: Database) -> None:
    case = a_review(database, "evidence")
    with database.write() as session:
        manager = builders.actor(session, "team_manager")
        record_conflict(session, manager, at_ten(case.today), case.ref, "A relative.", address("csp_member"))
    assert case.ref not in shown(app, "csp_member")


def test_it_leads_nowhere_a_member_may_not_go(app: Flask, database: Database) -> None:
    a_plan(a_review(database, "evidence"))
    browser = signed_in(app, "csp_member")
    page = browser.get("/partnership").text
    links = set(re.findall(r'href="(/[^"#]*)"', page)) - {"/static", "/"}
    assert {"/partnership", "/actions", "/deadlines", "/commissioner", "/recommendations"} <= links
    assert [path for path in links if not path.startswith("/static") and browser.get(path).status_code != 200] == []
    assert '<a class="govuk-link" href="/partnership">' in browser.get("/").text


def test_the_dates_told_are_the_partnerships_own_and_none_is_of_a_family() -> None:
    clocks = {clock.key: clock for one in all_processes() if one.key in REVIEW_KEYS for clock in one.clocks}
    assert TOLD <= clocks.keys()
    assert {key for key in TOLD if Party.FAMILY in (clocks[key].owner, clocks[key].owed_to)} == set()


def test_somebody_else_is_told_of_no_review(database: Database) -> None:
    case = a_review(database, "evidence")
    with database.read() as session:
        for person in ("case_manager", "steering_member", "agency_contact", "panel_member"):
            who = builders.actor(session, person)
            assert Role.CSP_MEMBER not in who.roles
            assert partnership(session, who, date(2026, 12, 1)).live == 0, person
    assert not case.record().final
