"""How the mailboxes are that post comes to: when each was last read, and what was in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.post_in import MailboxPlace


@dataclass(frozen=True, slots=True)
class Looked:
    """One mailbox: ``read_at`` is a UTC instant; ``said`` what was in the way then, or empty."""

    name: str
    read_at: datetime
    said: str


def mailbox_state(session: Session) -> list[Looked]:
    """Every mailbox that was ever looked into, by name."""
    rows = session.scalars(sa.select(MailboxPlace).order_by(MailboxPlace.mailbox))
    return [Looked(row.mailbox, row.read_at, row.said) for row in rows]
