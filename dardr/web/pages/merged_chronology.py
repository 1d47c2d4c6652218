"""The chronology of a review: every agency's lines in the order of time, what may be one event, gaps, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.chronology import deciding, exporting
from dardr.casework.chronology.comparing import CONTRADICT, DECISIONS
from dardr.casework.read_log import note_read
from dardr.errors import Conflict, Invalid, NotFound, Reason
from dardr.lookups.chronology import ONLY, Line, Merged, Pair, Wanted, chosen, merged_of, notes_of, pair_of
from dardr.web.audience import actor, who
from dardr.web.chronology_chart import chart
from dardr.web.frame import of_record
from dardr.web.pages.listing import page_number, pager
from dardr.web.transaction import database, session, undo
from workflows.partial import NotADate, parse_date
from workflows.processes.who import CHAIRING
from workflows.when import EXACTNESS, RULES

pages = Blueprint("merged_chronology", __name__)

LINES_AT_ONCE = 100
PAIRS_AT_ONCE = 25
FORMATS = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"),
}
SHOWING = {"": "Not decided", "decided": "Decided", "all": "All"}


def _page(name: str, merged: Merged, **values: Any) -> str:
    return render_template(
        name,
        **of_record(merged.record),
        merged=merged,
        exactness=EXACTNESS,
        decisions=DECISIONS,
        contradict=CONTRADICT,
        **values,
    )


def _wanted() -> tuple[Wanted, list[Reason]]:
    """Which lines the address asks for, and what of it cannot be read."""
    asked = {name: request.args.get(name, "").strip() for name in ("agency", "people", "from", "to", "key", "only")}
    days: dict[str, date | None] = {"from": None, "to": None}
    reasons = []
    for name, label in (("from", "From"), ("to", "Until")):
        if asked[name]:
            try:
                days[name] = parse_date(asked[name])
            except NotADate as error:
                reasons.append(Reason(f"{label}: {error}", name))
    only = asked["only"] if asked["only"] in ONLY else ""
    return Wanted(asked["agency"], asked["people"], days["from"], days["to"], asked["key"], only), reasons


@pages.get("/reviews/<ref>/chronology")
@who()
def chronology(ref: str) -> ResponseReturnValue:
    """All lines in the order of time, a page at a time, those asked for or all of them."""
    merged = merged_of(session(), actor(), ref)
    wanted, reasons = _wanted()
    lines = chosen(merged.lines, wanted)
    number = page_number(len(lines), LINES_AT_ONCE)
    shown = _page(
        "chronology/merged.html",
        merged,
        lines=lines[(number - 1) * LINES_AT_ONCE : number * LINES_AT_ONCE],
        total=len(lines),
        pager=pager(number, len(lines), LINES_AT_ONCE),
        wanted=wanted,
        asked=request.args,
        reasons=reasons,
        only=ONLY,
        formats=FORMATS,
        chart=chart(merged, lines),
        rules=RULES,
        filters={name: value for name, value in request.args.items() if value and name != "page"},
    )
    return shown, 422 if reasons else 200


@pages.get("/reviews/<ref>/chronology/file/<any(docx, xlsx):form>")
@who()
def chronology_file(ref: str, form: str) -> ResponseReturnValue:
    """The lines asked for as a Word file or a workbook, as this person sees them. Who took it is logged."""
    merged = merged_of(session(), actor(), ref)
    lines = chosen(merged.lines, _wanted()[0])
    note_read(database(), systime.utc_now(), actor(), "file", merged.record.id, f"chronology, {form}")
    body = exporting.workbook(merged, lines) if form == "xlsx" else exporting.word(merged, lines)
    response = Response(body, content_type=FORMATS[form][0])
    response.headers["Content-Disposition"] = f'attachment; filename="{ref}-chronology.{form}"'
    response.headers["Cache-Control"] = "no-store"
    return response


# --- pairs --------------------------------------------------------------------------------------------------


@pages.get("/reviews/<ref>/chronology/pairs")
@who()
def pairs(ref: str) -> ResponseReturnValue:
    """Lines that may tell of one event, side by side, with what is alike and what is not."""
    merged = merged_of(session(), actor(), ref)
    showing = request.args.get("show", "")
    showing = showing if showing in SHOWING else ""
    found = merged.undecided if not showing else merged.pairs
    found = [one for one in found if one.decision] if showing == "decided" else found
    number = page_number(len(found), PAIRS_AT_ONCE)
    return _page(
        "chronology/pairs.html",
        merged,
        pairs=found[(number - 1) * PAIRS_AT_ONCE : number * PAIRS_AT_ONCE],
        pager=pager(number, len(found), PAIRS_AT_ONCE),
        showing=showing,
        shows=SHOWING,
    )


@pages.get("/reviews/<ref>/chronology/pairs/<int:first>/<int:second>")
@who()
def pair(ref: str, first: int, second: int) -> ResponseReturnValue:
    """Two lines side by side, and what a person decides about them."""
    merged = merged_of(session(), actor(), ref)
    return _pair_page(merged, pair_of(merged, first, second))


@pages.post("/reviews/<ref>/chronology/pairs/<int:first>/<int:second>")
@who()
def decide(ref: str, first: int, second: int) -> ResponseReturnValue:
    """Keep what was decided, and show the next pair that nobody has decided on."""
    decided, why = request.form.get("decided", ""), request.form.get("why", "")
    try:
        deciding.decide(session(), actor(), systime.utc_now(), ref, first, second, decided, why)
    except Invalid as error:
        undo()
        merged = merged_of(session(), actor(), ref)
        return _pair_page(merged, pair_of(merged, first, second), error.reasons)
    flash(f"Recorded: {DECISIONS[decided].lower()}.", "done")
    left = merged_of(session(), actor(), ref).undecided
    if left:
        onward = url_for("merged_chronology.pair", ref=ref, first=left[0].first.id, second=left[0].second.id)
        return redirect(onward, 303)
    return redirect(url_for("merged_chronology.pairs", ref=ref), 303)


def _pair_page(merged: Merged, one: Pair, reasons: Sequence[Reason] = ()) -> ResponseReturnValue:
    before = one.decision
    form = (
        request.form if reasons else {"decided": before.decided if before else "", "why": before.why if before else ""}
    )
    shown = _page("chronology/pair.html", merged, pair=one, reasons=reasons, form=form)
    return shown, 422 if reasons else 200


@pages.get("/reviews/<ref>/chronology/beside")
@who(*CHAIRING)
def beside(ref: str) -> ResponseReturnValue:
    """Put the two lines that were ticked beside each other."""
    merged = merged_of(session(), actor(), ref)
    ticked = [int(one) for one in request.args.getlist("line") if one.isascii() and one.isdecimal()]
    if len(ticked) != 2:
        raise Conflict("Tick two lines, no more and no fewer. Go back, and choose again.")
    found = pair_of(merged, *ticked)
    return redirect(url_for("merged_chronology.pair", ref=ref, first=found.first.id, second=found.second.id))


@pages.post("/reviews/<ref>/chronology/decisions/<int:number>/undo")
@who(*CHAIRING)
def undo_decision(ref: str, number: int) -> ResponseReturnValue:
    """Undo one decision. It stays on record as undone."""
    deciding.undo(session(), actor(), systime.utc_now(), ref, number)
    flash("The decision is undone. The two lines wait for a decision again, where they seem alike.", "done")
    return redirect(url_for("merged_chronology.pairs", ref=ref), 303)


# --- one line -----------------------------------------------------------------------------------------------


@pages.get("/reviews/<ref>/chronology/lines/<int:number>")
@who()
def line(ref: str, number: int) -> ResponseReturnValue:
    """One line with where it comes from, what it was put beside, and what was noted on it."""
    merged = merged_of(session(), actor(), ref)
    return _line_page(merged, _find(merged, number))


@pages.post("/reviews/<ref>/chronology/lines/<int:number>")
@who()
def note(ref: str, number: int) -> ResponseReturnValue:
    """Keep a comment, the key lines it bears on, and whether it goes into the report."""
    try:
        deciding.note(
            session(), actor(), systime.utc_now(), ref, number,
            comment=request.form.get("comment", ""),
            key_lines=request.form.getlist("key_lines"),
            in_report="in_report" in request.form,
        )  # fmt: skip
    except Invalid as error:
        undo()
        merged = merged_of(session(), actor(), ref)
        return _line_page(merged, _find(merged, number), error.reasons)
    flash("What you noted is kept.", "done")
    return redirect(url_for("merged_chronology.line", ref=ref, number=number), 303)


def _find(merged: Merged, number: int) -> Line:
    found = merged.by_id.get(number)
    if found is None:
        raise NotFound("This line is not in the chronology, or not yours to see. A newer file may have replaced it.")
    return found


def _line_page(merged: Merged, one: Line, reasons: Sequence[Reason] = ()) -> ResponseReturnValue:
    note = one.note
    form = {
        "comment": request.form.get("comment", "") if reasons else note.comment if note else "",
        "key_lines": request.form.getlist("key_lines") if reasons else note.key_lines if note else (),
        "in_report": "in_report" in request.form if reasons else bool(note and note.in_report),
    }
    before = notes_of(session(), merged.record.id).get(one.id, [])[1:]
    shown = _page("chronology/line.html", merged, line=one, form=form, reasons=reasons, before=before)
    return shown, 422 if reasons else 200
