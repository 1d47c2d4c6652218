"""For whom somebody of an agency is here: their body, and what they began for it and have not sent."""

from __future__ import annotations

import sqlalchemy as sa
from flask import request, url_for

from dardr import systime
from dardr.actors import Actor
from dardr.errors import NotFound
from dardr.lookups.agency import bodies_of_actor
from dardr.storage.bodies import Body
from dardr.storage.drafts import Draft
from dardr.web.audience import actor
from dardr.web.transaction import session

NOT_YOURS = "This is not the page of your organisation. Yours is under “What we owe”."
SITTING = "agency-updates"
"""Purpose of the drafts of half-filled sittings; one for each person and body."""


def own_bodies() -> list[Body]:
    """The bodies for which the person signed in answers, by name."""
    return bodies_of_actor(session(), actor())


def own_body() -> Body:
    """The body of the person signed in that the address asks for, or their first. Raises NotFound."""
    mine = own_bodies()
    asked = request.values.get("body", "")
    found = next((one for one in mine if one.key == asked), None) if asked else next(iter(mine), None)
    if found is None:
        raise NotFound(NOT_YOURS)
    return found


def path_of_sitting(body: Body) -> str:
    """Where a sitting for this body is gone on with."""
    return url_for("agency_updates.updates", body=body.key)


def begun(me: Actor, body: Body) -> Draft | None:
    """A sitting that this person began for a body and has not sent."""
    return session().scalar(
        sa.select(Draft).where(
            Draft.user_id == me.id,
            Draft.purpose == SITTING,
            Draft.path == path_of_sitting(body),
            Draft.sealed.is_not(None),
            sa.or_(Draft.until_at.is_(None), Draft.until_at > systime.utc_now()),
        )
    )
