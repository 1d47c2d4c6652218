"""For administrators and the team's manager: who is signed in, ending it, and second factors begun afresh."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.administer.people import person
from dardr.casework.sign_ins import end_somebodys, reset_second_factor
from dardr.errors import Conflict
from dardr.lookups.sessions import everybodys_sessions, second_factors
from dardr.web.accounts.mail import invite
from dardr.web.audience import actor, who
from dardr.web.pages.me import WAYS
from dardr.web.transaction import session
from workflows.definition import Role

pages = Blueprint("sessions", __name__)


@pages.get("/administration/sessions")
@who(Role.ADMINISTRATOR, Role.TEAM_MANAGER)
def all_sessions() -> ResponseReturnValue:
    """Everybody who is signed in, and everybody's second factors."""
    return render_template(
        "session/all.html",
        rows=everybodys_sessions(session(), actor(), systime.utc_now()),
        factors=second_factors(session(), actor()),
        may_reset=Role.ADMINISTRATOR in actor().everywhere,
        ways=WAYS,
    )


@pages.post("/administration/sessions/<int:user_id>/<int:number>/end")
@who(Role.ADMINISTRATOR, Role.TEAM_MANAGER)
def end_one(user_id: int, number: int) -> ResponseReturnValue:
    """End one session of somebody."""
    ended = end_somebodys(session(), actor(), systime.utc_now(), user_id, number)
    flash("The session is ended." if ended else "It had ended already.", "done")
    return redirect(url_for("sessions.all_sessions"))


@pages.post("/administration/sessions/<int:user_id>/end")
@who(Role.ADMINISTRATOR, Role.TEAM_MANAGER)
def end_all(user_id: int) -> ResponseReturnValue:
    """End every session of somebody."""
    ended = end_somebodys(session(), actor(), systime.utc_now(), user_id)
    flash(f"{ended} ended." if ended else "They were signed in nowhere.", "done")
    return redirect(url_for("sessions.all_sessions"))


@pages.post("/administration/sessions/<int:user_id>/reset-second-factor")
@who(Role.ADMINISTRATOR)
def reset(user_id: int) -> ResponseReturnValue:
    """Take somebody's second factor away, so that they set it up afresh."""
    name = reset_second_factor(session(), actor(), systime.utc_now(), user_id)
    flash(f"The second factor of {name} is reset, and they are signed out. They are told by e-mail.", "done")
    return redirect(url_for("sessions.all_sessions"))


@pages.post("/administration/sessions/<int:user_id>/password-link")
@who(Role.ADMINISTRATOR, Role.TEAM_MANAGER)
def send_link(user_id: int) -> ResponseReturnValue:
    """Send somebody a link to choose a password. Raises Conflict where they have no access any more."""
    user = person(session(), actor(), user_id)
    if not user.active:
        raise Conflict(f"{user.name} has no access any more. Give it back first.")
    invite(user)
    flash(f"An e-mail with a link to choose a password is on its way to {user.name}.", "done")
    return redirect(url_for("administration_people.person", number=user_id))
