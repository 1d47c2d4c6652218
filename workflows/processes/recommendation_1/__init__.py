"""One recommendation of a review, version 1: drafted, made, answered by those it is addressed to, carried out.

What is local or regional ends when every action that answers it has ended; that follows from the actions and is
recorded by nobody. What is national is a department's to do: it ends with the department's answer, or when the
partnership minutes that it waits no longer.
"""

from __future__ import annotations

from workflows.definition import Action, Blocked, Facts, Phase, Process
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.fields import day, optional, paragraph, text
from workflows.processes.recommendation_1 import wording
from workflows.processes.recommendation_1.answering import RESPOND
from workflows.processes.recommendation_1.national import CHASE, NATIONAL
from workflows.processes.recommendation_1.stages import EVERY, FINAL, OPEN, STAGES, WITH_DEPARTMENT
from workflows.processes.reminding import send_reminder
from workflows.processes.who import ASSURANCE, CASEWORK, CHAIRING, DECIDERS

SECTION_7 = guidance_2016("7")
REFS = text("answering_actions", "The actions that answer it", required=False, many=True, filled=True)


def not_national(facts: Facts) -> Blocked | None:
    """The scope is not national: what is national ends otherwise."""
    if facts.recorded.get("scope") != "national":
        return None
    return Blocked("A national recommendation ends with the department's answer, or by minute.")


PROCESS = Process(
    key="recommendation",
    version=1,
    label="Recommendation of a review",
    noun="recommendation",
    plural="Recommendations",
    regime="any",
    phases=(Phase("recommendation", "Recommendation"),),
    stages=STAGES,
    opening=Action(
        "draft_recommendation",
        "Draft a recommendation",
        to="draft",
        roles=CHAIRING,
        occurred_from="drafted_on",
        fields=(*wording.ASKED, day("drafted_on", "Drafted on")),
        checks=(wording.a_department_for_what_is_national,),
        warnings=(wording.addressed_to_somebody,),
        authority=SECTION_7,
    ),
    actions=(
        Action(
            "change_recommendation",
            "Change the recommendation",
            source=("draft", *OPEN),
            roles=CHAIRING,
            fields=(*wording.ASKED, wording.PUBLIC_TEXT, optional(paragraph("change_reason", "Why it is changed"))),
            checks=(wording.a_department_for_what_is_national,),
            warnings=(wording.addressed_to_somebody,),
            authority=SECTION_7,
            help="Every wording it has had stays on its page.",
        ),
        Action(
            "make_recommendation",
            "Record that the panel has agreed it",
            source=("draft",),
            to="made",
            roles=CHAIRING,
            fields=(optional(text("agreed_minute", "Minute: date and where it is kept")),),
            authority=SECTION_7,
            main=True,
            help="Where the panel approves the report, its recommendations are agreed with it.",
        ),
        Action(
            "take_out",
            "Take it out of the draft",
            source=("draft",),
            to="taken_out",
            roles=CHAIRING,
            fields=(optional(paragraph("taken_out_reason", "Why")),),
            authority=by_design(),
        ),
        RESPOND,
        *NATIONAL,
        Action(
            "record_rec_not_accepted",
            "Record that it is not accepted",
            source=OPEN,
            to="not_accepted",
            roles=DECIDERS,
            fields=(
                paragraph("rec_not_accepted_reason", "Why"),
                text("rec_not_accepted_minute", "The partnership's minute: date and where it is kept"),
            ),
            authority=SECTION_7,
            help="For the partnership as a whole. What one body says is its answer.",
        ),
        Action(
            "supersede_recommendation",
            "Record that another recommendation takes its place",
            source=("draft", *OPEN),
            to="superseded",
            roles=CHAIRING | DECIDERS,
            fields=(
                text("rec_superseded_by", "Which recommendation? (its reference)"),
                optional(paragraph("rec_superseded_reason", "Why")),
            ),
            authority=by_design(),
        ),
        Action(
            "reopen_recommendation",
            "Take it up again",
            source=tuple(stage for stage in FINAL if stage not in ("actions_ended", "taken_out")),
            to="made",
            roles=DECIDERS,
            fields=(paragraph("rec_reopened_reason", "Why"),),
            authority=by_design(),
            help="One whose actions have ended is taken up again with an action.",
        ),
        send_reminder(WITH_DEPARTMENT, DECIDERS),
        *anywhere.dates(WITH_DEPARTMENT, DECIDERS),
        anywhere.note(EVERY, CHAIRING | ASSURANCE),
        *anywhere.correspondence(EVERY, CASEWORK),
        anywhere.call(EVERY, CASEWORK),
    ),
    clocks=(CHASE,),
    follows=(
        Action(
            "actions_end",
            "Every action that answers it has ended",
            source=("made",),
            to="actions_ended",
            fields=(REFS,),
            guards=(not_national,),
            authority=by_design("It follows from the actions that answer it"),
        ),
        Action(
            "actions_go_on",
            "An action that answers it goes on",
            source=("actions_ended",),
            to="made",
            fields=(REFS,),
            authority=by_design("It follows from the actions that answer it"),
        ),
    ),
    child_suffix="REC",
    ref_prefix="REC",
    about="What a review asks to be changed, and of whom. Actions carry it out; each may answer several.",
)
