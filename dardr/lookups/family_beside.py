"""How far each branch of a family is with one version of the report, for those who read of the family.

What they said is on the page of each branch, and in no table that others take away: here it is counted, and where in
the report their comments led to a change is said by place and version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.lookups.family import branches_of
from dardr.storage.reviews import Record
from workflows.processes.family_branch_1.reading import PROMISED, latest_answers, readings_open

NOT_GIVEN, READING, READ = "not given to them", "with them to read", "read"


@dataclass(frozen=True, slots=True)
class Beside:
    """One branch beside a version: how far they are, how many comments they made on it, how many of these have an
    answer, how many were promised a change that stands in no version yet.

    ``changed_here`` are their comments on other versions that led to a change in this one: where, and on which version.
    """

    ref: str
    name: str
    stands: str
    comments: int
    answered: int
    promised: int
    changed_here: tuple[tuple[str, str], ...]


def family_beside(session: Session, actor: Actor, reviews: Iterable[Record], version: str) -> list[Beside]:
    """Every branch that this person may read of, in the order in which they were added."""
    return [beside(one, version) for review in reviews for one in branches_of(session, actor, review)]


def beside(branch: Record, version: str) -> Beside:
    """One branch, of those that ``branches_of`` gave, beside one version."""
    facts = branch.facts
    answers = latest_answers(facts)
    kept = facts.get("comments") or ()
    said = [entry for entry in kept if str(entry.get("version")) == version]
    given = any(str(entry.get("version")) == version for entry in facts.get("drafts_given") or ())
    return Beside(
        ref=branch.ref,
        name=branch.title,
        stands=READING if version in readings_open(facts) else READ if given else NOT_GIVEN,
        comments=len(said),
        answered=sum(str(entry.get("seq")) in answers for entry in said),
        promised=sum(answers.get(str(entry.get("seq")), {}).get("comment_outcome") == PROMISED for entry in said),
        changed_here=tuple(
            (str(entry.get("comment_where") or ""), str(entry.get("version") or ""))
            for entry in kept
            if str(answers.get(str(entry.get("seq")), {}).get("changed_in") or "") == version
        ),
    )
