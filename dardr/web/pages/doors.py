"""The door of those who come without a password: a link is opened, its code asked for, a new one sent, a draft sent.

Looking at the page of a link uses nothing up, so that a program that looks through e-mails harms nothing; its button
does. What else is open to whoever came in is said by each page (``doors`` of ``dardr.web.audience.who``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.exceptions import HTTPException

import workflows
from dardr import systime
from dardr.access import visible
from dardr.actors import Purpose
from dardr.casework import door_opening, door_state, doors
from dardr.casework.door_state import Found, State
from dardr.casework.sittings import UPDATED
from dardr.errors import Invalid, NotFound, Reason
from dardr.lookups.doors import WHAT_IT_OPENS, masked
from dardr.lookups.files import files_by_entry, get_file
from dardr.lookups.returns import RETURN
from dardr.lookups.rounds import report_of
from dardr.settings import get_settings
from dardr.storage.doors import DoorLink
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.accounts import kept, sessions
from dardr.web.audience import EVERYONE, actor, opens, who
from dardr.web.frame import page_of
from dardr.web.pages.files import given_out
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of
from workflows import answers as reading
from workflows.definition import Field, FieldType, Role

pages = Blueprint("doors", __name__)

EMAIL = Field("email", "Your work e-mail address", FieldType.EMAIL)
NEXT_VERSION = "record_version"


@pages.route("/door", methods=["GET", "POST"])
@who(audience=EVERYONE)
def ask() -> ResponseReturnValue:
    """Ask for a link by e-mail. The answer is the same whether or not the address is somebody's here."""
    typed = request.form.get("email", "").strip()
    reasons: list[Reason] = []
    if request.method == "POST":
        _, problems = reading.read((EMAIL,), {"email": typed}, {})
        reasons = [Reason(p.reason, p.field) for p in problems]
        if not reasons:
            doors.ask_for_link(session(), systime.utc_now(), typed)
            return _sent(typed)
    shown = render_template(
        "door/ask.html",
        public=True,
        ended=bool(request.args.get("ended")),
        typed=typed,
        problem=reasons[0].reason if reasons else "",
        summary=[{"text": r.reason, "href": forms.anchor((EMAIL,), r.field)} for r in reasons],
    )
    return shown, 422 if reasons else 200


def _sent(address: str = "") -> ResponseReturnValue:
    return render_template("door/sent.html", public=True, address=address, days=get_settings().door_days)


@pages.route("/door/<key>", methods=["GET", "POST"])
@pages.route("/door/<key>/<path:to>", methods=["GET", "POST"])
@who(audience=EVERYONE)
def open_door(key: str, to: str = "") -> ResponseReturnValue:
    """The page of one link. A button opens it; where a code is asked for, the button sends it and asks."""
    now = systime.utc_now()
    found = door_state.find(session(), now, key)
    here = sessions.seen()
    same = here is not None and here.link is not None and found.link is not None and here.link.id == found.link.id
    if found.state is State.USED and same and here is not None and not here.over:
        return redirect(_landing(to), 303)  # a further link of the same e-mail
    step = request.form.get("step", "") if request.method == "POST" else ""
    if step == "again":
        doors.ask_again(session(), now, key)
        return _sent()
    if found.state is State.ACCOUNT:
        return render_template("door/account.html", public=True, page="/" + to if to else "/")
    if found.state is not State.WAITING or found.link is None or found.user is None:
        return _over()
    asks = door_state.asks_for_code(session(), found.link, found.user)
    if not step:
        return _closed(found, asks)
    if asks and step != "code":
        sent = door_opening.send_code(session(), now, key)
        return _code(found, told=step == "another" and not sent)
    try:
        link, user = door_opening.open_with(session(), now, key, request.form.get("code"))
    except NotFound:
        return _over()
    except Invalid as error:
        return _over(error.reasons) if found.link.revoked_at is not None else _code(found, error.reasons)
    sessions.begin_by_link(link, user)
    if kept.waiting(user.id):
        return redirect(url_for("kept.kept_forms"), 303)
    return redirect(_landing(to), 303)


def _over(reasons: Sequence[Reason] = ()) -> ResponseReturnValue:
    shown = render_template(
        "door/over.html", public=True, days=get_settings().door_days, said=[one.reason for one in reasons]
    )
    return shown, 422 if reasons else 404


def _closed(found: Found, asks: bool) -> ResponseReturnValue:
    assert found.link is not None
    other = current_user.is_authenticated and current_user.id != found.link.user_id
    return render_template(
        "door/open.html",
        public=True,
        link=found.link,
        address=masked(found.link.email),
        opens=WHAT_IT_OPENS[Purpose(found.link.purpose)],
        ref=_ref(found.link),
        asks=asks,
        telephone=door_opening.by_telephone(session()),
        other=current_user.name if other else "",
    )


def _code(found: Found, reasons: Sequence[Reason] = (), told: bool = False) -> ResponseReturnValue:
    assert found.link is not None
    shown = render_template(
        "door/code.html",
        public=True,
        address=masked(found.link.email),
        telephone=door_opening.by_telephone(session()),
        minutes=int(door_opening.CODE_LASTS.total_seconds() // 60),
        not_sent=told,
        problem=reasons[0].reason if reasons else "",
        summary=[{"text": one.reason, "href": "#code"} for one in reasons],
    )
    return shown, 422 if reasons else 200


def _ref(link: DoorLink) -> str:
    return session().scalar(sa.select(Record.ref).where(Record.id == link.record_id)) or "" if link.record_id else ""


def _landing(to: str) -> str:
    """The page that the e-mail's link named, if this session may see it; else its first page."""
    door = sessions.door()
    path = "/" + to
    try:
        endpoint, found = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return url_for("doors.home")
    if not to or not opens(str(endpoint), door) or str(endpoint).startswith(("doors.", "account.", "static")):
        return url_for("doors.home")
    ref = found.get("ref")
    if ref and door is not None and door.purpose is Purpose.AGENCY and str(endpoint) == "records.record":
        key = session().scalar(sa.select(Record.process_key).where(Record.ref == ref, visible(actor())))
        if key in UPDATED:
            return url_for("agency.home")  # what else is owed stands there too, and an update is two minutes away
        if key == RETURN:
            return url_for("returns.form", ref=ref)  # where it is answered part by part
    if ref and session().scalar(sa.select(Record.id).where(Record.ref == ref, visible(actor()))) is None:
        return url_for("doors.home")
    query = request.query_string.decode("ascii", "ignore")
    return f"{path}?{query}" if query else path


@pages.get("/door/home")
@who(doors=Purpose)
def home() -> ResponseReturnValue:
    """The first page of whoever came by a link: what the link is for."""
    door = actor().door
    if door is None:
        return redirect("/")
    if door.purpose is Purpose.CHAIR:
        return redirect(url_for("doors.drafts"))
    if door.one_record is not None:
        row = session().scalar(sa.select(Record).where(Record.id == door.one_record, visible(actor())))
        if row is not None:
            return redirect(page_of(row.ref, row.process_key))
    return redirect(url_for("agency.home"))


# --- the chair of a review ----------------------------------------------------------------------------------


def own_review() -> Record:
    """The review of the chair who came by a link. Raises NotFound for anybody else."""
    door = actor().door
    row = None
    if door is not None and door.purpose is Purpose.CHAIR:
        row = session().scalar(sa.select(Record).where(Record.id == door.record_id, visible(actor())))
    if row is None:
        raise NotFound("This page is for a chair who came by the link in an e-mail. Your reviews are under Reviews.")
    return row


@pages.get("/door/review")
@who(Role.INDEPENDENT_CHAIR, doors=(Purpose.CHAIR,))
def drafts() -> ResponseReturnValue:
    """The drafts of one review for its chair: fetch one, send the next, answer what was said of the last."""
    record = own_review()
    today = systime.london_date(systime.utc_now())
    found = report_of(session(), actor(), record.ref, today)
    process = workflows.get(record.process)
    files = files_by_entry(session(), actor(), record.ref)
    what_for = field_of((process.action(NEXT_VERSION),), "what_for")
    versions: list[dict[str, Any]] = [
        {
            "name": one.name,
            "on": one.on,
            "what_for": answer_words(what_for, one.entry.get("what_for")),
            "files": files.get((record.ref, one.seq), ()),
        }
        for one in found.versions
    ]
    return render_template(
        "door/drafts.html",
        record=record,
        stage=process.stage(record.stage),
        versions=versions,
        rounds=found.open_rounds,
        step=next((one for one in found.steps if one["key"] == NEXT_VERSION), None),
    )


@pages.get("/door/review/files/<int:number>")
@who(Role.INDEPENDENT_CHAIR, doors=(Purpose.CHAIR,))
def draft(number: int) -> ResponseReturnValue:
    """The document of one version, to save. Raises NotFound for any other file."""
    record = own_review()
    today = systime.london_date(systime.utc_now())
    found = report_of(session(), actor(), record.ref, today)
    files = files_by_entry(session(), actor(), record.ref)
    numbers = {line.number for one in found.versions for line in files.get((record.ref, one.seq), ())}
    if number not in numbers:
        raise NotFound("This file is no draft of the report.")
    return given_out(*get_file(session(), actor(), record.ref, number))
