"""The quarterly report as people read it: a page, a PDF, or JSON. Figures always as tables, each defined."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

from dardr.lookups.quarterly.periods import quarter_of
from dardr.lookups.quarterly.report import AgeSummary, Extension, Figure, Report
from notifications import documents
from notifications.render import render_document
from notifications.report import Chart, Definition, Section, Table
from workflows.authority import Authority
from workflows.calendar import in_words
from workflows.clocks import STATE_LABELS, State

Format = Literal["html", "pdf", "json"]
FORMATS: tuple[Format, ...] = ("html", "pdf", "json")
SMALL_NUMBERS = (
    "Small numbers may let people be recognised. This report is for the partnership: check it before any of it is"
    " published."
)


def render(report: Report, form: Format, prepared_on: date) -> bytes:
    """The report in that format; ``prepared_on`` is the London date it is made. The same input gives the same bytes."""
    if form == "json":
        return (json.dumps(report.as_dict(), ensure_ascii=False, indent=2) + "\n").encode()
    return render_document(as_document(report, prepared_on), form)


def as_document(report: Report, prepared_on: date) -> documents.QuarterlyReport:
    """The words and tables of the report."""
    return documents.QuarterlyReport(
        partnership=report.partnership,
        prepared_on=prepared_on,
        demonstration=report.demonstration,
        heading=f"Domestic abuse related death reviews: {'quarterly report' if _is_quarter(report) else 'report'}",
        subtitle=f"{report.period.label}, as at {in_words(report.as_at)}",
        sections=tuple(_sections(report)),
        definitions=tuple(Definition(term=term, meaning=meaning) for term, meaning in report.definitions.items()),
        footers=(SMALL_NUMBERS,),
    )


def _is_quarter(report: Report) -> bool:
    return quarter_of(report.period.from_) == report.period


def _sections(report: Report) -> Iterable[Section]:
    yield _caseload(report)
    yield _activity(report)
    for summary in report.ages:
        yield _ages(summary)
    yield _agreed(report)
    yield _holds(report)
    yield _waiting_for_chair(report)
    yield _feedback(report)
    yield _no_reviews(report)
    yield _actions(report)
    yield _replies(report)
    yield _by_csp(report)
    yield _catalogue(report)


def _table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    return Table(caption=caption, headers=tuple(headers), rows=tuple(tuple(map(_cell, row)) for row in rows))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return in_words(value) if isinstance(value, date) else str(value)


def _many(n: int, one: str, several: str | None = None) -> str:
    return f"{n} {one}" if n == 1 else f"{n} {several or one + 's'}"


def _caseload(report: Report) -> Section:
    rows = [(r.label, r.count, r.held, r.deferred) for r in report.caseload]
    total = ("All", report.live, sum(r.held for r in report.caseload), sum(r.deferred for r in report.caseload))
    return Section(
        heading="Caseload by phase",
        commentary=(
            f"{_many(report.live, 'review was', 'reviews were')} live on {in_words(report.day)}.",
            f"Live: {report.definitions['Live'][0].lower()}{report.definitions['Live'][1:]}",
        ),
        tables=(_table("Live reviews by phase", ("Phase", "Live", "Of which on hold", "Deferred"), [*rows, total]),),
        chart=_chart(report),
    )


def _chart(report: Report) -> Chart | None:
    if not report.live:
        return None
    alt = "Bars: " + ", ".join(f"{r.label.lower()} {r.count}" for r in report.caseload)
    return Chart(svg=bars([(r.label, r.count) for r in report.caseload], "Live reviews"), alt=alt)


def bars(values: Sequence[tuple[str, int]], axis: str) -> str:
    """A bar for each value, in the order given, as SVG."""
    import vl_convert

    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 420,
        "height": 26 * len(values),
        "data": {"values": [{"name": name, "n": n} for name, n in values]},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": [name for name, _ in values], "axis": {"title": None}},
            "x": {
                "field": "n",
                "type": "quantitative",
                "axis": {"title": axis, "tickMinStep": 1, "format": "d", "grid": False},
            },
        },
        "layer": [
            {"mark": {"type": "bar", "color": "#17505c", "height": {"band": 0.7}}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12},
                "encoding": {"text": {"field": "n", "type": "quantitative"}},
            },
        ],
        "config": {
            "font": "Arial, Helvetica, sans-serif",
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 260},
            "view": {"stroke": None},
        },
    }
    return vl_convert.vegalite_to_svg(spec)


def _figures(caption: str, report: Report, figures: Iterable[Figure]) -> Table:
    return _table(
        caption,
        ("Figure", "In the period", f"{report.year} to date", "What is counted"),
        [(f.label, f.in_period, f.in_year, f.definition) for f in figures],
    )


def _activity(report: Report) -> Section:
    year = report.year_to_date
    return Section(
        heading="What was done",
        commentary=(f"In the period {report.period.label}; and in {report.year} from {year.label}.",),
        tables=(_figures("Activity", report, report.activity),),
    )


def _ages(summary: AgeSummary) -> Section:
    states = ", ".join(f"{STATE_LABELS[State(s)].lower()} {n}" for s, n in summary.by_state.items())
    said = [summary.definition]
    if summary.live:
        said.append(
            f"{_many(summary.live, 'live review')}: {states}. Longest {_many(summary.longest_days or 0, 'day')}, median"
            f" {_many(summary.median_days or 0, 'day')}."
        )
    else:
        said.append("No live review is at this point.")
    said.append(
        f"In the period {summary.met_in_period} done: {summary.met_within_guide_in_period} within {summary.guide},"
        f" {summary.met_by_agreed_date_in_period} by an agreed date."
    )
    authority = summary.authority
    said.append(f"The date: {Authority.of(authority).words}.")
    rows = [(a.ref, a.since, a.days, a.due, a.original_due if a.agreed else None, a.words) for a in summary.reviews]
    headers = ("Review", "Since", "Days", "Date that counts", "Guide's own date", "How it stands")
    tables = (_table(f"{summary.label}: live reviews, oldest first", headers, rows),) if rows else ()
    return Section(heading=f"{summary.label}, against {summary.guide}", commentary=tuple(said), tables=tables)


def _agreed(report: Report) -> Section:
    new = sum(e.in_period for e in report.extensions)
    rows = [(e.ref, e.label, e.agreed_due, e.original_due, f"{_moved(e)}: {e.reason}") for e in report.extensions]
    headers = ("Record", "What", "Agreed date", "Date before", "When and why")
    return Section(
        heading="Agreed dates",
        commentary=(
            f"{_many(len(rows), 'agreed date stands', 'agreed dates stand')}; {new} agreed in the period."
            if rows
            else "No agreed date stands.",
        ),
        tables=(_table("Dates moved by agreement", headers, rows),) if rows else (),
    )


def _moved(extension: Extension) -> str:
    n = extension.times_moved
    times = "" if n == 1 else f", moved {'twice' if n == 2 else f'{n} times'}"
    return f"{in_words(extension.agreed_on)}{times}"


def _holds(report: Report) -> Section:
    still = sum(h.open for h in report.holds)
    rows = [
        (h.ref, h.label, h.from_, "still open" if h.open else h.until, ", ".join(h.clocks) or "none", h.reason)
        for h in report.holds
    ]
    headers = ("Review", "Kind", "From", "Until", "Dates paused", "Reason")
    return Section(
        heading="Holds and deferrals",
        commentary=(
            f"{_many(len(rows), 'hold or deferral was', 'holds and deferrals were')} open in the period; {still} still"
            f" open on {in_words(report.day)}."
            if rows
            else "Nothing was on hold in the period.",
        ),
        tables=(_table("Holds and deferrals, with their reasons", headers, rows),) if rows else (),
    )


def _waiting_for_chair(report: Report) -> Section:
    rows = report.waiting_for_chair
    return Section(
        heading="Waiting for an independent chair",
        commentary=(
            f"{_many(len(rows), 'review')} waited for an independent chair on {in_words(report.day)}. No rule sets a"
            " time for it: days are counted from the decision, or from the day the chair before left.",
        ),
        tables=(
            (_table("Reviews without a chair", ("Review", "Since", "Days"), [(r.ref, r.since, r.days) for r in rows]),)
            if rows
            else ()
        ),
    )


def _feedback(report: Report) -> Section:
    found = report.feedback
    said = [
        f"{_many(found.entries, 'answer')} from {_many(found.reviews, 'review')} in the period, about how the review"
        " went: its chair, its panel, and the way reviews are done."
    ]
    if found.entries and found.few:
        said.append("What was said of chairing is shown once it comes from three reviews or more.")
    tables = [_table(one.label, ("Answer", "How often"), one.given.items()) for one in found.asked]
    return Section(heading="What people said of reviews", commentary=tuple(said), tables=tuple(tables))


def _no_reviews(report: Report) -> Section:
    rows = [(n.ref, n.decided_on, n.decision, n.outcome, n.outcome_on) for n in report.no_reviews]
    return Section(
        heading="Decisions not to hold a review",
        commentary=() if rows else ("None was made in the period, and none is with the Home Office.",),
        tables=(_table("Decisions and their outcomes", ("Record", "Decided on", "Decision", "Outcome", "On"), rows),)
        if rows
        else (),
    )


def _actions(report: Report) -> Section:
    plans = report.actions
    by_agency = [
        (a.name, a.total, a.not_ended, a.past_their_date, a.implemented_in_period, a.implemented_in_year)
        for a in plans.by_agency
    ]
    headers = ("Body that leads", "All", "Not ended", "Past their date", "Implemented in the period", report.year)
    tables = [
        _figures("Actions implemented", report, plans.figures),
        _table("Actions by status", ("Status", "Actions"), [(s.label, s.count) for s in plans.by_status]),
    ]
    if by_agency:
        tables.append(_table("Actions by the body that leads", headers, by_agency))
    every = ", ".join(plans.reviews_with_every_action_ended)
    return Section(
        heading="Action plans",
        commentary=(f"Concluded in the period with every action ended: {every}.",) if every else (),
        tables=tuple(tables),
    )


def _replies(report: Report) -> Section:
    rows = [(r.body, r.report, r.due, r.published_on, r.words) for r in report.commissioner_replies]
    headers = ("Body", "Report", "To be published by", "Published", "How it stands")
    return Section(
        heading="Replies to the Domestic Abuse Commissioner",
        commentary=(
            "Each body named in a report under section 8 of the Domestic Abuse Act 2021 publishes its own reply within"
            " 56 days, beginning with the day the report is published (section 16). Shown: replies not published yet,"
            " and those published in the period.",
            *_owed_to_the_commissioner(report),
        ),
        tables=(_table("Replies, body by body", headers, rows),) if rows else (),
    )


def _owed_to_the_commissioner(report: Report) -> tuple[str, ...]:
    """How many replies and answers are owed on the day, in sentences; none where there is nothing to count."""
    said: list[str] = []
    asked = report.commissioner_requests
    if not_published := [r for r in report.commissioner_replies if r.published_on is None]:
        passed = sum(r.due is not None and r.due < report.day for r in not_published)
        said.append(f"Not published yet: {len(not_published)}, of which past the date in the Act: {passed}.")
    if any((asked.in_full, asked.in_part, asked.declined, asked.not_yet)):
        said.append(
            "Requests for co-operation under section 15, each body asked counted once:"
            f" {asked.in_full} answered in full in the period, {asked.in_part} in part, {asked.declined} declined;"
            f" {asked.not_yet} not answered yet, of which past the date that the request"
            f" gives: {asked.past_their_date}."
        )
    return tuple(said)


def _by_csp(report: Report) -> Section:
    reviews = ("Local partnership", "Live", "Notified", "To review", "No review", "Published", "Concluded")
    plans = ("Local partnership", "Actions not ended", "Actions implemented in the period")
    tables = (
        _table(
            "Reviews live on the last day, and what was done in the period",
            reviews,
            [
                (c.name, c.live, c.notified, c.decided_to_review, c.decided_no_review, c.published, c.concluded)
                for c in report.by_csp
            ],
        ),
        _table(
            "Actions of their reviews",
            plans,
            [(c.name, c.actions_not_ended, c.actions_implemented) for c in report.by_csp],
        ),
    )
    return Section(
        heading="By local partnership",
        commentary=(report.definitions["By CSP"],),
        tables=tables if report.by_csp else (),
    )


def _catalogue(report: Report) -> Section:
    listed = report.catalogue
    rows = [(p.partnership, p.on_record, p.dated_in_period) for p in listed.partnerships]
    return Section(
        heading="Published reviews of the back catalogue",
        commentary=(listed.definition,) if rows else ("None is on record.",),
        tables=(_table("Back catalogue", ("Partnership", "On record", "Published in the period"), rows),)
        if rows
        else (),
    )
