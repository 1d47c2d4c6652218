"""What the Domestic Abuse Commissioner asks, on paper: corrections of a report, copies, requests under section 15."""

from __future__ import annotations

from datetime import date

import pytest

import workflows
from tests.workflows.paper import Paper, opened
from workflows.calendar import load_shipped
from workflows.clocks import State, due_on, length_in_force, state_of
from workflows.definition import Party
from workflows.specified import DEPARTMENT, NOT_LISTED, SPECIFIED

D08 = workflows.get("commissioner-reply").clock("D08")
L16 = workflows.get("section15-answer").clock("L16")


def published(kind: str) -> Paper:
    paper = opened("commissioner-reply", recommendations=["1"], body_kind=kind)
    return paper.take("answer_recommendation", recommendation="1").take("record_publication_of_reply")


# --- the 56 days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "last"),
    [
        ("2025-07-01", "2025-08-25"),  # a bank holiday
        ("2026-02-02", "2026-03-29"),  # a Sunday, and the clocks go forward
        ("2028-02-29", "2028-04-24"),  # published on 29 February
        ("2028-01-05", "2028-02-29"),  # the last day is 29 February
        ("2026-10-01", "2026-11-25"),  # the clocks go back inside
        ("2026-11-01", "2026-12-26"),  # the last day is Boxing Day, a Saturday
    ],
)
def test_the_last_day_is_the_fifty_sixth_whatever_day_it_is(on: str, last: str) -> None:
    start, end = date.fromisoformat(on), date.fromisoformat(last)
    due = due_on(D08, start, length_in_force(D08, {}, None), load_shipped(), rule="r", today=start)
    assert due.due == end and (end - start).days == 55
    assert state_of(D08, due=end, today=end) is State.RUNNING
    assert state_of(D08, due=end, today=date.fromordinal(end.toordinal() + 1)) is State.BREACHED


# --- corrections and copies -------------------------------------------------------------------------------


def test_another_day_of_publication_must_be_another() -> None:
    paper = opened("section8-report")
    day = date.fromisoformat(paper.facts["report_published_on"])
    assert [b.field for b in paper.look("correct_publication_date", {"report_published_on": day}).blocked] == [
        "report_published_on"
    ]
    paper.take("correct_publication_date", report_published_on=date(2026, 1, 2))
    assert paper.facts["report_published_on"] == "2026-01-02"


def test_a_department_owes_no_copy_to_the_secretary_of_state() -> None:
    copy = {"secretary_of_state_copy_on": date(2026, 1, 7)}
    (blocked,) = published(DEPARTMENT).look("record_copies_sent", copy).blocked
    assert blocked.field == "secretary_of_state_copy_on" and "Leave the second date empty" in blocked.reason
    assert published(SPECIFIED).look("record_copies_sent", copy).possible
    assert published(NOT_LISTED).look("record_copies_sent", {}).possible


def test_no_copy_is_older_than_the_report() -> None:
    copies = {"commissioner_copy_on": date(2025, 12, 1), "secretary_of_state_copy_on": date(2026, 1, 7)}
    assert [b.field for b in published(SPECIFIED).look("record_copies_sent", copies).blocked] == [
        "commissioner_copy_on"
    ]


def test_what_kind_of_body_it_is_can_be_corrected_by_people() -> None:
    paper = published(NOT_LISTED).take("correct_kind_of_body", body_kind=SPECIFIED)
    assert [b.field for b in paper.look("record_copies_sent", {}).blocked] == ["secretary_of_state_copy_on"]


# --- section 15 -------------------------------------------------------------------------------------------


def test_somebody_is_asked() -> None:
    paper = Paper(workflows.get("section15-request"))
    assert [b.field for b in paper.look("record_section_15_request", {"partnership_asked": "no"}).blocked] == ["bodies"]
    assert paper.look("record_section_15_request", {"partnership_asked": "yes"}).possible
    early = {"bodies": ["kent-police"], "requested_on": date(2026, 1, 5), "answer_by": date(2026, 1, 1)}
    assert [b.field for b in paper.look("record_section_15_request", early).blocked] == ["answer_by"]


def test_a_request_waits_for_every_body_and_for_the_partnership_itself() -> None:
    paper = opened("section15-request", bodies=["kent-police"], partnership_asked="yes")
    paper.has("S15-1-E01", "section15-answer", stage="asked", body="kent-police")
    assert "this partnership" in paper.reasons("record_all_answered")[0]
    paper.take("record_own_answer", own_outcome="answered")
    assert "S15-1-E01 has not answered" in paper.reasons("record_all_answered")[0]
    assert "Asked already" in paper.reasons("ask_further_body", {"bodies": ["kent-police"]})[0]
    paper.has("S15-1-E01", "section15-answer", stage="answered", final=True, body="kent-police")
    paper.take("record_all_answered")
    assert paper.stage == "all_answered"


def test_a_partnership_that_is_not_asked_answers_nothing() -> None:
    paper = opened("section15-request", bodies=["kent-police"], partnership_asked="no")
    assert "was not asked" in paper.reasons("record_own_answer")[0]


@pytest.mark.parametrize(
    ("outcome", "field"), [("answered", None), ("partly", "answer_reason"), ("declined", "answer_reason")]
)
def test_an_answer_in_part_says_why(outcome: str, field: str | None) -> None:
    blocked = opened("section15-answer").look("record_answer", {"outcome": outcome}).blocked
    assert [b.field for b in blocked] == ([field] if field else [])


def test_an_answer_is_not_older_than_its_request() -> None:
    paper = opened("section15-answer")
    assert [b.field for b in paper.look("record_answer", {"answered_on": date(2025, 1, 1)}).blocked] == ["answered_on"]


def test_no_count_is_made_up_for_a_request() -> None:
    assert L16.when_given and not L16.extendable
    assert length_in_force(L16, {}, None) is None
    assert state_of(L16, due=date(2026, 1, 1), today=date(2026, 1, 2)) is State.LATE, "late, and never a breach"


def test_of_an_answer_that_is_missing_the_body_hears_first_and_then_the_partnership() -> None:
    steps = [(step.after_days, step.to) for step in L16.escalations]
    assert steps == [(7, Party.AGENCY_EXECUTIVE), (14, Party.CASE_MANAGER)]
