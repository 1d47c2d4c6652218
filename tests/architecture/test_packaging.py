"""What a fresh machine is given: locks that say everything, and page assets without GOV.UK's marks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import PACKAGES, ROOT, name_of, tracked_files

REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?P<version>==[^ ;\\]+)?", re.MULTILINE)


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(lock: str) -> dict[str, list[str]]:
    """Name -> hashes, one entry per pinned requirement of the lock."""
    found: dict[str, list[str]] = {}
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if not line or line.startswith((" ", "#")):
            continue
        match = REQUIREMENT.match(line)
        assert match and match["version"], f"{lock}: {line[:60]!r} is not pinned with =="
        found.setdefault(_normal(match["name"]), []).extend(re.findall(r"--hash=sha256:[0-9a-f]{64}", line))
    return found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_dependency_has_its_hashes(lock: str) -> None:
    without = [name for name, hashes in _locked(lock).items() if not hashes]
    assert _locked(lock)
    assert without == []


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["build", "dev"])]
)
def test_the_locks_cover_what_the_project_names(lock: str, extras: list[str]) -> None:
    project = _project()["project"]
    named = list(project["dependencies"])
    for extra in extras:
        named += project["optional-dependencies"][extra]
    wanted = {_normal(match["name"]) for line in named if (match := REQUIREMENT.match(line))}
    missing = wanted - set(_locked(lock))
    assert missing == set(), f"Run: make lock ({lock} lacks {missing})"


def test_both_locks_pin_the_same_versions() -> None:
    def pins(lock: str) -> set[str]:
        text = (ROOT / lock).read_text(encoding="utf-8")
        return set(re.findall(r"^[a-z0-9-]+==[^ ;\\]+", text, re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock", "package-lock.json"])
def test_no_lock_names_an_index_or_a_machine(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not re.search(r"https?://\S*(?:\.whl|\.tar\.gz|\.tgz|/simple)|--index-url|--find-links|file:/", text)
    assert '"resolved"' not in text


def test_the_page_assets_are_pinned_to_the_versions_the_macros_match() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert package["dependencies"] == {"@ministryofjustice/frontend": "11.1.0", "govuk-frontend": "6.3.0"}
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    without = [name for name, entry in locked.items() if name and "integrity" not in entry]
    assert without == []


VENDOR = ROOT / "dardr" / "web" / "static" / "vendor"


def test_the_page_assets_are_there() -> None:
    names = {path.name for path in VENDOR.iterdir()}
    assert {
        "govuk-frontend.min.css",
        "govuk-frontend.min.js",
        "moj-frontend.min.css",
        "moj-frontend.min.js",
    } <= names, "Run: make assets"


def test_a_council_does_not_carry_the_marks_of_gov_uk() -> None:
    reserved = re.compile(r"\.(woff2?|ttf|otf|ico)$|crest|crown|favicon|touch-icon", re.IGNORECASE)
    assert [path.name for path in VENDOR.rglob("*") if reserved.search(path.name)] == []
    for sheet in VENDOR.glob("*.css"):
        css = sheet.read_text(encoding="utf-8")
        assert "GDS Transport" not in css
        assert "@font-face" not in css
        assert "font-family:arial,sans-serif" in css
        for image in re.findall(r"url\(([^)]*)\)", css):
            if not image.startswith(("data:", '"data:', "'data:")):
                assert (sheet.parent / image).is_file(), f"{sheet.name} asks for {image}, which is not there."


@pytest.mark.slow
def test_the_wheel_carries_everything_the_program_reads(tmp_path: Path) -> None:
    """Templates, data, page assets and migrations travel with the code, not only the Python files."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("dardr-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    wanted = {name_of(path) for path in tracked_files() if name_of(path).split("/")[0] in PACKAGES}
    wanted |= {name_of(path) for path in VENDOR.rglob("*") if path.is_file()}
    wanted |= {f"dardr/_{name_of(path)}" for path in tracked_files() if name_of(path).startswith("migrations/")}
    assert wanted - inside == set()
    assert not [name for name in inside if name.startswith(("tests/", "node_modules/", "docs/"))]
