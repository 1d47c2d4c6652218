"""Giving and taking away access: people, and the roles they hold for everything, one CSP, one body or one review."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import SCOPE_NEEDED, SCOPE_POSSIBLE, get_record
from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.people import leave
from dardr.casework.passwords import hashed
from dardr.errors import NO_PARTNERSHIP, Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage.bodies import Body, Csp, Partnership
from dardr.storage.people import User, UserRole
from workflows.answers import CannotRead, read
from workflows.definition import Field, FieldType, Role

EMAIL = Field("email", "E-mail address", FieldType.EMAIL)
_OPTION = {"csp": "--csp KEY", "body": "--body KEY", "review": "--review REF"}
_FOR_ONE = {"csp": "one community safety partnership", "body": "one body", "review": "one review"}


@dataclass(frozen=True, slots=True)
class Added:
    """What was done: whether the person is new or had been disabled, and the roles they did not hold before."""

    email: str
    name: str
    new: bool
    roles_added: tuple[str, ...]
    password: str | None
    given_back: bool = False


def add_user(
    session: Session,
    actor: Actor,
    now: datetime,
    email: str,
    name: str,
    roles: Sequence[Role],
    *,
    csp: str | None = None,
    body: str | None = None,
    review: str | None = None,
    password: str | None = None,
) -> Added:
    """Give a person access and roles; for somebody already known, add the roles they do not hold yet.

    ``body`` is a body's key: the body a person works for, and the body an agency role is held for. ``csp`` and
    ``review`` limit the roles that are held for one, or may be. A new person gets ``password``, or one made here and
    returned once. Raises Forbidden (only an administrator), Invalid, NotFound.
    """
    _require_administrator(actor)
    email = _read_email(email)
    _refuse_scopes(roles, csp, body, review)
    csp_id = _key(session, Csp, csp, "community safety partnership", "--csp") if csp else None
    body_id = _key(session, Body, body, "body", "--body") if body else None
    record_id = get_record(session, actor, review).id if review else None
    user = session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.lower()))
    new, shown = user is None, None
    if user is None:
        if not name.strip():
            raise Invalid([Reason("Give the person's name with --name.", "name")])
        if password is None:
            shown = password = secrets.token_urlsafe(12)
        user = User(
            email=email,
            name=name.strip(),
            partnership_id=actor.partnership_id or _home(session),
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            created_at=now,
        )
        session.add(user)
    elif user.is_operator:
        raise Conflict("That is the command line's own person, who holds every role already.")
    given_back = not user.active
    user.name, user.active, user.left_at = name.strip() or user.name, True, None
    if password is not None:
        user.password = _hashed(password)
    if body_id is not None:
        user.body_id = body_id
    session.flush()
    added = _add_roles(session, user, roles, csp_id, body_id, record_id)
    what = "person_added" if new else "person_came_back" if given_back else "person_changed"
    note_change(session, now, actor, what, user.name, {"email": user.email, "roles": list(added)})
    return Added(user.email, user.name, new, added, shown, given_back)


def disable_user(session: Session, actor: Actor, now: datetime, email: str) -> str:
    """Take a person's access away; what they did stays on record under their name. Returns the name.

    Raises Forbidden, NotFound, Conflict for the command line's operator and the only administrator.
    """
    _require_administrator(actor)
    user = session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))
    if user is None:
        raise NotFound(f"Nobody here has the address {email}. See who does with: dardr user list")
    if user.is_operator:
        raise Conflict("The command line's own person cannot be disabled.")
    return leave(session, actor, now, user.id).name


def _require_administrator(actor: Actor) -> None:
    if Role.ADMINISTRATOR not in actor.everywhere:
        raise Forbidden("Only an administrator gives or takes away access.")


def _read_email(email: str) -> str:
    try:
        typed, problems = read((EMAIL,), {"email": email}, {})
    except CannotRead as error:
        raise Invalid([Reason(str(error), "email")]) from error
    if problems:
        raise Invalid([Reason(p.reason, p.field) for p in problems])
    return str(typed["email"])


def _refuse_scopes(roles: Sequence[Role], csp: str | None, body: str | None, review: str | None) -> None:
    given = {"csp": csp, "body": body, "review": review}
    problems: list[Reason] = []
    if not roles:
        problems.append(Reason("Give at least one role with --role.", "role"))
    for role in roles:
        needed = SCOPE_NEEDED.get(role)
        if needed and not given[needed]:
            words = str(role).replace("_", " ")
            problems.append(
                Reason(f"The role {words} is held for {_FOR_ONE[needed]}. Say which with {_OPTION[needed]}.", needed)
            )
    for scope in ("csp", "review"):
        if given[scope] and not any(_scope_of(role) == scope for role in roles):
            problems.append(
                Reason(f"None of these roles is held for {_FOR_ONE[scope]}. Leave out {_OPTION[scope]}.", scope)
            )
    if problems:
        raise Invalid(problems)


def _scope_of(role: Role) -> str | None:
    return SCOPE_NEEDED.get(role) or SCOPE_POSSIBLE.get(role)


def _key(session: Session, table: type[Csp] | type[Body], key: str, what: str, option: str) -> int:
    found = session.scalar(sa.select(table.id).where(table.key == key))
    if found is None:
        known = ", ".join(session.scalars(sa.select(table.key).order_by(table.key))) or "none yet"
        raise Invalid([Reason(f"There is no {what} with the key {key}. There are: {known}.", option.strip("-"))])
    return found


def _home(session: Session) -> int:
    found = session.scalar(sa.select(Partnership.id).where(Partnership.home.is_(True)))
    if found is None:
        raise Conflict(NO_PARTNERSHIP)
    return found


def _hashed(password: str) -> str:
    try:
        return hashed(password)
    except ValueError as error:
        raise Invalid([Reason(str(error), "password")]) from error


def _add_roles(
    session: Session,
    user: User,
    roles: Sequence[Role],
    csp_id: int | None,
    body_id: int | None,
    record_id: int | None,
) -> tuple[str, ...]:
    held = {
        (row.role, row.csp_id, row.body_id, row.record_id)
        for row in session.scalars(sa.select(UserRole).where(UserRole.user_id == user.id))
    }
    added: list[str] = []
    for role in dict.fromkeys(roles):
        scope = _scope_of(role)
        row = UserRole(
            user_id=user.id,
            role=str(role),
            csp_id=csp_id if scope == "csp" else None,
            body_id=body_id if scope == "body" else None,
            record_id=record_id if scope == "review" else None,
        )
        if (row.role, row.csp_id, row.body_id, row.record_id) not in held:
            session.add(row)
            added.append(row.role)
    session.flush()
    return tuple(added)
