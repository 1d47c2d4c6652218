"""The printed registers of the family's questions, and the question's own page, for those who may and no others."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from dardr.storage.engine import Database
from dardr.storage.reading import ReadEvent
from tests.builders import Case, a_review, grant
from tests.casework.test_family_questions import a_branch, asked
from tests.web.conftest import Browser, dated, signed_in
from workflows.definition import Role


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "drafting")


def test_the_register_says_what_was_asked_and_not_by_whom(manager: Browser, case: Case, database: Database) -> None:
    first, second = a_branch(case, "Branch 1: mother's side"), a_branch(case, "Branch 2")
    question = asked(case, first, "Why did nobody ask her alone?")
    asked(case, second, "Who had the address?")
    case.act(
        "answer_question",
        {"answered_by": "chair", "answer_given": "Nobody saw that it was needed.", "where_in_report": "4.12"},
        ref=question,
    )
    page = manager.get(f"/reviews/{case.ref}/family/questions").text
    assert "Why did nobody ask her alone?" in page and "Who had the address?" in page
    assert "mother&#39;s side" not in page and first not in page and second not in page
    assert "Nobody saw that it was needed." in page and "4.12" in page and "1 without an answer yet" in page
    with database.read() as session:
        read = session.scalars(sa.select(ReadEvent).where(ReadEvent.what == "family")).all()
    assert [event.detail for event in read] == ["questions of the family"]


def test_the_print_for_a_visit_holds_one_branchs_questions(manager: Browser, case: Case) -> None:
    first, second = a_branch(case, "Branch 1"), a_branch(case, "Branch 2")
    asked(case, first, "Why did nobody ask her alone?")
    asked(case, second, "Who had the address?")
    page = manager.get(f"/reviews/{case.ref}/family/{first}/questions").text
    assert "Why did nobody ask her alone?" in page and "Who had the address?" not in page
    assert manager.get(f"/reviews/{case.ref}/family/{case.ref}/questions").status_code == 404


@pytest.mark.parametrize(("person", "status"), [("deciding_chair", 403), ("auditor", 403), ("panel_member", 403)])
def test_others_are_refused(app: Flask, case: Case, database: Database, person: str, status: int) -> None:
    with database.write() as session:
        grant(session, "panel_member", Role.PANEL_MEMBER, case.ref)
    question = asked(case, a_branch(case, "Branch 1"), "Why?")
    browser = signed_in(app, person)
    assert browser.get(f"/reviews/{case.ref}/family/questions").status_code == status
    assert browser.get(f"/records/{question}").status_code == 404
    for page in (f"/reviews/{case.ref}", f"/reviews/{case.ref}/timeline", f"/search?q={question}"):
        assert question not in browser.get(page).text.replace(f'value="{question}"', "")


def test_the_chair_reads_the_register_of_their_review_only(app: Flask, case: Case, database: Database) -> None:
    with database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, case.ref)
    other = a_review(database, "drafting")
    browser = signed_in(app, "independent_chair")
    assert browser.get(f"/reviews/{case.ref}/family/questions").status_code == 200
    assert browser.get(f"/reviews/{other.ref}/family/questions").status_code == 404


def test_a_name_that_is_a_relatives_comes_back_with_everything_typed(manager: Browser, case: Case) -> None:
    case.act("record_person", {"part_in_case": "child", "part_name": "Juniper"})
    form = f"/records/{case.ref}/do/record_pseudonym"
    given = {"display_pseudonym": "Juniper 2026", "pseudonym_chosen": "family", "pseudonym_reason": "Her plant"}
    page = manager.send(form, **given, **dated("_on", "2026-08-03"))
    assert page.status_code == 422, page.text[:500]
    assert "It is also the name of a relative or of somebody else in this review." in page.text
    assert 'value="Juniper 2026"' in page.text and "Her plant" in page.text


def test_how_the_family_speaks_of_the_person_is_on_two_restricted_pages_and_nowhere_else(
    manager: Browser, case: Case
) -> None:
    case.act("record_how_to_speak", {"name_in_family": "Shonie", "name_said_as": "SHOH-nee"})
    assert "SHOH-nee" in manager.get(f"/reviews/{case.ref}/people").text
    branch = a_branch(case, "Branch 1")
    for page in (f"/reviews/{case.ref}/family", f"/family/{branch}"):
        assert "SHOH-nee" in manager.get(page).text
    for page in ("", "/timeline", "/brief", "/waiting"):
        assert "SHOH-nee" not in manager.get(f"/reviews/{case.ref}{page}").text


def test_the_page_says_who_chose_the_name_and_that_somebody_who_came_later_has_it_too(
    manager: Browser, case: Case
) -> None:
    page = manager.get(f"/reviews/{case.ref}/family").text
    assert f"Until then the reference is used: <strong>{case.ref}</strong>" in page
    chosen = {"display_pseudonym": "Juniper 2026", "pseudonym_chosen": "family", "name_chosen_by": "Her sister"}
    case.act("record_pseudonym", {**chosen, "pseudonym_reason": "Her plant"})
    page = manager.get(f"/reviews/{case.ref}/family").text
    for said in ("Juniper 2026", "The family chose it (Her sister)", "Her plant", "recorded by Alex Example"):
        assert said in page, said
    assert "it is nobody else&#39;s" in page or "it is nobody else's" in page
    case.act("record_person", {"part_in_case": "child", "part_name": "Juniper"})
    page = manager.get(f"/reviews/{case.ref}/family").text
    assert "It is also the name of a relative or of somebody else in this review. Nobody has said why" in page
    case.act("record_pseudonym", {**chosen, "name_used_because": "The child wishes it."})
    assert "It is used all the same: The child wishes it." in manager.get(f"/reviews/{case.ref}/family").text


def test_whoever_confirms_is_told_that_the_address_is_that_of_the_person_suspected(
    manager: Browser, case: Case
) -> None:
    lives = {"part_name": "Quill Invented", "part_address": "Flat 3, 14 Long Road, Port Invented, ZZ1 2AB"}
    case.act("record_person", {"part_in_case": "suspected", **lives, "part_contact": "Mobile 07700 900123"})
    branch = a_branch(case, "Branch 1")
    known = {"contact_address": "3 Long Road\nZZ1 2AB", "contact_phone": "01632 960 7"}
    case.act("change_contact", {"contact_name": "Ruth Invented", **known}, ref=branch)
    assert "Look at this first" not in manager.get(f"/records/{branch}/do/confirm_recipient").text
    moved = {"contact_address": "14 Long Road\nZZ1 2AB", "contact_phone": "07700 900 123"}
    case.act("change_contact", moved, ref=branch)
    for page in (f"/records/{branch}/do/confirm_recipient", f"/family/{branch}"):
        said = manager.get(page).text
        assert "The address for letters is also recorded for the person suspected." in said
        assert "The telephone number is also recorded for the person suspected." in said
        assert "The name we write to" not in said and "Quill" not in said
    case.act("record_person", {"part_in_case": "suspected", **lives, "part_contact": "q@invented.example"})
    case.act(
        "change_contact", {"contact_email": "Q@invented.example", "family_people": ["Quill Invented, son"]}, ref=branch
    )
    case.act("record_advocate", {"advocate": "offered", "advocate_contact": "07700 900 123"}, ref=branch)
    case.act("refuse_recipient", {"recipient_refused": "lives_with", "refused_because": "Said by an aunt"}, ref=branch)
    for page in (f"/records/{branch}/do/agree_visit", f"/family/{branch}"):
        said = manager.get(page).text
        for same in (
            "The e-mail address is also",
            "How the advocate is reached is also",
            "Somebody of this branch has",
        ):
            assert same in said, same
        assert "nothing may be prepared for this recipient: they live with the person suspected" in said
        assert "Quill Invented</" not in said or page.startswith("/family")


def test_what_keeps_a_branch_safe_stands_above_the_forms_of_its_questions(manager: Browser, case: Case) -> None:
    branch = a_branch(case, "Branch 1")
    case.act("record_safe_contact", {"safe_never": "Ring in the evening"}, ref=branch)
    question = asked(case, branch, "Why?")
    form = manager.get(f"/records/{question}/do/say_cannot_be_answered").text
    assert "Ring in the evening" in form and "Nobody has confirmed yet" in form
    case.act("record_no_contact", {"no_contact_how_long": "open"}, ref=branch)
    assert "They asked not to be contacted" in manager.get(f"/records/{question}/do/answer_question").text
