"""A form sent after the session had ended is kept for its person, sealed, and filled in again after signing in.

Kept for the person whose session it was and shown to nobody else. Files cannot be kept, and passwords are not.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from lxml import html
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from dardr import systime
from dardr.casework import drafts
from dardr.casework.sign_ins import BY_LINK
from dardr.errors import NotFound
from dardr.storage.drafts import Draft
from dardr.web.accounts import sessions
from dardr.web.accounts.addresses import own_path
from dardr.web.transaction import ACCOUNT_BLUEPRINT, database, session

PURPOSE = "form"
NOT_KEPT = re.compile(r"csrf_token|password|credential|code$")
PAGE = "_page"
ACTION = "_action"
ASKS = "kept"
FILLED = "What you typed before you were signed out is filled in again. Check it, choose any files again, and send it."


def ask_to_sign_in() -> ResponseReturnValue:
    """Where somebody who is not signed in is led; what they were sending is kept, if a session of theirs has ended."""
    here = sessions.seen()
    if here is not None and here.row.way == BY_LINK:
        if request.method == "POST" and here.over and here.user.active:
            keep(here.user.id)
        return redirect(url_for("doors.ask", ended=1))
    if request.method != "POST":
        return redirect(url_for(f"{ACCOUNT_BLUEPRINT}.login", next=request.full_path.rstrip("?")))
    if here is None or not here.over or not here.user.active or not keep(here.user.id):
        return redirect(url_for(f"{ACCOUNT_BLUEPRINT}.login"))
    return redirect(url_for(f"{ACCOUNT_BLUEPRINT}.login", next=url_for("kept.kept_forms")))


def keep(user_id: int) -> bool:
    """Keep the form of this request for a person. False where nothing was typed."""
    answers = {
        name: values
        for name, values in request.form.lists()
        if not name.startswith((PAGE, ACTION)) and not NOT_KEPT.search(name) and any(values)
    }
    if not answers:
        return False
    now, action = systime.utc_now(), own_path(request.form.get(ACTION)) or request.path
    page = own_path(request.form.get(PAGE)) or _page_of(request.full_path.rstrip("?"))
    values = {
        "action": action,
        "answers": answers,
        "files": sorted(name for name, file in request.files.items() if file.filename),
    }
    for draft, held in _waiting(user_id):
        if draft.path == page and held["action"] == action:
            drafts.save(draft, now, values)
            return True
    drafts.begin(session(), now, PURPOSE, values, user_id=user_id, path=page)
    return True


def _page_of(path: str) -> str:
    """Where the form stands: at the address it is sent to if that can be opened, else where the browser came from."""
    try:
        current_app.create_url_adapter(request).match(urlsplit(path).path, method="GET")  # type: ignore[union-attr]
        return path
    except HTTPException:
        return own_path(request.referrer) or "/"


def waiting(user_id: int, within: Session | None = None) -> list[Draft]:
    """The forms kept for a person, the newest first; read in the request's own transaction, or ``within`` another."""
    return list(
        (within or session()).scalars(
            sa.select(Draft)
            .where(
                Draft.user_id == user_id,
                Draft.purpose == PURPOSE,
                Draft.sealed.is_not(None),
                sa.or_(Draft.until_at.is_(None), Draft.until_at > systime.utc_now()),
            )
            .order_by(Draft.updated_at.desc(), Draft.id.desc())
        )
    )


def _waiting(user_id: int) -> Iterator[tuple[Draft, dict[str, Any]]]:
    for draft in waiting(user_id):
        with contextlib.suppress(NotFound):  # sealed with another master key: of no use, and in nobody's way
            yield draft, drafts.values_of(draft)


def one(user_id: int, number: int) -> Draft | None:
    """A form kept for this person, by its number."""
    return next((draft for draft in waiting(user_id) if draft.id == number), None)


def address(draft: Draft) -> str:
    """Where the form is shown filled in."""
    return f"{draft.path}{'&' if '?' in draft.path else '?'}{ASKS}={draft.id}"


def words(draft: Draft) -> str:
    """What the form was, in words, from its address: the action and the reference, never what was typed."""
    parts = [part for part in urlsplit(draft.path).path.split("/") if part]
    ref = next((part for part in parts if re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)+", part)), "")
    last = parts[-1] if parts and parts[-1] != ref else ""
    said = last.replace("_", " ").replace("-", " ").capitalize()
    return ", ".join(filter(None, (said, ref))) or "A form"


# --- filling in -------------------------------------------------------------------------------------------


def install(app: Flask) -> None:
    """Fill kept forms in where they are asked for, and let one go once it was sent."""

    @app.after_request
    def fill_in_or_let_go(response: Response) -> Response:
        if request.blueprint == ACCOUNT_BLUEPRINT or request.endpoint in (None, "static"):
            return response
        if request.method == "POST" and response.status_code in (302, 303) and current_user.is_authenticated:
            with database().read() as beside:  # hardly ever is one kept: most changes need no second transaction
                kept = bool(waiting(current_user.id, beside))
            for draft, held in _waiting(current_user.id) if kept else ():
                if held["action"].partition("?")[0] == request.path:
                    drafts.sent(draft, systime.utc_now(), None)
        elif request.method == "GET" and response.status_code == 200 and request.args.get(ASKS, "").isdigit():
            if response.mimetype == "text/html" and current_user.is_authenticated:
                draft = one(current_user.id, int(request.args[ASKS]))
                if draft is not None:
                    response.set_data(filled(response.get_data(as_text=True), request.path, drafts.values_of(draft)))
        return response


def filled(page: str, path: str, held: dict[str, Any]) -> str:
    """The HTML of a page with the answers put into the form they were typed into."""
    tree = html.document_fromstring(page)
    action = held["action"].partition("?")[0]
    found = False
    for form in tree.iter("form"):
        target = urlsplit(form.get("action") or path).path
        if (form.get("method") or "").lower() == "post" and target == action:
            found = True
            _fill(form, held["answers"])
    if found:
        said = html.fragment_fromstring('<div class="govuk-inset-text" role="status"></div>')
        said.text = FILLED
        for main in tree.iter("main"):
            main.insert(0, said)
            break
    return "<!DOCTYPE html>\n" + html.tostring(tree, encoding="unicode", doctype=None)


def _fill(form: Any, answers: dict[str, list[str]]) -> None:
    left = {name: list(values) for name, values in answers.items()}
    for field in form.iter("input", "textarea", "select"):
        name, kind = field.get("name"), (field.get("type") or "text").lower()
        if not name or kind in ("hidden", "submit", "button", "file", "password"):
            continue
        if field.tag == "select":
            _choose(field, answers.get(name, []))
        elif kind in ("checkbox", "radio"):
            _mark(field, "checked", field.get("value", "on") in answers.get(name, []))
        else:
            value = left[name].pop(0) if left.get(name) else ""
            if field.tag == "textarea":
                field.text = f"\n{value}"
            else:
                field.set("value", value)
    for details in form.iter("details"):
        details.set("open", "")


def _choose(field: Any, chosen: list[str]) -> None:
    for option in field.iter("option"):
        _mark(option, "selected", option.get("value", option.text_content()) in chosen)


def _mark(element: Any, attribute: str, on: bool) -> None:
    if on:
        element.set(attribute, "")
    else:
        element.attrib.pop(attribute, None)
