"""Where an action of a plan may stand, and which stages belong together."""

from __future__ import annotations

from workflows.definition import Party, Stage

WORKING = ("agreed", "in_progress", "blocked")
UNFINISHED = ("draft", *WORKING, "transferred", "complete_claimed")
FINAL = ("complete_verified", "in_place", "not_accepted", "superseded")
EVERY = UNFINISHED + FINAL

WORDS_ON = (
    "agree",
    "bring_in_progress",
    "accept_transfer",
    "start_work",
    "record_update",
    "report_obstacle",
    "resume_work",
    "return_to_owner",
    "reopen_action",
)
"""The actions by which something is heard of an action: the quiet days count from the last of them."""

STAGES = (
    Stage(
        "draft",
        "Draft",
        "action",
        acts=Party.ACTION_OWNER,
        means="Proposed. The body that leads has not agreed it yet.",
    ),
    Stage("agreed", "Agreed", "action", acts=Party.ACTION_OWNER, means="Agreed with a date. Work has not started."),
    Stage("in_progress", "In progress", "action", acts=Party.ACTION_OWNER, means="Work is under way."),
    Stage(
        "blocked",
        "Waiting for something",
        "action",
        acts=Party.ACTION_OWNER,
        means="Something is in the way. What it is, and who could help, is on the record.",
    ),
    Stage(
        "transferred",
        "Passed to another body",
        "action",
        acts=Party.ACTION_OWNER,
        means="Another body has been asked to take it on and has not agreed yet.",
    ),
    Stage(
        "complete_claimed",
        "Reported complete",
        "action",
        acts=Party.CASE_MANAGER,
        means="The body says it is done. Somebody from elsewhere looks at what shows it.",
    ),
    Stage(
        "complete_verified",
        "Complete, verified",
        "action",
        acts=Party.NOBODY,
        final=True,
        means="Somebody who did not do it has seen that it is done. Its effect is looked at after 6 and 12 months.",
    ),
    Stage(
        "in_place",
        "In place",
        "action",
        acts=Party.NOBODY,
        final=True,
        means="It has become everyday practice, and somebody from elsewhere has seen it. It is looked at again.",
    ),
    Stage(
        "not_accepted",
        "Not accepted",
        "action",
        acts=Party.NOBODY,
        final=True,
        means="The partnership has minuted why it is not done.",
    ),
    Stage(
        "superseded", "Superseded", "action", acts=Party.NOBODY, final=True, means="Another action has taken its place."
    ),
)
