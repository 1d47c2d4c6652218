"""Recommendations: those of a review as a register, and one with its wordings, the answers to it and its actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import workflows
from dardr import systime
from dardr.access import get_record, roles_on, visible
from dardr.actors import Actor
from dardr.errors import NotFound
from dardr.lookups.agency import family
from dardr.lookups.recommendation_choices import RECOMMENDATION
from dardr.lookups.recommendations import (
    RecommendationFilter,
    ToAnswer,
    of_review,
    one_recommendation,
    records_of,
    to_answer,
)
from dardr.lookups.review import actions_of
from dardr.lookups.similar import similar
from dardr.storage.bodies import Body
from dardr.storage.reviews import Record
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.frame import of_record, page_of
from dardr.web.pages.naming import entry_lines, names
from dardr.web.transaction import session
from dardr.web.words import day_words
from workflows.processes.recommendation_1.wording import SCOPES, THEMES
from workflows.rag import COLOUR_LABELS

pages = Blueprint("recommendations", __name__)

ADD, ADD_ACTION, LOOK = "add_recommendation", "add_action", "record_plan_review"
STEPS = (
    "change_recommendation", "make_recommendation", "take_out", "respond", "send_to_department", "record_acknowledged",
    "ask_department", "record_department_reply", "wait_no_more", "record_rec_not_accepted", "supersede_recommendation",
    "reopen_recommendation",
)  # fmt: skip
"""Steps of a recommendation after which its own page is shown."""
OF_THE_DEPARTMENT = {
    "send_to_department": "Sent to the department",
    "record_acknowledged": "Acknowledged",
    "ask_department": "Asked how it stands",
    "record_department_reply": "Answered",
    "wait_no_more": "Not waited for any more",
}
"""What is done with a national recommendation, and how it is told once it is done."""


def _today() -> date:
    return systime.london_date(systime.utc_now())


def review_of(ref: str) -> Record:
    """The review of that reference, for a page of its plan. Raises NotFound for a record that is none."""
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so it has no plan of its own.")
    return record


@pages.get("/reviews/<ref>/recommendations")
@who()
def of_one_review(ref: str) -> ResponseReturnValue:
    """The recommendations of a review by number, each with who answered how, and the actions that carry it out."""
    record, today = get_record(session(), actor(), ref), _today()
    if record.process_key not in workflows.REVIEW_KEYS:
        return redirect(page_of(ref, record.process_key))  # other records keep recommendations of their own as a list
    asked = _asked()
    every = of_review(session(), actor(), record, today)
    shown = [row for row in every if asked.wants(row)]
    possible = {a["key"]: a for a in actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)}
    return render_template(
        "recommendation/register.html",
        **of_record(record),
        rows=shown,
        total=len(every),
        awaited=sum(bool(row.awaited) for row in every),
        bare=sum(row.without_action for row in every),
        asked=asked,
        rag_colours=COLOUR_LABELS,
        stages={
            s.key: s.label for s in workflows.newest(RECOMMENDATION).stages if any(r.stage == s.key for r in every)
        },
        scopes=dict(SCOPES),
        themes=dict(THEMES),
        steps=[possible[key] for key in (ADD, ADD_ACTION, LOOK) if key in possible],
    )


def _asked() -> RecommendationFilter:
    """What the address asks for; what it cannot mean is left out."""
    given = request.args
    stages = {stage.key for stage in workflows.newest(RECOMMENDATION).stages}

    def one(name: str, known: set[str]) -> str:
        return given.get(name, "") if given.get(name) in known else ""

    return RecommendationFilter(
        text=given.get("text", "")[:100],
        stage=one("stage", stages),
        scope=one("scope", {key for key, _ in SCOPES}),
        theme=one("theme", {key for key, _ in THEMES}),
        unanswered=given.get("unanswered") == "yes",
        without_action=given.get("bare") == "yes",
    )


@pages.get("/records/<ref>/recommendation")
@who(doors=BY_LINK)
def recommendation(ref: str) -> ResponseReturnValue:
    """One recommendation. An agency that it concerns sees the wording, its own answer and its own actions."""
    record, today = get_record(session(), actor(), ref, in_part=True), _today()
    if record.process_key != RECOMMENDATION:
        abort(404)
    found = one_recommendation(session(), actor(), record, today)
    return render_template(
        "recommendation/one.html",
        **of_record(record),
        found=found,
        row=found.row,
        rag_colours=COLOUR_LABELS,
        department=_with_department(record) if found.whole else [],
        ended=_how_it_ended(record) if found.whole else "",
        steps=[
            step
            for step in actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)
            if found.row.scope == "national" or step["key"] not in OF_THE_DEPARTMENT
        ],
        add_action=_may_add_action(found.reviews),
        said_before=similar(session(), actor(), found.row.text, but=ref) if found.whole else [],
        leading=("respond", *OF_THE_DEPARTMENT, "make_recommendation", "change_recommendation"),
    )


def _may_add_action(reviews: Sequence[Record]) -> Record | None:
    """The review on whose plan this person may put an action now that answers the recommendation."""
    for review in reviews:
        action = workflows.get(review.process).action(ADD_ACTION)
        if review.stage in action.source and action.roles & roles_on(session(), actor(), review):
            return review
    return None


def suggested_action(one: Session, asking: Actor, record: Record) -> dict[str, str | list[str]]:
    """What the form of an action holds already that was opened from a recommendation's page."""
    ref = request.args.get("answers", "")
    found = next((row for row in records_of(one, record, visible(asking)) if row.ref == ref), None)
    if found is None:
        return {}
    scope, themes = str(found.facts.get("scope") or ""), found.facts.get("themes") or []
    return {"recommendations": [ref], "scope": scope, "theme": str(themes[0]) if themes else ""}


@pages.app_template_global("recommendations_to_answer")
def recommendations_to_answer(body: Body) -> list[ToAnswer]:
    """What the page of an organisation asks it to answer."""
    return to_answer(session(), actor(), family(session(), body), _today())


def _with_department(record: Record) -> list[dict[str, Any]]:
    """What was sent to the department and what came back, oldest first; the questions to it as they were kept."""
    process, known = workflows.get(record.process), names(session(), record.partnership_id)
    done: dict[str, Any] = record.facts.get("_done") or {}
    found: list[tuple[int, dict[str, Any]]] = []
    for key, label in OF_THE_DEPARTMENT.items():
        action = process.action(key)
        if action.keep_as:
            found += [
                (entry["seq"], {"label": label, "on": day_words(entry["on"]),
                                "lines": entry_lines(action, entry, known)})
                for entry in record.facts.get(action.keep_as) or ()
            ]  # fmt: skip
        elif key in done:
            seq, _, on = done[key]
            said = {f.name: record.facts[f.name] for f in action.fields if record.facts.get(f.name)}
            lines = entry_lines(action, said, known)
            found.append((seq, {"label": label, "on": day_words(on), "lines": lines}))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _how_it_ended(record: Record) -> str:
    """Why nothing is done about it, or what took its place, in the words recorded."""
    if record.stage == "not_accepted":
        return f"{record.facts.get('rec_not_accepted_reason', '')} ({record.facts.get('rec_not_accepted_minute', '')})"
    if record.stage == "superseded":
        return f"Its place was taken by {record.facts.get('rec_superseded_by', '')}."
    return ""
