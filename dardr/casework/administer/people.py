"""People: added, described, given and taken away roles, left, come back, let in again after a lock-out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import SCOPE_NEEDED, SCOPE_POSSIBLE, get_record
from dardr.actors import Actor
from dardr.casework.account_mail import tell_of_change
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import a_name, an_email, home, of_key, require_administrator, require_keeper
from dardr.casework.administer.roles import OF_AGENCIES, label_of_role
from dardr.casework.failing import send_on_what_waits
from dardr.casework.leavers import leavers
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage.bodies import Body, Csp
from dardr.storage.doors import DoorLink
from dardr.storage.people import User, UserRole, WebSession
from dardr.storage.reviews import Record
from workflows.definition import GIVEN_ROLES, Role

LEFT = "left"
"""Why the sessions of somebody who left were ended."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a role is held for: the key of a CSP, the key of a body, the reference of a review, or everything."""

    csp: str = ""
    body: str = ""
    review: str = ""


def add_person(session: Session, actor: Actor, now: datetime, name: str, email: str, body: str = "") -> User:
    """Add a person without a password and without a role. ``body`` is the key of the body they work for.

    Raises Forbidden, Invalid (an address that somebody has already), NotFound, Conflict.
    """
    require_keeper(actor)
    partnership, name, email = home(session), a_name(name), an_email(email)
    _refuse_same_email(session, email)
    user = User(
        email=email,
        name=name,
        partnership_id=partnership.id,
        body_id=of_key(session, Body, body).id if body else None,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    session.add(user)
    session.flush()
    note_change(session, now, actor, "person_added", name, {"email": email, "body": body})
    return user


def change_person(
    session: Session, actor: Actor, now: datetime, number: int, name: str, email: str, body: str = ""
) -> User:
    """Change somebody's name, address or employer; the address they had is told of another.

    A team manager changes only people of agencies. Raises Forbidden, Invalid, NotFound.
    """
    user = person(session, actor, number, lock=True)
    _may_change_access(session, actor, user)
    name, email = a_name(name), an_email(email)
    _refuse_same_email(session, email, but=user.id)
    if email.lower() != user.email.lower():
        tell_of_change(session, now, user, "address")
    before = {"name": user.name, "email": user.email, "body_id": user.body_id}
    user.name, user.email = name, email
    user.body_id = of_key(session, Body, body).id if body else None
    after = {"name": name, "email": email, "body_id": user.body_id}
    note_change(session, now, actor, "person_changed", name, {"before": before, "after": after})
    session.flush()
    return user


def give_role(session: Session, actor: Actor, now: datetime, number: int, role: Role, scope: Scope) -> UserRole:
    """Give somebody a role, for everything or for one CSP, body or review.

    Nobody gives a role to themselves; a team manager gives only the roles of agencies. Raises Forbidden, Invalid,
    NotFound, Conflict for somebody who left.
    """
    user = person(session, actor, number, lock=True)
    _may_give(actor, user, role)
    if not user.active:
        raise Conflict(f"{user.name} has left. Give access back first.")
    csp_id, body_id, record_id = _scope_ids(session, actor, role, scope)
    row = UserRole(user_id=user.id, role=str(role), csp_id=csp_id, body_id=body_id, record_id=record_id)
    if not _give(session, actor, now, user, row, scope):
        raise Invalid([Reason(f"{user.name} holds that role already.", "role")])
    return row


def _give(session: Session, actor: Actor, now: datetime, user: User, row: UserRole, scope: Scope) -> bool:
    """Write a role and note it; False where it is held already."""
    alike = [
        held
        for held in session.scalars(sa.select(UserRole).where(UserRole.user_id == user.id, UserRole.role == row.role))
        if (held.csp_id, held.body_id, held.record_id) == (row.csp_id, row.body_id, row.record_id)
    ]
    if alike:
        return False
    session.add(row)
    said = {"role": row.role, "csp": scope.csp, "body": scope.body, "review": scope.review}
    note_change(session, now, actor, "role_given", user.name, said)
    session.flush()
    return True


def give_role_on(session: Session, actor: Actor, now: datetime, user: User, role: Role, review: Record) -> bool:
    """Give somebody a role on one review, by a step of that review: whoever may take the step gives it.

    Only for consequences of steps. The same row and the same log as when an administrator gives it. False where it
    is held already.
    """
    row = UserRole(user_id=user.id, role=str(role), record_id=review.id)
    return _give(session, actor, now, user, row, Scope(review=review.ref))


def take_role_on(session: Session, actor: Actor, now: datetime, user: User, role: Role, review: Record) -> bool:
    """Take a role on one review away, by a step of that review. False where it was not held."""
    rows = session.scalars(
        sa.select(UserRole).where(
            UserRole.user_id == user.id, UserRole.role == str(role), UserRole.record_id == review.id
        )
    ).all()
    for row in rows:
        session.delete(row)
    if rows:
        note_change(session, now, actor, "role_taken_away", user.name, {"role": str(role), "review": review.ref})
        session.flush()
    return bool(rows)


def take_role(session: Session, actor: Actor, now: datetime, number: int, held: int) -> str:
    """Take a role away; returns its label. The last administrator keeps theirs.

    Raises Forbidden, NotFound, Conflict.
    """
    user = person(session, actor, number, lock=True)
    row = session.get(UserRole, held)
    if row is None or row.user_id != user.id:
        raise NotFound(f"{user.name} does not hold that role any more.")
    role = Role(row.role)
    if role not in OF_AGENCIES:
        require_administrator(actor)
    if role is Role.ADMINISTRATOR:
        _refuse_last_administrator(session, user)
    session.delete(row)
    note_change(session, now, actor, "role_taken_away", user.name, {"role": str(role)})
    session.flush()
    return label_of_role(role)


def leave(session: Session, actor: Actor, now: datetime, number: int) -> User:
    """Somebody has left: no access from now on, every session of theirs ended; what they did stays under their name.

    Nothing more is written to them, wherever they are listed; what waits for them goes to who stands in.

    Raises Forbidden, NotFound, Conflict for the last administrator and for oneself.
    """
    user = person(session, actor, number, lock=True)
    if user.id == actor.id:
        raise Conflict("You cannot take your own access away. Ask another administrator.")
    _may_change_access(session, actor, user)
    _refuse_last_administrator(session, user)
    user.active, user.left_at = False, user.left_at or now
    session.execute(
        sa.update(WebSession)
        .where(WebSession.user_id == user.id, WebSession.ended_at.is_(None))
        .values(ended_at=now, ended_because=LEFT)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(DoorLink)
        .where(DoorLink.user_id == user.id, DoorLink.revoked_at.is_(None))
        .values(revoked_at=now, revoked_because=LEFT, code_hash="")
        .execution_options(synchronize_session=False)
    )
    note_change(session, now, actor, "person_left", user.name, {"email": user.email})
    session.flush()
    for address in leavers(session, [user.email]):
        send_on_what_waits(session, now, address, "They have left.")
    return user


def come_back(session: Session, actor: Actor, now: datetime, number: int) -> User:
    """Give somebody their access back, with the roles they hold. Raises Forbidden, NotFound."""
    user = person(session, actor, number, lock=True)
    _may_change_access(session, actor, user)
    user.active, user.left_at = True, None
    note_change(session, now, actor, "person_came_back", user.name, {"email": user.email})
    session.flush()
    return user


def unlock(session: Session, actor: Actor, now: datetime, number: int) -> User:
    """Let somebody try again at once after too many wrong passwords. Raises Forbidden, NotFound."""
    user = person(session, actor, number, lock=True)
    user.failed_sign_ins, user.locked_until = 0, None
    note_change(session, now, actor, "account_unlocked", user.name)
    session.flush()
    return user


def person(session: Session, actor: Actor, number: int, *, lock: bool = False) -> User:
    """Somebody of this installation, never the command line's own person. Raises Forbidden, NotFound."""
    require_keeper(actor)
    user = session.get(User, number, with_for_update=True if lock else None, populate_existing=lock)
    if user is None or user.is_operator or user.partnership_id not in (home(session).id, None):
        raise NotFound("There is nobody of that number here. Check the address.")
    return user


def may_give(actor: Actor) -> tuple[Role, ...]:
    """The roles this person may give to others."""
    if Role.ADMINISTRATOR in actor.everywhere:
        return GIVEN_ROLES
    return tuple(role for role in Role if role in OF_AGENCIES) if Role.TEAM_MANAGER in actor.everywhere else ()


def _may_give(actor: Actor, user: User, role: Role) -> None:
    if role not in may_give(actor):
        raise Forbidden(f"The role {label_of_role(role)} is given by an administrator.")
    if user.id == actor.id:
        raise Forbidden("Nobody gives a role to themselves. Ask another administrator.")


def _may_change_access(session: Session, actor: Actor, user: User) -> None:
    """A team manager may let in and out those who hold nothing but roles of agencies."""
    if Role.ADMINISTRATOR in actor.everywhere:
        return
    held = {Role(one) for one in session.scalars(sa.select(UserRole.role).where(UserRole.user_id == user.id))}
    if not held <= OF_AGENCIES:
        raise Forbidden("Only an administrator changes the access of somebody who is not of an agency.")


def _refuse_last_administrator(session: Session, user: User) -> None:
    others = (
        sa.select(sa.func.count())
        .select_from(UserRole)
        .join(User, User.id == UserRole.user_id)
        .where(
            UserRole.role == str(Role.ADMINISTRATOR),
            UserRole.csp_id.is_(None),
            UserRole.body_id.is_(None),
            UserRole.record_id.is_(None),
            User.active.is_(True),
            User.is_operator.is_(False),
        )
    )
    is_one = session.scalar(others.where(User.id == user.id))
    if is_one and not session.scalar(others.where(User.id != user.id)):
        raise Conflict(f"{user.name} is the only administrator. Make somebody else an administrator first.")


def _refuse_same_email(session: Session, email: str, *, but: int = 0) -> None:
    found = session.scalar(
        sa.select(User.name).where(sa.func.lower(User.email) == email.lower(), User.id != but).limit(1)
    )
    if found is not None:
        raise Invalid([Reason(f"{found} has that address already. Look for them in the list.", "email")])


def _scope_ids(session: Session, actor: Actor, role: Role, scope: Scope) -> tuple[int | None, int | None, int | None]:
    """What the role is held for; what it is never held for is refused, not dropped."""
    needed, may = SCOPE_NEEDED.get(role), SCOPE_POSSIBLE.get(role)
    words = {"csp": "local partnership", "body": "body", "review": "review"}
    for kind, word in words.items():
        given = getattr(scope, kind)
        if kind == needed and not given:
            raise Invalid([Reason(f"{label_of_role(role)} is held for one {word}. Say which.", kind)])
        if given and kind not in (needed, may):
            raise Invalid([Reason(f"{label_of_role(role)} is not held for one {word}. Leave it empty.", kind)])
    try:
        csp_id = of_key(session, Csp, scope.csp).id if scope.csp else None
        body_id = of_key(session, Body, scope.body).id if scope.body else None
    except NotFound as error:
        raise Invalid([Reason("Choose one from the list.", "csp" if scope.csp else "body")]) from error
    return csp_id, body_id, _record_id(session, actor, scope.review) if scope.review else None


def _record_id(session: Session, actor: Actor, ref: str) -> int:
    """The review of that reference. An administrator who may not see it may still name it, and learns nothing of it."""
    if Role.ADMINISTRATOR in actor.everywhere:
        found = session.scalar(
            sa.select(Record.id).where(Record.ref == ref.strip(), Record.partnership_id == home(session).id)
        )
    else:
        found = get_record(session, actor, ref.strip()).id
    if found is None:
        raise Invalid([Reason(f"There is no review with the reference {ref.strip()}. Check it.", "review")])
    return found
