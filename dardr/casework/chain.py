"""The hashes that make a record's history provable. One place, used by the writer and by every verifier.

SHA-256 over canonical JSON (sorted keys, no spaces, UTF-8). The chain holds only salted hashes of what an event
recorded, so that a lawful destruction removes values and salt and leaves the chain verifiable.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
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
