"""A published review of the back catalogue, version 1: what is public about it, and nothing more.

It has one stage, no clocks and no messages. Dates are kept as they were found: a day, a month, a year or a range.
"""

from __future__ import annotations

from workflows.definition import Action, Field, FieldType, Party, Phase, Process, Stage
from workflows.processes.authorities import by_design
from workflows.processes.fields import choice, day, number, optional, text
from workflows.processes.who import CASEWORK

ON_RECORD = ("on_record",)
KINDS = (
    ("DARDR", "Domestic abuse related death review"),
    ("SAR", "Safeguarding adult review"),
    ("LCSPR", "Local child safeguarding practice review"),
)
"""The kinds of review whose recommendations count; one of which the kind is not said is the first."""
AS_PUBLISHED = by_design("Published records, as facts with their sources")

PROCESS = Process(
    key="historic",
    version=1,
    label="Published review of the back catalogue",
    noun="published review",
    regime="any",
    phases=(Phase("on_record", "On record"),),
    stages=(
        Stage("on_record", "On record", "on_record", acts=Party.NOBODY, final=True,
              means="A published review, kept for what it taught."),
    ),
    opening=Action(
        "record_published_case",
        "Record a published review",
        to="on_record",
        roles=CASEWORK,
        occurred_from="recorded_on",
        fields=(
            text("partnership", "Partnership", notable=True),
            text("case_id", "Identity in its list"),
            optional(text("pseudonym", "Name used in publication, as published", notable=True)),
            optional(number("year", "Year used in publication", notable=True)),
            choice("review_kind", "What kind of review is it?", *KINDS, required=False, notable=True),
            optional(text("sources", "Web addresses of the sources", many=True, help="One a line.")),
            day("recorded_on", "Put on record on"),
        ),
        authority=AS_PUBLISHED,
    ),
    actions=(
        Action(
            "add_event",
            "Add an event",
            source=ON_RECORD,
            roles=CASEWORK,
            keep_as="events",
            fields=(
                Field("date", "When", FieldType.PARTIAL_DATE, required=False),
                text("event", "What happened"),
                optional(text("basis", "Stated or inferred")),
            ),
            authority=AS_PUBLISHED,
        ),
        Action(
            "add_recommendation",
            "Add a recommendation",
            source=ON_RECORD,
            roles=CASEWORK,
            keep_as="recommendations",
            fields=(
                optional(text("number", "Its number")),
                text("text", "Its text"),
                optional(text("scope", "Scope")),
                optional(text("lead_agencies", "Lead agencies", many=True, help="One a line.")),
                Field("target_date", "Target date", FieldType.PARTIAL_DATE, required=False, future=True),
                optional(text("status", "Status")),
            ),
            authority=AS_PUBLISHED,
        ),
    ),
    ref_prefix="PUB",
    about="These are real deaths. Nothing is ever added to what was published.",
)  # fmt: skip
