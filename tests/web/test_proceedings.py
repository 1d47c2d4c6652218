"""The page of what runs beside a review: hearings, holds and dates, what is held back, what was disclosed."""

from __future__ import annotations

import io
from datetime import timedelta
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from flask import Flask

from dardr.storage.engine import Database
from tests.builders import Case, a_review, grant
from tests.web.conftest import NOW, Browser, application, dated, signed_in
from workflows.calendar import in_words
from workflows.definition import Role

TODAY = NOW[:10]
HELD_BACK = {
    "title": "One agency's records of 2024",
    "whose_information": "family",
    "held_by": "The trust's Caldicott guardian",
    "ground": "consent_refused",
    "who_decides": "person",
    "next_step": "Ask again after the trial.",
    "next_step_by": "2026-09-30",
}
MATERIAL = {
    "material": "=cmd|' /c calc'!A0",
    "material_version": "Draft 2",
    "material_dated": "2026-05-01",
    "asked_by": ["cps"],
}


def held_for_a_trial(database: Database) -> Case:
    """A review with a trial that moved twice, a hold placed for it that pauses returns, something held back, a line."""
    case = a_review(database, "evidence")
    case.act("request_returns", {"kind": "imr", "bodies": ["mereshire-nhs"]})
    case.act(
        "record_parallel_process",
        {"parallel_kind": "criminal", "parallel_status": "under_way", "parallel_contact": "Disclosure officer",
         "parallel_email": "disclosure@mereshire.example", "parallel_effect": "holds"},
    )  # fmt: skip
    trial = case.opened("proceeding")[0]
    window = {"hearing_kind": "trial", "hearing_from": "2026-06-01", "hearing_to": "2026-06-19",
              "hearing_standing": "tentative", "hearing_where": "Crown Court"}  # fmt: skip
    case.act("add_hearing", window, ref=trial)
    case.act(
        "place_hold",
        {"kind": "trial", "reason": "Witnesses are not met before it.", "asked_by": "cps", "proceeding": trial,
         "activities": ["family_interviews"], "clocks": ["imr_return"], "hold_told": ["chair"]},
    )  # fmt: skip
    for first, why in (("2026-09-07", "No court room."), ("2026-11-02", "An expert is awaited.")):
        case.today += timedelta(days=7)
        moved = {"hearing": "1", "hearing_from": first, "hearing_standing": "fixed", "moved_because": why}
        case.act("move_hearing", moved, ref=trial)
    case.act("record_held_back", HELD_BACK)
    case.act("record_disclosure", MATERIAL)
    return case


@pytest.fixture
def manager(either_database: Database, tmp_path: Path) -> Browser:
    return signed_in(application(either_database, tmp_path), "case_manager")


def test_the_page_says_what_runs_beside_what_waits_and_until_when(either_database: Database, manager: Browser) -> None:
    case = held_for_a_trial(either_database)
    page = manager.get(f"/reviews/{case.ref}/proceedings").text
    assert "2 dates have moved" in page
    assert "2 November 2026" in page and "1 to 19 June 2026" in page and "7 September 2026" in page
    assert page.index("No court room.") < page.index("An expert is awaited.")
    assert "Disclosure officer" in page and "disclosure@mereshire.example" in page
    assert "It was to be looked at again by" in page, "four weeks have passed, and nobody set a day"
    assert "Interviews with family" in page and "If it ran again from today" in page
    row = case.deadline("imr_return", ref=case.opened("agency-return")[0])
    assert row.due_on is None and f"/deadlines/{row.id}" in page
    receipt = manager.get(f"/records/{case.opened('agency-return')[0]}/deadlines/{row.id}").text
    assert "None while it is held. When it runs again, its reminders begin anew" in receipt
    moved = case.deadline("moved_date_followed_up", ref=case.opened("proceeding")[0])
    assert f"/deadlines/{moved.id}" in page, "from each date to its reminders"
    assert "Told of it" in page and "Not recorded as told: the family" in page
    assert "consent was refused" in page.lower() and "No sentence is written yet" in page
    assert "1 line, 1 to be decided" in page
    assert "<svg" in page and "trial window, 2 november 2026, fixed" in page.lower()
    for key in ("record_parallel_process", "place_hold", "record_held_back", "record_disclosure", "end_hold"):
        assert f"/records/{case.ref}/do/{key}" in page, key
    assert f"/records/{case.opened('proceeding')[0]}/do/record_follow_up" in page


def test_a_review_with_nothing_beside_it(either_database: Database, manager: Browser) -> None:
    case = a_review(either_database, "screening")
    page = manager.get(f"/reviews/{case.ref}/proceedings").text
    assert "Nothing is recorded as running beside this review" in page and "No hold is open" in page
    assert "<svg" not in page and "/do/record_held_back" not in page


def test_the_case_stays_editable_while_it_is_held(either_database: Database, manager: Browser) -> None:
    case = held_for_a_trial(either_database)
    for key, answers in (
        ("add_note", {"note": "Work goes on."}),
        ("record_early_learning", {"learning": "Letters went to an address that was not safe."}),
    ):
        sent = manager.send(f"/records/{case.ref}/do/{key}", None, **dated("_on", TODAY), **answers)
        assert sent.status_code == 303, key
    item = case.opened("agency-return")[0]
    came = {"known": "yes", "return_reference": "E-mail of today"}
    assert case.act("receive_return", came, ref=item).ref == item
    assert case.act("start_drafting", {"returns_set_aside_reason": "It waits for sign-off only."}).stage == "drafting"


def test_police_see_the_proceedings_and_holds_and_nothing_more(app: Flask, database: Database) -> None:
    case = held_for_a_trial(database)
    with database.write() as session:
        grant(session, "police_liaison", Role.POLICE_LIAISON, case.ref)
        grant(session, "communications", Role.COMMUNICATIONS, case.ref)
    police = signed_in(app, "police_liaison")
    assert f'"/reviews/{case.ref}/proceedings"' in police.get(f"/reviews/{case.ref}").text
    page = police.get(f"/reviews/{case.ref}/proceedings").text
    trial = case.opened("proceeding")[0]
    assert "2 November 2026" in page and "No court room." in page and "Witnesses are not met before it." in page
    assert HELD_BACK["title"] not in page and "Information held back" not in page and "Disclosure register" not in page
    assert f"/records/{trial}" not in page and case.opened("agency-return")[0] not in page
    assert police.get(f"/records/{trial}").status_code == 404
    assert police.get(f"/reviews/{case.ref}/disclosure").status_code == 403
    assert signed_in(app, "communications").get(f"/reviews/{case.ref}/proceedings").status_code in (403, 404)


def test_the_panel_sees_proceedings_and_neither_what_is_held_back_nor_the_register(
    app: Flask, database: Database
) -> None:
    case = held_for_a_trial(database)
    other = a_review(database, "evidence")
    with database.write() as session:
        grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
    panel = signed_in(app, "panel_member")
    page = panel.get(f"/reviews/{case.ref}/proceedings").text
    assert "2 November 2026" in page and "disclosure@mereshire.example" not in page
    assert HELD_BACK["title"] not in page and "Disclosure register" not in page and "/do/" not in page
    for address in (
        f"/records/{case.opened('held-back')[0]}",
        f"/records/{case.opened('disclosure')[0]}",
        f"/reviews/{case.ref}/disclosure",
        f"/reviews/{case.ref}/disclosure.csv",
        f"/reviews/{other.ref}/proceedings",
    ):
        assert panel.get(address).status_code in (403, 404), address
    whole = panel.get(f"/reviews/{case.ref}").text + panel.get(f"/reviews/{case.ref}/timeline?print=yes").text
    assert HELD_BACK["title"] not in whole and "Draft 2" not in whole and "Caldicott" not in whole
    assert HELD_BACK["title"] not in panel.get("/search?q=agency").text


def test_the_register_is_given_as_files_in_which_nothing_is_a_formula(
    either_database: Database, manager: Browser
) -> None:
    case = held_for_a_trial(either_database)
    line = case.opened("disclosure")[0]
    case.act(
        "record_shown",
        {"shown_to": ["cps"], "shown_extent": "part", "shown_on_authority": "+The chair's e-mail",
         "disclosure_decided_by": "chair"},
        ref=line,
    )  # fmt: skip
    page = manager.get(f"/reviews/{case.ref}/disclosure").text
    assert "Draft 2" in page and "1 May 2026" in page and "Crown Prosecution Service" in page
    assert "shown 7 May 2026" in page and "The independent chair. +The chair" in unescape(page)
    table = manager.get(f"/reviews/{case.ref}/disclosure.csv").data.decode("utf-8-sig").splitlines()
    assert table[0].startswith("Reference,Material,Version") and table[1].startswith(line)
    assert "'=cmd" in table[1] and "'+The chair's e-mail" in table[1]
    book = openpyxl.load_workbook(io.BytesIO(manager.get(f"/reviews/{case.ref}/disclosure.xlsx").data))
    (sheet,) = book.worksheets
    cells = list(sheet.iter_rows())[1]
    assert [cell.value for cell in cells[:3]] == [line, MATERIAL["material"], "Draft 2"]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}


@pytest.mark.parametrize(
    ("key", "answers", "field"),
    [
        ("record_disclosure", {"material": "Draft report", "asked_by": "cps"}, "material_version"),
        ("record_held_back", {name: value for name, value in HELD_BACK.items() if name != "ground"}, "ground"),
    ],
)
def test_what_is_needed_is_asked_for(
    either_database: Database, manager: Browser, key: str, answers: dict[str, str], field: str
) -> None:
    case = a_review(either_database, "evidence")
    given = {name: value for name, value in answers.items() if name != "next_step_by"}
    sent = manager.send(f"/records/{case.ref}/do/{key}", None, **dated("_on", TODAY), **given)
    assert sent.status_code == 422
    assert f'href="#{field}"' in sent.text and str(next(iter(answers.values()))) in unescape(sent.text)
    assert not case.opened("disclosure") and not case.opened("held-back")


# --- letters about a hold -------------------------------------------------------------------------------------


def letter(manager: Browser, ref: str, number: int, to: str) -> str:
    """What a letter says, its tables included."""
    answer = manager.get(f"/reviews/{ref}/holds/{number}/{to}.docx")
    assert answer.status_code == 200, to
    made = Document(io.BytesIO(answer.data))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in made.paragraphs), *cells])


def test_whom_a_hold_concerns_gets_a_letter_to_start_from_and_is_recorded_as_told(
    database: Database, app: Flask
) -> None:
    case = held_for_a_trial(database)
    hold, given, manager = case.holds()[0], case.opened("agency-return")[0], signed_in(app, "case_manager")
    page = manager.get(f"/reviews/{case.ref}/proceedings").text
    for to in ("chair", "panel", "asked-by", given):
        assert f"/reviews/{case.ref}/holds/{hold.id}/{to}.docx" in page, to
    assert "Not recorded as told: the family" in unescape(page)

    said = letter(manager, case.ref, hold.id, given)
    due = case.deadline("imr_return", ref=given)
    assert "Mereshire NHS Trust" in said and "criminal proceedings" in said and "paused; a new date follows" in said
    assert "Interviews with family, friends and staff who may be witnesses" in said.partition("What goes on")[0]
    assert "Panel meetings" in said.partition("What goes on")[2]
    assert "Please go on with your return" in said and due.held
    assert "The Crown Prosecution Service" in letter(manager, case.ref, hold.id, "asked-by")

    case.act("record_told_of_hold", {"hold": str(hold.id), "hold_told": ["family", "agencies"], "told_how": "Letters"})
    page = unescape(manager.get(f"/reviews/{case.ref}/proceedings").text)
    assert "Not recorded as told" not in page
    assert "The family, in the way agreed with them, " in page

    case.act("end_hold", {"hold": str(hold.id), "hold_outcome": "A verdict was given."})
    said = letter(manager, case.ref, hold.id, given)
    moved = case.deadline("imr_return", ref=given).due_on
    assert "the work that waited goes on" in said and "paused" not in said
    assert moved is not None and in_words(moved).partition(" ")[2] in said


def test_who_gets_no_letter_about_a_hold_and_who_makes_none(database: Database, app: Flask) -> None:
    case = held_for_a_trial(database)
    number, manager = case.holds()[0].id, signed_in(app, "case_manager")
    for to in ("family", "coroner", "DARDR-2026-999-R01", case.opened("proceeding")[0]):
        assert manager.get(f"/reviews/{case.ref}/holds/{number}/{to}.docx").status_code == 404, to
    assert manager.get(f"/reviews/{case.ref}/holds/{number + 7}/chair.docx").status_code == 404
    assert signed_in(app, "auditor").get(f"/reviews/{case.ref}/holds/{number}/chair.docx").status_code == 403
    with database.write() as session:
        grant(session, "police_liaison", Role.POLICE_LIAISON, case.ref)
    police = signed_in(app, "police_liaison")
    assert police.get(f"/reviews/{case.ref}/holds/{number}/chair.docx").status_code == 403
    assert "Letters to start from" not in police.get(f"/reviews/{case.ref}/proceedings").text


def test_it_is_for_reviews_alone(either_database: Database, manager: Browser) -> None:
    case = held_for_a_trial(either_database)
    assert manager.get(f"/reviews/{case.opened('proceeding')[0]}/proceedings").status_code == 404
