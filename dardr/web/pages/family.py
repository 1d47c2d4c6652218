"""The family of one review: each branch by itself, what keeps them safe first. Restricted, and every view is kept."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

import workflows
from dardr import systime
from dardr.casework import drafts
from dardr.casework.documents.family import build_letter
from dardr.casework.open_record import open_record
from dardr.casework.read_log import note_read
from dardr.errors import Conflict, Invalid, Reason
from dardr.lookups.family import BRANCH, Branch, branches_of, find_branch, find_family, read_branch
from dardr.lookups.family_questions import questions_of
from dardr.lookups.identities import Known, read_identities
from dardr.lookups.name_used import name_used
from dardr.lookups.review import actions_of
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.pages.documents import download
from dardr.web.pages.naming import Names, names
from dardr.web.transaction import commit, database, session, undo
from workflows import answers as reading
from workflows.definition import Process
from workflows.processes.family_branch_1.contact import WHO_THEY_ARE
from workflows.processes.who import FAMILY_NOTES

pages = Blueprint("family", __name__)

READ = "family"
"""Under what a reading of these pages is kept in the log."""
WHO = tuple(field.name for field in WHO_THEY_ARE)
HOW_THEY_SPEAK = "record_how_to_speak"


@pages.get("/reviews/<ref>/family")
@who(*FAMILY_NOTES)
def family(ref: str) -> ResponseReturnValue:
    """Every branch of the family of a review, one card each."""
    review = find_family(session(), actor(), ref)
    records = branches_of(session(), actor(), review)
    if records:
        _note(review, "page of the family")
    today = systime.london_date(systime.utc_now())
    known = names(session(), review.partnership_id)
    return render_template(
        "family/family.html",
        **of_record(review),
        cards=[_card(read_branch(session(), actor(), one, review, today), known) for one in records],
        spoken=_spoken(review, known) if records else [],
        name_used=name_used(session(), review),
        opening=workflows.newest(BRANCH).opening.label,
    )


@pages.get("/family/<ref>")
@who(*FAMILY_NOTES)
def branch(ref: str) -> ResponseReturnValue:
    """One branch alone, on screen and on paper: nothing of any other is on it."""
    record, review = find_branch(session(), actor(), ref)
    _note(review, f"one branch ({record.ref.rpartition('-')[2]})")
    today = systime.london_date(systime.utc_now())
    known = names(session(), review.partnership_id)
    card = _card(read_branch(session(), actor(), record, review, today), known)
    steps = actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)
    return render_template(
        "family/branch.html",
        card=card,
        spoken=_spoken(review, known),
        questions=questions_of(session(), actor(), review, record.ref),
        record=record,
        review=review,
        all_steps=steps,
        steps={step["key"]: step for step in steps},
    )


@pages.get("/family/<ref>/letters/<int:number>.docx")
@who(*FAMILY_NOTES)
def letter(ref: str, number: int) -> ResponseReturnValue:
    """One letter that was prepared, as a Word file. Its name holds the reference only."""
    record, review = find_branch(session(), actor(), ref)
    _note(review, f"letter {number} to one branch ({record.ref.rpartition('-')[2]})")
    content = build_letter(session(), actor(), systime.utc_now(), record, review, number)
    return download(content, f"{ref}-letter-{number}", "docx")


def _note(review: Record, detail: str) -> None:
    note_read(database(), systime.utc_now(), actor(), READ, review.id, detail)


def _card(found: Branch, words: Names) -> dict[str, Any]:
    """One branch as its card shows it: answers of the identity store in words, what is in force before the rest."""
    lines = {one.field.name: _line(one, words) for one in found.identities.facts}
    return {
        "branch": found,
        "who": [lines[name] for name in WHO if name in lines],
        "advocate_contact": lines.get("advocate_contact"),
        "wish_words": lines.get("wish_words"),
    }


def _spoken(review: Record, words: Names) -> list[dict[str, Any]]:
    """How the family speaks of the person who died: for whoever telephones."""
    asked = [field.name for field in workflows.get(review.process).action(HOW_THEY_SPEAK).fields]
    return [_line(one, words) for one in read_identities(session(), review).facts if one.field.name in asked]


def _line(known: Known, words: Names) -> dict[str, Any]:
    return {
        "label": known.field.label,
        "value": words.answer(known.field, known.latest.value),
        "on": known.latest.occurred_on,
        "by": known.latest.by,
        "before": [
            {"value": words.answer(known.field, said.value), "by": said.by, "on": said.occurred_on}
            for said in known.answers[1:]
        ],
    }


# --- adding a branch --------------------------------------------------------------------------------------


@pages.route("/reviews/<ref>/family/add", methods=["GET", "POST"])
@who(*FAMILY_NOTES)
def add(ref: str) -> ResponseReturnValue:
    """The page that adds a branch to the family of a review."""
    review = find_family(session(), actor(), ref)
    process = workflows.newest(BRANCH)
    if request.method == "GET":
        today = systime.london_date(systime.utc_now())
        return _adding(review, process, forms.starting(process.opening, today, {}), [], 200)
    fields = process.opening.fields
    values = forms.given(fields, request.form, request.files)
    once = request.form.get(forms.ONCE, "")
    if once and (before := drafts.became(session(), once, actor().id)):
        return _added(before, again=True)
    try:
        if twice := forms.both_given(fields, request.form, values):
            unread = reading.read(fields, values, {})[1]
            raise Invalid([*twice, *(Reason(one.reason, one.field) for one in unread)])
        done = open_record(session(), actor(), systime.utc_now(), process.id, values, review.ref)
        if once:
            drafts.note_sent(session(), systime.utc_now(), once, actor().id, done.ref)
        commit()
    except (Conflict, Invalid) as error:
        undo()
        return _adding(find_family(session(), actor(), ref), process, request.form, error.reasons, error.status)
    except IntegrityError:  # the same page, sent twice in one moment: the other was first
        undo()
        added = drafts.became(session(), once, actor().id)
        if added is None:
            raise
        return _added(added, again=True)
    return _added(done.ref)


def _added(ref: str, *, again: bool = False) -> ResponseReturnValue:
    if again:
        flash("This was recorded already. It was not recorded a second time.", "warning")
    else:
        flash("Recorded: Add a branch of the family.", "done")
    return redirect(url_for("family.branch", ref=ref), 303)


def _adding(
    review: Record, process: Process, form: MultiDict[str, str], reasons: Any, status: int
) -> ResponseReturnValue:
    fields = process.opening.fields
    shown = render_template(
        "family/add.html",
        review=review,
        action=process.opening,
        summary=[{"text": r.reason, "href": forms.anchor(fields, r.field)} for r in reasons],
        questions=forms.questions(fields, {}, form, forms.problems_by_field(reasons)),
        once_name=forms.ONCE,
        once=form.get(forms.ONCE) or secrets.token_urlsafe(24),
    )
    return shown, status
