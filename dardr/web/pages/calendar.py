"""The calendar: a month, or a list of its days: what is due, meetings, hearings, and days that have a name."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.lookups.calendar_days import DEADLINE, HEARING, OF_MEETING, STATUTE_FIRST, Asked, Dated, Days, Named, days
from dardr.lookups.calendar_feeds import entry_of_deadline
from dardr.web.audience import actor, who
from dardr.web.calendar_files import calendar_file
from dardr.web.frame import page_of
from dardr.web.transaction import session
from dardr.web.words import WEEKDAYS
from notifications.icalendar_files import single

pages = Blueprint("calendar", __name__)

MONTHS = tuple(months.month_name)
FIRST_YEAR, LAST_YEAR = 2011, 2100
IN_A_CELL = 6
"""Of how many things a day of the month shows the first; the list shows them all."""
LIST = "list"


@dataclass(slots=True)
class Day:
    """One day of the month as the page shows it."""

    on: date
    named: list[Named] = field(default_factory=list)
    things: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0


@pages.get("/calendar")
@who()
def month() -> ResponseReturnValue:
    """One month of what somebody may see: their own dates, unless they ask for everything."""
    today = systime.london_date(systime.utc_now())
    first = _month(request.args.get("month", ""), today)
    last = _next(first) - timedelta(days=1)
    asked = _asked()
    view = LIST if request.args.get("view") == LIST else ""
    found = days(session(), actor(), first, last, today, asked)
    by_day = _by_day(found, first, last)
    shown = [one for one in by_day.values() if one.things or one.named]
    return render_template(
        "calendar/month.html",
        first=first,
        title=f"{MONTHS[first.month]} {first.year}",
        weeks=_weeks(first, by_day),
        shown=shown,
        weekdays=WEEKDAYS,
        in_a_cell=IN_A_CELL,
        asked=asked,
        view=view,
        bodies=sorted({*found.bodies, *([asked.body] if asked.body else [])}),
        kinds=STATUTE_FIRST,
        cut=found.cut,
        nothing=not found.dated,
        before=_address(first - timedelta(days=1), asked, view) if first > date(FIRST_YEAR, 1, 1) else "",
        after=_address(_next(first), asked, view) if _next(first) <= date(LAST_YEAR, 12, 1) else "",
        this_month=_address(today, asked, view) if (first.year, first.month) != (today.year, today.month) else "",
        as_month=_address(first, asked, ""),
        as_list=_address(first, asked, LIST),
        month=f"{first:%Y-%m}",
    )


@pages.get("/records/<ref>/deadlines/<int:number>/calendar.ics")
@who()
def deadline_file(ref: str, number: int) -> ResponseReturnValue:
    """One date as a file for a calendar: its reference and neutral words, on its day."""
    entry = entry_of_deadline(session(), actor(), ref, number)
    return calendar_file(single(entry, systime.utc_now()), ref)


def _asked() -> Asked:
    rests = request.args.get("rests", "")
    return Asked(
        mine=request.args.get("of") != "all",
        review=request.args.get("review", "").strip()[:40],
        body=request.args.get("body", "").strip()[:200],
        rests=rests if rests in STATUTE_FIRST else "",
    )


def _month(text: str, today: date) -> date:
    """The first day of the month asked for as ``2026-12``; of this month where none, or none that there is."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else today.replace(day=1)


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _address(day: date, asked: Asked, view: str) -> str:
    of = None if asked.mine else "all"
    return url_for(
        "calendar.month", month=f"{day:%Y-%m}", of=of, review=asked.review or None, body=asked.body or None,
        rests=asked.rests or None, view=view or None,
    )  # fmt: skip


def _by_day(found: Days, first: date, last: date) -> dict[date, Day]:
    """Each day with what is on it: what lasts several days is on each of them."""
    by_day = {day: Day(day, found.named.get(day, [])) for day in _each(first, last)}
    for one in sorted(found.dated, key=lambda dated: dated.order):
        for day in _each(max(one.first, first), min(one.last, last)):
            by_day[day].things.append(_thing(one))
    for day in by_day.values():
        day.more = max(0, len(day.things) - IN_A_CELL)
    return by_day


def _each(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _weeks(first: date, by_day: dict[date, Day]) -> list[list[Day | None]]:
    """The weeks of the month from Monday to Sunday; None for a day of another month."""
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    return [[by_day.get(day) for day in week] for week in weeks]


def _thing(one: Dated) -> dict[str, Any]:
    if one.kind == DEADLINE:
        href = url_for("receipts.receipt", ref=one.ref, number=one.number)
    elif one.kind == OF_MEETING:
        href = url_for("meetings.meeting", ref=one.ref)
    elif one.kind == HEARING and one.review_ref != one.ref:
        href = url_for("proceedings.proceedings", ref=one.review_ref)
    else:
        href = page_of(one.ref, one.process)
    return {
        "kind": one.kind,
        "label": one.label,
        "ref": one.ref,
        "review_ref": one.review_ref,
        "of": one.of,
        "href": href,
        "times": one.times,
        "rests": one.rests,
        "missed": one.missed,
        "owner": one.owner,
        "note": one.note,
    }
