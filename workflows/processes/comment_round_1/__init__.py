"""A round of comments on one version of the report, version 1: sent to readers, answered line by line, closed."""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import Action, Blocked, Facts, From, Party, Phase, Process, Role, Stage, reads_items
from workflows.processes import anywhere
from workflows.processes.authorities import by_design, local
from workflows.processes.comment_request_1.giving import ASKED_TO_READ, COMMENTED, REQUESTS
from workflows.processes.comment_round_1 import readers
from workflows.processes.comment_round_1.table import FIRST, LATER, answers_of, unanswered
from workflows.processes.fields import choice, day, optional, paragraph, several_of, text
from workflows.processes.who import CASEWORK, CHAIRING

OPEN, CLOSED, CALLED_OFF = "open", "closed", "called_off"
ANSWERERS = CHAIRING | {Role.DECIDING_CHAIR, Role.AUDITOR}
"""Who reads the answers while the round is open. Once it is closed, its table is for everyone who sees the round."""

STAGES = (
    Stage(OPEN, "Out for comments", "round", acts=Party.INDEPENDENT_CHAIR, means="Readers comment; the chair answers."),
    Stage(CLOSED, "Closed", "round", acts=Party.NOBODY, final=True, means="The table of comments and answers stands."),
    Stage(CALLED_OFF, "Called off", "round", acts=Party.NOBODY, final=True, means="It was sent by mistake."),
)

TOLD = (*((name, name) for name in ("version", "closes_on", "asked")), ("asked_on", "sent_on"))
"""What each reader is told, as the round has it."""
TOLD_LATER = (("version", "version"), ("asked", "asked"), ("closes_on", "their_date"), ("asked_on", "occurred_on"))

ANSWERS = (
    ("accepted", "Accepted"),
    ("partly", "Accepted in part"),
    ("not_accepted", "Not accepted"),
    ("for_panel", "For the panel to decide"),
    ("withdrawn", "Withdrawn by the reader"),
)


@reads_items
def everybody_answered(facts: Facts) -> Blocked | None:
    """Every reader has comments, has none, or is not waited for any more."""
    refs = [ref for process in REQUESTS for ref in guards.open_refs(facts, process)]
    if not refs:
        return None
    return Blocked(
        f"Not heard from yet: {guards.name_some(refs)}. Enter their comments, record that they have none, or go on"
        f" without them."
    )


@reads_items
def each_comment_answered(facts: Facts) -> Blocked | None:
    """A check: every comment has an answer, or the one who closes says why some have none."""
    if facts.submitted is None or facts.submitted.get("unanswered_reason"):
        return None
    left = [line["id"] for line in unanswered(facts)]
    if not left:
        return None
    return Blocked(
        f"Without an answer: {guards.name_some(left)}. Answer them, or say here why they stay without one.",
        "unanswered_reason",
    )


@reads_items
def nothing_came(facts: Facts) -> Blocked | None:
    """No comment has come: what came is never called off."""
    if not any(item.stage == COMMENTED for process in REQUESTS for item in facts.items_of(process)):
        return None
    return Blocked("Comments have come. Answer them and close the round: a round with comments is not called off.")


def answered_before(facts: Facts) -> str | None:
    """A warning where a comment has an answer already."""
    given = (facts.submitted or {}).get("comments") or []
    known = answers_of(facts.recorded)
    before = [one for one in given if one in known]
    if not before:
        return None
    several = len(before) > 1
    return (
        f"{guards.name_some(before)} had {'answers' if several else 'an answer'} already. The new"
        f" {'ones count' if several else 'one counts'}; what was answered before stays on the timeline."
    )


PROCESS = Process(
    key="comment-round",
    version=1,
    label="Round of comments",
    noun="round of comments",
    plural="Rounds of comments",
    regime="any",
    phases=(Phase("round", "Round"),),
    stages=STAGES,
    opening=Action(
        "open_round",
        "Send a version for comments",
        to=OPEN,
        roles=CHAIRING,
        occurred_from="sent_on",
        fields=(
            text("title", "What is this round called?"),
            text("version", "Which version?", notable=True),
            *readers.as_opened(),
            day("closes_on", "Comments by", future=True, notable=True),
            optional(paragraph("asked", "What is asked"), notable=True),
            day("sent_on", "Sent on", default="today"),
        ),
        checks=(readers.somebody_is_asked(FIRST),),
        effects=readers.opened(FIRST, TOLD),
        authority=ASKED_TO_READ,
    ),
    actions=(
        Action(
            "answer_comments",
            "Answer comments",
            source=(OPEN,),
            roles=CHAIRING,
            keep_as="answers",
            fields=(
                several_of("comments", "Which comments?", From.COMMENTS, seen_by=ANSWERERS),
                choice("answer", "What is the answer?", *ANSWERS, seen_by=ANSWERERS),
                paragraph(
                    "answer_how",
                    "How it is taken up, or why not",
                    required=False,
                    help="Needed unless it is accepted as it stands. The readers see it. No names.",
                    seen_by=ANSWERERS,
                ),
                text("where_changed", "Where in the next version?", required=False, seen_by=ANSWERERS),
            ),
            checks=(
                partial(
                    guards.needed_when,
                    field="answer_how",
                    when="answer",
                    values=("partly", "not_accepted", "for_panel"),
                    reason="Say what is taken up and what is not, why not, or what the panel is asked.",
                ),
            ),
            warnings=(answered_before,),
            authority=ASKED_TO_READ,
            main=True,
            help="Line by line, or several at once where one answer fits all.",
        ),
        Action(
            "ask_more_readers",
            "Ask more readers",
            source=(OPEN,),
            roles=CHAIRING,
            keep_as="asked_later",
            fields=(
                *readers.questions(LATER),
                day("their_date", "Comments by", future=True),
            ),
            checks=(readers.somebody_is_asked(LATER), readers.addresses_can_be_read(LATER), readers.not_asked_yet),
            effects=readers.opened(LATER, TOLD_LATER),
            authority=ASKED_TO_READ,
        ),
        Action(
            "close_round",
            "Close the round",
            source=(OPEN,),
            to=CLOSED,
            roles=CHAIRING,
            fields=(
                optional(paragraph("unanswered_reason", "Why some comments stay without an answer")),
                optional(paragraph("closing_note", "Anything to say about the round", help="No names.")),
            ),
            guards=(everybody_answered,),
            checks=(each_comment_answered,),
            authority=ASKED_TO_READ,
            main=True,
            help="A person closes a round; no date does. Its readers on the panel then see all comments and answers.",
        ),
        Action(
            "reopen_round",
            "Open the round again",
            source=(CLOSED,),
            to=OPEN,
            roles=CHAIRING,
            fields=(paragraph("reopened_reason", "Why"),),
            authority=by_design(),
            help="For comments that came late, or answers that changed.",
        ),
        Action(
            "call_off_round",
            "Call the round off",
            source=(OPEN,),
            to=CALLED_OFF,
            roles=CHAIRING,
            fields=(paragraph("called_off_reason", "Why"),),
            guards=(everybody_answered, nothing_came),
            authority=local(),
        ),
        anywhere.note((OPEN, CLOSED, CALLED_OFF), CHAIRING),
        *anywhere.correspondence((OPEN, CLOSED, CALLED_OFF), CASEWORK),
    ),
    child_suffix="CR",
    about="One version, sent to readers until a closing date. Their comments become a table, which the chair answers.",
)
