"""The team's own tracker: brought in one page at a time, and given back. Nothing is recorded before the last page."""

from __future__ import annotations

import base64
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework import drafts
from dardr.casework.read_log import note_read
from dardr.casework.tables.columns import KEEP, Column, plain
from dardr.casework.tables.reading import Sheet, Table, guess_heading_row, read_file, shown, table_of
from dardr.casework.tracker.bringing import CHANGED, LEFT_OUT, NEW, REFUSED, UNCHANGED, Plan, bring_in
from dardr.casework.tracker.exporting import export, layouts
from dardr.casework.tracker.matching import BY_KEY, FACTS, IDENTITY, LEAVE, LEAVE_ROW, looks_like_identity
from dardr.casework.tracker.planning import explain, plan_for, unexplained
from dardr.casework.tracker.standing import Choices
from dardr.errors import DardrError, Invalid, NotFound, Reason
from dardr.storage.drafts import Draft
from dardr.storage.tracker import TrackerLayout
from dardr.web.audience import actor, who
from dardr.web.transaction import database, session
from dardr.web.uploads import is_over
from workflows.definition import Role
from workflows.processes.dardr_s9_1.stages import LIVE

pages = Blueprint("tracker", __name__, url_prefix="/administration/tracker")

CARRIES_REVIEWS = (Role.CASE_MANAGER, Role.TEAM_MANAGER)
PURPOSE = "tracker"
LARGEST = 10 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLES = 3


class Bringing:
    """A tracker on its way in: the file, sealed, and what was chosen so far. It belongs to the one who chose it."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.values: dict[str, Any] = drafts.values_of(draft)

    @classmethod
    def find(cls, number: int) -> Bringing:
        """The one of that number, if it is this person's. Raises NotFound."""
        draft = session().scalar(
            sa.select(Draft).where(Draft.id == number, Draft.user_id == actor().id, Draft.purpose == PURPOSE)
        )
        if draft is None or draft.sealed is None:
            raise NotFound("This tracker is not on its way in any more. Choose the file again.")
        return cls(draft)

    @property
    def done(self) -> bool:
        """True once it was brought in: the file is not kept then."""
        return "file" not in self.values

    def sheets(self) -> list[Sheet]:
        """The sheets of the file."""
        return read_file(base64.b64decode(self.values["file"]), self.values["name"])

    def plan(self) -> Plan:
        """What was chosen so far."""
        kept = self.values
        return Plan(kept["layout"], kept["sheet"], kept["heading_row"], [Column.of(c) for c in kept["columns"]])

    def table(self) -> Table:
        """The rows, as chosen so far."""
        sheet = next(s for s in self.sheets() if s.name == self.values["sheet"])
        return table_of(sheet, self.values["heading_row"])

    def take(self, plan: Plan) -> None:
        """Remember what was chosen."""
        self.keep(
            layout=plan.name,
            sheet=plan.sheet,
            heading_row=plan.heading_row,
            columns=[column.as_json() for column in plan.columns],
        )

    def keep(self, **values: Any) -> None:
        """Remember more of it."""
        self.values = {**self.values, **values}
        drafts.save(self.draft, systime.utc_now(), self.values)


def _page(template: str, reasons: tuple[Reason, ...] = (), **values: Any) -> ResponseReturnValue:
    return render_template(template, reasons=reasons, **values), 422 if reasons else 200


def _to(page: str, number: int) -> ResponseReturnValue:
    return redirect(url_for(f"tracker.{page}", number=number))


# --- choosing ---------------------------------------------------------------------------------------------


@pages.get("")
@who(*CARRIES_REVIEWS)
def start() -> ResponseReturnValue:
    """Bring a tracker in, or have it back."""
    return _start()


@pages.post("")
@who(*CARRIES_REVIEWS)
def choose() -> ResponseReturnValue:
    """Take the file that was chosen, and guess how it is to be read."""
    given = request.files.get("file")
    try:
        if given is None or not given.filename:
            raise Invalid([Reason("Choose the file of your tracker: an Excel workbook (.xlsx) or a CSV file.", "file")])
        data = given.read(LARGEST + 1)
        if is_over(given) or len(data) > LARGEST:
            raise Invalid([Reason("The file is larger than 10 MB. Take out pictures and old sheets first.", "file")])
        sheets = read_file(data, given.filename)
        plan, _table = plan_for(session(), actor(), sheets)
    except DardrError as error:
        return _start(error.reasons)
    # The name of the file may be the name of a person: only its ending is kept.
    ending = "csv" if given.filename.lower().endswith(".csv") else "xlsx"
    values = {"name": f"tracker.{ending}", "file": base64.b64encode(data).decode()}
    draft, _ = drafts.begin(session(), systime.utc_now(), PURPOSE, values, user_id=actor().id)
    Bringing(draft).take(plan)
    seen = [sheet for sheet in sheets if not sheet.hidden]
    return _to("sheet" if len(seen) > 1 and not layouts(session(), actor()) else "columns", draft.id)


def _start(reasons: tuple[Reason, ...] = ()) -> ResponseReturnValue:
    kept = layouts(session(), actor())
    names = {one.id: any(c["fact"] in IDENTITY for c in one.columns) for one in kept}
    return _page("tracker/start.html", reasons, layouts=kept, has_names=names)


@pages.get("/<int:number>/sheet")
@who(*CARRIES_REVIEWS)
def sheet(number: int) -> ResponseReturnValue:
    """Which sheet, and in which row its headings are."""
    bringing = Bringing.find(number)
    if bringing.done:
        return _to("done", number)
    return _sheet_page(bringing, bringing.values["sheet"], str(bringing.values["heading_row"]))


@pages.post("/<int:number>/sheet")
@who(*CARRIES_REVIEWS)
def choose_sheet(number: int) -> ResponseReturnValue:
    """Read that sheet from that row on."""
    bringing = Bringing.find(number)
    if bringing.done:
        return _to("done", number)
    name, row = request.form.get("sheet", ""), request.form.get("heading_row", "").strip()
    try:
        if row and (not row.isdigit() or int(row) < 1):
            raise Invalid(
                [Reason("Give the number of the row in which the headings are, for example 3.", "heading_row")]
            )
        plan, _table = plan_for(session(), actor(), bringing.sheets(), sheet=name, heading_row=int(row or 0))
    except DardrError as error:
        return _sheet_page(bringing, name, row, error.reasons)
    bringing.take(plan)
    return _to("columns", number)


def _sheet_page(bringing: Bringing, name: str, row: str, reasons: tuple[Reason, ...] = ()) -> ResponseReturnValue:
    sheets = bringing.sheets()
    return _page(
        "tracker/sheet.html",
        reasons,
        number=bringing.draft.id,
        sheets=[(s, guess_heading_row(s), [shown(v) for v in s.rows[guess_heading_row(s) - 1] if v]) for s in sheets],
        chosen=name,
        heading_row=row,
    )


# --- matching ---------------------------------------------------------------------------------------------


@pages.get("/<int:number>/columns")
@who(*CARRIES_REVIEWS)
def columns(number: int) -> ResponseReturnValue:
    """What each column holds."""
    bringing = Bringing.find(number)
    return _to("done", number) if bringing.done else _columns_page(bringing, bringing.plan())


@pages.post("/<int:number>/columns")
@who(*CARRIES_REVIEWS)
def match(number: int) -> ResponseReturnValue:
    """Take what was matched; ask again where a column may hold names."""
    bringing = Bringing.find(number)
    if bringing.done:
        return _to("done", number)
    plan, table, form = bringing.plan(), bringing.table(), request.form
    plan.name = form.get("name", "").strip()[:120] or plan.name
    reasons: list[Reason] = []
    sure: set[int] = set()
    for index, column in enumerate(plan.columns):
        chosen = form.get(f"fact-{index}", KEEP)
        column.fact = chosen if chosen in (*BY_KEY, LEAVE) else KEEP
        column.key = f"key-{index}" in form
        if f"sure-{index}" in form:
            sure.add(index)
        elif _warning(column, table):
            reasons.append(
                Reason(
                    f"“{column.heading}” may hold names or dates of birth. Keep it apart, leave it out, or tick that it"
                    " holds none.",
                    f"fact-{index}",
                )
            )
    explain(plan.columns, table, Choices.load(session(), actor()))
    bringing.take(plan)
    try:
        plan.check()
    except Invalid as error:
        reasons += error.reasons
    if reasons:
        return _columns_page(bringing, plan, tuple(reasons), sure)
    asked = unexplained(plan.columns, table, Choices.load(session(), actor()))
    return _to("words", number) if asked else _try(bringing)


def _warning(column: Column, table: Table) -> str:
    return looks_like_identity(column.heading, [line.cells.get(column.heading) for line in table.lines], column.fact)


def _columns_page(
    bringing: Bringing, plan: Plan, reasons: tuple[Reason, ...] = (), sure: set[int] | None = None
) -> ResponseReturnValue:
    table = bringing.table()
    found = []
    for index, column in enumerate(plan.columns):
        values = [shown(line.cells.get(column.heading)) for line in table.lines]
        samples = list(dict.fromkeys(" ".join(v.split())[:40] for v in values if v))[:SAMPLES]
        apart = column.fact in IDENTITY
        found.append(
            {
                "index": index,
                "column": column,
                "samples": ["(kept apart)"] if apart and samples else samples,
                "warning": _warning(column, table),
                "sure": index in (sure or ()),
            }
        )
    return _page(
        "tracker/columns.html",
        reasons,
        number=bringing.draft.id,
        plan=plan,
        columns=found,
        facts=FACTS,
        leave=LEAVE,
        asks_key=plan.of("reference") is None,
        rows=len(table.lines),
        remarks=table.remarks,
    )


@pages.get("/<int:number>/words")
@who(*CARRIES_REVIEWS)
def words(number: int) -> ResponseReturnValue:
    """What the words of the stage column mean, and those of partnerships not known here."""
    bringing = Bringing.find(number)
    return _to("done", number) if bringing.done else _words_page(bringing, bringing.plan())


@pages.post("/<int:number>/words")
@who(*CARRIES_REVIEWS)
def explain_words(number: int) -> ResponseReturnValue:
    """Take what the words mean, and try it."""
    bringing = Bringing.find(number)
    if bringing.done:
        return _to("done", number)
    plan, table = bringing.plan(), bringing.table()
    choices = Choices.load(session(), actor())
    reasons: list[Reason] = []
    for which, (column, said) in enumerate(unexplained(plan.columns, table, choices)):
        allowed = (*LIVE, LEAVE_ROW) if column.fact == "stage" else tuple(key for _, key, _ in choices.csps)
        for index, word in enumerate(said):
            chosen = request.form.get(f"word-{which}-{index}", "")
            if chosen in allowed:
                column.words[plain(word)] = chosen
            else:
                column.words.pop(plain(word), None)
                if column.fact == "stage":
                    reasons.append(Reason(f"Choose what “{word}” means.", f"word-{which}-{index}"))
    bringing.take(plan)
    return _words_page(bringing, plan, tuple(reasons)) if reasons else _try(bringing)


def _words_page(bringing: Bringing, plan: Plan, reasons: tuple[Reason, ...] = ()) -> ResponseReturnValue:
    table, choices = bringing.table(), Choices.load(session(), actor())
    asked = []
    for which, (column, said) in enumerate(unexplained(plan.columns, table, choices)):
        counted = [plain(shown(line.cells.get(column.heading))) for line in table.lines]
        asked.append(
            {
                "which": which,
                "column": column,
                "is_stage": column.fact == "stage",
                "words": [(i, w, column.words.get(plain(w), ""), counted.count(plain(w))) for i, w in enumerate(said)],
            }
        )
    return _page(
        "tracker/words.html",
        reasons,
        number=bringing.draft.id,
        asked=asked,
        stages=[(key, choices.stages[key]) for key in LIVE],
        leave_row=LEAVE_ROW,
        csps=[(key, name) for _, key, name in choices.csps],
    )


# --- trying, and doing ------------------------------------------------------------------------------------


def _try(bringing: Bringing) -> ResponseReturnValue:
    """Try it, keep nothing of it but what would happen, and show that."""
    number, plan, table = bringing.draft.id, bringing.plan(), bringing.table()
    outcome = bring_in(session(), actor(), systime.utc_now(), plan, table, keep=False)
    bringing.keep(outcome=outcome.as_dict())
    return _to("preview", number)


@pages.get("/<int:number>/preview")
@who(*CARRIES_REVIEWS)
def preview(number: int) -> ResponseReturnValue:
    """What would happen to each row."""
    bringing = Bringing.find(number)
    if bringing.done:
        return _to("done", number)
    if "outcome" not in bringing.values:
        return _to("columns", number)
    asks = any(c.fact in ("stage", "csp") for c in bringing.plan().columns)
    return _page("tracker/preview.html", number=number, asks_words=asks, **_grouped(bringing.values["outcome"]))


@pages.post("/<int:number>/preview")
@who(*CARRIES_REVIEWS)
def confirm(number: int) -> ResponseReturnValue:
    """Bring it in. The file is not kept afterwards; sending the page twice does nothing twice."""
    bringing = Bringing.find(number)
    if not bringing.done:
        plan, table = bringing.plan(), bringing.table()
        outcome = bring_in(session(), actor(), systime.utc_now(), plan, table, keep=True)
        drafts.save(bringing.draft, systime.utc_now(), {"outcome": outcome.as_dict()})
    return _to("done", number)


@pages.get("/<int:number>/done")
@who(*CARRIES_REVIEWS)
def done(number: int) -> ResponseReturnValue:
    """What was brought in."""
    bringing = Bringing.find(number)
    if not bringing.done:
        return _to("preview", number)
    outcome = bringing.values["outcome"]
    layout = next((one for one in layouts(session(), actor()) if one.name == outcome["layout"]), None)
    return _page("tracker/done.html", layout=layout, **_grouped(outcome))


def _grouped(outcome: dict[str, Any]) -> dict[str, Any]:
    rows = outcome["rows"]
    return {
        "outcome": outcome,
        **{state: [r for r in rows if r["state"] == state] for state in (NEW, CHANGED, REFUSED, LEFT_OUT, UNCHANGED)},
    }


# --- having it back ---------------------------------------------------------------------------------------


@pages.get("/layouts/<int:number>/download")
@who(*CARRIES_REVIEWS)
def download(number: int) -> ResponseReturnValue:
    """The tracker in its own columns, with today's values. With names only where asked for, and then it is logged."""
    layout = session().scalar(
        sa.select(TrackerLayout).where(
            TrackerLayout.id == number, TrackerLayout.partnership_id == actor().partnership_id
        )
    )
    if layout is None:
        raise NotFound("No tracker of that number is remembered here.")
    now = systime.utc_now()
    given = export(session(), actor(), layout, identities=request.args.get("names") == "yes")
    for record_id in given.identities_of:
        note_read(database(), now, actor(), "identity", record_id, "the tracker, downloaded with names")
    response = Response(given.data, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="tracker-{systime.london_date(now)}.xlsx"'
    return response
