"""Putting the sign-in library together: which of its pages there are, in our words, with our rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, abort, redirect, request, url_for
from flask_security import Security

from dardr import systime
from dardr.casework.passwords import SHORTEST
from dardr.casework.sign_ins import WARNED_BEFORE
from dardr.settings import Settings
from dardr.web.accounts import forms, kept, mail, second_factor, sessions, sso
from dardr.web.accounts.addresses import own_path
from dardr.web.accounts.people import REFUSED, AccountStore
from dardr.web.transaction import ACCOUNT_BLUEPRINT

LINKS_LAST = timedelta(hours=24)
FRESH = timedelta(minutes=30)
"""For so long after signing in, the way of signing in can be changed without giving the password again."""
SLOWED = tuple(
    f"{ACCOUNT_BLUEPRINT}.{page}"
    for page in ("login", "two_factor_token_validation", "mf_recovery", "forgot_password", "wan_signin_response")
)
"""Pages of the library on which secrets are tried."""

NOT_SHOWN = "quiet"
"""A message with this category is shown nowhere: the page says it already."""

SENT = "If that address has an account here, an e-mail with a link is on its way to it. The link works for 24 hours."
LINK_OVER = "This link was used already, or is older than 24 hours. Ask for another here."
PASSKEY_FAILED = "That did not work with this passkey. Try again, or sign in with your password."
WORDS: dict[str, tuple[str, str]] = {
    "GENERIC_AUTHN_FAILED": (REFUSED, "error"),
    "PASSWORD_RESET_REQUEST": (SENT, "done"),
    "GENERIC_RECOVERY": (SENT, "done"),
    "PASSWORD_RESET_EXPIRED": (LINK_OVER, "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (LINK_OVER, "error"),
    "PASSWORD_RESET_NO_LOGIN": ("Your password is chosen. Sign in with it now.", "done"),
    "PASSWORD_CHANGE": ("Your password is changed. Everywhere else you are signed out.", "done"),
    "PASSWORD_NOT_PROVIDED": ("Give a password.", "error"),
    "PASSWORD_INVALID_LENGTH": (f"Use at least {SHORTEST} characters; three words are good.", "error"),
    "PASSWORD_IS_THE_SAME": ("Choose another password than the one until now.", "error"),
    "RETYPE_PASSWORD_MISMATCH": ("The two new passwords are not the same. Type them again.", "error"),
    "INVALID_PASSWORD": ("This is not your password.", "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        "This code is not right, or was used before. Wait for the next one in your app and type that.", "error"
    ),
    "INVALID_RECOVERY_CODE": ("This is not one of your recovery codes, or it was used before.", "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": ("", NOT_SHOWN),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": ("Your authenticator app is set up.", "done"),
    "TWO_FACTOR_DISABLED": ("You are no longer asked for a code when you sign in.", "done"),
    "TWO_FACTOR_PERMISSION_DENIED": ("Sign in with your address and password first.", "error"),
    "TWO_FACTOR_SETUP_EXPIRED": ("That took more than half an hour. Begin again here.", "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": ("Choose one of the ways on this page.", "error"),
    "REAUTHENTICATION_REQUIRED": ("", NOT_SHOWN),
    "REAUTHENTICATION_SUCCESSFUL": ("", NOT_SHOWN),
    "API_ERROR": ("That was not complete. Begin again here.", "error"),
    "WEBAUTHN_EXPIRED": ("That took too long. Begin again here.", "error"),
    "WEBAUTHN_NAME_REQUIRED": ("Give the passkey a name, such as: work laptop.", "error"),
    "WEBAUTHN_NAME_INUSE": ("You have a passkey of that name. Choose another name.", "error"),
    "WEBAUTHN_NAME_NOT_FOUND": ("You have no passkey of that name.", "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": ("Use letters, figures, spaces and hyphens for the name.", "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": ("The passkey is removed.", "done"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": ("The passkey is added. You can sign in with it from now on.", "done"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": ("This passkey is in use already.", "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (PASSKEY_FAILED, "error"),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (PASSKEY_FAILED, "error"),
    "WEBAUTHN_NO_VERIFY": (PASSKEY_FAILED, "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (PASSKEY_FAILED, "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (PASSKEY_FAILED, "error"),
    "DISABLED_ACCOUNT": (REFUSED, "error"),
}  # fmt: skip


def install(app: Flask, settings: Settings) -> None:
    """The pages under /sign-in and /me that the library keeps, sessions that end, second factors and the lock-out."""
    app.config.update(
        _pages(),
        **second_factor.settings_for(settings.secret),
        **{f"SECURITY_MSG_{key}": said for key, said in WORDS.items()},
        SECURITY_PASSWORD_SALT=settings.secret,
        DARDR_SECOND_FACTOR=settings.second_factor,
    )
    security = Security(
        app,
        AccountStore(),
        register_blueprint=True,
        verify_form=forms.AgainForm,
        change_password_form=forms.NewPasswordForm,
        two_factor_verify_code_form=forms.CodeForm,
        mf_recovery_form=forms.RecoveryForm,
        wan_register_form=forms.PasskeyForm,
        mail_util_cls=mail.IntoTheOutbox,
        totp_cls=second_factor.CodesWorkOnce,
        webauthn_util_cls=second_factor.PasskeysProveThePerson,
    )
    _leave_out(app)
    sessions.install(app, security)
    mail.install(app)
    sso.install(app, settings)
    kept.install(app)
    app.context_processor(_shown_everywhere)


def _shown_everywhere() -> dict[str, Any]:
    """What the frame says of the session, and the sign-in page of the other service."""
    other = sso.provider()
    return {
        "idle": {
            "minutes": int(sessions.idle().total_seconds() // 60),
            "seconds": int(sessions.idle().total_seconds()),
            "warned": int(WARNED_BEFORE.total_seconds()),
            "left": sessions.seconds_left,
        },
        "by_link": sessions.door() is not None,
        "sso_name": other.name if other else "",
        "sso_address": sso.start_address,
        "way_back": own_path(request.args.get("next")),
    }


def _pages() -> dict[str, Any]:
    return {
        "SECURITY_BLUEPRINT_NAME": ACCOUNT_BLUEPRINT,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_VERIFY_URL": "/sign-in/again",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_LOGIN_USER_TEMPLATE": "account/sign_in.html",
        "SECURITY_VERIFY_TEMPLATE": "account/sign_in_again.html",
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST,
        "SECURITY_PASSWORD_NORMALIZE_FORM": None,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_USE_REGISTER_V2": True,
        "SECURITY_DATETIME_FACTORY": systime.utc_now,
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": FRESH,
        "SECURITY_EMAIL_PLAINTEXT": False,  # not the library's words: see mail.py
        "SECURITY_EMAIL_HTML": False,
        # A new password: with the one until now, or by a link.
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_URL": "/me/password",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "account/new_password.html",
        "SECURITY_POST_CHANGE_VIEW": "/me",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": mail.NEW_PASSWORD,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_URL": "/sign-in/password",
        "SECURITY_RESET_PASSWORD_WITHIN": LINKS_LAST,
        "SECURITY_FORGOT_PASSWORD_TEMPLATE": "account/forgotten.html",
        "SECURITY_RESET_PASSWORD_TEMPLATE": "account/choose_password.html",
        "SECURITY_POST_RESET_VIEW": "/sign-in",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET": mail.LINK,
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": mail.NEW_PASSWORD,
        # An authenticator app, and recovery codes.
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TWO_FACTOR_SETUP_URL": "/me/second-factor",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/sign-in/without-the-app",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/sign-in/which",
        "SECURITY_TWO_FACTOR_SETUP_TEMPLATE": "account/second_factor.html",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "account/code.html",
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/me",
        "SECURITY_TOTP_ISSUER": "dardr",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/me/recovery-codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "account/recovery_codes.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "account/recovery_code.html",
        # Passkeys, each of which signs in by itself.
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "dardr",
        "SECURITY_WAN_ALLOW_USER_HINTS": False,
        "SECURITY_WAN_ALLOW_AS_VERIFY": [],
        "SECURITY_WAN_REGISTER_URL": "/me/passkeys",
        "SECURITY_WAN_DELETE_URL": "/me/passkeys/remove",
        "SECURITY_WAN_SIGNIN_URL": "/sign-in/passkey",
        "SECURITY_WAN_REGISTER_TEMPLATE": "account/passkeys.html",
        "SECURITY_WAN_SIGNIN_TEMPLATE": "account/passkey.html",
        "SECURITY_WAN_POST_REGISTER_VIEW": "/me",
    }


def _leave_out(app: Flask) -> None:
    """Pages of the library that are not used: the choice between several codes, and help by e-mail."""

    def nothing_here() -> Any:
        abort(404)

    def use_a_recovery_code() -> Any:
        return redirect(url_for(f"{ACCOUNT_BLUEPRINT}.mf_recovery"))

    app.view_functions[f"{ACCOUNT_BLUEPRINT}.tf_select"] = nothing_here
    app.view_functions[f"{ACCOUNT_BLUEPRINT}.two_factor_rescue"] = use_a_recovery_code
