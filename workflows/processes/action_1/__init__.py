"""One action of an action plan, version 1: agreed, carried out, reported complete with evidence, verified by somebody
from elsewhere; its effect is looked at afterwards."""

from __future__ import annotations

import dataclasses

from workflows.definition import Action, Notice, Party, Phase, Process
from workflows.processes import anywhere
from workflows.processes.action_1.asking import date_moved_often
from workflows.processes.action_1.clocks import CLOCKS
from workflows.processes.action_1.ending import AFTERWARDS, CLAIM, OTHERWISE, VERIFYING
from workflows.processes.action_1.milestones import ACTIONS as MILESTONES
from workflows.processes.action_1.stages import EVERY, STAGES, WORKING
from workflows.processes.action_1.working import AGREEING, OPENING, PASSING_ON, UPDATES, WORDING
from workflows.processes.authorities import guidance_2016
from workflows.processes.fields import paragraph
from workflows.processes.more_time import ASKED, answered, more_time
from workflows.processes.reminding import send_reminder
from workflows.processes.who import AGENCY, ASSURANCE, CASEWORK, CHAIRING, DECIDERS

WITH_DATES = (*WORKING, "complete_verified", "in_place")
"""Stages at which a date runs that may be agreed anew."""


def _dates() -> tuple[Action, ...]:
    """Another date for the action, with a word to whoever moves it for the third time."""
    agree, undo = anywhere.dates(WITH_DATES, DECIDERS)
    return dataclasses.replace(agree, warnings=(*agree.warnings, date_moved_often)), undo


def _more_time() -> tuple[Action, ...]:
    """More time is asked for by the agency and answered by the partnership, with the same word."""
    ask, answer = more_time(WORKING, AGENCY, DECIDERS, ("action_due",))
    return ask, dataclasses.replace(answer, warnings=(date_moved_often,))


ACTIONS = (
    *WORDING,
    *AGREEING,
    *UPDATES,
    *MILESTONES,
    CLAIM,
    *VERIFYING,
    *OTHERWISE,
    *PASSING_ON,
    *AFTERWARDS,
    Action(
        "set_public_text",
        "Set the words for the public",
        source=EVERY,
        roles=CHAIRING,
        fields=(paragraph("public_text", "How it reads in the published plan", help="No names."),),
        authority=guidance_2016("8"),
    ),
    send_reminder(WITH_DATES, CHAIRING | DECIDERS, to_agency=True),
    *_dates(),
    *_more_time(),
    *anywhere.holds(WORKING, DECIDERS),
    anywhere.note(EVERY, AGENCY | ASSURANCE | CHAIRING),
    *anywhere.correspondence(EVERY, CASEWORK),
    anywhere.call(EVERY, CASEWORK),
)

NOTICES = (
    Notice("action_agreed", ("agree", "accept_transfer"), "action_agreed", (Party.ACTION_OWNER,)),
    ASKED,
    answered(Party.ACTION_OWNER),
    Notice("to_be_verified", ("claim_complete",), "stage_changed", (Party.CASE_MANAGER,)),
    Notice("more_wanted", ("return_to_owner", "transfer", "reopen_action"), "stage_changed", (Party.ACTION_OWNER,)),
    Notice("obstacle", ("report_obstacle",), "stage_changed", (Party.CASE_MANAGER,)),
)

PROCESS = Process(
    key="action",
    version=1,
    label="Action of an action plan",
    noun="action",
    plural="Actions of the action plan",
    regime="any",
    phases=(Phase("action", "Action"),),
    stages=STAGES,
    opening=OPENING,
    actions=ACTIONS,
    clocks=CLOCKS,
    notices=NOTICES,
    child_suffix="A",
    about="One change that one body leads, with parts of other bodies where they owe some. Its colour, and whether it"
    " is late, are worked out from its dates and never typed.",
)
