"""For whom somebody of an agency is here: their body, what they began for it, and the button of what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import request, url_for

from dardr import systime
from dardr.actors import Actor
from dardr.casework.sittings import UPDATED
from dardr.errors import NotFound
from dardr.lookups.agency import FOR_THE_LEAD, Line, bodies_of_actor, lines_owed
from dardr.storage.bodies import Body
from dardr.storage.drafts import Draft
from dardr.web.audience import actor
from dardr.web.transaction import session

NOT_YOURS = "This is not the page of your organisation. Yours is under “What we owe”."
SITTING = "agency-updates"
"""Purpose of the drafts of half-filled sittings; one for each person and body."""
OF_A_RETURN = {
    "draft_received": "Go on",
    "queried": "Answer",
    "received_unsigned": "Read and sign off",
    "summary_only": "Read and sign off",
    "resubmitted": "Read and sign off",
}
"""What is to do on the page of a return, by where it stands."""
REPLY_PUBLISHED = "published"


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


def button_of(line: Line) -> dict[str, str] | None:
    """The one button of what is asked of an agency: it leads to the page made for it; None where nothing is to do."""
    record = line.record
    step = next(iter(line.steps), None)
    if step is None:
        return None
    if record.process_key in UPDATED and any(one.key == "record_update" for one in line.steps):
        return {"label": "Update", "href": url_for("agency_updates.updates", only=record.ref)}
    if record.process_key == "comment-request":
        return {"label": "Read and comment", "href": url_for("rounds.comments", ref=line.ref)}
    if record.process_key == "agency-return":
        return {"label": OF_A_RETURN.get(record.stage, "Start"), "href": url_for("returns.form", ref=line.ref)}
    if record.process_key == "commissioner-reply":
        label = step.label if record.stage == REPLY_PUBLISHED else "Reply"
        return {"label": label, "href": url_for("agency_reply.reply", ref=line.ref)}
    if record.process_key == "update-request":
        return {"label": "Give the updates", "href": url_for("agency_updates.updates")}
    return {"label": step.label, "href": url_for("doing.act", ref=line.ref, key=step.key)}


def asked_of_agency(refs: Iterable[str], today: date) -> dict[str, dict[str, Any]]:
    """By reference, the button of what is asked of the agency of the person signed in, or what stands in its place.

    ``today`` is a London date.
    """
    lines = lines_owed(session(), actor(), refs, today)
    return {line.ref: {"do": button_of(line), "instead": FOR_THE_LEAD * line.for_the_lead} for line in lines}
