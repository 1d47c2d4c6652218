"""The page of a review's chair: who is asked, what they answer, who is chosen, what is agreed and paid."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.casework.doors import chairs_of
from dardr.casework.panel import of_this_chair
from dardr.errors import NotFound
from dardr.lookups.chairs import INVITATION
from dardr.lookups.commissioning import Invitation, commissioning_of
from dardr.lookups.records import linked
from dardr.web.audience import actor, who
from dardr.web.pages.naming import Line, Names, entry_lines, names
from dardr.web.transaction import session
from dardr.web.words import field_of
from workflows.definition import Process
from workflows.processes.who import CONTRACT

pages = Blueprint("commissioning", __name__)

STEPS = (
    "record_interest", "record_quote", "record_conflict_check", "choose_chair", "record_contract", "manage_conflict",
    "manage_conflict_before_contract", "record_payment", "plan_payment", "strike_out_payment", "change_reply_date",
    "record_declined", "record_not_chosen", "take_up_again", "record_late_conflict", "complete_appointment",
    "end_appointment",
)  # fmt: skip
"""What can be recorded of an invitation, in the order in which it is usually done."""
PAYS = ("plan_payment", "record_payment")
AGREED = (
    "contract_dated", "contract_kept_at", "data_protection", "data_protection_kept_at", "contract_pounds",
    "late_conflict_managed_how", "deciding_chair_agreed_on", "deciding_chair_agreed_where",
    "appointment_ended_because", "appointment_ended_note", "still_to_pay",
)  # fmt: skip
SAID = ("what_was_asked", "interest_note", "quote_covers", "quote_kept_at", "declined_because", "not_chosen_because",
        "chosen_because")  # fmt: skip


@pages.get("/reviews/<ref>/commissioning")
@who(*CONTRACT)
def commissioning(ref: str) -> ResponseReturnValue:
    """Since when a review waits for a chair, each invitation side by side, contract, payments, costs, feedback."""
    record = get_record(session(), actor(), ref)
    if record.process_key == INVITATION:
        review = next((other for way, _, other in linked(session(), actor(), record) if way == "serves"), None)
        if review is not None:
            return redirect(url_for("commissioning.commissioning", ref=review.ref))
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so no chair is appointed to it.")
    if not roles_on(session(), actor(), record) & CONTRACT:
        raise NotFound(f"How the chair of {ref} was found is for the team, the deciding chair and the auditor.")
    today = systime.london_date(systime.utc_now())
    found = commissioning_of(session(), actor(), ref, today)
    known = names(session(), record.partnership_id)
    invited = [_shown(one, known) for one in found.invitations]
    feedback = found.process.action("record_feedback")
    return render_template(
        "commissioning/commissioning.html",
        found=found,
        record=record,
        process=found.process,
        stage=found.process.stage(record.stage),
        is_review=True,
        invited=invited,
        chaired=bool(chairs_of(session(), record)),
        conflict=next((one for one in invited if one["one"].stage.key == "conflict_found"), None),
        appointment=_lines(found.process, of_this_chair(session(), record, found.facts), APPOINTMENT, known),
        total=sum(cost.pounds for cost in found.costs),
        perhaps_twice={"chair", "payment"} <= {cost.kind for cost in found.costs},
        feedback=[
            (entry.get("on"), entry_lines(feedback, entry, known)) for entry in found.facts.get("feedback") or ()
        ],
    )


APPOINTMENT = ("chair_independence", "chair_conflicts", "chair_trained", "chair_is_author", "author",
               "appointment_letter", "chair_fee")  # fmt: skip


def _lines(process: Process, facts: Any, wanted: tuple[str, ...], known: Names) -> list[Line]:
    """The answers to these questions of a process, in this order, where they were given."""
    found = []
    for name in wanted:
        asked = field_of((process.opening, *process.actions), name)
        if asked is not None and facts.get(name) not in (None, "", []):
            found.append(Line(asked.label, known.answer(asked, facts[name])))
    return found


def _shown(one: Invitation, known: Names) -> dict[str, Any]:
    """One invitation in words."""
    process, facts = workflows.get(one.record.process), one.facts
    outcome = field_of((process.action("record_conflict_check"),), "conflict_outcome")
    steps = {step["key"]: step for step in one.steps}
    shown = [steps[key] for key in STEPS if key in steps]
    late = process.action("record_late_conflict")
    return {
        "one": one,
        "conflict": known.answer(outcome, facts["conflict_outcome"]) if facts.get("conflict_outcome") else "",
        "interests": interest_words(one.overlaps, known),
        "said": _lines(process, facts, SAID, known),
        "agreed": _lines(process, facts, AGREED, known),
        "late": [(entry.get("on"), entry_lines(late, entry, known)) for entry in facts.get("late_conflicts") or ()],
        "leading": [step for step in shown if _leads(step)],
        "others": [step for step in shown if not _leads(step)],
    }


def _leads(step: dict[str, Any]) -> bool:
    """Whether a step is shown first: one that leads on, or pays, and is possible now."""
    return not step["blocked"] and (step["main"] or step["key"] in PAYS)


def interest_words(entries: list[dict[str, Any]], known: Names) -> list[str]:
    """Interests in words: ``Worked for it: Mereshire NHS Trust, until 2024``."""
    add = workflows.newest("chair").action("add_chair_interest")
    found = []
    for entry in entries:
        what = known.answer(field_of((add,), "interest"), entry.get("interest"))
        bodies = ", ".join(known.body(key) for key in entry.get("bodies") or ())
        until = (
            known.answer(field_of((add,), "interest_until"), entry["interest_until"])
            if entry.get("interest_until")
            else ""
        )
        note = f". {entry['interest_note']}" if entry.get("interest_note") else ""
        found.append(f"{what}: {bodies}{f', until {until}' if until else ', still'}{note}")
    return found
