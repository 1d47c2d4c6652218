"""Signing in with the account of one's employer: OpenID Connect, with the code flow and PKCE.

Somebody who is known here by that address is joined to their account of the provider at their first sign-in; from
then on the provider's own number for them counts, and an address that was given to somebody else does not. Roles may
follow from a claim, for the whole partnership only.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_security.proxies import _security
from flask_security.utils import login_user
from joserfc.errors import JoseError
from requests import RequestException

from dardr import systime
from dardr.access import SCOPE_NEEDED
from dardr.casework.admin_log import note_change
from dardr.errors import Conflict
from dardr.settings import Settings
from dardr.storage.bodies import Partnership
from dardr.storage.people import User, UserRole
from dardr.web.accounts.addresses import own_path
from dardr.web.accounts.people import Account
from dardr.web.accounts.second_factor import ASKED_ELSEWHERE
from dardr.web.transaction import ACCOUNT_BLUEPRINT, session
from workflows.definition import Role

START = f"{ACCOUNT_BLUEPRINT}.sso_start"
BACK = f"{ACCOUNT_BLUEPRINT}.sso_back"
EXTENSION = "dardr_sso"
NEXT = "sso_next"
ANSWERS_WITHIN = 10
"""Seconds that the provider may take."""

FAILED = (
    "The other service did not confirm who you are. Nothing was changed. Try again; "
    "if it happens twice, tell whoever looks after this service."
)
UNREACHABLE = (
    "The other service cannot be reached just now. Wait a minute and try again, or sign in with your password."
)
STRANGER = (
    "You are known to the other service, but have no account here. Ask the team that runs this service to add you, "
    "with the address that you use at work."
)
NO_ACCESS = "Your account here is no longer in use. Ask the team that runs this service if you need it."
OTHER_PERSON = (
    "The account here with your address belongs to another account of the other service. "
    "Ask an administrator of this service to look at it."
)


class Refused(Exception):
    """Somebody who was confirmed, and is not let in. The sentence says why and what to do."""


@dataclass(frozen=True)
class Provider:
    """The other service, and what is made of its answers."""

    name: str
    client: Any
    back: str
    roles_claim: str
    roles: Mapping[str, frozenset[Role]]
    trust_email: bool
    asks_second_factor: bool


def install(app: Flask, settings: Settings) -> None:
    """The two pages of signing in elsewhere; there is nothing at them where no provider is set.

    Raises Conflict where the settings do not fit together.
    """
    app.extensions[EXTENSION] = _provider(app, settings) if settings.oidc_issuer else None
    app.add_url_rule("/sign-in/with", endpoint=START, view_func=start)
    app.add_url_rule("/sign-in/with/back", endpoint=BACK, view_func=back)


def _provider(app: Flask, settings: Settings) -> Provider:
    if not settings.oidc_client_id:
        raise Conflict("DARDR_OIDC_ISSUER is set, so DARDR_OIDC_CLIENT_ID is needed too.")
    issuer = settings.oidc_issuer.rstrip("/")
    client = OAuth(app).register(
        name="dardr",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret or None,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": ANSWERS_WITHIN,
        },
    )
    return Provider(
        name=settings.oidc_name,
        client=client,
        back=f"{settings.base_url.rstrip('/')}/sign-in/with/back",
        roles_claim=settings.oidc_roles_claim,
        roles=mapped(settings.oidc_roles),
        trust_email=settings.oidc_trust_email,
        asks_second_factor=settings.oidc_second_factor == "provider",
    )


def mapped(text: str) -> dict[str, frozenset[Role]]:
    """Which value of the claim gives which roles: ``value=role``, separated by commas. Raises Conflict.

    Only roles that are held for the whole partnership: a claim cannot say for which review or body.
    """
    found: dict[str, frozenset[Role]] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        value, _, role = (part.strip() for part in pair.partition("="))
        possible = sorted(str(one) for one in Role if one not in SCOPE_NEEDED)
        if not value or role not in possible:
            raise Conflict(
                f"DARDR_OIDC_ROLES: “{pair}” is not understood. Write value=role, separated by commas, "
                f"with one of these roles: {', '.join(possible)}."
            )
        found[value] = found.get(value, frozenset()) | {Role(role)}
    return found


def provider() -> Provider | None:
    """The service that people can sign in with; None where none is set."""
    return current_app.extensions[EXTENSION]


def _set_up() -> Provider:
    found = provider()
    if found is None:
        abort(404)
    return found


def start() -> ResponseReturnValue:
    """Send the browser to the other service."""
    other = _set_up()
    if current_user.is_authenticated:
        return redirect("/")
    cookie[NEXT] = own_path(request.args.get("next")) or "/"
    try:
        return other.client.authorize_redirect(other.back)
    except (RequestException, AuthlibBaseError, ValueError, RuntimeError):
        return _refuse(other, UNREACHABLE, 502)


def back() -> ResponseReturnValue:
    """The browser comes back with a code: ask who it is, and let them in."""
    other = _set_up()
    goes_to = own_path(cookie.pop(NEXT, None)) or "/"
    try:
        claims = _confirmed(other)
    except RequestException:
        return _refuse(other, UNREACHABLE, 502)
    except (AuthlibBaseError, JoseError, ValueError, KeyError, RuntimeError):
        return _refuse(other, FAILED, 403)
    try:
        row = _somebody(other, claims, systime.utc_now())
    except Refused as refused:
        return _refuse(other, str(refused), 403)
    account, confirmed = Account(row), other.asks_second_factor or "mfa" in _listed(claims.get("amr"))
    if not confirmed:
        response = _security.two_factor_plugins.tf_enter(account, False, "sso", next_loc=goes_to)
        if response:
            return response
    login_user(account, remember=False, authn_via=[ASKED_ELSEWHERE if confirmed else "sso"])
    return redirect(goes_to)


def _refuse(other: Provider, sentence: str, status: int) -> ResponseReturnValue:
    page = render_template("account/not_signed_in.html", sentence=sentence, other=other.name)
    return page, status


def _confirmed(other: Provider) -> dict[str, Any]:
    """What the other service says of the person, its signature, issuer, audience, age and nonce checked."""
    token = other.client.authorize_access_token()
    claims = dict(token["userinfo"])
    if not claims.get("sub") or not claims.get("iss"):
        raise ValueError("The token names nobody.")
    if "email" not in claims and "userinfo_endpoint" in other.client.server_metadata:
        more = dict(other.client.userinfo(token=token))
        if more.get("sub") == claims["sub"]:
            claims = more | claims
    return claims


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, list) else []


def _somebody(other: Provider, claims: Mapping[str, Any], now: datetime) -> User:
    """The person here, with the roles that their claim gives. Raises Refused."""
    subject, email = _subject(claims), _email(other, claims)
    row = session().scalar(sa.select(User).where(User.sso_subject == subject).with_for_update())
    if row is None and email:
        row = session().scalar(sa.select(User).where(sa.func.lower(User.email) == email).with_for_update())
        if row is not None and row.sso_subject:
            raise Refused(OTHER_PERSON)
    if row is not None and (row.is_operator or not row.active):
        raise Refused(NO_ACCESS)
    given = _roles(other, claims)
    if row is None:
        row = _new_person(claims, email, given, now)
    if row.sso_subject is None:
        row.sso_subject = subject
        note_change(session(), now, None, "sso_joined", row.name, {"with": other.name})
    if other.roles:
        _keep_roles(other, row, given, now)
    session().flush()
    return row


def _subject(claims: Mapping[str, Any]) -> str:
    whole = f"{claims['iss']}|{claims['sub']}"
    return whole if len(whole) <= 255 else f"{whole[:180]}|{sha256(whole.encode()).hexdigest()}"


def _email(other: Provider, claims: Mapping[str, Any]) -> str:
    """The address by which the person may be known here: one that is verified, or that the settings trust."""
    if other.trust_email:
        found = claims.get("email") or claims.get("preferred_username") or ""
    else:
        found = claims.get("email") if claims.get("email_verified") is True else ""
    found = str(found or "").strip().lower()
    return found if "@" in found else ""


def _roles(other: Provider, claims: Mapping[str, Any]) -> frozenset[Role]:
    values = _listed(claims.get(other.roles_claim))
    return frozenset(role for value in values for role in other.roles.get(value, ()))


def _new_person(claims: Mapping[str, Any], email: str, given: frozenset[Role], now: datetime) -> User:
    """An account for somebody whose claim gives them a role. Raises Refused for everybody else."""
    home = session().scalar(sa.select(Partnership.id).where(Partnership.home.is_(True)))
    if not given or not email or home is None:
        raise Refused(STRANGER)
    row = User(
        email=email,
        name=str(claims.get("name") or email)[:200],
        partnership_id=home,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    session().add(row)
    session().flush()
    note_change(session(), now, None, "person_added", row.name, {"email": row.email, "by": "single sign-on"})
    return row


def _keep_roles(other: Provider, row: User, given: frozenset[Role], now: datetime) -> None:
    """Give and take away the roles that the mapping speaks of, those held for the whole partnership; log each."""
    spoken_of = {role for roles in other.roles.values() for role in roles}
    whole = sa.and_(UserRole.csp_id.is_(None), UserRole.body_id.is_(None), UserRole.record_id.is_(None))
    held = list(session().scalars(sa.select(UserRole).where(UserRole.user_id == row.id, whole)))
    names = {one.role for one in held}
    for role in sorted(given):
        if str(role) not in names:
            session().add(UserRole(user_id=row.id, role=str(role)))
            note_change(session(), now, None, "role_given", row.name, {"role": str(role), "by": "single sign-on"})
    for one in held:
        if Role(one.role) in spoken_of - given:
            session().delete(one)
            note_change(session(), now, None, "role_taken", row.name, {"role": one.role, "by": "single sign-on"})


def start_address(goes_to: str | None) -> str:
    """Where the button of the sign-in page leads."""
    return url_for(START, next=own_path(goes_to))
