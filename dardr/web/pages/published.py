"""The back catalogue: cases published before this service kept them, exactly as published."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.lookups.caseload import CaseFilter, caseload
from dardr.lookups.published import kinds_of_published
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.listing import page_number, pager
from dardr.web.transaction import session
from workflows.processes.historic_1 import KINDS

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
    kinds = kinds_of_published(session())
    kind = request.args.get("kind", "") if request.args.get("kind") in dict(KINDS) else ""
    rows = [row for row in rows if not kind or kinds.get(row.ref, KINDS[0][0]) == kind]
    number = page_number(len(rows), A_PAGE)
    return render_template(
        "published/cases.html",
        rows=[
            {"row": row, "href": page_of(row.ref, HISTORIC), "kind": kinds.get(row.ref, KINDS[0][0])}
            for row in rows[(number - 1) * A_PAGE : number * A_PAGE]
        ],
        kinds=dict(KINDS),
        kind=kind,
        total=len(rows),
        pager=pager(number, len(rows), A_PAGE),
        filters=filters,
    )
