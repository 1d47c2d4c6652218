"""An administrator opens a review for a reason: for some hours, kept, and known to the team. And the two logs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from flask import Flask

from dardr.casework.admin_log import note_change
from dardr.storage.engine import Database
from dardr.systime import utc_now
from tests.builders import a_review, actor, grant
from tests.web.conftest import signed_in
from workflows.definition import Role

REASON = '=HYPERLINK("x") A fault on the page of returns has to be seen.'


def test_a_review_opens_for_hours_and_closes_again(
    app: Flask, database: Database, clock: Callable[[str], None]
) -> None:
    case = a_review(database, "evidence", display_pseudonym="Rowan 2023", person_name="Quintessa Unlikely")
    browser, path = signed_in(app, "administrator"), f"/reviews/{case.ref}/open-for-a-reason"
    refused = browser.get(f"/reviews/{case.ref}")
    assert refused.status_code == 404 and f'href="{path}"' in refused.text
    page = browser.get(path)
    assert "If there is a review" in page.text and "Rowan" not in page.text
    assert browser.send(path, reason="because").status_code == 422
    assert browser.get(f"/reviews/{case.ref}").status_code == 404
    assert browser.send(path, reason=REASON).headers["Location"] == f"/reviews/{case.ref}"
    assert "Rowan 2023" in browser.get(f"/reviews/{case.ref}").text
    assert browser.get(f"/reviews/{case.ref}/timeline").status_code == 200
    assert browser.get(f"/reviews/{case.ref}/people").status_code == 403
    assert browser.get(f"/records/{case.ref}/do/add_note").status_code == 403
    team = signed_in(app, "case_manager").get(f"/reviews/{case.ref}/access").text
    assert "Harper Example" in team and "A fault on the page of returns" in team and "open until" in team
    clock("2026-08-03T16:59")
    browser = signed_in(app, "administrator")
    assert browser.get(f"/reviews/{case.ref}").status_code == 200
    clock("2026-08-03T17:00")
    assert browser.get(f"/reviews/{case.ref}").status_code == 404


def test_one_that_is_not_there_reads_the_same_and_is_kept(app: Flask, database: Database) -> None:
    browser = signed_in(app, "administrator")
    answer = browser.send("/reviews/DARDR-1999-001/open-for-a-reason", reason=REASON)
    assert answer.headers["Location"] == "/reviews/DARDR-1999-001"
    refused = browser.get("/reviews/DARDR-1999-001")
    assert refused.status_code == 404 and "/reviews/DARDR-1999-001/open-for-a-reason" in refused.text
    assert "open-for-a-reason" not in signed_in(app, "case_manager").get("/reviews/DARDR-1999-001").text
    assert "DARDR-1999-001" in signed_in(app, "auditor").get("/care/changes?what=case_asked_for").text


def test_only_an_administrator_opens_one(app: Flask, database: Database) -> None:
    case = a_review(database, "screening")
    for person in ("case_manager", "auditor", "csp_member"):
        assert signed_in(app, person).get(f"/reviews/{case.ref}/open-for-a-reason").status_code == 403


def test_the_log_of_reads_is_filtered_and_comes_as_a_file(app: Flask, database: Database) -> None:
    first, second = a_review(database, "evidence"), a_review(database, "evidence")
    case_manager = signed_in(app, "case_manager")
    for case in (first, second):
        case_manager.get(f"/reviews/{case.ref}/people")
    signed_in(app, "administrator").send(f"/reviews/{first.ref}/open-for-a-reason", reason=REASON)
    auditor = signed_in(app, "auditor")
    page = auditor.get("/care/reads").text
    assert page.index("Harper Example</th>") < page.index("Alex Example</th>"), "newest first"
    of_one = auditor.get(f"/care/reads?ref={second.ref.lower()}").text
    assert "Alex Example</th>" in of_one and "Harper Example</th>" not in of_one
    lines = list(csv.reader(io.StringIO(auditor.get("/care/reads.csv?what=opened").data.decode("utf-8-sig"))))
    assert [line[1] for line in lines] == ["Who", "Harper Example"]
    assert lines[1][4].startswith("'="), "no cell that a spreadsheet would run"
    assert auditor.get("/care/reads?person=99999999999999&what=none&page=x").status_code == 200
    assert signed_in(app, "team_manager").get("/care/reads").status_code == 200
    for person in ("case_manager", "administrator", "independent_chair"):
        with database.write() as session:
            grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, first.ref)
        assert signed_in(app, person).get("/care/reads").status_code == 403


def test_the_log_of_reads_shows_no_review_hidden_from_its_reader(app: Flask, database: Database) -> None:
    case = a_review(database, "evidence")
    signed_in(app, "case_manager").get(f"/reviews/{case.ref}/people")
    manager = signed_in(app, "team_manager")
    assert case.ref in manager.get("/care/reads").text
    manager.send(f"/reviews/{case.ref}/access/conflict", person="team.manager@mereshire.example", reason="Related.")
    manager.get("/")  # says once that it was recorded
    assert case.ref not in manager.get("/care/reads").text
    assert case.ref not in manager.get("/care/reads.csv").text


def test_the_log_of_changes_keeps_reasons_about_a_case_from_administrators(app: Flask, database: Database) -> None:
    case = a_review(database, "evidence")
    with database.write() as session:
        administrator = actor(session, "administrator")
        note_change(session, utc_now(), administrator, "role_given", "Kit Example", {"reason": "New"})
    path = f"/reviews/{case.ref}/access/conflict"
    signed_in(app, "case_manager").send(path, person="auditor@mereshire.example", reason="The neighbour of a witness.")
    page = signed_in(app, "administrator").get("/care/changes").text
    assert "Conflict recorded: Gray Example" in page and "neighbour" not in page
    assert "reason: New" in page
    assert "neighbour" in signed_in(app, "auditor").get("/care/changes").text
    assert signed_in(app, "team_manager").get("/care/changes").status_code == 403
