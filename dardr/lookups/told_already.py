"""What a form holds already because somebody told the partnership: nobody is asked twice for what is recorded."""

from __future__ import annotations

from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.lookups.records import visible_items
from dardr.storage.reviews import Record

AGENCIES = "known_agencies"
"""The bodies a notification names as having had contact."""


def criteria(_s: Session, _a: Actor, record: Record) -> dict[str, str]:
    """The answers on the criteria as they stand: from the notification at first, later as they were last recorded.

    That the person lived here may have been confirmed before anybody looked at the criteria.
    """
    held = {"in_area": "yes" if record.facts.get("area_confirmed") == "yes" else None} | record.facts
    asked = (field.name for field in workflows.get(record.process).criteria)
    return {name: str(held[name]) for name in asked if held.get(name) is not None}


def agencies(_s: Session, _a: Actor, record: Record) -> dict[str, list[str]]:
    """The bodies that whoever notified the death named."""
    named = record.facts.get(AGENCIES)
    return {"bodies": named if isinstance(named, list) else []}


def agencies_not_asked(session: Session, actor: Actor, record: Record) -> dict[str, list[str]]:
    """The same without those that were asked what they know already."""
    asked = {
        one.facts.get("body")
        for one in visible_items(session, actor, record)
        if one.process_key == "agency-return" and one.facts.get("kind") == "information_return"
    }
    return {"bodies": [body for body in agencies(session, actor, record)["bodies"] if body not in asked]}
