"""All agencies for the team: what each owes, since when, whom to write to; a reminder now; and who is often late."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dardr import systime
from dardr.casework.act import take_action
from dardr.casework.administer.checks import of_key
from dardr.errors import Conflict, Forbidden, Invalid
from dardr.lookups.outstanding import Agency, often_late, outstanding
from dardr.lookups.team import last_reminded
from dardr.lookups.work import SEND_REMINDER
from dardr.storage.bodies import Body
from dardr.web import spreadsheet
from dardr.web.audience import actor, who
from dardr.web.frame import page_of
from dardr.web.transaction import commit, session, undo
from dardr.web.words import how_it_stands
from workflows.processes.who import CASEWORK

pages = Blueprint("agencies", __name__)


@pages.get("/agencies")
@who(*CASEWORK)
def list_of_agencies() -> ResponseReturnValue:
    """Every agency that owes something, those past a date first."""
    today = systime.london_date(systime.utc_now())
    found = outstanding(session(), actor(), today)
    numbers = [line.stands["deadline"] for agency in found for line in agency.lines if line.stands]
    return render_template(
        "agencies/list.html",
        agencies=found,
        page_of=page_of,
        reminded=last_reminded(session(), numbers),
        often=often_late(session(), actor(), today),
    )


HEADINGS = ("Agency", "Contact", "What", "Reference", "For", "Where it stands", "Due", "How it stands")


@pages.get("/agencies.csv")
@who(*CASEWORK)
def list_file() -> ResponseReturnValue:
    """The same as a file for Excel, one line for each thing that is owed."""
    today = systime.london_date(systime.utc_now())
    rows = _cells(outstanding(session(), actor(), today), today)
    return spreadsheet.download(itertools.chain([HEADINGS], rows), "agencies", today)


def _cells(agencies: list[Agency], today: Any) -> Iterator[list[Any]]:
    for agency in agencies:
        for line in agency.lines:
            yield [
                agency.body.name,
                agency.contact,
                f"{line.kind}: {line.what}" if line.what else line.kind,
                line.ref,
                ", ".join(line.reviews),
                line.stage,
                line.due,
                how_it_stands(line.stands, today) if line.stands else "",
            ]


@pages.post("/agencies/<key>/remind")
@who(*CASEWORK)
def remind(key: str) -> ResponseReturnValue:
    """Write to one agency about everything that is past its date; each once a day at most."""
    body = of_key(session(), Body, key)
    name, now = body.name, systime.utc_now()
    today = systime.london_date(now)
    late = [(line.ref, line.stands) for one in outstanding(session(), actor(), today, key=key) for line in one.late]
    written, refused = 0, []
    for ref, stands in late:
        clock = f"{stands['clock']}-{stands['deadline']}" if stands else ""
        try:
            take_action(session(), actor(), now, ref, SEND_REMINDER, {"clock": clock}, today)
            commit()
            written += 1
        except (Conflict, Invalid, Forbidden) as error:
            undo()
            refused.append(f"{ref}: {error.reasons[0].reason}")
    if written:
        flash(f"{written} {'reminder was' if written == 1 else 'reminders were'} written to {name}.", "done")
    for said in refused:
        flash(said, "warning")
    if not late:
        flash(f"{name} owes nothing that is past its date.", "warning")
    return redirect(url_for("agencies.list_of_agencies"), 303)
