"""The publication of a review on one page: what it waits for, who is told, on which day, where it stands since.

It changes nothing: it leads to the form of each step. Communications see here the part that is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.lookups.deadlines import deadlines_of
from dardr.lookups.deciding import partners_of
from dardr.lookups.publication import (
    BOARDS,
    DECIDING,
    HELD_BACK,
    ONLINE,
    PLANNING,
    TOLD_BY,
    Line,
    Publication,
    publication_of,
    review_of_line,
)
from dardr.web.audience import actor, who
from dardr.web.pages.naming import Names, names
from dardr.web.transaction import session
from dardr.web.words import day_words, field_of, instant_words
from workflows.processes.dardr_s9_1.gate import CLEARED_BY, CONDITIONS
from workflows.processes.dardr_s9_1.websites import Shown, Website

pages = Blueprint("publication", __name__)

NOTICE_STEPS = tuple(
    action.key
    for process in TOLD_BY
    for action in workflows.get(process).actions
    if action.keep_as is None and action.roles
)
STEPS = frozenset(
    {
        *(key for condition in CONDITIONS for key in condition.steps if key not in CLEARED_BY),
        *PLANNING, *ONLINE, *HELD_BACK, *NOTICE_STEPS, "publish", "decide_not_to_publish",
    }
)  # fmt: skip
"""The steps after which people come back to this page."""

CLOCKS = ("publish_after_clearance", "send_final_documents", "look_again_online", "look_again_not_published")
PLAN_ANSWERS = (
    ("record_communications_plan", "communications_plan"),
    ("record_communications_plan", "lines_to_take"),
    ("check_pre_election", "pre_election_day"),
    ("check_pre_election", "pre_election"),
    ("check_pre_election", "pre_election_dates"),
    ("check_pre_election", "pre_election_by"),
    ("check_pre_election", "pre_election_agreed_by"),
)
HELD_BACK_ANSWERS = (
    "not_published_reason",
    "not_published_reasons",
    "not_published_authorised_by",
    "home_office_consulted_on",
    "look_again_on",
)
SHOWN = {
    Shown.FULL: "Online in full",
    Shown.SUMMARY: "The executive summary only",
    Shown.NOTHING: "Taken down",
}
WHERE = {"home_office": "quality.home_office", "proceedings": "proceedings.proceedings"}
"""The pages on which conditions are met that no step of the review meets."""


@pages.get("/reviews/<ref>/publication")
@who()
def publication(ref: str) -> ResponseReturnValue:
    """How the publication of a review stands, and what is to be done next. A line of its plan leads to its review."""
    if review := review_of_line(session(), actor(), ref):
        return redirect(url_for("publication.publication", ref=review))
    today = systime.london_date(systime.utc_now())
    found = publication_of(session(), actor(), ref, today)
    known = names(session(), found.record.partnership_id)
    return render_template(
        "publication/publication.html",
        found=found,
        record=found.record,
        process=found.process,
        stage=found.process.stage(found.record.stage),
        where=WHERE,
        held_back=_held_back(found, known),
        published=_published(found, known),
        websites=[_website(site) for site in found.websites],
        family=[_line(line, known) for line in found.plan.family],
        others=[_line(line, known) for line in found.plan.others],
        embargo=instant_words(found.embargo) if found.embargo else "",
        embargo_stands=found.embargo is not None and found.embargo > systime.utc_now(),
        planned=_lines(found, known, PLAN_ANSWERS),
        deadlines=[
            row
            for row in deadlines_of(session(), actor(), ref, today, with_items=False)
            if row["running"] and row["clock"] in CLOCKS
        ],
        boards=[] if found.part else [one for one in partners_of(found.record.facts) if not one.left],
        steps={
            "deciding": found.of(DECIDING),
            "planning": found.of(PLANNING),
            "online": found.of(ONLINE),
            "held_back": found.of(HELD_BACK),
            "boards": found.of(BOARDS),
        },
        statement_use=_answer(found, known, "record_family_statement", "family_statement_use", found.statement_use),
    )


def _answer(found: Publication, known: Names, action: str, name: str, value: Any) -> str:
    asked = field_of((found.process.action(action),), name)
    return known.answer(asked, value) if asked is not None and value else ""


def _lines(found: Publication, known: Names, wanted: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    lines = []
    for action, name in wanted:
        asked = field_of((found.process.action(action),), name)
        if asked is not None and (said := _answer(found, known, action, name, found.facts.get(name))):
            lines.append({"label": asked.label, "value": said})
    return lines


def _held_back(found: Publication, known: Names) -> list[dict[str, str]]:
    """Why the report is not published; nothing where it is, or may still be."""
    last = found.history.get("decide_not_to_publish")
    later = [found.history[key].seq for key in ("publish", "publish_after_all") if key in found.history]
    if last is None or any(seq > last.seq for seq in later):
        return []
    said = _lines(found, known, tuple(("decide_not_to_publish", name) for name in HELD_BACK_ANSWERS))
    return [{"label": "Decided on", "value": day_words(last.occurred_on)}, *said]


def _published(found: Publication, known: Names) -> list[dict[str, str]]:
    if "publish" not in found.history:
        return []
    return _lines(found, known, tuple(("publish", name) for name in ("published_on", "redacted", "redaction_reason")))


def _website(site: Website) -> dict[str, Any]:
    said = ""
    if site.shown is not Shown.FULL:
        until = "for good" if site.for_good else f"until {day_words(site.until)}" if site.until else ""
        said = " ".join(part for part in (f"since {day_words(site.changed_on)}", until) if part)
    elif site.changed_on:
        said = f"put back {day_words(site.changed_on)}"
    return {"site": site, "shown": SHOWN[site.shown], "said": said}


def _line(line: Line, known: Names) -> dict[str, Any]:
    process = workflows.get("family-notice" if "branch" in line.facts else "publication-notice")
    actions = (process.opening, *process.actions)

    def said(name: str) -> str:
        asked = field_of(actions, name)
        return known.answer(asked, line.facts[name]) if asked is not None and line.facts.get(name) else ""

    told = line.stage == "told"
    how = [said("told_how"), said("told_by")] if told else [said("how"), said("by_whom")]
    notes: Mapping[str, str] = {name: said(name) for name in ("notice_note", "wishes", "content_note", "told_note")}
    return {
        "line": line,
        "whom": said("whom"),
        "how": ", ".join(part for part in how if part),
        "planned": "" if line.final else said("planned_on"),
        "why": said("not_told_because") if line.stage == "not_needed" else "",
        "notes": [note for note in notes.values() if note],
    }
