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
from dardr.storage.people import User
from dardr.storage.reviews import AuditEvent, EventValues, Record, RecordBody, RecordLink

SEAT = "panel-seat"
MEETING = "meeting"
LEFT_ON = "leave_panel"
APPOINTED = "appoint_chair"
MEMBER, SUBSTITUTE = "member", "substitute"


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat: its record, the key and name of its body (its reference and nothing where it is of none).

    ``gone`` are addresses, in small letters, of accounts that are in use no more: nobody there is written to.
    """

    record: Record
    body: str
    body_name: str
    gone: frozenset[str] = frozenset()

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
    def substitute(self) -> Mapping[str, Any]:
        """What is recorded of whoever stands in; nothing where nobody does."""
        entries = self.facts.get("substitutes") or []
        return entries[-1] if entries and self.has_substitute else {}

    @property
    def accounts(self) -> frozenset[str]:
        """The addresses, in small letters, of the accounts that see the review because of this seat."""
        if not self.sitting:
            return frozenset()
        named = (self.facts.get("account"), self.substitute.get("substitute_account"))
        return frozenset(str(one).lower() for one in named if one)

    def addresses(self) -> list[str]:
        """To whom an invitation for this seat goes: the member, the substitute, or both; an account's address first."""
        stands_in = self.substitute
        invited = str(stands_in.get("invited") or MEMBER)
        found = []
        if invited != SUBSTITUTE:
            found.append(self.facts.get("account") or self.facts.get("member_email"))
        if invited != MEMBER:
            found.append(stands_in.get("substitute_account") or stands_in.get("substitute_email"))
        return [str(one) for one in found if one and str(one).lower() not in self.gone]

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
    ).all()
    accounts = {one for record, _, _ in rows for one in _accounts_named(record.facts)}
    gone: frozenset[str] = frozenset()
    if accounts:
        address = sa.func.lower(User.email)
        gone = frozenset(session.scalars(sa.select(address).where(address.in_(accounts), User.active.is_(False))))
    return [Seat(record, key or record.ref, name or "", gone) for record, key, name in rows]


def _accounts_named(facts: Mapping[str, Any]) -> list[str]:
    named = [facts.get("account"), *(one.get("substitute_account") for one in facts.get("substitutes") or ())]
    return [str(one).lower() for one in named if one]


def of_this_chair(session: Session, review: Record, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a review without what was said of a chair before: answers of the last appointment alone count.

    Of a review that was brought in with its chair, every answer counts.
    """
    asked = {field.name for field in workflows.get(review.process).action(APPOINTED).fields}
    given = session.scalar(
        sa.select(EventValues.after)
        .join(AuditEvent, AuditEvent.id == EventValues.event_id)
        .where(AuditEvent.record_id == review.id, AuditEvent.action == APPOINTED)
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    )
    return {name: said for name, said in facts.items() if given is None or name not in asked or name in given}
