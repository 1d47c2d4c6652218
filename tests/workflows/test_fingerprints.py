"""A released process cannot change unnoticed: not its data, not a condition, not what a condition calls."""

from __future__ import annotations

import dataclasses
import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import workflows
from workflows import fingerprints, guards
from workflows.fingerprints import Released, compare, fingerprint, read, write

POINT = workflows.get("qa-point")
REVIEW = workflows.get("dardr-s9")


def test_nothing_is_released_yet_and_what_is_has_not_changed() -> None:
    recorded = read()
    assert compare(workflows.all_processes(), recorded) == []
    assert not {p.id for p in workflows.all_processes() if p.draft} & set(recorded)


def test_a_fingerprint_is_the_same_in_every_run() -> None:
    code = "import workflows, workflows.fingerprints as f; print(f.fingerprint(workflows.get('dardr-s9')))"
    root = Path(workflows.__file__).parent.parent
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert runs == {fingerprint(REVIEW)}


def test_every_process_has_its_own() -> None:
    assert len({fingerprint(process) for process in workflows.all_processes()}) == len(workflows.MODULES)


@pytest.mark.parametrize("changes", [{"label": "Other"}, {"stages": POINT.stages[:2]}, {"about": ""}])
def test_a_change_of_the_data_shows(changes: dict[str, Any]) -> None:
    assert fingerprint(dataclasses.replace(POINT, **changes)) != fingerprint(POINT)


@pytest.mark.parametrize("changed", ["done_since", "_partial"])
def test_a_change_of_a_condition_or_of_what_it_calls_shows(changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(REVIEW)
    real = inspect.getsource

    def source(thing: Any) -> str:
        return real(thing) + ("# changed\n" if thing is getattr(guards, changed) else "")

    monkeypatch.setattr(fingerprints.inspect, "getsource", source)
    assert fingerprint(REVIEW) != before


def test_a_change_of_a_value_a_condition_looks_at_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    from workflows.processes.dardr_s9_1 import versions

    before = fingerprint(REVIEW)
    monkeypatch.setattr(versions, "APPROVED", ("approved",))
    assert fingerprint(REVIEW) != before


def test_release_records_and_then_holds(tmp_path: Path) -> None:
    path = tmp_path / "fingerprints.toml"
    assert write([POINT], path) == ["qa-point@1"]
    assert read(path) == {"qa-point@1": fingerprint(POINT)}
    assert write([POINT, REVIEW], path) == ["dardr-s9@1"]
    assert compare([POINT, REVIEW], read(path)) == []
    changed = dataclasses.replace(POINT, label="Other")
    assert "qa-point@2" in compare([changed, REVIEW], read(path))[0]
    before = path.read_text()
    with pytest.raises(Released, match="put it back"):
        write([changed, REVIEW], path)
    assert path.read_text() == before


def test_a_released_process_that_is_gone_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "fingerprints.toml"
    write([POINT], path)
    assert "not here any more" in compare([], read(path))[0]


def test_a_draft_has_no_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "fingerprints.toml"
    draft = dataclasses.replace(POINT, draft=True)
    assert write([draft], path) == [] and read(path) == {}
    assert "draft" in compare([draft], {POINT.id: fingerprint(POINT)})[0]


def test_what_has_no_lasting_form_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be part of a process"):
        fingerprint(dataclasses.replace(POINT, about=object()))  # type: ignore[arg-type]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "fingerprints.toml")
    assert fingerprints.main(["--check", "--file", path]) == 0
    assert fingerprints.main(["--write", "--file", path]) == 0
    assert "dardr-s9@1" in capsys.readouterr().out
    assert fingerprints.main(["--write", "--file", path]) == 0
    assert "Nothing new" in capsys.readouterr().out
    text = Path(path).read_text().replace(fingerprint(POINT), "sha256:0")
    Path(path).write_text(text)
    assert fingerprints.main(["--check", "--file", path]) == 1
    assert fingerprints.main(["--write", "--file", path]) == 1
    assert "qa-point@1 was released and has changed" in capsys.readouterr().err
