"""The answers that the service gives itself, before an action is judged: who wrote a message, where a name is found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework import answering, attendance, comments, correspondence, names_used, return_headings
from dardr.casework.chronology import keeping
from dardr.storage.reviews import Record
from workflows.answers import Choices
from workflows.definition import Action


def with_filled(
    session: Session,
    actor: Actor,
    record: Record,
    action: Action,
    values: Mapping[str, Any],
    choices: Choices,
    today: date,
) -> Mapping[str, Any]:
    """The answers with what is read from them or looked up for them. Raises Invalid for a message nobody can read."""
    values = correspondence.with_message_read(session, record, action, values, choices, today)
    values = comments.with_comments_read(session, record, action, values)
    values = keeping.with_chronology_read(session, record, action, values, today)
    values = answering.with_references_read(session, actor, record, action, values)
    values = return_headings.with_headings_read(record, action, values)
    values = attendance.with_quorum_judged(session, record, action, values)
    return names_used.with_name_looked_up(session, record, action, values)
