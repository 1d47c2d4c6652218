"""An agency says whom to write to there; the team confirms, and then it counts."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import OF_AGENCIES
from dardr.actors import Actor
from dardr.casework.admin_log import note_change
from dardr.casework.administer import contacts
from dardr.casework.administer.checks import a_name, an_email, require_keeper
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.storage.agencies import ContactChange
from dardr.storage.bodies import Body, BodyContact

WAITING, DONE, REFUSED = "waiting", "done", "refused"


def propose(
    session: Session,
    actor: Actor,
    now: datetime,
    body: Body,
    kind: str,
    name: str,
    email: str,
    *,
    contact_id: int | None = None,
    away: bool = False,
) -> ContactChange:
    """Propose a contact, another address for one, or with ``away`` that one goes.

    Raises Forbidden, Invalid, NotFound.
    """
    if not any(g.role in OF_AGENCIES and g.body_id == body.id for g in actor.grants):
        raise Forbidden("Only somebody of the organisation proposes whom to write to there.")
    row = session.get(BodyContact, contact_id) if contact_id is not None else None
    if contact_id is not None and (row is None or row.body_id != body.id):
        raise NotFound("That contact is not there any more.")
    if kind not in contacts.CONTACT_KINDS:
        raise Invalid([Reason("Choose what the contact is for.", "kind")])
    if away and row is None:
        raise Invalid([Reason("Choose which contact goes.", "kind")])
    email = "" if away else an_email(email)
    name = "" if away or not name.strip() else a_name(name)
    found = ContactChange(
        body_id=body.id, contact_id=contact_id, kind=kind, name=name, email=email, state=WAITING,
        proposed_by=actor.id, proposed_at=now,
    )  # fmt: skip
    session.execute(
        sa.update(ContactChange)
        .where(
            ContactChange.body_id == body.id,
            ContactChange.state == WAITING,
            ContactChange.proposed_by == actor.id,
            ContactChange.contact_id == contact_id if contact_id is not None else ContactChange.kind == kind,
            ContactChange.contact_id.is_not_distinct_from(contact_id),
        )
        .values(state=REFUSED, decided_by=actor.id, decided_at=now)
    )
    session.add(found)
    note_change(session, now, actor, "contact_proposed", body.name, {"kind": kind, "email": email})
    session.flush()
    return found


def decide(session: Session, actor: Actor, now: datetime, number: int, *, yes: bool) -> ContactChange:
    """Confirm a change, so that it counts, or leave things as they are.

    Raises Conflict, Forbidden, Invalid, NotFound.
    """
    require_keeper(actor)
    row = session.get(ContactChange, number, with_for_update=True, populate_existing=True)
    body = session.get(Body, row.body_id) if row is not None else None
    if row is None or body is None:
        raise NotFound("There is no such proposal.")
    if row.state != WAITING:
        raise Conflict("This was answered already.")
    if yes and row.email:
        before = session.get(BodyContact, row.contact_id) if row.contact_id is not None else None
        contacts.put_contact(
            session, actor, now, body.key, row.kind, row.name, row.email, number=before.id if before else None
        )
    elif yes and row.contact_id is not None:
        contacts.remove_contact(session, actor, now, body.key, row.contact_id)
    row.state, row.decided_by, row.decided_at = (DONE if yes else REFUSED), actor.id, now
    if not yes:
        note_change(session, now, actor, "contact_not_confirmed", body.name, {"kind": row.kind, "email": row.email})
    session.flush()
    return row
