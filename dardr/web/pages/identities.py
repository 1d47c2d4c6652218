"""The page of people: who the person who died, the person suspected, children and others are. Every view is logged."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

import workflows
from dardr import systime
from dardr.access import SEES_IDENTITIES
from dardr.casework.read_log import note_read
from dardr.lookups.identities import Known, find_review, read_identities
from dardr.web.audience import actor, who
from dardr.web.frame import of_record
from dardr.web.pages.naming import Names, names
from dardr.web.transaction import database, session

pages = Blueprint("identities", __name__)

RECORDING = ("record_identity", "record_person", "record_how_to_speak", "correct_person")


@pages.get("/reviews/<ref>/people")
@who(*SEES_IDENTITIES)
def people(ref: str) -> ResponseReturnValue:
    """Names, dates of birth and addresses of the people in one review; that it was read is kept first."""
    record = find_review(session(), actor(), ref)
    note_read(database(), systime.utc_now(), actor(), "identity", record.id, "page of people")
    found = read_identities(session(), record)
    process = workflows.get(record.process)
    known = names(session(), record.partnership_id)
    return render_template(
        "identity/people.html",
        **of_record(record),
        facts=[_line(one, known) for one in found.facts],
        people=[
            (person, [_line(one, known) for one in person.known.values()])
            for person in sorted(found.people, key=lambda person: not person.stands)
        ],
        destroyed_under=found.destroyed_under,
        recording=[
            action for key in RECORDING if (action := process.action(key)) and (key != "correct_person" or found.people)
        ],
    )


def _line(known: Known, words: Names) -> dict[str, object]:
    return {
        "label": known.field.label,
        "answers": [
            {"value": words.answer(known.field, said.value), "by": said.by, "on": said.occurred_on}
            for said in known.answers
        ],
    }
