"""A round of comments and what a reader is asked, on paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

import workflows
from tests.workflows.paper import Paper, a_review, opened
from workflows.definition import DateGiven
from workflows.processes.comment_request_1.comments import comments_of
from workflows.processes.comment_round_1.table import answers_of, readers_of, without_answer


def a_round(**facts: Any) -> Paper:
    return opened("comment-round", version="1", asked_readers=["mereshire-police"], **facts)


def comment(text: str, **more: Any) -> dict[str, Any]:
    return {"kind": "comment", "text": text, **more}


def given(*rows: dict[str, Any], seq: int = 2) -> dict[str, Any]:
    return {"comments_given": [{"rows": list(rows), "seq": seq, "on": "2026-06-01"}]}


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        (("give_comment",), "commented"),
        (("give_comment", "enter_comments"), "commented"),
        (("record_no_comments",), "no_comments"),
        (("record_no_comments", "give_comment"), "commented"),
        (("excuse_reader",), "excused"),
        (("excuse_reader", "ask_reader_again"), "asked"),
        (("excuse_reader", "record_no_comments"), "no_comments"),
    ],
)
def test_the_ways_of_a_reader(steps: tuple[str, ...], end: str) -> None:
    paper = opened("comment-request", body="mereshire-police")
    for step in steps:
        paper.take(step)
    assert paper.stage == end


def test_a_word_file_is_chosen() -> None:
    paper = opened("comment-request")
    assert paper.reasons("give_word_comments", {}) == ["Choose the Word file with the comments."]


def test_an_email_is_named_by_the_entry_that_filed_it() -> None:
    paper = opened("comment-request")
    assert paper.reasons("enter_comments", {"entry": 4}) == ["Entry 4 filed no e-mail. No e-mail is filed here yet."]


def test_the_clock_of_a_reader_has_the_date_given_and_stops_with_any_answer() -> None:
    clock = workflows.get("comment-request").clock("L11")
    assert clock.length == DateGiven("closes_on") and clock.extendable
    assert set(clock.stops_on) == {"give_comment", "give_word_comments", "enter_comments", "record_no_comments"}
    assert clock.withdrawn_on == ("excuse_reader",)
    assert {str(clock.duty.kind), str(clock.date.kind)} == {"local"}, "nothing local is made a rule of guidance"


# --- the table ----------------------------------------------------------------------------------------------


def test_comments_are_numbered_for_good_in_the_order_in_which_they_came() -> None:
    facts = {
        "comments_in_word": [
            {"seq": 5, "on": "2026-06-03", "rows": [comment("c"), comment("d", kind="reply", reply_to=0)]}
        ],
        "comments_entered": [{"seq": 3, "on": "2026-06-02", "came_by": "email", "rows": [comment("b")]}],
        **given(comment("a")),
    }
    found = comments_of("DARDR-2026-001-CQ02", facts)
    assert [(line["id"], line["text"], line["way"]) for line in found] == [
        ("CQ02-1", "a", "comments_given"),
        ("CQ02-2", "b", "email"),
        ("CQ02-3", "c", "comments_in_word"),
        ("CQ02-4", "d", "comments_in_word"),
    ]
    assert found[3]["reply_to"] == "CQ02-3"
    assert [line["id"] for line in without_answer(found, {"CQ02-1": {}})] == ["CQ02-2", "CQ02-3"], "replies need none"


def test_of_two_answers_the_later_counts() -> None:
    answers = answers_of({"answers": [{"comments": ["CQ01-1"], "answer": "accepted"},
                                      {"comments": ["CQ01-1", "CQ01-2"], "answer": "partly"}]})  # fmt: skip
    assert (answers["CQ01-1"]["answer"], answers["CQ01-1"]["times"]) == ("partly", 2)
    assert answers["CQ01-2"]["times"] == 1


def test_the_readers_of_a_round_are_those_asked_first_and_later() -> None:
    facts = {"asked_readers": ["a"], "asked_later": [{"more_readers": ["b", "c"]}]}
    assert readers_of(facts) == ["a", "b", "c"]


# --- a round ------------------------------------------------------------------------------------------------


def test_a_round_waits_for_its_readers_and_for_the_answers() -> None:
    paper = a_round().has("X-CQ01", "comment-request", stage="asked")
    assert paper.reasons("close_round") == [
        "Not heard from yet: X-CQ01. Enter their comments, record that they have none, or go on without them."
    ]
    paper.has("X-CQ01", "comment-request", stage="commented", final=True, **given(comment("a"), comment("b")))
    assert "Without an answer: CQ01-1, CQ01-2." in paper.reasons("close_round", {})[0]
    paper.take("answer_comments", comments=["CQ01-1"], answer="accepted")
    assert "Without an answer: CQ01-2." in paper.reasons("close_round", {})[0]
    paper.take("close_round", unanswered_reason="Answered at the meeting.")
    assert paper.stage == "closed" and paper.take("reopen_round").stage == "open"


def test_what_came_is_never_called_off() -> None:
    paper = a_round().has("X-CQ01", "comment-request", stage="commented", final=True, **given(comment("a")))
    assert any("not called off" in reason for reason in paper.reasons("call_off_round"))
    paper.has("X-CQ01", "comment-request", stage="excused", final=True)
    assert paper.take("call_off_round").stage == "called_off"


@pytest.mark.parametrize(("answer", "needed"), [("accepted", False), ("withdrawn", False), ("partly", True),
                                                ("not_accepted", True), ("for_panel", True)])  # fmt: skip
def test_an_answer_says_why_unless_it_is_accepted(answer: str, needed: bool) -> None:
    said = a_round().reasons("answer_comments", {"comments": ["CQ01-1"], "answer": answer})
    assert bool(said) is needed


# --- the review ---------------------------------------------------------------------------------------------


def drafting() -> Paper:
    return a_review("drafting").take("record_version", version="1")


def sending(paper: Paper, **answers: Any) -> dict[str, Any]:
    closes = paper.day + timedelta(days=14)
    return {"version": "1", "title": "The panel", "readers": ["a", "b"], "closes_on": closes, **answers}


def test_a_version_is_recorded_before_it_is_sent() -> None:
    paper = a_review("evidence")
    assert paper.reasons("send_for_comments") == ["No version of the report is recorded. Record one first."]


def test_a_round_does_not_close_before_it_is_sent() -> None:
    paper = drafting()
    (said,) = paper.reasons("send_for_comments", sending(paper, closes_on=paper.day - timedelta(days=1)))
    assert "before the day the version goes out" in said
    assert paper.reasons("send_for_comments", sending(paper, closes_on=paper.day)) == []


def test_one_reader_is_asked_for_one_version_in_one_open_round() -> None:
    paper = drafting().has("X-CR01", "comment-round", version="1", asked_readers=["b"])
    (said,) = paper.reasons("send_for_comments", sending(paper))
    assert "One of these readers has this version already" in said and "X-CR01" in said
    look = paper.look("send_for_comments", sending(paper, readers=["c"]))
    assert look.blocked == () and any("another round too (X-CR01)" in one for one in look.warnings)
    assert paper.reasons("send_for_comments", sending(paper, version="2")) == [], "another version is another matter"
    paper.has("X-CR01", "comment-round", stage="closed", final=True, version="1", asked_readers=["b"])
    assert paper.reasons("send_for_comments", sending(paper)) == []


def test_a_round_recorded_afterwards_warns_of_its_date() -> None:
    paper = drafting()
    paper.day = date(2027, 1, 1)
    look = paper.look("send_for_comments", sending(paper, closes_on=date(2026, 12, 1)))
    assert any("closing date has passed" in one for one in look.warnings)
