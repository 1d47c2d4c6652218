"""A record moved to another version of its process: one event, nothing lost, and refused where it does not fit."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from datetime import date
from types import ModuleType

import pytest

import workflows
from dardr.casework.audit import verify
from dardr.casework.fold import public
from dardr.casework.move_process import move_process
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.storage.engine import Database
from tests.builders import Case, a_review, actor, at_ten
from workflows.definition import MOVE, Months, Process


def version_two() -> Process:
    """The review as it is, with eight months for the report and without the stage of commissioning."""
    one = workflows.get("dardr-s9@1")
    return dataclasses.replace(
        one,
        version=2,
        clocks=tuple(
            dataclasses.replace(clock, length=Months(8), pausable=True) if clock.id == "D05" else clock
            for clock in one.clocks
        ),
        stages=tuple(stage for stage in one.stages if stage.key != "commissioning"),
    )


@pytest.fixture
def second_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The newest version of the review is 2, for this test."""
    module = ModuleType("workflows.processes.dardr_s9_2")
    workflows.get.cache_clear()
    module.PROCESS = version_two()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(workflows.MODULES, "dardr-s9@2", "dardr_s9_2")
    workflows.get.cache_clear()
    yield
    workflows.get.cache_clear()


def move(case: Case, to: str = "dardr-s9@2", *, by: str = "team_manager", reason: str = "The guidance changed") -> None:
    with case.database.write() as session:
        move_process(session, actor(session, by), at_ten(case.today), case.ref, to, reason)


def old_review(database: Database, at: str) -> Case:
    return a_review(database, at, process="dardr-s9@1")


def test_a_record_stays_on_its_version_until_it_is_moved(database: Database, second_version: None) -> None:
    case = old_review(database, "evidence")
    assert case.record().process == "dardr-s9@1"
    before = case.record()
    due = case.deadline("overview_report").due_on
    move(case)
    record = case.record()
    assert (record.process, record.stage) == ("dardr-s9@2", "evidence")
    assert public(record.facts) == public(before.facts)
    event, values = case.events()[-1]
    assert (event.action, event.seq, event.process) == (MOVE.key, before.last_seq + 1, "dardr-s9@2")
    assert values.after is not None and values.after["_reason"] == "The guidance changed"
    row = case.deadline("overview_report")
    assert row.due_on == due, "the length in force when it started stays"
    assert row.receipt["rule_version"] == "dardr-s9@2/D05"
    with database.read() as session:
        assert verify(session)["ok"]
    case.act("record_meeting", {"held": "online"})
    assert case.events()[-1][0].process == "dardr-s9@2"
    assert a_review(database, "decided_review").deadline("overview_report").due_on == date(2026, 11, 17)


def test_what_changed_is_said_also_after_a_move(database: Database, second_version: None) -> None:
    case = old_review(database, "evidence")
    seen = case.record().revision
    move(case)
    with pytest.raises(Conflict, match="by Casey Example"):
        case.act("record_meeting", {"held": "online"}, revision=seen)


def test_where_it_does_not_fit_it_is_refused(sqlite_database: Database, second_version: None) -> None:
    case = old_review(sqlite_database, "commissioning")
    with pytest.raises(Conflict, match="has no stage “commissioning”"):
        move(case)
    with pytest.raises(Conflict, match="another process"):
        move(case, "action@1")
    with pytest.raises(Conflict, match="already"):
        move(case, "dardr-s9@1")
    with pytest.raises(NotFound):
        move(case, "dardr-s9@9")
    with pytest.raises(Forbidden):
        move(case, by="case_manager")
    with pytest.raises(Invalid):
        move(old_review(sqlite_database, "evidence"), reason=" ")
    assert case.record().process == "dardr-s9@1"
