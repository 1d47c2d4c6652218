"""Who can be written to at a body: contact, lead, the executive to whom lateness goes, its Steering Group member."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer.checks import a_name, an_email, of_key, require_keeper
from dardr.casework.doors import contact_left
from dardr.casework.leavers import leavers
from dardr.errors import Invalid, NotFound, Reason
from dardr.storage.bodies import Body, BodyContact

CONTACT_KINDS: dict[str, tuple[str, str]] = {
    "contact": ("Contact", "gets requests and reminders"),
    "lead": ("Lead", "signs returns and actions off, and hears when something is late"),
    "executive": ("Executive", "hears when a statutory reply is late"),
    "steering": ("Steering Group member", "is asked for updates before each meeting of the Steering Group"),
    "substitute": ("Substitute in the Steering Group", "is asked for updates where the member cannot be"),
}
"""By the kind that is stored: what it is called, and what it is for."""


def put_contact(
    session: Session,
    actor: Actor,
    now: datetime,
    body_key: str,
    kind: str,
    name: str,
    email: str,
    *,
    number: int | None = None,
) -> BodyContact:
    """Add a contact to a body, or with ``number`` change that one.

    Raises Forbidden, Invalid (not an address, there already, of somebody who has left), NotFound.
    """
    require_keeper(actor)
    body = of_key(session, Body, body_key)
    if kind not in CONTACT_KINDS:
        raise Invalid([Reason("Choose what the contact is for.", "kind")])
    email = an_email(email)
    name = a_name(name) if name.strip() else ""
    if leavers(session, [email]):
        said = f"Whoever had {email} has left, and nothing is sent there. Name somebody else, or give them access back."
        raise Invalid([Reason(said, "email")])
    same = session.scalar(
        sa.select(BodyContact.id).where(
            BodyContact.body_id == body.id,
            BodyContact.kind == kind,
            sa.func.lower(BodyContact.email) == email.lower(),
            BodyContact.id != (number or 0),
        )
    )
    if same is not None:
        raise Invalid([Reason(f"{email} is recorded as {CONTACT_KINDS[kind][0].lower()} there already.", "email")])
    if number is None:
        row = BodyContact(body_id=body.id, kind=kind, name=name, email=email)
        session.add(row)
    else:
        row = _contact(session, body, number)
        before = row.email
        row.kind, row.name, row.email = kind, name, email
        session.flush()
        contact_left(session, now, before)
    note_change(
        session, now, actor, "contact_changed" if number else "contact_added", body.name, {"kind": kind, "email": email}
    )
    session.flush()
    return row


def remove_contact(session: Session, actor: Actor, now: datetime, body_key: str, number: int) -> str:
    """Take a contact away; returns the address. Raises Forbidden, NotFound."""
    require_keeper(actor)
    body = of_key(session, Body, body_key)
    row = _contact(session, body, number)
    session.delete(row)
    note_change(session, now, actor, "contact_removed", body.name, {"kind": row.kind, "email": row.email})
    session.flush()
    contact_left(session, now, row.email)
    return row.email


def _contact(session: Session, body: Body, number: int) -> BodyContact:
    row = session.get(BodyContact, number)
    if row is None or row.body_id != body.id:
        raise NotFound("That contact is not there any more.")
    return row
