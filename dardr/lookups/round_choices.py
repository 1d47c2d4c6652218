"""The comments of a round, to be chosen for an answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.facts import load_items
from dardr.storage.reviews import Record
from workflows.definition import Choice, Process
from workflows.processes.comment_request_1.comments import comments_of
from workflows.processes.comment_request_1.giving import REQUESTS

WORDS = 90
"""Characters of a comment by which it is told from the others on a form."""


def comments_of_round(
    session: Session, _actor: Actor, _process: Process, record: Record | None, _today: date
) -> tuple[Choice, ...]:
    """Every comment of the round but replies, in the order of its readers."""
    if record is None:
        return ()
    return tuple(
        Choice(line["id"], f"{line['id']}: {in_short(line)}")
        for item in load_items(session, record)
        if item.process in REQUESTS
        for line in comments_of(item.ref, item.facts)
        if "reply_to" not in line
    )


def in_short(line: dict[str, Any]) -> str:
    """The first words of a comment or change."""
    words = " ".join(str(line.get("text") or line.get("new") or line.get("old") or "").split())
    return words if len(words) <= WORDS else f"{words[:WORDS].rsplit(' ', 1)[0]} …"
