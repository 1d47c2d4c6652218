"""The person as the sign-in library sees them, and where the library finds and keeps people and passkeys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import g, request
from flask_security import RoleMixin, UserDatastore, UserMixin, WebAuthnMixin
from flask_security.datastore import Datastore

from dardr import systime
from dardr.casework.admin_log import note_change
from dardr.casework.sign_ins import LOCKED_FOR, TRIES
from dardr.storage.people import Passkey, User
from dardr.web.accounts import second_factor
from dardr.web.transaction import ACCOUNT_BLUEPRINT, session

REFUSED = (
    "The e-mail address or the password is not right, or there were too many tries. "
    f"After {TRIES} wrong tries an account waits {int(LOCKED_FOR.total_seconds() // 60)} minutes."
)
"""One sentence for all three, so that it tells nobody which accounts exist."""
FORGOTTEN = f"{ACCOUNT_BLUEPRINT}.forgot_password"


class NoRole(RoleMixin):
    """Roles are the application's own (``dardr.access``); the sign-in library knows none."""

    name = ""


class Key(WebAuthnMixin):
    """A passkey as the library sees it: copied from its row, changed only through the store."""

    def __init__(self, row: Passkey) -> None:
        self.id, self.user_id, self.name, self.usage = row.id, row.user_id, row.name, row.usage
        self.credential_id, self.public_key, self.sign_count = row.credential_id, row.public_key, row.sign_count
        self.transports, self.extensions = row.transports, row.extensions
        self.backup_state, self.device_type = row.backup_state, row.device_type
        self.lastuse_datetime: datetime = row.last_used_at or row.created_at


class Account(UserMixin):
    """The person as the sign-in library sees them: copied from their row, changed only through the store."""

    id: int = 0
    email: str = ""
    name: str = ""
    active: bool = False
    fs_uniquifier: str = ""
    password: str | None = None
    roles: Any = ()
    tf_phone_number: str | None = None

    def __init__(self, row: User) -> None:
        self.id, self.email, self.name = row.id, row.email, row.name
        self.active = row.active and not row.is_operator
        self.fs_uniquifier = row.fs_uniquifier
        self.password = row.password
        self.tf_primary_method = row.tf_primary_method
        self.tf_totp_secret, self.last_code = second_factor.parted(row.tf_totp_secret)
        self.mf_recovery_codes = None if row.recovery_codes is None else list(row.recovery_codes)
        self.fs_webauthn_user_handle = row.passkey_handle or ""
        self._row = row  # kept, so that the session need not ask for it again

    @property
    def webauthn(self) -> list[Key]:  # type: ignore[override]
        """This person's passkeys, oldest first."""
        rows = session().scalars(sa.select(Passkey).where(Passkey.user_id == self.id).order_by(Passkey.id))
        return [Key(row) for row in rows]

    def check_tf_required(self, tf_setup_methods: list[Any], tf_fresh: bool) -> tuple[bool, list[Any]]:
        """A code is asked of everybody who set one up, and of those whose roles ask for it."""
        return bool(tf_setup_methods) or second_factor.needed(self.id), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        """True where this person may not do without."""
        return second_factor.needed(self.id)

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:
        """Count a wrong password or code; lock the account for a while after several."""
        row = session().get(User, self.id, with_for_update=True, populate_existing=True)
        if row is None:
            return
        row.failed_sign_ins += 1
        if row.failed_sign_ins >= TRIES:
            now = systime.utc_now()
            row.locked_until = now + LOCKED_FOR
            row.failed_sign_ins = 0
            note_change(session(), now, None, "account_locked", row.name, {"after_wrong": auth_type})
        super().track_failed_authn(auth_type, tfa)

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """True while the account waits. The same sentence is given as for a wrong password.

        A link by e-mail is sent all the same: only the person whose address it is can use it.
        """
        if request.endpoint == FORGOTTEN:
            return False
        row = session().get(User, self.id)
        locked = row is not None and row.locked_until is not None and row.locked_until > systime.utc_now()
        if locked and form_error is not None:
            form_error.append(REFUSED)
        return locked


class AccountStore(Datastore, UserDatastore):
    """Finds people for the sign-in library in the request's own transaction, which the edge commits.

    Nobody is found who has no access any more, nor the command line's operator: links and passkeys of theirs are
    of no use.
    """

    def __init__(self) -> None:
        UserDatastore.__init__(self, Account, NoRole, Key)

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """The person with that address, id or session key; at most one query a request for the last.

        Where something is being sent, the row is locked: a code or a link that is used twice at once works once.
        """
        key, value = next(iter(kwargs.items()))
        if key == "fs_uniquifier" and (kept := g.get("dardr_account")) and kept.fs_uniquifier == value:
            return kept
        column = {"email": User.email, "fs_uniquifier": User.fs_uniquifier, "id": User.id}.get(key)
        if column is None:
            return None
        condition = sa.func.lower(User.email) == str(value).strip().lower() if key == "email" else column == value
        query = sa.select(User).where(condition, User.active, User.is_operator.is_(False))
        if request.method == "POST":
            query = query.with_for_update().execution_options(populate_existing=True)
        row = session().scalar(query)
        return Account(row) if row is not None else None

    def find_role(self, role: str) -> None:
        """None: roles are not the library's business here."""

    def put(self, model: Any) -> Any:
        """Keep what the library changed of a person or of a passkey."""
        if isinstance(model, Key):
            session().execute(
                sa.update(Passkey)
                .where(Passkey.id == model.id)
                .values(
                    sign_count=model.sign_count,
                    backup_state=model.backup_state,
                    device_type=model.device_type,
                    last_used_at=model.lastuse_datetime,
                )
            )
            return model
        session().execute(
            sa.update(User)
            .where(User.id == model.id)
            .values(
                password=model.password,
                fs_uniquifier=model.fs_uniquifier,
                tf_primary_method=model.tf_primary_method,
                tf_totp_secret=second_factor.joined(model.tf_totp_secret, model.last_code),
                recovery_codes=sa.null() if model.mf_recovery_codes is None else list(model.mf_recovery_codes),
                passkey_handle=model.fs_webauthn_user_handle or None,
            )
        )
        return model

    def delete(self, model: Any) -> None:
        """Take a passkey away."""
        session().execute(sa.delete(Passkey).where(Passkey.id == model.id))

    def find_webauthn(self, credential_id: bytes) -> Key | None:
        """The passkey with that credential."""
        row = session().scalar(sa.select(Passkey).where(Passkey.credential_id == credential_id).with_for_update())
        return Key(row) if row is not None else None

    def create_webauthn(self, user: Any, credential_id: bytes, public_key: bytes, name: str, sign_count: int,
                        usage: str, device_type: str, backup_state: bool, transports: list[Any] | None = None,
                        extensions: str | None = None, **_more: Any) -> None:  # fmt: skip
        """Keep a new passkey of a person."""
        session().add(
            Passkey(
                user_id=user.id,
                credential_id=credential_id,
                public_key=public_key,
                sign_count=sign_count,
                transports=[str(getattr(one, "value", one)) for one in transports or []],
                extensions=(extensions or "")[:255] or None,
                backup_state=backup_state,
                device_type=str(getattr(device_type, "value", device_type)),
                name=name,
                usage=usage,
                created_at=systime.utc_now(),
            )
        )

    def commit(self) -> None:
        """Nothing: the edge commits once, before the answer is sent."""
