"""Who is signed in where: a person's own sessions, and everybody's for those who may end them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.sign_ins import BY_LINK, IDLE, IDLE_BY_LINK, LONGEST
from dardr.storage.people import Passkey, User, WebSession

_BROWSERS = (("Edge", r"Edg/"), ("Firefox", r"Firefox/"), ("Opera", r"OPR/"), ("Chrome", r"Chrom(e|ium)/"),
             ("Safari", r"Safari/"))  # fmt: skip
_SYSTEMS = (("Windows", r"Windows"), ("Android", r"Android"), ("iPhone or iPad", r"iPhone|iPad"), ("Mac", r"Mac OS X"),
            ("Linux", r"Linux"))  # fmt: skip


def browser_words(agent: str) -> str:
    """What a browser says of itself, in a few words: “Firefox on Windows”."""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, agent)), "A browser")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, agent)), "")
    return f"{browser} on {system}" if system else browser


def own_sessions(session: Session, user_id: int, now: datetime) -> list[dict[str, Any]]:
    """The sessions of one person that are going on at ``now`` (UTC), the latest used first."""
    rows = session.scalars(
        sa.select(WebSession)
        .where(WebSession.user_id == user_id, _going_on(now))
        .order_by(WebSession.last_seen_at.desc(), WebSession.id.desc())
    )
    return [_shown(row) for row in rows]


def everybodys_sessions(session: Session, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Everybody of the actor's partnership who is signed in at ``now`` (UTC), by name. For those who may end them."""
    rows = session.execute(
        sa.select(WebSession, User.name, User.email)
        .join(User, User.id == WebSession.user_id)
        .where(User.partnership_id == actor.partnership_id, _going_on(now))
        .order_by(User.name, WebSession.last_seen_at.desc())
    )
    return [_shown(row) | {"name": name, "email": email} for row, name, email in rows]


def second_factors(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Who of the actor's partnership has an authenticator app or passkeys, by name."""
    passkeys = sa.select(Passkey.user_id, sa.func.count().label("n")).group_by(Passkey.user_id).subquery()
    rows = session.execute(
        sa.select(User.id, User.name, User.email, User.tf_totp_secret.is_not(None), sa.func.coalesce(passkeys.c.n, 0))
        .outerjoin(passkeys, passkeys.c.user_id == User.id)
        .where(
            User.partnership_id == actor.partnership_id,
            User.is_operator.is_(False),
            User.active,
            sa.or_(User.tf_totp_secret.is_not(None), passkeys.c.n > 0),
        )
        .order_by(User.name, User.id)
    )
    return [
        {"user_id": number, "name": name, "email": email, "app": app, "passkeys": keys}
        for number, name, email, app, keys in rows
    ]


def own_passkeys(session: Session, user_id: int) -> list[Passkey]:
    """The passkeys of one person, oldest first."""
    return list(session.scalars(sa.select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def _going_on(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        WebSession.ended_at.is_(None),
        WebSession.last_seen_at >= now - IDLE,
        sa.or_(WebSession.way != BY_LINK, WebSession.last_seen_at >= now - IDLE_BY_LINK),
        WebSession.started_at >= now - LONGEST,
        WebSession.started_at <= now,
    )


def _shown(row: WebSession) -> dict[str, Any]:
    return {
        "id": row.id,
        "user_id": row.user_id,
        "way": row.way,
        "browser": browser_words(row.agent),
        "started_at": row.started_at,
        "last_seen_at": row.last_seen_at,
    }
