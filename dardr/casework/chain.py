"""The hashes that make a record's history provable. One place, used by the writer and by every verifier.

SHA-256 over canonical JSON (sorted keys, no spaces, UTF-8). The chain holds only salted hashes of what an event
recorded, so that a lawful destruction removes values and salt and leaves the chain verifiable.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from dardr.storage.types import canonical

START = "0" * 64
"""What the first event of a record has as ``previous_hash``."""


def new_salt() -> str:
    """A fresh salt for one event's values: 32 random bytes, as hexadecimal."""
    return secrets.token_hex(32)


def instant_text(recorded_at: datetime) -> str:
    """An aware instant as the chain spells it: UTC with microseconds, ``2026-03-01T09:00:00.000000Z``.

    Raises ValueError for a naive value.
    """
    if recorded_at.tzinfo is None:
        raise ValueError("An event's instant must be aware (UTC).")
    return recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def values_hash(salt: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """The salted hash of what an event changed. Values are JSON (dates as ISO text).

    For the identity store ``before`` is None.
    """
    return sha256(canonical([salt, before, after]).encode()).hexdigest()


def event_hash(
    ref: str,
    seq: int,
    action: str,
    from_stage: str | None,
    to_stage: str,
    process: str,
    actor_id: int,
    actor_name: str,
    occurred_on: date,
    recorded_at: datetime,
    values_hash: str,
    identity_hash: str,
    previous_hash: str,
) -> str:
    """The hash of one event, over everything the event says and the hash of the one before it.

    ``occurred_on`` is a London date, ``recorded_at`` an aware instant. ``previous_hash`` is ``START`` (or empty)
    for the first event; ``identity_hash`` is empty where nothing went to the identity store.
    """
    said = [
        ref, seq, action, from_stage, to_stage, process, actor_id, actor_name, occurred_on.isoformat(),
        instant_text(recorded_at), values_hash, identity_hash, previous_hash or START,
    ]  # fmt: skip
    return sha256(canonical(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """One event as a verifier sees it. ``salt`` None with ``destroyed_under`` set: the values were lawfully destroyed.

    ``has_values`` False: there is no row of values at all. For the identity store ``identity_checked`` False means
    that its values are not at hand (an export never holds them).
    """

    seq: int
    action: str
    from_stage: str | None
    to_stage: str
    process: str
    actor_id: int
    actor_name: str
    occurred_on: date
    recorded_at: datetime
    values_hash: str
    identity_hash: str
    previous_hash: str
    hash: str
    has_values: bool
    salt: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    destroyed_under: str | None
    identity_checked: bool = False
    has_identity: bool = False
    identity_salt: str | None = None
    identity_after: Mapping[str, Any] | None = None
    identity_destroyed_under: str | None = None


class Walk:
    """Walks one record's events in order and says what does not fit. Pure."""

    def __init__(self, ref: str) -> None:
        self.ref = ref
        self.seq = 0
        self.hash = START
        self.stage: str | None = None
        self.process = ""

    def step(self, link: Link) -> list[str]:
        """What is wrong with this event; empty when it fits. The walk goes on from what the event says of itself."""
        wrong: list[str] = []
        if link.seq != self.seq + 1:
            wrong.append(
                f"Event {link.seq} follows event {self.seq}: one is missing, or its number was changed."
                if self.seq
                else f"The history begins with event {link.seq} instead of event 1."
            )
        if (link.previous_hash or START) != self.hash:
            wrong.append("It does not continue from the event before it.")
        if self.seq and link.from_stage != self.stage:
            wrong.append(f"It starts from {link.from_stage!r}, but the event before it led to {self.stage!r}.")
        computed = event_hash(
            self.ref, link.seq, link.action, link.from_stage, link.to_stage, link.process, link.actor_id,
            link.actor_name, link.occurred_on, link.recorded_at, link.values_hash, link.identity_hash,
            link.previous_hash,
        )  # fmt: skip
        if computed != link.hash:
            wrong.append("What the event says does not match its hash: it was changed after it was recorded.")
        wrong += _values_wrong(link)
        if link.identity_checked:
            wrong += _identity_wrong(link)
        self.seq, self.hash, self.stage, self.process = link.seq, link.hash, link.to_stage, link.process
        return wrong

    def end(self, *, last_seq: int, head: str, stage: str, process: str) -> list[str]:
        """What of the record itself does not agree with its last event."""
        wrong: list[str] = []
        if self.seq == 0:
            return ["The record has no history."]
        if last_seq != self.seq:
            wrong.append(f"The record counts {last_seq} events, and its history ends with event {self.seq}.")
        if head != self.hash:
            wrong.append("The record's own note of the last hash does not match its history.")
        if stage != self.stage:
            wrong.append(f"The record stands at {stage!r}, and its history led to {self.stage!r}.")
        if process != self.process:
            wrong.append(f"The record follows {process!r}, and its history ends in {self.process!r}.")
        return wrong


def _values_wrong(link: Link) -> list[str]:
    if not link.has_values:
        return ["What the event recorded is missing."]
    if link.salt is None:
        if not link.destroyed_under:
            return ["What the event recorded is gone, and nothing says under what it was destroyed."]
        if link.before is not None or link.after is not None:
            return ["The values are marked as destroyed and are still there."]
        return []
    if values_hash(link.salt, link.before, link.after) != link.values_hash:
        return ["What the event recorded was changed afterwards."]
    return []


def _identity_wrong(link: Link) -> list[str]:
    if not link.has_identity:
        return ["The identity values of the event are missing."] if link.identity_hash else []
    if not link.identity_hash:
        return ["There are identity values that the event does not speak of."]
    if link.identity_salt is None:
        if not link.identity_destroyed_under:
            return ["The identity values are gone, and nothing says under what they were destroyed."]
        if link.identity_after is not None:
            return ["The identity values are marked as destroyed and are still there."]
        return []
    if values_hash(link.identity_salt, None, link.identity_after) != link.identity_hash:
        return ["The identity values were changed afterwards."]
    return []
