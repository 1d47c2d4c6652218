"""How far each branch of a family is with one version of the report, for those who read of the family.

What they said is on the page of each branch, and in no table that others take away: here it is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.lookups.family import branches_of
from dardr.storage.reviews import Record
from workflows.processes.family_branch_1.reading import readings_open

NOT_GIVEN, READING, READ = "not given to them", "with them to read", "read"


@dataclass(frozen=True, slots=True)
class Beside:
    """One branch beside a round: how far they are, how many comments they made on the version and how many of these
    have an answer."""

    ref: str
    name: str
    stands: str
    comments: int
    answered: int


def family_beside(session: Session, actor: Actor, reviews: Iterable[Record], version: str) -> list[Beside]:
    """Every branch that this person may read of, in the order in which they were added."""
    return [_beside(one, version) for review in reviews for one in branches_of(session, actor, review)]


def _beside(branch: Record, version: str) -> Beside:
    facts = branch.facts
    answered = {str(entry.get("comment")) for entry in facts.get("comments_answered") or ()}
    said = [entry for entry in facts.get("comments") or () if str(entry.get("version")) == version]
    given = any(str(entry.get("version")) == version for entry in facts.get("drafts_given") or ())
    return Beside(
        ref=branch.ref,
        name=branch.title,
        stands=READING if version in readings_open(facts) else READ if given else NOT_GIVEN,
        comments=len(said),
        answered=sum(str(entry.get("seq")) in answered for entry in said),
    )
