"""What the README and the guides point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, name_of, tracked_files

LINK = re.compile(r"\[[^\]]+\]\((?!https?:|mailto:|#)([^)#\s]+)")
PLACE = re.compile(r"`((?:dardr|workflows|notifications|migrations|docs|tests|\.ci)/[\w./-]*)")
PAGES = [path for path in tracked_files() if path.suffix == ".md"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    broken = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert broken == []


def test_every_place_the_readme_names_exists() -> None:
    places = PLACE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(places) > 10
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_make_target_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake (\w+) {2,}|`make (\w+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    targets = {first or second for first, second in named}
    assert {"run", "test", "check", "bench"} <= targets
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
