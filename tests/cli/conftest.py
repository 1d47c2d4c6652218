"""The command line as a program sees it: arguments in, JSON, sentences and an exit code out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dardr.cli import main

KEYS = {"DARDR_SECRET_KEY": "5e" * 32, "DARDR_MASTER_KEY": "a1" * 32}


@dataclass(frozen=True)
class Said:
    """What one command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON object: nothing else may be on it."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def reasons(self) -> list[str]:
        """The reasons of a refusal, from JSON."""
        return [one["reason"] for one in self.json["refused"]]


class Dardr:
    """Runs commands on one database, in this process or in one of their own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.env: dict[str, str] = {"DARDR_DATABASE_URL": url, "DARDR_DATA_FOLDER": str(folder), **KEYS}

    def __call__(self, *args: str, now: str | None = None, **env: str) -> Said:
        """Run a command in this process."""
        merged: dict[str, str | None] = {**self.env, **env, "DARDR_NOW": now}
        result = CliRunner().invoke(main, list(args), env=merged, prog_name="dardr")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def ok(self, *args: str, now: str | None = None, **env: str) -> Any:
        """Run a command with ``--json`` that must be done; its JSON."""
        said = self(*args, "--json", now=now, **env)
        assert said.code == 0, said
        return said.json

    def refused(self, *args: str, now: str | None = None, **env: str) -> list[str]:
        """Run a command with ``--json`` that must be refused; its reasons."""
        said = self(*args, "--json", now=now, **env)
        assert said.code == 1, said
        assert said.err == ""
        return said.reasons

    def process(self, *args: str, preexec: Callable[[], None] | None = None, **env: str) -> Said:
        """Run a command in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "dardr.cli", *args],
            env={**os.environ, **self.env, **env},
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=preexec,
        )
        return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def dardr(database_url: str, tmp_path: Path) -> Dardr:
    """The command line on a database set up for Kent; each test runs on SQLite and on PostgreSQL."""
    command = Dardr(database_url, tmp_path / "data")
    command.ok("db", "upgrade")
    return command


@pytest.fixture
def rehearsal(database_url: str, tmp_path: Path) -> Dardr:
    """The same on a rehearsal database."""
    command = Dardr(database_url, tmp_path / "data")
    command.ok("db", "upgrade", "--rehearsal")
    return command


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path) -> Dardr:
    """The command line on SQLite alone, for what does not depend on the database."""
    command = Dardr(sqlite_url, tmp_path / "data")
    command.ok("db", "upgrade")
    return command
