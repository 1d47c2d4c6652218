"""Links in e-mails as staff see them: who was sent one, what it opened; ending one, sending one, reading a code out."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.actors import Purpose
from dardr.casework import door_opening, doors
from dardr.casework.administer.checks import of_key
from dardr.casework.administer.door_codes import set_by_telephone
from dardr.errors import Conflict, NotFound
from dardr.lookups.doors import links
from dardr.storage.bodies import Body, BodyContact
from dardr.storage.doors import DoorLink
from dardr.storage.people import User
from dardr.web.audience import actor, who
from dardr.web.transaction import session
from workflows.definition import Role

pages = Blueprint("administration_doors", __name__, url_prefix="/administration")

LOOKS_AFTER_LINKS = (Role.ADMINISTRATOR, Role.TEAM_MANAGER, Role.CASE_MANAGER)


def _list() -> str:
    return url_for("administration_doors.all_links", body=request.args.get("body") or None)


@pages.get("/doors")
@who(*LOOKS_AFTER_LINKS)
def all_links() -> ResponseReturnValue:
    """Links that were sent, the newest first; ``?body=KEY`` those of one body's people."""
    key = request.args.get("body", "")
    body = of_key(session(), Body, key) if key else None
    return render_template(
        "administration/doors.html",
        rows=links(session(), actor(), systime.utc_now(), body=body),
        body=body,
        telephone=door_opening.by_telephone(session()),
        may_choose=Role.ADMINISTRATOR in actor().everywhere or Role.TEAM_MANAGER in actor().everywhere,
    )


@pages.post("/doors/<int:number>/end")
@who(*LOOKS_AFTER_LINKS)
def end(number: int) -> ResponseReturnValue:
    """End a link, and the session it opened."""
    row = doors.revoke(session(), actor(), systime.utc_now(), _own(number).id)
    flash(f"The link to {row.email} is ended, and opens nothing any more.", "done")
    return redirect(_list())


@pages.post("/doors/<int:number>/code")
@who(*LOOKS_AFTER_LINKS)
def code(number: int) -> ResponseReturnValue:
    """A code to read out on the telephone, shown once."""
    if not door_opening.by_telephone(session()):
        raise Conflict("Codes are sent by e-mail here. Choose that the team reads them out, if that is wanted.")
    row = _own(number)
    digits = door_opening.read_out_code(session(), actor(), systime.utc_now(), row.id)
    return render_template(
        "administration/door_code.html",
        row=row,
        digits=f"{digits[:3]} {digits[3:]}",
        minutes=int(door_opening.CODE_LASTS.total_seconds() // 60),
    )


@pages.post("/doors/codes")
@who(Role.ADMINISTRATOR, Role.TEAM_MANAGER)
def codes() -> ResponseReturnValue:
    """Say whether codes go by e-mail or are read out by the team."""
    telephone = request.form.get("by_telephone") == "yes"
    set_by_telephone(session(), actor(), systime.utc_now(), telephone)
    flash("Codes are read out by the team from now on." if telephone else "Codes go by e-mail from now on.", "done")
    return redirect(url_for("administration_doors.all_links"))


@pages.post("/bodies/<key>/contacts/<int:number>/send-link")
@who(*LOOKS_AFTER_LINKS)
def send_now(key: str, number: int) -> ResponseReturnValue:
    """Send a contact of a body a link to what the body is asked for, now."""
    body = of_key(session(), Body, key)
    contact = session().get(BodyContact, number)
    if contact is None or contact.body_id != body.id:
        raise NotFound("That contact is not there any more.")
    sent = doors.send_link(
        session(), actor(), systime.utc_now(), email=contact.email, name=contact.name, body_id=body.id,
        purpose=Purpose.AGENCY,
    )  # fmt: skip
    said = "" if sent else " They have an account: the e-mail leads to their page, where they sign in."
    flash(f"An e-mail with a link is on its way to {contact.email}.{said}", "done")
    return redirect(request.form.get("back") == "links" and _list() or _body_page(key))


@pages.post("/doors/chairs/<ref>")
@who(*LOOKS_AFTER_LINKS)
def send_to_chair(ref: str) -> ResponseReturnValue:
    """Send the chair of a review a link to its drafts, now. Raises NotFound where nobody chairs it."""
    sent = doors.send_to_chairs(session(), actor(), systime.utc_now(), ref)
    flash(f"An e-mail with a link is on its way to {' and '.join(sent)}.", "done")
    return redirect(url_for("rounds.report", ref=ref))


def _own(number: int) -> DoorLink:
    """A link of somebody of the partnership. Raises NotFound."""
    row = session().scalar(
        sa.select(DoorLink)
        .join(User, User.id == DoorLink.user_id)
        .where(DoorLink.id == number, User.partnership_id == actor().partnership_id)
    )
    if row is None:
        raise NotFound("There is no such link.")
    return row


def _body_page(key: str) -> str:
    if set(LOOKS_AFTER_LINKS[:2]) & actor().roles:
        return url_for("administration_bodies.body", key=key)
    return url_for("administration_doors.all_links", body=key)
