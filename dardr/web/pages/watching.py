"""For whatever watches the service: whether it is alive, whether reminders go out, and figures over time."""

from __future__ import annotations

from hmac import compare_digest
from importlib.metadata import version

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from dardr import systime
from dardr.lookups.post_state import COUNTED, ages, not_being_sent, post_state
from dardr.settings import Settings
from dardr.web.audience import EVERYONE, who
from dardr.web.transaction import session
from dardr.web.watching import SETTINGS

pages = Blueprint("watching", __name__)

LOOPBACK = frozenset({"127.0.0.1", "::1"})
PASSED_ON = ("x-forwarded", "forwarded", "via")


@pages.get("/health")
@who(audience=EVERYONE)
def health() -> ResponseReturnValue:
    """200 with the version while the database answers, and whether reminders go out. Names nothing else.

    ``?ready`` answers 503 where they do not, for a watcher that only looks at the status.
    """
    session().execute(sa.select(1))
    degraded = not_being_sent(session(), systime.utc_now())
    answer = jsonify(
        {
            "status": "degraded" if degraded else "ok",
            "version": version("dardr"),
            "post": "not being sent" if degraded else "ok",
        }
    )
    answer.status_code = 503 if degraded and "ready" in request.args else 200
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/metrics")
@who(audience=EVERYONE)
def metrics() -> ResponseReturnValue:
    """Figures in the text format of Prometheus, for who has the token, or asks on this machine. Names nothing."""
    settings: Settings = current_app.extensions[SETTINGS]
    if not _may_read(settings):
        answer = Response("Send the token of DARDR_METRICS_TOKEN as: Authorization: Bearer TOKEN\n", 401)
        answer.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        answer.mimetype = "text/plain"
        return answer
    answer = Response(_figures(), content_type=CONTENT_TYPE_LATEST)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _may_read(settings: Settings) -> bool:
    if settings.metrics_token:
        wanted = f"Bearer {settings.metrics_token}"
        return compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode())
    # A web server on this machine passes on what others ask: its requests come from here, and are not from here.
    passed_on = settings.proxies or any(name.lower().startswith(PASSED_ON) for name in request.headers.keys())
    return not passed_on and request.remote_addr in LOOPBACK


def _figures() -> bytes:
    now = systime.utc_now()
    state = post_state(session(), now, now - COUNTED)
    registry = CollectorRegistry()
    going_out = not not_being_sent(session(), now)
    waits = (now - state.oldest).total_seconds() if state.oldest is not None else 0.0
    for name, says, value in (
        ("dardr_outbox_due", "E-mails that may leave now and have not been sent", state.due),
        ("dardr_outbox_waiting", "E-mails not sent yet, those held for their hour included", state.waiting),
        ("dardr_outbox_sent_24h", "E-mails accepted by the mail server in the last 24 hours", state.sent),
        ("dardr_outbox_failed", "E-mails that could not be delivered and that nobody has dealt with", state.failed),
        ("dardr_outbox_no_address", "E-mails for which no address is recorded", state.no_address),
        ("dardr_outbox_oldest_waiting_seconds", "How long the e-mail has waited that has waited longest", waits),
        ("dardr_reminders_waiting", "Reminders that wait for the next post", state.reminders_waiting),
        ("dardr_mail_came_back_24h", "E-mails that came back in the last 24 hours", state.came_back),
        ("dardr_replies_unread", "Replies that nobody has dealt with", state.replies_unread),
        ("dardr_post_going_out", "1 while reminders are being sent, 0 while they are not", going_out),
    ):  # fmt: skip
        Gauge(name, says, registry=registry).set(value)
    ticks = Gauge(
        "dardr_tick_age_seconds", "Since the last end of each part of the worker", ["tick"], registry=registry
    )
    for tick, age in ages(session(), now).items():
        ticks.labels(tick).set(age)
    return generate_latest(registry)
