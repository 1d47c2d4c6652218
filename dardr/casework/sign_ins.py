"""Sessions of signed-in browsers and second factors: how long a session lasts, ending it, beginning afresh.

The lengths are the design's own: they follow the guidance of the National Cyber Security Centre for services that
hold personal data, and are not set by statute.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.account_mail import tell_of_change
from dardr.casework.admin_log import note_change
from dardr.casework.administer.people import person
from dardr.errors import Conflict, Forbidden
from dardr.storage.people import Passkey, WebSession
from workflows.definition import Role

TRIES = 5
"""Wrong passwords or codes in a row before an account is locked."""
LOCKED_FOR = timedelta(minutes=15)
IDLE = timedelta(minutes=60)
"""A session ends after this long without a request."""
IDLE_BY_LINK = timedelta(minutes=30)
"""The same for a session that a link opened."""
BY_LINK = "link"
"""How a session began that a link opened."""
LONGEST = timedelta(hours=12)
"""A session ends after this long whatever happens."""
WARNED_BEFORE = timedelta(minutes=5)
"""How long before its end a page says so."""


def idle_of(way: str) -> timedelta:
    """After how long without a request a session ends that began in this way."""
    return IDLE_BY_LINK if way == BY_LINK else IDLE


def why_over(row: WebSession, now: datetime) -> str:
    """Why a session is over at ``now`` (UTC), as a short key; nothing while it lasts."""
    if row.ended_at is not None:
        return row.ended_because or "ended"
    if not timedelta(0) <= now - row.started_at <= LONGEST:
        return "twelve hours"
    if now - row.last_seen_at > idle_of(row.way):
        return "idle"
    return ""


def end_session(session: Session, now: datetime, session_id: int, because: str, *, of: int) -> bool:
    """End one session of the person ``of``, from the next request on. False where it is not theirs, or over."""
    result = session.execute(
        sa.update(WebSession)
        .where(WebSession.id == session_id, WebSession.user_id == of, WebSession.ended_at.is_(None))
        .values(ended_at=now, ended_because=because)
        .returning(WebSession.id)
    )
    return result.first() is not None


def end_sessions(session: Session, now: datetime, user_id: int, because: str, *, but: int | None = None) -> int:
    """End every session of a person, except the one with the id ``but``; how many."""
    query = sa.update(WebSession).where(WebSession.user_id == user_id, WebSession.ended_at.is_(None))
    if but is not None:
        query = query.where(WebSession.id != but)
    result = session.execute(query.values(ended_at=now, ended_because=because).returning(WebSession.id))
    return len(result.all())


def end_somebodys(session: Session, actor: Actor, now: datetime, user_id: int, session_id: int | None = None) -> int:
    """End one session of somebody, or all of them; how many. Logged.

    Raises Forbidden (administrators and the team's manager only) and NotFound.
    """
    user = person(session, actor, user_id, lock=True)
    if session_id is None:
        ended = end_sessions(session, now, user.id, "administrator")
    else:
        ended = int(end_session(session, now, session_id, "administrator", of=user.id))
    if ended:
        note_change(session, now, actor, "session_ended", user.name, {"sessions": ended})
    return ended


def reset_second_factor(session: Session, actor: Actor, now: datetime, user_id: int) -> str:
    """Take away somebody's authenticator app, recovery codes and passkeys, and end their sessions; their name.

    They set up a second factor afresh when they next sign in. They are told by e-mail; the change is logged.
    Raises Forbidden (administrators only), NotFound, Conflict where nothing is set up.
    """
    if Role.ADMINISTRATOR not in actor.everywhere:
        raise Forbidden("Only an administrator resets somebody's second factor.")
    user = person(session, actor, user_id, lock=True)
    gone = session.execute(sa.delete(Passkey).where(Passkey.user_id == user.id).returning(Passkey.id)).all()
    if user.tf_totp_secret is None and not gone:
        raise Conflict(f"{user.name} has no second factor, so there is nothing to reset.")
    user.tf_primary_method = user.tf_totp_secret = user.recovery_codes = None
    end_sessions(session, now, user.id, "second factor reset")
    note_change(session, now, actor, "second_factor_reset", user.name, {"passkeys": len(gone)})
    tell_of_change(session, now, user, "second_factor_reset")
    return user.name
