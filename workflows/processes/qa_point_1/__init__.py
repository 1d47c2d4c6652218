"""One point of a Home Office quality assurance letter, version 1: answered with how or why not, then cleared."""

from __future__ import annotations

from workflows.definition import Action, Facts, From, Party, Phase, Process, Stage
from workflows.processes import anywhere
from workflows.processes.authorities import QA_LETTER, by_design
from workflows.processes.fields import choice, day, one_of, optional, paragraph, text
from workflows.processes.who import CASEWORK, CHAIRING

STAGES = (
    Stage("open", "To be answered", "point", acts=Party.INDEPENDENT_CHAIR, means="Nobody has answered it yet."),
    Stage("answered", "Answered", "point", means="It is answered; somebody still has to look whether that is enough."),
    Stage("cleared", "Cleared", "point", acts=Party.NOBODY, final=True, means="The answer is enough."),
    Stage(
        "struck_out", "Struck out", "point", acts=Party.NOBODY, final=True,
        means="It was recorded by mistake: the letter does not ask it, or asks it under another number.",
    ),
)  # fmt: skip
ANYWHERE = ("open", "answered", "cleared")


def accepted_without_a_change(facts: Facts) -> str | None:
    """A point is accepted and neither a place in the report nor a version is given: possible, and worth a look."""
    said = facts.submitted or {}
    if said.get("answer") not in ("accepted", "partly") or said.get("where_in_report") or said.get("changed_in"):
        return None
    return "The point is accepted, and it is not said where in the report, or in which version, it was changed."


PROCESS = Process(
    key="qa-point",
    version=1,
    label="Point of a Home Office letter",
    noun="point",
    plural="Points of the Home Office's letters",
    regime="any",
    phases=(Phase("point", "Point"),),
    stages=STAGES,
    opening=Action(
        "open_point",
        "Record a point",
        to="open",
        roles=CHAIRING,
        occurred_from="letter_dated",
        fields=(
            optional(text("point_number", "Its number in the letter", notable=True)),
            paragraph("point", "The point", notable=True),
            day("letter_dated", "Date of the letter"),
        ),
        authority=QA_LETTER,
    ),
    actions=(
        Action(
            "answer_point",
            "Answer the point",
            source=("open", "answered"),
            to="answered",
            roles=CHAIRING,
            fields=(
                choice(
                    "answer",
                    "Is it accepted?",
                    ("accepted", "Accepted"),
                    ("partly", "Accepted in part"),
                    ("not_accepted", "Not accepted"),
                ),
                paragraph("answer_how", "How it was taken up, or why not"),
                optional(text("where_in_report", "Where in the report")),
                one_of(
                    "changed_in", "In which version of the report was it changed?", From.REVIEW_VERSIONS, required=False
                ),
            ),
            warnings=(accepted_without_a_change,),
            authority=QA_LETTER,
            main=True,
        ),
        Action(
            "clear_point",
            "Clear the point",
            source=("answered",),
            to="cleared",
            roles=CASEWORK,
            fields=(optional(paragraph("cleared_note", "What was looked at")),),
            authority=by_design("Each point is looked at before the report is cleared"),
            main=True,
        ),
        Action(
            "reopen_point",
            "Look at the point again",
            source=("answered", "cleared"),
            to="open",
            roles=CHAIRING,
            fields=(paragraph("reopened_reason", "Why"),),
            authority=by_design(),
        ),
        Action(
            "strike_out_point",
            "Strike out a point recorded by mistake",
            source=("open", "answered"),
            to="struck_out",
            roles=CASEWORK,
            fields=(paragraph("struck_out_reason", "Why"),),
            authority=by_design(),
            help="It stays on the timeline, and nobody waits for it.",
        ),
        anywhere.note(ANYWHERE, CHAIRING),
        *anywhere.correspondence(ANYWHERE, CASEWORK),
        anywhere.call(ANYWHERE, CASEWORK),
    ),
    child_suffix="Q",
    about="The points of a letter are answered one by one; the report waits for all of them.",
)
