"""Opening a link: the code that goes with it, sent or read out, and the link used up."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework import door_keys, outbox
from dardr.casework.admin_log import note_change
from dardr.casework.door_state import State, asks_for_code, stands, waiting
from dardr.casework.doors import PARTY, TRIES, page_frame
from dardr.casework.notices import base_url
from dardr.errors import Invalid, NotFound, Reason
from dardr.storage.bodies import Partnership
from dardr.storage.doors import DoorLink
from dardr.storage.outbox import OutboxMessage
from dardr.storage.people import User
from notifications.messages_of_doors import DoorCode

CODE_LASTS = timedelta(minutes=15)
CODE_TRIES = 5
"""After so many wrong codes a link is spent."""
CODES_A_LINK = 5
BY_TELEPHONE = "door_codes_by_telephone"
"""The partnership's setting by which a code is read out by the team instead of sent to the same mailbox."""


def send_code(session: Session, now: datetime, key: str) -> bool:
    """Send the code of a link, in a message of its own, to the address of the link.

    False where none is sent: the team reads it out, one was sent within the minute, or five were. Raises NotFound.
    """
    link, user = waiting(session, now, key)
    if by_telephone(session) or (link.code_sent_at is not None and now - link.code_sent_at < timedelta(minutes=1)):
        return False
    begun = f"door-code:{link.id}:"
    sent = sa.select(sa.func.count()).where(OutboxMessage.dedupe_key.startswith(begun))
    if (session.scalar(sent) or 0) >= CODES_A_LINK:
        return False
    message = DoorCode(**{**page_frame(session), "link": f"{base_url()}/door"})
    values = outbox.row(now, message, to=link.email, party=PARTY, record_id=None, dedupe=begun + secrets.token_hex(8))
    outbox.insert_rows(session, [values])
    link.code_hash = door_keys.hash_of_code(link.id, door_keys.code_of(values["dedupe_key"]))
    link.code_sent_at = now
    session.flush()
    return user.active


def read_out_code(session: Session, actor: Actor, now: datetime, link_id: int) -> str:
    """A code to be read out on the telephone to whoever was sent this link; kept as a hash, so it is shown once.

    Raises NotFound where the link does not wait any more. Logged.
    """
    link = session.get(DoorLink, link_id, with_for_update=True, populate_existing=True)
    if link is None or stands(session, now, link).state is not State.WAITING:
        raise NotFound("This link cannot be used any more. Send a new one.")
    code = door_keys.another_code()
    link.code_hash, link.code_sent_at = door_keys.hash_of_code(link.id, code), now
    note_change(session, now, actor, "door_code_read_out", link.email, {"purpose": link.purpose})
    session.flush()
    return code


def by_telephone(session: Session) -> bool:
    """True where the partnership has codes read out instead of sent."""
    settings = session.scalar(sa.select(Partnership.settings).where(Partnership.home.is_(True)))
    return bool((settings or {}).get(BY_TELEPHONE))


def open_with(session: Session, now: datetime, key: str, code: str | None = None) -> tuple[DoorLink, User]:
    """Use a link up; gives it and its person, for whom the caller begins a session and notes it on the link.

    Raises NotFound where it opens nothing any more, Invalid (field ``code``) where a code is needed and this is not
    the one: after five wrong ones the link is spent. What was counted is for the edge to commit all the same.
    """
    link, user = waiting(session, now, key)
    if asks_for_code(session, link, user):
        _check(link, now, "".join((code or "").split()))
        link.with_code = True
    link.used_at, link.code_hash = now, ""
    session.flush()
    return link, user


def _check(link: DoorLink, now: datetime, code: str) -> None:
    if not code:
        raise Invalid([Reason("Type the code, six figures.", "code")])
    if not link.code_hash or link.code_sent_at is None or now - link.code_sent_at > CODE_LASTS:
        raise Invalid([Reason("This code is over. Ask for another on this page.", "code")])
    if hmac.compare_digest(link.code_hash, door_keys.hash_of_code(link.id, code)):
        return
    link.code_tries += 1
    if link.code_tries >= CODE_TRIES:
        link.revoked_at, link.revoked_because, link.code_hash = now, TRIES, ""
        raise Invalid([Reason("That was the fifth wrong code, so this link is spent. Ask for a new one.", "code")])
    left = CODE_TRIES - link.code_tries
    said = "once more" if left == 1 else f"{left} more times"
    raise Invalid([Reason(f"This is not the code. Look again at the newest e-mail; you can try {said}.", "code")])
