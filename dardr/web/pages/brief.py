"""Brief me: one review, or the whole caseload, on paper, for a chief executive or a colleague who takes over."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record
from dardr.errors import NotFound
from dardr.lookups.briefs import briefs
from dardr.web.audience import actor, who
from dardr.web.transaction import session

pages = Blueprint("brief", __name__)


@pages.get("/reviews/<ref>/brief")
@who()
def of_review(ref: str) -> ResponseReturnValue:
    """One review on one page: where, why, next, risk, family."""
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so there is no brief of it.")
    now = systime.utc_now()
    (found,) = briefs(session(), actor(), systime.london_date(now), [ref])
    return render_template("brief/review.html", brief=found, now=now)


@pages.get("/brief")
@who()
def of_caseload() -> ResponseReturnValue:
    """Every review that has not ended, a few lines each, those with a date that has passed first."""
    now = systime.utc_now()
    found = briefs(session(), actor(), systime.london_date(now))
    found.sort(key=lambda brief: (not (brief.risks or brief.other_risks), brief.ref))
    return render_template(
        "brief/caseload.html", briefs=found, now=now, at_risk=sum(bool(b.risks or b.other_risks) for b in found)
    )
