"""All returns to one review at a glance: where each stands, by when, on whose behalf, signed or not, how good."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.casework.documents.agency import build_request
from dardr.errors import NotFound
from dardr.lookups.deadlines import deadlines_of
from dardr.lookups.returns import Line, returns_of
from dardr.lookups.review import actions_of
from dardr.web.audience import actor, who
from dardr.web.pages.documents import download
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
    process = workflows.get(record.process)
    today = systime.london_date(systime.utc_now())
    running = {row["ref"]: row for row in reversed(deadlines_of(session(), actor(), ref, today)) if row["running"]}
    found = returns_of(session(), actor(), record, running, today)
    possible = actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)
    return render_template(
        "return/of_review.html",
        record=record,
        process=process,
        stage=process.stage(record.stage),
        is_review=True,
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
