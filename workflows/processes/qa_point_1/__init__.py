"""One point of a Home Office quality assurance letter, version 1: answered with how or why not, then cleared."""

from __future__ import annotations

from workflows.definition import Action, Party, Phase, Process, Stage
from workflows.processes import anywhere
from workflows.processes.authorities import QA_LETTER, by_design
from workflows.processes.fields import choice, day, optional, paragraph, text
from workflows.processes.who import CASEWORK, CHAIRING

STAGES = (
    Stage("open", "To be answered", "point", acts=Party.INDEPENDENT_CHAIR, means="Nobody has answered it yet."),
    Stage("answered", "Answered", "point", means="It is answered; somebody still has to look whether that is enough."),
    Stage("cleared", "Cleared", "point", acts=Party.NOBODY, final=True, means="The answer is enough."),
)

PROCESS = Process(
    key="qa-point",
    version=1,
    label="Point of a Home Office letter",
    noun="point",
    regime="any",
    phases=(Phase("point", "Point"),),
    stages=STAGES,
    opening=Action(
        "open_point",
        "Record a point",
        to="open",
        roles=CHAIRING,
        occurred_from="letter_dated",
        fields=(paragraph("point", "The point", notable=True), day("letter_dated", "Date of the letter")),
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
            ),
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
        anywhere.note(("open", "answered", "cleared"), CHAIRING),
        *anywhere.correspondence(("open", "answered", "cleared"), CASEWORK),
        anywhere.call(("open", "answered", "cleared"), CASEWORK),
    ),
    child_suffix="Q",
    about="The points of a letter are answered one by one; the report waits for all of them.",
)
