"""The chronology of one body, line by line: read from its own file, kept apart from the facts of the return."""

from __future__ import annotations

from workflows.definition import Action, Blocked, Facts, Field, FieldType, KeepsChronology
from workflows.processes.agency_return_1.stages import OPEN, SECTION_7
from workflows.processes.fields import file, number, paragraph, text
from workflows.processes.who import AGENCY, AGENCY_LEADS, CHAIRING, DECIDERS

CHRONOLOGIES = "chronologies"
"""The list of facts in which a return keeps what was read of each file; the lines have a table of their own."""


SIGNED_OFF = "signed_off"
ONLY_THE_LEAD = (
    "The return is signed off. Its lines are changed by whoever signs off for the organisation, or by the team."
    " Ask them."
)


READS_LINES = AGENCY | DECIDERS | CHAIRING
"""Who reads the file of a chronology. It names people: so it is in no search, and who lists files does not open it."""


def _not_behind_the_lead(facts: Facts) -> Blocked | None:
    """What somebody senior signed off is not replaced by a colleague of theirs without them."""
    if facts.stage != SIGNED_OFF or facts.actor_roles & AGENCY_LEADS:
        return None
    return Blocked(ONLY_THE_LEAD)


def _the_file(facts: Facts) -> Blocked | None:
    if (facts.submitted or {}).get("chronology_file") is not None:
        return None
    return Blocked("The chronology: this is needed. Add the file: Excel, CSV or Word.", "chronology_file")


ADD_CHRONOLOGY = Action(
    "add_chronology",
    "Add the chronology",
    source=(*OPEN, SIGNED_OFF),
    roles=AGENCY,
    keep_as=CHRONOLOGIES,
    fields=(
        file(
            "chronology_file",
            "The chronology",
            seen_by=READS_LINES,
            help="Excel (.xlsx), CSV or Word (.docx), with a table.",
        ),
        text(
            "columns",
            "What is in each column?",
            required=False,
            many=True,
            when_asked=True,
            help="For example: Date = Date of contact. Left empty, it is told by the headings.",
        ),
        number("lines_read", "Lines read", required=False, filled=True),
        number("lines_refused", "Rows not taken", required=False, filled=True),
        text("lines_hash", "Fingerprint of the lines", required=False, filled=True),
        paragraph("reading", "What was read", required=False, filled=True),
        Field("refused_rows", "Rows that were not taken", FieldType.ROWS, required=False, filled=True),
    ),
    guards=(_not_behind_the_lead,),
    checks=(_the_file,),
    effects=(KeepsChronology(),),
    authority=SECTION_7,
    help="A later file takes the place of the one before. The lines of that one are kept, as withdrawn.",
)
