"""The door of a notifier without an account: a link by e-mail that works once, and who acts for them.

Such a person is known by an e-mail address alone, sees nothing but their own form, and may do nothing but open one
notification.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor, Grant
from dardr.casework import drafts, outbox
from dardr.casework.facts import settings_of
from dardr.casework.notices import base_url, team_frame
from dardr.errors import NO_PARTNERSHIP, Conflict, NotFound
from dardr.storage.bodies import Partnership
from dardr.storage.drafts import Draft
from dardr.storage.people import User
from dardr.systime import london_date
from notifications.messages_of_notifications import NotificationFormLink
from workflows.definition import Role

LINK = "notification-link"
"""What a kept draft is that stands for a link sent to an address."""
LINK_DAYS = 7
LINKS_AN_HOUR = 5
"""To one address; asked for more often, no further e-mail goes out, and the page says the same."""
LINKS_AN_HOUR_IN_ALL = 60
OUTSIDE_SETTING = "outside_notifications"
"""Whether people without an account may notify: a setting of the partnership, on unless turned off."""
NOTIFIER_EMAIL = "notifier@localhost"
NOTIFIER_NAME = "A notifier without an account"


def outside_allowed(session: Session) -> bool:
    """True where this installation has a partnership that takes notifications from people without an account."""
    home = _home(session)
    return home is not None and bool(settings_of(session, home).get(OUTSIDE_SETTING, True))


def outside_notifier(session: Session, now: datetime) -> Actor:
    """Who acts for a notifier without an account: nobody can sign in as them, and they see nothing. Made on first use.

    Raises Conflict where there is no partnership yet.
    """
    home = _home(session)
    if home is None:
        raise Conflict(NO_PARTNERSHIP)
    user = session.scalar(sa.select(User).where(User.email == NOTIFIER_EMAIL))
    if user is None:
        user = User(
            email=NOTIFIER_EMAIL,
            name=NOTIFIER_NAME,
            partnership_id=None,
            is_operator=False,
            active=False,
            fs_uniquifier=secrets.token_hex(32),
            created_at=now,
        )
        session.add(user)
        session.flush()
    grants = (Grant(Role.NOTIFIER),)
    return Actor(user.id, user.name, user.email, home, grants=grants, everywhere=frozenset({Role.NOTIFIER}))


def send_link(session: Session, now: datetime, email: str) -> bool:
    """Write an e-mail with a link that opens this address's forms, once, for ``LINK_DAYS`` days.

    False where too many were asked for within the hour: nothing is written, and the page says the same either way.
    Raises Conflict where the partnership takes no such notifications.
    """
    home = _home(session)
    if home is None or not outside_allowed(session):
        raise Conflict("This partnership takes notifications from people with an account only. Ring the team.")
    recent = sa.select(sa.func.count()).where(Draft.purpose == LINK, Draft.created_at > now - timedelta(hours=1))
    if (session.scalar(recent) or 0) >= LINKS_AN_HOUR_IN_ALL:
        return False
    if (session.scalar(recent.where(Draft.email == email.casefold())) or 0) >= LINKS_AN_HOUR:
        return False
    link, token = drafts.begin(session, now, LINK, {}, email=email.casefold())
    until = link.until_at = now + timedelta(days=LINK_DAYS)
    message = NotificationFormLink(
        ref="Your form",
        link=f"{base_url()}/notify/link/{token}",
        record="Form",
        days=LINK_DAYS,
        until=london_date(until),
        **{**team_frame(session, home), "choose_link": ""},
    )
    outbox.write(
        session, now, message, to=email, party="notifier", dedupe=f"notification-link:{link.id}", record_id=None
    )
    return True


def link_waits(session: Session, now: datetime, token: str) -> bool:
    """True while a link was not used and is not too old."""
    return drafts.by_token(session, now, token, LINK) is not None


def use_link(session: Session, now: datetime, token: str) -> str:
    """Use a link up; gives the address it was sent to. Raises NotFound for one that was used, or is too old."""
    found = sa.select(Draft.id).where(Draft.token_hash == drafts.token_hash(token))
    session.scalar(found.with_for_update())  # of two at once, the second finds it used
    link = drafts.by_token(session, now, token, LINK)
    if link is None:
        raise NotFound("This link was used before, or is more than a week old. Ask for a new one.")
    link.until_at = now
    drafts.sent(link, now, None)
    return link.email


def _home(session: Session) -> int | None:
    return session.scalar(sa.select(Partnership.id).where(Partnership.home.is_(True)))
