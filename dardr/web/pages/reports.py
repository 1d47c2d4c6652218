"""The quarterly report: the page is the report, for a quarter and as at a day."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.access import SEES_EVERY_REVIEW, SEES_PLANS
from dardr.errors import DardrError, Invalid, Reason
from dardr.lookups.quarterly import Period, quarter, quarter_of, quarterly
from dardr.lookups.quarterly.printed import FORMATS, as_document, render
from dardr.web import forms
from dardr.web.audience import actor, who
from dardr.web.pages.documents import download
from dardr.web.transaction import session
from workflows.partial import parse_date

pages = Blueprint("reports", __name__)

READERS = SEES_EVERY_REVIEW | SEES_PLANS
QUARTERS_OFFERED = 12
AS_AT = "as-at"


@pages.get("/reports")
@who(*READERS)
def quarterly_report() -> ResponseReturnValue:
    """The report of a quarter, on a page, with its downloads."""
    today = systime.london_date(systime.utc_now())
    document, reasons = None, ()
    chosen = request.args.get("quarter") or _name(quarter_of(today))
    as_at: date | None = None
    try:
        period, as_at = quarter(chosen), _as_at(today)
        document = as_document(quarterly(session(), actor(), period.from_, period.to, as_at, today), today)
    except DardrError as error:
        reasons = tuple(r.reason for r in error.reasons)
    picked = request.args if AS_AT + "-year" in request.args else {}
    shown = as_at or today
    return render_template(
        "report/quarterly.html",
        document=document,
        reasons=reasons,
        quarters=_offered(today),
        chosen=chosen,
        as_at=as_at,
        as_at_parts={
            part: picked.get(f"{AS_AT}-{part}", str(getattr(shown, part))) for part in ("day", "month", "year")
        },
        formats=FORMATS,
    )


@pages.get("/reports/quarterly.<form>")
@who(*READERS)
def quarterly_file(form: str) -> ResponseReturnValue:
    """The same report as a file: PDF, one HTML page, or JSON."""
    if form not in FORMATS:
        raise Invalid([Reason(f"The report is made as {', '.join(FORMATS)}, not as {form}.", "format")])
    today = systime.london_date(systime.utc_now())
    period = quarter(request.args.get("quarter") or _name(quarter_of(today)))
    as_at = parse_date(request.args["as_at"]) if request.args.get("as_at") else today
    report = quarterly(session(), actor(), period.from_, period.to, as_at, today)
    return download(render(report, form, today), f"quarterly-report-{_name(period)}-as-at-{as_at}", form)


def _as_at(today: date) -> date:
    text = forms.date_text(request.args, AS_AT)
    if not text:
        return today
    try:
        return parse_date(text)
    except ValueError as error:
        raise Invalid([Reason(str(error), "as_at")]) from error


def _name(period: Period) -> str:
    return f"{period.from_.year}Q{(period.from_.month + 2) // 3}"


def _offered(today: date) -> list[tuple[str, str]]:
    found, day = [], today
    for _ in range(QUARTERS_OFFERED):
        period = quarter_of(day)
        found.append((_name(period), period.label))
        day = period.from_ - timedelta(days=1)
    return found
