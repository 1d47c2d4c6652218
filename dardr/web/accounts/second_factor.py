"""The second factor: of whom it is asked, codes that work once, and what a passkey must prove.

Asked of every role that sees identities, and of administrators. The rule is the service's own, made because what is
behind the sign-in would harm families if it came out; it stands in no Act or guidance.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for
from flask_security import Totp, WebauthnUtil
from flask_security.proxies import _security
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from dardr.access import SEES_IDENTITIES
from dardr.casework.sign_ins import BY_LINK
from dardr.storage.installation import Installation
from dardr.storage.people import UserRole
from dardr.web.transaction import ACCOUNT_BLUEPRINT, session
from workflows.definition import Role

ASKED_OF = SEES_IDENTITIES | {Role.ADMINISTRATOR}
"""Roles that do not come in with a password alone."""
ASKED_ELSEWHERE = "sso with second"
SETTING = "DARDR_SECOND_FACTOR"
FOR_TRIAL = "dardr_for_trial"


def key_for(secret: str, purpose: str) -> bytes:
    """32 bytes made from the service's secret, another for each purpose."""
    return hmac.new(secret.encode(), f"dardr {purpose}".encode(), sha256).digest()


def settings_for(secret: str) -> dict[str, Any]:
    """What the library needs to keep authenticator secrets and recovery codes encrypted."""
    return {
        "SECURITY_TOTP_SECRETS": {"1": key_for(secret, "authenticator secrets").hex()},
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [
            base64.urlsafe_b64encode(key_for(secret, "recovery codes")),
        ],
    }


def needed(user_id: int) -> bool:
    """True where this person's roles ask for a second factor, here."""
    if current_app.config[SETTING] == "offered" or _for_trial():
        return False
    return (
        session().scalar(
            sa.select(UserRole.id)
            .where(UserRole.user_id == user_id, UserRole.role.in_([str(role) for role in ASKED_OF]))
            .limit(1)
        )
        is not None
    )


def _for_trial() -> bool:
    """True in a demonstration or a rehearsal, where nobody's data is. Once it is one it stays one."""
    if current_app.extensions.get(FOR_TRIAL):
        return True
    row = session().execute(sa.select(Installation.rehearsal, Installation.demonstration)).first()
    found = row is not None and (row.rehearsal or row.demonstration)
    if found:
        current_app.extensions[FOR_TRIAL] = True
    return found


def still_to_do(account: Any, way: str) -> str | None:
    """The page where this person has to set something up before anything else; None where nothing is missing.

    ``way`` is how they signed in: where the other service asked for a second factor, none is asked here; nor of
    whoever came by a link, who is never shown who the people are.
    """
    if way in (ASKED_ELSEWHERE, BY_LINK) or (account.tf_totp_secret and account.mf_recovery_codes is not None):
        return None
    if not needed(account.id):
        return None
    page = "mf_recovery_codes" if account.tf_totp_secret else "two_factor_setup"
    return url_for(f"{ACCOUNT_BLUEPRINT}.{page}")


def parted(kept: str | None) -> tuple[str | None, int | None]:
    """The library's encrypted secret, and the number of the last code that was used, from what is stored."""
    if not kept or kept.startswith("{"):
        return kept, None
    counter, _, secret = kept.partition(":")
    return secret, int(counter)


def joined(secret: str | None, counter: int | None) -> str | None:
    """Both as they are stored."""
    return secret if not secret or counter is None else f"{counter}:{secret}"


class CodesWorkOnce(Totp):
    """Codes of an authenticator app. One that was used is refused from then on, as RFC 6238 section 5.2 asks."""

    def get_last_counter(self, user: Any) -> int | None:
        """The number of the last code that this person used."""
        return user.last_code

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember the code that was used just now."""
        user.last_code = tmatch.counter
        if user.tf_totp_secret:
            _security.datastore.put(user)


class PasskeysProveThePerson(WebauthnUtil):
    """A passkey must ask for a finger, a face or a PIN, and so stands for two factors. Any device may hold one."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        """What a new passkey must be able to do."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        """What is asked when signing in."""
        return UserVerificationRequirement.REQUIRED
