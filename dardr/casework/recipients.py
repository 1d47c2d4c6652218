"""Which addresses stand for a party of a record. Inactive people never; the family and the State never by e-mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.bodies import Body, BodyContact, Partnership
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record, RecordBody, RecordCsp, RecordLink
from workflows.definition import Party, Role

NEVER_WRITTEN_TO = frozenset({Party.FAMILY, Party.HOME_OFFICE, Party.COMMISSIONER, Party.NOBODY})
"""People write to these themselves: no program sends them anything."""

OF_BODIES = frozenset(
    {Party.AGENCY, Party.ADDRESSED_BODY, Party.ACTION_OWNER, Party.AGENCY_LEAD, Party.AGENCY_EXECUTIVE}
)
"""Parties that are the bodies a record is owed by."""

MAX_ADDRESS = 254


def addresses(session: Session, record: Record, party: Party | str) -> list[str]:
    """The addresses for one party of one record, each once, in a steady order; empty where nobody is known."""
    return Recipients(session).addresses(record, party)


class Recipients:
    """Answers ``addresses`` for many records of one sweep, asking the database once for each question."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[tuple[object, ...], list[str]] = {}
        self._reviews: dict[int, list[tuple[int, int | None]]] = {}
        self._bodies: dict[int, list[int]] = {}

    def addresses(self, record: Record, party: Party | str) -> list[str]:
        """As the function of the same name."""
        party = Party(party)
        if party in NEVER_WRITTEN_TO:
            return []
        if party in OF_BODIES:
            bodies = tuple(self._bodies_of(record.id))
            return self._keep((party, bodies), lambda: self._of_bodies(party, bodies))
        if party is Party.POLICE:
            return self._keep((party, record.partnership_id), lambda: self._police(record.partnership_id))
        return self._keep((party, record.id), lambda: self._of_record(party, record))

    def _keep(self, key: tuple[object, ...], ask: Callable[[], list[str]]) -> list[str]:
        if key not in self._kept:
            self._kept[key] = _once(ask())
        return self._kept[key]

    # --- the partnership's own people ------------------------------------------------------------------

    def _of_record(self, party: Party, record: Record) -> list[str]:
        match party:
            case Party.CASE_MANAGER:
                return self._case_managers(record)
            case Party.TEAM_MANAGER:
                return self._by_role(record, Role.TEAM_MANAGER)
            case Party.DECIDING_CHAIR:
                return self._by_role(record, Role.DECIDING_CHAIR)
            case Party.INDEPENDENT_CHAIR:
                return self._of_review(record, Role.INDEPENDENT_CHAIR)
            case _:
                return self._team(record.partnership_id) or self._case_managers(record)

    def _case_managers(self, record: Record) -> list[str]:
        ids = {record.case_manager_id, *(manager for _, manager in self._reviews_of(record.id))} - {None}
        if ids:
            named = self._people(User.id.in_(ids))
            if named:
                return named
        return self._by_role(record, Role.CASE_MANAGER) or self._team(record.partnership_id)

    def _team(self, partnership_id: int) -> list[str]:
        address = self._session.scalar(sa.select(Partnership.team_email).where(Partnership.id == partnership_id))
        return [address] if address else []

    def _by_role(self, record: Record, role: Role) -> list[str]:
        """Holders of a role for the whole partnership, or for a CSP of this record."""
        csps = sa.select(RecordCsp.csp_id).where(RecordCsp.record_id == record.id)
        holds = sa.select(UserRole.user_id).where(
            UserRole.role == str(role),
            UserRole.body_id.is_(None),
            UserRole.record_id.is_(None),
            sa.or_(UserRole.csp_id.is_(None), UserRole.csp_id.in_(csps)),
        )
        return self._people(User.id.in_(holds), User.partnership_id == record.partnership_id)

    def _of_review(self, record: Record, role: Role) -> list[str]:
        served = [record.id, *(review_id for review_id, _ in self._reviews_of(record.id))]
        holds = sa.select(UserRole.user_id).where(UserRole.role == str(role), UserRole.record_id.in_(served))
        return self._people(User.id.in_(holds))

    def _reviews_of(self, record_id: int) -> list[tuple[int, int | None]]:
        if record_id not in self._reviews:
            rows = self._session.execute(
                sa.select(Record.id, Record.case_manager_id)
                .join(RecordLink, RecordLink.review_id == Record.id)
                .where(RecordLink.item_id == record_id, RecordLink.kind == "item")
                .order_by(Record.id)
            )
            self._reviews[record_id] = [(review, manager) for review, manager in rows]
        return self._reviews[record_id]

    # --- bodies ----------------------------------------------------------------------------------------

    def _bodies_of(self, record_id: int) -> list[int]:
        if record_id not in self._bodies:
            self._bodies[record_id] = list(
                self._session.scalars(
                    sa.select(RecordBody.body_id).where(RecordBody.record_id == record_id).order_by(RecordBody.body_id)
                )
            )
        return self._bodies[record_id]

    def load_bodies(self, record_ids: Iterable[int]) -> None:
        """Read the bodies of many records at once, before asking for their addresses."""
        wanted = [one for one in record_ids if one not in self._bodies]
        if not wanted:
            return
        self._bodies.update({one: [] for one in wanted})
        for record_id, body_id in self._session.execute(
            sa.select(RecordBody.record_id, RecordBody.body_id)
            .where(RecordBody.record_id.in_(wanted))
            .order_by(RecordBody.record_id, RecordBody.body_id)
        ):
            self._bodies[record_id].append(body_id)

    def _of_bodies(self, party: Party, bodies: tuple[int, ...]) -> list[str]:
        found: list[str] = []
        for body_id in bodies:
            found += self._of_body(party, body_id)
        return found

    def _of_body(self, party: Party, body_id: int) -> list[str]:
        """Never silent while anybody of the body, or of the body that took its place, can be written to."""
        seen: set[int] = set()
        following: int | None = body_id
        while following is not None and following not in seen:
            seen.add(following)
            if party is Party.AGENCY_EXECUTIVE:
                found = self._contacts(following, "executive") or self._lead(following)
            elif party is Party.AGENCY_LEAD:
                found = self._lead(following)
            else:
                found = self._contact(following) or self._lead(following)
            if found:
                return found
            following = self._session.scalar(sa.select(Body.successor_id).where(Body.id == following))
        return []

    def _contact(self, body_id: int) -> list[str]:
        return self._contacts(body_id, "contact") + self._body_people(body_id, Role.AGENCY_CONTACT)

    def _lead(self, body_id: int) -> list[str]:
        return self._contacts(body_id, "lead") + self._body_people(body_id, Role.AGENCY_LEAD)

    def _contacts(self, body_id: int, kind: str) -> list[str]:
        return list(
            self._session.scalars(
                sa.select(BodyContact.email)
                .where(BodyContact.body_id == body_id, BodyContact.kind == kind)
                .order_by(BodyContact.id)
            )
        )

    def _body_people(self, body_id: int, role: Role) -> list[str]:
        holds = sa.select(UserRole.user_id).where(UserRole.role == str(role), UserRole.body_id == body_id)
        return self._people(User.id.in_(holds))

    def _police(self, partnership_id: int) -> list[str]:
        forces = self._session.scalars(
            sa.select(Body.id)
            .where(Body.partnership_id == partnership_id, Body.kind == "police", Body.until_on.is_(None))
            .order_by(Body.id)
        )
        return [address for force in list(forces) for address in self._of_body(Party.AGENCY, force)]

    def _people(self, *conditions: sa.ColumnElement[bool]) -> list[str]:
        return list(
            self._session.scalars(
                sa.select(User.email)
                .where(User.active.is_(True), User.is_operator.is_(False), *conditions)
                .order_by(User.id)
            )
        )


def _once(found: Iterable[str]) -> list[str]:
    """Each address once, whatever its capitals."""
    kept: dict[str, str] = {}
    for address in found:
        clean = address.strip()
        if clean and len(clean) <= MAX_ADDRESS:
            kept.setdefault(clean.lower(), clean)
    return list(kept.values())
