"""What people see: tables and panels by rich. What programs see: one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from workflows.authority import Authority


def print_json(value: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "Nothing to show.") -> None:
    """A table for people. Text is shown as it is: nothing in it is read as mark-up."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = [[Text("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not lines:
        click.echo(empty)
        return
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for line in lines:
        shown.add_row(*line)
    console = Console(soft_wrap=False, highlight=False, width=None if sys.stdout.isatty() else 140)
    console.print(shown)


def heading(text: str) -> None:
    """A line that begins a part."""
    click.echo(f"\n{text}")


def day_words(iso: str | None) -> str:
    """An ISO day as people read it: ``3 December 2026``; a dash where there is none."""
    if not iso:
        return "-"
    day = date.fromisoformat(iso[:10])
    return f"{day.day} {day:%B %Y}"


def authority_words(authority: dict[str, Any] | None) -> str:
    """An authority in one line: source, kind, and how far its words were read."""
    if not authority:
        return "-"
    return Authority.of(authority).words


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Any]:
    """A bar on standard error for long work, on a terminal only. Yields ``advance(n=1, total=None)``."""
    if not sys.stderr.isatty():
        yield lambda n=1, total=None: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)

        def advance(n: int = 1, total: int | None = None) -> None:
            bar.update(task, advance=n, total=total)

        yield advance
