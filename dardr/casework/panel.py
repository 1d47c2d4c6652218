"""Who sits on the panel of a review, as its seats say: which accounts, who stands in, who can be written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows
from dardr.casework.fold import done
from dardr.storage.bodies import Body
from dardr.storage.reviews import Record, RecordBody, RecordLink

SEAT = "panel-seat"
MEETING = "meeting"
LEFT_ON = "leave_panel"
MEMBER, SUBSTITUTE = "member", "substitute"


def review_of(session: Session, record: Record) -> Record:
    """The review that a record is, or serves; the record itself where it serves none."""
    if record.process_key in workflows.REVIEW_KEYS:
        return record
    found = session.scalar(
        sa.select(Record)
        .join(RecordLink, RecordLink.review_id == Record.id)
        .where(
            RecordLink.item_id == record.id, RecordLink.kind == "item", Record.process_key.in_(workflows.REVIEW_KEYS)
        )
        .order_by(Record.id)
        .limit(1)
    )
    return found or record


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat: its record, the key and name of its body (its reference and nothing where it is of none)."""

    record: Record
    body: str
    body_name: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is recorded of it."""
        return self.record.facts

    @property
    def sitting(self) -> bool:
        """False once the member has left."""
        return not self.record.final

    @property
    def label(self) -> str:
        """The body and the post: what a seat is called in lists."""
        post = str(self.facts.get("position") or "")
        return ", ".join(part for part in (self.body_name, post) if part) or self.record.ref

    @property
    def has_substitute(self) -> bool:
        """True while somebody is named who stands in."""
        was = done(self.facts)
        named, ended = was.get("name_substitute"), was.get("end_substitute")
        return named is not None and (ended is None or ended.seq < named.seq)

    @property
    def accounts(self) -> frozenset[str]:
        """The addresses, in small letters, of the accounts that see the review because of this seat."""
        if not self.sitting:
            return frozenset()
        names = ("account", "substitute_account") if self.has_substitute else ("account",)
        return frozenset(str(self.facts[name]).lower() for name in names if self.facts.get(name))

    def addresses(self) -> list[str]:
        """To whom an invitation for this seat goes: the member, the substitute, or both; an account's address first."""
        f = self.facts
        invited = str(f.get("invited") or MEMBER) if self.has_substitute else MEMBER
        found = []
        if invited != SUBSTITUTE:
            found.append(f.get("account") or f.get("member_email"))
        if invited != MEMBER:
            found.append(f.get("substitute_account") or f.get("substitute_email"))
        return [str(one) for one in found if one]

    def left_on(self) -> str:
        """The day the member left, as ISO text; empty while they sit."""
        past = done(self.facts).get(LEFT_ON)
        return past.occurred_on.isoformat() if past and not self.sitting else ""


def seats_of(session: Session, review_id: int) -> list[Seat]:
    """Every seat there ever was on the panel of a review, oldest first."""
    rows = session.execute(
        sa.select(Record, Body.key, Body.name)
        .join(RecordLink, RecordLink.item_id == Record.id)
        .outerjoin(RecordBody, RecordBody.record_id == Record.id)
        .outerjoin(Body, Body.id == RecordBody.body_id)
        .where(RecordLink.review_id == review_id, RecordLink.kind == "item", Record.process_key == SEAT)
        .order_by(Record.id)
    )
    return [Seat(record, key or record.ref, name or "") for record, key, name in rows]
