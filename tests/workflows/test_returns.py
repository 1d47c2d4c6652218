"""A return on paper: every state in which returns arrive, more time, who signs, and what was done wrong on purpose."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import workflows
from tests.workflows.paper import FIRST, SECOND, Paper, opened
from workflows.definition import Facts, Past, Role
from workflows.engine import judge
from workflows.processes.agency_return_1.stages import COME, OPEN, STAGES
from workflows.processes.more_time import answered_last, asked_last, given_until, waits_for_answer

LEAD = frozenset({Role.AGENCY_LEAD})
AGENCY_DATES = date(2026, 3, 2)


def a_return(kind: str = "imr", **facts: Any) -> Paper:
    return opened("agency-return", kind=kind, body="mereshire-surgery", **facts)


WAYS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "requested": (),
    "draft_received": (("record_draft", {}),),
    "summary_only": (("receive_summary", {}),),
    "received_unsigned": (("record_draft", {}), ("receive_return", {})),
    "queried": (("receive_return", {}), ("query_return", {})),
    "resubmitted": (("receive_return", {}), ("query_return", {}), ("answer_query", {})),
    "signed_off": (("receive_return", {}), ("sign_off_return", {})),
    "not_known_to_us": (("record_not_known", {}),),
    "not_provided": (("record_not_provided", {}),),
    "withdrawn": (("withdraw_request", {}),),
}


@pytest.mark.parametrize("stage", [stage.key for stage in STAGES])
def test_every_state_in_which_returns_arrive_is_reached(stage: str) -> None:
    paper = a_return()
    for key, answers in WAYS[stage]:
        paper.take(key, **answers)
    assert paper.stage == stage


@pytest.mark.parametrize("stage", COME)
def test_what_is_here_without_a_signature_is_chased_for_it(stage: str) -> None:
    """The last step that brings it here starts the clock of the signature, which only the sign-off ends."""
    clock = workflows.get("agency-return").clock("return_signature")
    assert WAYS[stage][-1][0] in clock.starts_on
    assert clock.stops_on == ("sign_off_return",) and "query_return" in clock.withdrawn_on


def test_how_often_it_was_sent_again_is_counted() -> None:
    paper = a_return().take("receive_return")
    for _ in range(3):
        paper.take("query_return").take("answer_query")
    assert paper.stage == "resubmitted" and len(paper.facts["query_answers"]) == 3


def test_a_summary_may_be_questioned_or_signed_off_and_is_for_fuller_things_only() -> None:
    paper = a_return().take("receive_summary")
    assert paper.look("query_return").possible and paper.look("sign_off_return").possible
    assert "fuller" in a_return("summary").reasons("receive_summary")[0]
    assert not a_return("information_return").look("write_parts").possible


def test_an_answer_of_nothing_is_not_sent_again() -> None:
    from workflows import answers as reading

    action = workflows.get("agency-return").action("answer_query")
    for given in ({}, {"query_answer": "   "}):
        assert [p.field for p in reading.read(action.fields, given, {})[1]] == ["query_answer"]


def test_after_a_draft_not_known_needs_an_explanation() -> None:
    paper = a_return().take("record_draft")
    assert "not_known_after_draft" in [b.field for b in paper.look("record_not_known", {}).blocked]
    assert paper.take("record_not_known", not_known_after_draft="Another person").stage == "not_known_to_us"
    assert a_return().look("record_not_known", {}).possible


def test_a_part_is_written_and_independence_explained() -> None:
    paper = a_return()
    assert "at least one part" in paper.reasons("write_parts", {})[0]
    assert "independence" in paper.reasons("write_parts", {"author_independent": "no", "methodology": "Read"})[0]
    assert not paper.look("write_parts", {"author_independent": "yes"}).blocked
    assert not paper.take("receive_return").look("write_parts").possible


# --- who signs -----------------------------------------------------------------------------------------------


def _look(paper: Paper, key: str, *, bodies: frozenset[str], by: int = FIRST, **settings: Any) -> list[str]:
    action = paper.process.action(key)
    facts = Facts(
        ref="R", stage=paper.stage, recorded=paper.facts, today=paper.day, actor_id=by, actor_body_keys=bodies,
        done=paper.done, settings=settings,
    )  # fmt: skip
    return [blocked.reason for blocked in judge(paper.process, action, facts, LEAD).blocked]


@pytest.mark.parametrize(
    ("who_signs", "signs", "refused"),
    [("answering", "mereshire-icb", "mereshire-surgery"), ("spoken_for", "mereshire-surgery", "mereshire-icb")],
)
def test_of_two_bodies_the_one_on_record_signs(who_signs: str, signs: str, refused: str) -> None:
    paper = a_return().take("record_on_behalf", answered_by="mereshire-icb", who_signs=who_signs).take("receive_return")
    assert _look(paper, "sign_off_return", bodies=frozenset({signs})) == []
    assert "on record" in _look(paper, "sign_off_return", bodies=frozenset({refused}))[0]


def test_a_body_does_not_answer_for_itself() -> None:
    assert "other body" in a_return().reasons("record_on_behalf", {"answered_by": "mereshire-surgery"})[0]


def test_with_four_eyes_nobody_signs_off_what_they_sent() -> None:
    paper, own = a_return().take("receive_return"), frozenset({"mereshire-surgery"})
    assert _look(paper, "sign_off_return", bodies=own) == []
    assert "somebody else" in _look(paper, "sign_off_return", bodies=own, agency_four_eyes=True)[0]
    assert _look(paper, "sign_off_return", bodies=own, by=SECOND, agency_four_eyes=True) == []
    fresh = a_return()
    assert "not been sent" in _look(fresh, "sign_off_return", bodies=own, agency_four_eyes=True)[0]


# --- more time -----------------------------------------------------------------------------------------------

ASKED = {"more_time_until": date(2026, 9, 1), "more_time_reason": "Two authors are ill"}


@pytest.mark.parametrize("stage", OPEN)
def test_more_time_is_asked_for_once_and_then_answered(stage: str) -> None:
    paper = a_return()
    for key, answers in WAYS[stage]:
        paper.take(key, **answers)
    assert not paper.look("answer_more_time").possible
    paper.take("ask_for_more_time", **ASKED)
    assert waits_for_answer(paper.facts) and asked_last(paper.facts)["more_time_until"] == "2026-09-01"
    assert "until 1 September 2026" in paper.reasons("ask_for_more_time", ASKED)[0]
    paper.take("answer_more_time", more_time_answer="agreed")
    assert given_until(paper.facts) == date(2026, 9, 1) and not waits_for_answer(paper.facts)
    assert paper.look("ask_for_more_time").possible


def test_another_date_is_given_and_no_is_explained() -> None:
    paper = a_return().take("ask_for_more_time", **ASKED)
    assert [b.field for b in paper.look("answer_more_time", {"more_time_answer": "another"}).blocked] == [
        "more_time_given"
    ]
    assert [b.field for b in paper.look("answer_more_time", {"more_time_answer": "no"}).blocked] == ["more_time_words"]
    paper.take("answer_more_time", more_time_answer="another", more_time_given=date(2026, 8, 20))
    assert given_until(paper.facts) == date(2026, 8, 20)
    paper.take("ask_for_more_time", **ASKED)
    assert given_until(paper.facts) is None
    paper.take("answer_more_time", more_time_answer="no", more_time_words="The panel meets before")
    assert given_until(paper.facts) is None and answered_last(paper.facts)["more_time_words"]


@pytest.mark.parametrize("end", ["signed_off", "not_known_to_us", "not_provided", "withdrawn"])
def test_nothing_is_asked_for_once_it_has_ended(end: str) -> None:
    paper = a_return()
    for key, answers in WAYS[end]:
        paper.take(key, **answers)
    assert not paper.look("ask_for_more_time").possible


def test_how_soon_the_answer_is_due() -> None:
    clock = workflows.get("agency-return").clock("L21")
    assert (clock.starts_on, clock.stops_on) == (("ask_for_more_time",), ("answer_more_time",))
    assert "sign_off_return" in clock.withdrawn_on
    assert isinstance(a_return().done["request_return"], Past)
