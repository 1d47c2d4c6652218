"""The pages of somebody who sees a part of a review, and of an auditor, who sees which files there are."""

from __future__ import annotations

import pytest
from flask import Flask

from dardr.casework.files import FileGiven
from dardr.storage.engine import Database
from tests.builders import Case, a_review, grant
from tests.web.conftest import dated, signed_in
from workflows.definition import Role

TODAY = "2026-08-03"
OF_THE_TEAM = "A note of the team alone."
REFUSED = ("decision", "waiting", "brief", "files", "people")


@pytest.fixture
def case(database: Database) -> Case:
    case = a_review(database, "pre_publication", display_pseudonym="Willow 2025", circumstances="At home.")
    with database.write() as session:
        grant(session, "police_liaison", Role.POLICE_LIAISON, case.ref)
        grant(session, "communications", Role.COMMUNICATIONS, case.ref)
    hold = {"kind": "trial", "reason": "The trial is listed.", "asked_by": "cps", "activities": ["publication"]}
    case.act("place_hold", hold)
    case.act("add_note", {"note": OF_THE_TEAM})
    case.act("record_communications_plan", {"communications_plan": "A quiet page."})
    return case


@pytest.mark.parametrize(
    ("person", "shown", "hidden"),
    [
        ("police_liaison", "The trial is listed.", "A quiet page."),
        ("communications", "A quiet page.", "The trial is listed."),
    ],
)
def test_the_page_shows_the_part_and_leads_nowhere_else(
    app: Flask, case: Case, person: str, shown: str, hidden: str
) -> None:
    browser = signed_in(app, person)
    page = browser.get(f"/reviews/{case.ref}").text
    assert shown in page and hidden not in page and OF_THE_TEAM not in page and "At home." not in page
    for name in REFUSED:
        address = f"/reviews/{case.ref}/{name}"
        assert f'"{address}"' not in page
        assert browser.get(address).status_code in (403, 404), address
    listed = browser.get("/reviews").text
    assert case.ref in listed and "Reviews of which your role shows a part" in listed
    assert case.ref not in browser.get("/reviews.csv").text
    assert case.ref not in browser.get("/search?q=trial").text
    assert case.ref not in browser.get("/deadlines").text


def test_police_record_what_is_theirs_and_read_it(app: Flask, case: Case) -> None:
    police = signed_in(app, "police_liaison")
    path = f"/records/{case.ref}/do/record_parallel_process"
    answer = police.send(path, **dated("_on", TODAY), parallel_kind="inquest", parallel_status="under_way")
    assert answer.status_code == 303, answer.text
    assert "Recorded: Record a parallel process." in police.get(answer.headers["Location"]).text
    timeline = police.get(f"/reviews/{case.ref}/timeline").text
    assert "Record a parallel process" in timeline and OF_THE_TEAM not in timeline and "E-mails" not in timeline
    assert police.get(f"/reviews/{case.ref}/documents").status_code == 403


def test_communications_read_no_timeline_and_reach_the_documents(app: Flask, case: Case) -> None:
    press = signed_in(app, "communications")
    assert press.get(f"/reviews/{case.ref}/timeline").status_code == 403
    assert press.get(f"/reviews/{case.ref}/documents").status_code == 200
    assert press.get(f"/reviews/{case.ref}/documents/decision_notice.docx").status_code == 403


def test_what_changed_meanwhile_tells_nothing_of_the_rest(app: Flask, case: Case) -> None:
    police, manager = signed_in(app, "police_liaison"), signed_in(app, "case_manager")
    path = f"/records/{case.ref}/do/record_parallel_process"
    before = police.get(path)
    manager.send(f"/records/{case.ref}/do/add_note", **dated("_on", TODAY), note="Another.")
    late = police.send(path, before, **dated("_on", TODAY), parallel_kind="inquest", parallel_status="under_way")
    assert late.status_code == 409
    assert "Something that belongs to this record was changed." in late.text
    assert "Alex Example" not in late.text


def test_somebody_who_sees_a_part_can_still_say_that_they_have_a_conflict(app: Flask, case: Case) -> None:
    police = signed_in(app, "police_liaison")
    page = police.get(f"/reviews/{case.ref}/access")
    assert page.status_code == 200 and "Who sees this review" not in page.text
    sent = police.send(f"/reviews/{case.ref}/access/conflict", reason="Worked on the case")
    assert sent.status_code in (302, 303)
    assert police.get(f"/reviews/{case.ref}").status_code == 404


def test_what_is_not_theirs_to_do_is_refused_before_answers_are_read(app: Flask, case: Case) -> None:
    police = signed_in(app, "police_liaison")
    page = police.get(f"/records/{case.ref}/do/record_parallel_process")
    answer = police.send(f"/records/{case.ref}/do/place_hold", page)
    assert answer.status_code == 403
    assert "is for other roles than yours" in answer.text


def test_an_auditor_lists_files_and_opens_none(app: Flask, database: Database) -> None:
    case = a_review(database, "evidence")
    case.act("request_returns", {"bodies": ["northmere-council"], "kind": "imr"})
    item = case.opened("agency-return")[0]
    given = FileGiven("letter.txt", b"A fictional letter.", "text/plain")
    case.act("receive_return", {"known": "yes", "return_reference": "E-mail", "return_file": given}, ref=item)
    auditor, manager = signed_in(app, "auditor"), signed_in(app, "case_manager")
    listed = auditor.get(f"/records/{item}/files")
    assert listed.status_code == 200
    assert "File 1" in listed.text and f"/records/{item}/files/1" not in listed.text
    assert "Your role shows which files there are" in listed.text
    assert auditor.get(f"/records/{item}/files/1").status_code == 403
    assert f"/records/{item}/files/1" not in auditor.get(f"/records/{item}/timeline").text
    assert f'/records/{item}/files/1"' in manager.get(f"/records/{item}/files").text
    assert manager.get(f"/records/{item}/files/1").data == b"A fictional letter."
