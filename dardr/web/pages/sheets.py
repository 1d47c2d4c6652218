"""Workbooks of actions: given out for one agency or one plan, taken back cell by cell, with a receipt."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import OF_AGENCIES, get_record
from dardr.actors import Purpose
from dardr.casework.administer.checks import of_key
from dardr.casework.open_actions import owing
from dardr.casework.sheets import taking
from dardr.casework.sheets.comparing import HERE, MINE
from dardr.casework.sheets.giving import Workbook, give_plan, give_to_body
from dardr.casework.sheets.taking import Moved
from dardr.errors import Conflict, DardrError, Invalid, Reason
from dardr.lookups.agency import bodies_of_actor
from dardr.storage.bodies import Body
from dardr.web.audience import actor, who
from dardr.web.transaction import session
from dardr.web.uploads import is_over
from workflows.definition import Role
from workflows.processes.who import CASEWORK, DECIDERS

pages = Blueprint("sheets", __name__, url_prefix="/sheets")

USES_SHEETS = CASEWORK | OF_AGENCIES

GIVES_PLANS = DECIDERS | {Role.INDEPENDENT_CHAIR, Role.STEERING_MEMBER}
LARGEST = 10 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("")
@who(*USES_SHEETS, doors={Purpose.AGENCY})
def take_in() -> ResponseReturnValue:
    """Choose a workbook that came back; those taken in before."""
    return _start()


@pages.post("")
@who(*USES_SHEETS, doors={Purpose.AGENCY})
def upload() -> ResponseReturnValue:
    """Keep the workbook that was chosen, and show what taking it in would do."""
    try:
        name, content = _given()
        row = taking.take_in(session(), actor(), systime.utc_now(), name, content)
    except DardrError as error:
        return _start(error.reasons)
    return redirect(url_for("sheets.preview", number=row.id))


def _given() -> tuple[str, bytes]:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid([Reason("Choose the workbook: an Excel file (.xlsx) that was given out here.", "file")])
    content = given.read(LARGEST + 1)
    if is_over(given) or len(content) > LARGEST:
        raise Invalid(
            [Reason("The file is larger than 10 MB. Take out pictures and sheets of your own first.", "file")]
        )
    return given.filename, content


def _start(reasons: tuple[Reason, ...] = ()) -> ResponseReturnValue:
    bodies, of_the_team = _bodies()
    page = render_template(
        "sheets/start.html",
        reasons=reasons,
        bodies=bodies,
        of_the_team=of_the_team,
        before=taking.taken_in(session(), actor()),
    )
    return page, 422 if reasons else 200


def _bodies() -> tuple[list[tuple[str, str, int]], bool]:
    """The bodies whose workbook this person may have, with their open actions: the team's all, an agency's own."""
    me = actor()
    if not me.roles & CASEWORK:
        return [(one.key, one.name, 0) for one in bodies_of_actor(session(), me)], False
    found = []
    for key, many in owing(session(), me.partnership_id or 0).items():
        found.append((key, of_key(session(), Body, key).name, many))
    return found, True


@pages.get("/agency")
@who(*USES_SHEETS, doors={Purpose.AGENCY})
def out_for_agency() -> ResponseReturnValue:
    """The workbook of one agency, to download: ``?body=KEY``; an agency's own where none is named."""
    return render_template("sheets/out.html", body=_body(), review=None)


@pages.post("/agency")
@who(*USES_SHEETS, doors={Purpose.AGENCY})
def give_for_agency() -> ResponseReturnValue:
    """The workbook itself; what each cell held is kept."""
    body = _body()
    try:
        return _download(give_to_body(session(), actor(), systime.utc_now(), body))
    except DardrError as error:
        return render_template("sheets/out.html", body=body, review=None, nothing=str(error)), error.status


def _body() -> Body:
    """The body that is asked for, if it is this person's or they are of the team. Raises NotFound, Invalid."""
    asked, me = request.values.get("body", ""), actor()
    if me.roles & CASEWORK:
        return of_key(session(), Body, asked)
    mine = bodies_of_actor(session(), me)
    return next((one for one in mine if one.key == asked or not asked), None) or of_key(session(), Body, "")


@pages.get("/plan/<ref>")
@who(*GIVES_PLANS)
def plan_out(ref: str) -> ResponseReturnValue:
    """The whole plan of a review as a workbook, to download."""
    return render_template("sheets/out.html", body=None, review=get_record(session(), actor(), ref))


@pages.post("/plan/<ref>")
@who(*GIVES_PLANS)
def give_for_plan(ref: str) -> ResponseReturnValue:
    """The workbook itself; what each cell held is kept."""
    review = get_record(session(), actor(), ref)
    try:
        return _download(give_plan(session(), actor(), systime.utc_now(), review))
    except DardrError as error:
        return render_template("sheets/out.html", body=None, review=review, nothing=str(error)), error.status


def _download(given: Workbook) -> Response:
    response = Response(given.data, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{given.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/<int:number>")
@who(*USES_SHEETS, doors={Purpose.AGENCY})
def preview(number: int) -> ResponseReturnValue:
    """What taking a workbook in would do, cell by cell; once it is done, the receipt."""
    return _preview(number)


def _preview(number: int, reasons: tuple[Reason, ...] = (), status: int = 422) -> ResponseReturnValue:
    row = taking.sheet_in(session(), actor(), number)
    if row.applied_at is not None:
        return render_template("sheets/receipt.html", row=row, receipt=taking.receipt_of(row).as_dict())
    page = render_template(
        "sheets/preview.html",
        reasons=reasons,
        row=row,
        found=row.preview,
        chosen=request.form if request.method == "POST" else {},
        may_confirm=taking.may_confirm(session(), actor(), row),
        mine=MINE,
        here=HERE,
    )
    return page, status if reasons else 200


@pages.post("/<int:number>")
@who(*USES_SHEETS, doors={Purpose.AGENCY})
def confirm(number: int) -> ResponseReturnValue:
    """Record what was shown. What moved meanwhile is shown again; sending the page twice records nothing twice."""
    row = taking.sheet_in(session(), actor(), number)
    chosen = {name[len("choice-") :]: value for name, value in request.form.items() if name.startswith("choice-")}
    seen = request.form.get("seen", "")
    try:
        taking.confirm(session(), actor(), systime.utc_now(), row, seen=seen, chosen=chosen)
    except (Moved, Invalid) as error:
        return _preview(number, error.reasons)
    except Conflict as error:
        return _preview(number, error.reasons, status=409)
    return redirect(url_for("sheets.preview", number=number))
