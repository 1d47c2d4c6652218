"""Where a return stands, as returns really arrive, and what one body is asked for."""

from __future__ import annotations

from workflows.definition import Action, From, Party, Stage
from workflows.processes.authorities import guidance_2016
from workflows.processes.fields import choice, day, one_of, paragraph
from workflows.processes.who import CHAIRING

SECTION_7 = guidance_2016("7")

OPEN = ("requested", "draft_received", "summary_only", "received_unsigned", "queried", "resubmitted")
FINAL = ("signed_off", "not_known_to_us", "not_provided", "withdrawn")
COME = ("summary_only", "received_unsigned", "resubmitted")
"""Stages at which the return is here and nobody senior in the body has signed it off."""
WRITING = ("requested", "draft_received", "queried")
"""Stages at which the body writes."""
REVIEW_KINDS = ("imr", "summary", "chronology")

STAGES = (
    Stage("requested", "Requested", "return", acts=Party.AGENCY, means="The body has been asked and has not answered."),
    Stage("draft_received", "Draft received", "return", acts=Party.AGENCY, means="A draft is here; the return is not."),
    Stage(
        "summary_only",
        "Summary only, not signed off",
        "return",
        acts=Party.AGENCY_LEAD,
        means="A summary came in the place of what was asked for. The chair looks at whether it is enough.",
    ),
    Stage(
        "received_unsigned",
        "Received, not signed off",
        "return",
        acts=Party.AGENCY_LEAD,
        means="The return is here. Nobody senior in the body has signed it off yet.",
    ),
    Stage("queried", "Question asked", "return", acts=Party.AGENCY, means="The chair has asked the body something."),
    Stage(
        "resubmitted",
        "Sent again, not signed off",
        "return",
        acts=Party.AGENCY_LEAD,
        means="The body has answered the question. Nobody senior in it has signed the changed return off yet.",
    ),
    Stage(
        "signed_off",
        "Signed off",
        "return",
        acts=Party.NOBODY,
        final=True,
        means="The return is here, signed off by somebody senior in the body.",
    ),
    Stage(
        "not_known_to_us",
        "Not known to the body",
        "return",
        acts=Party.NOBODY,
        final=True,
        means="The body has looked, and knows none of the people.",
    ),
    Stage(
        "not_provided",
        "Not provided",
        "return",
        acts=Party.NOBODY,
        final=True,
        means="The review goes on without it, for a recorded reason.",
    ),
    Stage(
        "withdrawn", "Request withdrawn", "return", acts=Party.NOBODY, final=True, means="It is not asked for any more."
    ),
)

OPENING = Action(
    "request_return",
    "Ask a body for a return",
    to="requested",
    roles=CHAIRING,
    occurred_from="requested_on",
    fields=(
        choice(
            "kind",
            "What is asked for?",
            ("information_return", "Information return, for the decision"),
            ("imr", "Individual management review (IMR)"),
            ("summary", "Summary report"),
            ("chronology", "Chronology"),
            notable=True,
        ),
        one_of("body", "Which body?", From.BODIES, notable=True),
        day("requested_on", "Asked on"),
        day(
            "due_on", "Due on", required=False, future=True, help="Left empty, the partnership's own number is counted."
        ),
        paragraph("questions", "What is asked", required=False),
    ),
    authority=SECTION_7,
)
