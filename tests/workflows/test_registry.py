"""Finding a process, and the two ways in which people read one."""

from __future__ import annotations

import dataclasses
import re

import pytest

import workflows
from workflows.definition import Process
from workflows.diagram import authority_words, length_words, markdown, mermaid

PROCESSES = workflows.all_processes()


def test_a_process_is_found_by_key_and_by_version() -> None:
    assert workflows.get("dardr-s9") is workflows.get("dardr-s9@1")
    assert [process.id for process in PROCESSES] == list(workflows.MODULES)


@pytest.mark.parametrize("wanted", ["dardr", "dardr-s9@2", "", "@1"])
def test_an_unknown_process_is_refused_with_what_there_is(wanted: str) -> None:
    with pytest.raises(workflows.UnknownProcess) as refused:
        workflows.get(wanted)
    assert isinstance(refused.value, KeyError)
    assert "dardr-s9@1" in str(refused.value)


def test_the_newest_is_not_a_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    one = workflows.get("qa-point@1")
    versions = {f"qa-point@{n}": dataclasses.replace(one, version=n, draft=n == 3) for n in (1, 2, 3)}
    monkeypatch.setattr(workflows, "MODULES", dict.fromkeys(versions, ""))
    monkeypatch.setattr(workflows, "get", versions.__getitem__)
    assert workflows.newest("qa-point").version == 2


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.id)
def test_the_diagram_shows_every_stage_and_every_move(process: Process) -> None:
    drawn = mermaid(process)
    assert drawn.startswith("stateDiagram-v2\n")
    for stage in process.stages:
        assert f'" as {stage.key}\n' in drawn
    every = (*process.actions, *process.follows)
    moves = {(s, a.to) for a in every for s in a.source if a.to and a.to != s}
    assert {tuple(found) for found in re.findall(r"^    (\w+) --> (\w+):", drawn, re.M)} == moves
    assert f"[*] --> {process.opening.to}:" in drawn


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.id)
def test_no_label_breaks_the_diagram(process: Process) -> None:
    for line in mermaid(process).splitlines()[2:]:
        name, _, label = line.partition(": ")
        assert not re.search(r"[:;#\"]", label), line
        assert name.count('"') in (0, 2), line


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.id)
def test_the_page_shows_every_action_clock_and_authority(process: Process) -> None:
    page = markdown(process)
    for action in (process.opening, *process.actions):
        assert f"### {action.label} (`{action.key}`)" in page
        for field in action.fields:
            assert f"(`{field.name}`;" in page
        assert action.authority is not None and action.authority.source in page
    for clock in process.clocks:
        assert f"### {clock.id} {clock.label}" in page
        assert length_words(clock.length) in page
        assert authority_words(clock.duty) in page and authority_words(clock.date) in page


def test_the_page_says_how_well_a_source_was_read() -> None:
    page = markdown(workflows.get("dardr-s9"))
    assert "guidance, not compared with the text" in page
    assert "statute, read in full" in page
    assert "not known to be in force" in markdown(workflows.get("dardr-s8a"))
    assert "**Locked.**" in markdown(workflows.get("dardr-s8a"))
    assert "56 days, the day itself is day 1" in markdown(workflows.get("commissioner-reply"))
