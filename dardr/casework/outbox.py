"""Writing e-mail down to be sent: rendered at once, so that the row holds exactly what was said, and only once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dardr.casework.post_choices import choices_for
from dardr.storage.engine import is_sqlite
from dardr.storage.outbox import NO_ADDRESS, QUEUED, OutboxMessage
from notifications.messages import Message
from notifications.render import Rendered, render_message

LONGEST_KEY = 300
AT_ANY_HOUR = frozenset({"password_link", "account_changed", "notification_form_link", "door_link", "door_code"})
"""Messages about signing in: somebody is waiting for them, or has to know at once. They have no quiet hours."""


def write(
    session: Session,
    now: datetime,
    message: Message,
    *,
    to: str,
    party: str,
    dedupe: str,
    record_id: int | None,
    event_id: int | None = None,
    deadline_id: int | None = None,
    due_on: date | None = None,
    rung: str = "",
) -> bool:
    """Write one message to one address. False where a row with this ``dedupe`` key is already there.

    An empty ``to`` writes a row that is never sent and stays visible: somebody should be told, and has no address.
    """
    values = row(
        now, message, to=to, party=party, dedupe=dedupe, record_id=record_id, event_id=event_id,
        deadline_id=deadline_id, due_on=due_on, rung=rung,
    )  # fmt: skip
    return write_rows(session, [values]) == 1


def row(
    now: datetime,
    message: Message,
    *,
    to: str,
    party: str,
    dedupe: str,
    record_id: int | None,
    event_id: int | None = None,
    deadline_id: int | None = None,
    due_on: date | None = None,
    rung: str = "",
    calendar: str | None = None,
) -> dict[str, Any]:
    """The values of one outbox row, the words rendered. ``calendar`` is an invitation. Raises what rendering raises."""
    said = rendered(message)
    return {
        "dedupe_key": short_key(dedupe),
        "record_id": record_id,
        "event_id": event_id,
        "deadline_id": deadline_id,
        "due_on": due_on,
        "rung": rung,
        "message": message.template,
        "party": str(party),
        "recipient": to,
        "subject": said.subject,
        "text": said.text,
        "html": said.html,
        "calendar": calendar,
        "status": QUEUED if to else NO_ADDRESS,
        "not_before": now,
        "attempts": 0,
        "created_at": now,
        "settled_at": None if to else now,
    }


def write_rows(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Write several rows at once, leaving out those whose key is there already. How many are new.

    Two sweeps at once agree through the unique key: the second one's row is not written. What is about a record does
    not leave in its reader's quiet hours.
    """
    return len(insert_rows(session, _outside_quiet_hours(session, rows)))


def insert_rows(session: Session, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Write rows as they are, leaving out those whose key is there already: the new ones' ids by their key."""
    if not rows:
        return {}
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    table: Any = OutboxMessage.__table__
    statement = insert(table).on_conflict_do_nothing(index_elements=["dedupe_key"])
    written = session.connection().execute(statement.returning(table.c.dedupe_key, table.c.id), list(rows))
    return {str(row.dedupe_key): int(row.id) for row in written}


def _outside_quiet_hours(session: Session, rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    held = [row for row in rows if row["recipient"] and row["message"] not in AT_ANY_HOUR]
    if not held:
        return rows
    choices = choices_for(session, (row["recipient"] for row in held))
    for row in held:
        row["not_before"] = choices[row["recipient"]].not_before(row["not_before"])
    return rows


@lru_cache(maxsize=64)
def rendered(message: Message) -> Rendered:
    """The words of a message. Ten people told the same thing cost one rendering."""
    return render_message(message)


def short_key(key: str) -> str:
    """A key as it is stored; one that is too long keeps its beginning and a hash of the whole."""
    return key if len(key) <= LONGEST_KEY else f"{key[:200]}:{sha256(key.encode()).hexdigest()}"
