"""What a form holds already because somebody told the partnership: nobody is asked twice for what is recorded."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.lookups.records import visible_items
from dardr.lookups.returns import RETURN
from dardr.storage.reviews import Record
from workflows.processes.agency_return_1.stages import REVIEW_KINDS

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
    """The bodies that whoever notified the death named, to be asked to secure their records."""
    return {"bodies": _named(record, AGENCIES)}


def agencies_not_asked(session: Session, actor: Actor, record: Record) -> dict[str, list[str]]:
    """The same, without those that were asked what they know already."""
    return {"bodies": _without_a_return(session, actor, record, _named(record, AGENCIES), ("information_return",))}


def agencies_of_terms(session: Session, actor: Actor, record: Record) -> dict[str, list[str]]:
    """The bodies that the terms of reference name, without those that were asked for a return to the review already."""
    return {"bodies": _without_a_return(session, actor, record, _named(record, "agencies"), REVIEW_KINDS)}


def _named(record: Record, fact: str) -> list[str]:
    found = record.facts.get(fact)
    return found if isinstance(found, list) else []


def _without_a_return(
    session: Session, actor: Actor, record: Record, bodies: list[str], kinds: Collection[str]
) -> list[str]:
    asked = {
        one.facts.get("body")
        for one in visible_items(session, actor, record)
        if one.process_key == RETURN and one.facts.get("kind") in kinds
    }
    return [body for body in bodies if body not in asked]
