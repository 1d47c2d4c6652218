"""E-mail about somebody's own account: a link to choose a password, and word of what was changed."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.casework import outbox
from dardr.casework.notices import base_url
from dardr.storage.bodies import Partnership
from dardr.storage.installation import Installation
from dardr.storage.people import User
from notifications.message import Message
from notifications.messages_of_accounts import AccountChange, AccountChanged, PasswordLink

REF = "Your account"
PARTY = "account"


def send_password_link(session: Session, now: datetime, user: User, path: str) -> None:
    """Write down a link with which ``user`` chooses a password; ``path`` begins with a slash and holds its token."""
    said: dict[str, Any] = {**_about(session), "link": f"{base_url()}{path}"}
    _write(session, now, user, PasswordLink(**said, first=user.password is None))


def tell_of_change(session: Session, now: datetime, user: User, change: AccountChange) -> None:
    """Tell ``user`` that something of their account was changed, so that a change by somebody else is noticed."""
    _write(session, now, user, AccountChanged(**_about(session), change=change))


def _about(session: Session) -> dict[str, Any]:
    home = session.execute(sa.select(Partnership.name, Partnership.team_name).where(Partnership.home.is_(True))).first()
    demonstration = session.scalar(sa.select(Installation.demonstration))
    return {
        "ref": REF,
        "record": "Account",
        "link": f"{base_url()}/me",
        "partnership": (home.team_name or home.name) if home else "Community safety",
        "demonstration": bool(demonstration),
        "can_reply": False,
    }


def _write(session: Session, now: datetime, user: User, message: Message) -> None:
    dedupe = f"account:{user.id}:{message.template}:{secrets.token_hex(8)}"
    outbox.write(session, now, message, to=user.email, party=PARTY, dedupe=dedupe, record_id=None)
