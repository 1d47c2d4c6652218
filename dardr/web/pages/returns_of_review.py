"""All returns to one review at a glance: where each stands, by when, on whose behalf, signed or not, how good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.actors import Actor
from dardr.casework.documents.agency import build_request
from dardr.errors import NotFound
from dardr.lookups.deadlines import running_of
from dardr.lookups.records import visible_items
from dardr.lookups.returns import Line, returns_of, suggestions_of
from dardr.lookups.review import actions_of
from dardr.storage.reviews import Record
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.pages.documents import download
from dardr.web.pages.recommendations import suggested_action
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of
from workflows.definition import Role
from workflows.processes.agency_return_1 import ACTIONS, OPENING
from workflows.processes.who import CHAIRING

pages = Blueprint("returns_of_review", __name__)

ASKS = ("request_information", "request_returns")
"""The steps of a review that ask several bodies at once."""


@pages.get("/reviews/<ref>/agencies")
@who()
def agencies(ref: str) -> ResponseReturnValue:
    """The returns of a review, those for the decision and those for the review itself."""
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so no agency is asked for a return to it.")
    today = systime.london_date(systime.utc_now())
    running = {row["ref"]: row for row in reversed(running_of(session(), actor(), ref, today))}
    found = returns_of(session(), actor(), record, running, today)
    possible = actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)
    return render_template(
        "return/of_review.html",
        **of_record(record),
        found=found,
        groups=[
            (title, key, [_row(line) for line in lines])
            for title, key, lines in (
                ("For the review", "review", found.for_review),
                ("For the decision", "decision", found.for_decision),
            )
            if lines
        ],
        asks=[one for key in ASKS for one in possible if one["key"] == key],
        sees_all=roles_on(session(), actor(), record) != {Role.PANEL_MEMBER},
    )


def _row(line: Line) -> dict[str, Any]:
    quality, kind = field_of(ACTIONS, "quality"), field_of((OPENING,), "kind")
    return {
        "line": line,
        "kind": answer_words(kind, line.record.facts.get("kind")),
        "quality": answer_words(quality, line.quality) if line.quality else "",
    }


@pages.get("/returns/<ref>/request.docx")
@who(*CHAIRING)
def letter(ref: str) -> ResponseReturnValue:
    """The letter that asks for one return, for a person to read, change and send."""
    return download(build_request(session(), actor(), systime.utc_now(), ref), f"{ref}-request", "docx")


# --- what a body proposes, put on the plan --------------------------------------------------------------------


def proposed_action(one: Session, asking: Actor, record: Record) -> dict[str, str | list[str]]:
    """What the form of an action holds that was opened from a body's own proposal, or from a recommendation."""
    found = _proposed(one, asking, record)
    if found is None:
        return suggested_action(one, asking, record)
    body, said = found
    year, month, day = str(said["suggested_by"]).split("-")
    return {
        "action_text": str(said["suggested_action"]),
        "recommendation": str(said["suggested_recommendation"]),
        "lead_body": body,
        "plan_source": "agency",
        "outcome_measure": str(said["suggested_measure"]),
        "target_date-day": str(int(day)),
        "target_date-month": str(int(month)),
        "target_date-year": year,
    }


def proposed_recommendation(one: Session, asking: Actor, record: Record) -> dict[str, str | list[str]]:
    """What the form of a recommendation holds that was opened from a body's own proposal."""
    found = _proposed(one, asking, record)
    if found is None:
        return {}
    body, said = found
    return {
        "recommendation_text": str(said["suggested_recommendation"]),
        "rec_source": "agency",
        "scope": "local",
        "addressees": [body],
    }


def _proposed(one: Session, asking: Actor, record: Record) -> tuple[str, Mapping[str, Any]] | None:
    """The proposal that the address names: of a return to this review that this person sees."""
    ref, number = request.args.get("of", ""), request.args.get("suggestion", "")
    item = next((i for i in visible_items(one, asking, record) if ref and i.ref == ref), None)
    if item is None:
        return None
    said = next((s for s in suggestions_of(item.facts) if str(s.get("suggestion")) == number), None)
    return (str(item.facts.get("body") or ""), said) if said is not None else None
