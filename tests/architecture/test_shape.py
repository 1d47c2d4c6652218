"""Every rule has one place, and every place is small enough to read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT, modules, name_of, tracked_files, tree

LONGEST_MODULE = 450  # aim at 400
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "misc"}

# A stage is moved by the one function that changes a record, and by the move of records to a newer process.
MAY_SET_A_STAGE = {"dardr/casework/act.py", "dardr/casework/move_process.py"}

DARDR_ONLY_IN = {
    "transitions": {"workflows/engine.py"},
    "aiosmtplib": {"notifications/smtp.py"},
    "notifications_python_client": {"notifications/notify.py"},
    "apscheduler": {"dardr/worker.py"},
}
READS_THE_CLOCK = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}


def test_the_three_packages_are_there() -> None:
    assert {name_of(path).split("/")[0] for path in modules()} == set(PACKAGES)


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    saying_nothing = [
        name_of(path)
        for path in tracked_files()
        if NAMES_THAT_SAY_NOTHING & {Path(part).stem for part in path.relative_to(ROOT).parts}
    ]
    assert saying_nothing == []


def test_no_module_outgrows_its_reader() -> None:
    too_long = {
        name_of(path): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert too_long == {}, f"Split these by verb or by noun of the domain: {too_long}"


def _stage_assignments(module: ast.Module, *, mapped: bool = True) -> list[int]:
    """Lines that set an attribute named ``stage`` by assignment, ``setattr`` or bulk update.

    Where no class is mapped (outside storage) an object may keep a ``self.stage`` of its own.
    """
    lines = []
    for node in ast.walk(module):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "setattr" and len(node.args) == 3:
                name = node.args[1]
                if isinstance(name, ast.Constant) and name.value == "stage":
                    lines.append(node.lineno)
            # update(...).values(stage=...)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "values":
                lines.extend(node.lineno for keyword in node.keywords if keyword.arg == "stage")
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute) and part.attr == "stage" and isinstance(part.ctx, ast.Store):
                    own = isinstance(part.value, ast.Name) and part.value.id == "self"
                    if mapped or not own:
                        lines.append(part.lineno)
    return lines


@pytest.mark.parametrize(
    "source",
    [
        "record.stage = 'panel'",
        "record.stage: str = 'panel'",
        "a, record.stage = 1, 2",
        "setattr(record, 'stage', 'panel')",
        "update(Record).values(stage='panel')",
    ],
)
def test_every_way_of_setting_a_stage_is_seen(source: str) -> None:
    assert _stage_assignments(ast.parse(source)) == [1]


def test_reading_a_stage_is_not_setting_it() -> None:
    assert _stage_assignments(ast.parse("stage = record.stage\nstage: str = 'x'\nf(stage=record.stage)")) == []


def test_a_stage_changes_in_one_place() -> None:
    elsewhere = {
        name_of(path): lines
        for path in modules()
        if name_of(path) not in MAY_SET_A_STAGE
        and (lines := _stage_assignments(tree(path), mapped=name_of(path).startswith("dardr/storage/")))
    }
    assert elsewhere == {}, "Call take_action(): it writes stage, event, deadlines and messages together."


def test_the_one_place_does_change_the_stage() -> None:
    assert _stage_assignments(tree(ROOT / "dardr/casework/act.py"))


def _imports(module: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("library", sorted(DARDR_ONLY_IN))
def test_a_library_with_one_user_has_that_one(library: str) -> None:
    users = {name_of(path) for path in modules() if library in _imports(tree(path))}
    assert users == DARDR_ONLY_IN[library]


EDGES = {"dardr.web", "dardr.api", "dardr.cli", "dardr.worker", "flask", "werkzeug", "click", "rich", "apscheduler"}


def test_storage_lookups_and_casework_do_not_know_the_edges_that_call_them() -> None:
    knowing = {}
    for path in modules():
        if name_of(path).startswith(("dardr/storage/", "dardr/lookups/", "dardr/casework/")):
            named = {
                name
                for node in ast.walk(tree(path))
                if isinstance(node, ast.Import | ast.ImportFrom)
                for name in _full_names(node)
            }
            if edges := {edge for edge in EDGES for name in named if name == edge or name.startswith(edge + ".")}:
                knowing[name_of(path)] = edges
    assert knowing == {}


def _full_names(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    return {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}


def _clock_readings(module: ast.Module) -> list[int]:
    lines = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            owner_name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (owner_name, node.func.attr) in READS_THE_CLOCK:
                lines.append(node.lineno)
    return lines


def test_only_systime_reads_the_clock() -> None:
    readers = {name_of(path) for path in modules() if _clock_readings(tree(path))}
    assert readers == {"dardr/systime.py"}


def _without_noqa_of_bans() -> list[str]:
    return [
        f"{name_of(path)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "noqa" in line and ("TID251" in line or line.rstrip().endswith("noqa"))
    ]


def test_no_ban_is_switched_off_in_a_line() -> None:
    assert _without_noqa_of_bans() == []
