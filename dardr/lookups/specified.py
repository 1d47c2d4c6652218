"""How a body stands to the list of the Domestic Abuse Act 2021 s.15(3) on a day. The one place that answers it.

What counts is the body as it was on the day of the Commissioner's report: one that ended before, or began after, is not
the body that the report made recommendations about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.bodies import Body
from workflows import specified
from workflows.calendar import in_words
from workflows.specified import DEPARTMENT, KIND_OF_DEPARTMENT, NOT_LISTED, SPECIFIED, BodyKind

UNNAMED_CLASS = "A specified public authority; which class of the list is not recorded yet"


@dataclass(frozen=True, slots=True)
class Stands:
    """How one body stands to the list on a day: what kind it is, the words of its class, else why it is not on it."""

    kind: BodyKind
    words: str = ""
    why: str = ""

    @property
    def listed(self) -> bool:
        """Whether the Act puts the duty of s.16 on it: a specified public authority, or a government department."""
        return self.kind != NOT_LISTED


def stands(body: Body, day: date) -> Stands:
    """How a body stands to the list on a London day."""
    if body.until_on is not None and body.until_on < day:
        return Stands(NOT_LISTED, why=f"It ended on {in_words(body.until_on)}, before {in_words(day)}.")
    if body.from_on is not None and body.from_on > day:
        return Stands(NOT_LISTED, why=f"It began on {in_words(body.from_on)}, after {in_words(day)}.")
    if body.kind == KIND_OF_DEPARTMENT:
        return Stands(DEPARTMENT, "A government department: the Minister in charge of it replies (s.16(1)(b))")
    if body.specified_as:
        found = specified.class_on(body.specified_as, day)
        if found is not None:
            return Stands(SPECIFIED, found.words)
        return Stands(NOT_LISTED, why=f"Its class was not on the list on {in_words(day)}.")
    if body.section15:
        return Stands(SPECIFIED, UNNAMED_CLASS)
    return Stands(NOT_LISTED, why=specified.why_not(body.kind))


def by_key(session: Session, keys: Iterable[str]) -> dict[str, Body]:
    """The bodies of these keys."""
    return {body.key: body for body in session.scalars(sa.select(Body).where(Body.key.in_(list(keys))))}
