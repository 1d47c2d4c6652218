"""May this be a death that was notified already? Looks only at records the person asking may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from rapidfuzz import fuzz
from sqlalchemy.orm import Session

import workflows
from dardr.access import SEES_IDENTITIES, visible
from dardr.actors import Actor
from dardr.storage.bodies import Csp
from dardr.storage.reviews import IdentityValues, Record, RecordCsp, RecordLink
from workflows.answers import stored_date
from workflows.definition import UNKNOWN_VALUES
from workflows.partial import NotADate, PartialDate
from workflows.processes.dardr_s9_1.stages import BEFORE_DECISION

ALIKE = 85
"""Two names are alike from this likeness on (of 100, the order of their words not counted)."""
NEAR = timedelta(days=366)
"""One death is told twice within days or months: for the page of a notification no more is read than that."""
AGES_APART = 1
"""Years by which two ages of one person may differ, as they are told."""
NAMES = ("person_name", "other_names")


@dataclass(frozen=True, slots=True)
class Likely:
    """A record that may be of the same death, and in what it agrees. Never a name."""

    ref: str
    process_key: str
    notified_on: date | None
    csps: tuple[str, ...]
    agrees_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What is compared of one notification."""

    death: PartialDate | None
    csps: frozenset[str]
    age: int | None
    manner: str | None
    born: date | None
    names: tuple[str, ...]


def likely_same(
    session: Session, actor: Actor, answers: Mapping[str, Any], *, without: int | None = None, near: date | None = None
) -> list[Likely]:
    """The records that may be of the death told in ``answers`` (typed or stored), newest first.

    Two are likely the same where the dates of death overlap and of local partnership, age (a year apart at most) and
    manner at least two agree and none disagrees (one may, where both dates are the same full day). For people who may
    see identities, names that are alike do too, unless the dates exclude it; so does the date of birth. ``without``
    is the id of a record left out: the one asked about. With ``near`` (a London day) only records that begin within
    ``NEAR`` of it are looked at.
    """
    told = _told(answers, answers)
    sees = bool(actor.everywhere & SEES_IDENTITIES)
    if told.death is None and not (sees and (told.names or told.born)):
        return []
    query = sa.select(Record.id, Record.ref, Record.process_key, Record.facts).where(
        visible(actor), Record.process_key.in_(workflows.REVIEW_KEYS)
    )
    if without is not None:
        query = query.where(Record.id != without)
    if near is not None:
        query = query.where(Record.opened_on.between(near - NEAR, near + NEAR))
    rows = session.execute(query.order_by(Record.id.desc())).all()
    identities = _identities(session, [row.id for row in rows]) if sees else {}
    found = [
        (row, agrees) for row in rows if (agrees := _agreement(told, _told(row.facts, identities.get(row.id, {}))))
    ]
    names = _names_of_csps(session, [row.id for row, _ in found])
    return [
        Likely(
            row.ref, row.process_key, stored_date(row.facts.get("notified_on")), tuple(names.get(row.id, ())), agrees
        )
        for row, agrees in found
    ]


def likely_same_as(session: Session, actor: Actor, record: Record) -> list[Likely]:
    """The same for a notification on record, until its decision: without those linked to it or told apart from it."""
    if record.stage not in BEFORE_DECISION:
        return []
    sees = bool(actor.everywhere & SEES_IDENTITIES)
    identity = _identities(session, [record.id]).get(record.id, {}) if sees else {}
    apart = {str(entry.get("notification")) for entry in record.facts.get("told_apart") or []}
    linked = set(
        session.scalars(
            sa.select(Record.ref)
            .join(RecordLink, sa.or_(RecordLink.review_id == Record.id, RecordLink.item_id == Record.id))
            .where(sa.or_(RecordLink.review_id == record.id, RecordLink.item_id == record.id))
        )
    )
    found = likely_same(session, actor, {**record.facts, **identity}, without=record.id, near=record.opened_on)
    return [one for one in found if one.ref not in apart | linked]


def _agreement(a: _Told, b: _Told) -> tuple[str, ...]:
    """In what two notifications agree, in words; nothing where they are not likely the same."""
    dates = None if a.death is None or b.death is None else _overlap(a.death, b.death)
    if dates is False:
        return ()
    compared = {
        "local partnership": None if not (a.csps and b.csps) else bool(a.csps & b.csps),
        "age": None if a.age is None or b.age is None else abs(a.age - b.age) <= AGES_APART,
        "how the death came about": _same_manner(a.manner, b.manner),
    }
    agrees = [word for word, same in compared.items() if same]
    differs = sum(same is False for same in compared.values())
    exact = dates is True and a.death is not None and b.death is not None and a.death.is_full and b.death.is_full
    if dates:
        agrees.insert(0, "date of death")
    names_alike, born = _alike(a.names, b.names), a.born is not None and a.born == b.born
    if names_alike:
        agrees.append("name (alike)")
    if born:
        agrees.append("date of birth")
    of_facts = sum(bool(same) for same in compared.values())
    likely = (dates and of_facts >= 2 and differs <= (1 if exact else 0)) or names_alike or born
    return tuple(agrees) if likely else ()


def _overlap(a: PartialDate, b: PartialDate) -> bool:
    return a.first <= b.last and b.first <= a.last


def _same_manner(a: str | None, b: str | None) -> bool | None:
    """Unexplained excludes nothing: it often becomes something else."""
    if a is None or b is None or (a != b and "unexplained" in (a, b)):
        return None
    return a == b


def _alike(a: Iterable[str], b: Iterable[str]) -> bool:
    return any(fuzz.token_sort_ratio(one, other) >= ALIKE for one in a for other in b)


def _told(facts: Mapping[str, Any], identity: Mapping[str, Any]) -> _Told:
    csps = facts.get("csps")
    age = facts.get("age")
    manner = facts.get("manner")
    return _Told(
        _partial(facts.get("death_date")),
        frozenset(csps if isinstance(csps, list | tuple) else ()),
        int(age) if isinstance(age, int) or (isinstance(age, str) and age.isdecimal()) else None,
        None if not manner or manner in UNKNOWN_VALUES else str(manner),
        stored_date(identity.get("date_of_birth")),
        tuple(plain for name in NAMES if len(plain := _plain(identity.get(name))) > 2),
    )


def _plain(name: Any) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", str(name or "").casefold()).split())


def _partial(value: Any) -> PartialDate | None:
    if isinstance(value, PartialDate):
        return value
    if not value or value in UNKNOWN_VALUES:
        return None
    try:
        return PartialDate.parse(str(value))
    except NotADate:
        return None


def _identities(session: Session, ids: list[int]) -> dict[int, dict[str, Any]]:
    """The names and dates of birth recorded last for each record. Compared here, handed to nobody."""
    found: dict[int, dict[str, Any]] = {}
    rows = session.execute(
        sa.select(IdentityValues.record_id, IdentityValues.after)
        .where(IdentityValues.record_id.in_(ids), IdentityValues.after.is_not(None))
        .order_by(IdentityValues.event_id)
    )
    for record_id, after in rows:
        known = {name: value for name, value in (after or {}).items() if name in (*NAMES, "date_of_birth")}
        found.setdefault(record_id, {}).update(known)
    return found


def _names_of_csps(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        sa.select(RecordCsp.record_id, Csp.name)
        .join(Csp, Csp.id == RecordCsp.csp_id)
        .where(RecordCsp.record_id.in_(ids))
        .order_by(Csp.name)
    )
    for record_id, name in rows:
        found.setdefault(record_id, []).append(name)
    return found
