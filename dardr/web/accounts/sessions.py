"""Signed-in browsers: the cookie carries the key of a row, so that a session can be listed and ended.

The cookie outlives the row: a form sent after the session ended is known to be this person's, and is kept for them.
"""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import Flask, g, request
from flask import session as cookie
from flask_login import user_logged_out
from flask_security import Security, password_changed, password_reset, user_authenticated
from flask_security.utils import login_user
from sqlalchemy.exc import OperationalError

from dardr import systime
from dardr.actors import Door, door_of
from dardr.casework.sign_ins import BY_LINK, LONGEST, end_sessions, idle_of, why_over
from dardr.errors import Forbidden
from dardr.storage.doors import DoorLink
from dardr.storage.people import User, WebSession
from dardr.web.accounts.people import Account
from dardr.web.accounts.second_factor import ASKED_ELSEWHERE
from dardr.web.transaction import database, session, writes

KEY = "key"
COOKIE_LASTS = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last request is known."""
NOT_ACTIVITY = frozenset({"kept.keep"})
"""What a page does by itself does not keep a session alive."""
WAYS = {"password": "password", "webauthn": "passkey", "sso": "sso", ASKED_ELSEWHERE: ASKED_ELSEWHERE, BY_LINK: BY_LINK}


@dataclass(frozen=True)
class Seen:
    """The session that a cookie speaks of: its row, its person, why it is over, if it is, and the link it came by."""

    row: WebSession
    user: User
    over: str
    link: DoorLink | None = None


def _hashed(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def seen() -> Seen | None:
    """The session of this request's cookie, over or not; None where the cookie speaks of none. One query."""
    if "dardr_seen" not in g:
        g.dardr_seen = None
        if key := cookie.get(KEY):
            found = (
                session()
                .execute(
                    sa.select(WebSession, User, DoorLink)
                    .join(User, User.id == WebSession.user_id)
                    .outerjoin(DoorLink, DoorLink.session_id == WebSession.id)
                    .where(WebSession.key_hash == _hashed(key))
                )
                .first()
            )
            if found is not None:
                row, user, link = found
                g.dardr_seen = Seen(row, user, _why_over(row, link), link)
    return g.dardr_seen


def _why_over(row: WebSession, link: DoorLink | None) -> str:
    if row.way == BY_LINK and (link is None or link.revoked_at is not None):
        return "link ended"
    return why_over(row, systime.utc_now())


def door() -> Door | None:
    """What the session that is going on may reach, where a link opened it."""
    here = seen()
    return door_of(here.link) if here is not None and not here.over and here.link is not None else None


def idle() -> timedelta:
    """After how long without a request the session of this browser ends."""
    return idle_of(way())


def current_id() -> int | None:
    """The id of the row of the session that is going on."""
    here = seen()
    return here.row.id if here is not None and not here.over else None


def way() -> str:
    """How the session that is going on began; empty where there is none."""
    here = seen()
    return here.row.way if here is not None and not here.over else ""


def seconds_left() -> int | None:
    """Seconds until the session ends whatever happens; None where nobody is signed in."""
    here = seen()
    if here is None or here.over:
        return None
    return int((here.row.started_at + LONGEST - systime.utc_now()).total_seconds())


def install(app: Flask, security: Security) -> None:
    """Ask for the row with every request, begin one at sign-in, end it at sign-out and with a new password."""
    library: Any = security.login_manager._user_callback

    def load(session_key: str) -> Any:
        here = seen()
        if here is None or here.over or not here.user.active or here.user.fs_uniquifier != session_key:
            return None
        _touch(here)
        g.dardr_account = Account(here.user)
        return library(session_key)

    security.login_manager.user_loader(load)
    app.config["PERMANENT_SESSION_LIFETIME"] = COOKIE_LASTS
    # Sent again with every answer, the cookie of a slow picture would take back what a later page put into it.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    user_authenticated.connect(_begin, app, weak=False)
    user_logged_out.connect(_signed_out, app, weak=False)
    password_changed.connect(_password_is_new, app, weak=False)
    password_reset.connect(_password_is_new, app, weak=False)


def _touch(here: Seen) -> None:
    now = systime.utc_now()
    if now - here.row.last_seen_at < SEEN_EVERY or request.endpoint in NOT_ACTIVITY:
        return
    statement = (
        sa.update(WebSession)
        .where(WebSession.id == here.row.id, WebSession.ended_at.is_(None))
        .values(last_seen_at=now)
    )
    if writes():
        session().execute(statement)
        return
    # A page can be read while the disk is full or the database busy; only the time of the last request is lost.
    with contextlib.suppress(OperationalError), database().write() as own:
        own.execute(statement)


def _begin(_app: Flask, user: Any, authn_via: list[str] | None = None, **_more: Any) -> None:
    """A new row for this browser. Nothing of somebody else's session is left in the cookie."""
    now, before = systime.utc_now(), seen()
    row = session().get(User, user.id, with_for_update=True, populate_existing=True)
    if row is None or authn_via == ["change"]:
        return
    row.failed_sign_ins, row.locked_until, row.last_sign_in_at = 0, None, now
    if before is None or before.user.id != row.id:
        # The same person keeps it, so that a form left open in another tab can still be sent.
        cookie.pop("csrf_token", None)
        g.pop("csrf_token", None)
    if before is not None and before.row.ended_at is None:
        before.row.ended_at, before.row.ended_because = now, before.over or "signed in again"
    key = secrets.token_urlsafe(32)
    cookie.permanent = True
    cookie[KEY] = key
    made = WebSession(
        key_hash=_hashed(key),
        user_id=row.id,
        way=WAYS.get(authn_via[0], "password") if authn_via else "two factors",
        agent=request.user_agent.string[:200],
        started_at=now,
        last_seen_at=now,
        ended_because="",
    )
    session().add(made)
    session().flush()
    g.dardr_seen = Seen(made, row, "")


def begin_by_link(link: DoorLink, user: User) -> None:
    """Sign the person of a link in, for what the link is for; whoever was signed in here before is signed out."""
    if not login_user(Account(user), authn_via=[BY_LINK]):
        raise Forbidden("This account is not in use. Ask the team.")
    here = seen()
    assert here is not None
    link.session_id = here.row.id
    session().flush()
    g.dardr_seen = Seen(here.row, here.user, "", link)
    g.pop("dardr_actor", None)


def _signed_out(_app: Flask, **_more: Any) -> None:
    here = seen()
    if here is not None and here.row.ended_at is None:
        here.row.ended_at, here.row.ended_because = systime.utc_now(), "signed out"
    cookie.pop(KEY, None)


def _password_is_new(_app: Flask, user: Any, **_more: Any) -> None:
    """Whoever is signed in with the old password is not any more; nor does the account wait."""
    end_sessions(session(), systime.utc_now(), user.id, "new password", but=current_id())
    session().execute(sa.update(User).where(User.id == user.id).values(failed_sign_ins=0, locked_until=None))
