"""Every running clock: missed, in the next two weeks, in the next quarter, later."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.lookups.deadlines import DeadlineRow, all_deadlines
from dardr.web import spreadsheet
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import session
from workflows.clocks import STATE_LABELS, State
from workflows.definition import Kind

pages = Blueprint("deadlines", __name__)

SOON = timedelta(days=14)
QUARTER = timedelta(days=91)
KIND_ORDER = [str(kind) for kind in (Kind.STATUTE, Kind.GUIDANCE, Kind.DRAFT, Kind.PRACTICE, Kind.LOCAL)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the dates is asked for: of one review (its reference), of one body (its name), of one kind of rule."""

    kind: str = ""
    review: str = ""
    body: str = ""

    @classmethod
    def read(cls) -> Asked:
        """As it stands in the address."""
        given = {name: request.args.get(name, "").strip()[:200] for name in ("kind", "review", "body")}
        return cls(**given)

    def wants(self, row: DeadlineRow) -> bool:
        """Whether a date is one of those asked for."""
        review = self.review.casefold()
        return (
            self.kind in ("", row.kind)
            and (not self.body or self.body in row.bodies)
            and (not review or review in (row.review_ref.casefold(), row.ref.casefold()))
        )


@pages.get("/deadlines")
@who()
def all_running() -> ResponseReturnValue:
    """All running dates this person may see, statute first within each day: of one review, one body, one authority."""
    today = systime.london_date(systime.utc_now())
    every, asked = all_deadlines(session(), actor(), today), Asked.read()
    rows = [row for row in every if asked.wants(row)]
    groups = [
        ("passed", "The date has passed", [r for r in rows if r.missed]),
        ("soon", "In the next 14 days", _between(rows, today, today + SOON)),
        ("quarter", "In the next quarter", _between(rows, today + SOON + timedelta(days=1), today + QUARTER)),
        ("later", "Later", _between(rows, today + QUARTER + timedelta(days=1), date.max)),
        ("undated", "Held, deferred or without a date", [r for r in rows if not r.missed and _undated(r)]),
    ]
    return render_template(
        "deadline/all.html",
        groups=[
            {"key": key, "heading": heading, "lines": [shown(r) for r in sorted(found, key=_order)]}
            for key, heading, found in groups
            if found
        ],
        total=len(rows),
        asked=asked,
        kinds=KIND_ORDER,
        bodies=sorted({name for row in every for name in row.bodies} | ({asked.body} - {""}), key=str.casefold),
        narrowed={name: value for name, value in asdict(asked).items() if value},
    )


HEADINGS = (
    "What is due", "Record", "What it is", "Review", "Date", "First date", "Agreed date", "How it stands",
    "What it rests on", "Who owes it", "Cannot be counted because",
)  # fmt: skip


@pages.get("/deadlines.csv")
@who()
def deadlines_file() -> ResponseReturnValue:
    """The same dates as a file for Excel, in the order in which they come."""
    today = systime.london_date(systime.utc_now())
    asked = Asked.read()
    rows = [row for row in all_deadlines(session(), actor(), today) if asked.wants(row)]
    return spreadsheet.download(itertools.chain([HEADINGS], map(_cells, rows)), "deadlines", today)


def _cells(row: DeadlineRow) -> list[Any]:
    return [
        row.label,
        row.ref,
        row.record_label,
        row.review_ref,
        row.due,
        row.original_due,
        row.agreed_due,
        STATE_LABELS[row.state],
        row.kind,
        row.owner,
        row.problem,
    ]


def _undated(row: DeadlineRow) -> bool:
    return row.due is None or row.state in (State.HELD, State.DEFERRED)


def _between(rows: list[DeadlineRow], first: date, last: date) -> list[DeadlineRow]:
    return [r for r in rows if not r.missed and not _undated(r) and r.due is not None and first <= r.due <= last]


def _order(row: DeadlineRow) -> tuple[date, int]:
    return (row.due or date.max, KIND_ORDER.index(row.kind) if row.kind in KIND_ORDER else len(KIND_ORDER))


def shown(row: DeadlineRow) -> dict[str, Any]:
    """A running date as templates show it."""
    return {
        "ref": row.ref,
        "review_ref": row.review_ref,
        "record_label": row.record_label,
        "href": page_of(row.ref, row.record_process.partition("@")[0]),
        "number": row.id,
        "clock": row.clock,
        "label": row.label,
        "due": row.due,
        "original_due": row.original_due,
        "agreed_due": row.agreed_due,
        "state": str(row.state),
        "kind": row.kind,
        "owner": row.owner,
        "missed": row.missed,
        "problem": row.problem,
    }
