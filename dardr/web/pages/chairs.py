"""The register of independent chairs: who is on it, and one chair with training, interests, reviews and feedback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import roles_on
from dardr.errors import NotFound
from dardr.lookups.chair_register import SHOWN, Listed, feedback_on_reviews, register
from dardr.lookups.review import actions_of
from dardr.web.audience import actor, who
from dardr.web.pages.commissioning import interest_words
from dardr.web.pages.naming import entry_lines, facts_lines, names
from dardr.web.transaction import session
from dardr.web.words import answer_words, field_of
from workflows.processes.chair_1 import RATINGS
from workflows.processes.who import CASEWORK, CONTRACT

pages = Blueprint("chairs", __name__)

STEPS = (
    "record_chair_training", "add_chair_interest", "change_chair_details", "record_chair_feedback", "pause_chair",
    "list_chair_again", "take_chair_off",
)  # fmt: skip
"""What can be recorded of a chair, in the order of the page."""


@pages.get("/chairs")
@who(*CONTRACT)
def all_chairs() -> ResponseReturnValue:
    """The register, filtered by whether somebody takes reviews or has one now, and what was said of reviews."""
    shown = request.args.get("show", "listed")
    shown = shown if shown in SHOWN else "listed"
    process = workflows.newest("chair")
    known = names(session(), actor().partnership_id)
    return render_template(
        "chair/register.html",
        rows=[_row(one, known) for one in register(session(), actor(), shown)],
        shown=shown,
        choices=SHOWN,
        may_add=bool(process.opening.roles & actor().everywhere & CASEWORK),
        adding=process.opening.label,
        adding_url=url_for("doing.open_new", process_key="chair"),
        feedback=feedback_on_reviews(session(), actor()),
    )


@pages.get("/chairs/<ref>")
@who(*CONTRACT)
def one_chair(ref: str) -> ResponseReturnValue:
    """One chair: what is known, interests, the reviews they were asked to chair, what was said of their work."""
    found = next(iter(register(session(), actor(), "all", only=ref)), None)
    if found is None:
        raise NotFound(f"There is no chair {ref} on the register, or it is not yours to see. Check the reference.")
    record = found.record
    process = workflows.get(record.process)
    known = names(session(), record.partnership_id)
    today = systime.london_date(systime.utc_now())
    possible = {a["key"]: a for a in actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)}
    said = process.action("record_chair_feedback")
    return render_template(
        "chair/chair.html",
        found=found,
        record=record,
        process=process,
        stage=found.stage,
        lines=[
            line for notable in (True, False) for line in facts_lines(process, record.facts, known, notable=notable)
        ],
        interests=interest_words(record.facts.get("interests") or [], known),
        ratings=rating_words(found),
        feedback=[
            (entry.get("on"), entry.get("about_review"), entry_lines(said, _without_review(entry), known))
            for entry in reversed(record.facts.get("chair_feedback") or [])
        ],
        steps=[possible[key] for key in STEPS if key in possible],
        may_change=bool(roles_on(session(), actor(), record) & CASEWORK),
    )


def _without_review(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of feedback without the review, which its heading names."""
    return {name: value for name, value in entry.items() if name != "about_review"}


def _row(one: Listed, known: Any) -> dict[str, Any]:
    facts, process = one.record.facts, workflows.get(one.record.process)
    trained, trained_on = (field_of((process.opening,), name) for name in ("home_office_training", "trained_on"))
    bodies = dict.fromkeys(key for entry in facts.get("interests") or () for key in entry.get("bodies") or ())
    return {
        "one": one,
        "trained": answer_words(trained, facts.get("home_office_training")),
        "trained_on": known.answer(trained_on, facts["trained_on"]) if facts.get("trained_on") else "",
        "bodies": [known.body(key) for key in bodies],
        "declared": facts.get("interests_declared"),
        "fee": facts.get("usual_fee"),
        "available": facts.get("availability"),
        "ratings": rating_words(one),
    }


def rating_words(one: Listed) -> list[tuple[str, str]]:
    """What was said of a chair's work: the question, and how often each answer was given, the best first."""
    asked = workflows.newest("chair").action("record_chair_feedback").fields
    return [
        (question.label, _counted(one.ratings[question.name])) for question in asked if question.name in one.ratings
    ]


def _counted(given: Counter[str]) -> str:
    return ", ".join(f"{label.lower()}: {given[value]}" for value, label in RATINGS if given[value])
