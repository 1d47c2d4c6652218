"""What one agency is asked in one round of updates, version 1: an update of each open action, in one sitting.

The updates themselves are recorded on the actions. This record says that the agency was asked, that it answered, by
which way, and by when.
"""

from __future__ import annotations

from workflows.definition import (
    Action,
    Clock,
    DateGiven,
    Escalation,
    From,
    Notice,
    Party,
    Phase,
    Process,
    Stage,
)
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, local
from workflows.processes.fields import choice, day, number, one_of, optional, paragraph
from workflows.processes.reminding import send_reminder
from workflows.processes.who import AGENCY, CASEWORK

ASKED, RETURNED, NOTHING, WITHDRAWN = "asked", "returned", "nothing_to_report", "withdrawn"
ANY = (ASKED, RETURNED, NOTHING, WITHDRAWN)
ANSWERED = ("return_updates", "record_reply", "record_nothing")

IN_ONE_SITTING = by_design("All updates of one agency in one sitting, by the page, the workbook or a reply")

STAGES = (
    Stage(ASKED, "Asked", "updates", acts=Party.STEERING_CONTACT, means="The agency has the list of its open actions."),
    Stage(RETURNED, "Updates are in", "updates", acts=Party.NOBODY, final=True, means="The agency has answered."),
    Stage(NOTHING, "Nothing to report", "updates", acts=Party.NOBODY, final=True,
          means="The agency has looked, and nothing changed."),
    Stage(WITHDRAWN, "Not asked any more", "updates", acts=Party.NOBODY, final=True, means="It was asked by mistake."),
)  # fmt: skip

ACTIONS = (
    Action(
        "return_updates",
        "Say that these are all our updates",
        source=(ASKED,),
        to=RETURNED,
        roles=AGENCY,
        fields=(
            choice("came_by", "How did they come?", ("page", "On this page"), ("workbook", "In the workbook")),
            optional(number("lines", "How many actions were updated?")),
            optional(paragraph("to_the_group", "Anything the Steering Group should know", help="No names.")),
        ),
        authority=IN_ONE_SITTING,
        main=True,
    ),
    Action(
        "record_reply",
        "Confirm what came in a reply",
        source=(ASKED,),
        to=RETURNED,
        roles=CASEWORK,
        fields=(
            choice("came_by", "How did it come?", ("reply", "A reply to the e-mail"), ("call", "By telephone")),
            paragraph("confirmed", "What was put on which action", help="The updates themselves stand on the actions."),
            optional(paragraph("to_the_group", "Anything the Steering Group should know", help="No names.")),
        ),
        authority=IN_ONE_SITTING,
        main=True,
        help="Read the reply, record the update on each action, then confirm here. Nothing is recorded by itself.",
    ),
    Action(
        "record_nothing",
        "Record that nothing changed",
        source=(ASKED,),
        to=NOTHING,
        roles=AGENCY,
        fields=(optional(paragraph("to_the_group", "Anything the Steering Group should know", help="No names.")),),
        authority=IN_ONE_SITTING,
    ),
    Action(
        "withdraw_update_request",
        "Stop asking",
        source=(ASKED,),
        to=WITHDRAWN,
        roles=CASEWORK,
        fields=(paragraph("withdrawn_reason", "Why"),),
        authority=IN_ONE_SITTING,
    ),
    Action(
        "ask_updates_again",
        "Ask again",
        source=(RETURNED, NOTHING, WITHDRAWN),
        to=ASKED,
        roles=CASEWORK,
        fields=(paragraph("asked_again_because", "Why"), day("closes_on", "Updates are wanted by", future=True)),
        authority=IN_ONE_SITTING,
    ),
    send_reminder((ASKED,), CASEWORK),
    *anywhere.dates((ASKED,), CASEWORK),
    anywhere.note(ANY, AGENCY),
    *anywhere.correspondence(ANY, CASEWORK),
    anywhere.call(ANY, CASEWORK),
)

CLOCKS = (
    Clock(
        "updates_wanted",
        "L20",
        "Updates for the Steering Group",
        starts_on=("ask_for_updates", "ask_updates_again"),
        restarts=True,
        stops_on=ANSWERED,
        withdrawn_on=("withdraw_update_request",),
        length=DateGiven("closes_on"),
        owner=Party.STEERING_CONTACT,
        owed_to=Party.PARTNERSHIP,
        duty=local("The Steering Group's terms of reference: members give updates on recommendations"),
        date=local("Settings of the partnership: working days before the Steering Group's meeting"),
        extendable=True,
        agreement="The partnership agrees.",
        remind_before=(7, 1),
        escalations=(Escalation(3, Party.AGENCY_LEAD), Escalation(10, Party.AGENCY_EXECUTIVE)),
    ),
)

PROCESS = Process(
    key="update-request",
    version=1,
    label="Updates asked of an agency",
    noun="request for updates",
    plural="Updates asked of agencies",
    regime="any",
    phases=(Phase("updates", "Updates"),),
    stages=STAGES,
    opening=Action(
        "ask_for_updates",
        "Ask an agency for its updates",
        to=ASKED,
        roles=CASEWORK,
        occurred_from="asked_on",
        fields=(
            one_of("body", "Which agency?", From.BODIES, notable=True),
            day("meeting_on", "Date of the Steering Group's meeting", future=True, notable=True),
            day("closes_on", "Updates are wanted by", future=True, notable=True),
            day("asked_on", "Asked on", default="today"),
        ),
        authority=IN_ONE_SITTING,
    ),
    actions=ACTIONS,
    clocks=CLOCKS,
    notices=(
        Notice("updates_asked", ("ask_for_updates", "ask_updates_again"), "updates_asked", (Party.STEERING_CONTACT,)),
        Notice("updates_came", ("return_updates", "record_nothing"), "stage_changed", (Party.CASE_MANAGER,)),
    ),
    child_suffix="UR",
    about="One agency's part in one round, so that each has its own date and its own reminders.",
)
