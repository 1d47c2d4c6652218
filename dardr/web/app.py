"""The web application: put together here, from the database and the settings it is given."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.web import accounts, addresses, audience, errors, frame, headers, transaction, uploads, watching
from dardr.web import pages as pages_package

SIGN_IN_TRIES = "30 per minute"
"""A brake on one address, kept in memory; the lock-out of an account is counted in the database."""

FEED_READS = "60 per minute"
"""The same for calendar programs and for looking at links: many people may stand behind one address."""

DOORS = ("doors.ask", "doors.open_door")
"""Where links are asked for and opened, and codes tried."""


def _nouns() -> list[Any]:
    """Every module of ``dardr/web/pages`` that has pages: one file for each noun, found by being there."""
    found = [import_module(f"{pages_package.__name__}.{m.name}") for m in iter_modules(pages_package.__path__)]
    return [module for module in found if hasattr(module, "pages")]


def create_app(database: Database, settings: Settings) -> Flask:
    """The application on an opened database. Time is asked of ``dardr.systime`` once a request needs it.

    Raises RuntimeError where a route does not say who may use it.
    """
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=settings.secret,
        MAX_CONTENT_LENGTH=uploads.most_at_once(settings),
        MAX_FORM_MEMORY_SIZE=5 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    if settings.proxies:
        # Not X-Forwarded-Host: a proxy that keeps Host often passes on whatever a visitor wrote there.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0
        )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    ours = app.jinja_loader
    assert ours is not None
    app.jinja_loader = ChoiceLoader(  # type: ignore[assignment]
        [ours, PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    )
    addresses.install(app)
    errors.install(app)
    transaction.install(app, database)
    uploads.install(app, settings)
    watching.install(app, settings)
    headers.install(app, settings.base_url)
    CSRFProtect(app)
    accounts.install(app, settings)
    for noun in _nouns():
        app.register_blueprint(noun.pages)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", default_limits=[])
    for page in (*accounts.SLOWED, "notifiers.ask", "notifiers.open_link", *DOORS):
        slowed: Any = limiter.limit(SIGN_IN_TRIES, methods=["POST"])(app.view_functions[page])
        app.view_functions[page] = slowed
    for page in ("calendar_links.feed", "doors.open_door"):
        read: Any = limiter.limit(FEED_READS)(app.view_functions[page])
        app.view_functions[page] = read
    frame.install(app)
    audience.install(app)
    return app
