"""Where an invitation of a chair may stand, and the groups of stages that its actions name."""

from __future__ import annotations

from workflows.definition import Party, Phase, Stage

PHASES = (Phase("asking", "Asking"), Phase("appointed", "Appointed"))

STAGES = (
    Stage(
        "invited", "Invited", "asking", acts=Party.CHAIR_TO_BE, means="The chair has been asked and has not answered."
    ),
    Stage(
        "interested",
        "Interested",
        "asking",
        acts=Party.CHAIR_TO_BE,
        means="The chair would take the review. There is no quote yet.",
    ),
    Stage(
        "quoted", "Quote received", "asking", means="The chair has said what it would cost. Nobody is chosen by that."
    ),
    Stage("declined", "Declined", "asking", acts=Party.NOBODY, final=True, means="The chair cannot take the review."),
    Stage(
        "not_chosen", "Not chosen", "asking", acts=Party.NOBODY, final=True, means="Somebody else chairs the review."
    ),
    Stage("chosen", "Chosen", "appointed", means="The contract and the data-protection terms are being agreed."),
    Stage(
        "contracted",
        "Under contract",
        "appointed",
        acts=Party.NOBODY,
        means="Contract and data-protection terms are agreed. The work is paid in stages.",
    ),
    Stage(
        "conflict_found",
        "Conflict of interest found",
        "appointed",
        acts=Party.DECIDING_CHAIR,
        means="A conflict came to light after the chair was chosen. The deciding chair agrees how it is managed, or the"
        " appointment ends.",
    ),
    Stage(
        "ended", "Ended", "appointed", acts=Party.NOBODY, final=True, means="The chair's work on the review has ended."
    ),
)

ASKED = ("invited", "interested", "quoted")
ENDED = "ended"
APPOINTED = ("chosen", "contracted", "conflict_found")
FINAL = tuple(stage.key for stage in STAGES if stage.final)
ALL = tuple(stage.key for stage in STAGES)
