"""The page on which the deciding chair signs off a report, or sends it back: what is signed, and what is missing."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.errors import Forbidden, NotFound
from dardr.lookups.deadlines import deadlines_of
from dardr.lookups.signing_off import SEND_BACK, SIGN, signing_off
from dardr.web.audience import actor, who
from dardr.web.pages.naming import names
from dardr.web.transaction import session
from dardr.web.words import field_of
from workflows.definition import Role
from workflows.processes.who import CHAIRING, DECIDERS

pages = Blueprint("signing_off", __name__)

READS = CHAIRING | DECIDERS | {Role.AUDITOR}
CLOCK = "overview_report"


@pages.get("/reviews/<ref>/sign-off")
@who(*sorted(READS))
def sign_off(ref: str) -> ResponseReturnValue:
    """What is signed off, every condition met or not, and who has signed."""
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so there is no report of it to sign off.")
    if not READS & roles_on(session(), actor(), record):
        raise Forbidden("The sign-off is for the deciding chair, the team and the independent chair.")
    today = systime.london_date(systime.utc_now())
    found = signing_off(session(), actor(), ref, today)
    known = names(session(), record.partnership_id)
    own = deadlines_of(session(), actor(), ref, today, with_items=False)
    assured = ""
    if found.assured:
        asked = field_of((found.process.action("record_steering_group_assurance"),), "assurance")
        assured = known.answer(asked, found.assured.get("assurance"))
    return render_template(
        "signing/sign_off.html",
        found=found,
        record=record,
        process=found.process,
        stage=found.process.stage(record.stage),
        is_review=True,
        deadline=next((d for d in own if d["clock"] == CLOCK and d["running"]), None),
        assured=assured,
        sign=found.process.action(SIGN),
        send_back=found.process.action(SEND_BACK),
    )
