"""What is done with a national recommendation: sent, acknowledged, asked about, answered, or waited for no longer."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Clock, Days, Facts, LocalSetting, Party
from workflows.processes import ladders
from workflows.processes.authorities import by_design, guidance_2016, local
from workflows.processes.fields import choice, file, optional, paragraph, text
from workflows.processes.recommendation_1.stages import WITH_DEPARTMENT
from workflows.processes.who import CASEWORK, DECIDERS


def is_national(facts: Facts) -> Blocked | None:
    """The scope is national."""
    if facts.recorded.get("scope") == "national":
        return None
    return Blocked("Only a national recommendation goes to a department. Change its scope first if it is national.")


def a_department_is_named(facts: Facts) -> Blocked | None:
    """A department is named, on the record or in what is being submitted."""
    if facts.answer("department"):
        return None
    return Blocked("Say which department it goes to, and to which team or mailbox there.", "department")


SENT_TO = text(
    "department",
    "To which department, and where there?",
    required=False,
    help="Left empty: as it is on the record. The team or mailbox, not a person.",
)

NATIONAL: tuple[Action, ...] = (
    Action(
        "send_to_department",
        "Record that it was sent to the department",
        source=("made", *WITH_DEPARTMENT),
        to="sent",
        roles=CASEWORK,
        fields=(
            SENT_TO,
            choice(
                "sent_how",
                "How was it sent?",
                ("email", "By e-mail"),
                ("letter", "By letter"),
                ("other", "In another way"),
            ),
            optional(text("sent_reference", "Reference, or where the letter is kept")),
            file("sent_file", "The letter"),
        ),
        guards=(is_national,),
        checks=(a_department_is_named,),
        authority=guidance_2016("7"),
        main=True,
        help="Sent again, to another department for example, it is counted from the new day.",
    ),
    Action(
        "record_acknowledged",
        "Record the department's acknowledgement",
        source=("sent",),
        to="acknowledged",
        roles=CASEWORK,
        fields=(optional(text("acknowledged_reference", "Its reference, or where it is kept")),),
        authority=by_design(),
        main=True,
    ),
    Action(
        "ask_department",
        "Record that the department was asked how it stands",
        source=WITH_DEPARTMENT,
        roles=CASEWORK,
        keep_as="department_questions",
        fields=(paragraph("asked_department", "What was asked, and any answer"),),
        authority=local(),
        main=True,
    ),
    Action(
        "record_department_reply",
        "Record the department's answer",
        source=WITH_DEPARTMENT,
        to="replied",
        roles=CASEWORK,
        fields=(
            choice(
                "department_response",
                "What does it say?",
                ("accepted", "Accepted"),
                ("partly", "Accepted in part"),
                ("not_accepted", "Not accepted"),
                ("noted", "Noted, without saying so"),
            ),
            paragraph("department_reply", "What it says, in a few sentences"),
            optional(text("department_reply_reference", "Its reference, or where it is kept")),
            file("department_reply_file", "The answer"),
        ),
        authority=by_design("What a department does is its own to do; the partnership keeps its answer"),
        main=True,
    ),
    Action(
        "wait_no_more",
        "Record that the partnership waits no longer",
        source=("made", *WITH_DEPARTMENT),
        to="waited_no_more",
        roles=DECIDERS,
        fields=(
            paragraph("wait_no_more_reason", "Why"),
            text("wait_no_more_minute", "The partnership's minute: date and where it is kept"),
        ),
        guards=(
            is_national,
            partial(
                guards.done,
                action="send_to_department",
                reason="It has not been sent to a department yet. Send it first, or record that it is not accepted.",
            ),
        ),
        authority=by_design("A national recommendation is not the partnership's to complete"),
    ),
)

CHASE = Clock(
    "national_recommendation",
    "L17",
    "Ask the department how it stands",
    starts_on=("send_to_department", "ask_department"),
    restarts=True,
    stops_on=("record_department_reply",),
    withdrawn_on=("wait_no_more", "record_rec_not_accepted", "supersede_recommendation"),
    length=LocalSetting("national_recommendation", Days(84)),
    local_closures=True,
    owner=Party.CASE_MANAGER,
    owed_to=Party.PARTNERSHIP,
    duty=by_design("A friendly question; a national recommendation has no date of reply of its own"),
    date=local("A setting of the partnership; no law gives the department a date"),
    extendable=True,
    agreement="The case manager.",
    remind_before=(7,),
    repeat_after_every=14,
    escalations=ladders.IN_FOUR_WEEKS,
)
