"""The alarm on every page: e-mail that does not go out cannot be told of by e-mail."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask, current_app
from flask_security import current_user
from sqlalchemy.exc import SQLAlchemyError

from dardr import systime
from dardr.errors import DardrError
from dardr.lookups.post_state import Alarm, alarm
from dardr.settings import Settings
from dardr.web.audience import actor
from dardr.web.transaction import session
from workflows.definition import Role

EXTENSION, SETTINGS = "dardr_alarm", "dardr_settings"
TOLD = frozenset({Role.CASE_MANAGER, Role.TEAM_MANAGER, Role.ADMINISTRATOR})
ASKED_AGAIN_AFTER = timedelta(minutes=1)


def install(app: Flask, settings: Settings) -> None:
    """Nothing is known yet of how the post stands; and the settings are kept for the page of figures."""
    app.extensions[EXTENSION] = None
    app.extensions[SETTINGS] = settings


def alarm_here() -> Alarm | None:
    """What the team must be told on every page; asked of the database once a minute at most."""
    try:
        if not current_user.is_authenticated or not actor().roles & TOLD:
            return None
        now = systime.utc_now()
        kept: tuple[datetime, Alarm | None] | None = current_app.extensions[EXTENSION]
        if kept is None or not timedelta(0) <= now - kept[0] < ASKED_AGAIN_AFTER:
            kept = current_app.extensions[EXTENSION] = (now, alarm(session(), now))
        return kept[1]
    except (DardrError, SQLAlchemyError):
        return None
