"""What one body is asked to send to one review, version 1: an information return, an IMR, a summary, a chronology."""

from __future__ import annotations

from workflows.definition import (
    Action,
    Blocked,
    Clock,
    Escalation,
    Facts,
    Field,
    FieldType,
    From,
    LocalSetting,
    Notice,
    Party,
    Phase,
    Process,
    Stage,
    WorkingDays,
)
from workflows.processes import anywhere
from workflows.processes.authorities import guidance_2016, local
from workflows.processes.fields import choice, choices, day, file, one_of, optional, paragraph, several_of, text
from workflows.processes.reminding import send_reminder
from workflows.processes.who import AGENCY, AGENCY_LEADS, CASEWORK, CHAIRING

SECTION_7 = guidance_2016("7")
LOCAL_DATE = local("A setting of the partnership, or the date of the terms of reference; no national number is known")

OPEN = ("requested", "draft_received", "received_unsigned", "queried")
FINAL = ("signed_off", "not_known_to_us", "not_provided", "withdrawn")
REVIEW_KINDS = ("imr", "summary", "chronology")

STAGES = (
    Stage("requested", "Requested", "return", acts=Party.AGENCY, means="The body has been asked and has not answered."),
    Stage("draft_received", "Draft received", "return", acts=Party.AGENCY, means="A draft is here; the return is not."),
    Stage(
        "received_unsigned",
        "Received, not signed off",
        "return",
        acts=Party.AGENCY_LEAD,
        means="The return is here. Nobody senior in the body has signed it off yet.",
    ),
    Stage("queried", "Question asked", "return", acts=Party.AGENCY, means="The chair has asked the body something."),
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


def _is_for_the_review(facts: Facts) -> Blocked | None:
    if facts.recorded.get("kind") in REVIEW_KINDS:
        return None
    return Blocked("The checklist is for management reviews, summary reports and chronologies.")


WHAT_IS_KNOWN = (
    choice("known", "Is anybody concerned known to the body?", ("yes", "Yes"), ("no", "No"), unknown=True),
    text("return_reference", "The return: reference or where it is kept"),
    file("return_file", "The return"),
    choices(
        "known_people",
        "Who is known to it?",
        ("person_who_died", "The person who died"),
        ("person_suspected", "The person suspected"),
        ("child", "A child"),
        ("other_relative", "Another relative"),
        required=False,
    ),
    Field("first_contact", "First contact", FieldType.PARTIAL_DATE, required=False, unknown=True),
    Field("last_contact", "Last contact", FieldType.PARTIAL_DATE, required=False, unknown=True),
    optional(paragraph("contact_summary", "What the contact was about")),
    optional(paragraph("concerns_recorded", "Disclosures of abuse, flags and concerns on record")),
    optional(paragraph("risk_assessments", "Risk assessments, and what followed from them")),
    optional(paragraph("referrals_made", "Referrals made or received")),
    choice("records_secured", "Are the records secured?", ("yes", "Yes"), ("no", "Not yet"), required=False),
    choice(
        "review_needed",
        "Does the body think that a review is needed?",
        ("yes", "Yes"),
        ("no", "No"),
        ("not_certain", "Not certain"),
        required=False,
        unknown=True,
    ),
    optional(paragraph("own_view", "The body's own view, and why")),
    optional(paragraph("early_learning", "Early learning: what is changed, or should be, already now")),
    optional(text("lead_contact", "Whom to speak to there (their post)")),
)

ACTIONS = (
    Action(
        "record_draft",
        "Record that a draft came",
        source=("requested", "queried"),
        to="draft_received",
        roles=AGENCY,
        fields=(text("draft_reference", "The draft: reference or where it is kept"), file("draft_file", "The draft")),
        authority=SECTION_7,
    ),
    Action(
        "receive_return",
        "Record that the return came",
        source=("requested", "draft_received"),
        to="received_unsigned",
        roles=AGENCY,
        fields=WHAT_IS_KNOWN,
        own_questions="scoping",
        own_questions_when=("kind", ("information_return",)),
        authority=SECTION_7,
        main=True,
    ),
    Action(
        "sign_off_return",
        "Record the sign-off by the body",
        source=OPEN,
        to="signed_off",
        roles=AGENCY_LEADS,
        fields=(
            text("signed_off_by", "Who signed it off? (their post)"),
            text("return_reference", "The return: reference or where it is kept"),
            file("return_file", "The return"),
        ),
        authority=SECTION_7,
        main=True,
        help="Somebody senior in the body, not in line management of the case.",
    ),
    Action(
        "check_quality",
        "Record the quality check of a return",
        source=(*OPEN[1:], "signed_off"),
        roles=CHAIRING,
        keep_as="quality_checks",
        fields=(
            choice(
                "quality",
                "What did the check find?",
                ("sound", "It answers what was asked"),
                ("minor", "Small things to mend"),
                ("more_needed", "More is needed before it can be used"),
            ),
            optional(paragraph("quality_notes", "What is good, and what is missing", help="No names.")),
        ),
        guards=(_is_for_the_review,),
        own_questions="imr_checklist",
        authority=local("The partnership's own checklist for a management review"),
        help="Each check is an entry of its own, so that a second draft can be compared with the first.",
    ),
    Action(
        "query_return",
        "Ask the body about its return",
        source=("received_unsigned", "draft_received"),
        to="queried",
        roles=CHAIRING,
        keep_as="queries",
        fields=(paragraph("query", "What is asked"),),
        authority=SECTION_7,
    ),
    Action(
        "answer_query",
        "Record the body's answer",
        source=("queried",),
        to="received_unsigned",
        roles=AGENCY,
        keep_as="query_answers",
        fields=(paragraph("query_answer", "The answer"), file("answer_file", "Changed return")),
        authority=SECTION_7,
    ),
    Action(
        "record_not_known",
        "Record that nobody is known to the body",
        source=("requested", "draft_received", "queried"),
        to="not_known_to_us",
        roles=AGENCY,
        fields=(text("searched", "What was searched, and by whom (their post)"),),
        authority=SECTION_7,
    ),
    Action(
        "record_on_behalf",
        "Record that another body answers for this one",
        source=OPEN,
        roles=AGENCY,
        fields=(one_of("answered_by", "Which body?", From.BODIES), optional(paragraph("on_behalf_reason", "Why"))),
        authority=local(),
    ),
    Action(
        "share_with_panel",
        "Record who may read it",
        source=(*OPEN[1:], "signed_off"),
        roles=CHAIRING,
        fields=(several_of("shared_with", "Shared with which bodies of the panel?", From.BODIES),),
        authority=guidance_2016("10"),
    ),
    Action(
        "record_not_provided",
        "Go on without it",
        source=OPEN,
        to="not_provided",
        roles=CASEWORK,
        fields=(paragraph("not_provided_reason", "Why it is not provided, and who was asked"),),
        authority=local(),
    ),
    Action(
        "withdraw_request",
        "Withdraw the request",
        source=OPEN,
        to="withdrawn",
        roles=CHAIRING,
        fields=(paragraph("withdrawn_reason", "Why it is not asked for any more"),),
        authority=local(),
    ),
    Action(
        "reopen_return",
        "Ask for it again",
        source=FINAL,
        to="requested",
        roles=CHAIRING,
        fields=(
            paragraph("reopened_reason", "Why"),
            day("requested_on", "Asked again on"),
            day("due_on", "Due on", required=False, future=True),
        ),
        authority=local(),
    ),
    Action(
        "record_chasing",
        "Record that the body was asked how it stands",
        source=OPEN,
        roles=CHAIRING,
        keep_as="chasing",
        fields=(paragraph("asked", "What was asked, and the answer"),),
        authority=local(),
    ),
    send_reminder(OPEN, CHAIRING),
    *anywhere.dates(OPEN, CHAIRING),
    *anywhere.holds(OPEN, CHAIRING),
    anywhere.note(OPEN + FINAL, AGENCY | CHAIRING),
    *anywhere.correspondence(OPEN + FINAL, CASEWORK),
    anywhere.call(OPEN + FINAL, CASEWORK),
)

ANSWERED = ("receive_return", "sign_off_return", "record_not_known")
NOT_WAITED_FOR = ("record_not_provided", "withdraw_request")


def _clock(key: str, number: str, label: str, kinds: tuple[str, ...], working_days: int) -> Clock:
    return Clock(
        key,
        number,
        label,
        starts_on=("request_return", "reopen_return"),
        counts_from="requested_on",
        only_when=("kind", kinds),
        given_in="due_on",
        restarts=True,
        stops_on=ANSWERED,
        withdrawn_on=NOT_WAITED_FOR,
        length=LocalSetting(key, WorkingDays(working_days)),
        local_closures=True,
        owner=Party.AGENCY,
        owed_to=Party.INDEPENDENT_CHAIR if number == "D10" else Party.PARTNERSHIP,
        duty=SECTION_7 if number == "D10" else guidance_2016("3"),
        date=LOCAL_DATE,
        pausable=number == "D10",
        extendable=True,
        agreement="The chair or the partnership agrees.",
        escalations=(
            Escalation(7, Party.AGENCY_LEAD),
            Escalation(21, Party.AGENCY_EXECUTIVE),
            Escalation(35, Party.DECIDING_CHAIR),
        ),
    )


CLOCKS = (
    _clock("imr_return", "D10", "Return to the review", REVIEW_KINDS, 40),
    _clock("information_return", "D11", "Information return for the decision", ("information_return",), 10),
)

NOTICES = (
    Notice("return_requested", ("request_return", "reopen_return"), "return_requested", (Party.AGENCY,)),
    Notice(
        "return_came", ("receive_return", "sign_off_return", "record_not_known"), "stage_changed", (Party.CASE_MANAGER,)
    ),
    Notice("query_asked", ("query_return",), "stage_changed", (Party.AGENCY,)),
    Notice("sign_off_wanted", ("receive_return", "answer_query"), "stage_changed", (Party.AGENCY_LEAD,)),
)

PROCESS = Process(
    key="agency-return",
    version=1,
    label="Agency return",
    noun="return",
    regime="any",
    phases=(Phase("return", "Return"),),
    stages=STAGES,
    opening=OPENING,
    actions=ACTIONS,
    clocks=CLOCKS,
    notices=NOTICES,
    child_suffix="R",
    about="One body's return to one review. It is a record of its own, so that each has its own date.",
)
