"""Phase 5. The report goes to the Home Office for quality assurance and comes back with its letter."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, Field, FreezesPlan, From, Opens, reads_items
from workflows.processes.authorities import QA_LETTER, local
from workflows.processes.dardr_s9_1 import joint, submission
from workflows.processes.dardr_s9_1.law import Law
from workflows.processes.fields import choice, day, file, one_of, optional, paragraph, text
from workflows.processes.who import CASEWORK, CHAIRING

LETTER: tuple[Field, ...] = (
    day("letter_dated", "Date of the letter"),
    text("letter_reference", "The letter: reference or where it is kept"),
    optional(day("qa_meeting_on", "When was the report considered?")),
    optional(
        text("letter_outcome", "The outcome in the letter's own words", help="Where they differ from the step's name.")
    ),
    optional(paragraph("letter_summary", "What it says, in a few sentences")),
    file("letter_file", "The letter"),
)
POINTS = text(
    "points",
    "Points the letter asks to be looked at",
    many=True,
    help="Paste the letter's numbered list as it is: each number begins a point and is kept. Or without numbers:",
)
OPENS_POINTS = Opens(
    "qa-point",
    for_each="points",
    each_as="point",
    number_as="point_number",
    copies=(("letter_dated", "letter_dated"),),
)
ON_LETTERS = (submission.letter_is_after_submission,)


@reads_items
def changed_as_accepted(facts: Facts) -> Blocked | None:
    """Where a point of the last letter was accepted, a version of the report made since that letter is recorded."""
    letter = facts.done.get("record_letter_amend")
    taken = [
        item
        for item in facts.items_of("qa-point")
        if item.facts.get("answer") in ("accepted", "partly")
        and item.facts.get("letter_dated") == facts.recorded.get("letter_dated")
    ]
    if letter is None or not taken or any(e.get("seq", 0) > letter.seq for e in facts.listed("versions")):
        return None
    return Blocked(
        "Points of the letter were accepted, and no version of the report is recorded since. Record the changed version"
        " first."
    )


def actions(law: Law) -> tuple[Action, ...]:
    """What can be done from submission to clearance."""
    return (
        Action(
            "put_into_pack",
            "Put parts into the pack for the Home Office",
            source=("drafting", "csp_sign_off"),
            roles=CASEWORK,
            keep_as="packs",
            fields=(
                one_of("pack_version", "Overview report: which version?", From.VERSIONS, required=False),
                *(
                    optional(text(name, f"{label}: which document and version, or where it is kept"))
                    for name, label in submission.PARTS[1:]
                ),
                file("pack_files", "Files of the pack that are not on the record yet", many=True),
            ),
            checks=(
                *(partial(submission.something_is_given, part=part, label=label) for part, label in submission.PARTS),
            ),
            authority=law.guidance("11"),
            help="As many times as is needed: what is left empty stays as it was. The report goes with all six parts.",
        ),
        Action(
            "submit_to_home_office",
            "Record the submission to the Home Office",
            source=("csp_sign_off",),
            to="submitted",
            roles=CASEWORK,
            keep_as="submissions",
            fields=(optional(text("submission_reference", "Reference, or where the pack is kept")),),
            guards=(
                partial(
                    guards.done_since,
                    actions=("sign_off",),
                    since=("send_to_partnership",),
                    reason="The partnership has not signed off the report. Record its sign-off first.",
                ),
                joint.partners_have_signed,
                joint.partners_signed_the_same,
                *(partial(submission.pack_holds, part=part, label=label) for part, label in submission.PARTS),
                submission.pack_holds_what_was_signed,
            ),
            effects=(FreezesPlan("submission"),),
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
            checks=ON_LETTERS,
            warnings=(submission.same_reference,),
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
            checks=ON_LETTERS,
            warnings=(submission.same_reference,),
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
            checks=ON_LETTERS,
            warnings=(submission.same_reference,),
            authority=QA_LETTER,
        ),
        Action(
            "add_qa_point",
            "Add a point of the Home Office's letter",
            source=("home_office_qa", "amending", "drafting", "pre_publication"),
            roles=CHAIRING,
            keep_as="added_points",
            fields=(
                optional(text("point_number", "Its number in the letter", help="For example 4 or 2a.")),
                paragraph("point", "The point"),
            ),
            guards=(
                partial(
                    guards.done_any,
                    actions=("record_letter_amend", "record_letter_resubmit", "record_letter_publish"),
                    reason="No letter of the Home Office is recorded. Record it first.",
                ),
            ),
            effects=(
                Opens(
                    "qa-point",
                    copies=(("point", "point"), ("point_number", "point_number"), ("letter_dated", "letter_dated")),
                ),
            ),
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
                changed_as_accepted,
            ),
            effects=(FreezesPlan("amendment"),),
            authority=QA_LETTER,
            main=True,
        ),
    )
