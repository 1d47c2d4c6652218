"""What a browser may load and keep: a policy with a nonce, no framing, nothing of a case in a cache."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_talisman import Talisman

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


ASKED_AGAIN = frozenset({"calendar_links.feed"})
"""What programs keep and ask for again, with its mark: their answers say themselves who may keep them."""


def install(app: Flask, base_url: str) -> None:
    """Headers on every answer. Cookies are secure except where the service is reached over plain http."""
    secure = urlsplit(base_url).scheme == "https"
    Talisman(
        app,
        force_https=False,
        session_cookie_secure=secure,
        session_cookie_samesite="Lax",
        strict_transport_security=secure,
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
        frame_options="DENY",
        referrer_policy="same-origin",
    )
    app.config.update(SESSION_COOKIE_NAME="dardr", REMEMBER_COOKIE_DURATION=0)

    @app.after_request
    def keep_nothing(response: Response) -> Response:
        asked_again = request.endpoint in ASKED_AGAIN and response.status_code in (200, 304)
        if request.endpoint != "static" and not asked_again:
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response
