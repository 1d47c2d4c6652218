"""A database of either kind with a fictional partnership; and children, which are stopped whatever happens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures import database

__all__ = ["database"]

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start ``tests.worker.child`` with these arguments; it waits for a line before it begins (a worker does not)."""
    children: list[subprocess.Popen[str]] = []

    def starting(*arguments: object) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.worker.child", *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        assert child.stdout is not None and child.stdout.readline().strip() == "ready"
        return child

    yield starting
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate()
