"""Who stands for a party of a record, by name and address. Nobody inactive; family and State never by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework.leavers import listed_leavers
from dardr.casework.panel import seats_of
from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.people import User, UserRole
from dardr.storage.post_in import FailingAddress
from dardr.storage.reading import ConflictOfInterest
from dardr.storage.reviews import Record, RecordBody, RecordCsp, RecordLink
from workflows.definition import Party, Role

NEVER_WRITTEN_TO = frozenset({Party.FAMILY, Party.HOME_OFFICE, Party.COMMISSIONER, Party.CHAIR_TO_BE, Party.NOBODY})
"""People write to these themselves: no program sends them anything."""

OF_BODIES = frozenset(
    {
        Party.AGENCY,
        Party.ADDRESSED_BODY,
        Party.ACTION_OWNER,
        Party.AGENCY_LEAD,
        Party.AGENCY_EXECUTIVE,
        Party.STEERING_CONTACT,
    }
)
"""Parties that are the bodies a record is owed by."""

OF_THE_REVIEW = {Party.INDEPENDENT_CHAIR: Role.INDEPENDENT_CHAIR, Party.PANEL: Role.PANEL_MEMBER}
"""Parties that are the people who hold a role on the review."""

BY_ROLE = {Party.TEAM_MANAGER: Role.TEAM_MANAGER, Party.DECIDING_CHAIR: Role.DECIDING_CHAIR}

KINDS_OF_CONTACT = ("contact", "lead", "executive", "steering", "substitute")

MAX_ADDRESS = 254


def addresses(session: Session, record: Record, party: Party | str) -> list[str]:
    """The addresses for one party of one record, each once, in a steady order; empty where nobody is known.

    What would go to an address that does not work goes to whoever stands in for it.
    """
    return Recipients(session).addresses(record, party)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who stands for a party: an address, a name where one is known, and the account where there is one."""

    address: str
    name: str = ""
    user_id: int | None = None


Away = frozenset[str]
"""Addresses, in small letters, of people who are told nothing about a record: they have a conflict of interest."""
NOBODY_AWAY: Away = frozenset()


def _there(people: Iterable[Person], away: Away) -> list[Person]:
    return [person for person in people if person.address.strip().lower() not in away]


@dataclass(slots=True)
class _People:
    """Who can be written to at one body."""

    contact: list[Person] = field(default_factory=list)
    lead: list[Person] = field(default_factory=list)
    executive: list[Person] = field(default_factory=list)
    steering: list[Person] = field(default_factory=list)
    substitute: list[Person] = field(default_factory=list)
    successor_id: int | None = None

    def of(self, party: Party, away: Away, broken: Away) -> list[Person]:
        """The people for a party, its stand-ins included; nobody who is ``away``, no address that is ``broken``.

        Only where an address is broken do stand-ins go up to the executive.
        """
        contact, lead, executive = (_there(people, away) for people in (self.contact, self.lead, self.executive))
        steps = {Party.AGENCY_EXECUTIVE: (executive, lead), Party.AGENCY_LEAD: (lead,)}.get(party, (contact, lead))
        if party is Party.STEERING_CONTACT:
            steps = (_there(self.steering, away), _there(self.substitute, away), *steps)
        works = (_there(people, broken) for people in (*steps, executive if any(steps) else []))
        return next((people for people in works if people), [])


class Recipients:
    """Answers ``addresses`` and ``people`` for many records of one sweep, page or transaction with few queries.

    What is asked for one record is asked at once for all records named to ``prepare``.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: set[int] = set()
        self._managers: set[int] = set()
        self._reviews: dict[int, list[tuple[int, int | None]]] = {}
        self._bodies: dict[int, list[int]] = {}
        self._of_body: dict[int, _People] = {}
        self._csps: dict[int, list[int]] = {}
        self._of_review: dict[Role, dict[int, list[Person]]] = {role: {} for role in OF_THE_REVIEW.values()}
        self._users: dict[int, Person | None] = {}
        self._holders: dict[tuple[int, Role], list[tuple[Person, int | None]]] = {}
        self._teams: dict[int, list[Person]] = {}
        self._forces: dict[int, list[int]] = {}
        self._conflicts: dict[int, set[str]] | None = None
        self._broken: Away | None = None

    def prepare(self, records: Iterable[Record]) -> None:
        """Name the records that will be asked about."""
        for record in records:
            self._ids.add(record.id)
            if record.case_manager_id is not None:
                self._managers.add(record.case_manager_id)

    def addresses(self, record: Record, party: Party | str, *, but: Away = NOBODY_AWAY) -> list[str]:
        """As the function of the same name; those in ``but`` (small letters) are taken for broken too."""
        party, broken = Party(party), self.broken() | but
        standing = self._standing(record, party, broken)
        works = _there(standing, broken)
        if standing and not works:
            works = self._in_their_place(record, party, broken)
        return _once(person.address for person in works)

    def broken(self) -> Away:
        """The addresses that do not work, or whose person has left, in small letters."""
        if self._broken is None:
            self._broken = frozenset(self._session.scalars(_BROKEN))
        return self._broken

    def people(self, record: Record, party: Party | str) -> list[Person]:
        """The people with an account here who stand for a party of a record, each once: who owes it by name.

        What the partnership owes is its case managers' to do, whatever shared address is written to about it.
        """
        party = Party(party)
        found = self._standing(record, Party.CASE_MANAGER if party is Party.PARTNERSHIP else party)
        return list({person.user_id: person for person in found if person.user_id is not None}.values())

    def bodies(self, record: Record) -> list[int]:
        """The bodies that owe a record, by id."""
        self.prepare([record])
        return self._bodies_of(record.id)

    def _in_their_place(self, record: Record, party: Party, broken: Away) -> list[Person]:
        """Who is written to where no address of a party works: for outsiders who carries the review; then the team."""
        away = self.away(record)
        carried = self._case_managers(record, away) if party in OF_THE_REVIEW or party is Party.PARTNERSHIP else []
        steps = (carried, self._by_role(record, Role.TEAM_MANAGER, away), self._team(record.partnership_id))
        return next((works for people in steps if (works := _there(people, broken))), [])

    def _standing(self, record: Record, party: Party, broken: Away = NOBODY_AWAY) -> list[Person]:
        if party in NEVER_WRITTEN_TO:
            return []
        self.prepare([record])
        away = self.away(record)
        if party in OF_BODIES:
            bodies = self._bodies_of(record.id)
            return [person for body in bodies for person in self._at_body(body, party, away, broken)]
        match party:
            case Party.POLICE:
                forces = self._forces_of(record.partnership_id)
                return [person for force in forces for person in self._at_body(force, Party.AGENCY, away, broken)]
            case Party.CASE_MANAGER:
                return self._case_managers(record, away)
            case Party.PERSON_ASKED:
                person = self._user(record.case_manager_id) if record.case_manager_id is not None else None
                asked = _there([person] if person else [], away)
                return asked or self._case_managers(record, away)
            case Party.INDEPENDENT_CHAIR | Party.PANEL:
                served = [record.id, *(review for review, _ in self._reviews_of(record.id))]
                found = [person for one in served for person in self._holders_on(one, OF_THE_REVIEW[party])]
                if party is Party.PANEL:  # members have a seat, and need not have an account
                    seats = [seat for one in served for seat in seats_of(self._session, one) if seat.sitting]
                    found += [Person(address) for seat in seats for address in seat.addresses()]
                return _there(found, away)
            case Party.PARTNERSHIP:
                return self._team(record.partnership_id) or self._case_managers(record, away)
            case _:
                return self._by_role(record, BY_ROLE[party], away)

    def away(self, record: Record) -> Away:
        """Who is told nothing about a record, because of a conflict of interest in it or in a review it serves."""
        if self._conflicts is None:
            self._conflicts = {}
            for record_id, address in self._session.execute(_CONFLICTS):
                self._conflicts.setdefault(record_id, set()).add(address.strip().lower())
        if not self._conflicts:
            return NOBODY_AWAY
        around = (record.id, *(review for review, _ in self._reviews_of(record.id)))
        return frozenset(address for one in around for address in self._conflicts.get(one, ()))

    # --- the partnership's own people ------------------------------------------------------------------

    def _case_managers(self, record: Record, away: Away) -> list[Person]:
        ids = [manager for _, manager in self._reviews_of(record.id)] or [record.case_manager_id]
        named = _there([person for one in ids if one is not None and (person := self._user(one))], away)
        return named or self._by_role(record, Role.CASE_MANAGER, away) or self._team(record.partnership_id)

    def _user(self, user_id: int) -> Person | None:
        """An active person."""
        if user_id not in self._users:
            wanted = (self._managers | {user_id}) - self._users.keys()
            self._users.update(dict.fromkeys(wanted))
            rows = self._session.execute(
                sa.select(User.id, User.email, User.name).where(User.id.in_(wanted), User.active.is_(True), _HUMAN)
            )
            self._users.update({one: Person(address, name, one) for one, address, name in rows})
        return self._users[user_id]

    def _team(self, partnership_id: int) -> list[Person]:
        if partnership_id not in self._teams:
            address = self._session.scalar(sa.select(Partnership.team_email).where(Partnership.id == partnership_id))
            self._teams[partnership_id] = [Person(address)] if address else []
        return self._teams[partnership_id]

    def _by_role(self, record: Record, role: Role, away: Away) -> list[Person]:
        """Holders of a role for the whole partnership, or for a CSP of this record."""
        key = (record.partnership_id, role)
        if key not in self._holders:
            rows = self._session.execute(_HOLDERS, {"role": str(role), "partnership": record.partnership_id})
            self._holders[key] = [(Person(address, name, one), csp) for address, name, one, csp in rows]
        holders = self._holders[key]
        if any(csp is not None for _, csp in holders):
            csps = self._csps_of(record.id)
            return _there((person for person, csp in holders if csp is None or csp in csps), away)
        return _there((person for person, _ in holders), away)

    def _reviews_of(self, record_id: int) -> list[tuple[int, int | None]]:
        """The records this one serves, and who carries each."""
        wanted = self._missing(self._reviews, record_id)
        if wanted:
            rows = self._session.execute(
                sa.select(RecordLink.item_id, Record.id, Record.case_manager_id)
                .join(Record, RecordLink.review_id == Record.id)
                .where(RecordLink.item_id.in_(wanted), RecordLink.kind == "item")
                .order_by(Record.id)
            )
            for item, review, manager in rows:
                self._reviews[item].append((review, manager))
                if manager is not None:
                    self._managers.add(manager)
        return self._reviews[record_id]

    def _holders_on(self, record_id: int, role: Role) -> list[Person]:
        """The people who hold a role on one review."""
        kept = self._of_review[role]
        self._ids.update(review for served in self._reviews.values() for review, _ in served)
        wanted = self._missing(kept, record_id)
        if wanted:
            rows = self._session.execute(
                sa.select(UserRole.record_id, User.email, User.name, User.id)
                .join(User, User.id == UserRole.user_id)
                .where(
                    UserRole.role == str(role),
                    UserRole.record_id.in_(wanted),
                    User.active.is_(True),
                    _HUMAN,
                )
                .order_by(User.id)
            )
            for review, address, name, one in rows:
                kept[review or 0].append(Person(address, name, one))
        return kept[record_id]

    def _csps_of(self, record_id: int) -> list[int]:
        wanted = self._missing(self._csps, record_id)
        if wanted:
            rows = self._session.execute(
                sa.select(RecordCsp.record_id, RecordCsp.csp_id).where(RecordCsp.record_id.in_(wanted))
            )
            for one, csp in rows:
                self._csps[one].append(csp)
        return self._csps[record_id]

    def _missing(self, kept: dict[int, list[Any]], record_id: int) -> list[int]:
        """Which records to ask about now: none where this one is known, else all named ones not known yet."""
        if record_id in kept:
            return []
        wanted = sorted((self._ids | {record_id}) - kept.keys())
        kept.update({one: [] for one in wanted})
        return wanted

    # --- bodies ----------------------------------------------------------------------------------------

    def _bodies_of(self, record_id: int) -> list[int]:
        wanted = self._missing(self._bodies, record_id)
        if wanted:
            rows = self._session.execute(
                sa.select(RecordBody.record_id, RecordBody.body_id)
                .where(RecordBody.record_id.in_(wanted))
                .order_by(RecordBody.record_id, RecordBody.body_id)
            )
            for one, body in rows:
                self._bodies[one].append(body)
        return self._bodies[record_id]

    def at_body(self, body_id: int, party: Party) -> list[str]:
        """The addresses at one body for one of the parties that are bodies.

        Never silent while anybody there, or at the body that took its place, can be written to.
        """
        return [person.address for person in self._at_body(body_id, party, NOBODY_AWAY, self.broken())]

    def _at_body(self, body_id: int, party: Party, away: Away, broken: Away) -> list[Person]:
        """The people of a body, and of the one that takes its place: both, since an end may lie ahead."""
        found: list[Person] = []
        seen: set[int] = set()
        following: int | None = body_id
        while following is not None and following not in seen:
            seen.add(following)
            people = self._people_at(following)
            found += people.of(party, away, broken)
            following = people.successor_id
        return found

    def _people_at(self, body_id: int) -> _People:
        if body_id in self._of_body:
            return self._of_body[body_id]
        wanted = {body_id, *(body for bodies in self._bodies.values() for body in bodies)} - self._of_body.keys()
        successors = self._session.execute(sa.select(Body.id, Body.successor_id).where(Body.id.in_(wanted)))
        self._of_body.update({body: _People(successor_id=successor) for body, successor in successors})
        contacts = self._session.execute(
            sa.select(BodyContact.body_id, BodyContact.kind, BodyContact.email, BodyContact.name)
            .where(BodyContact.body_id.in_(wanted))
            .order_by(BodyContact.id)
        )
        for body, kind, address, name in contacts:
            if kind in KINDS_OF_CONTACT:
                getattr(self._of_body[body], kind).append(Person(address, name))
        of_body = sa.and_(
            UserRole.body_id.in_(wanted), UserRole.role.in_([str(Role.AGENCY_CONTACT), str(Role.AGENCY_LEAD)])
        )
        of_group = sa.and_(User.body_id.in_(wanted), UserRole.role == str(Role.STEERING_MEMBER))
        users = self._session.execute(
            sa.select(UserRole.body_id, UserRole.role, User.email, User.name, User.id, User.body_id)
            .join(User, User.id == UserRole.user_id)
            .where(sa.or_(of_body, of_group), User.active.is_(True), _HUMAN)
            .order_by(User.id)
        )
        kinds = {Role.AGENCY_CONTACT: "contact", Role.AGENCY_LEAD: "lead", Role.STEERING_MEMBER: "steering"}
        for body, role, address, name, one, employer in users:
            at = employer if role == Role.STEERING_MEMBER else body
            getattr(self._of_body[at or 0], kinds[Role(role)]).append(Person(address, name, one))
        return self._of_body[body_id]

    def _forces_of(self, partnership_id: int) -> list[int]:
        if partnership_id not in self._forces:
            self._forces[partnership_id] = list(
                self._session.scalars(
                    sa.select(Body.id)
                    .where(Body.partnership_id == partnership_id, Body.kind == "police", Body.until_on.is_(None))
                    .order_by(Body.id)
                )
            )
        return self._forces[partnership_id]


_HUMAN = User.is_operator.is_(False)

# Made once: nearly every step that tells somebody asks these.
_BROKEN = sa.union(
    sa.select(sa.func.lower(FailingAddress.address)).where(FailingAddress.cleared_at.is_(None)), listed_leavers()
)
_CONFLICTS = (
    sa.select(ConflictOfInterest.record_id, User.email)
    .join(User, User.id == ConflictOfInterest.user_id)
    .where(ConflictOfInterest.ended_at.is_(None))
)
_HOLDERS = (
    sa.select(User.email, User.name, User.id, UserRole.csp_id)
    .join(UserRole, UserRole.user_id == User.id)
    .where(
        UserRole.role == sa.bindparam("role"),
        UserRole.body_id.is_(None),
        UserRole.record_id.is_(None),
        User.partnership_id == sa.bindparam("partnership"),
        User.active.is_(True),
        _HUMAN,
    )
    .order_by(User.id)
)


def _once(found: Iterable[str]) -> list[str]:
    """Each address once, whatever its capitals."""
    kept: dict[str, str] = {}
    for address in found:
        clean = address.strip()
        if clean and len(clean) <= MAX_ADDRESS:
            kept.setdefault(clean.lower(), clean)
    return list(kept.values())
