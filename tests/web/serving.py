"""A real server process on a database of its own, for tests that drive a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dardr.storage.engine import Database
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Serving:
    """A server that answers: its address, the database behind it, and its process."""

    address: str
    database: Database
    pid: int = 0

    @property
    def most_memory(self) -> int:
        """Bytes that the workers of the server had at most, so far, as the system counted them."""
        found = 0
        for status in Path("/proc").glob("[0-9]*/status"):
            with suppress(OSError):
                said = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                if int(said["PPid"]) == self.pid and "VmHWM" in said:
                    found += int(said["VmHWM"].split()[0]) * 1024
        return found


@contextmanager
def serving(database: Database, folder: Path, now: str) -> Iterator[Serving]:
    """``dardr web`` as people start it, on a rehearsal database, from the London time ``now`` on."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DARDR_")},
        "DARDR_DATABASE_URL": database.url,
        "DARDR_DATA_FOLDER": str(folder),
        "DARDR_NOW": now,
    }
    with (folder / "server.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "dardr.cli", "web", "--port", str(port), "--quiet"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, child, folder)
            yield Serving(address, database, child.pid)
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait_for(address: str, child: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"The server did not start: {(folder / 'server.log').read_text()}")
