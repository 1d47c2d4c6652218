"""Phase 7. The actions of the plan, and the end of the review. Actions may start long before publication."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Facts, From, Opens
from workflows.processes.authorities import by_design
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import since
from workflows.processes.fields import choice, day, file, one_of, optional, paragraph, text
from workflows.processes.who import CHAIRING, DECIDERS, PARTNERS

SCOPES = (("local", "Local"), ("regional", "Regional"), ("national", "National"))
THEMES = (
    ("identification_of_risk", "Identification of risk"),
    ("multi_agency_working", "Multi-agency working"),
    ("training", "Training"),
    ("policy", "Policy"),
    ("record_keeping", "Record keeping"),
    ("awareness_raising", "Awareness raising"),
    ("technology", "Technology systems"),
    ("other", "Other"),
)
"""Themes of recommendations as the Home Office's library has them."""


def no_actions_on_the_plan(facts: Facts) -> str | None:
    """A review is concluded without a single action: possible, and worth a second look."""
    if facts.items_of("action"):
        return None
    return "There is no action on the plan of this review. Check that this is so."


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done with the plan, and how a review is concluded and opened again."""
    return (
        Action(
            "add_action",
            "Add an action to the plan",
            source=("screening", "decision_pending", "decided_review", *since("commissioning")),
            roles=CHAIRING,
            keep_as="plan",
            fields=(
                paragraph("action_text", "What will be done?", help="One change that can be seen to have happened."),
                one_of("lead_body", "Which body leads?", From.BODIES),
                optional(paragraph("recommendation", "The recommendation it answers")),
                choice(
                    "plan_source",
                    "Where does it come from?",
                    ("panel", "The panel's report"),
                    ("agency", "An agency's own return"),
                    ("early_learning", "Early learning"),
                    ("national", "A national recommendation"),
                ),
                choice("scope", "Scope", *SCOPES),
                choice("theme", "Theme", *THEMES, required=False),
                optional(day("target_date", "To be done by", future=True)),
                optional(paragraph("outcome_measure", "How will it be seen that it made a difference?")),
            ),
            effects=(
                Opens(
                    "action",
                    copies=(
                        ("action_text", "action_text"),
                        ("lead_body", "lead_body"),
                        ("recommendation", "recommendation"),
                        ("plan_source", "plan_source"),
                        ("scope", "scope"),
                        ("theme", "theme"),
                        ("target_date", "target_date"),
                        ("outcome_measure", "outcome_measure"),
                        ("added_on", "occurred_on"),
                    ),
                ),
            ),
            authority=law.guidance("7"),
            help="The action is a record of its own, with its own dates. Early learning need not wait for the report.",
        ),
        Action(
            "record_plan_review",
            "Record the partnership's look at the action plan",
            source=since("csp_sign_off"),
            roles=PARTNERS,
            keep_as="plan_reviews",
            fields=(paragraph("plan_view", "What was found"), text("plan_minute", "Minute: date and where it is kept")),
            authority=law.guidance("7"),
        ),
        Action(
            "conclude",
            "Conclude the review",
            source=("action_monitoring",),
            to="concluded",
            roles=DECIDERS,
            fields=(
                text("concluding_minute", "The partnership's minute: date and where it is kept"),
                optional(paragraph("impact", "What has changed because of this review")),
                file("concluding_minute_file", "The minute"),
            ),
            guards=(
                partial(
                    guards.items_final,
                    process="action",
                    one="is an action of the plan that has not ended yet. It ends when what was done is verified, or"
                    " when it is recorded as not accepted or superseded.",
                    several="are actions of the plan that have not ended yet. Each ends when what was done is"
                    " verified, or when it is recorded as not accepted or superseded.",
                ),
                partial(
                    guards.done,
                    action="record_copy_to_commissioner",
                    reason="The copy of the report to the Domestic Abuse Commissioner is not on the record. Record it"
                    " first.",
                ),
                partial(
                    guards.followed_by,
                    since=("publish",),
                    action="send_final_documents",
                    reason="The final documents are not recorded as sent. Record to whom they were sent first.",
                ),
            ),
            warnings=(no_actions_on_the_plan,),
            authority=law.guidance("7"),
            main=True,
        ),
        Action(
            "reopen",
            "Open the review again",
            source=("concluded", "no_review_concluded", "joined"),
            to="screening",
            roles=DECIDERS,
            fields=(
                paragraph("new_information", "What has become known?", help="For example what the inquest found."),
                text("reopened_by", "Who decided to look again?"),
            ),
            authority=by_design("New information may come years later, for example from an inquest"),
        ),
    )
