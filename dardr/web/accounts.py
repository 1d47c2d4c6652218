"""Signing in: Flask-Security over our table of people. Lock-out is counted in the database, not in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, g, request
from flask import session as cookie
from flask_security import RoleMixin, Security, UserDatastore, UserMixin, current_user, user_authenticated
from flask_security.datastore import Datastore
from flask_security.utils import logout_user

from dardr import systime
from dardr.storage.people import User
from dardr.web.transaction import ACCOUNT_BLUEPRINT, session

TRIES = 5
"""Wrong passwords in a row before an account is locked."""
LOCKED_FOR = timedelta(minutes=15)
IDLE = timedelta(minutes=60)
"""A session ends after this long without a request."""
LONGEST = timedelta(hours=12)
"""A session ends after this long whatever happens."""
SIGNED_IN_AT = "signed_in_at"

REFUSED = (
    "The e-mail address or the password is not right, or there were too many tries. "
    f"After {TRIES} wrong tries an account waits {int(LOCKED_FOR.total_seconds() // 60)} minutes."
)
"""One sentence for all three, so that it tells nobody which accounts exist."""


class NoRole(RoleMixin):
    """Roles are the application's own (``dardr.access``); the sign-in library knows none."""

    name = ""


class Account(UserMixin):
    """The person as the sign-in library sees them: copied from their row, changed only through the store."""

    id: int = 0
    email: str = ""
    name: str = ""
    active: bool = False
    fs_uniquifier: str = ""
    password: str | None = None
    roles: Any = ()

    def __init__(self, row: User) -> None:
        self.id, self.email, self.name = row.id, row.email, row.name
        self.active = row.active and not row.is_operator
        self.fs_uniquifier = row.fs_uniquifier
        self.password = row.password
        self._row = row  # kept, so that the session need not ask for it again

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:
        """Count a wrong password; lock the account for a while after several."""
        row = session().get(User, self.id, with_for_update=True)
        if row is None:
            return
        row.failed_sign_ins += 1
        if row.failed_sign_ins >= TRIES:
            row.locked_until = systime.utc_now() + LOCKED_FOR
            row.failed_sign_ins = 0
        super().track_failed_authn(auth_type, tfa)

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """True while the account waits. The same sentence is given as for a wrong password."""
        row = session().get(User, self.id)
        locked = row is not None and row.locked_until is not None and row.locked_until > systime.utc_now()
        if locked and form_error is not None:
            form_error.append(REFUSED)
        return locked


class AccountStore(Datastore, UserDatastore):
    """Finds people for the sign-in library in the request's own transaction, which the edge commits."""

    def __init__(self) -> None:
        UserDatastore.__init__(self, Account, NoRole)

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """The person with that address or that session key; at most one query a request for the latter."""
        key, value = next(iter(kwargs.items()))
        if key == "fs_uniquifier" and (kept := g.get("dardr_account")) and kept.fs_uniquifier == value:
            return kept
        column = {"email": User.email, "fs_uniquifier": User.fs_uniquifier, "id": User.id}.get(key)
        if column is None:
            return None
        if key == "email":
            condition = sa.func.lower(User.email) == str(value).strip().lower()
        else:
            condition = column == value
        row = session().scalar(sa.select(User).where(condition))
        if row is None:
            return None
        account = Account(row)
        if key == "fs_uniquifier":
            g.dardr_account = account
        return account

    def find_role(self, role: str) -> None:
        """None: roles are not the library's business here."""

    def put(self, model: Any) -> Any:
        """Keep what the library changed: a password hashed anew because the way of hashing is newer."""
        session().execute(sa.update(User).where(User.id == model.id).values(password=model.password))
        return model

    def commit(self) -> None:
        """Nothing: the edge commits once, before the answer is sent."""


def install(app: Flask, secret: str) -> None:
    """Sign-in and sign-out pages at /sign-in and /sign-out, sessions that end, and the lock-out."""
    app.config.update(
        SECURITY_BLUEPRINT_NAME=ACCOUNT_BLUEPRINT,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_VERIFY_URL="/sign-in/again",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGIN_USER_TEMPLATE="account/sign_in.html",
        SECURITY_VERIFY_TEMPLATE="account/sign_in_again.html",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_PASSWORD_SALT=secret,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_USE_REGISTER_V2=True,
        SECURITY_MSG_GENERIC_AUTHN_FAILED=(REFUSED, "error"),
        PERMANENT_SESSION_LIFETIME=IDLE,
    )
    Security(app, AccountStore(), register_blueprint=True)

    def signed_in(_app: Flask, user: Account, **_more: Any) -> None:
        cookie.permanent = True
        cookie[SIGNED_IN_AT] = systime.utc_now().timestamp()
        row = session().get(User, user.id, with_for_update=True)
        if row is not None:
            row.failed_sign_ins, row.locked_until, row.last_sign_in_at = 0, None, systime.utc_now()

    user_authenticated.connect(signed_in, app, weak=False)

    @app.before_request
    def end_long_sessions() -> None:
        began = cookie.get(SIGNED_IN_AT)
        if began is None or request.endpoint in (None, "static") or not current_user.is_authenticated:
            return
        if not 0 <= systime.utc_now().timestamp() - began <= LONGEST.total_seconds():
            logout_user()
