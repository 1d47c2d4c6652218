"""The action plan of one review: as it stands now, and the copies kept of it, each to be read, printed and compared."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import visible
from dardr.casework.plan_files import live, word
from dardr.errors import NotFound
from dardr.lookups.plan import COLUMNS, OCCASIONS, copies_of, differences, lines_of, plan_of
from dardr.storage.plans import PlanCopy
from dardr.storage.reviews import Record
from dardr.web.audience import actor, who
from dardr.web.frame import MARKING, of_record
from dardr.web.pages.documents import download
from dardr.web.pages.recommendations import review_of
from dardr.web.transaction import session
from dardr.web.words import long_day

pages = Blueprint("plan_of_review", __name__)

PUBLIC_STAGES = ("published", "action_monitoring", "concluded")
"""Where a report is public: its published plan carries no marking."""


def _today() -> date:
    return systime.london_date(systime.utc_now())


@pages.get("/reviews/<ref>/plan")
@who()
def plan(ref: str) -> ResponseReturnValue:
    """The plan as it stands today, in the columns of the Home Office template, and the copies there are."""
    record, today = review_of(ref), _today()
    return _page(
        record,
        lines=plan_of(session(), record, visible(actor())),
        said=live(today),
        copies=_copies(record),
        copy=None,
        changes=[],
    )


@pages.get("/reviews/<ref>/plan.docx")
@who()
def plan_file(ref: str) -> Response:
    """The same as a Word file."""
    record, today = review_of(ref), _today()
    content = word(plan_of(session(), record, visible(actor())), _title(record), live(today), marking=MARKING)
    return download(content, f"{ref}-action-plan-{today.isoformat()}", "docx")


@pages.get("/reviews/<ref>/plan/<int:number>")
@who()
def plan_copy(ref: str, number: int) -> ResponseReturnValue:
    """One copy as it was made, and what has changed since."""
    record = review_of(ref)
    copy = _copy(record, number)
    lines = lines_of(copy)
    return _page(
        record,
        lines=lines,
        said=_said(copy),
        copies=_copies(record),
        copy={"number": number, "on": copy.made_on, "occasion": OCCASIONS[copy.occasion]},
        changes=differences(lines, plan_of(session(), record, visible(actor()), public=copy.occasion == "publication")),
    )


@pages.get("/reviews/<ref>/plan/<int:number>.docx")
@who()
def plan_copy_file(ref: str, number: int) -> Response:
    """The copy as a Word file."""
    record = review_of(ref)
    copy = _copy(record, number)
    public = copy.occasion == "publication" and record.stage in PUBLIC_STAGES
    content = word(lines_of(copy), _title(record), _said(copy), marking="" if public else MARKING)
    return download(content, f"{ref}-action-plan-copy-{number}", "docx")


def _page(record: Record, **shown: Any) -> str:
    return render_template(
        "recommendation/plan.html",
        **of_record(record),
        columns=COLUMNS,
        **shown,
    )


def _title(record: Record) -> str:
    return f"Action plan of {record.ref}"


def _said(copy: PlanCopy) -> str:
    """What a copy is: of a plan that goes on changing."""
    return f"{OCCASIONS[copy.occasion]}: a copy of a live document, made on {long_day(copy.made_on)}."


def _copies(record: Record) -> list[dict[str, Any]]:
    """The copies, the newest first, each with its number, counted from the first."""
    found = copies_of(session(), record)
    return [
        {"number": len(found) - place, "on": copy.made_on, "occasion": OCCASIONS[copy.occasion]}
        for place, copy in enumerate(found)
    ]


def _copy(record: Record, number: int) -> PlanCopy:
    found = copies_of(session(), record)
    if not 1 <= number <= len(found):
        raise NotFound(f"There is no copy {number} of the plan of {record.ref}. Its page lists those there are.")
    return found[len(found) - number]
