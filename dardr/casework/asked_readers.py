"""A reader who is asked by name: the account they have, or one by which they come by a link, and what they are called.

Access follows the seat: whoever leaves the panel is not asked any more, and what they were asked is theirs no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import READS_BY_NAME
from dardr.casework.door_people import make
from dardr.casework.names_used import identity_values
from dardr.casework.panel import seats_of
from dardr.casework.serving import reviews_served
from dardr.errors import Invalid, Reason
from dardr.storage.people import User
from dardr.storage.reviews import Record, RecordLink
from notifications.mail import addresses_in
from workflows.definition import AsksReader
from workflows.processes.reader_request_1.outside import outsider

if TYPE_CHECKING:
    from dardr.casework.effects import Happening

OF_THE_CASE = ("contact_email", "contact_phone", "advocate_contact", "part_contact", "next_of_kin", "family_people")
"""The questions of the identity store whose answers may hold an e-mail address of somebody in the case."""

THEIRS = (
    "One of these addresses is also recorded for the family, their advocate or somebody else in the case. None of them"
    " is sent a draft from here: a family reads apart, through the page of its branch. Leave that reader out, or give"
    " another address."
)


def of_the_family(session: Session, reviews: Iterable[Record], address: str) -> bool:
    """Whether an e-mail address is among those kept apart with the people of these reviews and their families."""
    return any(
        address.casefold() in addresses_in(str(value))
        for review in reviews
        for values in identity_values(session, review)
        for name, value in values.items()
        if name in OF_THE_CASE
    )


def asks_reader(h: Happening, _effect: AsksReader) -> None:
    """Make the request theirs. Where nobody can be written to, the one who asks is told so."""
    title, address = _named(h)
    if address and of_the_family(h.session, reviews_served(h.session, h.record.id), address):
        raise Invalid([Reason(THEIRS)])
    user = h.session.scalar(sa.select(User).where(sa.func.lower(User.email) == address.lower())) if address else None
    if address and user is None:
        user = make(h.session, h.now, address, title, None)
    there = user if user is not None and user.active and not user.is_operator else None
    h.record.case_manager_id = there.id if there else None
    h.record.title = (title or (user.name if user else ""))[:200]
    if there is None:
        why = "has no access here any more" if user else "is not written to, for no address is known"
        h.warnings.append(f"{h.record.title} {why}. Give them the version, and enter what they say.")


def _named(h: Happening) -> tuple[str, str]:
    """What they are called, empty where it is the name of their account, and the address they are written to."""
    facts = h.record.facts
    if seat_ref := facts.get("seat"):
        seats = [seat for review in reviews_served(h.session, h.record.id) for seat in seats_of(h.session, review.id)]
        seat = next((one for one in seats if one.record.ref == seat_ref), None)
        if seat is None or not seat.sitting:
            return (seat.label if seat else str(seat_ref)), ""
        return seat.label, next(iter(seat.addresses()), "")
    if account := facts.get("reader_account"):
        return "", str(account)
    found = outsider(str(facts.get("outside") or ""))
    return found.post, found.address


def leaves(session: Session, seat: Record) -> None:
    """The member of this seat is asked no more: what they were asked to read is shown to them no more."""
    around = sa.select(RecordLink.review_id).where(RecordLink.item_id == seat.id)
    beside = sa.select(RecordLink.item_id).where(RecordLink.review_id.in_(around))
    query = sa.select(Record).where(Record.process_key == READS_BY_NAME, Record.id.in_(beside)).with_for_update()
    for request in session.scalars(query):
        if request.facts.get("seat") == seat.ref:
            request.case_manager_id = None
