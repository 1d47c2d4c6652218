"""The panel in place and its meetings: who chairs here, what the quorum is, what was decided where."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, From, reads_items
from workflows.processes.authorities import local
from workflows.processes.dardr_s9_1.commissioning import a_chair_is_there
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.dardr_s9_1.stages import UNDER_REVIEW
from workflows.processes.fields import choice, number, one_of, optional, paragraph, several_of, text
from workflows.processes.meeting_1 import plan_meeting
from workflows.processes.meeting_1.rules import NOT_MET
from workflows.processes.who import CASEWORK, CHAIRING

PANEL_WORKS = UNDER_REVIEW[: UNDER_REVIEW.index("pre_publication") + 1]
"""The stages in which a review has a panel that works."""

NO_NATIONAL_NUMBER = "No national number is known; the panel sets its own."
QUORUM = (
    number("quorum_bodies", "How many bodies must be there?", required=False, most=30, help=NO_NATIONAL_NUMBER),
    choice(
        "quorum_specialist",
        "Must a specialist domestic abuse service be there?",
        ("yes", "Yes"),
        ("no", "No"),
        required=False,
    ),
    optional(text("quorum", "Anything else agreed about the quorum")),
)

AT_MEETING = one_of("at_meeting", "At which meeting of the panel?", From.MEETINGS_HELD, required=False)
WITHOUT_QUORUM = optional(
    paragraph(
        "without_quorum_reason",
        "If that meeting had no quorum: how else did the panel agree?",
        help="For example: each member agreed by e-mail afterwards, and where that is kept.",
    )
)


@reads_items
def quorum_or_reason(facts: Facts) -> Blocked | None:
    """A check: what was agreed at a meeting without a quorum was agreed in another way too."""
    submitted = facts.submitted or {}
    chosen = submitted.get(AT_MEETING.name)
    if chosen is None or submitted.get(WITHOUT_QUORUM.name):
        return None
    meeting = next((item for item in facts.items_of("meeting") if item.ref == chosen), None)
    if meeting is None or meeting.facts.get("quorum_outcome") != NOT_MET:
        return None
    return Blocked(
        "That meeting had no quorum. Say here how else the panel agreed, or wait for another meeting.",
        WITHOUT_QUORUM.name,
    )


def on_a_weekend(facts: Facts) -> str | None:
    """A meeting dated on a Saturday or Sunday is kept, and looked at."""
    if facts.occurred_on is None or facts.occurred_on.weekday() < 5:
        return None
    name = "Saturday" if facts.occurred_on.weekday() == 5 else "Sunday"
    return f"The meeting is dated on a {name}. Check the date; it is kept as given."


def actions(law: Law) -> tuple[Action, ...]:
    """The panel in place, its quorum, its meetings."""
    return (
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
                *QUORUM,
            ),
            guards=(
                partial(
                    guards.done,
                    action="appoint_chair",
                    reason="No independent chair is appointed. Record the appointment first.",
                ),
                a_chair_is_there,
            ),
            authority=law.guidance("4"),
            main=True,
        ),
        Action(
            "set_quorum",
            "Record the quorum agreed",
            source=PANEL_WORKS,
            roles=CHAIRING,
            fields=QUORUM,
            checks=(
                partial(
                    guards.one_answered,
                    fields=tuple(field.name for field in QUORUM),
                    reason="Nothing is set yet. Give a number of bodies, or say who must be there.",
                ),
            ),
            authority=local("What the panel agreed for itself; no national number is known"),
            help="Meetings recorded from now on are judged by it; those recorded before stay as they are.",
        ),
        plan_meeting(UNDER_REVIEW, law.guidance("4")),
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
            help="For one that was held already and was not planned here. To invite members, plan it.",
        ),
    )
