"""Records that are no reviews: returns, actions, QA points, replies, section 8 reports. One set of pages for all."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from dardr.web.audience import BY_LINK, who
from dardr.web.pages.reviews import record_page, timeline_page

pages = Blueprint("records", __name__)


@pages.get("/records/<ref>")
@who(doors=BY_LINK)
def record(ref: str) -> ResponseReturnValue:
    """Where a record stands and what comes next."""
    return record_page(ref, "records")


@pages.get("/records/<ref>/timeline")
@who(doors=BY_LINK)
def record_timeline(ref: str) -> ResponseReturnValue:
    """What was done on a record, by whom, and what was written to whom."""
    return timeline_page(ref)
