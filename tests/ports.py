"""Ports on this machine for the servers that tests start, and for those that are not there."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from tests.conftest import RUN_FOLDER
from tests.postgres import locked

FIRST, LAST = 12_000, 32_000
"""Below the ports that a system gives to whoever connects somewhere: none of these is taken by chance."""


def free_port() -> int:
    """A port nobody listens on, each time another one within a run: it is still free when it is used."""
    folder = Path(os.environ.get(RUN_FOLDER) or tempfile.gettempdir())
    newest = folder / "newest-port"
    with locked(folder / "newest-port.lock"):
        port = int(newest.read_text()) if newest.exists() else FIRST + 7 * os.getpid() % (LAST - FIRST)
        for _ in range(FIRST, LAST):
            port = port + 1 if port < LAST else FIRST
            if _is_free(port):
                newest.write_text(str(port))
                return port
    raise AssertionError("Somebody listens on every port that tests may use.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
