"""A plan kept in somebody's own spreadsheet or Word table, brought in under a review one page at a time."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import get_record
from dardr.casework.own_plans import facts, keeping
from dardr.casework.own_plans.bringing import CHANGED, LEFT_OUT, NEW, REFUSED, UNCHANGED
from dardr.casework.tables.columns import Column, plain
from dardr.casework.tables.reading import Table, shown
from dardr.errors import Conflict, DardrError, Invalid, NotFound, Reason
from dardr.storage.plans import SheetIn
from dardr.storage.reviews import Record
from dardr.web.audience import actor, who
from dardr.web.transaction import session
from dardr.web.uploads import is_over
from workflows import REVIEW_KEYS
from workflows.processes.recommendation_1.wording import SCOPES
from workflows.processes.who import CASEWORK

pages = Blueprint("plan_tables", __name__, url_prefix="/own-plans")

LARGEST = 10 * 1024 * 1024
SAMPLES = 3


@pages.get("/into/<ref>")
@who(*CASEWORK)
def start(ref: str) -> ResponseReturnValue:
    """Choose the file in which the plan of this review was kept until now."""
    return _start(_review(ref))


@pages.post("/into/<ref>")
@who(*CASEWORK)
def choose(ref: str) -> ResponseReturnValue:
    """Keep the file that was chosen, and guess how it is to be read."""
    review, given = _review(ref), request.files.get("file")
    try:
        if given is None or not given.filename:
            raise Invalid([Reason("Choose the file with the plan: .xlsx, .csv or a Word document (.docx).", "file")])
        content = given.read(LARGEST + 1)
        if is_over(given) or len(content) > LARGEST:
            raise Invalid([Reason("The file is larger than 10 MB. Take out pictures and old sheets first.", "file")])
        row = keeping.begin(session(), actor(), systime.utc_now(), review, given.filename, content)
    except DardrError as error:
        return _start(review, error.reasons)
    return redirect(url_for("plan_tables.columns", number=row.id))


def _start(review: Record, reasons: tuple[Reason, ...] = ()) -> ResponseReturnValue:
    return render_template("own_plan/start.html", review=review, reasons=reasons), 422 if reasons else 200


def _review(ref: str) -> Record:
    found = get_record(session(), actor(), ref)
    if found.process_key not in REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review. A plan is brought in under the review it belongs to.")
    return found


def _found(number: int) -> tuple[SheetIn, Record]:
    """The plan on its way in, and its review as this person may see it. Raises NotFound."""
    row = keeping.on_its_way(session(), actor(), number)
    review = session().get(Record, row.review_id) if row.review_id else None
    if review is None:
        raise NotFound(keeping.GONE)
    return row, _review(review.ref)


def _done(row: SheetIn) -> ResponseReturnValue | None:
    """What was brought in is not matched again: its receipt is shown."""
    return redirect(url_for("plan_tables.preview", number=row.id)) if row.applied_at is not None else None


@pages.get("/<int:number>/columns")
@who(*CASEWORK)
def columns(number: int) -> ResponseReturnValue:
    """What each column holds."""
    row, review = _found(number)
    return _done(row) or _columns(row, review, keeping.columns_chosen(row))


@pages.post("/<int:number>/columns")
@who(*CASEWORK)
def match(number: int) -> ResponseReturnValue:
    """Take what was matched; read another table or heading row where that is asked."""
    row, review = _found(number)
    if done := _done(row):
        return done
    form = request.form
    if "read" in form:
        return _read_again(row, review)
    chosen = keeping.columns_chosen(row)
    for index, column in enumerate(chosen):
        said = form.get(f"fact-{index}", "")
        column.fact = said if said in facts.BY_KEY else ""
    scope = form.get("scope", "")
    keeping.keep(
        row,
        columns=[column.as_json() for column in chosen],
        name=form.get("name", "").strip()[:120] or (row.preview or {}).get("name", ""),
        scope=scope if scope in facts.SCOPES else facts.SCOPES[0],
    )
    try:
        facts.check(chosen)
    except Invalid as error:
        return _columns(row, review, chosen, error.reasons)
    asked = facts.unexplained(chosen, keeping.table_chosen(row), facts.Bodies.load(session(), actor()))
    return redirect(url_for("plan_tables.words", number=number)) if asked else _try(row, review)


def _read_again(row: SheetIn, review: Record) -> ResponseReturnValue:
    name, given = request.form.get("sheet", ""), request.form.get("heading_row", "").strip()
    try:
        if given and (not given.isdigit() or not 1 <= int(given) <= 10_000):
            raise Invalid([Reason("Give the number of the row with the headings, for example 3.", "heading_row")])
        keeping.choose_sheet(session(), actor(), row, keeping.sheets_of(row), name, int(given or 0))
    except DardrError as error:
        return _columns(row, review, keeping.columns_chosen(row), error.reasons)
    return redirect(url_for("plan_tables.columns", number=row.id))


def _columns(
    row: SheetIn, review: Record, chosen: list[Column], reasons: tuple[Reason, ...] = ()
) -> ResponseReturnValue:
    table, kept = keeping.table_chosen(row), row.preview or {}
    page = render_template(
        "own_plan/columns.html",
        reasons=reasons,
        review=review,
        number=row.id,
        kept=kept,
        columns=[(index, column, _samples(table, column)) for index, column in enumerate(chosen)],
        facts=facts.FACTS,
        scopes=SCOPES,
        sheets=[sheet.name for sheet in keeping.sheets_of(row)],
        rows=len(table.lines),
        remarks=table.remarks,
    )
    return page, 422 if reasons else 200


def _samples(table: Table, column: Column) -> list[str]:
    values = [" ".join(shown(line.cells.get(column.heading)).split())[:40] for line in table.lines]
    return list(dict.fromkeys(value for value in values if value))[:SAMPLES]


@pages.get("/<int:number>/words")
@who(*CASEWORK)
def words(number: int) -> ResponseReturnValue:
    """What the words of the status mean, and which agency is meant where that is not sure."""
    row, review = _found(number)
    return _done(row) or _words(row, review, keeping.columns_chosen(row))


@pages.post("/<int:number>/words")
@who(*CASEWORK)
def explain(number: int) -> ResponseReturnValue:
    """Take what the words mean, and show what would happen."""
    row, review = _found(number)
    if done := _done(row):
        return done
    chosen, bodies = keeping.columns_chosen(row), facts.Bodies.load(session(), actor())
    keys, reasons = [key for key, _ in bodies.names], []
    for which, (column, asked) in enumerate(facts.unexplained(chosen, keeping.table_chosen(row), bodies)):
        for index, (word, _guess) in enumerate(asked):
            name = f"word-{which}-{index}"
            said = request.form.get(name, "")
            if said in (facts.STATUSES if column.fact == "status" else keys):
                column.words[plain(word)] = said
            else:
                column.words.pop(plain(word), None)
                if column.fact == "status":
                    reasons.append(Reason(f"Choose what “{word}” means.", name))
    keeping.keep(row, columns=[column.as_json() for column in chosen])
    return _words(row, review, chosen, tuple(reasons)) if reasons else _try(row, review)


def _words(row: SheetIn, review: Record, chosen: list[Column], reasons: tuple[Reason, ...] = ()) -> ResponseReturnValue:
    bodies = facts.Bodies.load(session(), actor())
    page = render_template(
        "own_plan/words.html",
        reasons=reasons,
        review=review,
        number=row.id,
        asked=facts.unexplained(chosen, keeping.table_chosen(row), bodies),
        statuses=list(facts.STATUSES.items()),
        bodies=bodies.names,
    )
    return page, 422 if reasons else 200


def _try(row: SheetIn, review: Record) -> ResponseReturnValue:
    keeping.try_it(session(), actor(), systime.utc_now(), row, review)
    return redirect(url_for("plan_tables.preview", number=row.id))


@pages.get("/<int:number>/preview")
@who(*CASEWORK)
def preview(number: int) -> ResponseReturnValue:
    """What would happen to each row; once it is done, what did."""
    return _preview(*_found(number))


def _preview(row: SheetIn, review: Record, reasons: tuple[Reason, ...] = ()) -> ResponseReturnValue:
    found = (row.preview or {}).get("outcome")
    if found is None:
        return redirect(url_for("plan_tables.columns", number=row.id))
    page = render_template(
        "own_plan/preview.html",
        reasons=reasons,
        row=row,
        review=review,
        found=found,
        groups={state: [r for r in found["rows"] if r["state"] == state]
                for state in (REFUSED, NEW, CHANGED, LEFT_OUT, UNCHANGED)},
    )  # fmt: skip
    return page, 409 if reasons else 200


@pages.post("/<int:number>/preview")
@who(*CASEWORK)
def bring(number: int) -> ResponseReturnValue:
    """Bring it in as shown. Sent twice it brings nothing in twice; what moved meanwhile is shown again."""
    row, review = _found(number)
    if not keeping.bring(session(), actor(), systime.utc_now(), row, review):
        moved = Conflict("Something changed here since you looked. This is what would happen now.")
        return _preview(row, review, moved.reasons)
    return redirect(url_for("plan_tables.preview", number=number))
