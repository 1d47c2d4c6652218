"""More time in one tap: a date and a reason, on a page that says what is owed and until when."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.casework.act import take_action
from dardr.casework.more_time import runs
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.lookups.returns import more_time_of
from dardr.lookups.review import actions_of
from dardr.web import forms
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import commit, session, undo
from workflows.definition import AsksMoreTime
from workflows.processes.more_time import ASK

pages = Blueprint("more_time", __name__)


@pages.route("/records/<ref>/more-time", methods=["GET", "POST"])
@who(doors=BY_LINK)
def ask(ref: str) -> ResponseReturnValue:
    """Ask for more time for a return or an action that this person's organisation owes."""
    record = get_record(session(), actor(), ref)
    process = workflows.get(record.process)
    step = next((one for one in process.actions if one.key == ASK), None)
    if step is None:
        raise NotFound(f"More time is asked for returns and actions; {ref} is neither.")
    if not step.roles & roles_on(session(), actor(), record):
        raise Forbidden("More time is asked for by whoever owes it. The team agrees another date without being asked.")
    now = systime.utc_now()
    today = systime.london_date(now)
    reasons: Sequence[Reason] = ()
    status = 200
    if request.method == "POST":
        try:
            take_action(session(), actor(), now, ref, ASK, forms.given(step.fields, request.form, {}), today)
            commit()
        except (Conflict, Invalid) as error:
            undo()
            reasons, status = error.reasons, error.status
            record = get_record(session(), actor(), ref)
        else:
            flash("Asked. You hear by e-mail; until then the date stays as it is.", "done")
            return redirect(page_of(ref, record.process_key), 303)
    clocks = next(effect.clocks for effect in step.effects if isinstance(effect, AsksMoreTime))
    row = runs(session(), record, clocks)
    possible = actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)
    blocked = [why for one in possible if one["key"] == ASK for why in one["blocked"]]
    if not any(one["key"] == ASK for one in possible):
        blocked = [f"{process.stage(record.stage).label}: nothing is waited for here, so no time is needed."]
    shown = render_template(
        "more_time/ask.html",
        record=record,
        process=process,
        due=row.due_on if row else None,
        held=row is not None and row.due_on is None,
        label=process.clock(row.clock).label if row else process.noun.capitalize(),
        blocked=[] if reasons else blocked,
        before=more_time_of(record.facts),
        questions=forms.questions(step.fields, {}, request.form, forms.problems_by_field(reasons)),
        summary=[{"text": r.reason, "href": forms.anchor(step.fields, r.field)} for r in reasons],
        back=page_of(ref, record.process_key),
    )
    return shown, status
