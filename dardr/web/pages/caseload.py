"""The caseload: every review a person may see, filtered, sorted, as a chart over time, and as a file for Excel."""

from __future__ import annotations

import itertools
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import SEES_A_PART, visible
from dardr.lookups.case_filters import CaseFilter
from dardr.lookups.case_table import HEADINGS, case_lines
from dardr.lookups.caseload import CaseRow, caseload_page
from dardr.lookups.progress import progress_of
from dardr.lookups.saved_views import views_of
from dardr.lookups.waiting import waiting_lines
from dardr.storage.bodies import Csp
from dardr.storage.people import User
from dardr.storage.reviews import Record
from dardr.web import case_query, spreadsheet
from dardr.web.audience import actor, may_use, who
from dardr.web.case_chart import chart
from dardr.web.case_query import NEWEST_REVIEW, Asked
from dardr.web.frame import page_of
from dardr.web.pages.listing import asked_page, pager
from dardr.web.pages.reviews import pages as reviews
from dardr.web.transaction import session

A_PAGE = 25
A_CHART = 60
VIEWS_OF = "reviews"
"""The page that saved views of the caseload belong to."""


@reviews.get("/reviews", endpoint="caseload")
@who()
def caseload_page_shown() -> ResponseReturnValue:
    """Every review this person may see, late first unless another order is asked for."""
    today = systime.london_date(systime.utc_now())
    asked = case_query.read(request.args)
    found = caseload_page(session(), actor(), today, asked.filters, number=asked_page(), size=A_PAGE)
    waiting = waiting_lines(session(), actor(), [row.id for row in found.rows], today)
    return render_template(
        "review/caseload.html",
        rows=[_line(row, waiting) for row in found.rows],
        total=found.total,
        late=found.late,
        pager=pager(found.number, found.total, A_PAGE),
        columns=_columns(asked.filters),
        in_part=_in_part(),
        **_around(asked),
    )


@reviews.get("/reviews/chart", endpoint="chart")
@who()
def chart_page() -> ResponseReturnValue:
    """Where every review stands, over time: the phases each has been through, today, and the date that comes next."""
    today = systime.london_date(systime.utc_now())
    asked = case_query.read(request.args)
    found = caseload_page(session(), actor(), today, asked.filters, number=asked_page(), size=A_CHART)
    reached = progress_of(session(), [row.id for row in found.rows], today)
    return render_template(
        "review/chart.html",
        chart=chart(found.rows, reached, today),
        rows=[{**_line(row, {}), "reached": reached.get(row.id, ())} for row in found.rows],
        total=found.total,
        late=found.late,
        pager=pager(found.number, found.total, A_CHART),
        **_around(asked),
    )


@reviews.get("/reviews.csv", endpoint="caseload_file")
@who()
def caseload_file() -> ResponseReturnValue:
    """The same list as a file for Excel: all of it, in the order shown, without identities."""
    today = systime.london_date(systime.utc_now())
    asked = case_query.read(request.args)

    lines = case_lines(session(), actor(), today, asked.filters)
    return spreadsheet.download(itertools.chain([HEADINGS], lines), "reviews", today)


def _in_part() -> list[dict[str, str]]:
    """The reviews of which this person sees a part only: they are in no list, count or file but this one."""
    if not any(g.record_id and g.role in SEES_A_PART for g in actor().grants):
        return []
    seen = sa.select(Record).where(visible(actor(), in_part=True), sa.not_(visible(actor())))
    return [
        {
            "ref": record.ref,
            "title": record.title,
            "stage": workflows.get(record.process).stage(record.stage).label,
            "href": page_of(record.ref, record.process_key),
        }
        for record in session().scalars(seen.order_by(Record.ref))
    ]


# --- what surrounds the list ------------------------------------------------------------------------------


def _around(asked: Asked) -> dict[str, Any]:
    """What list and chart share: filters and their choices, saved views, the ways to the other forms of the list."""
    process = workflows.newest(NEWEST_REVIEW)
    filters = asked.filters
    names = _choices()
    return {
        "filters": filters,
        "asked": asked,
        "query": case_query.query_of(filters),
        "said": case_query.in_words_of(filters, names),
        "phases": case_query.phases(),
        "stages": case_query.stages(),
        "regimes": case_query.regimes(),
        "parties": case_query.waited_for(),
        "ticks": case_query.TICKS,
        "sorts": case_query.SORT_LABELS,
        "managers": names["manager"],
        "csps": names["csp"],
        "no_manager": case_query.NO_MANAGER,
        "list_url": case_query.address(filters, url_for("reviews.caseload")),
        "chart_url": case_query.address(filters, url_for("reviews.chart")),
        "file_url": case_query.address(filters, url_for("reviews.caseload_file")),
        "views": _views(filters),
        "may_open": bool(process.opening.roles & actor().everywhere) and may_use("doing.open_new"),
        "opening": process.opening.label,
        "opening_url": url_for("notification.start"),
    }


def _choices() -> dict[str, dict[str, str]]:
    """What the list can be narrowed to: case managers of the reviews this person may see, and CSPs, by name."""
    theirs = sa.exists().where(
        Record.case_manager_id == User.id, Record.process_key.in_(sorted(workflows.REVIEW_KEYS)), visible(actor())
    )
    managers = sa.select(
        sa.literal_column("'manager'").label("what"),
        sa.cast(User.id, sa.String).label("key"),
        User.name.label("name"),
        sa.func.lower(User.name).label("place"),
    ).where(theirs)
    csps = sa.select(sa.literal_column("'csp'"), Csp.key, Csp.name, Csp.name).where(
        Csp.partnership_id == actor().partnership_id
    )
    every = sa.union_all(managers, csps).subquery()
    found: dict[str, dict[str, str]] = {"manager": {}, "csp": {}}
    for what, key, name, _ in session().execute(sa.select(every).order_by(every.c.place, every.c.key)):
        found[what][key] = name
    return found


USUAL_VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All live", {}),
    ("Mine", {"mine": "yes"}),
    ("Date passed", {"late": "yes"}),
    ("On hold", {"held": "yes"}),
)


def _views(filters: CaseFilter) -> list[dict[str, Any]]:
    """The views at the top: the usual ones, then the saved ones; ``current`` is the one that is shown."""
    now = case_query.query_of(filters)
    base = url_for(request.endpoint or "reviews.caseload")
    found = []
    for name, query in USUAL_VIEWS:
        wanted = case_query.read(query).filters
        found.append({"name": name, "href": case_query.address(wanted, base), "current": now == query, "by": ""})
    for view in views_of(session(), actor(), VIEWS_OF):
        wanted = case_query.read(case_query.parsed(view.query)).filters
        found.append(
            {
                "name": view.name,
                "href": case_query.address(wanted, base),
                "current": now == case_query.query_of(wanted),
                "by": "" if view.own else view.owner,
            }
        )
    return found


def _columns(filters: CaseFilter) -> list[dict[str, str]]:
    """The headings of the list: each sorts by its column, and again the other way round."""
    found = []
    for sort, label in (
        ("ref", "Review"), ("stage", "Where it stands"), ("waiting", "Waiting for"), ("manager", "Case manager"),
        ("next", "Next date"), ("csp", "Partnership"),
    ):  # fmt: skip
        here = filters.sort == sort
        found.append(
            {
                "label": label,
                "href": case_query.address(case_query.sorted_by(filters, sort), url_for("reviews.caseload")),
                "sorted": ("descending" if filters.descending else "ascending") if here else "",
            }
        )
    return found


def _line(row: CaseRow, waiting: dict[int, str]) -> dict[str, Any]:
    due = row.next_deadline
    next_one = {**due.as_dict(), "due": due.due, "original_due": due.original_due} if due else None
    return {
        "row": row,
        "href": page_of(row.ref, row.process.partition("@")[0]),
        "next": next_one,
        "waiting": waiting.get(row.id) or row.acts_next,
    }
