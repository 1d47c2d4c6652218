"""Phase 3. Chair and panel are appointed, terms of reference agreed, evidence gathered."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, From, Opens
from workflows.processes.authorities import by_design, local
from workflows.processes.dardr_s9_1 import meetings
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.meetings import PANEL_WORKS
from workflows.processes.dardr_s9_1.stages import UNDER_REVIEW
from workflows.processes.disclosure_1 import record_disclosure
from workflows.processes.fields import (
    choice,
    day,
    file,
    number,
    optional,
    paragraph,
    several_of,
    text,
)
from workflows.processes.held_back_1 import held_back_without_sentence
from workflows.processes.panel_seat_1 import add_panel_member
from workflows.processes.who import CASEWORK, CHAIRING, FAMILY_NOTES

RETURN_KINDS = ("imr", "summary", "chronology")
"""The kinds of return that belong to the review itself, not to the decision."""

BEFORE_DRAFTING = ("commissioning", "terms_of_reference", "evidence", "drafting")


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done from commissioning until the drafting begins."""
    return (
        add_panel_member(PANEL_WORKS, law.guidance("4")),
        Action(
            "agree_confidentiality",
            "Record the confidentiality agreements",
            source=BEFORE_DRAFTING,
            roles=CHAIRING,
            fields=(
                choice(
                    "confidentiality", "Who has signed?", ("all", "Everyone on the panel"), ("some", "Not everyone yet")
                ),
                optional(text("confidentiality_held_at", "Where they are kept")),
            ),
            authority=law.guidance("10"),
        ),
        *meetings.actions(law),
        Action(
            "draft_terms",
            "Record draft terms of reference",
            source=("terms_of_reference",),
            roles=CHAIRING,
            keep_as="terms_drafts",
            fields=(paragraph("terms_summary", "What is proposed"), file("terms_draft", "The draft")),
            authority=law.guidance("4"),
        ),
        Action(
            "approve_terms",
            "Record the approved terms of reference",
            source=("terms_of_reference", "evidence", "drafting"),
            roles=CHAIRING,
            fields=(
                day("scope_from", "The review looks at the time from"),
                day("scope_to", "The review looks at the time until"),
                text("key_lines", "Key lines of enquiry", many=True, help="One a line."),
                several_of("agencies", "Agencies that contribute", From.BODIES),
                paragraph("equality_plan", "How each protected characteristic is considered"),
                choice(
                    "family_consulted_on_terms",
                    "Was the family consulted on them?",
                    ("yes", "Yes"),
                    ("declined", "Asked, and did not wish to"),
                    ("not_reached", "Could not be reached; attempts are recorded"),
                    ("no", "Not yet"),
                ),
                optional(paragraph("parallel_plan", "How parallel proceedings are respected")),
                optional(paragraph("scope_reason", "Why this span of time")),
                file("terms_file", "The terms of reference"),
                meetings.AT_MEETING,
                meetings.WITHOUT_QUORUM,
            ),
            checks=(
                meetings.quorum_or_reason,
                partial(
                    guards.dates_in_order,
                    first="scope_from",
                    then="scope_to",
                    reason="The end of the time looked at is before its beginning. Give the later date here.",
                ),
            ),
            authority=law.guidance("4"),
            help="Done again when the terms change.",
            main=True,
        ),
        Action(
            "start_evidence",
            "Start gathering evidence",
            source=("terms_of_reference",),
            to="evidence",
            roles=CHAIRING,
            guards=(
                partial(
                    guards.done,
                    action="approve_terms",
                    reason="The terms of reference are not approved. Record their approval first.",
                ),
            ),
            authority=law.guidance("7"),
            main=True,
        ),
        Action(
            "request_returns",
            "Ask agencies for their returns",
            source=("terms_of_reference", "evidence", "drafting", "amending"),
            roles=CHAIRING,
            keep_as="return_requests",
            fields=(
                choice(
                    "kind",
                    "What is asked for?",
                    ("imr", "Individual management review (IMR)"),
                    ("summary", "Summary report"),
                    ("chronology", "Chronology"),
                ),
                several_of("bodies", "Which bodies?", From.BODIES),
                day(
                    "due_on",
                    "Due on",
                    required=False,
                    future=True,
                    help="The date set in the terms of reference. Left empty, the partnership's own number of working"
                    " days is counted.",
                ),
                paragraph("questions", "What is asked", required=False),
            ),
            effects=(
                Opens(
                    "agency-return",
                    for_each="bodies",
                    each_as="body",
                    copies=(
                        ("requested_on", "occurred_on"),
                        ("due_on", "due_on"),
                        ("kind", "kind"),
                        ("questions", "questions"),
                    ),
                ),
            ),
            authority=law.guidance("7"),
            help="One return is opened for each body, with a date of its own.",
        ),
        Action(
            "record_family_contact",
            "Record contact with family, friends or colleagues",
            source=UNDER_REVIEW,
            roles=CHAIRING,
            keep_as="family_contacts",
            fields=(
                choice(
                    "with_whom",
                    "With whom?",
                    ("family", "Family"),
                    ("friends", "Friends"),
                    ("colleagues", "Colleagues or employer"),
                    ("advocate", "Their advocate"),
                    ("person_responsible", "The person responsible for the death"),
                ),
                choice(
                    "contact_kind",
                    "What was it?",
                    ("meeting", "A meeting"),
                    ("letter", "A letter"),
                    ("call", "A call"),
                    ("attempt", "An attempt without an answer"),
                ),
                optional(paragraph("contact_notes", "What matters for the review"), seen_by=FAMILY_NOTES),
                optional(number("people_met", "How many people took part")),
            ),
            authority=law.guidance("6"),
        ),
        Action(
            "record_combined_chronology",
            "Record the combined chronology",
            source=("evidence", "drafting"),
            roles=CHAIRING,
            fields=(
                text("combined_chronology", "Where it is kept"),
                file("combined_chronology_file", "The chronology"),
            ),
            authority=law.guidance("7"),
        ),
        Action(
            "record_early_learning",
            "Record early learning",
            source=("screening", "decision_pending", "decided_review", *UNDER_REVIEW),
            roles=CHAIRING,
            keep_as="early_learning",
            fields=(
                paragraph("learning", "What was learnt"),
                optional(paragraph("done_at_once", "What was done at once")),
            ),
            authority=by_design(),
        ),
        record_disclosure(UNDER_REVIEW, law.guidance("9")),
        Action(
            "start_drafting",
            "Start drafting the report",
            source=("evidence",),
            to="drafting",
            roles=CHAIRING,
            fields=(
                paragraph(
                    "returns_set_aside_reason",
                    "Why the drafting does not wait for every return",
                    required=False,
                    help="Only where returns are still awaited.",
                ),
            ),
            guards=(
                partial(
                    guards.done,
                    action="approve_terms",
                    reason="The terms of reference are not approved. Record their approval first.",
                ),
            ),
            checks=(
                partial(
                    guards.items_final_or_reason,
                    process="agency-return",
                    field="returns_set_aside_reason",
                    what="Returns",
                    kinds=RETURN_KINDS,
                ),
            ),
            warnings=(held_back_without_sentence,),
            authority=law.guidance("7"),
            main=True,
        ),
        Action(
            "record_cost",
            "Record a cost of the review",
            source=UNDER_REVIEW,
            roles=CASEWORK,
            keep_as="costs",
            fields=(
                number("pounds", "Pounds, to the nearest pound", help="A whole number, for example 4500."),
                choice(
                    "cost_for",
                    "What for",
                    ("chair", "Chair"),
                    ("author", "Author"),
                    ("advocacy", "Advocacy"),
                    ("other", "Something else"),
                ),
            ),
            authority=local(),
        ),
    )
