"""Forms that were kept when a session ended: shown to their own person, filled in again, let go."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.actors import Purpose
from dardr.casework import drafts
from dardr.errors import NotFound
from dardr.web.accounts import kept
from dardr.web.audience import actor, who

pages = Blueprint("kept", __name__)


@pages.get("/kept-forms")
@who(doors=Purpose)
def kept_forms() -> ResponseReturnValue:
    """What was typed and not sent when the session ended; the first page where there is nothing."""
    found = kept.waiting(actor().id)
    if not found:
        return redirect("/")
    rows = [
        {
            "number": draft.id,
            "words": kept.words(draft),
            "address": kept.address(draft),
            "at": draft.updated_at,
            "files": drafts.values_of(draft).get("files", []),
        }
        for draft in found
    ]
    return render_template("me/kept_forms.html", rows=rows)


@pages.post("/kept-forms/keep")
@who(doors=Purpose)
def keep() -> ResponseReturnValue:
    """Keep the form of a page whose session is about to end. Asked by the page itself; it keeps no session alive."""
    kept.keep(actor().id)
    return "", 204


@pages.post("/kept-forms/<int:number>/let-go")
@who(doors=Purpose)
def let_go(number: int) -> ResponseReturnValue:
    """Throw away what was kept. Raises NotFound for another person's, and for one that is gone."""
    draft = kept.one(actor().id, number)
    if draft is None:
        raise NotFound("There is no such form, or it was sent already.")
    drafts.sent(draft, systime.utc_now(), None)
    flash("What you typed is thrown away.", "done")
    return redirect(url_for("kept.kept_forms"))
