"""The register of actions, the page of one, and the list of those that wait to be verified."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.people import User
from tests import builders
from tests.builders import Case
from tests.given_files import pdf
from tests.web.conftest import Browser, dated, signed_in
from tests.web.test_pages import main_text

COUNCIL, NHS = "northmere-council", "mereshire-nhs"


@pytest.fixture
def case(database: Database) -> Case:
    found = builders.a_review(database, "evidence", on=date(2026, 3, 2))
    found.today = date(2026, 7, 1)
    return found


def agreed(case: Case, due: str = "2026-12-01", lead: str = COUNCIL, **more: Any) -> str:
    known = set(case.opened("action"))
    plan = {"action_text": "Ask about abuse", "lead_body": lead, "plan_source": "panel", "scope": "local", **more}
    case.act("add_action", plan)
    (ref,) = set(case.opened("action")) - known
    case.act("agree", {"target_date": due, "outcome_measure": "Audit", "agreed_by": "Director"}, ref=ref)
    return ref


def claimed(case: Case, **more: Any) -> str:
    ref = agreed(case)
    case.act("claim_complete", {"evidence": "The form is used", **more}, ref=ref, by="agency_contact")
    return ref


# --- the register -------------------------------------------------------------------------------------------


def test_the_register_shows_what_is_late_first_with_its_colour_and_the_rule(manager: Browser, case: Case) -> None:
    soon, late = agreed(case, "2026-12-01"), agreed(case, "2026-07-20", NHS)
    text = main_text(manager, "/actions")
    assert "2 actions, 1 whose agreed date has passed" in text
    assert text.index(late) < text.index(soon)
    assert "Red the date agreed passed 14 days ago" in text
    assert "How the colour is worked out" in text and "no word for more than 92 days" in text


def test_what_is_asked_for_stands_in_the_address_and_in_the_file(manager: Browser, case: Case) -> None:
    own, other = agreed(case, theme="training"), agreed(case, "2026-07-20", NHS)
    for asked, shown in {
        f"agency={COUNCIL}": {own},
        "theme=training": {own},
        "late=yes": {other},
        f"review={case.ref}": {own, other},
        "review=OTHER": set(),
        "stage=draft": set(),
        "stage=nonsense&theme=nonsense": {own, other},
        "text=%25": set(),
        "undated=yes": set(),
        "moved=yes": set(),
    }.items():
        text = main_text(manager, f"/actions?{asked}")
        assert {ref for ref in (own, other) if ref in text} == shown, asked
        lines = manager.get(f"/actions.csv?{asked}").get_data(as_text=True)
        assert {ref for ref in (own, other) if ref in lines} == shown, asked
    page = manager.get(f"/actions?late=yes&agency={NHS}").text
    assert re.search(r'href="/actions\.csv\?[^"]*late=yes', page) and re.search(
        rf'href="/actions\.csv\?[^"]*{NHS}', page
    )


def test_a_date_moved_three_times_is_flagged_in_the_register(manager: Browser, case: Case) -> None:
    ref = agreed(case, "2026-08-10")
    for to in ("2026-09-01", "2026-10-01", "2026-12-01"):
        case.act("agree_new_date", {"clock": "action_due", "new_date": to, "reason": "Staff left"}, ref=ref)
    assert "date moved 3 times" in main_text(manager, "/actions?moved=yes")
    page = main_text(manager, f"/records/{ref}")
    assert "Amber due in 120 days and date moved three times" in page
    assert page.count("Staff left") >= 3 and "Saturday 10 August 2026" not in page
    assert "Monday 10 August 2026 : First agreed" in page or "Monday 10 August 2026: First agreed" in page


def test_an_agency_finds_its_own_actions_and_no_others(app: Flask, case: Case) -> None:
    own, other = agreed(case), agreed(case, lead=NHS)
    text = main_text(signed_in(app, "agency_contact"), "/actions")
    assert own in text and other not in text
    assert signed_in(app, "agency_contact").get("/actions/verify").status_code == 403


# --- one action ---------------------------------------------------------------------------------------------


def test_the_page_of_an_action_tells_all_of_it(manager: Browser, app: Flask, case: Case) -> None:
    ref = agreed(case)
    done = case.act("ask_to_share", {"bodies": [NHS], "share_text": "Train wards", "share_due": "2026-10-01"}, ref=ref)
    case.act("add_milestone", {"milestone_text": "First session", "milestone_due": "2026-09-01"}, ref=ref)
    case.act(
        "record_update",
        {"progress": "Begun", "needs": "A room", "suggested_date": "2027-01-15", "suggested_reason": "Strike"},
        ref=ref,
        by="agency_contact",
    )
    page = main_text(manager, f"/records/{ref}")
    for said in (
        "The body suggests another day: Friday 15 January 2027", "Strike", "Train wards", done.created[0],
        "First session by 1 September 2026", "Begun", "What would help: A room", "History of its date",
        "How the colour is worked out",
    ):  # fmt: skip
        assert said in page, said
    part = main_text(manager, f"/records/{done.created[0]}")
    assert "This is one body's part of" in part and "Ask about abuse" in part and "Train wards" in part
    lead = main_text(signed_in(app, "agency_contact"), f"/records/{ref}")
    assert "Train wards" not in lead and "Mereshire NHS" not in lead


def test_ongoing_is_refused_on_the_form_with_advice_and_nothing_is_lost(manager: Browser, case: Case) -> None:
    case.act("add_action", {"action_text": "Ask", "lead_body": COUNCIL, "plan_source": "panel", "scope": "local"})
    (ref,) = case.opened("action")
    path = f"/records/{ref}/do/agree"
    answer = manager.send(
        path, **{"target_date-day": "ongoing", "outcome_measure": "An audit", "agreed_by": "Director"},
        **dated("_on", "2026-08-03"),
    )  # fmt: skip
    assert answer.status_code == 422
    assert "“ongoing” is not a day. An action has a day by which it is done." in answer.text
    assert "An audit" in answer.text and 'value="ongoing"' in answer.text


def test_a_claim_without_evidence_is_refused_and_the_reason_is_asked_for(app: Flask, case: Case) -> None:
    ref = agreed(case)
    contact = signed_in(app, "agency_contact")
    path = f"/records/{ref}/do/claim_complete"
    assert "Why is there only" not in contact.get(path).text
    bare = contact.send(path, impact="Some", **dated("_on", "2026-08-03"))
    assert bare.status_code == 422 and "Say what shows that it is done" in bare.text
    said = contact.send(
        path, evidence="They told us", evidence_grade="said", impact="Some", **dated("_on", "2026-08-03")
    )
    assert said.status_code == 422 and "Why is there only" in said.text and "They told us" in said.text


def test_two_people_on_one_action_see_what_the_other_did_and_keep_their_words(app: Flask, case: Case) -> None:
    ref = agreed(case)
    first, second = signed_in(app, "agency_contact"), signed_in(app, "agency_lead")
    path = f"/records/{ref}/do/record_update"
    form = second.get(path)
    assert first.send(path, progress="From the first", **dated("_on", "2026-08-03")).status_code == 303
    answer = second.send(path, form, progress="From the second", **dated("_on", "2026-08-03"))
    assert answer.status_code == 409
    assert "From the second" in answer.text and "Give an update, by Lane Example" in answer.text
    assert "From the first" in main_text(second, f"/records/{ref}")


# --- verifying ------------------------------------------------------------------------------------------------


def test_the_verifier_finds_only_what_they_may_verify(app: Flask, database: Database, case: Case) -> None:
    ref = claimed(case, evidence_file=_pdf())
    browser = signed_in(app, "steering_member")
    text = main_text(browser, "/actions/verify")
    assert ref in text and "1 July 2026" in text
    page = browser.get(f"/records/{ref}")
    assert "A document shows it" in page.text and "The form is used" in page.text and "Save the file" in page.text
    with database.write() as session:
        user = session.scalars(sa.select(User).where(User.email == builders.address("steering_member"))).one()
        user.body_id = session.scalar(sa.select(Body.id).where(Body.key == COUNCIL))
    text = main_text(signed_in(app, "steering_member"), "/actions/verify")
    assert ref not in text and "1 more waits for somebody else: your own organisation did it" in text


def test_no_effect_asks_for_an_answer_on_the_page(manager: Browser, case: Case) -> None:
    ref = claimed(case)
    case.act("verify", ref=ref, by="steering_member")
    case.act("record_effect", {"effect_check": "after_6_months", "effect": "none", "effect_seen": "As before"}, ref=ref)
    page = main_text(manager, f"/records/{ref}")
    assert "A look at the effect of this action found none" in page and "No effect seen, after 6 months" in page
    assert ref in main_text(manager, "/actions?no_effect=yes")


def _pdf() -> Any:
    from dardr.casework.files import FileGiven

    return FileGiven("audit.pdf", pdf(), "application/pdf")


def test_the_partnership_sets_when_a_date_is_soon_and_an_action_quiet(app: Flask, manager: Browser, case: Case) -> None:
    ref = agreed(case, "2026-09-10")
    assert "on course" in main_text(manager, f"/records/{ref}")
    keeper = signed_in(app, "administrator")
    path = "/administration/colours-of-actions"
    assert keeper.send(path, rag_soon_days="0", rag_quiet_days="92").status_code == 422
    assert keeper.send(path, rag_soon_days="60", rag_quiet_days="30").status_code in (302, 303)
    page = main_text(manager, f"/records/{ref}")
    assert "Amber due in 38 days, work has not started and no update for 33 days" in page
    assert "60 days away" in page and "no word for more than 30 days" in page
