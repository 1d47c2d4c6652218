"""From the mailbox and the telephone onto the record: e-mails filed several at once, a call noted in one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage, MultiDict

import workflows
from dardr import systime
from dardr.access import SEES_IDENTITIES, get_record, roles_on
from dardr.casework.act import take_action
from dardr.casework.correspondence import read_file, sent_on, too_large
from dardr.casework.facts import load_facts
from dardr.casework.files import largest_words
from dardr.casework.read_log import note_read
from dardr.errors import Conflict, DardrError, Forbidden, Invalid, NotFound, Reason
from dardr.lookups import choices as looked_up
from dardr.lookups.correspondence import find_message, read_filed
from dardr.lookups.files import files_by_entry
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.captured import FILES_EMAIL, NOTES_CALL, SAID_AGAIN, email_line, filed_emails
from dardr.web.pages.naming import names
from dardr.web.transaction import commit, database, session, undo
from workflows.definition import Action, Field, Process
from workflows.engine import judge
from workflows.partial import parse_date
from workflows.processes.anywhere import PEOPLE_SPOKEN_TO
from workflows.processes.fields import day as a_day

pages = Blueprint("capture", __name__)

SHOWN = 20
NO_DATE = "it has no date that can be used. Give its date below, and choose it again."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One file of a drop that was not filed, by its place among them: its name may tell too much."""

    number: int
    why: str


# --- e-mails ----------------------------------------------------------------------------------------------


@pages.route("/reviews/<ref>/file-messages", methods=["GET", "POST"])
@who()
def file_messages_of_review(ref: str) -> ResponseReturnValue:
    """File e-mails on a review."""
    return _file_messages(ref)


@pages.route("/records/<ref>/file-messages", methods=["GET", "POST"])
@who()
def file_messages(ref: str) -> ResponseReturnValue:
    """File e-mails on any record: a return, an action, a review."""
    if request.method == "GET" and get_record(session(), actor(), ref).process_key in workflows.REVIEW_KEYS:
        return redirect(url_for("capture.file_messages_of_review", ref=ref))
    return _file_messages(ref)


def _file_messages(ref: str) -> ResponseReturnValue:
    record, _, _ = _may(ref, FILES_EMAIL)
    if request.method == "GET":
        return _show_emails(record)
    today = systime.london_date(systime.utc_now())
    uploads = [one for one in request.files.getlist("messages") if one.filename]
    try:
        day = forms.date_text(request.form, "undated")
        undated = parse_date(day) if day else None
    except ValueError as error:
        return _show_emails(record, reasons=[Reason(f"Date of e-mails without one: {error}", "undated")])
    if undated is not None and undated > today:
        return _show_emails(
            record, reasons=[Reason("Date of e-mails without one: give a day that is not after today.", "undated")]
        )
    if not uploads:
        reason = "Choose at least one e-mail, saved from the mailbox as .eml or .msg."
        return _show_emails(record, reasons=[Reason(reason, "messages")])
    filed: list[int] = []
    refused: list[Refusal] = []
    for number, upload in enumerate(uploads, 1):
        outcome = _file_one(ref, upload, undated, today)
        filed += [outcome] if isinstance(outcome, int) else []
        refused += [Refusal(number, outcome)] if isinstance(outcome, str) else []
    if not refused:
        said = "1 e-mail is filed." if len(filed) == 1 else f"{len(filed)} e-mails are filed."
        flash(said, "done")
        return redirect(_emails_page(record, filed), 303)
    return _show_emails(get_record(session(), actor(), ref), new=filed, refused=refused, of=len(uploads))


def _file_one(ref: str, upload: FileStorage, undated: date | None, today: date) -> int | str:
    """File one e-mail in a transaction of its own: the number of its entry, or why it was refused."""
    given = forms.as_given(upload)
    upload.close()
    if given.too_large:
        return too_large()
    try:
        on = sent_on(read_file(given), today) or undated
        if on is None:
            return NO_DATE
        done = take_action(session(), actor(), systime.utc_now(), ref, FILES_EMAIL, {"message": given}, on)
        entry = get_record(session(), actor(), ref).last_seq
        commit()
        for warning in done.warnings:
            flash(warning, "warning")
    except DardrError as error:
        undo()
        return _lowered(error.reasons[0].reason.removeprefix("This file cannot be filed: "))
    return entry


def _lowered(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _emails_page(record: Record, entries: list[int]) -> str:
    is_review = record.process_key in workflows.REVIEW_KEYS
    endpoint = "capture.file_messages_of_review" if is_review else "capture.file_messages"
    return url_for(endpoint, ref=record.ref, new=",".join(map(str, entries)) or None)


def _show_emails(
    record: Record,
    *,
    new: list[int] | None = None,
    refused: list[Refusal] | None = None,
    reasons: list[Reason] | None = None,
    of: int = 0,
) -> ResponseReturnValue:
    process = workflows.get(record.process)
    today = systime.london_date(systime.utc_now())
    if new is None:
        new = [int(one) for one in request.args.get("new", "").split(",") if one.isdecimal()][:SHOWN]
    emails = filed_emails(record.facts, names(session(), record.partnership_id))
    describing = process.action("describe_correspondence")
    choices = looked_up.resolve(session(), actor(), process, describing, record, today)
    problems = forms.problems_by_field(reasons or [])
    fields = {f.name: f for f in describing.fields}
    status = 422 if reasons or (refused and not new) else 200
    return render_template(
        "capture/emails.html",
        record=record,
        process=process,
        is_review=record.process_key in workflows.REVIEW_KEYS,
        fresh=[one for one in emails if one["entry"] in new],
        emails=[one for one in emails if one["entry"] not in new][:SHOWN],
        refused=refused or [],
        of=of,
        question=forms.questions([_drop_question(process)], {}, MultiDict(), problems)[0],
        undated=forms.questions([_undated_question()], {}, request.form, problems)[0],
        summary=[
            {"text": r.reason, "href": f"#{r.field}{'-day' if r.field == 'undated' else ''}"} for r in reasons or []
        ],
        directions=[(c.value, c.label) for c in fields["direction"].choices],
        bodies=[(c.value, c.label) for c in choices["body"]],
        people=PEOPLE_SPOKEN_TO,
        reads=bool(roles_on(session(), actor(), record) & SEES_IDENTITIES),
    ), status


def _drop_question(process: Process) -> Field:
    asked = process.action(FILES_EMAIL).fields[0]
    return replace(
        asked, name="messages", label="E-mails", required=True, many=True, identity=False,
        help=f"Files saved or dragged from the mailbox: .eml or .msg. Several at once, up to {largest_words()} each.",
    )  # fmt: skip


def _undated_question() -> Field:
    return a_day("undated", "Date of e-mails that have none", required=False, help="Most e-mails carry their own date.")


@pages.get("/records/<ref>/messages/<int:entry>")
@who()
def message(ref: str, entry: int) -> ResponseReturnValue:
    """One filed e-mail to read. Who read it is logged first; nothing in it runs or is fetched."""
    record, event = find_message(session(), actor(), ref, entry)
    note_read(database(), systime.utc_now(), actor(), "message", record.id, f"entry {entry}")
    found = read_filed(session(), event)
    return render_template(
        "capture/message.html",
        record=record,
        process=workflows.get(record.process),
        found=found,
        line=email_line(found.values, names(session(), record.partnership_id)),
        files=files_by_entry(session(), actor(), ref).get((ref, entry), []),
    )


@pages.post("/records/<ref>/messages/<int:entry>")
@who()
def describe(ref: str, entry: int) -> ResponseReturnValue:
    """Say which way a filed e-mail went, with whom and about what, in place of what was worked out."""
    now = systime.utc_now()
    values = {name: value for name in SAID_AGAIN if (value := request.form.get(name, "").strip())}
    take_action(
        session(),
        actor(),
        now,
        ref,
        "describe_correspondence",
        {"entry": str(entry), **values},
        systime.london_date(now),
    )
    commit()
    flash("Recorded: what is said of the e-mail.", "done")
    return redirect(_emails_page(get_record(session(), actor(), ref), [entry]), 303)


# --- calls ------------------------------------------------------------------------------------------------


@pages.route("/records/<ref>/note-call", methods=["GET", "POST"])
@who()
def note_call(ref: str) -> ResponseReturnValue:
    """Note a telephone call. The short form of a record's own page sends here too, without a day: it was just now."""
    record, process, action = _may(ref, NOTES_CALL)
    now = systime.utc_now()
    if request.method == "GET":
        return _show_call(record, process, action, _call_now(now), [])
    form = MultiDict(request.form)
    form["with_whom"], form["call_direction"] = _caller(form.get("caller", ""), form)
    if not any(form.get(f"call_at-{part}", "").strip() for part in ("day", "month", "year", "time")):
        form.update(_call_now(now))
    values = forms.given(action.fields, form, {})
    try:
        on = parse_date(forms.date_text(form, "call_at"))
    except ValueError as error:
        return _show_call(record, process, action, form, [Reason(f"Day and time of the call: {error}", "call_at")])
    try:
        take_action(session(), actor(), now, ref, NOTES_CALL, values, on)
        commit()
    except (Conflict, Invalid) as error:
        undo()
        return _show_call(get_record(session(), actor(), ref, in_part=True), process, action, form, list(error.reasons))
    flash(f"Recorded: {action.label}.", "done")
    return redirect(page_of(ref, record.process_key), 303)


def _caller(given: str, form: MultiDict[str, str]) -> tuple[str, str]:
    """The one choice of the short form: who it was with, and who rang. The long form asks them apart."""
    way, _, whom = given.partition(":")
    return (whom, way) if whom else (form.get("with_whom", ""), form.get("call_direction", ""))


def _call_now(now: datetime) -> MultiDict[str, str]:
    local = now.astimezone(systime.LONDON)
    parts = {"day": str(local.day), "month": str(local.month), "year": str(local.year), "time": f"{local:%H:%M}"}
    form = MultiDict({f"call_at-{part}": text for part, text in parts.items()})
    form["call_direction"] = "received"
    return form


def _show_call(
    record: Record, process: Process, action: Action, form: MultiDict[str, str], reasons: list[Reason]
) -> ResponseReturnValue:
    problems = forms.problems_by_field(reasons)
    return render_template(
        "capture/call.html",
        record=record,
        process=process,
        action=action,
        questions=list(_in_order(forms.questions(action.fields, {}, form, problems))),
        summary=[{"text": r.reason, "href": forms.anchor(action.fields, r.field)} for r in reasons],
    ), 422 if reasons else 200


def _in_order(questions: list[forms.Question]) -> Iterator[forms.Question]:
    """What was said first: it is what people came to write."""
    yield from sorted(questions, key=lambda question: question.params.get("name") != "note")


# --- both -------------------------------------------------------------------------------------------------


def _may(ref: str, key: str) -> tuple[Record, Process, Action]:
    """The record, its process and the action. Raises NotFound, Forbidden, or Conflict where it is not possible now."""
    record = get_record(session(), actor(), ref, in_part=True)
    process = workflows.get(record.process)
    try:
        action = process.action(key)
    except KeyError as error:
        raise NotFound(f"Nothing of this kind is kept with {process.label}.") from error
    today = systime.london_date(systime.utc_now())
    facts = load_facts(session(), actor(), record, process, today, actions=(action,))
    verdict = judge(process, action, facts, roles_on(session(), actor(), record))
    if not verdict.permitted:
        raise Forbidden(f"“{action.label}” is for other roles than yours.")
    if verdict.blocked:
        raise Conflict([Reason(one.reason, one.field) for one in verdict.blocked])
    return record, process, action
