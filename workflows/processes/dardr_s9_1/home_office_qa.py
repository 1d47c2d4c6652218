"""Phase 5. The report goes to the Home Office for quality assurance and comes back with its letter."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Field, Opens
from workflows.processes.authorities import QA_LETTER, local
from workflows.processes.dardr_s9_1 import joint
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.fields import choice, day, file, optional, paragraph, text
from workflows.processes.who import CASEWORK, CHAIRING

PACK: tuple[tuple[str, str], ...] = (
    ("pack_overview_report", "Overview report"),
    ("pack_executive_summary", "Executive summary"),
    ("pack_action_plan", "Action plan"),
    ("pack_data_return", "Data return"),
    ("pack_letter", "Covering letter"),
)
"""What the submission holds; each part is asked for by itself, and the pack waits for all of them."""

LETTER: tuple[Field, ...] = (
    day("letter_dated", "Date of the letter"),
    text("letter_reference", "The letter: reference or where it is kept"),
    optional(day("qa_meeting_on", "When was the report considered?")),
    optional(paragraph("letter_summary", "What it says, in a few sentences")),
    file("letter_file", "The letter"),
)
POINTS = text("points", "Points the letter asks to be looked at", many=True, help="One a line.")
OPENS_POINTS = Opens("qa-point", for_each="points", each_as="point", copies=(("letter_dated", "letter_dated"),))


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done from submission to clearance."""
    return (
        Action(
            "submit_to_home_office",
            "Record the submission to the Home Office",
            source=("csp_sign_off",),
            to="submitted",
            roles=CASEWORK,
            fields=(
                *(
                    choice(name, label, ("enclosed", "Enclosed"), ("not_enclosed", "Not enclosed"))
                    for name, label in PACK
                ),
                optional(text("submission_reference", "Reference, or where the pack is kept")),
            ),
            guards=(
                partial(
                    guards.done_since,
                    actions=("sign_off",),
                    since=("send_to_partnership",),
                    reason="The partnership has not signed off the report. Record its sign-off first.",
                ),
                joint.partners_have_signed,
            ),
            checks=tuple(
                partial(
                    guards.answer_must_be,
                    field=name,
                    values=("enclosed",),
                    reason=f"{label}: the Home Office asks for it. Add it to the pack, then answer: enclosed.",
                )
                for name, label in PACK
            ),
            authority=law.guidance("11"),
            main=True,
        ),
        Action(
            "record_acknowledgement",
            "Record that the Home Office has the report",
            source=("submitted",),
            to="home_office_qa",
            roles=CASEWORK,
            fields=(optional(text("acknowledgement", "The reply: reference or where it is kept")),),
            authority=law.guidance("11"),
            main=True,
        ),
        Action(
            "chase_home_office",
            "Record a friendly question to the Home Office",
            source=("submitted", "home_office_qa", "no_review_scrutiny"),
            roles=CASEWORK,
            keep_as="home_office_questions",
            fields=(paragraph("asked", "What was asked, and any answer"),),
            authority=local(),
        ),
        Action(
            "record_letter_publish",
            "Record the letter: it may be published",
            source=("home_office_qa",),
            to="pre_publication",
            roles=CASEWORK,
            fields=LETTER,
            authority=QA_LETTER,
            main=True,
        ),
        Action(
            "record_letter_amend",
            "Record the letter: to be published once points are answered",
            source=("home_office_qa",),
            to="amending",
            roles=CASEWORK,
            fields=(*LETTER, POINTS),
            effects=(OPENS_POINTS,),
            authority=QA_LETTER,
            help="One point is opened for each line, to be answered by itself.",
        ),
        Action(
            "record_letter_resubmit",
            "Record the letter: to be changed and sent again",
            source=("home_office_qa",),
            to="drafting",
            roles=CASEWORK,
            fields=(*LETTER, POINTS),
            effects=(OPENS_POINTS,),
            authority=QA_LETTER,
        ),
        Action(
            "add_qa_point",
            "Add a point of the Home Office's letter",
            source=("home_office_qa", "amending", "drafting", "pre_publication"),
            roles=CHAIRING,
            keep_as="added_points",
            fields=(paragraph("point", "The point"),),
            guards=(
                partial(
                    guards.done_any,
                    actions=("record_letter_amend", "record_letter_resubmit", "record_letter_publish"),
                    reason="No letter of the Home Office is recorded. Record it first.",
                ),
            ),
            effects=(Opens("qa-point", copies=(("point", "point"), ("letter_dated", "letter_dated"))),),
            authority=QA_LETTER,
        ),
        Action(
            "clear_after_amendment",
            "Record that the points are answered and the report is cleared",
            source=("amending",),
            to="pre_publication",
            roles=CASEWORK,
            fields=(
                choice(
                    "cleared_by",
                    "On whose word is it cleared?",
                    ("letter", "The letter was content for it to be published once changed"),
                    ("confirmed", "The Home Office has confirmed it"),
                ),
                optional(text("clearance_reference", "Where that is kept")),
            ),
            guards=(
                partial(
                    guards.items_final,
                    process="qa-point",
                    one="is a point of the Home Office's letter that is not cleared yet. Answer it and clear it first.",
                    several="are points of the Home Office's letter that are not cleared yet. Answer and clear them"
                    " first.",
                ),
            ),
            authority=QA_LETTER,
            main=True,
        ),
    )
