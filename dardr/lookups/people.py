"""Who has access, with which roles, for what."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.storage.bodies import Body, Csp
from dardr.storage.people import User, UserRole
from dardr.storage.reviews import Record


def people(session: Session) -> list[dict[str, Any]]:
    """Everybody with an account and the roles they hold, by name; the command line's operator included."""
    users = session.execute(
        sa.select(User, Body.key).outerjoin(Body, Body.id == User.body_id).order_by(User.name, User.id)
    ).all()
    roles: dict[int, list[dict[str, Any]]] = {}
    rows = session.execute(
        sa.select(UserRole.user_id, UserRole.role, Csp.key, Body.key, Record.ref)
        .outerjoin(Csp, Csp.id == UserRole.csp_id)
        .outerjoin(Body, Body.id == UserRole.body_id)
        .outerjoin(Record, Record.id == UserRole.record_id)
        .order_by(UserRole.id)
    )
    for user_id, role, csp, body, ref in rows:
        roles.setdefault(user_id, []).append({"role": role, "csp": csp, "body": body, "review": ref})
    return [
        {
            "email": user.email,
            "name": user.name,
            "active": user.active,
            "operator": user.is_operator,
            "body": employer,
            "can_sign_in": user.password is not None and user.active,
            "roles": roles.get(user.id, []),
        }
        for user, employer in users
    ]
