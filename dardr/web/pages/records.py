"""Records that are no reviews: returns, actions, QA points, replies, section 8 reports. One set of pages for all."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.lookups.caseload import CaseFilter, caseload
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.reviews import record_page, timeline_page
from dardr.web.transaction import session

pages = Blueprint("records", __name__)

SECTION_8 = "section8-report"


@pages.get("/records/<ref>")
@who()
def record(ref: str) -> ResponseReturnValue:
    """Where a record stands and what comes next."""
    return record_page(ref, "records")


@pages.get("/records/<ref>/timeline")
@who()
def record_timeline(ref: str) -> ResponseReturnValue:
    """What was done on a record, by whom, and what was written to whom."""
    return timeline_page(ref)


@pages.get("/section-8-reports")
@who()
def section8_reports() -> ResponseReturnValue:
    """The Commissioner's section 8 reports that bodies here were asked to answer."""
    today = systime.london_date(systime.utc_now())
    process = workflows.newest(SECTION_8)
    return render_template(
        "record/section8_reports.html",
        rows=[
            {"row": row, "href": page_of(row.ref, SECTION_8)}
            for row in caseload(session(), actor(), today, CaseFilter(processes=(SECTION_8,)))
        ],
        may_open=bool(process.opening.roles & actor().roles),
        opening=process.opening.label,
        opening_url=url_for("doing.open_new", process_key=SECTION_8),
    )
