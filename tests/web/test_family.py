"""The pages of the family: one card for each branch, few readers, letters and updates that a person gives."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask

from dardr.casework.conflicts import record_conflict
from dardr.storage.engine import Database
from dardr.storage.reading import ReadEvent
from notifications.document import CONTENT_NOTE
from tests import builders
from tests.builders import Case, a_review
from tests.casework.test_family import CONFIRMED, CONTACT, TOLD, a_branch, taking_part
from tests.web.conftest import Browser, dated, signed_in
from workflows.calendar import in_words
from workflows.definition import Role

SIDE = "Branch 1: mother"
"""In the title of the first branch, as it stands in a page."""


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "drafting", on=builders.START)


def test_a_branch_is_added_with_what_was_typed_kept_when_something_is_wrong(manager: Browser, case: Case) -> None:
    page = manager.get(f"/reviews/{case.ref}/family")
    assert "No branch of the family is recorded yet" in page.text
    address = f"/reviews/{case.ref}/family/add"
    wrong = manager.send(address, contact_name="Robin Sample", **dated("added_on", "2026-08-03"))
    assert wrong.status_code == 422
    assert "Robin Sample" in wrong.text and "What is this branch called here?" in wrong.text
    form = manager.get(address)
    sent = manager.send(
        address, form, title="Branch 1: mother", contact_name="Robin Sample", safe_never="Leave a message",
        **dated("added_on", "2026-08-03"),
    )  # fmt: skip
    again = manager.send(
        address, form, title="Branch 1: mother", contact_name="Robin Sample", **dated("added_on", "2026-08-03")
    )
    assert sent.status_code == again.status_code == 303
    assert case.opened("family-branch") == [f"{case.ref}-FB01"]
    shown = manager.get(sent.headers["Location"])
    assert "Leave a message" in shown.text and "Robin Sample" in shown.text
    assert shown.text.index("Leave a message") < shown.text.index("Robin Sample")
    assert "Nothing may be prepared" in shown.text


def test_each_reading_of_the_page_is_kept(database: Database, manager: Browser, case: Case) -> None:
    ref = taking_part(case)
    manager.get(f"/reviews/{case.ref}/family")
    manager.get(f"/family/{ref}")
    with database.read() as session:
        kept = session.execute(sa.select(ReadEvent.what, ReadEvent.detail, ReadEvent.user_name)).all()
    assert [(what, detail) for what, detail, _ in kept] == [
        ("family", "page of the family"), ("family", "one branch (FB01)"),
    ]  # fmt: skip
    assert {name for _, _, name in kept} == {"Alex Example"}


def test_nothing_of_one_branch_is_on_the_page_of_another(manager: Browser, case: Case) -> None:
    first = taking_part(case)
    second = a_branch(case, "Branch 2: a friend", contact_name="Sky Sample")
    case.act("give_update", {**TOLD, "update_text": "What only the first was told."}, ref=first)
    case.act(
        "record_contact", {"branch_contact": "call", "given_by": "chair", "contact_words": "Said by Sky"}, ref=second
    )
    one, other = manager.get(f"/family/{first}").text, manager.get(f"/family/{second}").text
    assert "What only the first was told." in one and "Robin Sample" in one and "Said by Sky" not in one
    assert "Said by Sky" in other and "What only the first was told." not in other
    for said in ("Robin Sample", "mother", f"{first}"):
        assert said not in other
    both = manager.get(f"/reviews/{case.ref}/family").text
    assert "Robin Sample" in both and "Sky Sample" in both


OTHERS = (
    "deciding_chair", "auditor", "panel_member", "police_liaison", "communications", "steering_member", "csp_member",
    "agency_contact", "agency_lead", "administrator",
)  # fmt: skip


@pytest.mark.parametrize("person", OTHERS)
def test_nobody_else_sees_anything_of_it(app: Flask, database: Database, case: Case, person: str) -> None:
    ref = taking_part(case)
    case.act("add_note", {"note": "Lilac is a word of this note."}, ref=ref)
    case.act("prepare_letter", {"letter_about": "first"}, ref=ref)
    if person in ("panel_member", "police_liaison", "communications"):
        with database.write() as session:
            builders.grant(session, person, Role(person), case.ref)
    case.today += timedelta(weeks=7)
    browser = signed_in(app, person)
    number = case.record(ref).facts["letters_prepared"][-1]["seq"]
    for address in (
        f"/records/{ref}", f"/records/{ref}/timeline", f"/records/{ref}/files", f"/records/{ref}/do/give_update",
    ):  # fmt: skip
        assert browser.get(address).status_code == 404, address
    for address in (f"/reviews/{case.ref}/family", f"/family/{ref}", f"/family/{ref}/letters/{number}.docx"):
        assert browser.get(address).status_code in (403, 404), address
    for address in (
        "/", "/reviews", f"/reviews/{case.ref}", f"/reviews/{case.ref}/timeline", f"/reviews/{case.ref}/waiting",
        f"/reviews/{case.ref}/files", f"/reviews/{case.ref}/brief", "/brief", "/deadlines", "/search?q=Lilac",
        "/reviews.csv",
        "/deadlines.csv",
        "/reports",
        f"/records/{case.ref}/dates",
        f"/records/{case.ref}/items",
        f"/search?q={ref}", "/search?q=mother", "/administration/reads", f"/reviews/{case.ref}/access",
    ):  # fmt: skip
        page = browser.get(address)
        for said in (SIDE, f"{ref}<", "Lilac is", "Robin", "Next update to the family"):
            assert said not in page.text, (address, said)


def test_somebody_with_a_conflict_of_interest_sees_no_more_of_the_family(
    app: Flask, database: Database, case: Case
) -> None:
    ref = taking_part(case)
    with database.write() as session:
        manager = builders.actor(session, "team_manager")
        person = builders.address("second_case_manager")
        record_conflict(session, manager, builders.at_ten(case.today), case.ref, "A friend of the family.", person)
    browser = signed_in(app, "second_case_manager")
    for address in (f"/family/{ref}", f"/reviews/{case.ref}/family", f"/records/{ref}"):
        assert browser.get(address).status_code == 404


def test_the_chair_sees_it_and_has_a_tab(app: Flask, database: Database, case: Case) -> None:
    ref = taking_part(case)
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    browser = signed_in(app, "independent_chair")
    assert "Family (restricted)" in browser.get(f"/reviews/{case.ref}").text
    assert "Robin Sample" in browser.get(f"/family/{ref}").text


# --- letters ----------------------------------------------------------------------------------------------


def test_a_letter_is_a_word_file_to_the_confirmed_recipient(manager: Browser, case: Case) -> None:
    ref = taking_part(case)
    case.act("prepare_letter", {"letter_about": "first"}, ref=ref)
    number = case.record(ref).facts["letters_prepared"][-1]["seq"]
    answer = manager.get(f"/family/{ref}/letters/{number}.docx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{ref}-letter-{number}.docx"'
    words = [p.text for p in Document(io.BytesIO(answer.data)).paragraphs]
    assert "Dear Robin Sample" in words and "1 Sample Street" in words
    assert any("decide whether to take part" in text for text in words)
    assert not any("mother" in text or "OFFICIAL" in text for text in words)
    case.act("prepare_letter", {"letter_about": "update"}, ref=ref)
    number = case.record(ref).facts["letters_prepared"][-1]["seq"]
    file = manager.get(f"/family/{ref}/letters/{number}.docx").data
    words = [p.text for p in Document(io.BytesIO(file)).paragraphs]
    assert "How the review goes" in words and "Where the review is: The report is being written." in words
    assert "- The chair and the panel agreed what the review will look at." in words
    assert not any("decide whether to take part" in text for text in words), "they have chosen"


@pytest.mark.parametrize(
    ("action", "values", "said"),
    [
        ("change_contact", {"contact_address": "2 Sample Street"}, "Confirm the recipient again"),
        ("record_no_contact", {"no_contact_how_long": "open"}, "asked not to be contacted"),
        ("record_withdrawal", {}, "Nothing more is prepared"),
    ],
)
def test_a_letter_prepared_before_is_not_made_again_after_such_a_change(
    manager: Browser, case: Case, action: str, values: dict[str, str], said: str
) -> None:
    ref = taking_part(case)
    case.act("prepare_letter", {"letter_about": "first"}, ref=ref)
    number = case.record(ref).facts["letters_prepared"][-1]["seq"]
    case.act(action, values, ref=ref)
    answer = manager.get(f"/family/{ref}/letters/{number}.docx")
    assert answer.status_code == 409 and said in answer.text
    page = manager.get(f"/family/{ref}").text
    assert f"letters/{number}.docx" not in page


def test_a_letter_to_nobody_confirmed_is_not_prepared_from_the_page(manager: Browser, case: Case) -> None:
    ref = a_branch(case, **CONTACT)
    page = manager.get(f"/records/{ref}/do/prepare_letter")
    assert "Confirm the recipient first" in page.text and '<form method="post" novalidate>' not in page.text
    assert manager.get(f"/family/{ref}/letters/1.docx").status_code == 404


def test_a_letter_goes_to_the_advocate_where_they_chose_that(manager: Browser, case: Case) -> None:
    ref = taking_part(case)
    case.act(
        "record_advocate",
        {
            "advocate": "has_one",
            "advocate_organisation": "Lantern (fictional)",
            "advocate_contact": "The Old Mill",
            "letters_to": "advocate",
        },
        ref=ref,
    )
    case.act("confirm_recipient", CONFIRMED, ref=ref)
    case.act("prepare_letter", {"letter_about": "reading"}, ref=ref)
    number = case.record(ref).facts["letters_prepared"][-1]["seq"]
    file = manager.get(f"/family/{ref}/letters/{number}.docx").data
    words = [p.text for p in Document(io.BytesIO(file)).paragraphs]
    assert "by way of Lantern (fictional)" in words and "The Old Mill" in words
    assert "1 Sample Street" not in words
    assert any("there is no date by which you must have read it" in text for text in words)


# --- updates ----------------------------------------------------------------------------------------------


def test_an_update_is_drafted_from_the_record_changed_and_given(manager: Browser, case: Case) -> None:
    ref = taking_part(case, update_how=["call"])
    case.act("record_safe_contact", {"safe_never": "Ring in the evening"}, ref=ref)
    case.act("record_dates_to_avoid", {"dates_to_avoid": ["5 August: birthday"]}, ref=ref)
    page = manager.get(f"/records/{ref}/do/give_update")
    assert "Where the review is: The report is being written." in page.text
    assert "The chair and the panel agreed what the review will look at." in page.text
    assert "Robin" not in page.text and "Oakley" not in page.text
    assert "Ring in the evening" in page.text
    sent = manager.send(
        f"/records/{ref}/do/give_update", page, update_text="Changed by a person.", update_given_how="call",
        given_by="case_manager", **dated("_on", "2026-08-03"),
    )  # fmt: skip
    assert "Why in this week?" in page.text and "5 August (birthday)" in page.text
    assert sent.status_code == 422 and "In the week of 3 August 2026 there is a day to be careful about" in sent.text
    sent = manager.send(
        f"/records/{ref}/do/give_update", sent, update_text="Changed by a person.", update_given_how="call",
        given_by="case_manager", careful_because="They rang us", **dated("_on", "2026-08-03"),
    )  # fmt: skip
    assert sent.status_code == 303 and sent.headers["Location"].endswith(f"/family/{ref}")
    shown = manager.get(f"/family/{ref}").text
    assert "3 August 2026 is near a day to be careful about: 5 August (birthday)" in shown
    assert "They rang us" in shown
    assert "Changed by a person." in shown and "Monday 14 September 2026" in shown
    row = case.deadline("family_update", ref=ref)
    assert row.due_on is not None and row.due_on.isoformat() == "2026-09-14"
    again = manager.get(f"/records/{ref}/do/give_update").text
    assert "Since we were last in touch on 3 August 2026" in again or "Nothing has happened" in again
    assert "agreed what the review will look at" not in again


def test_an_update_past_its_day_is_on_the_case_managers_own_page(manager: Browser, case: Case) -> None:
    ref = taking_part(case)
    page = manager.get("/").text
    assert "Next update to the family: Branch 1" in page and f"/records/{ref}/do/give_update" in page


def test_an_update_that_the_chair_gives_is_on_the_chairs_own_page(
    app: Flask, database: Database, manager: Browser, case: Case
) -> None:
    ref = taking_part(case)
    with database.write() as session:
        builders.grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    case.act("agree_rhythm", {"updates_by": "chair"}, ref=ref)
    theirs = signed_in(app, "independent_chair").get("/").text
    assert "Next update to the family, by the chair: Branch 1" in theirs and f"/records/{ref}/do/give_update" in theirs
    assert f"/records/{ref}/do/give_update" not in manager.get("/").text.split("Waiting for others")[0]


def test_the_brief_tells_the_last_and_the_next_contact_to_those_who_may_know(
    app: Flask, manager: Browser, case: Case
) -> None:
    ref = taking_part(case)
    case.act("record_contact", {"branch_contact": "visit", "given_by": "chair"}, ref=ref)
    brief = manager.get(f"/reviews/{case.ref}/brief").text
    assert "A visit" in brief and "Next update to the family" in brief
    assert "A visit" not in signed_in(app, "deciding_chair").get(f"/reviews/{case.ref}/brief").text


def test_comments_are_shown_with_what_changed(manager: Browser, case: Case) -> None:
    case.act("record_version", {"version": "1", "what_for": "family"})
    ref = taking_part(case)
    case.act("give_draft", {"version": "1", "given_how": "private"}, ref=ref)
    case.act("record_comment", {"version": "1", "comment_where": "4.12", "comment_text": "It was May."}, ref=ref)
    case.act("record_agreement", {"agreement_about": "words", "agreement_answer": "agreed"}, ref=ref)
    on = date(2026, 8, 12)
    visit = {"visit_for": "reading", "visit_on": on.isoformat(), "visit_at": "10:00"}
    case.act("agree_visit", visit, ref=ref)
    page = manager.get(f"/family/{ref}").text
    assert page.index(CONTENT_NOTE) < page.index("It was May.")
    assert f"They read the report, {in_words(on)}, from 10:00" in page
    assert "stand in the report" in page and "They agree, " in page
    assert "every 6 weeks, and when the review enters another phase (the number set here)" in page
    assert "It was May." in page and "Not answered yet" in page and "It is with them." in page
    form = manager.get(f"/records/{ref}/do/answer_comment")
    assert "Comment 1: 4.12, version 1" in form.text and "It was May" not in form.text
    seq = str(case.record(ref).facts["comments"][-1]["seq"])
    case.act(
        "answer_comment",
        {"comment": seq, "comment_outcome": "will_change", "comment_answer": "Being put right."},
        ref=ref,
    )
    page = manager.get(f"/family/{ref}").text
    assert "Yes, in the next version. Being put right." in page and "Not answered yet" not in page
    assert "to be changed in the next version" in manager.get(f"/records/{ref}/do/answer_comment").text
    case.act("record_version", {"version": "2", "what_for": "family"})
    changed = {"comment": seq, "comment_outcome": "changed", "changed_in": "2", "comment_answer": "Put right."}
    case.act("answer_comment", changed, ref=ref)
    page = manager.get(f"/family/{ref}").text
    assert "Yes, as they asked, in version 2. Put right." in page and "Not answered yet" not in page
    report = manager.get(f"/reviews/{case.ref}/report").text
    assert "with them to read; 1 comment, 1 with an answer" in report
    assert "not given to them; changed here after their comments on 4.12 (version 1)" in report
    assert "It was May" not in report and "Put right" not in report
    visit_print = manager.get(f"/reviews/{case.ref}/family/{ref}/questions").text
    assert "What you said about the report, and what changed" in visit_print
    assert "It was May." in visit_print and "Yes, as they asked, in version 2. Put right." in visit_print
