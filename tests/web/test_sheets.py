"""Workbooks of actions on their pages: downloaded, filled, looked at, confirmed; by the agency and by the team."""

from __future__ import annotations

import io

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from dardr.storage.bodies import Partnership
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.plans import SheetIn
from tests import builders
from tests.builders import Case, a_review
from tests.casework.test_own_plans import workbook
from tests.sheets import DONE, ON_COURSE, an_action, filled
from tests.web.conftest import Browser, signed_in

COUNCIL = "northmere-council"


@pytest.fixture
def review(database: Database) -> Case:
    return a_review(database, "action_monitoring", day_by_day=False)


@pytest.fixture
def refs(review: Case) -> list[str]:
    return [an_action(review, f"Train team {number}") for number in (1, 2)]


def given(browser: Browser, path: str = f"/sheets/agency?body={COUNCIL}") -> bytes:
    answer = browser.send(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].endswith('.xlsx"') and answer.headers["Cache-Control"] == "no-store"
    return answer.data


def upload(browser: Browser, data: bytes, name: str = "back.xlsx") -> TestResponse:
    return browser.send("/sheets", None, file=(io.BytesIO(data), name))


def record(review: Case, ref: str) -> str:
    return review.record(ref).stage


def test_an_agency_from_download_to_receipt(app: Flask, review: Case, refs: list[str]) -> None:
    contact = signed_in(app, "agency_contact")
    assert "The open actions of Northmere Council" in contact.get("/sheets").text
    data = filled(given(contact, "/sheets/agency"), {refs[0]: ON_COURSE, refs[1]: DONE})
    address = upload(contact, data).headers["Location"]
    page = contact.get(address)
    assert "Nothing is recorded yet" in page.text and "Two of three teams are trained." in page.text
    assert "Report it complete" in page.text and record(review, refs[1]) == "agreed"
    done = contact.send(address, page)
    assert done.status_code == 302 and record(review, refs[1]) == "complete_claimed"
    receipt = contact.get(address).text
    assert "The workbook is taken in" in receipt and "6 cells were recorded" in receipt
    contact.send(address, page)
    assert len(review.record(refs[0]).facts["updates"]) == 1, "sent twice it is recorded once"
    assert "Recorded" in signed_in(app, "case_manager").get("/sheets").text


def test_a_conflict_is_chosen_on_the_page(app: Flask, review: Case, refs: list[str]) -> None:
    manager = signed_in(app, "case_manager")
    data = filled(given(manager), {refs[0]: {"progress": "From the workbook."}})
    review.act("record_update", {"progress": "From the page."}, ref=refs[0])
    address = upload(manager, data).headers["Location"]
    page = manager.get(address)
    assert "Changed here too" in page.text and "From the page." in page.text
    refused = manager.send(address, page)
    assert refused.status_code == 422 and "choose what counts" in refused.text
    manager.send(address, page, **{f"choice-{refs[0]}:progress": "mine"})
    assert [one["progress"] for one in review.record(refs[0]).facts["updates"]][-1] == "From the workbook."


def test_what_moved_meanwhile_is_shown_again(app: Flask, review: Case, refs: list[str]) -> None:
    manager = signed_in(app, "case_manager")
    address = upload(manager, filled(given(manager), {refs[0]: DONE})).headers["Location"]
    page = manager.get(address)
    review.act("report_obstacle", {"obstacle": "No room", "who_could_help": "The board"}, ref=refs[0])
    again = manager.send(address, page)
    assert again.status_code == 422 and "Something changed here since you looked" in again.text
    assert "Changed here too" in manager.get(address).text and record(review, refs[0]) == "blocked"


def test_files_that_are_not_taken_say_why(manager: Browser, review: Case, refs: list[str]) -> None:
    assert "Choose the workbook" in manager.send("/sheets").text
    answer = upload(manager, b"a,b\n", "a.csv")
    assert answer.status_code == 422 and "This is a CSV file" in answer.text
    foreign = openpyxl.Workbook()
    out = io.BytesIO()
    foreign.save(out)
    assert "was not given out here" in upload(manager, out.getvalue()).text


def test_an_agency_has_nothing_of_another(app: Flask, review: Case, refs: list[str]) -> None:
    contact, other = signed_in(app, "agency_contact"), signed_in(app, "other_agency_contact")
    assert other.get(f"/sheets/agency?body={COUNCIL}").status_code == 404
    assert other.send("/sheets/agency", contact.get("/sheets/agency"), body=COUNCIL).status_code in (400, 404)
    data = filled(given(contact), {refs[0]: ON_COURSE})
    assert "was given to somebody else" in upload(other, data).text
    address = upload(contact, data).headers["Location"]
    assert other.get(address).status_code == 404 and contact.get(address).status_code == 200
    assert contact.get(f"/sheets/plan/{review.ref}").status_code == 403
    assert signed_in(app, "auditor").get("/sheets").status_code == 403


def test_where_four_eyes_are_asked_for_the_lead_records_it(
    app: Flask, database: Database, review: Case, refs: list[str]
) -> None:
    with database.write() as session:
        home = session.scalars(sa.select(Partnership).where(Partnership.home.is_(True))).one()
        home.settings = {**home.settings, "agency_four_eyes": True}
    contact = signed_in(app, "agency_contact")
    address = upload(contact, filled(given(contact), {refs[0]: ON_COURSE})).headers["Location"]
    page = contact.get(address)
    assert "The lead of your organisation" in page.text and "Record these changes" not in page.text
    with database.read() as session:
        told = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message == "sign_off_wanted")).all()
    assert address in told[0].text and builders.address("agency_lead") in [one.recipient for one in told]
    assert contact.send(address, page).status_code == 409 and review.record(refs[0]).facts.get("updates") is None
    lead = signed_in(app, "agency_lead")
    assert address in lead.get("/sheets").text
    lead.send(address, lead.get(address))
    assert review.record(refs[0]).facts["updates"][0]["progress"] == ON_COURSE["progress"]
    _, values = review.events(refs[0])[-1]
    assert (values.after or {})["_written_by"] == "Lane Example"


def test_a_plan_goes_out(manager: Browser, review: Case, refs: list[str]) -> None:
    page = openpyxl.load_workbook(io.BytesIO(given(manager, f"/sheets/plan/{review.ref}")))["Actions"]
    assert [page.cell(row, 1).value for row in (4, 5)] == refs


def test_an_own_plan_page_by_page(manager: Browser, database: Database, review: Case) -> None:
    start = f"/own-plans/into/{review.ref}"
    assert "Choose the file" in manager.send(start).text
    answer = manager.send(start, None, file=(io.BytesIO(workbook()), "Anna's plan.xlsx"))
    columns = answer.headers["Location"]
    page = manager.get(columns)
    assert page.text.count("<select") == 2 + 7 and "5.1" in page.text
    facts = ("number", "recommendation", "action", "lead", "target", "status", "progress")
    matched = {f"fact-{index}": fact for index, fact in enumerate(facts)}
    wrong = manager.send(columns, page, **{**matched, "fact-2": ""}, scope="local", name="Old plan")
    assert wrong.status_code == 422 and "Choose the column with “Action to take”" in wrong.text
    words = manager.send(columns, page, **matched, scope="local", name="Old plan").headers["Location"]
    page = manager.get(words)
    assert "The Council" in page.text and "Atlantis" in page.text
    asked = {"word-0-0": COUNCIL, "word-1-0": "under_way", "word-1-1": "done", "word-1-2": "draft"}
    unsaid = manager.send(words, page, **asked)
    assert unsaid.status_code == 422 and "Choose what “Superseded” means" in unsaid.text
    preview = manager.send(words, page, **asked, **{"word-1-3": "leave"}).headers["Location"]
    page = manager.get(preview)
    assert "Nothing is recorded yet" in page.text and "“Atlantis” is no body known here" in page.text
    assert not review.opened("action")
    assert manager.send(preview, page).status_code == 302
    assert len(review.opened("action")) == 3
    manager.send(preview, page)
    assert len(review.opened("action")) == 3, "sent twice it is brought in once"
    assert "The plan is brought in" in manager.get(preview).text
    assert manager.get(columns).headers["Location"] == preview
    with database.read() as session:
        row = session.scalars(sa.select(SheetIn)).one()
        assert "Anna" not in str(row.preview)
    again = manager.send(start, None, file=(io.BytesIO(workbook()), "plan.xlsx")).headers["Location"]
    assert 'value="Old plan"' in manager.get(again).text
