"""Rounds of updates: the list, the days of the next, and one round with what each agency said."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import roles_on
from dardr.casework.update_rounds import days_for
from dardr.lookups.update_rounds import ROUND, one_round, rounds
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.transaction import session
from workflows.calendar import CannotCount
from workflows.definition import Role
from workflows.partial import parse_date
from workflows.processes.who import ASSURANCE

pages = Blueprint("update_rounds", __name__)

READERS = ASSURANCE | {Role.DECIDING_CHAIR, Role.AUDITOR}
STEPS = ("open_updates", "ask_more_agencies", "move_round", "close_updates", "call_off_updates")


@pages.get("/update-rounds")
@who(*READERS)
def all_rounds() -> ResponseReturnValue:
    """Every round, the latest meeting first; and for whoever may, the first question of a new one: the meeting."""
    opening = workflows.newest(ROUND).opening
    asked = request.args.get("meeting_on", "").strip()
    wrong = ""
    if asked and actor().partnership_id is not None:
        try:
            meeting = parse_date(asked)
            days = days_for(session(), actor().partnership_id or 0, meeting)
            return redirect(
                url_for(
                    "doing.open_new",
                    process_key=ROUND,
                    meeting_on=meeting.isoformat(),
                    opens_on=days.opens_on.isoformat(),
                    closes_on=days.closes_on.isoformat(),
                )
            )
        except (ValueError, CannotCount) as error:
            wrong = f"{error}"
    return render_template(
        "update_rounds/all.html",
        rounds=rounds(session(), actor()),
        may_plan=bool(opening.roles & actor().everywhere),
        asked=asked,
        wrong=wrong,
    )


@pages.get("/update-rounds/<ref>")
@who(*READERS)
def one(ref: str) -> ResponseReturnValue:
    """One round: each agency, what it said, and its open actions. Those not heard from come first."""
    record, asked = one_round(session(), actor(), ref)
    process = workflows.get(record.process)
    roles = roles_on(session(), actor(), record)
    return render_template(
        "update_rounds/one.html",
        **of_record(record),
        asked=asked,
        heard=sum(one.answered_on is not None for one in asked),
        waiting=sum(one.stage == "asked" for one in asked),
        today=systime.london_date(systime.utc_now()),
        steps=[
            (step.key, step.label)
            for step in (process.action(key) for key in STEPS)
            if record.stage in step.source and step.roles & roles
        ],
        confirms=bool(roles & workflows.newest("update-request").action("record_reply").roles),
    )
