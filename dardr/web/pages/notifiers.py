"""The door of a notifier without an account: ask for a link, come in by it once, find the forms of one's address."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_security import current_user

from dardr import systime
from dardr.actors import Actor
from dardr.casework import notifiers, notifying
from dardr.casework.notifying import Form, Way, find
from dardr.errors import NotFound, Reason
from dardr.storage.drafts import Draft
from dardr.web import forms
from dardr.web import notification_form as asked
from dardr.web.audience import EVERYONE, who
from dardr.web.transaction import session
from workflows import answers as reading
from workflows.definition import Field, FieldType

pages = Blueprint("notifiers", __name__)

COOKIE = "notifier"
IDLE = timedelta(minutes=60)
"""A link's sign-in ends after this long without a request; a new link is asked for then."""
EMAIL = Field("email", "Your work e-mail address", FieldType.EMAIL)
SAVED_FIRST = "What you typed on that page was saved. It is an hour since you last used the form: ask for a new link."


def _address() -> tuple[str, bool]:
    """The address that came in by a link in this browser, and whether that still holds."""
    kept = cookie.get(COOKIE)
    if not isinstance(kept, list) or len(kept) != 2:
        return "", False
    now = systime.utc_now().timestamp()
    return str(kept[0]), 0 <= now - float(kept[1]) <= IDLE.total_seconds()


def _come_in(email: str) -> None:
    cookie[COOKIE] = [email, systime.utc_now().timestamp()]


def own_form(number: int) -> tuple[Form, Actor]:
    """The form of that number, if it belongs to the address that came in by a link, and who acts for them.

    Where the sign-in has ended, a page that was sent is saved first, and a new link is asked for.
    """
    email, still = _address()
    if not email:
        abort(redirect(url_for("notifiers.ask")))
    form = find(session(), systime.utc_now(), number, lock=request.method == "POST")
    if form.draft.user_id is not None or form.draft.email != email:
        raise NotFound(notifying.GONE)
    if not still:
        _save_for_later(form)
        abort(redirect(url_for("notifiers.ask"), 303))
    _come_in(email)
    return form, notifiers.outside_notifier(session(), systime.utc_now())


def _save_for_later(form: Form) -> None:
    page = next((p for p in asked.all_pages() if p.key == (request.view_args or {}).get("key")), None)
    if request.method != "POST" or page is None or form.ref:
        return
    asked.keep_typed(form, asked.fields_of(page, form, {}), request.form)
    form.keep(systime.utc_now())
    flash(SAVED_FIRST, "warning")


def unfinished_here() -> list[Draft]:
    """The forms begun and not sent of whoever is signed in, or came in by a link."""
    now = systime.utc_now()
    if current_user.is_authenticated:
        return notifying.unfinished(session(), now, user_id=current_user.id)
    email, still = _address()
    return notifying.unfinished(session(), now, email=email) if still else []


@pages.route("/notify/link", methods=["GET", "POST"])
@who(audience=EVERYONE)
def ask() -> ResponseReturnValue:
    """Ask for a link by e-mail. The answer is the same whether or not the address began a form before."""
    typed = request.form.get("email", "").strip()
    reasons: list[Reason] = []
    if request.method == "POST":
        _, problems = reading.read((EMAIL,), {"email": typed}, {})
        reasons = [Reason(p.reason, p.field) for p in problems]
        if not reasons and len(typed) > 254:
            reasons = [Reason("This address is too long. Give the one you read at work.", "email")]
        if not reasons:
            notifiers.send_link(session(), systime.utc_now(), typed)
            return render_template("notification/link_sent.html", public=True, email=typed, days=notifiers.LINK_DAYS)
    shown = render_template(
        "notification/ask_link.html",
        public=True,
        allowed=notifiers.outside_allowed(session()),
        typed=typed,
        problem=reasons[0].reason if reasons else "",
        summary=[{"text": r.reason, "href": forms.anchor((EMAIL,), r.field)} for r in reasons],
    )
    return shown, 422 if reasons else 200


@pages.route("/notify/link/<token>", methods=["GET", "POST"])
@who(audience=EVERYONE)
def open_link(token: str) -> ResponseReturnValue:
    """Come in by a link. Opening it shows a button, so that a program that looks at e-mails does not use it up."""
    now = systime.utc_now()
    if request.method == "GET":
        waits = notifiers.link_waits(session(), now, token)
        return render_template("notification/open_link.html", public=True, waits=waits), 200 if waits else 404
    email = notifiers.use_link(session(), now, token)
    notifiers.outside_notifier(session(), now)
    _come_in(email)
    begun = notifying.unfinished(session(), now, email=email)
    if len(begun) > 1:
        return redirect(url_for("notifiers.yours"), 303)
    number = begun[0].id if begun else _begin(email).number
    return redirect(url_for("notification.outside_task_list", number=number), 303)


def _begin(email: str) -> Form:
    return notifying.begin(session(), systime.utc_now(), Way.OUTSIDE, email=email, typed={"notifier_email": [email]})


@pages.route("/notify/yours", methods=["GET", "POST"])
@who(audience=EVERYONE)
def yours() -> ResponseReturnValue:
    """The forms begun from one address, and a button to begin another."""
    email, still = _address()
    if not still:
        return redirect(url_for("notifiers.ask"), 303)
    _come_in(email)
    if request.method == "POST":
        return redirect(url_for("notification.outside_task_list", number=_begin(email).number), 303)
    begun = notifying.unfinished(session(), systime.utc_now(), email=email)
    return render_template("notification/yours.html", public=True, begun=begun)
