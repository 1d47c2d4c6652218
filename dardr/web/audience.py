"""Every route declares who may use it. A route without a declaration stops the application from starting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from dardr import systime
from dardr.actors import Actor, Door, Purpose, load_actor
from dardr.errors import Forbidden, NotFound
from dardr.web.accounts import kept, second_factor, sessions
from dardr.web.transaction import ACCOUNT_BLUEPRINT, session
from workflows.definition import Role

View = TypeVar("View", bound=Callable[..., Any])

EXTENSION = "dardr_audiences"
EVERYONE = "everyone"
SIGNED_IN = "signed in"
Audience = str | frozenset[Role]

FIRST_PAGE, HOME_OF_DOORS = "work.my_work", "doors.home"

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


BY_LINK = frozenset({Purpose.AGENCY, Purpose.REPLY, Purpose.RECORD})
"""What is opened for people of bodies by the link in an e-mail."""

OPEN_ANYHOW = frozenset({"static", "account.static", "account.logout", "account.login"})
"""Of the library's pages, those that whoever came by a link may use: none that has to do with a password or a code."""


def who(*roles: Role, audience: Audience | None = None, doors: Iterable[Purpose] = ()) -> Callable[[View], View]:
    """Declare who may use a view: one of ``roles``, or ``EVERYONE``, or (nothing given) everyone signed in.

    ``doors`` opens it to those of them who came by a link for one of these purposes (``BY_LINK``: people of bodies).
    To whoever came by a link, a page that says nothing of it is shut.
    """
    declared: Audience = audience if audience is not None else (frozenset(roles) or SIGNED_IN)
    opened = frozenset(doors)

    def declare(view: View) -> View:
        view.audience = declared  # type: ignore[attr-defined]
        view.doors = opened  # type: ignore[attr-defined]
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
            g.dardr_actor = load_actor(session(), current_user.id, systime.utc_now(), sessions.door())
        except NotFound as error:
            raise Forbidden("This account is no longer in use. Ask your team if you still need it.") from error
    return g.dardr_actor


def opens(endpoint: str, door: Door | None) -> bool:
    """True where a session that a link opened may use that page; for any other session it is not asked."""
    if door is None or endpoint in OPEN_ANYHOW:
        return True
    view: Any = current_app.view_functions.get(endpoint)
    if getattr(view, "audience", None) == EVERYONE:
        return True
    return door.purpose in getattr(view, "doors", ())


def may_use(endpoint: str) -> bool:
    """True where the person signed in may use that page: only such links are shown."""
    if not opens(endpoint, actor().door):
        return False
    audience = current_app.extensions[EXTENSION].get(endpoint)
    return audience in (EVERYONE, SIGNED_IN) or (isinstance(audience, frozenset) and bool(audience & actor().roles))


def refuse_at_the_door() -> ResponseReturnValue:
    """Whoever came by a link is led from the first page to their own, and asks for any other in vain."""
    if request.endpoint == FIRST_PAGE and request.method == "GET":
        return redirect(url_for(HOME_OF_DOORS))
    raise Forbidden("The link you came by does not open this page. What it opens is on your own page.")


def install(app: Flask) -> None:
    """Refuse to start with an undeclared route, and ask before every request."""
    undeclared = sorted(endpoint for endpoint, audience in declared(app).items() if audience is None)
    if undeclared:
        raise RuntimeError(f"Say who may use these pages, with @who: {', '.join(undeclared)}")
    audiences = app.extensions[EXTENSION] = declared(app)

    @app.before_request
    def ask() -> ResponseReturnValue | None:
        audience = audiences.get(request.endpoint or "", EVERYONE)
        if request.endpoint and not opens(request.endpoint, sessions.door()):
            return refuse_at_the_door()
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
