"""The return of one agency: what is asked, what is known already, one part at a time, checked and sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import roles_on
from dardr.casework import returning
from dardr.errors import Conflict, DardrError, NotFound, Reason
from dardr.lookups.returns import (
    ANSWERING,
    analysis_of,
    due_of,
    more_time_of,
    return_of,
    suggestions_of,
    what_is_known,
)
from dardr.web import forms
from dardr.web import return_form as asked
from dardr.web.audience import BY_LINK, actor, who
from dardr.web.pages.naming import names
from dardr.web.return_form import Held, Part
from dardr.web.return_here import (
    FORM,
    bodies_of,
    frame_of,
    headings_said,
    held_of,
    history_of,
    sent_rows,
    steps_of,
    writable,
)
from dardr.web.transaction import commit, session, undo
from dardr.web.words import day_words
from workflows.definition import Field
from workflows.processes.agency_return_1.stages import COME
from workflows.processes.who import CHAIRING

pages = Blueprint("returns", __name__)

LATER, ANOTHER = "_later", "_another"
BEFORE = "_saved"


@pages.get("/returns/<ref>")
@who(doors=BY_LINK)
def form(ref: str) -> ResponseReturnValue:
    """A return: what is asked, what is known, the parts and how far they are; or what was sent and what follows."""
    record = return_of(session(), actor(), ref)
    by = actor()
    writing = returning.may_write(session(), by, record)
    held = held_of(record) if writing else None
    today = systime.london_date(systime.utc_now())
    known = what_is_known(session(), record)
    roles = roles_on(session(), by, record)
    return render_template(
        "return/form.html",
        **frame_of(record),
        parts=held.shown() if held else [],
        done=sum(one.status in (asked.SAVED, asked.KNOWN) for one in held.shown()) if held else 0,
        begun=bool(held and held.form.draft),
        known=known,
        before=known.before,
        due=due_of(session(), record),
        more_time=more_time_of(record.facts),
        query=(record.facts.get("queries") or [{}])[-1] if record.stage == "queried" else {},
        sent=sent_rows(record, names(session(), record.partnership_id)),
        analysis=analysis_of(record.facts),
        suggestions=suggestions_of(record.facts),
        headings=headings_said(record),
        people=bodies_of(record),
        steps=steps_of(session(), by, record, today),
        chairing=bool(roles & CHAIRING),
        answering=bool(roles & ANSWERING),
        history=history_of(record),
    )


# --- one part -------------------------------------------------------------------------------------------------


def _part(held: Held, key: str) -> Part:
    for part in held.parts:
        if part.key == key:
            return part
    raise NotFound("This return has no part of that name. Go back to its list of parts.")


@pages.route("/returns/<ref>/parts/<key>", methods=["GET", "POST"])
@who(doors=BY_LINK)
def part(ref: str, key: str) -> ResponseReturnValue:
    """One part: shown with what is known or was saved; saved when sent, whether or not all of it is answered."""
    record = writable(ref)
    held = held_of(record)
    one = _part(held, key)
    if request.method == "GET":
        return _show_part(held, one)
    asked.keep_typed(held.form, one, request.form)
    if ANOTHER in request.form:
        held.form.rows = min(held.form.rows + 1, returning.MOST_SUGGESTIONS)
    before = request.form.get(BEFORE, "")
    try:
        count = int(before) if before.isdecimal() else 0
        returning.keep(session(), actor(), systime.utc_now(), held.form, key, count)
    except Conflict as error:
        return _show_part(held, one, error.reasons, 409, request.form)
    reasons = [Reason(p.reason, p.field) for p in held.problems(one)]
    reasons += forms.both_given(one.fields, request.form, held.given(one))
    if reasons and LATER not in request.form:
        commit()
        return _show_part(held, one, reasons, 422)
    if ANOTHER in request.form:
        return redirect(url_for("returns.part", ref=ref, key=key, _anchor=f"suggested_recommendation_{held.form.rows}"),
                        303)  # fmt: skip
    return redirect(_onward(held, one), 303)


def _onward(held: Held, one: Part) -> str:
    """After a part: the next one that nobody has looked at, or the list."""
    ref = held.form.record.ref
    later = held.parts[held.parts.index(one) + 1 :]
    after = next((p for p in later if held.status(p) in (asked.NEW, asked.WANTING)), None)
    nobody = held.nobody_known and held.form.record.facts.get("kind") == "information_return"
    if LATER in request.form or after is None or nobody:
        return url_for("returns.check" if nobody else "returns.form", ref=ref)
    return url_for("returns.part", ref=ref, key=after.key)


def _show_part(
    held: Held, one: Part, reasons: Sequence[Reason] = (), status: int = 200, typed: Any = None
) -> ResponseReturnValue:
    record = held.form.record
    last = held.form.saved.get(one.key)
    count = last.count if last else 0
    shown_as = held.typed(one) if typed is None else typed
    known_already = held.status(one) == asked.KNOWN
    before = what_is_known(session(), record).before
    shown = render_template(
        "return/part.html",
        **frame_of(record),
        part=one,
        number=held.parts.index(one) + 1,
        total=len(held.parts),
        questions=forms.questions(one.shown_fields, held.choices, shown_as, forms.problems_by_field(reasons)),
        summary=[{"text": r.reason, "href": forms.anchor(one.fields, r.field)} for r in reasons],
        saved=int(request.form.get(BEFORE, "0") or 0) if status == 409 else count,
        known_from=before if known_already else None,
        later=LATER,
        another=ANOTHER if one.key == "actions" and held.form.rows < returning.MOST_SUGGESTIONS else "",
        saved_field=BEFORE,
    )
    return shown, status


# --- checking and sending -------------------------------------------------------------------------------------


@pages.route("/returns/<ref>/check", methods=["GET", "POST"])
@who(doors=BY_LINK)
def check(ref: str) -> ResponseReturnValue:
    """Every answer with a way to change it, what is still needed, and the button that sends the return.

    Who presses twice, or goes back to it once it is sent, comes to what was sent.
    """
    if return_of(session(), actor(), ref).stage in COME:
        flash("It was sent already. What was sent is on this page.", "done")
        return redirect(url_for("returns.form", ref=ref), 303)
    record = writable(ref)
    held = held_of(record)
    if request.method == "GET":
        return _show_check(held)
    if missing := held.missing():
        return _show_check(held, _needed(missing), 422)
    revision = request.form.get(forms.REVISION, "")
    number = int(revision) if revision.isdecimal() else None
    now = systime.utc_now()
    try:
        if held.nobody_known and record.facts.get("kind") == "information_return":
            first = held.given(held.parts[0])
            returning.not_known(session(), actor(), now, held.form, first)
        else:
            how = f"{FORM}, {day_words(systime.london_date(now))}"
            returning.send(session(), actor(), now, held.form, held.written(), number, how)
        commit()
    except DardrError as error:
        undo()
        return _show_check(held_of(return_of(session(), actor(), ref)), error.reasons, error.status)
    flash("Sent. Thank you. What you sent is on this page.", "done")
    return redirect(url_for("returns.form", ref=ref), 303)


def _needed(missing: Sequence[tuple[Part, Field]]) -> list[Reason]:
    return [Reason(f"{part.title}: {one.label[:1].lower()}{one.label[1:]}", one.name) for part, one in missing]


def _show_check(held: Held, reasons: Sequence[Reason] = (), status: int = 200) -> ResponseReturnValue:
    record = held.form.record
    parts = [{"part": one, "rows": held.rows(one), "status": held.status(one)} for one in held.parts]
    shown = render_template(
        "return/check.html",
        **frame_of(record),
        parts=parts,
        missing=[(one.title, wanted.label, one.key) for one, wanted in held.missing()],
        nobody=held.nobody_known and record.facts.get("kind") == "information_return",
        summary=[{"text": r.reason, "href": _where(held, r.field)} for r in reasons],
        again=record.stage == "queried",
    )
    return shown, status


def _where(held: Held, name: str | None) -> str:
    for one in held.parts:
        if name and any(question.name == name for question in one.fields):
            at = forms.anchor(one.fields, name)
            return url_for("returns.part", ref=held.form.record.ref, key=one.key) + at
    return "#main-content"
