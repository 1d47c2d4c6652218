"""A task that somebody was asked to do, version 1: on a review or by itself, done, handed on, or no longer needed.

No rule asks for it: people add what they have agreed to do besides the steps of a process.
"""

from __future__ import annotations

from workflows.definition import (
    Action,
    AssignsCaseManager,
    Clock,
    DateGiven,
    From,
    Notice,
    Opens,
    Party,
    Phase,
    Process,
    Role,
    Stage,
)
from workflows.processes import anywhere, ladders
from workflows.processes.authorities import by_design, local
from workflows.processes.fields import day, one_of, optional, paragraph, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import CHAIRING, DECIDERS, POLICING

ASKED = by_design("A task that people here agreed on")
ASKERS = POLICING | CHAIRING | DECIDERS
DOERS = ASKERS | {Role.PERSON_ASKED}
"""The person asked, whatever else they are, and those who work on the review it belongs to."""

STAGES = (
    Stage("to_do", "To be done", "task", acts=Party.PERSON_ASKED, means="Somebody was asked to do it."),
    Stage("done", "Done", "task", acts=Party.NOBODY, final=True, means="It is done."),
    Stage(
        "not_needed", "No longer needed", "task", acts=Party.NOBODY, final=True, means="It need not be done any more."
    ),
)

WHAT = text(
    "title", "What is to be done?", notable=True, help="No names and no details of the death: it is shown in lists."
)
WHO = one_of("given_to", "Who is asked to do it?", From.PEOPLE, notable=True)
DUE = day("due_on", "Done by", required=False, future=True, notable=True, help="Left empty, it has no date.")
NOTE = optional(paragraph("task_note", "Anything they need to know", help="No names."))
GIVES = AssignsCaseManager("given_to")
AS_ASKED = (*((field.name, field.name) for field in (WHAT, WHO, DUE, NOTE)), ("asked_on", "occurred_on"))
"""What a task takes over from the step that asks for it, which puts the same four questions."""


def add_task(source: tuple[str, ...]) -> Action:
    """Ask somebody to do something for a review."""
    return Action(
        "add_task",
        "Add a task",
        source=source,
        roles=ASKERS,
        keep_as="tasks_asked",
        fields=(WHAT, WHO, DUE, NOTE),
        effects=(Opens("task", copies=AS_ASKED),),
        authority=ASKED,
        help="Something somebody agreed to do besides the steps of the review. They see it in My work.",
    )


PROCESS = Process(
    key="task",
    version=1,
    label="Task",
    noun="task",
    plural="Tasks",
    regime="any",
    phases=(Phase("task", "Task"),),
    stages=STAGES,
    opening=Action(
        "open_task",
        "Add a task",
        to="to_do",
        roles=DECIDERS,
        occurred_from="asked_on",
        fields=(WHAT, WHO, DUE, NOTE, day("asked_on", "Asked on", default="today")),
        effects=(GIVES,),
        authority=ASKED,
        help="Something somebody agreed to do that belongs to no review. They see it in My work.",
    ),
    actions=(
        Action(
            "finish_task",
            "Record that it is done",
            source=("to_do",),
            to="done",
            roles=DOERS,
            fields=(optional(paragraph("task_outcome", "What came of it", help="No names.")),),
            authority=ASKED,
            main=True,
        ),
        Action(
            "hand_over_task",
            "Hand it to somebody else",
            source=("to_do",),
            roles=DOERS,
            fields=(WHO, optional(paragraph("handed_over_because", "Why"))),
            effects=(GIVES,),
            authority=ASKED,
            help="From now on it is in their My work, and they are told, as are reminders.",
        ),
        Action(
            "change_task",
            "Change what is asked or by when",
            source=("to_do",),
            roles=DOERS,
            fields=(optional(WHAT), DUE, NOTE),
            authority=ASKED,
            help="What was there before stays on the timeline. A question left empty changes nothing.",
        ),
        Action(
            "strike_out_task",
            "Record that it is no longer needed",
            source=("to_do",),
            to="not_needed",
            roles=DOERS,
            fields=(paragraph("not_needed_because", "Why"),),
            authority=ASKED,
        ),
        Action(
            "reopen_task",
            "Take it up again",
            source=("done", "not_needed"),
            to="to_do",
            roles=DOERS,
            fields=(paragraph("reopened_reason", "Why"), DUE),
            authority=ASKED,
        ),
        send_reminder(("to_do",), ASKERS),
        anywhere.note(("to_do", "done", "not_needed"), DOERS),
    ),
    clocks=(
        Clock(
            "task_due",
            "L01",
            "Task to be done",
            starts_on=("open_task", "change_task", "reopen_task"),
            restarts=True,
            when_given=True,
            stops_on=("finish_task",),
            withdrawn_on=("strike_out_task",),
            length=DateGiven("due_on"),
            owner=Party.PERSON_ASKED,
            owed_to=Party.PARTNERSHIP,
            duty=ASKED,
            date=local("The date given with the task"),
            remind_before=(7, 1),
            escalations=ladders.IN_TWO_WEEKS,
        ),
    ),
    notices=(
        Notice(
            "task_given",
            ("open_task", "hand_over_task", "reopen_task"),
            "task_given",
            (Party.PERSON_ASKED,),
            gathered=True,
        ),
    ),
    ref_prefix="TASK",
    child_suffix="T",
    about="What somebody agreed to do besides the steps of a review. It stands alone, or belongs to one review.",
)
