"""Whether the name to be used for the person who died is somebody else's too.

It is looked up among the people of the review, those who work on it, and the names of other reviews: the same, or
spelt almost alike. What is found is said as a kind ("a relative"), never as whose name it is. A person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy.orm import Session

import workflows
from dardr.casework.fold import public
from dardr.storage.bodies import BodyContact
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import AuditEvent, IdentityValues, Record, RecordBody, RecordLink
from workflows.definition import Action, ChecksName
from workflows.processes.dardr_s9_1.naming import NOWHERE

OF_THE_PERSON = ("person_name", "other_names", "name_in_family")
"""The questions whose answers are the names of the person who died."""
OF_OTHERS = (
    "suspected_name", "children_names", "next_of_kin", "part_name", "part_other_names", "contact_name", "family_people",
)  # fmt: skip
"""The questions whose answers name somebody else in the review: what they say besides is looked through too."""
OF_STAFF = ("senior_investigating_officer", "family_liaison_officer", "coroner", "notifier_name", "advocate_contact")
"""The questions of the identity store whose answers name somebody who works on the case."""
STAFF_FACTS = ("chair", "author", "member_name", "substitute_name")
"""The facts of a review, and of the seats on its panel, that name those who work on it."""
THE_PERSON = "died"

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LEFT_OUT = frozenset({"the", "and", "her", "his", "their", "mrs", "miss", "mum", "dad", "son", "aunt", "uncle"})
SHORTEST = 3
"""Letters a word must have to count as a name."""
ALIKE_FROM = 5
"""Letters from which a name with one letter changed, left out, added or swapped counts as spelt almost alike."""


def with_name_looked_up(
    session: Session, record: Record, action: Action, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The answers with where the name was found, for an action that says its name is checked; else as they are."""
    effect = next((one for one in action.effects if isinstance(one, ChecksName)), None)
    if effect is None:
        return values
    kept = {name: value for name, value in values.items() if name != effect.found_as}
    name = str(values.get(effect.name) or "")
    found = where_found(session, record, name) if name.strip() else []
    return {**kept, effect.found_as: found or [NOWHERE]}


def where_found(session: Session, record: Record, name: str) -> list[str]:
    """The kinds of place where ``name`` is found besides: keys of ``naming.FOUND``, in its order."""
    wanted = words_of(name)
    if not wanted:
        return []
    person, others, staff = _people(session, record)
    found = {
        "person_who_died": _same(wanted, person),
        "somebody_in_it": _same(wanted, others - person) or _alike(wanted, others - person),
        "staff": _same(wanted, staff | _staff(session, record)),
        "other_review": _other_reviews(session, record, name),
    }
    return [kind for kind, is_there in found.items() if is_there]


def words_of(text: str) -> frozenset[str]:
    """The words of a text that may be names, in lower case; numbers and short words are none."""
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(word for word in words if len(word) >= SHORTEST and word not in _LEFT_OUT)


def _same(wanted: frozenset[str], known: Iterable[str]) -> bool:
    return not wanted.isdisjoint(known)


def _alike(wanted: frozenset[str], known: Iterable[str]) -> bool:
    return any(
        len(one) >= ALIKE_FROM and DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1
        for one in wanted
        for other in known
    )


def _people(session: Session, record: Record) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names in the identity store of this review: of the person who died, of their circle, of who works on it."""
    person: set[str] = set()
    others: set[str] = set()
    staff: set[str] = set()
    for values in identity_values(session, record):
        died = values.get("part_in_case") == THE_PERSON
        for name, value in values.items():
            if name in OF_THE_PERSON or (died and name in OF_OTHERS):
                person |= words_of(_text(value))
            elif name in OF_OTHERS:
                others |= words_of(_text(value))
            elif name in OF_STAFF:
                staff |= words_of(_text(value))
    return frozenset(person), frozenset(others), frozenset(staff)


def identity_values(session: Session, record: Record) -> Iterator[Mapping[str, Any]]:
    """What the identity store holds of the review and of what serves it, with the part each person entry has."""
    serving = sa.select(RecordLink.item_id).where(RecordLink.review_id == record.id, RecordLink.kind == "item")
    rows = session.execute(
        sa.select(IdentityValues.after)
        .join(AuditEvent, AuditEvent.id == IdentityValues.event_id)
        .where(sa.or_(AuditEvent.record_id == record.id, AuditEvent.record_id.in_(serving)))
    )
    for (after,) in rows:
        if after:
            yield after


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _staff(session: Session, record: Record) -> frozenset[str]:
    """The names of those who work on the review: here, on its panel, and in the bodies that owe it something."""
    serving = sa.select(RecordLink.item_id).where(RecordLink.review_id == record.id, RecordLink.kind == "item")
    told = [record.facts, *session.scalars(sa.select(Record.facts).where(Record.id.in_(serving)))]
    found = {word for facts in told for name in STAFF_FACTS for word in words_of(_text(public(facts).get(name)))}
    holding = sa.select(UserRole.user_id).where(UserRole.record_id == record.id)
    people = sa.select(User.name).where(sa.or_(User.id.in_(holding), User.id == record.case_manager_id))
    owing = sa.select(RecordBody.body_id).where(RecordBody.record_id.in_(serving))
    contacts = sa.select(BodyContact.name).where(BodyContact.body_id.in_(owing))
    for name in (*session.scalars(people), *session.scalars(contacts)):
        found |= words_of(name)
    return frozenset(found)


def _other_reviews(session: Session, record: Record, name: str) -> bool:
    """Whether another review of the partnership is called the same, or almost; the year, if there is one, counts."""
    keys = (*workflows.REVIEW_KEYS, "historic")
    titles = session.scalars(
        sa.select(Record.title).where(
            Record.process_key.in_(keys), Record.partnership_id == record.partnership_id, Record.id != record.id
        )
    )
    wanted, years = words_of(name), _years(name)
    for title in titles:
        known = words_of(title)
        if not known or (years and _years(title) and years.isdisjoint(_years(title))):
            continue
        if _same(wanted, known) or _alike(wanted, known):
            return True
    return False


def _years(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b(?:19|20)\d\d\b", text))
