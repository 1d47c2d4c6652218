"""Roles that a step of a review gives and takes away: a member joins or leaves its panel, a chair is appointed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

import workflows
from dardr.casework import asked_readers
from dardr.casework.administer.people import give_role_on, take_role_on
from dardr.casework.door_people import make
from dardr.casework.fold import done
from dardr.casework.panel import SEAT, seats_of
from dardr.casework.serving import review_of
from dardr.errors import Invalid, Reason
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, EventValues, Record
from workflows.definition import GivesRole, Role, TakesRole
from workflows.processes.dardr_s9_1.commissioning import CHAIR_ACCOUNT, CHAIR_EMAIL

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from dardr.casework.effects import Happening

CHAIR = (CHAIR_ACCOUNT.name, CHAIR_EMAIL.name)
CHAIR_STAYS = (
    "The account given for the chair before still sees this review. If another chair takes over, give their account"
    " here, or record first that the review has no chair any more."
)


def gives_role(h: Happening, effect: GivesRole) -> None:
    """Give the role to the account named now; whoever was named before loses it, where nothing else names them."""
    review = review_of(h.session, h.record)
    names = tuple(filter(None, (effect.name, effect.by_link)))
    before, given = _before(h, names), h.words(*names)
    if not given:
        if effect.role is Role.INDEPENDENT_CHAIR and before:
            h.warnings.append(CHAIR_STAYS)
        elif h.action.keep_as and before:  # another substitute, without an account, takes the place of the one before
            _take(h, effect.role, review, before)
        return
    user = _account(h.session, given)
    if user is None and effect.by_link and given == h.words(effect.by_link):
        user = _coming_by_link(h, given)
    if user is None:
        raise Invalid([Reason("That account is not in use any more. Choose another one.", effect.name)])
    if user.id == h.actor.id:
        raise Invalid([Reason("Nobody gives access to themselves. Ask a colleague to record this.", effect.name)])
    give_role_on(h.session, h.actor, h.now, user, effect.role, review)
    if before and before.lower() != given.lower():
        _take(h, effect.role, review, before)


def takes_role(h: Happening, effect: TakesRole) -> None:
    """Take the role away from the accounts recorded under these names, at once."""
    review = review_of(h.session, h.record)
    for name in effect.names:
        for address in _recorded(h.record, name):
            _take(h, effect.role, review, address)
    if h.record.process_key == SEAT and h.record.final:
        asked_readers.leaves(h.session, h.record)


def _coming_by_link(h: Happening, address: str) -> User:
    """Somebody without an account: one is made that has no password, so that links alone open anything to them."""
    if h.session.scalar(sa.select(User.id).where(sa.func.lower(User.email) == address.lower())) is not None:
        raise Invalid([Reason(f"{address} has no access here any more. An administrator can give it back first.")])
    return make(h.session, h.now, address, str(h.words("chair", "member_name")), None)


def _before(h: Happening, names: tuple[str, ...]) -> str:
    """What was answered before to the question that this step asked again: in the entry before, or at another time."""
    if h.action.keep_as:
        entries = (h.record.facts.get(h.action.keep_as) or [])[:-1]
        return str(entries[-1].get(names[0]) or "") if entries else ""
    return _last_named(h.session, h.record, names, but=h.event.id)


def _last_named(session: Session, record: Record, names: tuple[str, ...], but: int = 0) -> str:
    """The address that was given last in answer to one of these questions, the event numbered ``but`` left out."""
    process = workflows.get(record.process)
    asked = [one.key for one in (process.opening, *process.actions) if any(f.name in names for f in one.fields)]
    given = (
        sa.select(EventValues.after)
        .join(AuditEvent, AuditEvent.id == EventValues.event_id)
        .where(AuditEvent.record_id == record.id, AuditEvent.action.in_(asked), AuditEvent.id != but)
        .order_by(AuditEvent.seq.desc())
    )
    answers = (after or {} for after in session.scalars(given))
    return next((str(one[name]) for one in answers for name in names if one.get(name)), "")


def _recorded(record: Record, name: str) -> set[str]:
    """Every answer there is to a question: the fact, and those in the entries of lists."""
    lists = [value for value in record.facts.values() if isinstance(value, list)]
    answers = [record.facts.get(name), *(one.get(name) for kept in lists for one in kept if isinstance(one, dict))]
    return {str(one) for one in answers if one}


def _take(h: Happening, role: Role, review: Record, address: str) -> None:
    user = _account(h.session, address)
    if user is not None and address.lower() not in _named(h.session, role, review):
        take_role_on(h.session, h.actor, h.now, user, role, review)


def _named(session: Session, role: Role, review: Record) -> set[str]:
    """The accounts, in small letters, that the review still names for a role."""
    if role is Role.PANEL_MEMBER:
        return {address for seat in seats_of(session, review.id) for address in seat.accounts}
    was = done(review.facts)
    appointed, left = was.get("appoint_chair"), was.get("record_chair_left")
    chairs = appointed is not None and (left is None or left.seq < appointed.seq)
    return {_last_named(session, review, CHAIR).lower()} if chairs else set()


def _account(session: Session, address: str) -> User | None:
    return session.scalar(sa.select(User).where(sa.func.lower(User.email) == address.lower(), User.active.is_(True)))
