"""Views of the caseload that somebody saved: keep one, share it with the team, rename it, delete it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.saved_views import change_view, delete_view, save_view
from dardr.errors import Invalid, NotFound
from dardr.lookups.saved_views import own_view, views_of
from dardr.web import case_query
from dardr.web.audience import actor, who
from dardr.web.transaction import session, undo

pages = Blueprint("views", __name__)

PAGE = "reviews"
"""The list that these are views of."""


@pages.get("/reviews/views")
@who()
def saved() -> ResponseReturnValue:
    """The filters that were on, to be saved under a name, and the views this person and the team have."""
    return _page(case_query.read(request.args))


@pages.post("/reviews/views")
@who()
def save() -> ResponseReturnValue:
    """Save the filters under a name."""
    asked = case_query.read(case_query.parsed(request.form.get("query", "")))
    query = case_query.address(asked.filters, "").lstrip("?")
    try:
        view = save_view(
            session(), actor(), systime.utc_now(), PAGE, request.form.get("name", ""), query,
            shared=request.form.get("shared") == "yes",
        )  # fmt: skip
    except Invalid as error:
        undo()
        return _page(asked, problem=error.reasons[0].reason, typed=request.form.get("name", "")), 422
    flash(f"Saved: {view.name}.", "done")
    return redirect(case_query.address(asked.filters, url_for("reviews.caseload")))


@pages.get("/reviews/views/<int:number>")
@who()
def view(number: int) -> ResponseReturnValue:
    """The list that a view shows: a short address to send to a colleague it is shared with."""
    found = next((one for one in views_of(session(), actor(), PAGE) if one.id == number), None)
    if found is None:
        raise NotFound("There is no such view, or it is not shared with you. Ask the person who saved it.")
    return redirect(_list_of(found.query))


@pages.post("/reviews/views/<int:number>")
@who()
def change(number: int) -> ResponseReturnValue:
    """Rename a view, share it or stop sharing it, or delete it."""
    if request.form.get("do") == "delete":
        flash(f"Deleted: {delete_view(session(), actor(), number)}. The reviews are as they were.", "done")
        return redirect(url_for("views.saved"))
    own_view(session(), actor(), number)
    typed = request.form.get("name", "")
    try:
        view = change_view(session(), actor(), number, typed, shared=request.form.get("shared") == "yes")
    except Invalid as error:
        undo()
        return _page(case_query.read({}), problem=error.reasons[0].reason, typed=typed, at=number), 422
    flash(f"Changed: {view.name}.", "done")
    return redirect(url_for("views.saved"))


def _list_of(query: str) -> str:
    """The address of the list: made from the filters that the query means here, nothing else of it."""
    return case_query.address(case_query.read(case_query.parsed(query)).filters, url_for("reviews.caseload"))


def _page(asked: case_query.Asked, *, problem: str = "", typed: str = "", at: int = 0) -> str:
    known = [
        {
            "view": view,
            "href": _list_of(view.query),
        }
        for view in views_of(session(), actor(), PAGE)
    ]
    return render_template(
        "review/views.html",
        own=[one for one in known if one["view"].own],
        others=[one for one in known if not one["view"].own],
        query=case_query.address(asked.filters, "").lstrip("?"),
        said=case_query.in_words_of(asked.filters, {"manager": {}, "csp": {}}),
        back=case_query.address(asked.filters, url_for("reviews.caseload")),
        said_problem=problem,
        typed=typed,
        at=at,
    )
