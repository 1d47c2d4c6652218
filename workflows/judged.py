"""What a condition may look at: the record as it stands, what is being submitted, who acts, what is linked to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.authority import Role
from workflows.careful import CarefulDay


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why something is not possible (yet), in a sentence that says what to do."""

    reason: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The last time an action was done on a record."""

    seq: int
    actor_id: int
    occurred_on: date


@dataclass(frozen=True, slots=True)
class Item:
    """A record linked to the one being judged, as guards see it."""

    ref: str
    process: str
    stage: str
    final: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that has not ended, as guards see it."""

    id: int
    kind: str
    from_date: date
    review_by: date | None
    activities: tuple[str, ...]
    clocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a guard may look at. ``submitted`` is None while a page is only asking what is possible.

    ``recorded`` are the facts so far, as stored (dates as ISO text). ``submitted`` are the typed answers of
    the action now being taken. ``occurred_on`` and ``today`` are London dates. ``owing_body_ids`` are the bodies the
    record is owed by, filled for guards marked ``reads_bodies``, and so are ``actor_body_keys``, the keys of the bodies
    for which the actor acts. ``beside`` are the records of the same process that
    serve the same review, filled for guards marked ``reads_beside``. ``actor_roles`` are those of the one who acts on
    this record, as the engine is told them. ``careful`` are the days to be careful about, filled where answers are
    judged by something marked ``reads_careful_days``; what a day is is left out for who may not know.
    """

    ref: str
    stage: str
    recorded: Mapping[str, Any]
    today: date
    submitted: Mapping[str, Any] | None = None
    occurred_on: date | None = None
    actor_id: int = 0
    actor_roles: frozenset[Role] = frozenset()
    actor_body_ids: frozenset[int] = frozenset()
    actor_body_keys: frozenset[str] = frozenset()
    owing_body_ids: frozenset[int] = frozenset()
    is_operator: bool = False
    done: Mapping[str, Past] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    beside: tuple[Item, ...] = ()
    holds: tuple[OpenHold, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    careful: tuple[CarefulDay, ...] = ()

    def answer(self, name: str) -> Any:
        """The answer being given now, or the one recorded before, or None."""
        if self.submitted is not None and self.submitted.get(name) is not None:
            return self.submitted[name]
        return self.recorded.get(name)

    def items_of(self, process: str) -> tuple[Item, ...]:
        """The linked records of one process (by its key)."""
        return tuple(item for item in self.items if item.process == process)

    def listed(self, name: str) -> list[dict[str, Any]]:
        """The entries kept under ``Action.keep_as`` so far, oldest first."""
        return list(self.recorded.get(name) or [])
