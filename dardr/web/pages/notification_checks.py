"""A death that may be on record already: the same, another, or another person of the same incident. Team and police."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.casework import drafts, notifying
from dardr.casework.act import take_action
from dardr.errors import DardrError, NotFound, Reason
from dardr.lookups.duplicates import Likely, likely_same
from dardr.storage.reviews import Record
from dardr.web import notification_form as asked
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.notification_here import Here, here_of
from dardr.web.pages.notification import next_address
from dardr.web.transaction import commit, session, undo
from dardr.web.words import answer_words, field_of
from workflows.definition import Process
from workflows.processes.who import POLICING

pages = Blueprint("notification_checks", __name__)

SAME, ANOTHER, SAME_INCIDENT = "same", "another", "same_incident"
CHOICES = (
    (SAME, "It is the same death", "What you know is added to that record, and this form is emptied."),
    (ANOTHER, "It is another death", "This form goes on, and the answer is kept."),
    (SAME_INCIDENT, "Another person who died in the same incident", "This form goes on; the two are linked when sent."),
)
IN_WRITING = "record_police_notification"
NOTE = "add_note"


@pages.route("/notify/<int:number>/same/<ref>", methods=["GET", "POST"])
@who(*POLICING)
def same(number: int, ref: str) -> ResponseReturnValue:
    """Is this the death of that record? Shown only where the person asked may see the record."""
    here = here_of(number)
    likely = _likely(here, ref)
    then = request.args.get("then", "")
    problem = ""
    if request.method == "POST":
        said = request.form.get("same", "")
        if said == SAME:
            return redirect(url_for("notification_checks.add", number=number, ref=ref), 303)
        if said in (ANOTHER, SAME_INCIDENT):
            here.form.compared[ref] = said
            here.form.keep(systime.utc_now())
            return redirect(next_address(here, then), 303)
        problem = "Say whether it is the same death. Choose one."
    shown = render_template(
        "notification/same.html",
        here=here,
        form=here.form,
        likely=likely,
        href=page_of(likely.ref, likely.process_key),
        choices=CHOICES,
        problem=problem,
    )
    return shown, 422 if problem else 200


def _likely(here: Here, ref: str) -> Likely:
    found = likely_same(session(), here.actor, asked.readable(here.form, here.choices))
    for one in found:
        if one.ref == ref:
            return one
    raise NotFound("There is no such record to compare with. Go back to the list of parts.")


@pages.route("/notify/<int:number>/same/<ref>/add", methods=["GET", "POST"])
@who(*POLICING)
def add(number: int, ref: str) -> ResponseReturnValue:
    """Add what is known to the record there is, instead of opening another for the same death."""
    here = here_of(number)
    if here.form.ref:
        return redirect(here.at("sent"))
    record = get_record(session(), actor(), ref)
    process = workflows.get(record.process)
    said = asked.given(here.form)
    key = _which(here, record, process, said)
    text = request.form.get("text", "").strip() if request.method == "POST" else _what_is_known(said)
    reasons: tuple[Reason, ...] = ()
    status = 200
    if request.method == "POST":
        try:
            _add(here, record.ref, key, text)
            commit()
            return redirect(page_of(record.ref, record.process_key), 303)
        except DardrError as error:
            undo()
            here.refresh()
            record = get_record(session(), actor(), ref)
            reasons, status = tuple(error.reasons), error.status
    shown = render_template(
        "notification/add.html",
        here=here,
        form=here.form,
        ref=ref,
        href=page_of(record.ref, record.process_key),
        action=process.action(key),
        text=text,
        problem=reasons[0].reason if reasons else "",
        summary=[{"text": r.reason, "href": "#text"} for r in reasons],
        files=len(notifying.files_of(session(), here.form)),
    )
    return shown, status


def _which(here: Here, record: Record, process: Process, said: dict[str, object]) -> str:
    """The written notification by the police where that is what came, and a note otherwise."""
    action = process.action(IN_WRITING)
    by_police = said.get("notifier") == "police" or here.form.way is notifying.Way.POLICE
    if by_police and record.stage in action.source and action.roles & roles_on(session(), actor(), record):
        return IN_WRITING
    return NOTE


def _what_is_known(said: dict[str, object]) -> str:
    opening = (asked.action(),)
    told = answer_words(field_of(opening, "notifier"), said.get("notifier")) if said.get("notifier") else ""
    by = ", ".join(filter(None, (told, str(said.get("notifier_organisation", "")))))
    lines = [f"Notified again by: {by}." if by else "", str(said.get("circumstances", ""))]
    return "\n".join(line for line in lines if line)


def _add(here: Here, ref: str, key: str, text: str) -> None:
    now = systime.utc_now()
    name = "police_notice_reference" if key == IN_WRITING else "note"
    typed = asked.readable(here.form, here.choices).get("notified_on")
    on = typed if isinstance(typed, date) and typed <= here.today else here.today
    take_action(session(), actor(), now, ref, key, {name: text}, on)
    notifying.throw_away(session(), now, here.form)
    drafts.sent(here.form.draft, now, ref)
