"""What bodies here owe the Domestic Abuse Commissioner: replies to section 8 reports, answers under section 15."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.lookups.commissioner import REPORT, REQUEST, WHICH, Asked, Overview, Owed, overview
from dardr.lookups.commissioner_answers import by_recommendation
from dardr.web import spreadsheet
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import session
from workflows.clocks import STATE_LABELS
from workflows.definition import Role
from workflows.processes.who import AGENCY, DECIDERS

pages = Blueprint("commissioner", __name__)

READERS = AGENCY | DECIDERS | {Role.STEERING_MEMBER, Role.CSP_MEMBER, Role.AUDITOR}
"""Who finds something here: the team and who decides, the Steering Group, the auditor, and the bodies that owe it."""
WHICH_WORDS = {
    "open": "Still owed",
    "passed": "The date has passed",
    "soon": "Due within 14 days",
    "all": "Everything, also what is done",
}


@pages.get("/commissioner")
@who(*READERS)
def all_owed() -> ResponseReturnValue:
    """Every report and request, each body, and how many days are left."""
    found, which, body = _asked()
    opened = [workflows.newest(key) for key in (REPORT, REQUEST)]
    return render_template(
        "commissioner/all.html",
        found=found,
        which=which,
        body=body,
        by_recommendation=by_recommendation(session(), actor(), [] if body else [one.ref for one in found.reports]),
        which_words=WHICH_WORDS,
        may_open=[
            (process.opening.label, url_for("doing.open_new", process_key=process.key))
            for process in opened
            if process.opening.roles & actor().everywhere
        ],
        may_name=bool(workflows.newest(REPORT).action("name_body").roles & actor().everywhere),
        file_url=url_for("commissioner.all_owed_file", show=which, body=body or None),
        page_of_asked=_page_of_asked,
    )


def _asked() -> tuple[Overview, str, str]:
    which = request.args.get("show", WHICH[0])
    which = which if which in WHICH else WHICH[0]
    body = request.args.get("body", "")[:64]
    today = systime.london_date(systime.utc_now())
    return overview(session(), actor(), today, which=which, body=body), which, body


def _page_of_asked(asked: Asked) -> str:
    return page_of(asked.ref, asked.process) if asked.may_open else ""


HEADINGS = (
    "What was asked", "Its reference", "Title", "Published or dated", "Body", "Reference", "On the list of the Act as",
    "Where it stands", "Date", "How it stands", "Days left", "Recommendations", "Answered", "Published or sent on",
    "Published at", "What was answered", "Copy to the Commissioner", "Copy to the Secretary of State", "Last reminder",
    "Sent to",
)  # fmt: skip


@pages.get("/commissioner.csv")
@who(*READERS)
def all_owed_file() -> ResponseReturnValue:
    """The same as a file for Excel."""
    found, _, _ = _asked()
    rows = _rows(found)
    return spreadsheet.download(
        itertools.chain([HEADINGS], rows), "commissioner", systime.london_date(systime.utc_now())
    )


def _rows(found: Overview) -> Iterator[list[Any]]:
    for asked in (*found.reports, *found.requests):
        for line in asked.lines:
            yield _cells(asked, line)


def _cells(asked: Asked, line: Owed) -> list[Any]:
    when, told = line.when or {}, line.told
    return [
        "Section 8 report" if asked.process == REPORT else "Section 15 request",
        asked.ref,
        asked.title,
        asked.on,
        line.body or "This partnership",
        line.ref,
        line.specified_as or ("on no list: to be checked" if line.to_check else ""),
        line.stage_label,
        when.get("due"),
        STATE_LABELS[when["state"]] if when else "",
        line.days,
        ", ".join(line.named),
        line.answered if line.named else None,
        line.done_on,
        line.place,
        line.outcome,
        line.commissioner_copy_on,
        line.secretary_copy_on,
        told.on if told else None,
        "; ".join(told.to) if told else "",
    ]
