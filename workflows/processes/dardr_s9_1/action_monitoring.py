"""Phase 7. The actions of the plan, and the end of the review. Actions may start long before publication."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, From, Opens, reads_items
from workflows.processes.authorities import by_design
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.learning import nobody_said_how_it_went
from workflows.processes.dardr_s9_1.stages import since
from workflows.processes.fields import choice, day, file, one_of, optional, paragraph, several_of, text
from workflows.processes.recommendation_1 import wording
from workflows.processes.recommendation_1.wording import SCOPES, THEMES
from workflows.processes.who import CHAIRING, DECIDERS, PARTNERS

FROM_EARLY_LEARNING = ("screening", "decision_pending", "decided_review", *since("commissioning"))
"""Learning found early need not wait for the report."""


@reads_items
def recommendations_settled(facts: Facts) -> Blocked | None:
    """Every recommendation has ended: its actions, the department's answer, or a minute of the partnership.

    The sentence names those that have not, and says of each what is still to come.
    """
    open_ones = [item for item in facts.items_of("recommendation") if not item.final]
    if not open_ones:
        return None
    answered = {str(ref) for item in facts.items_of("action") for ref in item.facts.get("recommendations") or ()}
    said = {
        "no action answers yet": [
            i.ref for i in open_ones if i.facts.get("scope") != "national" and i.ref not in answered
        ],
        "has actions that have not ended": [
            i.ref for i in open_ones if i.facts.get("scope") != "national" and i.ref in answered
        ],
        "is with a department, or still to be sent to one": [
            i.ref for i in open_ones if i.facts.get("scope") == "national"
        ],
    }
    which = "; ".join(f"{', '.join(refs)} ({why})" for why, refs in said.items() if refs)
    return Blocked(
        f"Recommendations that have not ended yet: {which}. Each ends with its actions, with the department's answer,"
        " or by a minute of the partnership."
    )


def no_actions_on_the_plan(facts: Facts) -> str | None:
    """A review is concluded without a single action: possible, and worth a second look."""
    if facts.items_of("action"):
        return None
    return "There is no action on the plan of this review. Check that this is so."


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done with the plan, and how a review is concluded and opened again."""
    return (
        Action(
            "add_recommendation",
            "Add a recommendation",
            source=FROM_EARLY_LEARNING,
            roles=CHAIRING,
            keep_as="recommendations_added",
            fields=wording.ASKED,
            checks=(wording.a_department_for_what_is_national,),
            warnings=(wording.addressed_to_somebody,),
            effects=(
                Opens(
                    "recommendation",
                    copies=(
                        *((field.name, field.name) for field in wording.ASKED),
                        ("drafted_on", "occurred_on"),
                    ),
                ),
            ),
            authority=law.guidance("7"),
            help="The recommendation is a record of its own: its wording, the answers to it and its actions are kept"
            " there.",
        ),
        Action(
            "add_action",
            "Add an action to the plan",
            source=FROM_EARLY_LEARNING,
            roles=CHAIRING,
            keep_as="plan",
            fields=(
                paragraph("action_text", "What will be done?", help="One change that can be seen to have happened."),
                one_of("lead_body", "Which body leads?", From.BODIES),
                several_of(
                    "recommendations", "Which recommendations does it answer?", From.RECOMMENDATIONS, required=False
                ),
                optional(
                    paragraph(
                        "recommendation",
                        "The recommendation it answers, where it is not on the record yet",
                    )
                ),
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
                        ("recommendations", "recommendations"),
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
                recommendations_settled,
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
            warnings=(no_actions_on_the_plan, nobody_said_how_it_went),
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
