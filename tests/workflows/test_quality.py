"""Sign-off, the pack, letters and points of quality assurance, on paper; most of it done wrong on purpose."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

import workflows
from tests.workflows.paper import PACK, V1, Paper, a_review, opened
from workflows.definition import Evidence, Kind, Past, Role
from workflows.engine import judge
from workflows.processes.dardr_s9_1 import submission
from workflows.processes.dardr_s9_1.pre_check import REASONS
from workflows.processes.dardr_s9_1.sign_off import CONDITIONS

OFFICER = frozenset({Role.CASE_MANAGER})
CHAIR = frozenset({Role.DECIDING_CHAIR})


def to_sign() -> Paper:
    return a_review("csp_sign_off").take("record_steering_group_assurance")


def fields_refused(paper: Paper, roles: frozenset[Role], **answers: Any) -> list[str | None]:
    """The questions that stand in the way of signing off for somebody with these roles."""
    action = paper.process.action("sign_off")
    facts = paper._facts(paper._filled(action, {**V1, **answers}), 1, frozenset())
    return [b.field for b in judge(paper.process, action, facts, roles).blocked]


# --- sign-off ---------------------------------------------------------------------------------------------


def test_the_deciding_chair_signs_without_a_minute() -> None:
    assert fields_refused(to_sign(), CHAIR, signed_by="chair") == []


def test_an_officer_does_not_sign_as_the_chair() -> None:
    assert fields_refused(to_sign(), OFFICER, signed_by="chair") == ["signed_by"]


def test_an_officer_records_the_sign_off_with_the_minute_and_not_without() -> None:
    paper = to_sign()
    assert fields_refused(paper, OFFICER, signed_by="officer") == ["sign_off_minute", "sign_off_file"]
    assert fields_refused(paper, OFFICER, signed_by="officer", sign_off_minute="E-mail of today") == ["sign_off_file"]
    given = {"sign_off_minute": "E-mail of today", "sign_off_file": object()}
    assert fields_refused(paper, OFFICER, signed_by="officer", **given) == []


def test_every_condition_of_the_sign_off_reads_as_met_and_gives_its_reason_where_it_is_not() -> None:
    paper = a_review("csp_sign_off")
    facts = paper._facts(None, 1, frozenset())
    unmet = [label for label, guard in CONDITIONS if guard(facts) is not None]
    assert unmet == ["The Steering Group has assured the action plan"]
    assert tuple(guard for _, guard in CONDITIONS) == paper.process.action("sign_off").guards[: len(CONDITIONS)]


# --- boards -----------------------------------------------------------------------------------------------


def joint() -> Paper:
    paper = a_review("drafting").take("record_version", **V1).take("give_draft_to_family", **V1)
    paper.take("record_family_response", **V1).take("record_panel_approval", **V1)
    paper.take("record_partner", partner="A board").take("record_partner_decision", partner="A board")
    paper.take("record_version", version="2")
    paper.take("send_to_partnership").take("record_steering_group_assurance")
    return paper.take("sign_off", **V1).take("put_into_pack", **PACK)


def test_each_board_signs_the_same_version() -> None:
    paper = joint()
    assert paper.reasons("submit_to_home_office") == [
        "A board has not signed off the report. Record its sign-off first."
    ]
    paper.take("record_partner_sign_off", partner="A board", version="2")
    assert "another version than version 1" in paper.reasons("submit_to_home_office")[0]
    paper.take("record_partner_sign_off", partner="A board", version="1").take("submit_to_home_office")


# --- the pack ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [name for name, _ in submission.PARTS])
def test_one_part_missing_keeps_the_report_here(part: str) -> None:
    paper = to_sign().take("sign_off", **V1)
    paper.take("put_into_pack", **{name: where for name, where in PACK.items() if name != part})
    assert [r.split(":")[0] for r in paper.reasons("submit_to_home_office")] == [dict(submission.PARTS)[part]]


def test_an_empty_pack_is_not_recorded() -> None:
    asked = [b.field for b in to_sign().look("put_into_pack", {}).blocked]
    assert asked == [name for name, _ in submission.PARTS], "each part is asked for by its name"


def test_submissions_are_counted_and_one_made_on_paper_counts() -> None:
    paper = a_review("home_office_qa")
    assert submission.submissions(paper.facts, paper.done) == 1
    brought = {"bring_in_at_home_office_qa": Past(2, 1, date(2026, 1, 1))}
    assert submission.submissions({}, brought) == 1
    assert submission.submissions({"submissions": [{}]}, brought) == 2
    assert submission.submissions({}, {"bring_in_at_drafting": Past(2, 1, date(2026, 1, 1))}) == 0
    assert [submission.ordinal(n) for n in (1, 2, 11, 12, 21, 103)] == [
        "first", "second", "11th", "12th", "21st", "103rd",
    ]  # fmt: skip


def test_where_a_review_brought_in_was_not_submitted_is_as_the_way_says() -> None:
    from workflows.processes.dardr_s9_1.bring_in import BRINGS_IN_AT, stood_for

    sent = {stage for stage in BRINGS_IN_AT if any(s.action == submission.SUBMITTED for s in stood_for(stage))}
    assert set(BRINGS_IN_AT) - sent == set(submission.BEFORE_SUBMISSION) & set(BRINGS_IN_AT)


# --- letters ----------------------------------------------------------------------------------------------

LETTERS = submission.LETTERS


@pytest.mark.parametrize("key", LETTERS)
def test_a_letter_is_not_older_than_the_submission(key: str) -> None:
    paper = a_review("home_office_qa")
    sent = paper.done["submit_to_home_office"].occurred_on
    early = paper.look(key, {"letter_dated": sent - timedelta(days=1)}).blocked
    assert [b.field for b in early] == ["letter_dated"] and "dated before the report was sent" in early[0].reason
    assert paper.look(key, {"letter_dated": sent}).blocked == ()


def test_the_same_letter_is_not_recorded_twice() -> None:
    paper = a_review("home_office_qa")
    first = paper.day
    paper.take("record_letter_resubmit", letter_dated=first, letter_reference="Letter 1")
    paper.take("record_version", version="2").take("record_family_response", version="2")
    paper.take("record_panel_approval", version="2").take("send_to_partnership")
    paper.take("record_steering_group_assurance").take("sign_off", version="2")
    paper.take("put_into_pack", **{**PACK, "pack_version": "2"}).take("submit_to_home_office")
    paper.take("record_acknowledgement")
    again = paper.look("record_letter_amend", {"letter_dated": first}).blocked
    assert len(again) == 1 and "is on the record already" in again[0].reason
    with_its_reference = paper.look("record_letter_amend", {"letter_reference": "Letter 1"})
    assert with_its_reference.blocked == () and "same reference" in with_its_reference.warnings[0]
    assert submission.submissions(paper.facts, paper.done) == 2


# --- points -----------------------------------------------------------------------------------------------


def test_a_point_is_not_refused_without_a_reason() -> None:
    required = {f.name for f in workflows.get("qa-point").action("answer_point").fields if f.required}
    assert required == {"answer", "answer_how"}


def test_a_point_accepted_without_a_place_is_worth_a_look() -> None:
    point = opened("qa-point")
    assert point.look("answer_point", {"answer": "accepted"}).warnings
    assert not point.look("answer_point", {"answer": "accepted", "where_in_report": "4.2"}).warnings
    assert not point.look("answer_point", {"answer": "not_accepted"}).warnings


def test_a_point_recorded_by_mistake_is_not_waited_for() -> None:
    point = opened("qa-point").take("strike_out_point")
    assert point.process.stage(point.stage).final
    cleared = opened("qa-point").take("answer_point").take("clear_point")
    assert cleared.reasons("strike_out_point"), "one that was cleared is opened again first"


def amending(answer: str) -> Paper:
    paper = a_review("home_office_qa").take("record_letter_amend")
    dated = paper.facts["letter_dated"]
    return paper.has("Q01", "qa-point", stage="cleared", final=True, answer=answer, letter_dated=dated)


def test_an_accepted_point_asks_for_a_changed_version() -> None:
    paper = amending("accepted")
    assert "no version of the report is recorded since" in paper.reasons("clear_after_amendment")[0]
    assert paper.take("record_version", version="2").take("clear_after_amendment").stage == "pre_publication"


def test_where_nothing_was_accepted_nothing_need_change() -> None:
    assert amending("not_accepted").take("clear_after_amendment").stage == "pre_publication"


def test_an_open_point_keeps_the_report() -> None:
    paper = amending("not_accepted").has("Q02", "qa-point", stage="answered")
    assert any("Q02 is a point" in reason for reason in paper.reasons("clear_after_amendment"))


# --- advice -----------------------------------------------------------------------------------------------


def test_the_pre_check_is_advice_and_says_on_what_it_rests() -> None:
    for reason in REASONS:
        assert reason.authority.kind is Kind.PRACTICE or reason.authority.evidence is Evidence.DESIGN, reason.name
    asked = {f.name: f for f in workflows.get("dardr-s9").action("record_pre_check").fields}
    assert not any(f.required for f in asked.values())
    assert "not compared with the text" in asked["check_analysis"].help
    assert "as another source says" in asked["check_equality"].help
    paper = to_sign().take("sign_off", **V1).take("put_into_pack", **PACK)
    paper.take("record_pre_check", check_names="not_yet").take("submit_to_home_office")
