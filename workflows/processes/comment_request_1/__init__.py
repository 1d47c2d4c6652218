"""What one body is asked for in one round of comments, version 1: comments on a version of the report, or none.

Each reader is a record of its own, so that each has its own date, and its own reminders. A person who is asked by name
or post has one of ``reader_request_1``, with the same steps.
"""

from __future__ import annotations

from workflows.definition import Escalation, From, Party, Process
from workflows.processes.comment_request_1 import giving
from workflows.processes.fields import one_of
from workflows.processes.who import AGENCY, PANEL

PROCESS = Process(
    key="comment-request",
    version=1,
    label="Request for comments",
    noun="request for comments",
    plural="Requests for comments",
    regime="any",
    phases=giving.PHASES,
    stages=giving.stages(Party.AGENCY),
    opening=giving.asking(one_of("body", "Which reader?", From.BODIES, notable=True)),
    # A reader with an account, or the case manager for them. Of a panel, only members from the reader's body see it.
    actions=giving.actions(AGENCY | PANEL),
    clocks=(
        giving.reading_clock(
            "reader_comments",
            "L11",
            "Comments of a reader",
            Party.AGENCY,
            (
                Escalation(7, Party.AGENCY_LEAD),
                Escalation(14, Party.AGENCY_EXECUTIVE),
                Escalation(28, Party.DECIDING_CHAIR),
            ),
        ),
    ),
    notices=giving.told(Party.AGENCY),
    child_suffix="CQ",
    about="One body in one round, as a record of its own, so that each has a date and is reminded by itself.",
)
