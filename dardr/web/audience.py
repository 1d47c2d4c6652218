"""Every route declares who may use it. A route without a declaration stops the application from starting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from dardr import systime
from dardr.actors import Actor, load_actor
from dardr.errors import Forbidden, NotFound
from dardr.web.accounts import kept, second_factor, sessions
from dardr.web.transaction import ACCOUNT_BLUEPRINT, session
from workflows.definition import Role

View = TypeVar("View", bound=Callable[..., Any])

EXTENSION = "dardr_audiences"
EVERYONE = "everyone"
SIGNED_IN = "signed in"
Audience = str | frozenset[Role]

RUNS_THE_SERVICE = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR})
"""Who looks after the service: sees what the nightly checks found and which e-mails could not be sent."""

OF_THE_LIBRARY: dict[str, Audience] = {
    "static": EVERYONE,
    "account.static": EVERYONE,
    "account.login": EVERYONE,
    "account.logout": EVERYONE,
    "account.verify": SIGNED_IN,
    "account.forgot_password": EVERYONE,
    "account.reset_password": EVERYONE,
    "account.change_password": SIGNED_IN,
    # The two pages of the second factor ask themselves who has given a password just before.
    "account.two_factor_setup": EVERYONE,
    "account.two_factor_token_validation": EVERYONE,
    "account.two_factor_setup_validate": SIGNED_IN,
    "account.two_factor_rescue": EVERYONE,
    "account.tf_select": EVERYONE,
    "account.mf_recovery": EVERYONE,
    "account.mf_recovery_codes": SIGNED_IN,
    "account.wan_signin": EVERYONE,
    "account.wan_signin_response": EVERYONE,
    "account.wan_register": SIGNED_IN,
    "account.wan_register_response": SIGNED_IN,
    "account.wan_delete": SIGNED_IN,
    "account.sso_start": EVERYONE,
    "account.sso_back": EVERYONE,
}
"""Routes that libraries add, and who may use them."""


def who(*roles: Role, audience: Audience | None = None) -> Callable[[View], View]:
    """Declare who may use a view: one of ``roles``, or ``EVERYONE``, or (nothing given) everyone signed in."""
    declared: Audience = audience if audience is not None else (frozenset(roles) or SIGNED_IN)

    def declare(view: View) -> View:
        view.audience = declared  # type: ignore[attr-defined]
        return view

    return declare


def declared(app: Flask) -> dict[str, Audience | None]:
    """Every endpoint of the application and who may use it; None where nobody said."""
    return {
        endpoint: getattr(view, "audience", OF_THE_LIBRARY.get(endpoint))
        for endpoint, view in app.view_functions.items()
    }


def actor() -> Actor:
    """The person signed in, with their roles. Raises Forbidden where nobody is."""
    if "dardr_actor" not in g:
        if not current_user.is_authenticated:
            raise Forbidden("Sign in first.")
        try:
            g.dardr_actor = load_actor(session(), current_user.id, systime.utc_now())
        except NotFound as error:
            raise Forbidden("This account is no longer in use. Ask your team if you still need it.") from error
    return g.dardr_actor


def may_use(endpoint: str) -> bool:
    """True where the person signed in may use that page: only such links are shown."""
    audience = current_app.extensions[EXTENSION].get(endpoint)
    return audience in (EVERYONE, SIGNED_IN) or (isinstance(audience, frozenset) and bool(audience & actor().roles))


def install(app: Flask) -> None:
    """Refuse to start with an undeclared route, and ask before every request."""
    undeclared = sorted(endpoint for endpoint, audience in declared(app).items() if audience is None)
    if undeclared:
        raise RuntimeError(f"Say who may use these pages, with @who: {', '.join(undeclared)}")
    audiences = app.extensions[EXTENSION] = declared(app)

    @app.before_request
    def ask() -> ResponseReturnValue | None:
        audience = audiences.get(request.endpoint or "", EVERYONE)
        if audience == EVERYONE:
            return None
        if not current_user.is_authenticated:
            return kept.ask_to_sign_in()
        if request.blueprint != ACCOUNT_BLUEPRINT and (
            first := second_factor.still_to_do(current_user, sessions.way())
        ):
            return redirect(first)
        if isinstance(audience, frozenset) and not audience & actor().roles:
            raise Forbidden("This page is for other roles than yours. Ask your team's manager if you need it.")
        return None
