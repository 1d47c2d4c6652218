"""Phase 3. Chair and panel are appointed, terms of reference agreed, evidence gathered."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Facts, From, Opens
from workflows.processes.authorities import by_design, local
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import UNDER_REVIEW
from workflows.processes.fields import (
    choice,
    choices,
    day,
    file,
    number,
    optional,
    paragraph,
    several_of,
    text,
)
from workflows.processes.who import CASEWORK, CHAIRING, CONTRACT, FAMILY_NOTES

RETURN_KINDS = ("imr", "summary", "chronology")
"""The kinds of return that belong to the review itself, not to the decision."""

BEFORE_DRAFTING = ("commissioning", "terms_of_reference", "evidence", "drafting")


def on_a_weekend(facts: Facts) -> str | None:
    """A meeting dated on a Saturday or Sunday is kept, and looked at."""
    if facts.occurred_on is None or facts.occurred_on.weekday() < 5:
        return None
    name = "Saturday" if facts.occurred_on.weekday() == 5 else "Sunday"
    return f"The meeting is dated on a {name}. Check the date; it is kept as given."


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done from commissioning until the drafting begins."""
    return (
        Action(
            "appoint_chair",
            "Record the appointment of the independent chair",
            source=("commissioning", "terms_of_reference", "evidence", "drafting", "csp_sign_off", "amending"),
            roles=CASEWORK,
            fields=(
                text("chair", "Who is the independent chair?", notable=True),
                choice(
                    "chair_independence",
                    "Is the chair independent of every agency involved?",
                    ("declared", "Yes, and has declared it in writing"),
                    ("declared_with_note", "Yes, with an interest that is declared and managed"),
                ),
                optional(paragraph("chair_conflicts", "Interests declared, and how they are managed")),
                choice(
                    "chair_trained",
                    "Has the chair done the Home Office training?",
                    ("yes", "Yes"),
                    ("no", "Not yet"),
                    unknown=True,
                    required=False,
                ),
                choice(
                    "chair_is_author",
                    "Does the chair also write the report?",
                    ("yes", "Yes"),
                    ("no", "No, there is an author too"),
                    required=False,
                ),
                optional(text("author", "Who writes the report?")),
                optional(text("appointment_letter", "Contract or letter of appointment: where it is kept")),
                optional(text("chair_fee", "Fee agreed"), seen_by=CONTRACT),
            ),
            authority=law.guidance("4"),
            help="Done again when the chair changes.",
            main=True,
        ),
        Action(
            "add_panel_member",
            "Add a panel member",
            source=BEFORE_DRAFTING,
            roles=CHAIRING,
            keep_as="panel_members",
            fields=(
                several_of("bodies", "From which body?", From.BODIES),
                optional(text("position", "Position there")),
                choice(
                    "represents",
                    "What they bring",
                    ("agency", "An agency that was involved"),
                    ("specialist", "Specialist domestic abuse service"),
                    ("community", "Knowledge of a community"),
                    ("adviser", "Expert adviser"),
                ),
                choice(
                    "no_case_management",
                    "No direct part in the case or its line management?",
                    ("declared", "Declared"),
                    ("managed", "An interest is declared and managed"),
                ),
            ),
            authority=law.guidance("4"),
        ),
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
        Action(
            "appoint_panel",
            "Record that the panel is in place",
            source=("commissioning",),
            to="terms_of_reference",
            roles=CASEWORK,
            fields=(
                choice(
                    "specialist_on_panel",
                    "Is a specialist domestic abuse service on the panel?",
                    ("yes", "Yes"),
                    ("being_found", "One is being found"),
                ),
                optional(text("quorum", "Quorum agreed", help="No national number is known; the panel sets its own.")),
            ),
            guards=(
                partial(
                    guards.done,
                    action="appoint_chair",
                    reason="No independent chair is appointed. Record the appointment first.",
                ),
            ),
            authority=law.guidance("4"),
            main=True,
        ),
        Action(
            "record_meeting",
            "Record a panel meeting",
            source=UNDER_REVIEW,
            roles=CHAIRING,
            keep_as="meetings",
            fields=(
                choice("held", "How was it held?", ("online", "Online"), ("in_person", "In person"), ("both", "Both")),
                several_of("present", "Bodies present", From.BODIES, required=False),
                choice(
                    "family_attended",
                    "Did family members attend?",
                    ("no", "No"),
                    ("yes", "Yes"),
                    ("with_advocate", "Yes, with an advocate"),
                    required=False,
                ),
                optional(paragraph("decisions", "What was decided")),
                optional(text("minutes", "Minutes: where they are kept")),
            ),
            warnings=(on_a_weekend,),
            authority=law.guidance("4"),
        ),
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
            ),
            checks=(
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
        Action(
            "record_disclosure",
            "Add to the register of material for disclosure",
            source=UNDER_REVIEW,
            roles=CHAIRING,
            keep_as="disclosure_register",
            fields=(
                text("material", "What material, held where"),
                choices(
                    "asked_by",
                    "Who asked for it?",
                    ("police", "Police"),
                    ("cps", "Crown Prosecution Service"),
                    ("coroner", "Coroner"),
                    required=False,
                ),
            ),
            authority=law.guidance("9"),
        ),
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
