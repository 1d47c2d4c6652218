"""Reading a stranger's document in a process of its own, with limits of time and memory.

One that is broken or made to do harm stops nothing else, and finds no settings, keys among them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

SECONDS = 20
MEMORY = 2 * 1024 * 1024 * 1024

KEPT_FROM_THE_READER = "DARDR_"
"""Settings, keys among them, are no business of what reads a stranger's document."""


def read_apart(module: str, content: bytes) -> bytes | None:
    """What the program ``module`` writes that is given ``content``; None where it fails or takes too long."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(KEPT_FROM_THE_READER)}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            env=environment,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout if done.returncode == 0 else None


def limit() -> None:
    """Memory and processor time of this process, where the system knows such limits."""
    try:
        import resource
    except ImportError:  # not on this system; the time limit of the caller still holds
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
