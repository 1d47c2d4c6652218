"""What a cleared report teaches, in the words of that report: what briefings and learning events are made from."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Facts, Field
from workflows.processes.authorities import by_design, local
from workflows.processes.dardr_s9_1.gate import CLEARED_BY
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.fields import choice, link, optional, paragraph, text
from workflows.processes.who import CASEWORK, CHAIRING, CONTRACT

LATE = (
    "submitted",
    "home_office_qa",
    "amending",
    "pre_publication",
    "published",
    "not_published",
    "action_monitoring",
    "concluded",
)
"""From when the report is signed off: nobody is asked how a review went before it has been written."""

RATINGS = (("very_well", "Very well"), ("well", "Well"), ("in_part", "In part"), ("not_well", "Not well"))
CHAIRED_WELL = "chaired_well"
HOW_IT_WENT: tuple[Field, ...] = (
    choice(CHAIRED_WELL, "How well was the review chaired?", *RATINGS, required=False, seen_by=CONTRACT),
    choice("panel_worked", "How well did the panel work together?", *RATINGS, required=False),
    choice("protocol_worked", "How well did the way reviews are done here serve?", *RATINGS, required=False),
)
ASKED_OF_ALL: tuple[str, ...] = tuple(field.name for field in HOW_IT_WENT)
"""What is asked about every review, so that answers can be counted across them."""


def nobody_said_how_it_went(facts: Facts) -> str | None:
    """A warning at the end of a review: nothing is recorded of what people say of chair, panel and protocol."""
    if facts.listed("feedback"):
        return None
    return (
        "Nobody's view of how the review went is recorded. Ask the family, the panel, the agencies and the chair; it"
        " can be recorded later, too."
    )


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done with the learning of a review once its report is cleared."""
    return (
        Action(
            "record_learning",
            "Record the learning for briefings and events",
            source=("pre_publication", "published", "not_published", "action_monitoring", "concluded"),
            roles=CASEWORK,
            fields=(
                paragraph("why_it_matters", "Why this matters, in two or three sentences"),
                text(
                    "learning_summary",
                    "What happened, in a few sentences",
                    many=True,
                    help="From the cleared report, under the published name only. One paragraph a line.",
                ),
                text("learned", "What we learned", many=True, help="One point a line."),
                text("do_differently", "What to do differently", many=True, help="One point a line."),
                optional(text("good_practice", "Good practice", many=True, help="One point a line.")),
                optional(text("team_questions", "Questions for teams", many=True, help="One question a line.")),
                optional(link("evaluation_link", "Where readers say what they think of the briefing")),
            ),
            guards=(
                partial(
                    guards.done_any,
                    actions=CLEARED_BY,
                    reason="The report is not cleared by the Home Office. Record its letter first.",
                ),
            ),
            authority=local("Learning is shared from cleared text only"),
            help="Briefings and slides are made from these words, and from nothing else.",
        ),
        Action(
            "record_feedback",
            "Record feedback on the review",
            source=LATE,
            roles=CHAIRING,
            keep_as="feedback",
            fields=(
                choice(
                    "feedback_from",
                    "From whom?",
                    ("family", "The family, or somebody for them"),
                    ("panel", "A member of the panel"),
                    ("agency", "An agency"),
                    ("chair", "The independent chair"),
                    ("other", "Somebody else"),
                ),
                *HOW_IT_WENT,
                optional(paragraph("feedback_said", "What they said about how the review went", help="No names.")),
            ),
            own_questions="feedback",
            authority=by_design("What people say about a review makes the next one better"),
            help="Asked once the report is signed off, and as often as people tell something.",
        ),
    )
