"""A question of the family, in their own words, version 1: asked when, answered by whom, where, or why it cannot be.

It serves the review and the branch of the family that asked, and is seen by few. No branch is shown another's.
"""

from __future__ import annotations

from workflows.definition import (
    Action,
    Blocked,
    Facts,
    From,
    Opens,
    Phase,
    Process,
    Stage,
    reads_items,
)
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, guidance_2016
from workflows.processes.fields import choice, day, one_of, optional, paragraph, text
from workflows.processes.who import CHAIRING, FAMILY_NOTES

SECTION_6 = guidance_2016("6", note="Families may ask what they hope the review will answer.")
REGISTER = by_design("Each question the family asked is answered, or they are told why it cannot be")

OPEN = ("asked", "looked_into")
ENDED = ("answered", "cannot_be_answered")

QUESTION = paragraph("question", "The question, in their own words")
ASKED_HOW = choice(
    "asked_how",
    "How was it asked?",
    ("meeting", "At a meeting"),
    ("call", "By telephone"),
    ("writing", "In writing"),
    ("advocate", "Through their advocate"),
    ("reading", "While reading a draft"),
)
BY_WHOM = choice(
    "answered_by",
    "Who answers it?",
    ("chair", "The independent chair"),
    ("panel", "The panel"),
    ("agency", "An agency"),
    ("police", "The police"),
    ("coroner", "The coroner"),
    ("home_office", "The Home Office"),
    ("team", "The team"),
)

STAGES = (
    Stage("asked", "Asked", "question", means="Nobody has taken it up yet."),
    Stage("looked_into", "Being looked into", "question", means="Somebody has been asked to answer it."),
    Stage("answered", "Answered", "question", final=True, means="It has an answer, and the register says where."),
    Stage(
        "cannot_be_answered",
        "Cannot be answered",
        "question",
        final=True,
        means="The review cannot answer it, and the register says why.",
    ),
)


def record_question(source: tuple[str, ...]) -> Action:
    """Put a question on the register, for the branch of the family that asked it."""
    return Action(
        "record_question",
        "Record a question they ask",
        source=source,
        roles=CHAIRING,
        keep_as="questions_asked",
        fields=(QUESTION, ASKED_HOW),
        effects=(
            Opens(
                "family-question",
                copies=(("question", "question"), ("asked_how", "asked_how"), ("asked_on", "occurred_on")),
                sets=(("title", "A question of the family"),),
                beside=True,
            ),
        ),
        authority=SECTION_6,
        help="Word for word. It is answered by itself, and printed for the panel without saying who asked.",
    )


def _says_where(facts: Facts) -> Blocked | None:
    submitted = facts.submitted
    if submitted is None or submitted.get("where_in_report") or submitted.get("answered_elsewhere"):
        return None
    return Blocked(
        "Say where in the report the answer is, for example paragraph 4.12; or how it was given outside the report.",
        "where_in_report",
    )


@reads_items
def questions_without_answer(facts: Facts) -> str | None:
    """A word of warning where the family's questions are not all answered; it never refuses."""
    waiting = sum(not item.final for item in facts.items_of("family-question"))
    if not waiting:
        return None
    some = "A question of the family has" if waiting == 1 else f"{waiting} questions of the family have"
    return f"{some} no answer yet. The family's page lists what was asked."


PROCESS = Process(
    key="family-question",
    version=1,
    label="Question of the family",
    noun="question",
    plural="Questions of the family",
    regime="any",
    phases=(Phase("question", "Question"),),
    stages=STAGES,
    opening=Action(
        "ask_question",
        "Record a question of the family",
        to="asked",
        roles=CHAIRING,
        occurred_from="asked_on",
        fields=(QUESTION, ASKED_HOW, day("asked_on", "Asked on"), text("title", "Called in lists", required=False)),
        authority=SECTION_6,
    ),
    actions=(
        Action(
            "take_up_question",
            "Say who looks into it",
            source=OPEN,
            to="looked_into",
            roles=CHAIRING,
            fields=(
                BY_WHOM,
                one_of("asked_of_body", "Which body?", From.BODIES, required=False),
                optional(paragraph("taken_up_note", "What they were asked")),
            ),
            authority=REGISTER,
        ),
        Action(
            "answer_question",
            "Record the answer",
            source=OPEN,
            to="answered",
            roles=CHAIRING,
            fields=(
                BY_WHOM,
                paragraph("answer_given", "The answer, in plain words"),
                text(
                    "where_in_report",
                    "Where in the report?",
                    required=False,
                    help="Paragraph and version, for example 4.12 of version 2.",
                ),
                text(
                    "answered_elsewhere",
                    "If not in the report: how was it answered?",
                    required=False,
                    help="For example at a meeting, or in a letter.",
                ),
            ),
            checks=(_says_where,),
            authority=REGISTER,
            main=True,
        ),
        Action(
            "say_cannot_be_answered",
            "Record why it cannot be answered",
            source=OPEN,
            to="cannot_be_answered",
            roles=CHAIRING,
            fields=(paragraph("cannot_answer_because", "Why, in words that can be said to them"),),
            authority=REGISTER,
        ),
        Action(
            "tell_answer",
            "Record that they were told",
            source=ENDED,
            roles=CHAIRING,
            fields=(
                choice(
                    "told_how",
                    "How?",
                    ("meeting", "At a meeting"),
                    ("call", "By telephone"),
                    ("writing", "In writing"),
                    ("advocate", "Through their advocate"),
                    ("reading", "While reading the report"),
                ),
                optional(paragraph("told_response", "What they said")),
            ),
            authority=SECTION_6,
        ),
        Action(
            "reopen_question",
            "Look into it again",
            source=ENDED,
            to="looked_into",
            roles=CHAIRING,
            fields=(paragraph("reopened_reason", "Why"),),
            authority=REGISTER,
        ),
        anywhere.note((*OPEN, *ENDED), CHAIRING),
    ),
    child_suffix="W",
    seen_by=FAMILY_NOTES,
    about="What the family asked, in their words, and what became of it.",
)
