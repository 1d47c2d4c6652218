"""The family's questions on paper: all of them for panel and chair, without who asked; one branch's, with
what it said of the report, for its reading."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.casework.read_log import note_read
from dardr.errors import NotFound
from dardr.lookups.family import before_contact, find_branch, find_family
from dardr.lookups.family_entries import comments, words_of
from dardr.lookups.family_questions import Question, questions_of
from dardr.storage.reviews import Record
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.transaction import database, session
from workflows.processes.who import FAMILY_NOTES

pages = Blueprint("family_questions", __name__)


@pages.get("/reviews/<ref>/family/questions")
@who(*FAMILY_NOTES)
def register(ref: str) -> ResponseReturnValue:
    """Every question of a review's family, for the panel and the chair: nothing says who asked which."""
    record = find_family(session(), actor(), ref)
    note_read(database(), systime.utc_now(), actor(), "family", record.id, "questions of the family")
    return _page(record, questions_of(session(), actor(), record), "")


@pages.get("/reviews/<ref>/family/<branch>/questions")
@who(*FAMILY_NOTES)
def for_reading(ref: str, branch: str) -> ResponseReturnValue:
    """What one branch asked and said of the report, and what became of it, for a reading visit: nobody else's."""
    record = find_family(session(), actor(), ref)
    reading, review = find_branch(session(), actor(), branch)
    if review.id != record.id:
        raise NotFound(f"There is no branch of the family of {ref} with the reference {branch}.")
    found = questions_of(session(), actor(), record, branch)
    note_read(database(), systime.utc_now(), actor(), "family", record.id, f"questions of {branch}")
    said = comments(workflows.get(reading.process), reading.facts, words_of(session(), reading))
    today = systime.london_date(systime.utc_now())
    return _page(record, found, branch, comments=said, before=before_contact(session(), actor(), reading, today))


def _page(record: Record, found: list[Question], branch: str, **more: Any) -> str:
    return render_template(
        "family_questions/register.html",
        **of_record(record),
        questions=found,
        waiting=sum(not question.final for question in found),
        branch=branch,
        **more,
    )
