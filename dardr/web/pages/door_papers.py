"""The papers of a review for a chair who came by a link: fetched one by one to be read in Word, and handed in again."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.actors import Purpose
from dardr.casework.documents import build, documents_of
from dardr.lookups.chair_papers import paper_file, papers_of
from dardr.web.audience import actor, who
from dardr.web.pages.documents import download
from dardr.web.pages.doors import own_review
from dardr.web.pages.files import given_out
from dardr.web.pages.naming import names
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of
from workflows.definition import Role
from workflows.processes.agency_return_1 import OPENING as ASKED_OF_A_RETURN

pages = Blueprint("door_papers", __name__)

OUTLINE = "report_outline"


@pages.get("/door/review/papers")
@who(Role.INDEPENDENT_CHAIR, doors=(Purpose.CHAIR,))
def papers() -> ResponseReturnValue:
    """Terms of reference, returns, meetings and documents of one review for its chair."""
    record = own_review()
    today = systime.london_date(systime.utc_now())
    process = workflows.get(record.process)
    known = names(session(), record.partnership_id)
    kind = field_of((ASKED_OF_A_RETURN,), "kind")
    found = papers_of(session(), actor(), record, today)
    return render_template(
        "door/papers.html",
        record=record,
        stage=process.stage(record.stage),
        found=found,
        kinds={one.line.record.ref: answer_words(kind, one.line.record.facts.get("kind")) for one in found.returns},
        scope=[record.facts.get(name) for name in ("scope_from", "scope_to")],
        key_lines=record.facts.get("key_lines") or [],
        agencies=[known.body(key) for key in record.facts.get("agencies") or ()],
        outline=next((one for one in documents_of(session(), actor(), record.ref) if one.name == OUTLINE), None),
    )


@pages.get("/door/review/papers/<ref>/files/<int:number>")
@who(Role.INDEPENDENT_CHAIR, doors=(Purpose.CHAIR,))
def paper(ref: str, number: int) -> ResponseReturnValue:
    """One file of the papers, to save. Who opened it is logged before it is given out. Raises NotFound."""
    today = systime.london_date(systime.utc_now())
    return given_out(*paper_file(session(), actor(), own_review(), ref, number, today))


@pages.get("/door/review/outline.docx")
@who(Role.INDEPENDENT_CHAIR, doors=(Purpose.CHAIR,))
def outline() -> ResponseReturnValue:
    """The outline of the overview report, with what the record holds."""
    record = own_review()
    made = build(session(), actor(), systime.utc_now(), OUTLINE, record.ref, "docx")
    return download(made, f"{record.ref}-report-outline", "docx")
