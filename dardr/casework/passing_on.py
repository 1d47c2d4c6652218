"""One thing asked of a body is passed to a colleague there, who comes in by a link that opens that thing alone.

A colleague is somebody at the body's own e-mail domain, or anybody its lead agrees to. Somebody of another body is not.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import OF_AGENCIES, get_record, roles_on
from dardr.actors import Actor, Purpose
from dardr.casework import doors, four_eyes
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import a_name, an_email
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage.agencies import PassedOn
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record
from workflows.definition import Role
from workflows.processes.who import CASEWORK

ASKED, GIVEN, TAKEN_BACK, REFUSED = "asked", "given", "taken_back", "refused"
OF_EVERYBODY = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk live.co.uk live.com msn.com yahoo.com yahoo.co.uk"
    " icloud.com me.com aol.com btinternet.com sky.com proton.me protonmail.com gmx.com mail.com".split()
)
"""Domains at which anybody has a mailbox: they say nothing about where somebody works."""


def pass_on(session: Session, actor: Actor, now: datetime, ref: str, email: str, name: str = "") -> PassedOn:
    """Ask a colleague to see to one record that the actor's body owes; a link goes to them at once.

    Where the address does not show that they work there, the body's lead is asked first (``state`` is asked).
    Raises NotFound, Forbidden (not of that body, or itself passed on), Invalid (an address outside), Conflict (ended,
    or with that colleague already).
    """
    record, body_ids = _own(session, actor, ref)
    email = an_email(email)
    name = a_name(name) if name.strip() else ""
    if email.lower() == actor.email.lower():
        raise Invalid([Reason("That is your own address. Give a colleague's.", "email")])
    same = _with(session, record, email)
    if same is not None:
        raise Conflict(f"This is with {email} already.")
    outside = _of_another_body(session, email, body_ids)
    if outside:
        raise Invalid([Reason(_refusal(session, email, body_ids), "email")])
    given = _known(session, email, body_ids) or _leads(actor, body_ids) or _own_domain(session, email, body_ids)
    row = PassedOn(
        record_id=record.id,
        body_id=body_ids[0],
        email=email,
        name=name,
        state=GIVEN if given else ASKED,
        passed_by=actor.id,
        passed_at=now,
    )
    session.add(row)
    note_change(session, now, actor, "passed_on", record.ref, {"email": email, "state": row.state})
    session.flush()
    if given:
        _send(session, actor, now, row)
    return row


def _own(session: Session, actor: Actor, ref: str) -> tuple[Record, list[int]]:
    """The record, and the bodies it is owed by that the actor answers for."""
    record = get_record(session, actor, ref)
    if record.final:
        raise Conflict(f"{ref} is done. There is nothing to pass on.")
    if not roles_on(session, actor, record) & OF_AGENCIES:
        raise Forbidden("Only somebody of the organisation that owes this passes it on.")
    if actor.door is not None and actor.door.one_record is not None:
        raise Forbidden("A colleague passed this to you. Ask them if it should be with somebody else.")
    found = [one for one in four_eyes.owing(session, record) if one in actor.body_ids]
    if not found:
        raise Forbidden("Only somebody of the organisation that owes this passes it on.")
    return record, found


def _with(session: Session, record: Record, email: str) -> PassedOn | None:
    return session.scalar(
        sa.select(PassedOn).where(
            PassedOn.record_id == record.id,
            sa.func.lower(PassedOn.email) == email.lower(),
            PassedOn.state.in_((ASKED, GIVEN)),
        )
    )


def _of_another_body(session: Session, email: str, body_ids: list[int]) -> bool:
    """Whether an address, or its whole domain, is another body's and not this one's; or has an account elsewhere."""
    if _known(session, email, body_ids):
        return False
    address, domain = email.lower(), _domain(email)
    elsewhere = sa.select(BodyContact.email).where(BodyContact.body_id.not_in(body_ids))
    theirs = {one.lower() for one in session.scalars(elsewhere)}
    if address in theirs:
        return True
    user = session.scalar(sa.select(User).where(sa.func.lower(User.email) == address, User.active.is_(True)))
    if user is not None and (user.body_id not in (None, *body_ids) or _holds_other_role(session, user)):
        return True
    if domain in OF_EVERYBODY or domain in _domains(session, body_ids):
        return False
    return domain in {_domain(one) for one in theirs}


def _holds_other_role(session: Session, user: User) -> bool:
    rows = sa.select(UserRole.id).where(
        UserRole.user_id == user.id, UserRole.role.not_in([str(r) for r in OF_AGENCIES])
    )
    return session.scalar(rows.limit(1)) is not None


def _known(session: Session, email: str, body_ids: list[int]) -> bool:
    """Whether somebody is recorded at the body: as a contact, or with a role for it."""
    contact = sa.select(BodyContact.id).where(
        BodyContact.body_id.in_(body_ids), sa.func.lower(BodyContact.email) == email.lower()
    )
    holder = (
        sa.select(UserRole.id)
        .join(User, User.id == UserRole.user_id)
        .where(sa.func.lower(User.email) == email.lower(), UserRole.body_id.in_(body_ids), User.active.is_(True))
    )
    return session.scalar(contact.limit(1)) is not None or session.scalar(holder.limit(1)) is not None


def _own_domain(session: Session, email: str, body_ids: list[int]) -> bool:
    """Whether the domain is the body's alone: some (nhs.net) are shared by many organisations and prove nothing."""
    domain = _domain(email)
    if domain in OF_EVERYBODY or domain not in _domains(session, body_ids):
        return False
    others = session.scalars(sa.select(BodyContact.email).where(BodyContact.body_id.not_in(body_ids)))
    return domain not in {_domain(one) for one in others}


def _domains(session: Session, body_ids: list[int]) -> set[str]:
    found = session.scalars(sa.select(BodyContact.email).where(BodyContact.body_id.in_(body_ids)))
    return {_domain(one) for one in found}


def _domain(email: str) -> str:
    return email.rpartition("@")[2].lower()


def _refusal(session: Session, email: str, body_ids: list[int]) -> str:
    own = sorted(_domains(session, body_ids) - OF_EVERYBODY)
    body = session.get_one(Body, body_ids[0]).name
    at = f", for example at {own[0]}" if own else ""
    return (
        f"{email} is not an address of {body}. Give a colleague's address{at}. If this should be with another"
        " organisation, tell the team."
    )


def _leads(actor: Actor, body_ids: list[int]) -> bool:
    return any(g.role is Role.AGENCY_LEAD and g.body_id in body_ids for g in actor.grants)


def _send(session: Session, actor: Actor, now: datetime, row: PassedOn) -> None:
    """The link for that one thing; somebody with an account finds it on their own page."""
    link = doors.send_link(
        session, actor, now, email=row.email, name=row.name, purpose=Purpose.RECORD, body_id=row.body_id,
        record_id=row.record_id,
    )  # fmt: skip
    if link is not None:
        row.user_id = link.user_id


# --- afterwards -------------------------------------------------------------------------------------------


def _row(session: Session, actor: Actor, number: int) -> PassedOn:
    row = session.get(PassedOn, number, with_for_update=True, populate_existing=True)
    of_body = row is not None and row.body_id in actor.body_ids and actor.roles & OF_AGENCIES
    if row is None or not (of_body or actor.everywhere & CASEWORK):
        raise NotFound("There is nothing of that number that was passed on.")
    get_record(session, actor, session.get_one(Record, row.record_id).ref)
    if actor.door is not None and actor.door.one_record is not None:
        raise Forbidden("A colleague passed this to you. Ask them if it should be with somebody else.")
    return row


def take_back(session: Session, actor: Actor, now: datetime, number: int) -> PassedOn:
    """It is not with the colleague any more: their link ends at once. Raises Conflict, Forbidden, NotFound."""
    row = _row(session, actor, number)
    if row.state not in (ASKED, GIVEN):
        raise Conflict(f"This is not with {row.email} any more.")
    _decide(session, actor, now, row, TAKEN_BACK)
    doors.revoke_all(session, now, row.email, doors.NO_NEED, body_id=row.body_id, record_id=row.record_id)
    return row


def agree(session: Session, actor: Actor, now: datetime, number: int, *, yes: bool) -> PassedOn:
    """The body's lead says whether somebody at another address is a colleague. Raises Conflict, Forbidden, NotFound."""
    row = _row(session, actor, number)
    if not _leads(actor, [row.body_id]):
        raise Forbidden("The lead of your organisation agrees to this.")
    if row.state != ASKED:
        raise Conflict("This was answered already.")
    _decide(session, actor, now, row, GIVEN if yes else REFUSED)
    if yes:
        _send(session, actor, now, row)
    return row


def _decide(session: Session, actor: Actor, now: datetime, row: PassedOn, state: str) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.id, now
    ref = session.get_one(Record, row.record_id).ref
    note_change(session, now, actor, f"passed_on_{state}", ref, {"email": row.email})
    session.flush()
