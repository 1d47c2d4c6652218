"""The logs that auditors read: who read what, and who changed what that belongs to no record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.lookups import reads as log
from dardr.lookups.reads import Asked
from dardr.web import spreadsheet
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.pages.listing import page_number, pager
from dardr.web.transaction import session
from workflows.definition import Role

pages = Blueprint("reading", __name__)

READS_THE_READ_LOG = frozenset({Role.AUDITOR, Role.TEAM_MANAGER})
READS_CHANGES = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
A_PAGE = 50
HEADINGS = ("When (UTC)", "Who", "What", "Record", "Detail")


def _asked() -> Asked:
    person = request.args.get("person", "")
    return Asked(
        person=int(person) if person.isdecimal() and len(person) < 10 else None,
        ref=request.args.get("ref", "").strip()[:40],
        what=request.args.get("what", "")[:60],
    )


@pages.get("/care/reads")
@who(*READS_THE_READ_LOG)
def reads() -> ResponseReturnValue:
    """Who read which identities, files and opened reviews, and when; newest first."""
    asked = _asked()
    total = log.count_reads(session(), actor(), asked)
    number = page_number(total, A_PAGE)
    rows = log.reads(session(), actor(), asked, offset=(number - 1) * A_PAGE, limit=A_PAGE)
    return render_template(
        "care/reads.html",
        rows=[(row, page_of(row.ref, row.process_key) if row.ref else "") for row in rows],
        asked=asked,
        people=log.readers(session()),
        kinds=log.WHAT_WAS_READ,
        pager=pager(number, total, A_PAGE),
        file_query={k: v for k, v in request.args.items() if k in ("person", "ref", "what") and v},
    )


@pages.get("/care/reads.csv")
@who(*READS_THE_READ_LOG)
def reads_file() -> ResponseReturnValue:
    """The same lines as a file that Excel opens."""
    rows = log.reads(session(), actor(), _asked())
    lines: list[tuple[Any, ...]] = [HEADINGS, *((r.at, r.name, r.what, r.ref, r.detail) for r in rows)]
    today = systime.london_date(systime.utc_now())
    response = Response(b"".join(spreadsheet.csv_bytes(lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="reads-{today.isoformat()}.csv"'
    return response


@pages.get("/care/changes")
@who(*READS_CHANGES)
def changes() -> ResponseReturnValue:
    """Who changed people, roles, bodies, settings and access, and when; newest first."""
    asked = _asked()
    total = log.count_changes(session(), asked)
    number = page_number(total, A_PAGE)
    return render_template(
        "care/changes.html",
        rows=log.changes(session(), actor(), asked, offset=(number - 1) * A_PAGE, limit=A_PAGE),
        asked=asked,
        people=log.changers(session()),
        kinds=log.kinds_of_change(session()),
        pager=pager(number, total, A_PAGE),
    )
