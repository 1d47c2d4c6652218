"""One action of an action plan, version 1: agreed, carried out, claimed as complete, verified by somebody else."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    Clock,
    DateGiven,
    Escalation,
    From,
    LocalSetting,
    Months,
    Notice,
    Party,
    Phase,
    Process,
    Stage,
)
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, guidance_2016, local
from workflows.processes.fields import choice, day, file, one_of, optional, paragraph, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import AGENCY, AGENCY_LEADS, ASSURANCE, CASEWORK, CHAIRING, DECIDERS

SECTION_7 = guidance_2016("7")
WORKING = ("agreed", "in_progress", "blocked")
UNFINISHED = ("draft", *WORKING, "transferred", "complete_claimed")
FINAL = ("complete_verified", "not_accepted", "superseded")

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
        means="Something is in the way. The reason is on the record.",
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
        means="Somebody who did not do it has seen that it is done.",
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

TARGET = day(
    "target_date",
    "To be done by",
    future=True,
    notable=True,
    help="A date; an action that never ends is not one action.",
)
MEASURE = paragraph("outcome_measure", "How will it be seen that it made a difference?")
TEXT = paragraph("action_text", "What will be done?", notable=True)
LEAD = one_of("lead_body", "Which body leads?", From.BODIES, notable=True)
OWNER = one_of("action_owner", "Who owns it there?", From.PEOPLE, required=False)
SCOPE = choice("scope", "Scope", ("local", "Local"), ("regional", "Regional"), ("national", "National"))
THEME = choice(
    "theme",
    "Theme",
    ("identification_of_risk", "Identification of risk"),
    ("multi_agency_working", "Multi-agency working"),
    ("training", "Training"),
    ("policy", "Policy"),
    ("record_keeping", "Record keeping"),
    ("awareness_raising", "Awareness raising"),
    ("technology", "Technology systems"),
    ("other", "Other"),
    required=False,
)
PLAN_SOURCE = choice(
    "plan_source",
    "Where does it come from?",
    ("panel", "The panel's report"),
    ("agency", "An agency's own return"),
    ("early_learning", "Early learning"),
    ("national", "A national recommendation"),
)

OPENING = Action(
    "propose_action",
    "Propose an action",
    to="draft",
    roles=CHAIRING,
    occurred_from="added_on",
    fields=(
        TEXT,
        LEAD,
        day("added_on", "Put on the plan on"),
        optional(paragraph("recommendation", "The recommendation it answers")),
        optional(PLAN_SOURCE),
        optional(SCOPE),
        THEME,
        optional(TARGET),
        optional(MEASURE),
    ),
    authority=SECTION_7,
)

ACTIONS = (
    Action(
        "change_action",
        "Change the wording",
        source=("draft", "agreed"),
        roles=CHAIRING,
        fields=(TEXT, optional(paragraph("recommendation", "The recommendation it answers")), optional(SCOPE), THEME),
        authority=SECTION_7,
    ),
    Action(
        "agree",
        "Agree the action",
        source=("draft",),
        to="agreed",
        roles=AGENCY_LEADS,
        fields=(
            TARGET,
            MEASURE,
            text("agreed_by", "Who agreed, senior in the body? (their post)"),
            OWNER,
            optional(text("milestones", "Milestones", many=True, help="One a line.")),
        ),
        authority=SECTION_7,
        main=True,
        help="Specific, measurable, agreed by somebody senior, relevant, and with a date.",
    ),
    Action(
        "start_work",
        "Start work",
        source=("agreed",),
        to="in_progress",
        roles=AGENCY,
        fields=(optional(paragraph("start_note", "What has begun")),),
        authority=SECTION_7,
        main=True,
    ),
    Action(
        "record_update",
        "Give an update",
        source=WORKING,
        roles=AGENCY,
        keep_as="updates",
        fields=(
            paragraph("progress", "What has happened since the last update"),
            choice("rag", "How does it look?", ("green", "On course"), ("amber", "At risk"), ("red", "Off course")),
            optional(text("needs", "What would help")),
        ),
        authority=SECTION_7,
        main=True,
    ),
    Action(
        "report_obstacle",
        "Say that something is in the way",
        source=("agreed", "in_progress"),
        to="blocked",
        roles=AGENCY,
        fields=(paragraph("obstacle", "What is in the way, and who could help"),),
        authority=by_design(),
    ),
    Action(
        "resume_work",
        "Go on with the work",
        source=("blocked",),
        to="in_progress",
        roles=AGENCY,
        fields=(optional(paragraph("obstacle_gone", "What changed")),),
        authority=by_design(),
    ),
    Action(
        "claim_complete",
        "Report it complete",
        source=WORKING,
        to="complete_claimed",
        roles=AGENCY,
        fields=(
            paragraph("evidence", "What shows that it is done?", help="What somebody else can look at."),
            file("evidence_file", "A file that shows it"),
            optional(paragraph("impact", "What difference has it made?")),
        ),
        authority=SECTION_7,
        main=True,
    ),
    Action(
        "verify",
        "Verify that it is done",
        source=("complete_claimed",),
        to="complete_verified",
        roles=ASSURANCE,
        fields=(optional(paragraph("verified_note", "What was looked at")),),
        guards=(
            partial(
                guards.another_person,
                than=("claim_complete",),
                reason="The person who reported it complete cannot verify it. Ask somebody else to.",
            ),
            partial(
                guards.from_elsewhere,
                reason="Somebody from the body that did the work cannot verify it. Ask somebody from elsewhere to.",
            ),
        ),
        authority=by_design("Who verifies is neither who did it nor who reported it"),
        main=True,
    ),
    Action(
        "return_to_owner",
        "Ask for more before it is verified",
        source=("complete_claimed",),
        to="in_progress",
        roles=ASSURANCE,
        fields=(paragraph("more_wanted", "What is still to be seen"), TARGET),
        authority=by_design(),
    ),
    Action(
        "record_not_accepted",
        "Record that it is not accepted",
        source=("draft", *WORKING, "transferred"),
        to="not_accepted",
        roles=DECIDERS,
        fields=(
            paragraph("not_accepted_reason", "Why"),
            text("not_accepted_minute", "The partnership's minute: date and where it is kept"),
        ),
        authority=SECTION_7,
    ),
    Action(
        "supersede",
        "Record that another action takes its place",
        source=("draft", *WORKING, "transferred"),
        to="superseded",
        roles=CHAIRING | DECIDERS,
        fields=(text("superseded_by", "Which action?"), optional(paragraph("superseded_reason", "Why"))),
        authority=by_design(),
    ),
    Action(
        "transfer",
        "Pass it to another body",
        source=("draft", *WORKING),
        to="transferred",
        roles=CHAIRING | DECIDERS,
        fields=(LEAD, paragraph("transfer_reason", "Why")),
        authority=by_design(),
    ),
    Action(
        "accept_transfer",
        "Take the action on",
        source=("transferred",),
        to="agreed",
        roles=AGENCY_LEADS,
        fields=(TARGET, MEASURE, text("agreed_by", "Who agreed, senior in the body? (their post)"), OWNER),
        authority=by_design(),
        main=True,
    ),
    Action(
        "reopen_action",
        "Take it up again",
        source=FINAL,
        to="in_progress",
        roles=DECIDERS,
        fields=(paragraph("reopened_reason", "Why"), TARGET),
        authority=by_design(),
    ),
    Action(
        "set_public_text",
        "Set the words for the public",
        source=UNFINISHED + FINAL,
        roles=CHAIRING,
        fields=(paragraph("public_text", "How it reads in the published plan", help="No names."),),
        authority=guidance_2016("8"),
    ),
    send_reminder(WORKING, CHAIRING | DECIDERS),
    *anywhere.dates(WORKING, DECIDERS),
    *anywhere.holds(WORKING, DECIDERS),
    anywhere.note(UNFINISHED + FINAL, AGENCY | ASSURANCE | CHAIRING),
    *anywhere.correspondence(UNFINISHED + FINAL, CASEWORK),
    anywhere.call(UNFINISHED + FINAL, CASEWORK),
)

ENDED_OTHERWISE = ("record_not_accepted", "supersede")

CLOCKS = (
    Clock(
        "action_update",
        "D17",
        "Update on the action",
        starts_on=("agree", "accept_transfer", "record_update", "return_to_owner", "reopen_action"),
        restarts=True,
        stops_on=("claim_complete",),
        withdrawn_on=(*ENDED_OTHERWISE, "transfer"),
        length=LocalSetting("action_update", Months(3)),
        local_closures=True,
        owner=Party.ACTION_OWNER,
        owed_to=Party.PARTNERSHIP,
        duty=SECTION_7,
        date=local("A setting of the partnership; no interval is known in law or guidance"),
        pausable=True,
        extendable=True,
        agreement="The partnership agrees.",
        escalations=(
            Escalation(28, Party.AGENCY_LEAD),
            Escalation(56, Party.AGENCY_EXECUTIVE),
            Escalation(84, Party.DECIDING_CHAIR),
        ),
    ),
    Clock(
        "action_due",
        "D18",
        "Action to be done",
        starts_on=("agree", "accept_transfer", "return_to_owner", "reopen_action"),
        restarts=True,
        stops_on=("claim_complete",),
        withdrawn_on=(*ENDED_OTHERWISE, "transfer"),
        length=DateGiven("target_date"),
        owner=Party.ACTION_OWNER,
        owed_to=Party.PARTNERSHIP,
        duty=SECTION_7,
        date=local("The date agreed for the action"),
        extendable=True,
        agreement="The partnership agrees, with a reason.",
        escalations=(
            Escalation(14, Party.AGENCY_LEAD),
            Escalation(28, Party.AGENCY_EXECUTIVE),
            Escalation(42, Party.DECIDING_CHAIR),
        ),
    ),
)

NOTICES = (
    Notice("action_agreed", ("agree", "accept_transfer"), "action_agreed", (Party.ACTION_OWNER,)),
    Notice("to_be_verified", ("claim_complete",), "stage_changed", (Party.CASE_MANAGER,)),
    Notice("more_wanted", ("return_to_owner", "transfer", "reopen_action"), "stage_changed", (Party.ACTION_OWNER,)),
    Notice("obstacle", ("report_obstacle",), "stage_changed", (Party.CASE_MANAGER,)),
)

PROCESS = Process(
    key="action",
    version=1,
    label="Action of an action plan",
    noun="action",
    regime="any",
    phases=(Phase("action", "Action"),),
    stages=STAGES,
    opening=OPENING,
    actions=ACTIONS,
    clocks=CLOCKS,
    notices=NOTICES,
    child_suffix="A",
    about="One change that one body has taken on. Whether it is late is worked out from its date, never stored.",
)
