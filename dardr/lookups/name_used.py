"""The name used for the person who died, for those who read of the family: who chose it, when, why, whose besides.

Names are looked up when they are recorded, and people join later: so it is looked up again each time this is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.fold import done
from dardr.casework.names_used import where_found
from dardr.lookups.family_entries import said
from dardr.storage.people import User
from dardr.storage.reviews import Record
from workflows.processes.dardr_s9_1.naming import FOUND, REAL_NAME

RECORDED_BY = "record_pseudonym"


@dataclass(frozen=True, slots=True)
class NameUsed:
    """The name as it stands. ``on`` is the London date on which it was chosen, None for one that came another way.

    ``found`` are sentences about where else the name is found today; ``because`` is why it is used all the same.
    """

    name: str
    kind: str
    how: str
    chosen_by: str
    why: str
    on: date | None
    recorded_by: str
    found: list[str]
    because: str


def name_used(session: Session, review: Record) -> NameUsed | None:
    """The name in use, None where none is chosen yet. Ask ``dardr.lookups.family.find_family`` first."""
    facts = review.facts
    name = str(facts.get("display_pseudonym") or "")
    if not name:
        return None
    process, past = workflows.get(review.process), done(facts).get(RECORDED_BY)
    real = facts.get("name_kind") == REAL_NAME
    places = where_found(session, review, name)
    return NameUsed(
        name=name,
        kind=said(process, RECORDED_BY, "name_kind", facts.get("name_kind")),
        how=said(process, RECORDED_BY, "pseudonym_chosen", facts.get("pseudonym_chosen")),
        chosen_by=str(facts.get("name_chosen_by") or ""),
        why=str((facts.get("real_name_reason") if real else facts.get("pseudonym_reason")) or ""),
        on=past.occurred_on if past else None,
        recorded_by=(session.scalar(sa.select(User.name).where(User.id == past.actor_id)) or "") if past else "",
        found=[FOUND[place] for place in places if not (real and place == "person_who_died")],
        because=str(facts.get("name_used_because") or ""),
    )
