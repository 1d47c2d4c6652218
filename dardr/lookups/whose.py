"""Whose something is: the party that owes it, resolved as for reminders; and which records could be somebody's at all.

The second is asked of the database, so that nobody's first page reads the whole partnership.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.actors import Actor
from dardr.casework.recipients import BY_ROLE, OF_BODIES, Recipients
from dardr.storage.people import User, UserRole
from dardr.storage.reading import ConflictOfInterest
from dardr.storage.reviews import RUNNING, Deadline, Record, RecordBody, RecordLink
from workflows.definition import Party, Role

TEAM_ROLES = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER})
OF_THE_TEAM = frozenset({Party.CASE_MANAGER, Party.TEAM_MANAGER, Party.PARTNERSHIP})
AGENCY_PARTIES: dict[Role, frozenset[Party]] = {
    Role.AGENCY_CONTACT: frozenset({Party.AGENCY, Party.ADDRESSED_BODY, Party.ACTION_OWNER}),
    Role.AGENCY_LEAD: OF_BODIES,
}
"""What the people of a body owe for it: a lead also what only somebody senior agrees to."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose work is asked for: what they owe, and what they look after."""

    owes: Callable[[Record, Party], bool]
    looks_after: Callable[[Record], bool]
    person_id: int = 0


def of_person(people: Recipients, who: Actor) -> Whose:
    """What one person owes and looks after."""
    parties: dict[int, set[Party]] = {}
    for grant in who.grants:
        if grant.body_id is not None and grant.role in AGENCY_PARTIES:
            parties.setdefault(grant.body_id, set()).update(AGENCY_PARTIES[grant.role])
    kept: dict[tuple[int, Party], bool] = {}

    def owes(record: Record, party: Party) -> bool:
        if party in OF_BODIES:
            return bool(parties) and any(party in parties.get(body, ()) for body in people.bodies(record))
        known = kept.get((record.id, party))
        if known is None:
            known = kept[record.id, party] = any(one.user_id == who.id for one in people.people(record, party))
        return known

    def looks_after(record: Record) -> bool:
        return owes(record, Party.CASE_MANAGER)

    return Whose(owes, looks_after, who.id)


def of_team(session: Session, people: Recipients, viewer: Actor) -> Whose:
    """What the viewer's team owes: it looks after everything."""
    members = {user_id for user_id, _ in team_members(session, viewer)}

    def owes(record: Record, party: Party) -> bool:
        if party in OF_THE_TEAM:
            return True
        return party not in OF_BODIES and any(one.user_id in members for one in people.people(record, party))

    return Whose(owes, lambda _: True)


def team_members(session: Session, viewer: Actor) -> list[tuple[int, str]]:
    """The case managers and team managers of the viewer's partnership, by id and name."""
    rows = session.execute(
        sa.select(User.id, User.name)
        .join(UserRole, UserRole.user_id == User.id)
        .where(
            User.partnership_id == viewer.partnership_id,
            User.active.is_(True),
            User.is_operator.is_(False),
            UserRole.role.in_([str(role) for role in TEAM_ROLES]),
            UserRole.csp_id.is_(None),
            UserRole.body_id.is_(None),
            UserRole.record_id.is_(None),
        )
        .distinct()
        .order_by(User.name, User.id)
    )
    return [(one, name) for one, name in rows]


# --- what may concern somebody ----------------------------------------------------------------------------


def may_concern(who: Actor) -> sa.ColumnElement[bool]:
    """A condition on records under which something of them may be this person's: never narrower than the rule.

    Whether it is theirs is decided by ``of_person``; what is left out here it would leave out too.
    """
    ways = _carried(Record.case_manager_id == who.id)
    if Role.CASE_MANAGER in who.roles:
        ways += _carried_by_nobody()
        ways += _with_what_serves(sa.select(ConflictOfInterest.record_id).where(ConflictOfInterest.ended_at.is_(None)))
    if chaired := [g.record_id for g in who.grants if g.role is Role.INDEPENDENT_CHAIR and g.record_id is not None]:
        ways += _with_what_serves(sa.select(Record.id).where(Record.id.in_(chaired)))
    if who.body_ids:
        ways.append(sa.select(RecordBody.record_id).where(RecordBody.body_id.in_(who.body_ids)))
    parties = {party for party, role in BY_ROLE.items() if role in who.roles}
    if who.body_ids:
        parties.add(Party.POLICE)
    for party in sorted(parties):
        ways += _of_party(party)
    return Record.id.in_(sa.union_all(*ways))


def may_be_owed() -> sa.ColumnElement[bool]:
    """A condition on records of which something may be owed: open ones, and ended ones on which a date still runs."""
    running = sa.select(Deadline.id).where(
        Deadline.record_id == Record.id,
        Deadline.due_on.is_not(None),
        *RUNNING,
    )
    return sa.or_(Record.final.is_(False), running.exists())


def _carried(by: sa.ColumnElement[bool]) -> list[sa.Select[int]]:
    """The records carried by somebody of which something may be owed, and what serves a review that they carry."""
    theirs = sa.select(Record.id).where(by)  # a list, not a join: SQLite would else read every link there is
    return [
        theirs.where(may_be_owed()),
        sa.select(RecordLink.item_id).where(RecordLink.review_id.in_(theirs), RecordLink.kind == "item"),
    ]


def _carried_by_nobody() -> list[sa.Select[int]]:
    """What nobody who has access carries, and what serves a review that nobody carries."""
    gone = sa.select(User.id).where(sa.or_(User.active.is_(False), User.is_operator.is_(True)))
    return [*_carried(Record.case_manager_id.is_(None)), *_carried(Record.case_manager_id.in_(gone))]


def _with_what_serves(ids: sa.Select[int]) -> list[sa.Select[int]]:
    """These records and what serves them. Of a conflict of interest: where a colleague stands in."""
    return [ids, sa.select(RecordLink.item_id).where(RecordLink.review_id.in_(ids), RecordLink.kind == "item")]


def _of_party(party: Party) -> list[sa.Select[int]]:
    """The open records that are at a stage of a party, or on which a clock runs that it owes or is owed."""
    stages, clocks = _stages_and_clocks(party)
    return [
        sa.select(Record.id).where(Record.final.is_(False), Record.stage.in_(stages)),
        sa.select(Deadline.record_id).where(Deadline.clock.in_(clocks), *RUNNING),
    ]


@cache
def _stages_and_clocks(party: Party) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stages at which a party acts, and the clocks that it owes or is owed, of every process."""
    processes = workflows.all_processes()
    return (
        tuple(sorted({stage.key for one in processes for stage in one.stages if stage.acts is party})),
        tuple(sorted({c.key for one in processes for c in one.clocks if party in (c.owner, c.owed_to)})),
    )
