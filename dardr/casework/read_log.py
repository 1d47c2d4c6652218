"""Reads that are logged: identities, stored files, a case opened for a reason. Written before the page is built."""

from __future__ import annotations

from datetime import datetime

from dardr.actors import Actor
from dardr.storage.engine import Database
from dardr.storage.reading import ReadEvent


def note_read(
    database: Database, now: datetime, actor: Actor, what: str, record_id: int | None, detail: str = ""
) -> None:
    """Keep, in a short transaction of its own, that ``actor`` read something at ``now`` (UTC).

    ``what`` is a short key (``identity``, ``file``); ``detail`` says which, and never holds a name.
    """
    with database.write() as session:
        session.add(
            ReadEvent(
                at=now, user_id=actor.id, user_name=actor.name, record_id=record_id, what=what, detail=detail[:200]
            )
        )
