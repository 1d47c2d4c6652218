"""What ends a return: the body's own file in the place of the form, the sign-off, a copy for the body's own files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import roles_on
from dardr.actors import Actor, Purpose
from dardr.casework import returning
from dardr.casework.act import take_action
from dardr.errors import Conflict, Forbidden, Invalid, Reason
from dardr.lookups.returns import analysis_of, return_of, suggestions_of
from dardr.storage.reviews import Record
from dardr.web import forms
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.pages.documents import download
from dardr.web.pages.naming import names
from dardr.web.return_form import Held, Part
from dardr.web.return_here import bodies_of, frame_of, headings_said, held_of, sent_rows, steps_of, writable
from dardr.web.transaction import commit, session, undo
from dardr.web.words import answer_words, day_words, field_of
from notifications.return_document import ReturnDocument, return_document
from workflows.definition import Field
from workflows.processes.agency_return_1.stages import OPENING

pages = Blueprint("returns_sent", __name__)


# --- the body's own file --------------------------------------------------------------------------------------


@pages.route("/returns/<ref>/own-file", methods=["GET", "POST"])
@who(doors=BY_LINK)
def own_file(ref: str) -> ResponseReturnValue:
    """The body's own document in the place of the form: kept as a draft first, looked through, then sent."""
    record = writable(ref)
    question = field_of(workflows.get(record.process).actions, "return_file")
    assert question is not None
    if request.method == "GET":
        return _show_file(record, question)
    now = systime.utc_now()
    today = systime.london_date(now)
    given = forms.given([question], request.form, request.files).get("return_file")
    try:
        if given is None:
            raise Invalid([Reason("Choose the file: Word, PDF or another kind of document.", "return_file")])
        if record.stage == "queried":
            words = request.form.get("query_answer", "")
            values = {"query_answer": words, "answer_file": given}
            take_action(session(), actor(), now, ref, "answer_query", values, today)
        else:
            values = {"draft_reference": f"File added on {day_words(today)}", "draft_file": given}
            take_action(session(), actor(), now, ref, "record_draft", values, today)
        commit()
    except (Conflict, Invalid) as error:
        undo()
        return _show_file(return_of(session(), actor(), ref), question, error)
    flash("The file is here." + (" It is not sent as your return yet." if record.stage != "queried" else ""), "done")
    return redirect(url_for("returns_sent.send" if record.stage != "queried" else "returns.form", ref=ref), 303)


def _show_file(record: Record, question: Field, error: Conflict | Invalid | None = None) -> ResponseReturnValue:
    again = record.stage == "queried"
    fields = [*( [f for f in workflows.get(record.process).action("answer_query").fields if f.name == "query_answer"]
                 if again else []), question]  # fmt: skip
    reasons = [
        Reason(r.reason, "return_file" if r.field in ("draft_file", "answer_file") else r.field)
        for r in (error.reasons if error else ())
    ]
    shown = render_template(
        "return/own_file.html",
        **frame_of(record),
        questions=forms.questions(fields, {}, request.form, forms.problems_by_field(reasons)),
        summary=[{"text": r.reason, "href": forms.anchor(fields, r.field)} for r in reasons],
        again=again,
    )
    return shown, error.status if error else 200


@pages.route("/returns/<ref>/send-file", methods=["GET", "POST"])
@who(doors=BY_LINK)
def send(ref: str) -> ResponseReturnValue:
    """The file that was added, what was found in it, and the button that makes it the return."""
    record = writable(ref)
    if record.stage != "draft_received":
        return redirect(url_for("returns.form", ref=ref), 303)
    held = held_of(record)
    first = held.parts[0]
    if request.method == "GET":
        return _show_send(record, held, first)
    values = forms.given(first.fields, request.form, {})
    now = systime.utc_now()
    try:
        known = {k: v for k, v in values.items() if k in ("known", "known_people", "first_contact", "last_contact")}
        known["return_reference"] = str(record.facts.get("draft_reference") or "")
        take_action(session(), actor(), now, ref, "receive_return", known, systime.london_date(now))
        commit()
    except (Conflict, Invalid) as error:
        undo()
        return _show_send(return_of(session(), actor(), ref), held, first, error)
    flash("Sent. Thank you. Somebody senior in your organisation now signs it off.", "done")
    return redirect(url_for("returns.form", ref=ref), 303)


def _show_send(record: Record, held: Held, first: Part, error: Conflict | Invalid | None = None) -> ResponseReturnValue:
    reasons = error.reasons if error else ()
    shown = render_template(
        "return/send_file.html",
        **frame_of(record),
        headings=headings_said(record),
        questions=forms.questions(
            [f for f in first.fields if f.name not in ("searched", "not_known_after_draft")],
            held.choices,
            held.typed(first) if error is None else request.form,
            forms.problems_by_field(reasons),
        ),
        summary=[{"text": r.reason, "href": forms.anchor(first.fields, r.field)} for r in reasons],
    )
    return shown, error.status if error else 200


# --- signing off ----------------------------------------------------------------------------------------------


@pages.route("/returns/<ref>/sign-off", methods=["GET", "POST"])
@who(doors=BY_LINK)
def sign_off(ref: str) -> ResponseReturnValue:
    """Somebody senior in the body reads what was sent and signs it off."""
    record = return_of(session(), actor(), ref)
    process = workflows.get(record.process)
    step = process.action("sign_off_return")
    if not step.roles & roles_on(session(), actor(), record):
        raise Forbidden("A return is signed off by the lead of the organisation; the team records a signed letter.")
    if record.stage not in step.source:
        raise Conflict(f"Nothing is to be signed off here: {process.stage(record.stage).means}")
    reasons: Sequence[Reason] = ()
    status = 200
    if request.method == "POST":
        values = {
            "signed_off_by": request.form.get("signed_off_by", ""),
            "return_reference": record.facts.get("return_reference") or record.facts.get("draft_reference") or "",
        }
        now = systime.utc_now()
        revision = request.form.get(forms.REVISION, "")
        number = int(revision) if revision.isdecimal() else None
        try:
            take_action(session(), actor(), now, ref, step.key, values, systime.london_date(now), number)
            commit()
        except (Conflict, Invalid) as error:
            undo()
            reasons, status = error.reasons, error.status
            record = return_of(session(), actor(), ref)
        else:
            flash("Signed off. Thank you.", "done")
            return redirect(url_for("returns.form", ref=ref), 303)
    fields = [field for field in step.fields if field.name == "signed_off_by"]
    shown = render_template(
        "return/sign_off.html",
        **frame_of(record),
        blocked=_in_the_way(actor(), record),
        sent=sent_rows(record, names(session(), record.partnership_id)),
        analysis=analysis_of(record.facts),
        suggestions=suggestions_of(record.facts),
        headings=headings_said(record),
        questions=forms.questions(fields, {}, request.form, forms.problems_by_field(reasons)),
        summary=[{"text": r.reason, "href": forms.anchor(fields, r.field)} for r in reasons],
    )
    return shown, status


def _in_the_way(by: Actor, record: Record) -> list[str]:
    today = systime.london_date(systime.utc_now())
    return [why for step in steps_of(session(), by, record, today) if step["key"] == "sign_off_return"
            for why in step["blocked"]]  # fmt: skip


# --- a copy for the body's own files --------------------------------------------------------------------------


@pages.get("/returns/<ref>/document.docx")
@who(doors=Purpose)
def document(ref: str) -> ResponseReturnValue:
    """The return as a Word document: what was sent, or what is written so far where this person writes it."""
    record = return_of(session(), actor(), ref)
    known = names(session(), record.partnership_id)
    writing = returning.may_write(session(), actor(), record)
    sections: list[tuple[str, list[tuple[str, str]]]] = []
    if writing:
        held = held_of(record)
        sections = [(one.title, [(one.line or label, said) for label, said, _ in held.rows(one)]) for one in held.parts]
    else:
        sections.append(("What was sent", [(row.label, row.value) for row in sent_rows(record, known)]))
        sections.append(("Analysis by key line of enquiry", list(analysis_of(record.facts).items())))
        for one in suggestions_of(record.facts):
            fields = workflows.get(record.process).action("suggest_action").fields
            rows = [(f.label, known.answer(f, one[f.name])) for f in fields[1:] if one.get(f.name)]
            sections.append((f"Action {one['suggestion']}", rows))
    made = return_document(
        ReturnDocument(
            ref=record.ref,
            kind=answer_words(field_of((OPENING,), "kind"), record.facts.get("kind")),
            organisation=bodies_of(record)["body"],
            prepared_on=systime.london_date(systime.utc_now()),
            draft=writing,
            signed_off_by=str(record.facts.get("signed_off_by") or "") if record.stage == "signed_off" else "",
            sections=tuple((title, tuple(rows)) for title, rows in sections if rows),
        )
    )
    return download(made, record.ref, "docx")
