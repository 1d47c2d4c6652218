"""The actions of every plan this person may see."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.lookups.caseload import CaseFilter, caseload
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.listing import page_number, pager
from dardr.web.transaction import session

pages = Blueprint("plans", __name__)

ACTION = "action"
A_PAGE = 50


@pages.get("/actions")
@who()
def plan() -> ResponseReturnValue:
    """Actions of plans, those whose date has passed first."""
    today = systime.london_date(systime.utc_now())
    stages = {s.key: s.label for s in workflows.newest(ACTION).stages}
    asked = request.args
    filters = CaseFilter(
        processes=(ACTION,),
        stage=asked.get("stage", "") if asked.get("stage") in stages else "",
        text=asked.get("text", "")[:100],
        open_only=asked.get("ended") != "yes" and asked.get("stage", "") == "",
    )
    rows = caseload(session(), actor(), today, filters)
    number = page_number(len(rows), A_PAGE)
    return render_template(
        "plan/actions.html",
        rows=[
            {"row": row, "href": page_of(row.ref, ACTION), "next": row.next_deadline and row.next_deadline.as_dict()}
            for row in rows[(number - 1) * A_PAGE : number * A_PAGE]
        ],
        total=len(rows),
        late=sum(row.late for row in rows),
        pager=pager(number, len(rows), A_PAGE),
        filters=filters,
        stages=stages,
    )
