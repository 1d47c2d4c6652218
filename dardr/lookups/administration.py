"""How far a partnership is set up, and what an administrator's change would touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.access import visible
from dardr.actors import Actor
from dardr.casework.administer.targets import Target, targets
from dardr.casework.facts import settings_of
from dardr.lookups.bodies import bodies
from dardr.lookups.calendars import calendar_named, horizon_warning
from dardr.storage.bodies import Csp, Partnership
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import RUNNING, Deadline, Record
from workflows.clocks import span_of
from workflows.definition import Role, Span

ENGLAND_AND_WALES = "england-and-wales"


@dataclass(frozen=True, slots=True)
class Task:
    """One part of setting up: whether it is done, and what there is."""

    key: str
    label: str
    done: bool
    says: str


def setting_up(session: Session, today: date) -> list[Task]:
    """The parts of setting up, in the order in which they are best done."""
    here = session.scalar(sa.select(Partnership).where(Partnership.home.is_(True)))
    if here is None:
        later = "after the partnership"
        return [
            Task("partnership", "The partnership", False, "not named yet"),
            *(
                Task(key, label, False, later)
                for key, label in (
                    ("csps", "Local partnerships (CSPs)"),
                    ("bodies", "Agencies and their contacts"),
                    ("people", "People and roles"),
                    ("targets", "Local targets"),
                )
            ),
            _calendar(session, today),
        ]
    named = bool(here.team_name and here.team_email)
    return [
        Task(
            "partnership",
            "The partnership",
            named,
            here.name if named else f"{here.name}; the team's address is missing",
        ),
        _csps(session, here.id, today),
        _bodies(session, here.id, today),
        _people(session, here.id),
        _targets(session, here),
        _calendar(session, today),
    ]


def _csps(session: Session, partnership_id: int, today: date) -> Task:
    rows = session.execute(sa.select(Csp.until_on, Csp.areas).where(Csp.partnership_id == partnership_id)).all()
    current = [areas for until, areas in rows if until is None or until >= today]
    bare = sum(not areas for areas in current)
    says = f"{len(current)} in all" + (f"; {bare} without areas" if bare else "")
    return Task("csps", "Local partnerships (CSPs)", bool(current) and not bare, says if current else "none yet")


def _bodies(session: Session, partnership_id: int, today: date) -> Task:
    current = [line for line in bodies(session, partnership_id, today) if not line.ended]
    alone = sum(line.unreachable for line in current)
    says = f"{len(current)} in all" + (f"; {alone} without a contact" if alone else "")
    return Task("bodies", "Agencies and their contacts", bool(current) and not alone, says if current else "none yet")


def _people(session: Session, partnership_id: int) -> Task:
    held = set(
        session.scalars(
            sa.select(UserRole.role)
            .join(User, User.id == UserRole.user_id)
            .where(User.active.is_(True), User.is_operator.is_(False), User.partnership_id == partnership_id)
        )
    )
    missing = [
        words
        for role, words in ((Role.CASE_MANAGER, "a case manager"), (Role.DECIDING_CHAIR, "a deciding chair"))
        if str(role) not in held
    ]
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(User)
        .where(User.active.is_(True), User.is_operator.is_(False), User.partnership_id == partnership_id)
    )
    says = f"{count} with access" + (f"; there is not yet {' or '.join(missing)}" if missing else "")
    return Task("people", "People and roles", not missing, says)


def _targets(session: Session, here: Partnership) -> Task:
    own = here.settings or {}
    chosen = sum(target.key in own for target in targets())
    return Task(
        "targets",
        "Local targets",
        True,
        f"{chosen} set here; the others as they come" if chosen else "all as they come",
    )


def _calendar(session: Session, today: date) -> Task:
    found = calendar_named(session, ENGLAND_AND_WALES)
    far = horizon_warning(found, today) is None
    return Task("calendar", "Bank holidays", far, f"known to {found.horizon.day} {found.horizon:%B %Y}")


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One local target as it stands: the length in force, whether it is the partnership's own, and since when."""

    target: Target
    span: Span | None
    own: bool
    since: str
    running: int


def target_lines(session: Session, partnership_id: int) -> list[TargetLine]:
    """Every local target with how many clocks run on it now."""
    settings = settings_of(session, partnership_id)
    rows = session.execute(
        sa.select(Record.process, Deadline.clock, sa.func.count())
        .join(Record, Record.id == Deadline.record_id)
        .where(
            Record.partnership_id == partnership_id,
            *RUNNING,
        )
        .group_by(Record.process, Deadline.clock)
    )
    running = {(process, key): count for process, key, count in rows}
    found = []
    for target in targets():
        own = settings.get(target.key)
        since = str(own.get("from") or "") if isinstance(own, dict) else ""
        count = sum(running.get(run, 0) for run in target.runs)
        span = span_of(target.clocks[0].length, settings)
        found.append(TargetLine(target, span, target.key in settings, since, count))
    return found


def carried_by(session: Session, actor: Actor, user_id: int) -> tuple[list[Record], int]:
    """The open reviews somebody carries: those this person may see, and how many others there are."""
    theirs = sa.and_(
        Record.case_manager_id == user_id, Record.final.is_(False), Record.process_key.in_(workflows.REVIEW_KEYS)
    )
    seen = list(session.scalars(sa.select(Record).where(theirs, visible(actor)).order_by(Record.id)))
    count = session.scalar(sa.select(sa.func.count()).select_from(Record).where(theirs)) or 0
    return seen, count - len(seen)
