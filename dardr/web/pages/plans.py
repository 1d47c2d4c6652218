"""The actions of every plan this person may see."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.lookups.case_filters import CaseFilter
from dardr.lookups.caseload import CaseRow, caseload, caseload_page
from dardr.web import spreadsheet
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.listing import asked_page, pager
from dardr.web.transaction import session
from workflows.clocks import STATE_LABELS

pages = Blueprint("plans", __name__)

ACTION = "action"
A_PAGE = 50


@pages.get("/actions")
@who()
def plan() -> ResponseReturnValue:
    """Actions of plans, those whose date has passed first."""
    filters, stages = _asked()
    found = caseload_page(session(), actor(), _today(), filters, number=asked_page(), size=A_PAGE)
    return render_template(
        "plan/actions.html",
        rows=[
            {"row": row, "href": page_of(row.ref, ACTION), "next": row.next_deadline and row.next_deadline.as_dict()}
            for row in found.rows
        ],
        total=found.total,
        late=found.late,
        pager=pager(found.number, found.total, A_PAGE),
        filters=filters,
        stages=stages,
        file_url=url_for(
            "plans.plan_file", stage=filters.stage or None, text=filters.text or None, ended=request.args.get("ended")
        ),
    )


HEADINGS = (
    "Reference", "Action", "Who", "Where it stands", "Opened on", "Next date: what", "Next date", "First date",
    "Agreed date", "How it stands", "Ended",
)  # fmt: skip


@pages.get("/actions.csv")
@who()
def plan_file() -> ResponseReturnValue:
    """The same actions as a file for Excel, all of them."""
    today = _today()
    filters, _ = _asked()
    rows = caseload(session(), actor(), today, filters)
    return spreadsheet.download(itertools.chain([HEADINGS], map(_cells, rows)), "actions", today)


def _cells(row: CaseRow) -> list[Any]:
    due = row.next_deadline
    return [
        row.ref,
        row.title,
        "; ".join(row.bodies) or row.acts_next,
        row.stage_label,
        row.opened_on,
        due.label if due else "",
        due.due if due else "",
        due.original_due if due else "",
        due.agreed_due if due else "",
        STATE_LABELS[due.state] if due else "",
        row.final,
    ]


def _today() -> date:
    return systime.london_date(systime.utc_now())


def _asked() -> tuple[CaseFilter, dict[str, str]]:
    """What the address asks for, and the stages there are."""
    stages = {s.key: s.label for s in workflows.newest(ACTION).stages}
    asked = request.args
    filters = CaseFilter(
        processes=(ACTION,),
        stage=asked.get("stage", "") if asked.get("stage") in stages else "",
        text=asked.get("text", "")[:100],
        open_only=asked.get("ended") != "yes" and asked.get("stage", "") == "",
    )
    return filters, stages
