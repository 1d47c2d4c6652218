"""Your account: what you may do here, how you sign in, and where you are signed in."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from dardr import systime
from dardr.actors import Actor, Purpose
from dardr.casework.administer.roles import label_of_role
from dardr.casework.choosing_post import in_words
from dardr.casework.post_choices import choices_for
from dardr.casework.sign_ins import end_session, end_sessions
from dardr.errors import NotFound
from dardr.lookups.sessions import own_passkeys, own_sessions
from dardr.storage.bodies import Body, Csp
from dardr.storage.people import User
from dardr.storage.reviews import Record
from dardr.web.accounts import kept, sessions
from dardr.web.audience import actor, who
from dardr.web.transaction import session
from workflows.definition import Role

pages = Blueprint("me", __name__)

WAYS = {
    "password": "with a password",
    "two factors": "with a password and a code",
    "passkey": "with a passkey",
    "sso": "with your work account",
    "sso with second": "with your work account",
    "link": "by the link in an e-mail",
}


@pages.get("/me")
@who()
def account() -> ResponseReturnValue:
    """Name, address, roles, second factor, passkeys, recovery codes, sessions, password."""
    me, now = actor(), systime.utc_now()
    row = session().get_one(User, me.id)
    return render_template(
        "me/account.html",
        me=me,
        roles=_roles_in_words(me),
        employer=session().scalar(sa.select(Body.name).where(Body.id == row.body_id)) if row.body_id else None,
        joined=bool(row.sso_subject),
        has_password=row.password is not None,
        has_app=bool(row.tf_totp_secret),
        codes_left=len(row.recovery_codes or []),
        may_do_without=not current_user.check_tf_required_setup(),
        passkeys=own_passkeys(session(), me.id),
        rows=own_sessions(session(), me.id, now),
        here=sessions.current_id(),
        ways=WAYS,
        forms_kept=len(kept.waiting(me.id)),
        post_words=in_words(choices_for(session(), [me.email])[me.email]),
        leads=_led(me),
    )


def _led(me: Actor) -> list[Body]:
    """The organisations whose lead somebody is."""
    led = [grant.body_id for grant in me.grants if grant.role is Role.AGENCY_LEAD and grant.body_id is not None]
    return list(session().scalars(sa.select(Body).where(Body.id.in_(led)).order_by(Body.name))) if led else []


def _roles_in_words(me: Actor) -> list[str]:
    """Each role and what it is held for."""
    found: list[str] = []
    for grant in me.grants:
        held_for = ""
        if grant.csp_id is not None:
            held_for = session().scalar(sa.select(Csp.name).where(Csp.id == grant.csp_id)) or ""
        elif grant.body_id is not None:
            held_for = session().scalar(sa.select(Body.name).where(Body.id == grant.body_id)) or ""
        elif grant.record_id is not None:
            held_for = session().scalar(sa.select(Record.ref).where(Record.id == grant.record_id)) or ""
        found.append(f"{label_of_role(grant.role)}, for {held_for or 'the whole partnership'}")
    return found


@pages.post("/me/stay")
@who(doors=Purpose)
def stay() -> ResponseReturnValue:
    """Nothing but a sign that somebody is still there: asked by the page when its session is about to end."""
    return "", 204


@pages.post("/me/sessions/<int:number>/end")
@who()
def end_one(number: int) -> ResponseReturnValue:
    """End one of your own sessions. Raises NotFound for another person's, and for one that is over."""
    if not end_session(session(), systime.utc_now(), number, "by yourself", of=actor().id):
        raise NotFound("That session has ended already, or is not yours.")
    flash("That session is ended.", "done")
    return redirect(url_for("me.account"))


@pages.post("/me/sessions/end-others")
@who()
def end_others() -> ResponseReturnValue:
    """End all of your own sessions but this one."""
    ended = end_sessions(session(), systime.utc_now(), actor().id, "by yourself", but=sessions.current_id())
    flash("You are signed out everywhere else." if ended else "You were signed in nowhere else.", "done")
    return redirect(url_for("me.account"))
