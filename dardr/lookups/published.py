"""What published reviews are: reviews of domestic abuse related deaths, of safeguarding adults or of children."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.reviews import Record

HISTORIC = "historic"


def kinds_of_published(session: Session) -> dict[str, str]:
    """The kind of each published review for which one is recorded, by its reference."""
    kind = Record.facts["review_kind"].as_string()
    rows = session.execute(sa.select(Record.ref, kind).where(Record.process_key == HISTORIC, kind.is_not(None)))
    return {ref: found for ref, found in rows}
