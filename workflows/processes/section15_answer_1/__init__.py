"""The answer that one body gives to one request of the Domestic Abuse Commissioner under section 15, version 1.

A specified public authority co-operates so far as reasonably practicable (s.15(1) and (2)). The Act sets no period: the
date is the one the request gives, and there is no clock where it gives none.
"""

from __future__ import annotations

from functools import partial

from workflows.definition import (
    Action,
    Blocked,
    Clock,
    DateGiven,
    Facts,
    From,
    Notice,
    Party,
    Phase,
    Process,
    Stage,
)
from workflows.processes import anywhere, ladders
from workflows.processes.authorities import ACT_2021_S15, by_design, practice
from workflows.processes.commissioner_reply_1 import WORKED_OUT
from workflows.processes.fields import choice, day, file, one_of, optional, paragraph, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import AGENCY, CASEWORK

STAGES = (
    Stage("asked", "Answer awaited", "answer", acts=Party.ADDRESSED_BODY,
          means="The Commissioner has asked this body, and its answer is not on the record yet."),
    Stage("answered", "Answered", "answer", acts=Party.NOBODY, final=True,
          means="The body has answered: in full, in part, or that it cannot."),
    Stage("not_needed", "No answer needed", "answer", acts=Party.NOBODY, final=True,
          means="The Commissioner asks this body no longer, or asked another one."),
)  # fmt: skip

OUTCOMES = (
    ("answered", "All that was asked for"),
    ("partly", "A part of it"),
    ("declined", "Not able to, for a reason"),
)


def reason_where_not_whole(facts: Facts, *, outcome: str, because: str) -> Blocked | None:
    """A check: an answer in part, or a refusal, says why. ``outcome`` and ``because`` name the two questions."""
    submitted = facts.submitted or {}
    if submitted.get(outcome) not in ("partly", "declined") or submitted.get(because):
        return None
    return Blocked("Say what is left out, or why the answer is declined.", because)


def answered_after_request(facts: Facts) -> Blocked | None:
    """A check: the answer is not dated before the request."""
    given, asked = (facts.submitted or {}).get("answered_on"), str(facts.recorded.get("requested_on") or "")
    if given is None or not asked or given.isoformat() >= asked:
        return None
    return Blocked(f"The answer is dated before the request ({asked}). Check the date.", "answered_on")


PROCESS = Process(
    key="section15-answer",
    version=1,
    label="Answer to a section 15 request",
    noun="answer",
    plural="Answers to the section 15 request",
    regime="any",
    phases=(Phase("answer", "Answer"),),
    stages=STAGES,
    opening=Action(
        "ask_body",
        "Record that a body is asked",
        to="asked",
        roles=CASEWORK,
        occurred_from="requested_on",
        fields=(
            one_of("body", "Which body?", From.BODIES_TO_NAME, notable=True),
            text("request_title", "What is it about?", notable=True),
            day("requested_on", "When is the request dated?", notable=True),
            optional(paragraph("asked_for", "What is asked for?")),
            day("answer_by", "By which date does the request ask for an answer?", required=False, future=True,
                notable=True, help="Left empty where the request gives none: no clock runs."),
            *WORKED_OUT,
        ),
        authority=ACT_2021_S15,
    ),
    actions=(
        Action(
            "record_answer",
            "Record the answer",
            source=("asked",),
            to="answered",
            roles=AGENCY,
            fields=(
                choice("outcome", "What was the answer?", *OUTCOMES),
                day("answered_on", "When was it sent?", default="today"),
                text("answered_by", "By whom?", help="Their post. No names."),
                optional(paragraph("answer_reason", "What is left out, or why it is declined")),
                optional(text("answer_reference", "Where it is kept")),
                file("answer_file", "The answer"),
            ),
            checks=(
                answered_after_request,
                partial(reason_where_not_whole, outcome="outcome", because="answer_reason"),
            ),
            authority=ACT_2021_S15,
            help="It goes to the Commissioner from the body itself.",
            main=True,
        ),
        Action(
            "change_date",
            "Record another date",
            source=("asked",),
            roles=CASEWORK,
            fields=(
                day("answer_by", "The date that now holds", future=True),
                paragraph("date_changed_because", "Why, and who agreed to it"),
            ),
            authority=ACT_2021_S15,
            help="A date that the Commissioner gave or agreed to. Nobody else can move it.",
        ),
        Action(
            "record_not_needed",
            "Record that no answer is needed",
            source=("asked",),
            to="not_needed",
            roles=CASEWORK,
            fields=(paragraph("not_needed_because", "Why"),),
            authority=ACT_2021_S15,
        ),
        Action(
            "transfer",
            "Pass it to the body that took its place",
            source=("asked",),
            roles=CASEWORK,
            fields=(one_of("body", "Which body?", From.BODIES), paragraph("passed_on_because", "Why")),
            authority=by_design(),
        ),
        Action(
            "reopen_answer",
            "Take the answer up again",
            source=("answered", "not_needed"),
            to="asked",
            roles=CASEWORK,
            fields=(paragraph("reopened_reason", "Why"),),
            authority=by_design(),
        ),
        send_reminder(("asked",), CASEWORK),
        anywhere.note(tuple(stage.key for stage in STAGES), AGENCY),
        *anywhere.correspondence(tuple(stage.key for stage in STAGES), CASEWORK),
        anywhere.call(tuple(stage.key for stage in STAGES), CASEWORK),
    ),
    clocks=(
        Clock(
            "section15_answer",
            "L16",
            "Answer to a request of the Domestic Abuse Commissioner",
            starts_on=("ask_body", "change_date", "reopen_answer"),
            restarts=True,
            when_given=True,
            stops_on=("record_answer",),
            stopped_from="answered_on",
            withdrawn_on=("record_not_needed",),
            length=DateGiven("answer_by"),
            owner=Party.ADDRESSED_BODY,
            owed_to=Party.COMMISSIONER,
            duty=ACT_2021_S15,
            date=practice("The date that the request gives", note="The Act gives none."),
            remind_before=(14, 7, 1),
            escalations=ladders.OF_A_BODY,
            message="section15_reminder",
        ),
    ),
    notices=(Notice("answer_asked", ("ask_body", "transfer"), "stage_changed", (Party.ADDRESSED_BODY,)),),
    child_suffix="E",
    about="What one body answered to one request for co-operation, and by when it was asked to.",
)  # fmt: skip
