"""The register of the family's questions: in their own words, each answered somewhere; no branch sees another's."""

from __future__ import annotations

from datetime import date

import pytest

from dardr.casework.open_record import open_record
from dardr.errors import Invalid, NotFound
from dardr.lookups.family import find_family
from dardr.lookups.family_questions import questions_of
from dardr.storage.engine import Database
from tests.builders import Case, a_review, actor, at_ten

DAY = date(2026, 7, 6)


def a_branch(case: Case, title: str) -> str:
    with case.database.write() as session:
        values = {"title": title, "added_on": DAY.isoformat()}
        return open_record(session, actor(session, "case_manager"), at_ten(DAY), "family-branch", values, case.ref).ref


@pytest.fixture
def case(database: Database) -> Case:
    return a_review(database, "drafting")


def asked(case: Case, branch: str, question: str) -> str:
    return case.act("record_question", {"question": question, "asked_how": "call"}, ref=branch).created[0]


def listed(case: Case, branch: str | None = None, *, by: str = "case_manager") -> list[str]:
    with case.database.read() as session:
        person = actor(session, by)
        return [q.asked for q in questions_of(session, person, find_family(session, person, case.ref), branch)]


def test_a_question_is_on_the_register_and_on_the_print_of_its_own_branch_only(case: Case) -> None:
    first, second = a_branch(case, "Branch 1"), a_branch(case, "Branch 2")
    asked(case, first, "Why did nobody ask her alone?")
    asked(case, second, "Who had the children's address?")
    assert listed(case) == ["Why did nobody ask her alone?", "Who had the children's address?"]
    assert listed(case, first) == ["Why did nobody ask her alone?"]
    assert listed(case, second) == ["Who had the children's address?"]


def test_a_branch_of_another_review_has_no_print_here(case: Case) -> None:
    other = a_review(case.database, "drafting")
    with pytest.raises(NotFound):
        listed(case, a_branch(other, "Branch 1"))


@pytest.mark.parametrize("person", ["deciding_chair", "auditor"])
def test_those_who_see_the_review_and_not_the_family_see_no_question(case: Case, person: str) -> None:
    question = asked(case, a_branch(case, "Branch 1"), "Why?")
    with pytest.raises(NotFound):
        listed(case, by=person)
    with pytest.raises(NotFound):
        case.act("answer_question", {"answered_by": "chair", "answer_given": "So."}, ref=question, by=person)


def test_an_answer_says_where_it_is(case: Case) -> None:
    question = asked(case, a_branch(case, "Branch 1"), "Why?")
    given = {"answered_by": "chair", "answer_given": "Because the call was not passed on."}
    with pytest.raises(Invalid) as refused:
        case.act("answer_question", given, ref=question)
    assert [reason.field for reason in refused.value.reasons] == ["where_in_report"]
    case.act("answer_question", {**given, "where_in_report": "4.12 of version 2"}, ref=question)
    with case.database.read() as session:
        person = actor(session, "case_manager")
        (found,) = questions_of(session, person, find_family(session, person, case.ref))
    assert (found.stage, found.where, found.answered_by) == ("answered", "4.12 of version 2", "The independent chair")


def test_what_cannot_be_answered_says_why_and_can_be_taken_up_again(case: Case) -> None:
    question = asked(case, a_branch(case, "Branch 1"), "Why?")
    case.act("say_cannot_be_answered", {"cannot_answer_because": "It is for the coroner."}, ref=question)
    assert case.record(question).stage == "cannot_be_answered"
    case.act("reopen_question", {"reopened_reason": "The inquest has ended."}, ref=question)
    with case.database.read() as session:
        person = actor(session, "case_manager")
        (found,) = questions_of(session, person, find_family(session, person, case.ref))
    assert (found.stage, found.cannot_because) == ("looked_into", "")


def test_panel_approval_warns_of_questions_without_an_answer_and_goes_on(case: Case) -> None:
    question = asked(case, a_branch(case, "Branch 1"), "Why?")
    case.act("record_version", {"version": "1", "what_for": "panel"})
    approval = {
        "version": "1",
        "panel_outcome": "approved",
        "panel_minute": "Minute 7",
        "actions_agreed_senior": "yes",
    }
    said = case.act("record_panel_approval", approval).warnings
    assert any("question of the family has no answer yet" in one for one in said), said
    case.act("say_cannot_be_answered", {"cannot_answer_because": "It is for the coroner."}, ref=question)
    assert not any("question" in one for one in case.act("record_panel_approval", approval).warnings)
