"""Which records a list shows and in which order, asked of the database: it gives a page of them and the counts.

A date that has passed is told here by the same rule as ``workflows.clocks.state_of``, in SQL, so that a list of
thousands is sorted and cut to a page before anything of it is loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.fold import done
from dardr.seeing import hidden_clocks
from dardr.storage.bodies import Csp
from dardr.storage.people import User
from dardr.storage.reviews import RUNNING, Deadline, Hold, Record, RecordCsp, RecordLink
from workflows.definition import PARTY_LABELS, Facts, Party, Process
from workflows.processes.dardr_s9_1 import joint as jointly

NOBODY = 0
"""As ``CaseFilter.manager``: those that no case manager has."""

SORTS = ("", "ref", "name", "stage", "waiting", "manager", "csp", "opened", "next")
"""What a list may be sorted by; nothing is the usual order: late first, then by the next date."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What to leave out, and the order. Nothing given means every review, open or not, late first.

    ``manager`` is the number of a person (``NOBODY``: no case manager). ``waiting`` is a party: who acts next.
    ``opened_from`` and ``opened_until`` are London dates, both included.
    """

    processes: tuple[str, ...] = tuple(sorted(workflows.REVIEW_KEYS))
    phase: str = ""
    stage: str = ""
    text: str = ""
    csp: str = ""
    mine: bool = False
    open_only: bool = False
    manager: int | None = None
    held: bool = False
    late: bool = False
    joint: bool = False
    regime: str = ""
    waiting: str = ""
    opened_from: date | None = None
    opened_until: date | None = None
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list in order, and of how many; ``late`` counts those with a date that has passed.

    Each row has the id, ref, title, process, stage, opened_on and final of a record, and its ``manager`` by name.
    """

    rows: list[Any]
    total: int
    late: int


def find(
    session: Session,
    actor: Actor,
    today: date,
    filters: CaseFilter,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> Found:
    """The records asked for that the actor may see, in order. ``today`` is a London date."""
    if filters.joint:
        query = _query(actor, today, filters, tuple(_joint_ids(session, actor, filters.processes)))
    else:
        query = _query(actor, today, filters, None)
    until = sys.maxsize if limit is None else offset + limit
    rows = list(session.execute(query, {"after": offset, "until": until}).all())
    return Found(rows, int(rows[0].total), int(rows[0].late or 0)) if rows else Found([], 0, 0)


@lru_cache(maxsize=64)
def _query(actor: Actor, today: date, filters: CaseFilter, joint: tuple[int, ...] | None) -> sa.Executable:
    """What is asked of the database, kept: putting it together takes longer than its answer does."""
    conditions = _conditions(actor, filters)
    if joint is not None:
        conditions.append(Record.id.in_(joint))
    wanted = sa.select(Record.id).where(*conditions).cte("wanted")
    standing = _standing(wanted, today, hidden_clocks(actor))
    late = sa.case((standing.c.key < "1", 1), else_=0)
    placed = sa.select(
        Record.id,
        sa.func.row_number().over(order_by=_order(filters, late, standing)).label("place"),
        sa.func.count().over().label("total"),
        sa.func.sum(late).over().label("late"),
    ).join(standing, standing.c.of == Record.id)
    if filters.late:
        placed = placed.where(standing.c.key < "1")
    placed = placed.subquery()
    return (
        sa.select(
            Record.id, Record.ref, Record.title, Record.process, Record.stage, Record.opened_on, Record.final,
            User.name.label("manager"), placed.c.total, placed.c.late,
        )
        .join(placed, placed.c.id == Record.id)
        .outerjoin(User, User.id == Record.case_manager_id)
        .where(placed.c.place > sa.bindparam("after", type_=sa.Integer))
        .where(placed.c.place <= sa.bindparam("until", type_=sa.BigInteger))
        .order_by(placed.c.place)
    )  # fmt: skip


def _conditions(actor: Actor, filters: CaseFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Record.process_key.in_(filters.processes), visible(actor)]
    if filters.phase:
        found.append(Record.phase == filters.phase)
    if filters.stage:
        found.append(Record.stage == filters.stage)
    if filters.mine:
        found.append(Record.case_manager_id == actor.id)
    if filters.manager is not None:
        found.append(
            Record.case_manager_id.is_(None) if filters.manager == NOBODY else Record.case_manager_id == filters.manager
        )
    if filters.open_only:
        found.append(Record.final.is_(False))
    if filters.csp:
        of_csp = sa.select(RecordCsp.record_id).join(Csp, Csp.id == RecordCsp.csp_id).where(Csp.key == filters.csp)
        found.append(Record.id.in_(of_csp))
    if filters.text.strip():
        part = f"%{escaped(filters.text.strip())}%"
        found.append(sa.or_(Record.ref.ilike(part, escape="\\"), Record.title.ilike(part, escape="\\")))
    return found + _rarer_conditions(filters)


def _rarer_conditions(filters: CaseFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.held:
        found.append(Record.id.in_(sa.select(Hold.record_id).where(*open_hold())))
    if filters.regime:
        keys = {p.key for p in _versions(filters.processes) if p.regime == filters.regime}
        found.append(Record.process_key.in_(sorted(keys)))
    if filters.waiting:
        found.append(_waits_for(filters.processes, filters.waiting))
    if filters.opened_from:
        found.append(Record.opened_on >= filters.opened_from)
    if filters.opened_until:
        found.append(Record.opened_on <= filters.opened_until)
    return found


def escaped(text: str) -> str:
    """Words somebody typed, to be looked for as they stand: no wildcard of SQL among them."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def open_hold() -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """The conditions under which a hold is open."""
    return Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None)


def _versions(keys: Iterable[str]) -> list[Process]:
    wanted = set(keys)
    return [process for process in workflows.all_processes() if process.key in wanted]


def _waits_for(processes: Iterable[str], party: str) -> sa.ColumnElement[bool]:
    ways = [
        sa.and_(Record.process == process.id, Record.stage.in_([s.key for s in process.stages if s.acts == party]))
        for process in _versions(processes)
    ]
    return sa.or_(sa.false(), *ways)


# --- joint reviews ----------------------------------------------------------------------------------------


def _joint_ids(session: Session, actor: Actor, processes: Iterable[str]) -> list[int]:
    """Reviews of two areas, or held with another board: the facts of the few that may be are looked at one by one."""
    of_two = sa.select(RecordCsp.record_id).group_by(RecordCsp.record_id).having(sa.func.count() > 1)
    partners = Record.facts["partners"].as_string()
    decided = Record.facts["_done"]["decide_joint_review"].as_string()
    rows = session.execute(
        sa.select(Record.id, Record.ref, Record.stage, Record.facts, Record.id.in_(of_two)).where(
            Record.process_key.in_(list(processes)),
            visible(actor),
            sa.or_(Record.id.in_(of_two), partners.is_not(None), decided.is_not(None)),
        )
    )
    return [id_ for id_, ref, stage, facts, two in rows if two or held_jointly(ref, stage, facts)]


def held_jointly(ref: str, stage: str, recorded: dict[str, Any]) -> bool:
    """True where another board holds the review with us: it is named and has not left, or that was the decision."""
    past = done(recorded)
    facts = Facts(ref=ref, stage=stage, recorded=recorded, today=date.min, done=past)
    with_others, alone = past.get("decide_joint_review"), past.get("decide_review")
    decided = with_others is not None and (alone is None or alone.seq < with_others.seq)
    return bool(jointly.standing(facts)) or (decided and not recorded.get("partners"))


# --- dates ------------------------------------------------------------------------------------------------


@cache
def never_missed() -> frozenset[str]:
    """Clocks of the bereaved family, which is never late."""
    return frozenset(c.key for p in workflows.all_processes() for c in p.clocks if c.owner is Party.FAMILY)


@cache
def deferred_by() -> dict[str, str]:
    """Clocks that read "deferred" while a hold of some kind is open on their record, and that kind."""
    return {c.key: c.deferred_by for p in workflows.all_processes() for c in p.clocks if c.deferred_by}


@lru_cache(maxsize=4)
def date_key(today: date) -> sa.ColumnElement[str]:
    """Text by which running deadlines sort as people need them, missed ones first. ``today`` is a London date.

    "0" and the date for one that has passed, "1" and the date for one to come, "2" for one that is held, deferred or
    without a date.
    """
    deferred: sa.ColumnElement[bool] = sa.false()
    for clock, kind in deferred_by().items():
        a_hold = sa.exists().where(Hold.record_id == Deadline.record_id, Hold.kind == kind, *open_hold())
        deferred = sa.or_(deferred, sa.and_(Deadline.clock == clock, a_hold))
    missed = sa.and_(
        Deadline.due_on < today, Deadline.held.is_(False), Deadline.clock.not_in(never_missed()), sa.not_(deferred)
    )
    undated = sa.or_(Deadline.due_on.is_(None), Deadline.held.is_(True), deferred)
    rank = sa.case((missed, "0"), (undated, "2"), else_="1")
    return rank + sa.func.coalesce(sa.cast(Deadline.due_on, sa.String), "9999-12-31")


def _standing(wanted: sa.CTE, today: date, hidden: tuple[str, ...]) -> sa.Subquery:
    """The key of the date that comes first, of each record's clocks and of those of the records that serve it.

    A record without any has a row too, without a key: nothing is left to be looked up in a list without an index.
    """
    key = sa.func.min(date_key(today)).label("key")
    each = sa.select(wanted.c.id.label("of"), sa.null().label("key"))
    own = (
        sa.select(Deadline.record_id, key)
        .where(Deadline.record_id.in_(sa.select(wanted.c.id)), *RUNNING)
        .group_by(Deadline.record_id)
    )
    serving = (
        sa.select(RecordLink.review_id, key)
        .join(Deadline, Deadline.record_id == RecordLink.item_id)
        .where(RecordLink.review_id.in_(sa.select(wanted.c.id)), RecordLink.kind == "item", *RUNNING)
        .where(Deadline.clock.not_in(hidden))
        .group_by(RecordLink.review_id)
    )
    both = sa.union_all(own, serving, each).subquery()
    return sa.select(both.c[0].label("of"), sa.func.min(both.c[1]).label("key")).group_by(both.c[0]).subquery()


# --- order ------------------------------------------------------------------------------------------------


def _order(filters: CaseFilter, late: Any, standing: sa.Subquery) -> list[Any]:
    on = sa.func.coalesce(sa.func.substr(standing.c.key, 2), "9999-12-31")
    if filters.sort not in SORTS or not filters.sort:
        return [late.desc(), Record.final, on, Record.ref]
    manager = sa.select(sa.func.lower(User.name)).where(User.id == Record.case_manager_id).scalar_subquery()
    csp = (
        sa.select(sa.func.min(Csp.name))
        .join(RecordCsp, RecordCsp.csp_id == Csp.id)
        .where(RecordCsp.record_id == Record.id)
        .scalar_subquery()
    )
    by: dict[str, tuple[Any, ...]] = {
        "ref": (Record.ref,),
        "name": (sa.func.nullif(sa.func.lower(Record.title), ""),),
        "stage": (_place(filters.processes),),
        "waiting": (_acts(filters.processes),),
        "manager": (manager,),
        "csp": (csp,),
        "opened": (Record.opened_on,),
        "next": (sa.func.nullif(on, "9999-12-31"),),
    }
    found: list[Any] = []
    for column in by[filters.sort]:
        # What is empty comes last, whichever way round, on both databases.
        found += [column.is_(None), column.desc() if filters.descending else column.asc()]
    return [*found, Record.ref]


def _place(processes: Iterable[str]) -> sa.ColumnElement[int]:
    """How far along its process a record stands."""
    places: dict[str, int] = {}
    for process in _versions(processes):
        for number, stage in enumerate(process.stages):
            places.setdefault(stage.key, number)
    return sa.case(places, value=Record.stage, else_=len(places))


def _acts(processes: Iterable[str]) -> sa.ColumnElement[str]:
    """The party that acts next, in words."""
    return sa.case(
        *[
            (sa.and_(Record.process == process.id, Record.stage == stage.key), PARTY_LABELS[stage.acts])
            for process in _versions(processes)
            for stage in process.stages
        ],
        else_="",
    )
