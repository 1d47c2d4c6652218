"""The report of a review: its versions, the rounds of comments on each, one round's table, answers line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

import workflows
from dardr import systime
from dardr.access import get_record, opens_files, roles_on
from dardr.actors import Purpose
from dardr.casework import comment_files, comment_words
from dardr.casework.act import take_action
from dardr.casework.comments import version_file
from dardr.casework.doors import chairs_of
from dardr.casework.read_log import note_read
from dardr.casework.serving import reviews_served
from dardr.errors import Conflict, Forbidden, Invalid, NotFound, Reason
from dardr.lookups.family import branches_of
from dardr.lookups.family_beside import beside, family_beside
from dardr.lookups.files import files_by_entry, marking_of
from dardr.lookups.records import linked
from dardr.lookups.review import actions_of
from dardr.lookups.rounds import Group, Line, Report, Table, Version, report_of, table_of
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.pages.files import MARKED, given_out
from dardr.web.transaction import commit, database, session, undo
from dardr.web.words import answer_words, field_of
from workflows.definition import Action
from workflows.processes.comment_request_1.giving import REQUESTS

pages = Blueprint("rounds", __name__)

ANSWER = "answer_comments"
CHOSEN = "comments"
"""The question of that action that is answered by the lines chosen in the table."""
CHANGED = "Somebody changed this round while you had the page open. Look at it again; what you typed is still here."
SHOWING = {"waiting": "Without an answer", "for_panel": "For the panel"}
STEPS = (ANSWER, "close_round", "reopen_round", "ask_more_readers", "call_off_round")
OF_A_READER = ("give_comment", "give_word_comments", "enter_comments", "record_no_comments", "excuse_reader")
GIVING = ("give_comment", "give_word_comments", "record_no_comments")
FORMATS = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"),
}


def _today() -> date:
    return systime.london_date(systime.utc_now())


# --- the report ---------------------------------------------------------------------------------------------


@pages.get("/reviews/<ref>/report")
@who()
def report(ref: str) -> ResponseReturnValue:
    """The versions of the report in order, and for each the comments, the reading, the approval, the sign-off."""
    found = report_of(session(), actor(), ref, _today())
    files = files_by_entry(session(), actor(), ref)
    branches = branches_of(session(), actor(), found.record)
    return render_template(
        "rounds/report.html",
        **of_record(found.record),
        found=found,
        versions=[
            {**_version(found, one, files), "branches": [beside(branch, one.name) for branch in branches]}
            for one in found.versions
        ],
        chaired=bool(chairs_of(session(), found.record)),
        comment=[
            (one, reader)
            for one in found.open_rounds
            for reader in one.readers
            if reader.visible and reader.stage == "asked"
        ],
    )


def _version(found: Report, version: Version, files: dict[tuple[str, int], Any]) -> dict[str, Any]:
    process = workflows.get(found.record.process)
    recorded, approving = process.action("record_version"), process.action("record_panel_approval")
    return {
        "one": version,
        "what_for": answer_words(field_of((recorded,), "what_for"), version.entry.get("what_for")),
        "changes": version.entry.get("changes") or "",
        "files": files.get((found.record.ref, version.seq), ()),
        "approvals": [
            {
                "on": one.get("on"),
                "outcome": answer_words(field_of((approving,), "panel_outcome"), one.get("panel_outcome")),
                "minute": one.get("panel_minute"),
                "agreed": answer_words(field_of((approving,), "actions_agreed_senior"), one["actions_agreed_senior"])
                if one.get("actions_agreed_senior")
                else "",
            }
            for one in version.approvals
        ],
        "conditions": _before_approval(version),
    }


def _before_approval(version: Version) -> list[tuple[bool, str]]:
    """What a panel will want to know before it decides on a version: met or not, in a sentence. None of it binds."""
    if not version.rounds:
        return [(False, "No round of comments was held on it.")]
    told = []
    for one in version.rounds:
        name = one.record.title
        closed = one.record.stage == "closed"
        told.append((closed, f"{name}: {'closed' if closed else 'still open'}."))
        if one.answers_shown and one.waiting:
            told.append((False, f"{name}: {one.waiting} of {one.total} without an answer."))
        if one.for_panel:
            told.append((False, f"{name}: {one.for_panel} for the panel to decide."))
    return told


# --- one round ----------------------------------------------------------------------------------------------


@pages.get("/records/<ref>/comments")
@who(doors=Purpose)
def comments(ref: str) -> ResponseReturnValue:
    """The table of one round by paragraph, or what one reader gave."""
    table = table_of(session(), actor(), ref, _today())
    record = table.record
    possible = {a["key"]: a for a in actions_of(session(), actor(), ref, _today(), with_items=False, with_fields=False)}
    asked = _steps(record)
    showing = request.args.get("show", "")
    return render_template(
        "rounds/comments.html",
        **of_record(record),
        table=table,
        review=_review(record),
        groups=[(group, lines) for group in table.groups if (lines := _shown(group, table, showing))],
        showing=showing if showing in SHOWING else "",
        shows=SHOWING,
        steps=[possible[key] for key in asked if key in possible],
        may_answer=ANSWER in possible and not possible[ANSWER]["blocked"],
        giving=[a for key in GIVING if (a := workflows.newest(REQUESTS[0]).action(key))],
        may_give=_may_give(table),
        in_words=comment_words,
        formats={key: label for key, (_, label) in FORMATS.items()},
        asked=record.facts.get("asked") or "",
        family=family_beside(session(), actor(), table.reviews, table.version)
        if record.process_key == "comment-round"
        else [],
    )


def _review(record: Record) -> Record | None:
    """The review above, where the person sees it: a reader from an agency does not."""
    found = (other for way, _, other in linked(session(), actor(), record) if way == "serves")
    return next((other for other in found if other.process_key in workflows.REVIEW_KEYS), None)


def _steps(record: Record) -> Sequence[str]:
    """The steps shown on the page of a round, or of what a reader was asked."""
    return STEPS if record.process_key == "comment-round" else (*OF_A_READER, "ask_reader_again", "send_reminder")


def _may_give(table: Table) -> set[str]:
    """The requests for which the person signed in may give comments."""
    if table.record.process_key != "comment-round" or table.record.stage != "open":
        return set()
    found = set()
    for one in table.readers:
        if not one.visible:
            continue
        request = get_record(session(), actor(), one.ref)
        if workflows.get(request.process).action(GIVING[0]).roles & roles_on(session(), actor(), request):
            found.add(one.ref)
    return found


def _shown(group: Group, table: Table, showing: str) -> list[Line]:
    if showing == "waiting":
        return [line for line in group.lines if not line.answer and not line.reply_to]
    if showing == "for_panel":
        return [line for line in group.lines if line.answer == showing]
    return group.lines


@pages.get("/records/<ref>/comments.<any(docx, xlsx):form>")
@who(doors=Purpose)
def comments_file(ref: str, form: str) -> ResponseReturnValue:
    """The table as a Word file or a workbook, as this person sees it. Who took it is logged."""
    table = table_of(session(), actor(), ref, _today())
    note_read(database(), systime.utc_now(), actor(), "file", table.record.id, f"table of comments, {form}")
    body = comment_files.workbook(table) if form == "xlsx" else comment_files.word(table, _title(table))
    response = Response(body, content_type=FORMATS[form][0])
    marking = marking_of(table.record).replace(" ", "-")
    response.headers["Content-Disposition"] = f'attachment; filename="{ref}-comments-{marking}.{form}"'
    response.headers[MARKED] = marking_of(table.record)
    response.headers["Cache-Control"] = "no-store"
    return response


def _title(table: Table) -> str:
    return f"{table.record.ref}: {table.record.title}, version {table.version}"


@pages.get("/records/<ref>/version")
@who(doors=Purpose)
def version(ref: str) -> ResponseReturnValue:
    """The version that a round or a request is about, to save: a reader was asked to read it, whatever else they see.

    Who took it is logged before it is given out.
    """
    record = get_record(session(), actor(), ref)
    if record.process_key not in ("comment-round", *REQUESTS):
        raise NotFound(f"{ref} is no round of comments.")
    row = version_file(session(), reviews_served(session(), record.id), str(record.facts.get("version") or ""))
    if row is None:
        raise NotFound("This version has no file here. The team says where it is kept.")
    if session().scalar(sa.select(Record.id).where(Record.id == record.id, opens_files(actor()))) is None:
        raise Forbidden("Your role shows which files there are. What is in them may name people.")
    return given_out(record, row)


# --- answers ------------------------------------------------------------------------------------------------


@pages.route("/records/<ref>/answer", methods=["GET", "POST"])
@who(doors=(Purpose.CHAIR,))
def answer(ref: str) -> ResponseReturnValue:
    """Answer the comments chosen in the table: one, or several that one answer fits."""
    table = table_of(session(), actor(), ref, _today())
    record = table.record
    process = workflows.get(record.process)
    if record.process_key != "comment-round":
        raise NotFound(f"{ref} is no round of comments.")
    action = process.action(ANSWER)
    if not action.roles & roles_on(session(), actor(), record):
        raise Forbidden(f"“{action.label}” is for other roles than yours.")
    if record.stage not in action.source:
        flash("This round is not open. Open it again to change its answers.", "warning")
        return redirect(url_for("rounds.comments", ref=ref), 303)
    chosen = (request.form if request.method == "POST" else request.args).getlist(CHOSEN)
    lines = [line for group in table.groups for line in group.lines if line.id in chosen]
    if not lines:
        flash("Tick the comments that you want to answer first.", "warning")
        return redirect(url_for("rounds.comments", ref=ref), 303)
    if request.method == "GET":
        return _ask(table, action, lines, MultiDict(), ())
    values = {**forms.given(_asked(action), request.form, {}), CHOSEN: [line.id for line in lines]}
    revision = request.form.get(forms.REVISION, "")
    try:
        done = take_action(
            session(), actor(), systime.utc_now(), ref, ANSWER, values, _today(),
            int(revision) if revision.isdecimal() else None,
        )  # fmt: skip
        commit()
    except (Conflict, Invalid) as error:
        undo()
        again = table_of(session(), actor(), ref, _today())
        return _ask(again, action, lines, request.form, error.reasons, error.status)
    except StaleDataError:
        undo()
        again = table_of(session(), actor(), ref, _today())
        return _ask(again, action, lines, request.form, [Reason(CHANGED)], 409)
    flash(f"Recorded: {action.label}.", "done")
    for warning in done.warnings:
        flash(warning, "warning")
    return redirect(url_for("rounds.comments", ref=ref, _anchor=f"c-{lines[-1].id}"), 303)


def _asked(action: Action) -> list[Any]:
    return [field for field in action.fields if field.name != CHOSEN]


def _ask(
    table: Table,
    action: Action,
    lines: Sequence[Line],
    form: MultiDict[str, str],
    reasons: Sequence[Reason],
    status: int = 200,
) -> ResponseReturnValue:
    shown = render_template(
        "rounds/answer.html",
        **of_record(table.record),
        table=table,
        review=_review(table.record),
        action=action,
        lines=lines,
        chosen=CHOSEN,
        questions=forms.questions(_asked(action), {}, form, forms.problems_by_field(reasons)),
        summary=[{"text": r.reason, "href": forms.anchor(action.fields, r.field)} for r in reasons],
        names=forms,
        in_words=comment_words,
    )
    return shown, status
