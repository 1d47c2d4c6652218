"""What a review waits for: whose move it is, what is in the way, who owns that, since when, what would end it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import get_record, roles_on
from dardr.errors import NotFound
from dardr.lookups.waiting import Waits
from dardr.lookups.waits_of_review import Wait, waiting_for
from dardr.web.audience import actor, who
from dardr.web.frame import of_record, page_of
from dardr.web.transaction import session
from workflows.definition import Role
from workflows.processes.dardr_s9_1.decision import DECISIONS

pages = Blueprint("waiting", __name__)

HEADINGS = (
    ("step", "Not possible yet"),
    ("item", "From others"),
    ("task", "Tasks"),
    ("hold", "On hold"),
    ("held", "Dates that wait for a hold to end"),
    ("unarmed", "Dates that cannot be counted"),
)


@pages.get("/reviews/<ref>/waiting")
@who()
def review_waiting(ref: str) -> ResponseReturnValue:
    """Everything one review waits for."""
    record = get_record(session(), actor(), ref)
    if record.process_key not in workflows.REVIEW_KEYS:
        raise NotFound(f"{ref} is not a review. What it waits for is on its own page.")
    today = systime.london_date(systime.utc_now())
    waits = Waits(session(), actor(), [record.id], today)
    found = waiting_for(waits, record.id)
    roles = roles_on(session(), actor(), record)
    return render_template(
        "waiting/review.html",
        **of_record(record),
        first=_shown(found[0], roles, today) if found else None,
        groups=[
            {"key": key, "heading": heading, "lines": lines}
            for key, heading in HEADINGS
            if (lines := [_shown(wait, roles, today) for wait in found[1:] if wait.kind == key])
        ],
    )


def _shown(wait: Wait, roles: frozenset[Role], today: date) -> dict[str, Any]:
    """One wait as the page shows it, with the actions that this person may take."""
    return {
        "kind": wait.kind,
        "ref": wait.ref,
        "href": page_of(wait.ref, wait.process),
        "what": wait.what,
        "who": wait.who,
        "since": wait.since,
        "days": (today - wait.since).days if wait.since else None,
        "due": wait.due,
        "stands": wait.stands,
        "reasons": wait.reasons,
        "ends": _ends(wait, roles),
    }


def _ends(wait: Wait, roles: frozenset[Role]) -> list[dict[str, str]]:
    process = workflows.newest(wait.process)
    own = wait.process in workflows.REVIEW_KEYS
    found: dict[str, str] = {}
    for label, ref, key in wait.ends:
        # Who may act on an item is asked on its own page; of the review it is known here.
        if own and not process.action(key).roles & roles:
            continue
        if key in DECISIONS:
            found.setdefault("Record the decision", url_for("deciding.decision", ref=ref))
        else:
            found.setdefault(label, url_for("doing.act", ref=ref, key=key) if own else page_of(ref, wait.process))
    return [{"label": label, "href": href} for label, href in found.items()]
