"""The page of a local partnership's members: how its reviews stand, what comes, and what became of what was asked."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.lookups.partnership import COLOURS, partnership
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.deadlines import shown
from dardr.web.transaction import session
from workflows.definition import Role
from workflows.rag import COLOUR_LABELS

pages = Blueprint("partnership", __name__)


@pages.get("/partnership")
@who(Role.CSP_MEMBER)
def summary() -> ResponseReturnValue:
    """Everything a member is told of, on one page that prints."""
    found = partnership(session(), actor(), systime.london_date(systime.utc_now()))
    return render_template(
        "partnership/summary.html",
        found=found,
        dates=[shown(row) for row in found.dates],
        colours=[(colour, COLOUR_LABELS[colour]) for colour in COLOURS],
        reply_page=page_of,
    )
