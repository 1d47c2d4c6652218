"""The text that the form of an update to a branch of the family holds when it is opened: to be changed by a person."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dardr import systime
from dardr.actors import Actor
from dardr.casework.documents.family import draft_update
from dardr.lookups.family import find_branch
from dardr.storage.reviews import Record


def suggested_update(session: Session, actor: Actor, record: Record) -> dict[str, str]:
    """A plain-English text of where the review is and what happened since the last update, and the way agreed."""
    branch, review = find_branch(session, actor, record.ref)
    ways = branch.facts.get("update_how") or []
    by = {"chair": "chair", "case_manager": "case_manager"}.get(str(branch.facts.get("updates_by")), "")
    return {
        "update_text": draft_update(session, branch, review, systime.london_date(systime.utc_now())),
        **({"update_given_how": ways[0]} if len(ways) == 1 else {}),
        **({"given_by": by} if by else {}),
    }
