"""Judging and moving: every reason at once, no move without a declared action, nothing left behind."""

from __future__ import annotations

import dataclasses
from datetime import date
from functools import partial
from typing import Any

import pytest

import workflows
from workflows import guards
from workflows.definition import Blocked, Facts, FieldType, Item, OpenHold, Past, Process, Role
from workflows.engine import advance, judge, permitted_actions
from workflows.partial import PartialDate

REVIEW = workflows.get("dardr-s9")
TODAY = date(2026, 3, 20)
PROCESSES = workflows.all_processes()


def facts(stage: str, **more: Any) -> Facts:
    return Facts(ref="DARDR-2026-001", stage=stage, **{"recorded": {}, "today": TODAY, **more})


def reasons(process: Process, action: str, given: Facts, *roles: Role) -> list[str]:
    return [b.reason for b in judge(process, process.action(action), given, roles or tuple(Role)).blocked]


@pytest.mark.parametrize("process", PROCESSES, ids=lambda p: p.id)
def test_every_declared_move_is_made_and_no_other(process: Process) -> None:
    for action in process.actions:
        for stage in process.stages:
            if stage.key in action.source:
                assert advance(process, action, stage.key) == (action.to or stage.key)
            else:
                with pytest.raises(ValueError, match=f"has no {action.key} from {stage.key}"):
                    advance(process, action, stage.key)
    assert advance(process, process.opening, "anything") == process.opening.to


@pytest.mark.parametrize("process", PROCESSES, ids=lambda p: p.id)
def test_permission_is_the_role_and_the_stage(process: Process) -> None:
    for stage in process.stages:
        for role in Role:
            listed = {action.key for action in permitted_actions(process, stage.key, [role])}
            for action in process.actions:
                verdict = judge(process, action, facts(stage.key), [role])
                assert verdict.permitted == (role in action.roles)
                assert (action.key in listed) == (verdict.permitted and stage.key in action.source)
    assert not judge(process, process.actions[0], facts(process.stages[0].key), []).permitted


def test_every_reason_at_once() -> None:
    found = reasons(REVIEW, "publish", facts("pre_publication"))
    assert len(found) == 9
    assert len(set(found)) == 9
    assert all(reason.endswith(".") for reason in found)
    wrong_stage = reasons(REVIEW, "publish", facts("drafting"))
    assert len(wrong_stage) == 10 and "is not a step of the stage “Drafting”" in wrong_stage[0]


def test_a_page_that_only_asks_is_not_told_about_answers() -> None:
    assert reasons(REVIEW, "ready_for_decision", facts("screening", done={"record_criteria": Past(2, 1, TODAY)})) == []
    asked = facts(
        "screening", done={"record_criteria": Past(2, 1, TODAY)}, submitted={}, occurred_on=TODAY,
        items=(Item("R01", "agency-return", "requested", False, {"kind": "information_return"}),),
    )  # fmt: skip
    (blocked,) = judge(REVIEW, REVIEW.action("ready_for_decision"), asked, [Role.CASE_MANAGER]).blocked
    assert blocked.field == "returns_missing_reason" and "R01" in blocked.reason


def test_a_reason_is_said_once() -> None:
    def twice(_facts: Facts) -> Blocked:
        return Blocked("The same reason.")

    action = dataclasses.replace(REVIEW.action("add_note"), guards=(twice, twice))
    verdict = judge(REVIEW, action, facts("screening"), [Role.CASE_MANAGER])
    assert [b.reason for b in verdict.blocked] == ["The same reason."]
    assert not verdict.possible and verdict.permitted


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        (date(2026, 3, 21), True),
        (date(2026, 3, 20), False),
        (PartialDate.parse("2026-03"), False),
        (PartialDate.parse("2026-04"), True),
        (PartialDate.parse("2026"), False),
        ("not_known", False),
        (None, False),
    ],
)
def test_a_day_after_today_is_refused(value: Any, refused: bool) -> None:
    action = REVIEW.action("correct_facts")
    given = facts("screening", submitted={"death_date": value, "circumstances": "x"}, occurred_on=TODAY)
    found = judge(REVIEW, action, given, [Role.CASE_MANAGER]).blocked
    assert bool(found) == refused
    if refused:
        assert found[0].field == "death_date" and "is after today (20 March 2026)" in found[0].reason


def test_a_question_about_a_day_to_come_may_be_answered_with_one() -> None:
    action = REVIEW.action("agree_new_date")
    given = facts("evidence", submitted={"clock": "amend_after_qa", "new_date": date(2027, 1, 1)}, occurred_on=TODAY)
    assert judge(REVIEW, action, given, [Role.TEAM_MANAGER]).possible


def test_an_action_dated_after_today() -> None:
    given = facts("screening", submitted={"note": "x"}, occurred_on=date(2026, 3, 21))
    (blocked,) = judge(REVIEW, REVIEW.action("add_note"), given, [Role.CASE_MANAGER]).blocked
    assert blocked.field == "on"


def test_warnings_never_refuse() -> None:
    saturday = facts("evidence", submitted={"held": "online"}, occurred_on=date(2026, 3, 14))
    verdict = judge(REVIEW, REVIEW.action("record_meeting"), saturday, [Role.CASE_MANAGER])
    assert verdict.possible and "Saturday" in verdict.warnings[0]


def test_guards_see_holds_and_who_did_what() -> None:
    hold = OpenHold(1, "trial", TODAY, None, ("publication",), ())
    held = partial(guards.no_hold_on, activity="publication", reason="Held.")
    assert held(facts("pre_publication", holds=(hold,))) == Blocked("Held.")
    assert held(facts("pre_publication")) is None
    other = partial(guards.another_person, than=("a", "b"), reason="Same person.")
    done = {"a": Past(3, 7, TODAY), "b": Past(5, 8, TODAY)}
    assert other(facts("screening", done=done, actor_id=8)) == Blocked("Same person.")
    assert other(facts("screening", done=done, actor_id=7)) is None, "only the last one counts"
    assert other(facts("screening", actor_id=8)) is None


def test_done_since_wants_it_again_in_each_round() -> None:
    check = partial(guards.done_since, actions=("check",), since=("clear",), reason="Check it.")
    assert check(facts("x", done={"check": Past(4, 1, TODAY)})) is None
    assert check(facts("x", done={"check": Past(4, 1, TODAY), "clear": Past(6, 1, TODAY)})) == Blocked("Check it.")
    assert check(facts("x", done={"check": Past(8, 1, TODAY), "clear": Past(6, 1, TODAY)})) is None


def test_a_machine_has_no_move_of_its_own() -> None:
    from workflows.engine import _machine

    declared = {action.key for action in (*REVIEW.actions, *REVIEW.brings_in)}
    assert set(_machine(REVIEW).events) == declared, "no to_<stage> that nobody declared"
    assert not _machine(REVIEW).models


def test_types_of_answers_are_all_known_to_the_reader() -> None:
    from workflows.answers import _READERS

    used = {field.type for p in PROCESSES for a in (p.opening, *p.actions) for field in a.fields}
    assert used <= set(_READERS) | {FieldType.CHOICES, FieldType.FILE}
