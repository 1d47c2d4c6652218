"""What bringing in a live review stands for, on paper."""

from __future__ import annotations

import dataclasses

import pytest

import workflows
from tests.workflows.paper import ORDINARY
from workflows.check import check
from workflows.definition import Process, StoodFor
from workflows.processes.dardr_s9_1.bring_in import BRINGS_IN_AT, PREFIX, stood_for
from workflows.processes.dardr_s9_1.stages import LIVE

REVIEWS = [workflows.get(key) for key in ("dardr-s9", "dardr-s8a")]


def test_every_live_stage_but_the_first_can_be_come_in_at() -> None:
    assert set(BRINGS_IN_AT) == set(LIVE) - {"notified"}
    with pytest.raises(KeyError):
        stood_for("concluded")


@pytest.mark.parametrize("process", REVIEWS, ids=lambda process: process.id)
def test_it_stands_for_every_move_on_the_way(process: Process) -> None:
    """The steps stood for lead, each from where the one before led to, to the stage it says."""
    for stage in BRINGS_IN_AT:
        at = "notified"
        action = process.action(PREFIX + stage)
        for step in action.stands_for:
            done = process.action(step.action)
            if step.when_given or (step.action == "start_action_monitoring" and at == "pre_publication"):
                at = "published" if step.action == "publish" else at
            elif at in done.source:
                at = done.to or at
        assert at == stage == action.to, stage


def test_the_answers_that_somebody_must_still_give_are_not_stood_for() -> None:
    for stage in BRINGS_IN_AT:
        steps = {s.action for s in stood_for(stage)}
        assert not steps & {
            "record_criteria",
            "record_version",
            "record_report_completed",
            "record_copy_to_commissioner",
        }


def test_the_way_is_the_ordinary_one() -> None:
    ordinary = [key for _, steps in ORDINARY for key, _, _ in steps]
    steps = [s.action for s in stood_for("action_monitoring")]
    assert [s for s in steps if s in ordinary] == [key for key in ordinary if key in steps]


def test_no_stage_is_reached_by_bringing_in_alone() -> None:
    process = REVIEWS[0]
    without = dataclasses.replace(process, actions=tuple(a for a in process.actions if a.to != "evidence"))
    assert any("the stage evidence cannot be reached" in said for said in check(without))


def test_a_step_or_a_day_that_does_not_exist_is_complained_of() -> None:
    process = REVIEWS[0]
    first = process.brings_in[0]
    wrong = dataclasses.replace(first, stands_for=(StoodFor("accept"), StoodFor("accept_notification", "some_day")))
    said = check(dataclasses.replace(process, brings_in=(wrong, *process.brings_in[1:])))
    assert f"{process.id}: the action {first.key} stands for accept, which does not exist." in said
    assert f"{process.id}: the action {first.key} takes a day from some_day, which it does not ask." in said
