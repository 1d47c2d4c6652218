"""The decision page of a review: scoping, criteria and advice, the people's decision, what follows, other boards."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record
from dardr.casework.documents import documents_of
from dardr.errors import NotFound
from dardr.lookups.deadlines import deadlines_of
from dardr.lookups.deciding import FOR_A_REVIEW, Deciding, deciding
from dardr.web.audience import actor, who
from dardr.web.pages.documents import FORMAT_WORDS
from dardr.web.pages.naming import Names, names
from dardr.web.transaction import session
from dardr.web.words import field_of
from workflows.definition import Action

pages = Blueprint("deciding", __name__)

RECORDED = (
    "decision_reasons",
    "criteria_limb",
    "joint_with",
    "other_review",
    "decided_by",
    "decision_evidence",
    "consulted",
    "dissent",
    "local_csp_told",
    "family_view",
    "alternative_learning",
)
"""What is shown of a decision, in this order, where it was answered."""
DECIDED = {
    "decide_review": "A review will be held",
    "decide_joint_review": "A joint review will be held",
    "decide_no_review": "No review will be held",
    "decide_other_review": "Another review is held instead",
}
RETURN_SAYS = ("known", "known_people", "first_contact", "last_contact", "review_needed", "records_secured")
CLOCK = "decide_review"


@pages.get("/reviews/<ref>/decision")
@who()
def decision(ref: str) -> ResponseReturnValue:
    """How the question of a review stands, and the next thing to do about it."""
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so there is no decision to make about one.")
    today = systime.london_date(systime.utc_now())
    found = deciding(session(), actor(), ref, today)
    known = names(session(), record.partnership_id)
    own = deadlines_of(session(), actor(), ref, today, with_items=False)
    notice = [d for d in documents_of(session(), actor(), ref) if d.name == "decision_notice"]
    return render_template(
        "deciding/decision.html",
        found=found,
        record=record,
        process=found.process,
        stage=found.process.stage(record.stage),
        is_review=True,
        deadline=next((d for d in own if d["clock"] == CLOCK), None),
        answers=[{"label": f.label, "value": known.answer(f, value)} for f, value in found.answered],
        decided=_decided(found, known),
        held=found.decision in FOR_A_REVIEW,
        outcome=DECIDED.get(found.decision or "", ""),
        said=[_said(one, known) for one in found.said],
        meetings=[{**m, "present": _answer(found, known, "record_core_group", "present", m)} for m in found.meetings],
        partners=[_partner(p, found, known) for p in found.partners],
        notice=notice[0] if notice else None,
        formats=FORMAT_WORDS,
        comply_by=record.facts.get("comply_by"),
    )


def _answer(found: Deciding, known: Names, action: str, name: str, entry: Any) -> str:
    asked = field_of((found.process.action(action),), name)
    return known.answer(asked, entry.get(name)) if entry and entry.get(name) else ""


def _decided(found: Deciding, known: Names) -> list[dict[str, str]]:
    if found.decision is None:
        return []
    action: Action = found.process.action(found.decision)
    facts = found.record.facts
    lines = []
    for name in RECORDED:
        asked = field_of((action,), name)
        if asked is not None and facts.get(name):
            lines.append({"label": asked.label, "value": known.answer(asked, facts[name])})
    return lines


def _said(one: Any, known: Names) -> dict[str, Any]:
    returned = workflows.get("agency-return").action("receive_return")
    lines = []
    for name in RETURN_SAYS:
        asked = field_of((returned,), name)
        if asked is not None and one.facts.get(name):
            lines.append({"label": asked.label, "value": known.answer(asked, one.facts[name])})
    return {"one": one, "lines": lines, "early": one.facts.get("early_learning"), "view": one.facts.get("own_view")}


def _partner(partner: Any, found: Deciding, known: Names) -> dict[str, Any]:
    def say(action: str, name: str, entry: Any) -> str:
        return _answer(found, known, action, name, entry)

    return {
        "name": partner.entry["partner"],
        "duty": say("record_partner", "partner_duty", partner.entry),
        "leads": say("record_partner", "partner_leads", partner.entry),
        "reference": partner.entry.get("partner_reference", ""),
        "decision": say("record_partner_decision", "partner_outcome", partner.decision),
        "decided_on": partner.decision["on"] if partner.decision else None,
        "sign_off": partner.sign_off,
        "published_at": (partner.publication or {}).get("partner_published_at"),
        "not_published": (partner.publication or {}).get("partner_not_published"),
        "left": partner.left,
    }
