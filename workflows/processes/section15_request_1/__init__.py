"""A request of the Domestic Abuse Commissioner for co-operation under section 15, version 1.

The Act gives no number of days: the only date is the one the request itself gives, and where it gives none, none is
made up. Each body that is asked has an answer of its own: one record of ``section15-answer`` each.
"""

from __future__ import annotations

from functools import partial

from workflows import guards
from workflows.definition import (
    Action,
    Blocked,
    Clock,
    DateGiven,
    Facts,
    From,
    Opens,
    Party,
    Phase,
    Process,
    Stage,
    reads_items,
)
from workflows.processes import anywhere, ladders
from workflows.processes.authorities import ACT_2021_S15, by_design, practice
from workflows.processes.fields import choice, day, file, link, one_of, optional, paragraph, several_of, text
from workflows.processes.reminding import send_reminder
from workflows.processes.section15_answer_1 import OUTCOMES, reason_where_not_whole
from workflows.processes.who import CASEWORK

OPEN = ("asked",)

STAGES = (
    Stage("asked", "Answers awaited", "request", acts=Party.ADDRESSED_BODY,
          means="The Commissioner has asked, and an answer is not on the record yet."),
    Stage("all_answered", "Answered", "request", acts=Party.NOBODY, final=True,
          means="Everybody who was asked has answered, or need not any more."),
    Stage("withdrawn", "Withdrawn", "request", acts=Party.NOBODY, final=True,
          means="The Commissioner asks for it no longer."),
)  # fmt: skip

ASKED = "yes"
ASKS_US = ("partnership_asked", (ASKED,))

GIVEN_ON = (
    ("requested_on", "requested_on"),
    ("request_title", "title"),
    ("asked_for", "asked_for"),
    ("answer_by", "answer_by"),
)
"""What each answer takes over from the request."""


def somebody_is_asked(facts: Facts) -> Blocked | None:
    """A check: a request names at least one body, or the partnership itself."""
    if facts.submitted is None or facts.submitted.get("bodies"):
        return None
    if facts.submitted.get("partnership_asked") == ASKED:
        return None
    return Blocked("Say who is asked: choose at least one body, or answer yes for this partnership.", "bodies")


def own_answer_wanted(facts: Facts) -> Blocked | None:
    """The partnership itself is asked."""
    if facts.recorded.get("partnership_asked") == ASKED:
        return None
    return Blocked("The partnership itself was not asked. Each body answers on its own record.")


def own_answer_in(facts: Facts) -> Blocked | None:
    """Where the partnership itself is asked, its own answer is on the record."""
    if facts.recorded.get("partnership_asked") != ASKED or "record_own_answer" in facts.done:
        return None
    return Blocked("The answer of this partnership is not recorded yet. Record it first.")


@reads_items
def asked_once(facts: Facts) -> Blocked | None:
    """A check: no body is asked twice for the same thing."""
    twice = guards.bodies_named_before(facts, process="section15-answer", but="not_needed")
    if not twice:
        return None
    return Blocked(f"Asked already, one answer for each body: {guards.name_some(twice)}. Leave those out.", "bodies")


PROCESS = Process(
    key="section15-request",
    version=1,
    label="Request of the Domestic Abuse Commissioner (section 15)",
    noun="request",
    regime="any",
    phases=(Phase("request", "Request"),),
    stages=STAGES,
    opening=Action(
        "record_section_15_request",
        "Record a section 15 request",
        to="asked",
        roles=CASEWORK,
        occurred_from="requested_on",
        fields=(
            text("title", "What is it about?", notable=True,
                 help="In general words, for lists. No names and no details of a death."),
            day("requested_on", "When is the request dated?", notable=True),
            text("requested_by", "Who asked?", help="Their post in the Commissioner's office. No names."),
            paragraph("asked_for", "What is asked for?", help="In general words. No names."),
            several_of("bodies", "Which bodies are asked?", From.BODIES_TO_NAME, required=False,
                       help="Each gets an answer of its own, with its own date."),
            choice("partnership_asked", "Is this partnership asked itself?", ("no", "No"), (ASKED, "Yes"), default="no",
                   required=False, notable=True, help="Its case manager owes the answer then. A partnership is on no"
                   " list of section 15(3)."),
            day("answer_by", "By which date does the request ask for an answer?", required=False, future=True,
                notable=True, help="Only a date that the request itself gives. Left empty, no clock runs: the Act says"
                " “so far as reasonably practicable” and gives no number of days."),
            one_of("review", "Does it concern a review here?", From.REVIEWS, required=False),
            optional(link("request_url", "Web address of the request")),
            file("request_file", "The request"),
        ),
        checks=(
            somebody_is_asked,
            partial(guards.dates_in_order, first="requested_on", then="answer_by",
                    reason="The date for the answer is before the request. Check both dates."),
        ),
        effects=(
            Opens("section15-answer", for_each="bodies", each_as="body", copies=GIVEN_ON),
        ),
        authority=ACT_2021_S15,
    ),
    actions=(
        Action(
            "ask_further_body",
            "Add a body that is asked",
            source=OPEN,
            roles=CASEWORK,
            keep_as="bodies_added",
            fields=(several_of("bodies", "Which bodies?", From.BODIES_TO_NAME),),
            checks=(asked_once,),
            effects=(Opens("section15-answer", for_each="bodies", each_as="body", copies=GIVEN_ON),),
            authority=ACT_2021_S15,
        ),
        Action(
            "record_own_answer",
            "Record this partnership's answer",
            source=OPEN,
            roles=CASEWORK,
            fields=(
                choice("own_outcome", "What was the answer?", *OUTCOMES),
                day("own_answered_on", "When was it sent?", default="today"),
                text("own_answered_by", "By whom?", help="Their post. No names."),
                optional(paragraph("own_answer_reason", "What is left out, or why it is declined")),
                optional(text("own_answer_reference", "Where it is kept")),
                file("own_answer_file", "The answer"),
            ),
            guards=(own_answer_wanted,),
            checks=(partial(reason_where_not_whole, outcome="own_outcome", because="own_answer_reason"),),
            authority=by_design("A request to the partnership itself; it is on no list of section 15(3)"),
            main=True,
        ),
        Action(
            "record_all_answered",
            "Record that everybody has answered",
            source=OPEN,
            to="all_answered",
            roles=CASEWORK,
            guards=(
                own_answer_in,
                partial(
                    guards.items_final,
                    process="section15-answer",
                    one="has not answered yet.",
                    several="have not answered yet.",
                ),
            ),
            authority=by_design(),
            main=True,
        ),
        Action(
            "change_own_date",
            "Record another date for this partnership's answer",
            source=OPEN,
            roles=CASEWORK,
            fields=(
                day("answer_by", "The date that now holds", future=True),
                paragraph("date_changed_because", "Why, and who agreed to it"),
            ),
            guards=(own_answer_wanted,),
            authority=ACT_2021_S15,
            help="For the bodies that are asked, record it with each answer.",
        ),
        Action(
            "withdraw_request",
            "Record that the request is withdrawn",
            source=OPEN,
            to="withdrawn",
            roles=CASEWORK,
            fields=(paragraph("withdrawn_because", "What is known"),),
            guards=(
                partial(
                    guards.items_final,
                    process="section15-answer",
                    one="is still open. Record there that no answer is needed.",
                    several="are still open. Record there that no answer is needed.",
                ),
            ),
            authority=ACT_2021_S15,
        ),
        Action(
            "reopen_request",
            "Take the request up again",
            source=("all_answered", "withdrawn"),
            to="asked",
            roles=CASEWORK,
            fields=(paragraph("reopened_reason", "Why"),),
            authority=by_design(),
        ),
        send_reminder(OPEN, CASEWORK),
        anywhere.note(tuple(stage.key for stage in STAGES), CASEWORK),
        *anywhere.correspondence(tuple(stage.key for stage in STAGES), CASEWORK),
        anywhere.call(tuple(stage.key for stage in STAGES), CASEWORK),
    ),
    clocks=(
        Clock(
            "section15_own_answer",
            "L16C",
            "This partnership's answer to the Domestic Abuse Commissioner",
            starts_on=("record_section_15_request", "change_own_date"),
            restarts=True,
            when_given=True,
            only_when=ASKS_US,
            stops_on=("record_own_answer",),
            stopped_from="own_answered_on",
            withdrawn_on=("withdraw_request",),
            length=DateGiven("answer_by"),
            owner=Party.CASE_MANAGER,
            owed_to=Party.COMMISSIONER,
            duty=by_design("A request to the partnership itself; it is on no list of section 15(3)"),
            date=practice("The date that the request gives", note="The Act gives none."),
            remind_before=(14, 7, 1),
            escalations=ladders.SOON,
        ),
    ),
    ref_prefix="S15",
    about="What the Commissioner asked bodies here for, by the date she gave, and whether each answered.",
)  # fmt: skip
