"""What one person is asked for in one round of comments, version 1: a member of the panel, a colleague, an outsider.

The steps are those of every reader (``comment_request_1.giving``). It is theirs alone: others of their body, and other
members of the panel, see it once the round is closed.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import AsksReader, Escalation, From, Party, Process, Role
from workflows.processes.comment_request_1 import giving
from workflows.processes.fields import one_of, text
from workflows.processes.who import CHAIRING

WHO = ("seat", "reader_account", "outside")
"""The questions by one of which a reader is named: a seat on the panel, an account here, somebody outside."""
GIVERS = CHAIRING | {Role.PERSON_ASKED}
FOLLOWS = (AsksReader(),)
ONE_IS_NAMED = partial(guards.one_answered, fields=WHO, reason="Say which reader is asked.")

PROCESS = Process(
    key="reader-request",
    version=1,
    label="Request for comments, by name",
    noun="request for comments",
    plural="Requests for comments, by name",
    regime="any",
    phases=giving.PHASES,
    stages=giving.stages(Party.PERSON_ASKED),
    opening=giving.asking(
        text("seat", "Which seat on the panel?", required=False),
        one_of("reader_account", "Which account here?", From.PEOPLE, required=False, seen_by=CHAIRING),
        text("outside", "Who from outside?", required=False, seen_by=CHAIRING),
        follows=FOLLOWS,
        checks=(ONE_IS_NAMED,),
    ),
    actions=giving.actions(GIVERS, FOLLOWS),
    clocks=(
        giving.reading_clock(
            "named_reader_comments",
            "L11C",
            "Comments of a reader asked by name",
            Party.PERSON_ASKED,
            (Escalation(7, Party.CASE_MANAGER),),
        ),
    ),
    notices=giving.told(Party.PERSON_ASKED),
    child_suffix="RQ",
    about="One person in one round: a member of the panel, somebody with an account, or somebody outside.",
)
