"""What is put into an e-mail as it leaves, and kept nowhere: the link that opens a door, and the code for it.

The outbox holds the ordinary address of a record, or words where the code will stand. Whoever has an account gets the
e-mail as it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Purpose
from dardr.casework import door_keys
from dardr.casework.account_mail import PARTY as ACCOUNT
from dardr.casework.door_people import Comer, comers
from dardr.casework.doors import PARTY, made_for
from dardr.casework.notices import base_url
from dardr.settings import get_settings
from dardr.storage.doors import DoorLink
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import Record, RecordLink
from notifications.messages_of_doors import CODE_STANDS_HERE, DoorCode
from workflows import REVIEW_KEYS
from workflows.definition import Party

NO_DOOR = frozenset({ACCOUNT, "notifier", str(Party.PANEL)})
"""Parties whose e-mails lead to the sign-in: what they are about is not for a body."""

NOT_THESE = "me|sign-in|notify|calendar|administration|static"
"""First parts of addresses that stay as they are: what is there is no part of what a link is for."""

_CHAIR = str(Party.INDEPENDENT_CHAIR)


@dataclass(frozen=True, slots=True)
class PutIn:
    """What stands in one e-mail when it leaves."""

    key: str = ""
    code: str = ""

    def into(self, text: str) -> str:
        """The words of an e-mail, or its HTML, with the link or the code in its place."""
        if self.code:
            return text.replace(CODE_STANDS_HERE, self.code)
        if not self.key:
            return text
        return _own_links().sub(rf"{base_url()}/door/{self.key}\1", text)


NOTHING = PutIn()


def _own_links() -> re.Pattern[str]:
    """Addresses of pages of ours that a door may open: none of an account's own."""
    return re.compile(rf"{re.escape(base_url())}(/(?!(?:{NOT_THESE})\b)[\w/-]+(?:\?[\w=&;%-]+)?)")


def put_in(session: Session, rows: Sequence[OutboxMessage], now: datetime) -> dict[int, PutIn]:
    """By message that is about to leave, what is put into it. A link is made the first time, and kept as a hash.

    A few queries for a batch, and two for each link that is new.
    """
    wanted = [row for row in rows if row.recipient and row.party not in NO_DOOR]
    if not wanted:
        return {}
    with_code = [row for row in wanted if row.message == DoorCode.template]
    wanted = [row for row in wanted if row.message != DoorCode.template]
    made = set(session.scalars(sa.select(DoorLink.outbox_id).where(DoorLink.outbox_id.in_([row.id for row in wanted]))))
    new = [row for row in wanted if row.id not in made and row.party != PARTY]
    by_link = comers(session, now, (row.recipient for row in new)) if new else {}
    if not (with_code or made or by_link):
        return {}
    secret = get_settings().secret
    found = {row.id: PutIn(code=door_keys.code_of(row.dedupe_key, secret)) for row in with_code}
    if by_link:
        records = _records(session, new)
        for row in new:
            comer = by_link.get(row.recipient.strip().lower())
            purpose = _purpose(comer, row, records.get(row.record_id or 0)) if comer else None
            if comer and purpose:
                made_for(
                    session, now, comer.user, purpose[0], row.id, row.dedupe_key, record_id=purpose[1], secret=secret
                )
                made.add(row.id)
    found |= {row.id: PutIn(door_keys.key_of(row.id, row.dedupe_key, secret)) for row in wanted if row.id in made}
    return found


@dataclass(frozen=True, slots=True)
class _About:
    record: Record
    reviews: frozenset[int]


def _records(session: Session, rows: Iterable[OutboxMessage]) -> dict[int, _About]:
    wanted = {row.record_id for row in rows if row.record_id is not None}
    if not wanted:
        return {}
    serves: dict[int, set[int]] = {}
    links = sa.select(RecordLink.item_id, RecordLink.review_id).where(
        RecordLink.item_id.in_(wanted), RecordLink.kind == "item"
    )
    for item, review in session.execute(links):
        serves.setdefault(item, set()).add(review)
    records = session.scalars(sa.select(Record).where(Record.id.in_(wanted)))
    return {one.id: _About(one, frozenset({one.id, *serves.get(one.id, ())})) for one in records}


def _purpose(comer: Comer, row: OutboxMessage, about: _About | None) -> tuple[Purpose, int | None] | None:
    """What the link of an e-mail is for: the review for its chair, one reply or reading alone, else all that their
    bodies owe."""
    if about and about.record.id in comer.asked:
        return Purpose.RECORD, about.record.id
    if row.party == _CHAIR:
        chaired = sorted(about.reviews & comer.reviews) if about else []
        return (Purpose.CHAIR, chaired[0]) if chaired else None
    if not comer.bodies or (about and about.record.process_key in REVIEW_KEYS):
        return None
    if about and about.record.process_key == "commissioner-reply":
        return Purpose.REPLY, about.record.id
    return Purpose.AGENCY, None
