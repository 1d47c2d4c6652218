"""Run all benchmarks, or those named: ``python -m tests.bench [act] [sweep] [post] ...``."""

from __future__ import annotations

import sys
from importlib import import_module

from tests.bench.report import Ratio, show

ALL = {
    "help": "help_text",
    "act": "act",
    "sweep": "sweep",
    "post": "post_of_a_day",
    "deliver": "deliver",
    "web": "web",
    "review": "review_page",
    "word": "word_comments",
    "sheets": "sheets",
    "similar": "similar",
    "chronology": "chronology",
}


def main() -> int:
    """Run and print; 0 when every ratio is within its bound."""
    wanted = sys.argv[1:] or list(ALL)
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        print(f"There is no benchmark called {unknown[0]}. There are: {', '.join(ALL)}.", file=sys.stderr)
        return 2
    ratios: list[Ratio] = []
    for name in wanted:
        print(f"Running {name} ...", file=sys.stderr)
        ratios.extend(import_module(f"tests.bench.{ALL[name]}").run())
    return 0 if show(ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
