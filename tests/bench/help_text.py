"""``dardr --help`` against starting Python and importing click."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.report import Ratio, seconds


def run() -> list[Ratio]:
    """Start both several times; at most three times as long."""
    beside = Path(sys.executable).with_name("dardr")
    dardr = str(beside) if beside.exists() else shutil.which("dardr")
    command = [dardr, "--help"] if dardr else [sys.executable, "-m", "dardr.cli", "--help"]
    ours = seconds(lambda: subprocess.run(command, check=True, capture_output=True), times=9)
    bare = seconds(
        lambda: subprocess.run([sys.executable, "-c", "import click"], check=True, capture_output=True), times=9
    )
    return [Ratio("dardr --help", f"{ours * 1000:.0f} ms", f"import click: {bare * 1000:.0f} ms", ours / bare, 3.0)]
