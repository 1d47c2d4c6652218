"""Quality assurance by the Home Office: the pack, each submission with its letter, and the points of the letters.

The points are answered several at once on a page of their own. Each is an action of its own in a transaction of its
own: what is right is kept, and what is refused stays on the page as it was typed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.casework.act import take_action
from dardr.casework.documents import documents_of
from dardr.errors import DardrError, Forbidden, NotFound, Reason
from dardr.lookups import choices as looked_up
from dardr.lookups.files import files_by_entry
from dardr.lookups.quality import Point, pack_in_detail, points_of, quality
from dardr.lookups.review import actions_of
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.pages.documents import FORMAT_WORDS
from dardr.web.pages.naming import names
from dardr.web.transaction import commit, session, undo
from dardr.web.words import field_of, weeks_words
from workflows.definition import Action, Field
from workflows.partial import parse_date
from workflows.processes.dardr_s9_1.pre_check import KEY_FINDINGS_AT, REASONS

pages = Blueprint("quality", __name__)

ANSWER, CLEAR, ADD = "answer_point", "clear_point", "add_qa_point"
BEFORE = ("record_pre_check", "put_into_pack", "submit_to_home_office")
AFTER = (
    "record_acknowledgement",
    "chase_home_office",
    "record_letter_publish",
    "record_letter_amend",
    "record_letter_resubmit",
    "add_qa_point",
    "clear_after_amendment",
)
DOCUMENTS = ("submission_letter", "qa_response")
SHOWN_HERE = (*BEFORE, *AFTER)
"""Steps of a review after which this page is shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions on one point of a letter, as the page that answers several shows them."""

    point: Point
    questions: list[forms.Question]


def _review(ref: str) -> Record:
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review, so no report of it goes to the Home Office.")
    return record


# --- the page ---------------------------------------------------------------------------------------------


@pages.get("/reviews/<ref>/home-office")
@who()
def home_office(ref: str) -> ResponseReturnValue:
    """The pack, each submission with its letter, the points and their answers, and the next thing to do."""
    record = _review(ref)
    today = systime.london_date(systime.utc_now())
    found = quality(session(), actor(), ref)
    possible = {a["key"]: a for a in actions_of(session(), actor(), ref, today, with_items=False, with_fields=False)}
    files = files_by_entry(session(), actor(), ref)
    point = workflows.get("qa-point")
    roles = roles_on(session(), actor(), record)
    waiting = found.waiting
    return render_template(
        "quality/home_office.html",
        found=found,
        record=record,
        process=found.process,
        stage=found.process.stage(record.stage),
        is_review=True,
        parts=pack_in_detail(session(), actor(), record, found.pack),
        preparing=record.stage in ("drafting", "csp_sign_off"),
        checks=_pre_check(found.pre_check, record),
        key_findings=KEY_FINDINGS_AT,
        before=[possible[key] for key in BEFORE if key in possible],
        after=[possible[key] for key in AFTER if key in possible and not (key == ADD and possible[key]["blocked"])],
        documents=[d for d in documents_of(session(), actor(), ref) if d.name in DOCUMENTS],
        formats=FORMAT_WORDS,
        with_them=weeks_words(waiting.sent_on, today) if waiting and waiting.sent_on else "",
        times={one.number: weeks_words(one.sent_on, one.until(today)) for one in found.submissions if one.sent_on},
        files={letter.entry: files.get((ref, letter.entry), ()) for letter in found.letters},
        may_answer=bool(point.action(ANSWER).roles & roles) and any(p.open for p in found.points),
        may_clear=bool(point.action(CLEAR).roles & roles) and any(p.stage == "answered" for p in found.points),
    )


def _pre_check(entry: Mapping[str, Any] | None, record: Record) -> list[dict[str, Any]]:
    """Each common reason with what it rests on, and the last answer where there is one."""
    action = workflows.get(record.process).action("record_pre_check")
    known = names(session(), record.partnership_id)
    return [
        {
            "question": reason.question,
            "authority": reason.authority,
            "answer": known.answer(field_of((action,), reason.name), entry[reason.name])
            if entry and entry.get(reason.name)
            else "",
        }
        for reason in REASONS
    ]


# --- several points at once -------------------------------------------------------------------------------


@pages.route("/reviews/<ref>/home-office/points", methods=["GET", "POST"])
@who()
def answer_points(ref: str) -> ResponseReturnValue:
    """Answer several points on one page: each by itself, so that one refused takes no other with it."""
    record = _review(ref)
    action = workflows.get("qa-point").action(ANSWER)
    if not action.roles & roles_on(session(), actor(), record):
        raise Forbidden(f"“{action.label}” is for other roles than yours.")
    today = systime.london_date(systime.utc_now())
    if request.method == "GET":
        return _show(record, _starting(_open_points(record), action, today), today)
    try:
        on = parse_date(forms.occurred_on(request.form))
    except ValueError as error:
        return _show(record, request.form, today, {forms.ON: [Reason(f"When were they answered? {error}", "on")]})
    answered, refused = _answer_each(record, action, on)
    if refused:
        return _show(get_record(session(), actor(), ref), request.form, today, refused, answered)
    if not answered:
        flash("Nothing was changed: no point had a new answer.", "warning")
    else:
        flash(f"{_points(len(answered))} answered.", "done")
    return redirect(url_for("quality.home_office", ref=ref), 303)


def _open_points(record: Record) -> list[Point]:
    return [point for point in points_of(session(), actor(), record) if point.open]


def _points(number: int) -> str:
    return "1 point is" if number == 1 else f"{number} points are"


def _fields(action: Action, ref: str) -> list[Field]:
    """The questions on one point, under names that tell them from those on another."""
    return [dataclasses.replace(f, name=f"{ref}--{f.name}") for f in action.fields]


def _held(point: Point) -> dict[str, str]:
    """The answer that stands, by the names of the questions; none for a point that is open (again)."""
    if point.stage == "open":
        return {}
    said = {
        "answer": point.answer,
        "answer_how": point.how,
        "where_in_report": point.where,
        "changed_in": point.version,
    }
    return {name: value for name, value in said.items() if value}


def _starting(points: Iterable[Point], action: Action, today: date) -> MultiDict[str, str]:
    form = forms.starting(dataclasses.replace(action, fields=()), today, {})
    for point in points:
        for name, value in _held(point).items():
            form[f"{point.ref}--{name}"] = value
    return form


def _answer_each(record: Record, action: Action, on: date) -> tuple[list[str], dict[str, list[Reason]]]:
    """Take the action for each point whose answer is new: the refs of those answered, and why others were not."""
    ref = record.ref
    answered: list[str] = []
    refused: dict[str, list[Reason]] = {}
    for point in _open_points(record):
        fields = _fields(action, point.ref)
        given = forms.given(fields, request.form, {})
        values = {name.partition("--")[2]: value for name, value in given.items()}
        if values == _same_lines(_held(point), values):
            continue
        revision = request.form.get(f"{point.ref}--{forms.REVISION}", "")
        try:
            take_action(
                session(), actor(), systime.utc_now(), point.ref, ANSWER, values, on,
                int(revision) if revision.isdecimal() else None,
            )  # fmt: skip
            commit()
            answered.append(point.ref)
        except DardrError as error:
            undo()
            refused[point.ref] = [
                Reason(f"{_called(point)}: {r.reason}", f"{point.ref}--{r.field}" if r.field else None)
                for r in error.reasons
            ]
            get_record(session(), actor(), ref)
    return answered, refused


def _same_lines(held: Mapping[str, str], typed: Mapping[str, Any]) -> dict[str, str]:
    """What is held, with the line ends of a browser where only they differ."""
    return {
        name: str(typed[name]) if name in typed and str(typed[name]).splitlines() == value.splitlines() else value
        for name, value in held.items()
    }


def _called(point: Point) -> str:
    return f"Point {point.number}" if point.number else f"The point {point.ref}"


def _show(
    record: Record,
    form: MultiDict[str, str],
    today: date,
    refused: Mapping[str, list[Reason]] | None = None,
    answered: Iterable[str] = (),
) -> ResponseReturnValue:
    refused = refused or {}
    reasons = [reason for said in refused.values() for reason in said]
    problems = forms.problems_by_field(reasons)
    point_process = workflows.get("qa-point")
    action = point_process.action(ANSWER)
    asked, summary, found = [], [], {}
    done = set(answered)
    for point in points_of(session(), actor(), record):
        if not point.open:
            continue
        fields = _fields(action, point.ref)
        if not found:
            item = get_record(session(), actor(), point.ref)
            found = looked_up.resolve(session(), actor(), point_process, action, item, today)
        choices = {f"{point.ref}--{name}": known for name, known in found.items()}
        asked.append(Asked(point, forms.questions(fields, choices, form, problems)))
        summary += [
            {"text": r.reason, "href": forms.anchor(fields, r.field) if r.field else f"#{point.ref}"}
            for r in refused.get(point.ref, ())
        ]
    summary += [{"text": r.reason, "href": forms.anchor((), "on")} for r in refused.get(forms.ON, ())]
    shown = render_template(
        "quality/points.html",
        **of_record(record),
        asked=asked,
        when=forms.when_question(form, problems.get(forms.ON)),
        summary=summary,
        recorded=_points(len(done)) if done else "",
        names=forms,
        action=action,
    )
    return shown, 422 if refused else 200


@pages.post("/reviews/<ref>/home-office/cleared")
@who()
def clear_points(ref: str) -> ResponseReturnValue:
    """Clear the points that were ticked, each by itself."""
    record = _review(ref)
    today = systime.london_date(systime.utc_now())
    ticked = set(request.form.getlist("clear"))
    cleared = 0
    for point in _open_points(record):
        if point.ref not in ticked:
            continue
        try:
            take_action(session(), actor(), systime.utc_now(), point.ref, CLEAR, {}, today)
            commit()
            cleared += 1
        except DardrError as error:
            undo()
            flash(f"{_called(point)} is not cleared: {error.reasons[0].reason}", "warning")
    if cleared:
        flash(f"{_points(cleared)} cleared.", "done")
    elif not ticked:
        flash("No point was ticked. Tick those whose answer is enough.", "warning")
    return redirect(url_for("quality.home_office", ref=ref), 303)
