"""The pages of a report and of its rounds: who sees what, answers to several comments at once, files to take away."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from dardr.casework.files import FileGiven
from dardr.casework.word_comments import read_word
from dardr.storage.bodies import Body
from dardr.storage.engine import Database
from dardr.storage.people import User
from tests import builders
from tests.builders import Case
from tests.web.conftest import Browser, dated, signed_in
from tests.word_files import REPORT, a_copy, a_report, gone, ins, noted, run
from workflows.definition import Role

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SEEN = " and recorded no question about safety at home."
FORMULA = '=HYPERLINK("https://example.org","x")'


TODAY = dated("_on", "2026-08-03")


def word(content: bytes) -> FileGiven:
    return FileGiven("draft.docx", content, WORD)


@pytest.fixture
def case(database: Database) -> Case:
    """A review whose first version is out for comments with three readers; two have answered."""
    found = builders.a_review(database, "drafting", on=date(2026, 3, 2))
    found.today = date(2026, 8, 1)
    found.act("record_version", {"version": "1", "what_for": "panel", "document": word(a_report())})
    found.act(
        "send_for_comments",
        {
            "version": "1",
            "title": "The panel, version 1",
            "readers": ["mereshire-police", "mereshire-nhs", "northmere-council"],
            "closes_on": "2026-08-20",
        },
    )
    copy = a_copy(
        {
            4: run("2.1 The trust saw her ") + gone("Ann", "twice") + ins("Ben", FORMULA) + run(SEEN),
            6: noted(0, "2.3 Nobody asked") + run(" the children."),
        },
        {0: ("Ann", "Was <b>anybody</b> asked?")},
    )  # fmt: skip
    first, second, _ = found.opened("comment-request")
    found.act("give_word_comments", {"word_file": word(copy)}, ref=first)
    found.act("enter_comments", {"came_by": "email", "pasted": f"2.1: {FORMULA}\n\nThank you."}, ref=second)
    return found


def the_round(case: Case) -> str:
    return case.opened("comment-round")[0]


def test_the_report_says_where_each_version_stands(manager: Browser, case: Case) -> None:
    case.act("give_draft_to_family", {"version": "1", "given_how": "meeting", "reading_support": "Kept to the family"})
    page = manager.get(f"/reviews/{case.ref}/report")
    assert page.status_code == 200
    assert "Version 1" in page.text and "2 with comments, 1 not heard from yet" in page.text
    assert "Being read" in page.text and "Kept to the family" not in page.text
    assert "The panel, version 1: still open." in page.text
    assert f'href="/records/{the_round(case)}/comments"' in page.text


def test_the_table_keeps_what_belongs_together_and_escapes_it(manager: Browser, case: Case) -> None:
    page = manager.get(f"/records/{the_round(case)}/comments")
    assert page.status_code == 200
    after = page.text.split("Paragraph 5, What agencies knew")[1].split("</table>")[0]
    assert "Mereshire Police" in after and "Mereshire NHS Trust" in after
    assert "Was &lt;b&gt;anybody&lt;/b&gt; asked?" in page.text and "<b>anybody" not in page.text
    assert '<del class="dardr-out"><span class="govuk-visually-hidden">Take out: </span>twice</del>' in page.text
    only = manager.get(f"/records/{the_round(case)}/comments?show=for_panel")
    assert "Nothing to show here." in only.text


def test_several_comments_are_answered_at_once_and_one_again(manager: Browser, case: Case) -> None:
    ref = the_round(case)
    both = f"/records/{ref}/answer?comments=CQ01-1&comments=CQ01-2"
    asked = manager.get(both)
    assert "Answer 2 comments" in asked.text and "Was &lt;b&gt;anybody" not in asked.text
    refused = manager.send(f"/records/{ref}/answer", asked, comments=["CQ01-1", "CQ01-2"], answer="not_accepted")
    assert refused.status_code == 422 and "why not" in refused.text and "Answer 2 comments" in refused.text
    done = manager.send(
        f"/records/{ref}/answer",
        asked,
        comments=["CQ01-1", "CQ01-2"],
        answer="partly",
        answer_how="The notes say three.",
    )
    assert done.status_code == 303 and done.location.endswith("/comments#c-CQ01-2")
    again = manager.get(f"/records/{ref}/answer?comments=CQ01-1")
    assert "Answered before: Accepted in part. “The notes say three.”" in again.text
    manager.send(f"/records/{ref}/answer", again, comments="CQ01-1", answer="accepted")
    page = manager.get(f"/records/{ref}/comments")
    assert "answered 2 times, this counts" in page.text
    assert "2 with an answer, 3 without" in page.text


def test_an_answer_to_a_changed_round_is_not_lost(manager: Browser, case: Case) -> None:
    ref = the_round(case)
    asked = manager.get(f"/records/{ref}/answer?comments=CQ01-1")
    case.act("answer_comments", {"comments": ["CQ01-2"], "answer": "accepted"}, ref=ref)
    answer = manager.send(
        f"/records/{ref}/answer", asked, comments="CQ01-1", answer="partly", answer_how="Typed words."
    )
    assert answer.status_code == 409 and "has changed since you opened it" in answer.text
    assert "Typed words." in answer.text


def test_nothing_ticked_leads_back(manager: Browser, case: Case) -> None:
    answer = manager.get(f"/records/{the_round(case)}/answer")
    assert answer.status_code == 303
    assert "Tick the comments" in manager.get(f"/records/{the_round(case)}/comments").text
    case.act("excuse_reader", {"excused_reason": "left"}, ref=case.opened("comment-request")[2])
    case.act("close_round", {"unanswered_reason": "At the meeting."}, ref=the_round(case))
    assert manager.get(f"/records/{the_round(case)}/answer?comments=CQ01-1").status_code == 303
    assert "This round is not open." in manager.get(f"/records/{the_round(case)}/comments").text


def test_no_cell_of_the_workbook_is_a_formula(manager: Browser, case: Case) -> None:
    answer = manager.get(f"/records/{the_round(case)}/comments.xlsx")
    called = f"{the_round(case)}-comments-OFFICIAL-SENSITIVE.xlsx"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{called}"'
    sheet: Any = load_workbook(io.BytesIO(answer.data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.data_type for cell in cells if str(cell.value).startswith("=")] == ["s", "s"]
    assert sheet.max_row == 6, "the headings and five lines"


def test_the_table_as_a_word_file(manager: Browser, case: Case) -> None:
    answer = manager.get(f"/records/{the_round(case)}/comments.docx")
    document = Document(io.BytesIO(answer.data))
    words = "\n".join([p.text for p in document.paragraphs] + [c.text for t in document.tables for c in t._cells])
    for said in ("Paragraph 5, What agencies knew", "Take out: “twice”", "Thank you.", "No answer yet", REPORT[6][1]):
        assert said in words
    assert document.sections[0].header.paragraphs[0].text == "OFFICIAL-SENSITIVE"


# --- who sees what ------------------------------------------------------------------------------------------


def sits_on_the_panel(database: Database, case: Case) -> None:
    """The panel member, from the council, which was asked and has not answered."""
    with database.write() as session:
        builders.grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
        council = session.scalar(sa.select(Body.id).where(Body.key == "northmere-council"))
        session.execute(sa.update(User).where(User.email == builders.address("panel_member")).values(body_id=council))


def test_a_panel_member_sees_their_own_until_the_round_is_closed(app: Flask, database: Database, case: Case) -> None:
    sits_on_the_panel(database, case)
    ref = the_round(case)
    own = case.opened("comment-request")[2]
    browser = signed_in(app, "panel_member")
    assert "Asked for comments, and not heard from yet" in browser.get(f"/reviews/{case.ref}/report").text
    assert browser.get(f"/records/{case.opened('comment-request')[0]}").status_code == 404
    given = browser.send(f"/records/{own}/do/give_comment", comment="Of the council.", where="2.3", **TODAY)
    assert given.status_code == 303 and given.location.endswith(f"/records/{own}/comments")
    page = browser.get(f"/records/{ref}/comments").text
    assert "Of the council." in page and "Thank you." not in page and "You see the comments of your own" in page
    assert browser.get(f"/records/{ref}/answer?comments=CQ03-1").status_code == 403
    everything = ["CQ01-1", "CQ01-2", "CQ01-3", "CQ02-1", "CQ02-2", "CQ03-1"]
    case.act(
        "answer_comments", {"comments": everything, "answer": "partly", "answer_how": "Weighed with care."}, ref=ref
    )
    assert "Weighed with care." not in browser.get(f"/records/{ref}/comments").text
    assert "Weighed with care." not in browser.get(f"/records/{ref}").text, "nor on its first page"
    assert "Weighed with care." not in browser.get(f"/records/{ref}/timeline").text
    case.act("close_round", ref=ref)
    page = browser.get(f"/records/{ref}/comments").text
    assert "Thank you." in page and "Weighed with care." in page


def test_a_reader_of_an_agency_reads_the_version_and_gives_comments(app: Flask, case: Case) -> None:
    own = case.opened("comment-request")[2]
    browser = signed_in(app, "agency_contact")
    page = browser.get(f"/records/{own}/comments")
    assert page.status_code == 200 and f"/records/{own}/version" in page.text
    assert f"/reviews/{case.ref}" not in page.text, "the review is not theirs to see"
    version = browser.get(f"/records/{own}/version")
    assert read_word(version.data).paragraphs[6].text == REPORT[6][1]
    assert version.headers["Content-Disposition"].endswith('-OFFICIAL-SENSITIVE.docx"')
    assert version.headers["X-Protective-Marking"] == "OFFICIAL-SENSITIVE"
    assert browser.get(f"/records/{the_round(case)}/comments").status_code == 404
    assert browser.get(f"/records/{case.opened('comment-request')[0]}/version").status_code == 404
    copy = a_copy({2: run(REPORT[2][1]) + ins("Noor", " Five times.")})
    answer = browser.send(
        f"/records/{own}/do/give_word_comments", word_file=(io.BytesIO(copy), "draft with comments.docx", WORD), **TODAY
    )
    assert answer.status_code == 303
    assert "Five times." in browser.get(f"/records/{own}/comments").text


def test_a_file_without_comments_is_asked_about_on_the_form(app: Flask, case: Case) -> None:
    own = case.opened("comment-request")[2]
    browser = signed_in(app, "agency_contact")
    empty = (io.BytesIO(a_report()), "a.docx", WORD)
    answer = browser.send(f"/records/{own}/do/give_word_comments", word_file=empty, **TODAY)
    assert answer.status_code == 422
    assert "There are no comments and no tracked changes in this file." in answer.text


def test_whoever_lists_files_saves_no_version(app: Flask, case: Case) -> None:
    assert signed_in(app, "auditor").get(f"/records/{the_round(case)}/version").status_code == 403


def test_late_readers_are_shown(manager: Browser, case: Case, clock: Callable[[str], None]) -> None:
    clock("2026-08-25T09:00")
    manager = Browser(manager.client)
    manager.sign_in("case_manager")
    page = manager.get(f"/records/{the_round(case)}/comments")
    assert "Asked for comments <span" in page.text and ">late<" in page.text
    assert "1 late" in manager.get(f"/reviews/{case.ref}/report").text


def test_what_is_no_round_has_no_table(manager: Browser, case: Case) -> None:
    assert manager.get(f"/records/{case.ref}/comments").status_code == 404
    assert manager.get(f"/reviews/{the_round(case)}/report").status_code == 404
