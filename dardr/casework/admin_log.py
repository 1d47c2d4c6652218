"""The log of what belongs to no record: people, roles, bodies, settings, questions. Read by auditors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.storage.people import AdminEvent


def note_change(
    session: Session,
    now: datetime,
    actor: Actor | None,
    what: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Keep that ``actor`` (None: nobody signed in) changed something, at ``now`` (UTC), in the same transaction.

    ``what`` is a short key (``role_given``), ``subject`` whom or what it concerns, in words; never a password or code.
    """
    session.add(
        AdminEvent(
            at=now,
            actor_id=actor.id if actor else None,
            actor_name=actor.name if actor else "Nobody signed in",
            what=what,
            subject=subject[:200],
            details=dict(details or {}),
        )
    )
