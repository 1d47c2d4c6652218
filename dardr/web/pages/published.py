"""The back catalogue: cases published before this service kept them, exactly as published."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.lookups.caseload import CaseFilter, caseload
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.listing import page_number, pager
from dardr.web.transaction import session

pages = Blueprint("published", __name__)

HISTORIC = "historic"
A_PAGE = 50


@pages.get("/published-cases")
@who()
def published_cases() -> ResponseReturnValue:
    """Published cases by their published pseudonym."""
    today = systime.london_date(systime.utc_now())
    filters = CaseFilter(processes=(HISTORIC,), text=request.args.get("text", "")[:100])
    rows = sorted(caseload(session(), actor(), today, filters), key=lambda r: r.title.casefold() or r.ref)
    number = page_number(len(rows), A_PAGE)
    return render_template(
        "published/cases.html",
        rows=[
            {"row": row, "href": page_of(row.ref, HISTORIC)} for row in rows[(number - 1) * A_PAGE : number * A_PAGE]
        ],
        total=len(rows),
        pager=pager(number, len(rows), A_PAGE),
        filters=filters,
    )
