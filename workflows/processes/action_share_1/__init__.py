"""The part of one action that another body than the lead owes, version 1: asked for, agreed, updated, reported done.

The lead reports the whole action complete when every part is done. A part is not verified by itself: who verifies the
action looks at what each part shows.
"""

from __future__ import annotations

import dataclasses

from workflows.definition import Action, DateGiven, From, Notice, Party, Phase, Process, Stage
from workflows.processes import anywhere
from workflows.processes.action_1 import asking
from workflows.processes.action_1.clocks import CLOCKS as OF_THE_WHOLE
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.fields import day, one_of, optional, paragraph, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import AGENCY, AGENCY_LEADS, ASSURANCE, CASEWORK, CHAIRING, DECIDERS

SECTION_7 = guidance_2016("7")
OPEN = ("asked", "in_progress", "blocked")
FINAL = ("done", "not_taken_on", "taken_out")
SHARE_DUE = day("share_due", "To be done by", future=True, notable=True, undated=asking.NO_DAY)

STAGES = (
    Stage(
        "asked",
        "Asked for its part",
        "action",
        acts=Party.ACTION_OWNER,
        means="The body has been asked for its part of an action that another body leads.",
    ),
    Stage("in_progress", "In progress", "action", acts=Party.ACTION_OWNER, means="Work on this part is under way."),
    Stage(
        "blocked",
        "Waiting for something",
        "action",
        acts=Party.ACTION_OWNER,
        means="Something is in the way of this part. What it is, and who could help, is on the record.",
    ),
    Stage(
        "done",
        "Part reported done",
        "action",
        acts=Party.NOBODY,
        final=True,
        means="The body says its part is done. It is looked at when the whole action is verified.",
    ),
    Stage(
        "not_taken_on",
        "Not taken on",
        "action",
        acts=Party.NOBODY,
        final=True,
        means="The body has said why it does not take this part on.",
    ),
    Stage(
        "taken_out",
        "Taken out",
        "action",
        acts=Party.NOBODY,
        final=True,
        means="The action goes on without this part, for the reason on the record.",
    ),
)

ACTIONS = (
    Action(
        "take_part_on",
        "Take the part on",
        source=("asked",),
        to="in_progress",
        roles=AGENCY_LEADS,
        fields=(asking.AGREED_BY, optional(paragraph("start_note", "What will be done, in your own words"))),
        authority=SECTION_7,
        main=True,
    ),
    Action(
        "record_update",
        "Give an update on the part",
        source=OPEN,
        roles=AGENCY,
        keep_as="updates",
        fields=asking.UPDATE,
        checks=(asking.suggested_with_reason,),
        authority=SECTION_7,
        main=True,
    ),
    Action(
        "add_evidence",
        "Add evidence of the part",
        source=OPEN,
        roles=AGENCY,
        keep_as=asking.EVIDENCE_KEPT,
        fields=asking.SHOWN,
        checks=(asking.shown_with_something,),
        authority=SECTION_7,
    ),
    Action(
        "report_obstacle",
        "Say that something is in the way of the part",
        source=("asked", "in_progress"),
        to="blocked",
        roles=AGENCY,
        fields=asking.OBSTACLE,
        warnings=(asking.nobody_named_to_help,),
        authority=by_design(),
    ),
    Action(
        "resume_work",
        "Go on with the part",
        source=("blocked",),
        to="in_progress",
        roles=AGENCY,
        fields=(asking.OBSTACLE_GONE,),
        authority=by_design(),
    ),
    Action(
        "claim_complete",
        "Report the part done",
        source=OPEN,
        to="done",
        roles=AGENCY,
        fields=(
            *asking.SHOWN_AT_THE_END,
            optional(asking.IMPACT),
        ),
        checks=asking.CLAIMED,
        authority=SECTION_7,
        main=True,
        help="The lead of the action reports the whole once every part is done.",
    ),
    Action(
        "decline_part",
        "Say that the part is not taken on",
        source=("asked",),
        to="not_taken_on",
        roles=AGENCY_LEADS,
        fields=(paragraph("decline_reason", "Why"), text("declined_by", "Who decided, senior there? (their post)")),
        authority=by_design(),
    ),
    Action(
        "take_part_out",
        "Take the part out of the action",
        source=OPEN,
        to="taken_out",
        roles=CHAIRING | DECIDERS,
        fields=(paragraph("taken_out_reason", "Why the action goes on without it"),),
        authority=by_design(),
    ),
    Action(
        "end_part",
        "End the part with the whole action",
        source=OPEN,
        to="taken_out",
        roles=CHAIRING | DECIDERS,
        fields=(optional(paragraph("taken_out_reason", "Why")),),
        authority=by_design(),
        help="Recorded by itself where the whole action is not accepted, or another takes its place.",
    ),
    Action(
        "reopen_part",
        "Take the part up again",
        source=FINAL,
        to="in_progress",
        roles=DECIDERS,
        fields=(paragraph("reopened_reason", "Why"), SHARE_DUE),
        authority=by_design(),
    ),
    send_reminder(OPEN, CHAIRING | DECIDERS, to_agency=True),
    *anywhere.dates(OPEN, DECIDERS),
    *anywhere.holds(OPEN, DECIDERS),
    anywhere.note((*OPEN, *FINAL), AGENCY | ASSURANCE | CHAIRING),
    *anywhere.correspondence((*OPEN, *FINAL), CASEWORK),
    anywhere.call((*OPEN, *FINAL), CASEWORK),
)  # fmt: skip

ENDED_OTHERWISE = ("decline_part", "take_part_out", "end_part")
UPDATE, DUE = OF_THE_WHOLE[:2]
CLOCKS = (
    dataclasses.replace(
        UPDATE,
        starts_on=("ask_for_part", "take_part_on", "record_update", "reopen_part"),
        withdrawn_on=ENDED_OTHERWISE,
    ),
    dataclasses.replace(
        DUE, starts_on=("ask_for_part", "reopen_part"), withdrawn_on=ENDED_OTHERWISE, length=DateGiven("share_due")
    ),
)
"""The same clocks as those of the whole action, counted for the part."""

PROCESS = Process(
    key="action-share",
    version=1,
    label="Part of an action",
    noun="part of an action",
    plural="Parts of actions",
    regime="any",
    phases=(Phase("action", "Action"),),
    stages=STAGES,
    opening=Action(
        "ask_for_part",
        "Ask a body for its part",
        to="asked",
        roles=CHAIRING | DECIDERS,
        occurred_from="asked_on",
        fields=(
            one_of("body", "Which body?", From.BODIES, notable=True),
            paragraph("share_text", "What will it do?", notable=True),
            SHARE_DUE,
            day("asked_on", "Asked on"),
            paragraph("whole_action", "The whole action", required=False),
        ),
        authority=by_design("One action with several owners: each owes its own return"),
    ),
    actions=ACTIONS,
    clocks=CLOCKS,
    notices=(
        Notice("part_asked", ("ask_for_part", "reopen_part"), "stage_changed", (Party.ACTION_OWNER,)),
        Notice("part_declined", ("decline_part", "report_obstacle"), "stage_changed", (Party.CASE_MANAGER,)),
    ),
    child_suffix="P",
    about="One body's part of an action that another body leads. It has dates and updates of its own.",
)
