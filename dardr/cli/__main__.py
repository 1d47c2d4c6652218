"""``python -m dardr.cli``: the same as ``dardr``."""

from __future__ import annotations

from dardr.cli import main

main(prog_name="dardr")
