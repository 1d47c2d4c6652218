"""Moving a running record to another version of its process: one event, everything else as it was."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import workflows
from dardr.systime import london_now
from tests.cli.conftest import Dardr
from tests.cli.driver import Driver
from workflows.definition import Process

TODAY = london_now().date()


@pytest.fixture(autouse=True)
def forget_versions() -> Iterator[None]:
    """Processes are kept once read; a version of a test must not outlive it."""
    yield
    workflows.get.cache_clear()


def _publish(monkeypatch: pytest.MonkeyPatch, process: Process) -> None:
    module = ModuleType(f"workflows.processes.dardr_s9_{process.version}")
    module.PROCESS = process  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(workflows.MODULES, process.id, f"dardr_s9_{process.version}")
    workflows.get.cache_clear()


def _move(to: str, reason: str = "New guidance") -> tuple[str, ...]:
    return ("--to", to, "--reason", reason)


def test_a_move_is_one_event_and_the_record_goes_on(
    dardr: Dardr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = Driver(dardr, [], TODAY, tmp_path).open("dardr-s9@1")
    _publish(monkeypatch, dataclasses.replace(workflows.get("dardr-s9@1"), version=2))
    before = dardr.ok("review", "show", ref)

    moved = dardr.ok("process", "migrate", ref, *_move("dardr-s9@2"))
    after = dardr.ok("review", "show", ref)
    assert (moved["stage"], after["process"]) == (before["stage"], "dardr-s9@2")
    assert after["facts"] == before["facts"]
    events = dardr.ok("review", "timeline", ref)["events"]
    assert [(e["action"], e["after"].get("reason")) for e in events[1:]] == [("move_process", "New guidance")]
    assert (events[1]["before"], events[1]["after"]["process"]) == ({"process": "dardr-s9@1"}, "dardr-s9@2")
    decide = next(d for d in dardr.ok("review", "deadlines", ref)["deadlines"] if d["id"] == "D02")
    assert decide["receipt"]["rule_version"].startswith("dardr-s9@2/")

    dardr.ok("review", "act", ref, "accept_notification", "--on", TODAY.isoformat(), "--field", "area_confirmed=yes")
    assert dardr.ok("audit", "verify")["ok"] is True
    quarter = f"{TODAY.year}Q{(TODAY.month + 2) // 3}"
    assert dardr("report", "quarterly", "--quarter", quarter, "--format", "json").code == 0
    assert dardr.ok("worker", "--once")["failed_ticks"] == 0
    assert "already" in dardr.refused("process", "migrate", ref, *_move("dardr-s9@2"))[0]


def test_a_move_is_refused_with_every_reason(dardr: Dardr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = Driver(dardr, [], TODAY, tmp_path).open("dardr-s9@1")
    first = workflows.get("dardr-s9@1")
    other = dataclasses.replace(
        first,
        version=2,
        stages=tuple(s for s in first.stages if s.key != "notified"),
        clocks=tuple(c for c in first.clocks if c.key != "decide_review"),
    )
    _publish(monkeypatch, other)
    reasons = dardr.refused("process", "migrate", ref, *_move("dardr-s9@2"))
    assert len(reasons) == 2
    assert "has no stage “notified”" in reasons[0]
    assert "is running and dardr-s9@2 has none of that name" in reasons[1]
    assert "is another process" in dardr.refused("process", "migrate", ref, *_move("action@1"))[0]
    assert "There is no process" in dardr.refused("process", "migrate", ref, *_move("dardr-s9@7"))[0]
    assert "Say why" in dardr.refused("process", "migrate", ref, *_move("dardr-s9@2", " "))[0]
    dardr.ok("user", "add", "ann@partnership.example", "--name", "Ann", "--role", "case_manager")
    assert dardr.refused("process", "migrate", ref, *_move("dardr-s9@2"), "--as", "ann@partnership.example")
    assert len(dardr.ok("review", "timeline", ref)["events"]) == 1
