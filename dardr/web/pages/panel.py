"""The panel of a review on one page: its members, its quorum, the terms of reference, the agencies' returns."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.lookups.deadlines import running_of
from dardr.lookups.panel import Panel, ReturnLine, SeatLine, panel_of
from dardr.web.audience import actor, who
from dardr.web.pages.naming import Names, fields_by_name, names
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of
from workflows.processes.agency_return_1 import ACTIONS as OF_A_RETURN
from workflows.processes.agency_return_1 import OPENING as ASKED_OF_A_RETURN

pages = Blueprint("panel", __name__)

OF_THE_TERMS = (
    "scope_from",
    "scope_to",
    "scope_reason",
    "equality_plan",
    "family_consulted_on_terms",
    "parallel_plan",
)
"""What is shown of the terms of reference line by line; key lines and agencies are lists of their own."""


@pages.get("/reviews/<ref>/panel")
@who()
def panel(ref: str) -> ResponseReturnValue:
    """Who is on the panel, what it agreed to look at, and what agencies have sent it."""
    today = systime.london_date(systime.utc_now())
    found = panel_of(session(), actor(), ref, today)
    known = names(session(), found.record.partnership_id)
    approve = found.process.action("approve_terms")
    running = {row["ref"]: row for row in running_of(session(), actor(), ref, today)}
    return render_template(
        "panel/panel.html",
        found=found,
        record=found.record,
        process=found.process,
        stage=found.process.stage(found.record.stage),
        is_review=True,
        chair=found.facts.get("chair"),
        sitting=[_seat(line, known) for line in found.sitting],
        left=[_seat(line, known) for line in found.left],
        quorum=_quorum(found, known),
        terms=[
            {"label": asked.label, "value": known.answer(asked, found.facts[name])}
            for name in OF_THE_TERMS
            if (asked := field_of((approve,), name)) and found.facts.get(name)
        ],
        key_lines=found.facts.get("key_lines") or [],
        agencies=[known.body(key) for key in found.facts.get("agencies") or ()],
        drafts=found.facts.get("terms_drafts") or [],
        returns=[_return(line, running.get(line.record.ref)) for line in found.returns],
    )


def _seat(line: SeatLine, known: Names) -> dict[str, Any]:
    """One member in words."""
    facts, process = line.facts, line.seat.record.process
    questions = fields_by_name(workflows.get(process))

    def say(name: str) -> str:
        return known.answer(questions.get(name), facts[name]) if facts.get(name) else ""

    return {
        "ref": line.seat.record.ref,
        "body": line.seat.body_name,
        "post": facts.get("position") or "",
        "name": facts.get("member_name") or "",
        "brings": say("represents"),
        "independent": say("no_case_management"),
        "interests": facts.get("interests") or "",
        "signed_on": facts.get("confidentiality_signed_on"),
        "has_account": bool(line.seat.facts.get("account")),
        "substitute": _substitute(line) if line.seat.has_substitute else "",
        "left_on": line.seat.left_on(),
        "left_because": say("left_reason"),
        "taken_over_by": facts.get("taken_over_by") or "",
        "steps": line.steps,
        "label": line.seat.label,
    }


def _substitute(line: SeatLine) -> str:
    entry = (line.facts.get("substitutes") or [{}])[-1]
    said = " · ".join(str(entry[name]) for name in ("substitute_name", "substitute_post") if entry.get(name))
    return f"{said} (invited in their place)" if entry.get("invited") == "substitute" else said


def _quorum(found: Panel, known: Names) -> list[dict[str, str]]:
    asked = found.process.action("set_quorum")
    return [
        {"label": field.label, "value": known.answer(field, found.facts[field.name])}
        for field in asked.fields
        if found.facts.get(field.name) not in (None, "")
    ]


def _return(line: ReturnLine, row: dict[str, Any] | None) -> dict[str, Any]:
    """One return in words: what it is, where it stands, its running date."""
    quality = field_of(OF_A_RETURN, "quality")
    kind = field_of((ASKED_OF_A_RETURN,), "kind")
    return {
        "line": line,
        "kind": answer_words(kind, line.record.facts.get("kind")),
        "quality": answer_words(quality, line.quality) if line.quality else "",
        "row": row,
        "may_remind": line.may_remind and row is not None and bool(row["due"]),
    }
