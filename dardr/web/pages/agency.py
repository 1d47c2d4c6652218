"""The page of an agency: what it owes by date across reviews, what it waits for, what it has done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import OF_AGENCIES
from dardr.casework.administer.checks import of_key
from dardr.errors import NotFound
from dardr.lookups.agency import Line, Page, bodies_of_actor, page_of_agency
from dardr.storage.bodies import Body
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import session
from workflows.processes.who import CASEWORK

pages = Blueprint("agency", __name__)

NOT_YOURS = "This is not the page of your organisation. Yours is under “What we owe”."


@pages.get("/agency")
@who(*OF_AGENCIES)
def home() -> ResponseReturnValue:
    """What the agency of the person signed in owes; ``?body=KEY`` where they answer for several."""
    mine = bodies_of_actor(session(), actor())
    body = own_body()
    found = page_of_agency(session(), actor(), body, systime.london_date(systime.utc_now()))
    tabs = [(one.name, url_for("agency.home", body=one.key), one.id == body.id) for one in mine]
    return _show(found, tabs=tabs if len(tabs) > 1 else [])


@pages.get("/agencies/<key>")
@who(*CASEWORK)
def as_agency(key: str) -> ResponseReturnValue:
    """The same page as the team sees it: everything to read, nothing to do."""
    body = of_key(session(), Body, key)
    found = page_of_agency(session(), actor(), body, systime.london_date(systime.utc_now()))
    return _show(found, as_seen=True)


def own_body() -> Body:
    """The body of the person signed in that the address asks for, or their first. Raises NotFound."""
    mine = bodies_of_actor(session(), actor())
    asked = request.values.get("body", "")
    found = next((one for one in mine if one.key == asked), None) if asked else next(iter(mine), None)
    if found is None:
        raise NotFound(NOT_YOURS)
    return found


def _show(found: Page, *, tabs: list[Any] | None = None, as_seen: bool = False) -> ResponseReturnValue:
    return render_template(
        "agency/home.html",
        body=found.body,
        to_do=[shown(line) for line in found.to_do],
        later=[shown(line) for line in found.later],
        waiting=[shown(line) for line in found.waiting],
        done=[shown(line) for line in found.done],
        tabs=tabs or [],
        as_seen=as_seen,
    )


def shown(line: Line) -> dict[str, Any]:
    """A line as pages show it, with its one button."""
    return {
        "line": line,
        "ref": line.ref,
        "href": page_of(line.ref, line.record.process_key),
        "due": line.due,
        "stands": line.stands,
        "do": _button(line),
    }


def _button(line: Line) -> dict[str, str] | None:
    step = next(iter(line.steps), None)
    if step is None:
        return None
    if line.record.process_key == "comment-request":
        return {"label": "Read and comment", "href": url_for("rounds.comments", ref=line.ref)}
    return {"label": step.label, "href": url_for("doing.act", ref=line.ref, key=step.key)}
