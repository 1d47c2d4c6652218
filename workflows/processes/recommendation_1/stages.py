"""Where a recommendation stands, and the groups of stages that its actions name.

It is nobody's to move by itself: what is waited for are the answers to it, its actions and the department.
"""

from __future__ import annotations

from workflows.definition import Party, Stage

STAGES = (
    Stage(
        "draft",
        "Being drafted",
        "recommendation",
        acts=Party.NOBODY,
        means="The panel has not agreed the wording yet.",
    ),
    Stage(
        "made",
        "Made",
        "recommendation",
        acts=Party.NOBODY,
        means="The panel has agreed it. Those it is addressed to answer it, and actions carry it out.",
    ),
    Stage(
        "sent",
        "With the department",
        "recommendation",
        acts=Party.NOBODY,
        means="A national recommendation has been sent to the department it is addressed to. The case manager asks how"
        " it stands from time to time; no law gives the department a date.",
    ),
    Stage(
        "acknowledged",
        "Acknowledged by the department",
        "recommendation",
        acts=Party.NOBODY,
        means="The department has said that it has the recommendation, and has not answered it yet.",
    ),
    Stage(
        "actions_ended",
        "Every action has ended",
        "recommendation",
        acts=Party.NOBODY,
        final=True,
        means="Each action that answers it has ended. This follows from the actions; nobody records it.",
    ),
    Stage(
        "replied",
        "Answered by the department",
        "recommendation",
        acts=Party.NOBODY,
        final=True,
        means="The department has answered. What it does is its own to do.",
    ),
    Stage(
        "waited_no_more",
        "Not waited for any more",
        "recommendation",
        acts=Party.NOBODY,
        final=True,
        means="The partnership has minuted that it waits for the department no longer.",
    ),
    Stage(
        "not_accepted",
        "Not accepted",
        "recommendation",
        acts=Party.NOBODY,
        final=True,
        means="The partnership has minuted why nothing is done.",
    ),
    Stage(
        "superseded",
        "Superseded",
        "recommendation",
        acts=Party.NOBODY,
        final=True,
        means="Another recommendation has taken its place.",
    ),
    Stage(
        "taken_out",
        "Taken out while drafting",
        "recommendation",
        acts=Party.NOBODY,
        final=True,
        means="It was drafted and is not in the report.",
    ),
)

WITH_DEPARTMENT = ("sent", "acknowledged")
OPEN = ("made", *WITH_DEPARTMENT)
FINAL = tuple(stage.key for stage in STAGES if stage.final)
STANDS = (*OPEN, "actions_ended", "replied", "waited_no_more")
"""Where a recommendation is one of the report, and may be answered."""
EVERY = tuple(stage.key for stage in STAGES)
