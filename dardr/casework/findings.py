"""What a nightly check says: one thing that needs somebody's attention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that needs somebody's attention, in a sentence. ``record_id`` None: about the installation."""

    record_id: int | None
    kind: str
    sentence: str


Check = Callable[[Session, date], Iterator[Finding]]
